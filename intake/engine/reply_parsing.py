"""Answers to a mail of numbered questions, however people write them.

Known are: "1) ...", "1. ...", "1: ..." with or without blanks; several of these in one line; an answer below the
quoted question ("> 1) ..."); an option's number alone ("12"); one answer to one question; and one answer a line.
What nothing asked for is not lost: it is handed back as the leftover.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from desk.language.normalize import normalized, word_lines
from desk.language.unsafe_characters import without_invisible
from desk.model.messages import File
from intake.engine.answer_parsing import NotUnderstood, ParsedAnswer, parse_answer
from intake.engine.model import Question

MAX_LINES = 2000
MAX_REPLY_LENGTH = 64 * 1024
MOST_WORDS_AROUND = 2
"""Words around an answer that add nothing to it: "началось вчера"."""

# A mark is not followed by a digit unless it is a bracket: "1:30", "1.5" and "2-3 days" are no marks.
_NUMBER_MARK = re.compile(r"\s{0,8}(?:№\s?)?([1-9])(?:\s?\)\s*|\s?[.:\u2013\u2014-](?![0-9])\s*)(.*)", re.DOTALL)
_INLINE_MARK = re.compile(r"(?<=[\s,;])([1-9])\)(?=\s*\S)")
_OPTION_CODES_LINE = re.compile(r"\s{0,8}[1-9][1-9](?:[\s,;]{1,3}[1-9][1-9]){0,30}[\s.]{0,3}")
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
_MULTI_PARAGRAPH_TYPES = frozenset({"text", "location", "evidence"})
"""Types of questions whose answer may have several paragraphs."""


@dataclass(frozen=True, slots=True)
class ParsedLetterReply:
    """What a mail answered, by the question's id, and the rest of its words."""

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
    questions: Sequence[Question], text: str, now: datetime, *, files: Sequence[File] = (), zone: tzinfo = UTC
) -> ParsedLetterReply:
    """Reads the answers to ``questions``, in the order they were asked, from a mail's own text.

    The text may hold quoted lines (">"), so that answers written below their questions are found; the history is cut
    by the mail package before. Files go to the requests that are still open, in order.
    """
    parser = _ReplyParser(questions, now, zone)
    lines = _without_signature(without_invisible(text[:MAX_REPLY_LENGTH]).splitlines()[:MAX_LINES])
    parts = _split_by_question(lines, questions)
    if not any(part.number for part in parts):
        parser.parse_unnumbered("\n".join(line for part in parts for line in part.lines).strip())
    else:
        for part in parts:
            parser.parse_part(part)
    parser.attach_files(files)
    return ParsedLetterReply(parser.answers, "\n\n".join(parser.leftover))


class _ReplyParser:
    def __init__(self, questions: Sequence[Question], now: datetime, zone: tzinfo) -> None:
        self.questions = questions
        self.now = now
        self.zone = zone
        self.answers: dict[str, ParsedAnswer] = {}
        self.leftover: list[str] = []

    def parse(self, number: int, text: str) -> ParsedAnswer | None:
        question = self.questions[number - 1]
        read = parse_answer(question, _without_question(text, question), self.now, zone=self.zone, number=number)
        return None if isinstance(read, NotUnderstood) else read

    def keep_leftover(self, words: str) -> None:
        if words.strip() and normalized(words) not in _GREETINGS:
            self.leftover.append(words.strip())

    def keep_beside(self, question: Question, answer: ParsedAnswer, words: str) -> None:
        """Keeps the words that an answer does not hold, where they say more than that answer does."""
        span = answer.parsed.get("span")
        said = _without_question(words, question)
        if span and len(said[: span[0]].split()) + len(said[span[1] :].split()) > MOST_WORDS_AROUND:
            self.keep_leftover(said)

    def parse_unnumbered(self, text: str) -> None:
        """No numbers at all: the whole text answers a single question, or each line one of several."""
        lines = [line for line in text.splitlines() if line.strip() and normalized(line) not in _GREETINGS]
        if len(self.questions) == 1:
            self.parse_only_question(text, lines)
            return
        read = (
            [self.parse(number, line) for number, line in enumerate(lines, 1)]
            if len(lines) == len(self.questions)
            else [None]
        )
        if all(read):
            self.answers = {
                question.id: one for question, one in zip(self.questions, read, strict=True) if one is not None
            }
        else:
            self.keep_leftover(text)

    def parse_only_question(self, text: str, lines: Sequence[str]) -> None:
        """The whole text; or of a choice the first line that names an option, and the other lines are kept."""
        question, joined = self.questions[0], "\n".join(lines)
        if question.type in _TYPES_WITH_OPTIONS and len(lines) > 1:
            for at, line in enumerate(lines):
                if one := self.parse(1, line):
                    self.answers[question.id] = one
                    self.keep_leftover("\n".join([*lines[:at], *lines[at + 1 :]]))
                    return
        if answer := self.parse(1, joined) if joined else None:
            self.answers[question.id] = answer
            self.keep_beside(question, answer, joined)
        else:
            self.keep_leftover(text)

    def parse_part(self, part: _ReplyPart) -> None:
        """One part of a mail with numbers; where only its first line is an answer, the rest is kept."""
        if not part.number:
            self.keep_leftover(part.text)
            return
        question = self.questions[part.number - 1]
        first, _, rest = part.text.partition("\n")
        if question.id in self.answers or not part.text:
            self.keep_leftover(part.text)
        elif (one := self.parse(part.number, part.text)) and (question.type in _MULTI_PARAGRAPH_TYPES or not rest):
            self.answers[question.id] = one
            self.keep_beside(question, one, part.text)
        elif head := self.parse(part.number, first):
            self.answers[question.id] = head
            self.keep_beside(question, head, first)
            self.keep_leftover(rest)
        elif one:
            self.answers[question.id] = one
            self.keep_beside(question, one, part.text)
        else:
            self.keep_leftover(f"{part.number}) {part.text}")

    def attach_files(self, files: Sequence[File]) -> None:
        """Gives each open request the next files it can take; the last one takes all that fit."""
        left = list(files)
        open_requests = [
            question
            for question in self.questions
            if question.type in ("photo", "file", "evidence") and not self._sent(question)
        ]
        for at, question in enumerate(open_requests):
            last = not any(other.type == question.type for other in open_requests[at + 1 :])
            fitting = [file for file in left if question.type != "photo" or file.is_picture]
            taken = fitting if last else fitting[:1]
            words = self.answers[question.id].text if question.id in self.answers else ""
            read = parse_answer(question, words, self.now, files=taken, zone=self.zone) if taken else None
            if isinstance(read, ParsedAnswer):
                self.answers[question.id] = read
                left = [file for file in left if file not in taken]

    def _sent(self, question: Question) -> bool:
        return question.id in self.answers and bool(self.answers[question.id].files)


