"""Answers to a letter of numbered questions, however people write them.

Known are: "1) ...", "1. ...", "1: ..." with or without blanks; several of these in one line; an answer below the
quoted question ("> 1) ..."); an option's number alone ("12"); one answer to one question; and one answer a line.
What nothing asked for is not lost: it is handed back as the leftover.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from desk.language.characters import without_invisible
from desk.language.normalize import normalized, word_lines
from desk.model.messages import File
from intake.engine.answer_parsing import NotUnderstood, ParsedAnswer, parse_answer
from intake.engine.model import Question

MOST_LINES = 2000
LONGEST = 64 * 1024

# A mark is not followed by a digit unless it is a bracket: "1:30", "1.5" and "2-3 days" are no marks.
_MARK = re.compile(r"\s{0,8}(?:№\s?)?([1-9])(?:\s?\)\s*|\s?[.:\u2013\u2014-](?![0-9])\s*)(.*)", re.DOTALL)
_INLINE = re.compile(r"(?<=[\s,;])([1-9])\)(?=\s*\S)")
_CODES = re.compile(r"\s{0,8}[1-9][1-9](?:[\s,;]{1,3}[1-9][1-9]){0,30}[\s.]{0,3}")
_FAREWELLS = word_lines(
    "с уважением | всего доброго | отправлено из | отправлено с | best regards | kind regards | regards | "
    "sent from my | sincerely"
)
_GREETINGS = frozenset(
    word_lines(
        "здравствуйте | добрый день | добрый вечер | доброе утро | привет | спасибо | заранее спасибо | ответы | "
        "отвечаю | hello | hi | thanks | thank you | dear support | good day | good morning | answers | my answers"
    )
)
_GROWING = frozenset({"text", "location", "evidence"})
"""Types of questions whose answer may have several paragraphs."""


@dataclass(frozen=True, slots=True)
class ParsedReply:
    """What a letter answered, by the question's id, and the rest of its words."""

    answers: dict[str, ParsedAnswer]
    leftover: str


@dataclass(slots=True)
class _ReplyPart:
    """Lines said to one question; question 0 is nobody's."""

    number: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def parse_reply(
    asks: Sequence[Question], text: str, now: datetime, *, files: Sequence[File] = (), zone: tzinfo = UTC
) -> ParsedReply:
    """Reads the answers to ``asks``, in the order they were asked, from a letter's own text.

    The text may hold quoted lines (">"), so that answers written below their questions are found; the history is cut
    by the mail room before. Files go to the requests that are still open, in order.
    """
    reader = _ReplyParser(asks, now, zone)
    own = _unsigned(without_invisible(text[:LONGEST]).splitlines()[:MOST_LINES])
    pieces = _pieces(own, asks)
    if not any(piece.number for piece in pieces):
        reader.unnumbered("\n".join(line for piece in pieces for line in piece.lines).strip())
    else:
        for piece in pieces:
            reader.numbered(piece)
    reader.attach(files)
    return ParsedReply(reader.found, "\n\n".join(reader.left))


