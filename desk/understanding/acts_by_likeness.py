"""Acts that are heard because words are like those of many labelled sentences, where no phrase fits. Pure.

A clause is taken apart into features: its words, their beginnings and letters, the classes of ``phrases/classes.toml``
they belong to, and which of these follow which. Each feature has a weight for each act, learned by
``tools/learn_likeness.py`` from ``tests/understanding/sets/*_dev*.jsonl`` and kept in ``likeness.tsv``; the sum of them
must reach the threshold of the act. Likeness only ever adds acts that close nothing.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from desk.understanding.phrase_patterns import PatternWordClasses, Span, looks_past
from desk.understanding.reading.message_words import COMMA, QUESTION, Word
from desk.understanding.reading.observations import Act

WEIGHTS = Path(__file__).parent / "likeness.tsv"
LEARNED = (
    Act.HUMAN, Act.CALLBACK, Act.STATUS, Act.BOT_QUESTION, Act.CONFUSED, Act.OTHER_MATTER, Act.CORRECTION,
    Act.ANGRY,
)  # fmt: skip
MAX_WORDS = 16
"""Words of a clause from which on nothing is told by likeness."""
STEM = 5
_TAGS: Mapping[str, tuple[str, ...]] = {
    "person": ("person_ru", "person_en", "human_en", "operator_nom_ru", "strict_en"),
    "technician": ("technician_ru", "technician_en"),
    "support": ("support_ru", "support_nom_ru", "dept_ru"),
    "connect": ("connect_ru", "connect_en"),
    "want": ("want_ru", "want_en"),
    "talk": ("talk_ru", "talk_en", "talking_en"),
    "bot": ("bot_ru", "bot_en", "bot_nom_ru", "bot_ins_ru", "bot_q_en"),
    "not": ("not",),
    "please": ("pls",),
    "may": ("modal", "can_ru"),
    "comes": ("comes_ru", "calls_ru", "help_en", "arrive_ru"),
    "someone": ("someone_en", "who_ru", "somebody_ru"),
    "any": ("any_ru",),
    "case": ("matter_ru", "case_en"),
    "mended": ("repair_ru", "will_verb_en"),
    "thing": ("service", "thing_ru", "thing_en"),
    "fill": ("fill", "efill"),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature speaks for: by its name the weights of ``acts``, in their order, with what must be reached."""

    acts: tuple[Act, ...]
    bias: tuple[float, ...]
    thresholds: tuple[float, ...]
    by_feature: Mapping[str, tuple[tuple[int, float], ...]]


def alike(words: Sequence[Word], classes: PatternWordClasses, weights: Weights | None = None) -> dict[Act, list[Span]]:
    """The acts that clauses of the message are alike to, each with its likest clause."""
    weights = weights or learned_weights()
    best: dict[int, tuple[float, Span]] = {}
    for start, end in units(words):
        for number, score in enumerate(scores(words[start:end], classes, weights)):
            if score >= weights.thresholds[number] and score > best.get(number, (-math.inf, ()))[0]:
                best[number] = (score, (start, end))
    return {weights.acts[number]: [span] for number, (_, span) in best.items()}


def scores(words: Sequence[Word], classes: PatternWordClasses, weights: Weights) -> list[float]:
    """How alike these words are to each act."""
    found = features(words, classes)
    sums = [0.0] * len(weights.acts)
    for feature in found:
        for number, weight in weights.by_feature.get(feature, ()):
            sums[number] += weight
    scale = 1 / math.sqrt(len(found))
    return [bias + total * scale for bias, total in zip(weights.bias, sums, strict=True)]


def units(words: Sequence[Word]) -> Iterator[Span]:
    """The sentences of a message, and the clauses of those that have commas."""
    start = clause = 0
    for at, word in enumerate(words):
        is_end = at == len(words) - 1 or bool(word.stop and word.stop != COMMA)
        if clause > start and is_end and at + 1 - start <= MAX_WORDS:
            yield start, at + 1
        if (is_end or word.stop) and at + 1 - clause <= MAX_WORDS:
            yield clause, at + 1
        if is_end or word.stop:
            clause = at + 1
        if is_end:
            start = at + 1


def features(words: Sequence[Word], classes: PatternWordClasses) -> set[str]:
    """The features of a clause."""
    texts = ["^", *("0" if word.text.isdecimal() else word.text for word in words), "$"]
    tags = [_tags(text, classes) for text in texts]
    found = {f"n {min(len(words), 9)}"}
    if any(word.stop == QUESTION for word in words):
        found |= {"?", f"? {texts[1][:STEM]}"}
    for text, own in zip(texts, tags, strict=True):
        found.update(_of_word(text))
        found.update(own)
    stems = [text[:STEM] for text in texts]
    found.update(f"{one} {other}" for one, other in itertools.pairwise(stems))
    found.update(f"{one} _ {other}" for one, other in zip(stems, stems[2:], strict=False))
    for at in range(len(stems) - 1):
        found.update(f"{tag} {stems[at + 1]}" for tag in tags[at])
        found.update(f"{stems[at]} {tag}" for tag in tags[at + 1])
    told = [[tag for tag in own if tag != "@fill"] for own in tags]
    for at, before in enumerate(told):
        for tag in before:
            found.update(f"{tag}>{later}" for others in told[at + 1 :] for later in others)
    return found


@cache
def _of_word(text: str) -> tuple[str, ...]:
    """A word, its beginning, and its letters by threes and fours."""
    bordered = f"<{text}>"
    letters = {bordered[at : at + size] for size in (3, 4) for at in range(len(bordered) - size + 1)}
    return (f"w {text}", f"s {text[:STEM]}", *letters)


def _tags(text: str, classes: PatternWordClasses) -> tuple[str, ...]:
    own = _tags_by_word(classes).get(text, ())
    return (*own, "@past") if looks_past(text) else own


_tagged: dict[int, dict[str, tuple[str, ...]]] = {}


def _tags_by_word(classes: PatternWordClasses) -> dict[str, tuple[str, ...]]:
    if id(classes) not in _tagged:
        found: dict[str, tuple[str, ...]] = {}
        for tag, names in _TAGS.items():
            for word in frozenset[str]().union(*(classes.words(f"@{name}") for name in names)):
                found[word] = (*found.get(word, ()), f"@{tag}")
        _tagged[id(classes)] = found
    return _tagged[id(classes)]


@cache
def learned_weights() -> Weights:
    """The weights of ``likeness.tsv``."""
    return read_weights(WEIGHTS.read_text("utf-8").splitlines())


def read_weights(lines: Iterable[str]) -> Weights:
    """Weights from lines: the acts, their bias, their thresholds, then each feature with "number:weight" pairs."""
    rows = (line.split("\t") for line in lines)
    acts = tuple(Act(name) for name in next(rows))
    bias, thresholds = (tuple(map(float, next(rows))) for _ in range(2))
    by_feature = {
        feature: tuple((int(number), float(weight)) for number, weight in (pair.split(":") for pair in pairs))
        for feature, *pairs in rows
    }
    return Weights(acts, bias, thresholds, by_feature)