def _split_by_question(lines: Sequence[str], questions: Sequence[Question]) -> list[_ReplyPart]:
    parts = [_ReplyPart(0)]
    for line in _split_inline_marks(lines, len(questions)):
        quoted = line.lstrip().startswith(">")
        mark = _NUMBER_MARK.fullmatch(line.lstrip("> \t") if quoted else line)
        number = int(mark.group(1)) if mark else 0
        if quoted:
            if 0 < number <= len(questions):
                parts.append(_ReplyPart(number))
        elif mark and 0 < number <= len(questions):
            parts.append(_ReplyPart(number, [mark.group(2)]))
        elif codes := _option_codes(line, questions):
            parts += (_ReplyPart(number, [code]) for number, code in codes)
            parts.append(_ReplyPart(0))
        elif not line.strip() and _ends_answer(parts[-1], questions):
            parts.append(_ReplyPart(0))
        else:
            parts[-1].lines.append(line)
    return [part for part in parts if part.text]


def _split_inline_marks(lines: Sequence[str], count: int) -> list[str]:
    """The lines, with each "2) ..." in the midst of one at the beginning of a line of its own."""
    found: list[str] = []
    for line in lines:
        start = 0
        if not line.lstrip().startswith(">") and _NUMBER_MARK.match(line):
            for mark in _INLINE_MARK.finditer(line):
                if int(mark.group(1)) <= count:
                    found.append(line[start : mark.start()].rstrip(" ,;\t"))
                    start = mark.start()
        found.append(line[start:])
    return found


def _option_codes(line: str, questions: Sequence[Question]) -> list[tuple[int, str]]:
    """Numbers of options alone in a line, as (question, code): "11, 22"."""
    if not _OPTION_CODES_LINE.fullmatch(line):
        return []
    codes = re.findall(r"[1-9][1-9]", line)
    found = [(int(code[0]), code) for code in codes]
    return (
        found
        if all(number <= len(questions) and questions[number - 1].type in _TYPES_WITH_OPTIONS for number, _ in found)
        else []
    )


_TYPES_WITH_OPTIONS = ("choice", "multi", "yesno")


def _ends_answer(part: _ReplyPart, questions: Sequence[Question]) -> bool:
    """Whether a blank line ends what was said to a question."""
    return bool(part.number and part.text and questions[part.number - 1].type not in _MULTI_PARAGRAPH_TYPES)


def _without_signature(lines: list[str]) -> list[str]:
    """The lines without a signature: from "-- ", or from a farewell within the last eight lines."""
    for at, line in enumerate(lines):
        words = normalized(line)
        if line.rstrip() == "--" or (at >= len(lines) - 8 and words.startswith(_FAREWELLS)):
            return lines[:at]
    return lines


def _without_question(text: str, question: Question) -> str:
    """An answer without its question, where the person wrote behind the question itself."""
    for wording in (*question.text.values(), *question.text_unproved.values()):
        asked_text = wording.rstrip()
        if asked_text and text.startswith(asked_text):
            return text[len(asked_text) :].strip()
    return text
