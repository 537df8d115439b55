"""One answer to one question: understood and ready to be kept as JSON, or not understood, and then one asks again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from desk.language.intents import is_agreement, says_dont_know, wants_to_skip
from desk.model.messages import File
from intake.engine.choice_parsing import parse_choice, parse_choices
from intake.engine.date_parsing import TimeSpan, iso_span, parse_when
from intake.engine.model import OutputPattern, Question

SKIP = "skip"
ON_FILE = "on_file"
"""The value of an answer that confirms what the provider has on file (an address), without naming it."""

LONGEST = 8000
"""Characters kept of one answer; the journal has the whole message."""

_MEANT_TO_BE_SENT = frozenset({"photo", "file", "evidence"})


@dataclass(frozen=True, slots=True)
class ParsedAnswer:
    """An answer. ``value`` is what conditions look at (None: skipped or not known), ``text`` the person's own words.

    ``parsed`` holds what was read from it: "from" and "to" of a moment, numbers of a command's output. ``files`` are
    `desk.model.messages.File` as dictionaries.
    """

    value: Any
    text: str = ""
    parsed: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()

    def stored(self) -> dict[str, Any]:
        """The answer as `Case.answers` keeps it; empty parts are left out."""
        kept: dict[str, Any] = {"value": self.value, "text": self.text}
        if self.parsed:
            kept["parsed"] = dict(self.parsed)
        if self.files:
            kept["files"] = [dict(file) for file in self.files]
        return kept


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """No answer to this question; ``expected`` is the question's type, for the sentence that asks again."""

    ask: str
    expected: str


@dataclass(frozen=True, slots=True)
class _AnswerInput:
    """What came, with all that is needed to read it."""

    ask: Question
    said: str
    files: Sequence[File]
    number: int
    now: datetime
    zone: tzinfo


def parse_answer(
    ask: Question,
    said: str,
    now: datetime,
    *,
    option: str = "",
    files: Sequence[File] = (),
    zone: tzinfo = UTC,
    number: int = 0,
) -> ParsedAnswer | NotUnderstood:
    """Reads an answer: a pressed option's id, or words, or files, or both.

    ``zone`` is the person's, ``number`` the question's number in a letter. "Не знаю" is an answer to any question
    (value None), "пропустить" to one that may be skipped. Words in Russian and English are understood alike.
    """
    given = _AnswerInput(ask, said.strip()[:LONGEST], files, number, now, zone)
    if option:
        return _pressed(given, option)
    if not given.said and not files:
        return NotUnderstood(ask.id, ask.type)
    found = _left_out(given) or _READERS[ask.type](given)
    return found or NotUnderstood(ask.id, ask.type)


def _pressed(given: _AnswerInput, option: str) -> ParsedAnswer | NotUnderstood:
    ask = given.ask
    if option == SKIP and not ask.required:
        return ParsedAnswer(None)
    if option == ON_FILE and ask.prefill:
        return ParsedAnswer(ON_FILE)
    if chosen := ask.option(option):
        return ParsedAnswer([chosen.id] if ask.type == "multi" else chosen.id)
    if ask.type == "yesno" and option in ("yes", "no", "unknown"):
        return ParsedAnswer({"yes": True, "no": False}.get(option))
    if ask.type == "datetime" and option in ask.buttons:
        return ParsedAnswer(option, parsed=iso_span(_moment(option, given.now, given.zone)))
    return NotUnderstood(ask.id, ask.type)


def _left_out(given: _AnswerInput) -> ParsedAnswer | None:
    """Words that answer nothing and yet settle the question: it is skipped, or the person does not know."""
    ask, said = given.ask, given.said
    if given.files or not said or parse_choice(ask, said, given.number):
        return None
    if says_dont_know(said):
        return ParsedAnswer(None, said)
    refused = ask.type in _MEANT_TO_BE_SENT and len(said) < 40 and is_agreement(said) is False
    return ParsedAnswer(None) if not ask.required and (wants_to_skip(said) or refused) else None


def _choice(given: _AnswerInput) -> ParsedAnswer | None:
    if option := parse_choice(given.ask, given.said, given.number) if given.said else None:
        return ParsedAnswer(option.id, given.said)
    photos = [file for file in given.files if file.is_picture]
    if photos and given.ask.option("unknown"):  # a picture instead of "I cannot tell"
        return ParsedAnswer("unknown", given.said, files=_kept(photos))
    return None


def _multi(given: _AnswerInput) -> ParsedAnswer | None:
    chosen = parse_choices(given.ask, given.said, given.number)
    return ParsedAnswer([option.id for option in chosen], given.said) if chosen else None


