"""One answer to one question: understood and ready to be kept as JSON, or not understood, and then one asks again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from desk.model.messages import File
from desk.understanding.phone_numbers import phones_told
from desk.understanding.reading.normalized_message import read
from desk.understanding.reading.observations import SAYS_LESS, Act, ObservedValue, Situation, TalkStage, Understanding
from desk.understanding.slots.date_reckoning import TimeSpan
from desk.understanding.slots.moments import iso_span, parse_when
from desk.understanding.slots.works_or_not import plain_answer, word_count
from desk.understanding.understand import understand
from intake.engine.choice_parsing import is_choice_by_name, parse_choice, parse_choices, parse_marked_choice
from intake.engine.model import CommandOutputPattern, Question
from intake.engine.on_file_words import names_what_is_on_file

SKIP = "skip"
ON_FILE = "on_file"
"""The value of an answer that confirms what the provider has on file (an address), without naming it."""

MAX_ANSWER_LENGTH = 8000
"""Characters kept of one answer; the journal has the whole message."""

MEANINGS = frozenset(
    {"scope", "since", "address", "site", "lamps", "rebooted", "neighbours", "changed", "amount", "phone", "date"}
    | {"money_matter", "paid_by"}
)
"""What questions ask for that `desk.understanding` knows the values of: only such a value answers one of these."""

_FILE_QUESTION_TYPES = frozenset({"photo", "file", "evidence"})
_TALK = (
    *(
        Act.CONFUSED,
        Act.BOT_QUESTION,
        Act.STATUS,
        Act.HUMAN,
        Act.CALLBACK,
        Act.BACK,
        Act.RESTART,
        Act.CANCEL,
        Act.LANGUAGE,
    ),
    *(Act.OTHER_MATTER, Act.WAIT),
)
"""Acts of the talk itself: a message that does one of these and says little else answers no question in free words."""
_NOTHING = re.compile(
    r"\W*(?:нет|не|ничего|вроде нет|да нет|никаких|no|none|nothing|nope)\W*|"
    r".{0,20}\b(?:ничего|никто)\b.{0,12}\bне\b.{0,25}|.{0,12}\bне (?:менял|трогал|было)\w*\W*"
    r"|.{0,12}\bnothing(?: has)? (?:changed|new)\b.{0,12}",
    re.IGNORECASE | re.DOTALL,
)
_NO_WORDS = re.compile(
    r"\W*(?:(?:нет|не|ничего|вроде нет|да нет|больше ничего|нечего|спасибо|ок|окей|хорошо|ладно|"
    r"понятно|ясно|no|none|nope|nah|nothing|nothing else|that is all|that's all|thats all|ok|okay|fine|"
    r"thanks|thank you)\W*){1,3}",
    re.IGNORECASE,
)
_LONGEST_NOT_KNOWING = 7  # words; who tells more knows something


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

    ``text`` is the message. The answer's words are the span's, and ``parsed`` names the span. Where ``parsed`` names
    an option, only that one is true.
    """
    words = text[observed.start : observed.end]
    value = _value_as_answer(question, observed.parsed.get("option", observed.value), words)
    if value is None:
        return None
    parsed = {name: one for name, one in observed.parsed.items() if name != "option"}
    return ParsedAnswer(value, words, {**parsed, "span": [observed.start, observed.end]})


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

    @property
    def understood(self) -> Understanding:
        """What the text says where this question is open."""
        return understand(self.text, Situation(TalkStage.QUESTION, self.question.means, self.now, self.zone))


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

    ``zone`` is the person's, ``number`` the question's number in a mail. A question whose meaning the desk knows is
    answered by a value of that meaning and by nothing else; any other by what has the shape of its type. "Не знаю" is
    an answer to any question (value None), "пропустить" to one that may be skipped. A command ("/cancel") is none.
    """
    received = _AnswerInput(question, text.strip()[:MAX_ANSWER_LENGTH], files, number, now, zone)
    if option:
        return _parse_button(received, option)
    if not (received.text or files) or received.text.startswith("/"):
        return NotUnderstood(question.id, question.type)
    found = _parse_meaning(received) or _parse_skipped(received) or _parse_by_type(received)
    return found or NotUnderstood(question.id, question.type)


def _parse_meaning(received: _AnswerInput) -> ParsedAnswer | None:
    """The value of the question's meaning that the words tell; first the number or the name of an option."""
    question, text = received.question, received.text
    if not text or question.means not in MEANINGS:
        return None
    observed = value_for(question, received.understood)
    answer = answer_of(question, observed, text) if observed else None
    if question.options and (option := parse_marked_choice(question, text, received.number)):
        value = [option.id] if question.type == "multi" else option.id
        says_less = answer and answer.value == value and answer.parsed.get(SAYS_LESS)
        return answer if says_less else ParsedAnswer(value, text)
    return answer


def _parse_by_type(received: _AnswerInput) -> ParsedAnswer | None:
    if received.question.means not in MEANINGS:
        return _PARSERS[received.question.type](received)
    by_type = _PARSERS_BESIDE_MEANING.get(received.question.type)
    return by_type(received) if by_type else None


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
    if received.files or not text or is_choice_by_name(question, text, received.number):
        return None
    found = received.understood
    if found.says(Act.DONT_KNOW) and word_count(text) <= _LONGEST_NOT_KNOWING:
        unknown = question.option("unknown") if question.type == "choice" else None
        return ParsedAnswer(unknown.id, text, {SAYS_LESS: True}) if unknown else ParsedAnswer(None, text)
    if question.required:
        return None
    refused = question.type in _FILE_QUESTION_TYPES and len(text) < 40 and plain_answer(read(text)) is False
    if question.means == "changed" and _NOTHING.fullmatch(text):
        return ParsedAnswer(None, text)
    if found.says(Act.SKIP) or refused:
        return ParsedAnswer(None)
    return skipped_text(question, text) if question.means not in MEANINGS else None


