"""Phrases written as patterns of words, and where a message holds them. Pure.

A pattern is a line of elements, matched word by word (mended by `desk.understanding.reading.known_word_mender`):

===============  =====================================================================================================
``оператор``     this word; ``a|b`` one of these; ``нуж{ен,на}`` both endings; ``@name`` a word of this class
``с_ума``        two words one after the other
``word?``        may be missing; ``word*`` any number of them, over commas; ``word+`` at least one
``..``           up to three words whatever, none of them after a comma
``...``          the same, but none of the class "telling" and none of the past tense
``%past``        a word that looks like a verb of the past tense
``%order``       a word that looks like a Russian imperative: "кликни", "разбудите"
``^`` ``$``      the clause begins, ends here; ``^^`` ``$$`` the message does
``??``           (last) the clause is a question
``-word``        (first) not after this word; (last) not before this word
===============  =====================================================================================================
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from desk.understanding.reading.message_words import COMMA, QUESTION, Word

MAX_MANY, MAX_GAP = 6, 3
_PAST = re.compile(
    r"^(?:.*[аеиоуыя]л(?:а|и|о)?(?:с[ья])?|(?:при|у|по|за|вы|до|под)?ш(?:е|ла|ли)л?|[a-z]{2,}ed"
    r"|said|told|came|went|left|was|were|did|had|spoke|got|took|sent|made|gave|saw)$"
)
_NOT_PAST = re.compile(
    r"^(?:хотел[аио]?(?:сь)?|было|были|мог|могл[аи]|если|али|или|дела|мала|need|indeed|speed|feed"
    r"|(?:отдел|канал|портал|сигнал|материал|филиал|персонал|терминал|интервал|квартал|файл|стол|журнал|сериал)\w*)$"
)
"""Words of wishing, and others, that only look so."""
_ORDER = re.compile(r"^[а-я]{2,}(?:[иьй]те|ни|ди|ки|жи|ши|чи|зи|ви|ми|ри|пи|ай|яй|уй|инь|унь|ось|авь|ей)$")
_NO_ORDER = re.compile(
    r"^(?:связи|сети|люди|дети|почти|пути|двери|части|скорости|нажми|уже|чай|край|май|жми|если|или|при|звони|эй|ей|дней"
    r"|всей|моей|твоей|своей|нашей|вашей|этой|новой|людей|детей|друзей|сей|чей|дверей|статей|сетей|сообщений|уровни"
    r"|камери|техники|сайте|чате|лени|тени|ноги|книги|враги|звонки|кнопки|точки|лампочки|розетки|настройки|сутки)$"
)
"""Words that only look like imperatives."""
_BRACES = re.compile(r"([^\s{}|]*)\{([^{}]*)\}([^\s{}|]*)")

Span = tuple[int, int]
"""The first word of a place in a message, and the one after its last."""


def overlaps(one: Span, others: Iterable[Span]) -> bool:
    """Whether a place has a word in common with any of the others."""
    return any(one[0] < end and start < one[1] for start, end in others)


@dataclass(frozen=True, slots=True)
class _Element:
    """One place of a pattern: a word of ``words`` (None: any word), so often. ``past``: of the past tense, or not;
    ``order``: an imperative."""

    words: frozenset[str] | None
    least: int
    most: int
    past: bool | None = None
    order: bool = False
    barred: frozenset[str] = frozenset()

    def takes(self, word: str) -> bool:
        """Whether the word may stand here."""
        if self.words is not None:
            return word in self.words
        if self.order:
            return looks_imperative(word)
        return word not in self.barred and (self.past is None or looks_past(word) is self.past)


@dataclass(frozen=True, slots=True)
class _Pattern:
    elements: tuple[_Element, ...]
    opens_clause: bool
    closes_clause: bool
    opens_text: bool
    closes_text: bool
    is_question: bool
    not_after: frozenset[str]
    not_before: frozenset[str]


class PatternWordClasses:
    """Named classes of words, each a text of words, of ``stem{ending,ending}`` and of other classes (``@name``)."""

    def __init__(self, classes: Mapping[str, str]) -> None:
        self._texts = classes
        self._found: dict[str, frozenset[str]] = {}

    def words(self, element: str) -> frozenset[str]:
        """The words that an element without its sign stands for: ``a|b{c,d}|@name``."""
        found: set[str] = set()
        for one in _split_bars(element):
            if one.startswith("@"):
                found |= self._class(one[1:])
            else:
                found.update(braces_expanded(one))
        return frozenset(found)

    def _class(self, name: str) -> frozenset[str]:
        if name not in self._found:
            self._found[name] = frozenset[str]().union(*map(self.words, self._texts[name].split()))
        return self._found[name]


def braces_expanded(text: str) -> Iterator[str]:
    """The words that ``stem{ending,ending}`` stands for."""
    match = _BRACES.search(text)
    if match is None:
        yield text
        return
    before, endings, after = match.groups()
    for ending in endings.split(","):
        yield from braces_expanded(f"{before}{ending}{after}")


class PhraseBook:
    """The patterns of many names, each looked for only where a message has a word of its rarest element."""

    def __init__(self, patterns: Mapping[str, Iterable[str]], classes: PatternWordClasses) -> None:
        self._patterns: list[tuple[str, _Pattern, list[frozenset[str]]]] = []
        self._by_key: defaultdict[str, list[int]] = defaultdict(list)
        self.words: set[str] = set()
        for name, lines in patterns.items():
            for line in lines:
                for pattern in _compiled(line, classes):
                    self._add(name, pattern)

    def _add(self, name: str, pattern: _Pattern) -> None:
        needed = sorted((one.words for one in pattern.elements if one.least and one.words is not None), key=len)
        for word in needed[0]:
            self._by_key[word].append(len(self._patterns))
        self._patterns.append((name, pattern, needed[1:]))
        for element in pattern.elements:
            self.words |= element.words or frozenset()

    def found(self, words: Sequence[Word]) -> dict[str, list[Span]]:
        """Where phrases of each name stand: per pattern and beginning the longest place."""
        places: dict[str, list[Span]] = {}
        texts = [word.text for word in words]
        present = set(texts)
        for number in sorted({number for text in present for number in self._by_key.get(text, ())}):
            name, pattern, needed = self._patterns[number]
            for others in needed:
                if present.isdisjoint(others):
                    break
            else:
                first = pattern.elements[0]
                for at, text in enumerate(texts):
                    if first.takes(text) and (end := _match_end(pattern, words, at)) > at:
                        places.setdefault(name, []).append((at, end))
        return places


def _split_bars(element: str) -> list[str]:
    return [one for one in re.split(r"\|(?![^{]*\})", element) if one]


def _compiled(line: str, classes: PatternWordClasses) -> Iterator[_Pattern]:
    """The pattern of a line; more than one where it may begin with a word that may be missing."""
    for parts in _without_joints(line.split()):
        yield from _compiled_parts(parts, classes, line)


def _without_joints(parts: Sequence[str]) -> Iterator[list[str]]:
    """The parts of a line, once for every way to take those with words such as ``с_ума``."""
    at = next((at for at, part in enumerate(parts) if _jointed(part)), -1)
    if at < 0:
        yield list(parts)
        return
    before, part, after = parts[:at], parts[at], parts[at + 1 :]
    sign = part[-1] if part[-1] in "?*+" else ""
    alternatives = _split_bars(part.removesuffix(sign))
    single = [one for one in alternatives if not _jointed(one)]
    choices = [["|".join(single) + sign]] if single else [[]] if sign in ("?", "*") else []
    choices += [one.split("_") for one in alternatives if _jointed(one)]
    for choice in choices:
        yield from _without_joints([*before, *choice, *after])


def _jointed(part: str) -> bool:
    return any("_" in one and not one.startswith("@") for one in _split_bars(part.lstrip("-")))


def _compiled_parts(parts: list[str], classes: PatternWordClasses, line: str) -> Iterator[_Pattern]:
    not_after = classes.words(parts.pop(0)[1:]) if parts[0].startswith("-") else frozenset[str]()
    opens_text, opens_clause = parts[0] == "^^", parts[0] == "^"
    if opens_text or opens_clause:
        parts.pop(0)
    not_before = classes.words(parts.pop()[1:]) if parts[-1].startswith("-") else frozenset[str]()
    is_question = parts[-1] == "??"
    if is_question:
        parts.pop()
    closes_text, closes_clause = parts[-1] == "$$", parts[-1] == "$"
    if closes_text or closes_clause:
        parts.pop()
    elements = [_element(part, classes) for part in parts]
    while elements:
        if elements[0].words is None and not elements[0].order:
            raise ValueError(f"{line!r} begins with a gap")
        first = replace(elements[0], least=1)
        yield _Pattern(
            (first, *elements[1:]), opens_clause, closes_clause, opens_text, closes_text, is_question, not_after,
            not_before,
        )  # fmt: skip
        if elements.pop(0).least:
            return


def _element(part: str, classes: PatternWordClasses) -> _Element:
    if part == "..":
        return _Element(None, 0, MAX_GAP)
    if part == "...":
        return _Element(None, 0, MAX_GAP, past=False, barred=classes.words("@telling"))
    if part == "%past":
        return _Element(None, 1, 1, past=True)
    if part == "%order":
        return _Element(None, 1, 1, order=True)
    sign = part[-1]
    least, most = {"?": (0, 1), "*": (0, MAX_MANY), "+": (1, MAX_MANY)}.get(sign, (1, 1))
    return _Element(classes.words(part[:-1] if sign in "?*+" else part), least, most)


def _match_end(pattern: _Pattern, words: Sequence[Word], at: int) -> int:
    """The word after a match that begins at this one; -1 where there is none."""
    before = words[at - 1] if at else None
    if before is not None:
        if pattern.opens_text or (pattern.opens_clause and not before.stop):
            return -1
        if before.text in pattern.not_after and not before.stop:
            return -1
    return _rest_end(pattern, words, at, 0)


def _rest_end(pattern: _Pattern, words: Sequence[Word], at: int, number: int) -> int:
    if number == len(pattern.elements):
        return at if _may_end(pattern, words, at) else -1
    element = pattern.elements[number]
    count, place = 0, at
    ends = [at] if not element.least else []
    while count < element.most and place < len(words):
        if not element.takes(words[place].text):
            break
        if place and not _goes_on(words[place - 1], element, place == at and number == 0):
            break
        place, count = place + 1, count + 1
        if count >= element.least:
            ends.append(place)
    for end in reversed(ends):
        found = _rest_end(pattern, words, end, number + 1)
        if found >= 0:
            return found
    return -1


def _goes_on(before: Word, element: _Element, is_first: bool) -> bool:
    """Whether a pattern may go on after this word: a full stop ends it, a comma ends a gap of any words."""
    return is_first or not before.stop or (before.stop == COMMA and element.words is not None)


@lru_cache(maxsize=8192)
def looks_past(word: str) -> bool:
    """Whether a word looks like a verb of the past tense: "приходил", "обещали", "called". Wishes in it are none."""
    return bool(_PAST.match(word)) and not _NOT_PAST.match(word)


@lru_cache(maxsize=8192)
def looks_imperative(word: str) -> bool:
    """Whether a word looks like an order: "кликни", "разбудите"."""
    return bool(_ORDER.match(word)) and not _NO_ORDER.match(word)


def _may_end(pattern: _Pattern, words: Sequence[Word], at: int) -> bool:
    last, is_end = words[at - 1], at == len(words)
    if pattern.closes_text and not is_end:
        return False
    if pattern.closes_clause and not (is_end or last.stop):
        return False
    if pattern.is_question and last.stop != QUESTION:
        return False
    return is_end or bool(last.stop) or words[at].text not in pattern.not_before
