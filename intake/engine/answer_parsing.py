"""One answer to one question: understood and ready to be kept as JSON, or not understood, and then one asks again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from desk.language.intents import is_agreement, says_dont_know, wants_to_skip
from desk.model.messages import File
from desk.understanding.observations import ObservedValue, Understanding
from intake.engine.choice_parsing import parse_choice, parse_choices
from intake.engine.date_parsing import TimeSpan, iso_span, parse_when
from intake.engine.model import CommandOutputPattern, Question

SKIP = "skip"
ON_FILE = "on_file"
"""The value of an answer that confirms what the provider has on file (an address), without naming it."""

MAX_ANSWER_LENGTH = 8000
"""Characters kept of one answer; the journal has the whole message."""

_FILE_QUESTION_TYPES = frozenset({"photo", "file", "evidence"})


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """An answer. ``value`` is what conditions look at (None: skipped or not known), ``text`` the person's own words.

    ``parsed`` holds what was read from it: "from" and "to" of a moment, numbers of a command's output. ``files`` are
    `desk.model.messages.File` as dictionaries. ``origin`` says where it comes from: {"message": id, "span": [a, b]},
    {"button": option} or {"file": what is on file}.
    """

    value: Any
    text: str = ""
    parsed: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()
    origin: Mapping[str, Any] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """The answer as `Case.answers` keeps it; empty parts are left out."""
        kept: dict[str, Any] = {"value": self.value, "text": self.text}
        if self.parsed:
            kept["parsed"] = dict(self.parsed)
        if self.files:
            kept["files"] = [dict(file) for file in self.files]
        if self.origin:
            kept["from"] = dict(self.origin)
        return kept


SLOT_OF_MEANING = {"address": "place"}
"""The slot that answers a question of this meaning, where the two have other names."""


def value_for(question: Question, found: Understanding) -> ObservedValue | None:
    """What was understood for the question's meaning, if it has one."""
    return found.value(SLOT_OF_MEANING.get(question.means, question.means)) if question.means else None


def answer_of(question: Question, observed: ObservedValue, text: str) -> ParsedAnswer | None:
    """The answer that an observed value is to a question; None where the question has no such answer.

    ``text`` is the message. The answer's words are the span's, and ``parsed`` names the span.
    """
    words = text[observed.start : observed.end]
    value = _value_as_answer(question, observed.value, words)
    if value is None:
        return None
    return ParsedAnswer(value, words, {**observed.parsed, "span": [observed.start, observed.end]})


def _value_as_answer(question: Question, value: Any, words: str) -> Any:
    """The value as answers to this type of question are kept, or None."""
    if question.type in ("choice", "multi"):
        chosen = question.option(("yes" if value else "no") if isinstance(value, bool) else str(value))
        return None if chosen is None else [chosen.id] if question.type == "multi" else chosen.id
    if question.type == "yesno":
        return value if isinstance(value, bool) else {"yes": True, "no": False}.get(value)
    if question.type == "number":
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return value if is_number and _is_within_bounds(question, value) else None
    return value if question.type == "phone" else words


def _is_within_bounds(question: Question, value: float) -> bool:
    too_small = question.minimum is not None and value < question.minimum
    return not too_small and not (question.maximum is not None and value > question.maximum)


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """No answer to this question; its type chooses the sentence that asks again."""

    question_id: str
    question_type: str


@dataclass(frozen=True, slots=True)
class _AnswerInput:
    """What came, with all that is needed to read it."""

    question: Question
    text: str
    files: Sequence[File]
    number: int
    now: datetime
    zone: tzinfo


