"""An article in a chat: the likeliest steps first, the rest when asked for; and the passage that a question is about.
Pure: texts are Markdown with the provider's facts in them (`kb.content.article_body.fill_facts`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from desk.language.normalize import normalized
from kb.content.article_body import parse_picture_line

SHORT_STEPS = 3
"""Steps that are shown at first."""
_STEP_RE = re.compile(r"[0-9]{1,2}\. ")
_STEM = 5
_COMMON_WORDS = (
    "что как где когда зачем почему какой какая какие такое такой это эта этот они она там тут мне меня нужно надо "
    "если или для его них чем без при над под все всё найти значит пункт шаг шаге the what where how which when why "
    "this that does mean find should there have with from your you and for are can step"
)
_COMMON = frozenset(_COMMON_WORDS.split())


def short_and_rest(text: str) -> tuple[str, str]:
    """The beginning of an article up to its third step, and everything behind it; ("", "") where it is short anyway."""
    lines = text.split("\n")
    steps = [at for at, line in enumerate(lines) if _STEP_RE.match(line)]
    first_heading = next((at for at, line in enumerate(lines) if line.startswith("# ")), len(lines))
    steps = [at for at in steps if at < first_heading]
    if len(steps) <= SHORT_STEPS:
        cut = first_heading
        if len(lines) - cut <= 1 or not steps:
            return "", ""
    else:
        cut = steps[SHORT_STEPS]
    short, rest = "\n".join(lines[:cut]).strip("\n"), "\n".join(lines[cut:]).strip("\n")
    return (short, rest) if rest else ("", "")


def pictures_in_short(text: str) -> int:
    """How many pictures of an article, their lines left in its text, belong to the steps that are shown at first."""
    return sum(parse_picture_line(line) is not None for line in short_and_rest(text)[0].split("\n"))


def passage_about(text: str, question: str) -> str:
    """The step or paragraph of an article that a question is about; "" where none has its words.

    Of the words of the question those count most that stand in few passages.
    """
    passages = _passages(text)
    asked = _stems(question)
    of_passage = [_stems(passage) for passage in passages]
    counts = Counter(stem for stems in of_passage for stem in stems)
    scores = [sum(1.0 / counts[stem] for stem in asked & stems) for stems in of_passage]
    best = max(range(len(passages)), key=scores.__getitem__, default=None)
    return passages[best] if best is not None and scores[best] >= _ENOUGH else ""


_ENOUGH = 0.3
"""A word that stands in every fourth passage tells none of them apart."""


def _passages(text: str) -> Sequence[str]:
    found: list[str] = []
    for line in text.split("\n"):
        if not line.strip() or line.startswith("# "):
            continue
        if line.startswith(" ") and found:
            found[-1] += "\n" + line
        else:
            found.append(_STEP_RE.sub("", line, count=1))
    return found


def _stems(text: str) -> frozenset[str]:
    words = normalized(text).split()
    return frozenset(word[:_STEM] for word in words if len(word) >= 3 and word not in _COMMON)