def skipped_text(question: Question, words: str) -> ParsedAnswer | None:
    """To a question in free words that may be left out, "нет" and "ok" add nothing."""
    may_be_skipped = question.type == "text" and not question.required
    return ParsedAnswer(None, words) if may_be_skipped and _NO_WORDS.fullmatch(words) else None


def _parse_choice(received: _AnswerInput) -> ParsedAnswer | None:
    option = parse_choice(received.question, received.text, received.number) if received.text else None
    return ParsedAnswer(option.id, received.text) if option else None


def _parse_choice_by_name(received: _AnswerInput) -> ParsedAnswer | None:
    """A choice whose meaning is known: an option's name or a part of it, but no mention in a longer text, which the
    grammar of the meaning has read."""
    if not received.text or received.understood.says(*_TALK, Act.WORKS_ALREADY):
        return None
    option = is_choice_by_name(received.question, received.text, received.number)
    if option is not None and option.id != "unknown" and received.question.means == "lamps":
        option = None  # a part of a name, "мигает", "оранжевая", says nothing of which lamp it is
    return ParsedAnswer(option.id, received.text) if option else None


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
    if received.text and received.question.prefill and names_what_is_on_file(received.text):
        return ParsedAnswer(ON_FILE, received.text)
    agrees = plain_answer(read(received.text))
    return None if agrees is None else ParsedAnswer(agrees, received.text)


def _parse_text(received: _AnswerInput) -> ParsedAnswer | None:
    """A sentence of the person's own: not a word of the talk alone ("чего?", a greeting, "оператора")."""
    if confirmed := _parse_on_file(received):
        return confirmed
    if not received.text or not _is_a_sentence(received, 1):
        return None
    return ParsedAnswer(received.text, received.text, files=_stored_files(received.files))


_NOTHING_CHANGED = re.compile(
    r"\b(?:ничего|ничё|ничо|никаких|нет|не (?:было|менял\w*|замечал\w*|делал\w*)|без изменений|все так же|"
    r"nothing|no changes?|none|not (?:that i know|really))\b"
)


def _parse_told_text(received: _AnswerInput) -> ParsedAnswer | None:
    """Free words to a question of known meaning that its grammar does not read: that nothing has changed."""
    if confirmed := _parse_on_file(received):
        return confirmed
    is_told = received.question.means == "changed" and _NOTHING_CHANGED.search(read(received.text).text)
    return ParsedAnswer(received.text, received.text) if is_told else None


def _parse_on_file(received: _AnswerInput) -> ParsedAnswer | None:
    if not received.question.prefill or not received.text:
        return None
    agrees = plain_answer(read(received.text), 3) is True or names_what_is_on_file(received.text)
    return ParsedAnswer(ON_FILE, received.text) if agrees else None


def _is_a_sentence(received: _AnswerInput, least: int) -> bool:
    """Whether the text says something, in so many words at least, besides what is a word of the talk itself."""
    found = received.understood
    if found.says(*_TALK, Act.WORKS_ALREADY) and word_count(found.leftover) <= 3:
        return False
    told = [piece for piece in found.leftover.split() if any(map(str.isalnum, piece))]
    values = [one for one in found.acts if one.act is Act.ANSWER]
    is_question = received.text.rstrip(" )").endswith("?") and word_count(received.text) <= 4
    return not is_question and (len(told) >= least or bool(values) or _holds_a_key(found))


def _holds_a_key(found: Understanding) -> bool:
    return bool(found.keys)


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
    """A moment; words that name none are no answer."""
    span = parse_when(received.text, received.now, received.zone) if received.text else None
    return ParsedAnswer(received.text, received.text, parsed=iso_span(span)) if span else None


def _parse_phone(received: _AnswerInput) -> ParsedAnswer | None:
    """An E.164 number of 7 to 15 digits; a Russian 8 at the beginning of eleven is +7."""
    if told := phones_told(received.text[:100], asked=True):
        return ParsedAnswer(told[0][0], received.text)
    if re.search(r"[^0-9+()\-\s.]", received.text[:100]):
        return None
    digits = re.sub(r"[^0-9]", "", received.text[:100])
    if not 7 <= len(digits) <= 15:
        return None
    plus = received.text.lstrip().startswith("+")
    known = "+7" + digits[1:] if len(digits) == 11 and digits[0] in "78" and (digits[0] == "8" or plus) else digits
    return ParsedAnswer("+" + known if plus and not known.startswith("+") else known, received.text)


def _parse_photo(received: _AnswerInput) -> ParsedAnswer | None:
    shown = [file for file in received.files if stands_for_photo(file)]
    return ParsedAnswer(True, received.text, files=_stored_files(shown)) if shown else None


def stands_for_photo(file: File) -> bool:
    """Whether a file is what a request for a photo asks for: a picture, or a document such as a receipt in PDF."""
    return file.is_picture or file.is_document


def shown_in_answer(question: Question, files: Sequence[File]) -> ParsedAnswer | None:
    """The files as the answer to a request for some; None where none of them is what it asks for."""
    fitting = [file for file in files if question.type == "file" or stands_for_photo(file)]
    return ParsedAnswer(True, files=_stored_files(fitting)) if fitting else None


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

_PARSERS_BESIDE_MEANING: Mapping[str, Callable[[_AnswerInput], ParsedAnswer | None]] = {
    "choice": _parse_choice_by_name,
    "yesno": _parse_yes_no,
    "text": _parse_told_text,
    "location": _parse_told_text,
    "photo": _parse_photo,
    "file": _parse_file,
    "evidence": _parse_evidence,
}
"""What else than a value of its meaning answers a question of a meaning."""


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