def parse_answer(
    question: Question,
    text: str,
    now: datetime,
    *,
    option: str = "",
    files: Sequence[File] = (),
    zone: tzinfo = UTC,
    number: int = 0,
) -> ParsedAnswer | NotUnderstood:
    """Reads an answer: a pressed option's id, or words, or files, or both.

    ``zone`` is the person's, ``number`` the question's number in a mail. "Не знаю" is an answer to any question
    (value None), "пропустить" to one that may be skipped. Words in Russian and English are understood alike.
    """
    received = _AnswerInput(question, text.strip()[:MAX_ANSWER_LENGTH], files, number, now, zone)
    if option:
        return _parse_button(received, option)
    if not received.text and not files:
        return NotUnderstood(question.id, question.type)
    found = _parse_skipped(received) or _PARSERS[question.type](received)
    return found or NotUnderstood(question.id, question.type)


def _parse_button(received: _AnswerInput, option: str) -> ParsedAnswer | NotUnderstood:
    question = received.question
    if option == SKIP and not question.required:
        return ParsedAnswer(None)
    if option == ON_FILE and question.prefill:
        return ParsedAnswer(ON_FILE)
    if chosen := question.option(option):
        return ParsedAnswer([chosen.id] if question.type == "multi" else chosen.id)
    if question.type == "yesno" and option in ("yes", "no", "unknown"):
        return ParsedAnswer({"yes": True, "no": False}.get(option))
    if question.type == "datetime" and option in question.buttons:
        return ParsedAnswer(option, parsed=iso_span(_button_time_span(option, received.now, received.zone)))
    return NotUnderstood(question.id, question.type)


def _parse_skipped(received: _AnswerInput) -> ParsedAnswer | None:
    """Words that answer nothing and yet settle the question: it is skipped, or the person does not know."""
    question, text = received.question, received.text
    if received.files or not text or parse_choice(question, text, received.number):
        return None
    if says_dont_know(text):
        return ParsedAnswer(None, text)
    refused = question.type in _FILE_QUESTION_TYPES and len(text) < 40 and is_agreement(text) is False
    return ParsedAnswer(None) if not question.required and (wants_to_skip(text) or refused) else None


def _parse_choice(received: _AnswerInput) -> ParsedAnswer | None:
    if option := parse_choice(received.question, received.text, received.number) if received.text else None:
        return ParsedAnswer(option.id, received.text)
    photos = [file for file in received.files if file.is_picture]
    if photos and received.question.option("unknown"):  # a picture instead of "I cannot tell"
        return ParsedAnswer("unknown", received.text, files=_stored_files(photos))
    return None


def _parse_choices(received: _AnswerInput) -> ParsedAnswer | None:
    chosen = parse_choices(received.question, received.text, received.number)
    return ParsedAnswer([option.id for option in chosen], received.text) if chosen else None


def _parse_yes_no(received: _AnswerInput) -> ParsedAnswer | None:
    by_digit = {
        "1": True,
        "2": False,
        "3": None,
        f"{received.number}1": True,
        f"{received.number}2": False,
        f"{received.number}3": None,
    }
    stripped = received.text.strip(" ).:")
    if stripped in by_digit:
        return ParsedAnswer(by_digit[stripped], received.text)
    agrees = is_agreement(received.text)
    return None if agrees is None else ParsedAnswer(agrees, received.text)


def _parse_text(received: _AnswerInput) -> ParsedAnswer | None:
    if not received.text:
        return None
    if received.question.prefill and is_agreement(received.text) is True and len(received.text.split()) <= 3:
        return ParsedAnswer(ON_FILE, received.text)
    return ParsedAnswer(received.text, received.text, files=_stored_files(received.files))


_NUMBER_IN_TEXT = re.compile(r"-?[0-9]{1,12}(?:[ \u00a0\u202f][0-9]{3}){0,3}(?:[.,][0-9]{1,6})?(?![0-9])")


def _parse_number(received: _AnswerInput) -> ParsedAnswer | None:
    numbers = list(_NUMBER_IN_TEXT.finditer(received.text[:200]))
    if len(numbers) != 1:
        return None
    value = float(re.sub(r"\s", "", numbers[0].group()).replace(",", "."))
    if not _is_within_bounds(received.question, value):
        return None
    return ParsedAnswer(int(value) if value.is_integer() else value, received.text)


