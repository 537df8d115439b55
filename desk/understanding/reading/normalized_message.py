"""A message as rules read it: small letters, other layouts and typing mistakes mended, each place known in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

from desk.language.layout_and_transliteration import swap_layout
from desk.language.unsafe_characters import without_invisible
from desk.understanding.reading.grammar_word_repair import converted_piece, kind_of_latin, meant_word
from desk.understanding.reading.observations import ObservedValue

MAX_LENGTH = 2000
"""Characters of a message in which facts are looked for."""

MAX_MATCHES = 12
"""Places of one pattern in a message that are looked at."""

_FOLDED_SIGNS = str.maketrans("ё’‘ʼ`´‐‑‒–—―−\u00a0\u202f«»“”„", "е'''''-------  \"\"\"\"\"")
_PLAIN = re.compile("[\t\n\r -~\u00a0«»ЁА-яё–—’“”№…]*")
_PIECE = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[a-z]")
_CYRILLIC = re.compile("[а-я]")
_BOUNDARY = re.compile(
    r"[!?;\n()]+|[,:](?![\d/])|\.(?![\da-z])|\s-+\s"
    r"|(?<=\s)(?:а|но|зато|хотя|однако|but|however|although|while)(?=\s)"
)
_CORRECTION = re.compile(
    r"\b(?:ой|упс|точнее|вернее|то есть|тоесть|ошиб(?:ся|лась|очка|ка)|перепутал[аи]?|напутал[аи]?|оговорил(?:ся|"
    r"ась)|хотя нет|"
    r"хотя не|правильнее|поправ(?:ка|люсь|ляюсь)|исправля[ею]\w*|не так(?=\s*[:,.-])|нет (?:вру|стоп|погоди\w*|"
    r"подожди\w*|не то)|i mean|i meant|sorry|actually|no wait|"
    r"wait|correction|or rather|"
    r"scratch that|oops|should be|на самом деле)\b[,.!:\s-]*(?:(?:нет|не то|no)\b[,.!:\s-]*)?"
    r"|[,.;!?…-]\s*(?:не|нет|нет нет|no)\s*[,.!-]\s*"
)
_ASKING = re.compile(
    r"\s*(?:а |и |ну |в |на |so |and |but )?(?:(?:сколько|како(?:й|го|му)|какая|какие|когда|где|кто|зачем|чем|куда|как "
    r"(?:мне|нам|вы|я|это|долго|скоро|узнать|сделать|поменять|подключить|настроить|перезагрузить|включить|"
    r"посмотреть))(?![ -](?:то|нибудь|либо|нить)\b)|"
    r"(?:нужно|надо|можно|есть|будет) ли|where|who|what|which|when|how (?!ever)|why|(?:is|are|does|was) (?:it|"
    r"the|these|this|that|there)\b|"
    r"(?:do|can|could|should|shall|may) (?:i|you|we)|will you|would you)\b"
)
_SENTENCE_END = re.compile(r"[!?\n]+|\.(?![\da-z])")


@dataclass(frozen=True)
class Clause:
    """Words between two signs or conjunctions: ``reading.text[start:end]``."""

    start: int
    end: int
    text: str
    asks: bool
    """Whether a question mark ends its sentence, or a word of asking begins it."""


@dataclass(frozen=True)
class Reading:
    """The text to be matched. ``text`` has one character for each of ``begins`` and ``ends``: where it stands in the
    message; a mended word stands where the whole word stood."""

    text: str
    begins: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None
    _kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the message of a place in the reading."""
        if self.begins is None or self.ends is None:
            return start, end
        return self.begins[start], self.ends[end - 1]

    def value(
        self, slot: str, value: Any, start: int, end: int, parsed: Mapping[str, Any] | None = None
    ) -> ObservedValue:
        """An observed value, its span that of the message."""
        return ObservedValue(slot, value, *self.span(start, end), parsed or {})

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses, in order."""
        return tuple(self._clauses())

    def _clauses(self) -> Iterator[Clause]:
        at = 0
        questions = [(end.start(), "?" in end.group()) for end in _SENTENCE_END.finditer(self.text)]
        for start, end in [*(found.span() for found in _BOUNDARY.finditer(self.text)), (len(self.text),) * 2]:
            if self.text[at:start].strip():
                asks = next((is_question for place, is_question in questions if place >= start), False)
                asks = asks or bool(_ASKING.match(self.text, at))
                yield Clause(at, start, self.text[at:start], asks)
            at = end

    def part(self, start: int, end: int) -> Reading:
        """The reading of a part of it."""
        places = [self.span(at, at + 1) for at in range(start, end)]
        return Reading(self.text[start:end], tuple(at for at, _ in places), tuple(at for _, at in places))

    @cached_property
    def correction(self) -> int:
        """Where the last correction of the speaker's own words ends ("ой, нет, ..."); 0 where there is none."""
        return max((found.end() for found in _CORRECTION.finditer(self.text, 1)), default=0)

    def clause_at(self, place: int) -> Clause:
        """The clause that a place is in."""
        found = next((one for one in self.clauses if one.start <= place < one.end), None)
        return found or Clause(0, len(self.text), self.text, "?" in self.text)

    def before(self, clause: Clause) -> Clause | None:
        """The clause before this one."""
        at = self.clauses.index(clause) if clause in self.clauses else 0
        return self.clauses[at - 1] if at else None

    def matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """The first places where a pattern fits: nobody says a thing more often than that."""
        return islice(pattern.finditer(self.text), MAX_MATCHES)

    def is_only(self, start: int, end: int, fillers: frozenset[str]) -> bool:
        """Whether around this place there are only filling words."""
        rest = f"{self.text[:start]} {self.text[end:]}"
        return all(word in fillers for word in _WORD.findall(rest)) and not re.search(r"\d", rest)