def _yesno(given: _AnswerInput) -> ParsedAnswer | None:
    digit = {
        "1": True,
        "2": False,
        "3": None,
        f"{given.number}1": True,
        f"{given.number}2": False,
        f"{given.number}3": None,
    }
    bare = given.said.strip(" ).:")
    if bare in digit:
        return ParsedAnswer(digit[bare], given.said)
    agrees = is_agreement(given.said)
    return None if agrees is None else ParsedAnswer(agrees, given.said)


def _text(given: _AnswerInput) -> ParsedAnswer | None:
    if not given.said:
        return None
    if given.ask.prefill and is_agreement(given.said) is True and len(given.said.split()) <= 3:
        return ParsedAnswer(ON_FILE, given.said)
    return ParsedAnswer(given.said, given.said, files=_kept(given.files))


_NUMBER = re.compile(r"-?[0-9]{1,12}(?:[ \u00a0\u202f][0-9]{3}){0,3}(?:[.,][0-9]{1,6})?(?![0-9])")


def _number(given: _AnswerInput) -> ParsedAnswer | None:
    numbers = list(_NUMBER.finditer(given.said[:200]))
    if len(numbers) != 1:
        return None
    value = float(re.sub(r"\s", "", numbers[0].group()).replace(",", "."))
    low, high = given.ask.low, given.ask.high
    if (low is not None and value < low) or (high is not None and value > high):
        return None
    return ParsedAnswer(int(value) if value.is_integer() else value, given.said)


def _datetime(given: _AnswerInput) -> ParsedAnswer | None:
    if not given.said:
        return None
    span = parse_when(given.said, given.now, given.zone)
    return ParsedAnswer(given.said, given.said, parsed=iso_span(span) if span else {})


def _phone(given: _AnswerInput) -> ParsedAnswer | None:
    """An E.164 number of 7 to 15 digits; a Russian 8 at the beginning of eleven is +7."""
    if re.search(r"[^0-9+()\-\s.]", given.said[:100]):
        return None
    digits = re.sub(r"[^0-9]", "", given.said[:100])
    if not 7 <= len(digits) <= 15:
        return None
    plus = given.said.lstrip().startswith("+")
    known = "+7" + digits[1:] if len(digits) == 11 and digits[0] in "78" and (digits[0] == "8" or plus) else digits
    return ParsedAnswer("+" + known if plus and not known.startswith("+") else known, given.said)


def _photo(given: _AnswerInput) -> ParsedAnswer | None:
    photos = [file for file in given.files if file.is_picture]
    return ParsedAnswer(True, given.said, files=_kept(photos)) if photos else None


def _file(given: _AnswerInput) -> ParsedAnswer | None:
    return ParsedAnswer(True, given.said, files=_kept(given.files)) if given.files else None


def _evidence(given: _AnswerInput) -> ParsedAnswer | None:
    """The output of a command as text, as a picture, or as a file."""
    found = {name: parse_number_at(given.said, reading) for name, reading in given.ask.extract.items()}
    parsed = {name: number for name, number in found.items() if number is not None}
    return ParsedAnswer(True, given.said, parsed, _kept(given.files))


_READERS: Mapping[str, Callable[[_AnswerInput], ParsedAnswer | None]] = {
    "choice": _choice,
    "multi": _multi,
    "yesno": _yesno,
    "text": _text,
    "location": _text,
    "number": _number,
    "datetime": _datetime,
    "phone": _phone,
    "photo": _photo,
    "file": _file,
    "evidence": _evidence,
}


def _moment(button: str, now: datetime, zone: tzinfo) -> TimeSpan:
    """What a button of a datetime question means."""
    words = {"now": "сейчас", "today_morning": "сегодня утром", "yesterday": "вчера", "week_ago": "неделю назад"}
    if button == "days_ago":
        return TimeSpan(now - timedelta(days=7), now - timedelta(days=2))
    # Early in the day "this morning" is still to come: then it means this night.
    return parse_when(words[button], now, zone) or TimeSpan(now - timedelta(hours=6), now)


def parse_number_at(output: str, reading: OutputPattern) -> float | None:
    """The first number right before, or right after, one of the reading's words; blanks between do not count."""
    text = output.casefold()
    for word in reading.before:
        if (found := _beside(text, word, before=True)) is not None:
            return found
    return next((found for word in reading.after if (found := _beside(text, word, before=False)) is not None), None)


def _beside(text: str, word: str, before: bool) -> float | None:
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


def _kept(files: Sequence[File]) -> tuple[Mapping[str, Any], ...]:
    return tuple(asdict(file) for file in files)