def _parse_datetime(received: _AnswerInput) -> ParsedAnswer | None:
    if not received.text:
        return None
    span = parse_when(received.text, received.now, received.zone)
    return ParsedAnswer(received.text, received.text, parsed=iso_span(span) if span else {})


def _parse_phone(received: _AnswerInput) -> ParsedAnswer | None:
    """An E.164 number of 7 to 15 digits; a Russian 8 at the beginning of eleven is +7."""
    if re.search(r"[^0-9+()\-\s.]", received.text[:100]):
        return None
    digits = re.sub(r"[^0-9]", "", received.text[:100])
    if not 7 <= len(digits) <= 15:
        return None
    plus = received.text.lstrip().startswith("+")
    known = "+7" + digits[1:] if len(digits) == 11 and digits[0] in "78" and (digits[0] == "8" or plus) else digits
    return ParsedAnswer("+" + known if plus and not known.startswith("+") else known, received.text)


def _parse_photo(received: _AnswerInput) -> ParsedAnswer | None:
    photos = [file for file in received.files if file.is_picture]
    return ParsedAnswer(True, received.text, files=_stored_files(photos)) if photos else None


def _parse_file(received: _AnswerInput) -> ParsedAnswer | None:
    return ParsedAnswer(True, received.text, files=_stored_files(received.files)) if received.files else None


def _parse_evidence(received: _AnswerInput) -> ParsedAnswer | None:
    """The output of a command as text, as a picture, or as a file."""
    found = {name: parse_number_at(received.text, pattern) for name, pattern in received.question.extract.items()}
    parsed = {name: number for name, number in found.items() if number is not None}
    return ParsedAnswer(True, received.text, parsed, _stored_files(received.files))


_PARSERS: Mapping[str, Callable[[_AnswerInput], ParsedAnswer | None]] = {
    "choice": _parse_choice,
    "multi": _parse_choices,
    "yesno": _parse_yes_no,
    "text": _parse_text,
    "location": _parse_text,
    "number": _parse_number,
    "datetime": _parse_datetime,
    "phone": _parse_phone,
    "photo": _parse_photo,
    "file": _parse_file,
    "evidence": _parse_evidence,
}


def _button_time_span(button: str, now: datetime, zone: tzinfo) -> TimeSpan:
    """What a button of a datetime question means."""
    words = {
        "now": "сейчас",
        "today": "сегодня",
        "today_morning": "сегодня утром",
        "yesterday": "вчера",
        "week_ago": "неделю назад",
    }
    if button == "days_ago":
        return TimeSpan(now - timedelta(days=7), now - timedelta(days=2))
    # Early in the day "this morning" is still to come: then it means this night.
    return parse_when(words[button], now, zone) or TimeSpan(now - timedelta(hours=6), now)


def parse_number_at(output: str, pattern: CommandOutputPattern) -> float | None:
    """The first number right before, or right after, one of the reading's words; blanks between do not count."""
    text = output.casefold()
    for word in pattern.before:
        if (found := _number_beside(text, word, before=True)) is not None:
            return found
    return next(
        (found for word in pattern.after if (found := _number_beside(text, word, before=False)) is not None), None
    )


def _number_beside(text: str, word: str, before: bool) -> float | None:
    at = text.find(word.casefold())
    for _ in range(50):
        if at < 0:
            return None
        piece = text[max(0, at - 24) : at].rstrip() if before else text[at + len(word) :][:24].lstrip(" \t:=")
        found = (_LAST_NUMBER if before else _FIRST_NUMBER).search(piece)
        if found:
            return float(found.group().replace(",", "."))
        at = text.find(word.casefold(), at + 1)
    return None


_LAST_NUMBER = re.compile(r"(?<![0-9.,])[0-9]{1,12}(?:[.,][0-9]{1,6})?$")
_FIRST_NUMBER = re.compile(r"^[0-9]{1,12}(?:[.,][0-9]{1,6})?")


def _stored_files(files: Sequence[File]) -> tuple[Mapping[str, Any], ...]:
    return tuple(asdict(file) for file in files)