@lru_cache(maxsize=256)
def read(text: str) -> Reading:
    """The reading of a message."""
    return _mended(_folded(text[:MAX_LENGTH]))


def _folded(text: str) -> Reading:
    if _PLAIN.fullmatch(text):
        return Reading(text.lower().translate(_FOLDED_SIGNS))
    characters, begins = [], []
    for at, char in enumerate(text):
        if without_invisible(char):
            small = char.lower().translate(_FOLDED_SIGNS)
            characters.append(small[:1])
            begins.append(at)
    return Reading("".join(characters), tuple(begins), tuple(at + 1 for at in begins))


def _mended(reading: Reading) -> Reading:
    """The same with words of another layout or alphabet and misspelled ones as they were meant."""
    changes = list(_changes(reading.text))
    if not changes:
        return reading
    pieces: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    at = 0
    for start, end, word in [*changes, (len(reading.text), len(reading.text), "")]:
        pieces += (reading.text[at:start], word)
        places = [reading.span(place, place + 1) for place in range(at, start)]
        begins += (place for place, _ in places)
        ends += (place for _, place in places)
        if word:
            whole = reading.span(start, end)
            begins += [whole[0]] * len(word)
            ends += [whole[1]] * len(word)
        at = end
    return Reading("".join(pieces), tuple(begins), tuple(ends))


def _changes(text: str) -> Iterator[tuple[int, int, str]]:
    """What is to be replaced, in order, and by what."""
    kind = kind_of_latin(text) if _LATIN.search(text) else ""
    for piece in _PIECE.finditer(text):
        found = piece.group()
        if kind and _LATIN.search(found) and not _CYRILLIC.search(found):
            start, end, word = converted_piece(found, kind)
            if word:
                yield piece.start() + start, piece.start() + end, word
                continue
        for word_found in _WORD.finditer(found):
            word = meant_word(word_found.group())
            if word != word_found.group():
                yield piece.start() + word_found.start(), piece.start() + word_found.end(), word


def as_meant(text: str) -> str:
    """The text with each line that was typed in the other keyboard layout as it was meant, in small letters."""
    return "\n".join(read(line).text if _is_in_other_layout(line) else line for line in text.split("\n"))


def _is_in_other_layout(line: str) -> bool:
    """Whether a line in Latin letters makes Russian words by the same keys; one by ear ("net interneta") does not."""
    if not line.strip() or any("\u0400" <= char <= "\u04ff" for char in line):
        return False
    meant = [word for word in _WORD.findall(read(line).text) if _CYRILLIC.match(word)]
    typed = set(_WORD.findall(swap_layout(line.lower())))
    return len(meant) >= 2 and 2 * sum(word in typed for word in meant) > len(meant)