class _ReplyParser:
    def __init__(self, asks: Sequence[Question], now: datetime, zone: tzinfo) -> None:
        self.asks = asks
        self.now = now
        self.zone = zone
        self.found: dict[str, ParsedAnswer] = {}
        self.left: list[str] = []

    def read(self, number: int, said: str) -> ParsedAnswer | None:
        ask = self.asks[number - 1]
        read = parse_answer(ask, _without_question(said, ask), self.now, zone=self.zone, number=number)
        return None if isinstance(read, NotUnderstood) else read

    def keep(self, words: str) -> None:
        if words.strip() and normalized(words) not in _GREETINGS:
            self.left.append(words.strip())

    def unnumbered(self, said: str) -> None:
        """No numbers at all: the whole text answers a single question, or each line one of several."""
        lines = [line for line in said.splitlines() if line.strip() and normalized(line) not in _GREETINGS]
        if len(self.asks) == 1:
            self.single(said, lines)
            return
        read = (
            [self.read(number, line) for number, line in enumerate(lines, 1)]
            if len(lines) == len(self.asks)
            else [None]
        )
        if all(read):
            self.found = {ask.id: one for ask, one in zip(self.asks, read, strict=True) if one is not None}
        else:
            self.keep(said)

    def single(self, said: str, lines: Sequence[str]) -> None:
        """The whole text; or of a choice the first line that names an option, and the other lines are kept."""
        ask, body = self.asks[0], "\n".join(lines)
        if ask.type in _WITH_OPTIONS and len(lines) > 1:
            for at, line in enumerate(lines):
                if one := self.read(1, line):
                    self.found[ask.id] = one
                    self.keep("\n".join([*lines[:at], *lines[at + 1 :]]))
                    return
        if whole := self.read(1, body) if body else None:
            self.found[ask.id] = whole
        else:
            self.keep(said)

    def numbered(self, piece: _ReplyPart) -> None:
        """One piece of a letter with numbers; where only its first line is an answer, the rest is kept."""
        if not piece.number:
            self.keep(piece.text)
            return
        ask = self.asks[piece.number - 1]
        first, _, rest = piece.text.partition("\n")
        if ask.id in self.found or not piece.text:
            self.keep(piece.text)
        elif (one := self.read(piece.number, piece.text)) and (ask.type in _GROWING or not rest):
            self.found[ask.id] = one
        elif head := self.read(piece.number, first):
            self.found[ask.id] = head
            self.keep(rest)
        elif one:
            self.found[ask.id] = one
        else:
            self.keep(f"{piece.number}) {piece.text}")

    def attach(self, files: Sequence[File]) -> None:
        """Gives each open request the next files it can take; the last one takes all that fit."""
        left = list(files)
        wanting = [ask for ask in self.asks if ask.type in ("photo", "file", "evidence") and not self._sent(ask)]
        for at, ask in enumerate(wanting):
            last = not any(other.type == ask.type for other in wanting[at + 1 :])
            fitting = [file for file in left if ask.type != "photo" or file.is_picture]
            taken = fitting if last else fitting[:1]
            words = self.found[ask.id].text if ask.id in self.found else ""
            read = parse_answer(ask, words, self.now, files=taken, zone=self.zone) if taken else None
            if isinstance(read, ParsedAnswer):
                self.found[ask.id] = read
                left = [file for file in left if file not in taken]

    def _sent(self, ask: Question) -> bool:
        return ask.id in self.found and bool(self.found[ask.id].files)


def _pieces(lines: Sequence[str], asks: Sequence[Question]) -> list[_ReplyPart]:
    pieces = [_ReplyPart(0)]
    for line in _split(lines, len(asks)):
        quoted = line.lstrip().startswith(">")
        mark = _MARK.fullmatch(line.lstrip("> \t") if quoted else line)
        number = int(mark.group(1)) if mark else 0
        if quoted:
            if 0 < number <= len(asks):
                pieces.append(_ReplyPart(number))
        elif mark and 0 < number <= len(asks):
            pieces.append(_ReplyPart(number, [mark.group(2)]))
        elif codes := _codes(line, asks):
            pieces += (_ReplyPart(number, [code]) for number, code in codes)
            pieces.append(_ReplyPart(0))
        elif not line.strip() and _ends(pieces[-1], asks):
            pieces.append(_ReplyPart(0))
        else:
            pieces[-1].lines.append(line)
    return [piece for piece in pieces if piece.text]


def _split(lines: Sequence[str], count: int) -> list[str]:
    """The lines, with each "2) ..." in the midst of one at the beginning of a line of its own."""
    found: list[str] = []
    for line in lines:
        start = 0
        if not line.lstrip().startswith(">") and _MARK.match(line):
            for mark in _INLINE.finditer(line):
                if int(mark.group(1)) <= count:
                    found.append(line[start : mark.start()].rstrip(" ,;\t"))
                    start = mark.start()
        found.append(line[start:])
    return found


def _codes(line: str, asks: Sequence[Question]) -> list[tuple[int, str]]:
    """Numbers of options alone in a line, as (question, code): "11, 22"."""
    if not _CODES.fullmatch(line):
        return []
    codes = re.findall(r"[1-9][1-9]", line)
    found = [(int(code[0]), code) for code in codes]
    return found if all(number <= len(asks) and asks[number - 1].type in _WITH_OPTIONS for number, _ in found) else []


_WITH_OPTIONS = ("choice", "multi", "yesno")


def _ends(piece: _ReplyPart, asks: Sequence[Question]) -> bool:
    """Whether a blank line ends what was said to a question."""
    return bool(piece.number and piece.text and asks[piece.number - 1].type not in _GROWING)


def _unsigned(lines: list[str]) -> list[str]:
    """The lines without a signature: from "-- ", or from a farewell within the last eight lines."""
    for at, line in enumerate(lines):
        words = normalized(line)
        if line.rstrip() == "--" or (at >= len(lines) - 8 and words.startswith(_FAREWELLS)):
            return lines[:at]
    return lines


def _without_question(said: str, ask: Question) -> str:
    """An answer without its question, where the person wrote behind the question itself."""
    for text in (*ask.text.values(), *ask.text_unproved.values()):
        question = text.rstrip()
        if question and said.startswith(question):
            return said[len(question) :].strip()
    return said
