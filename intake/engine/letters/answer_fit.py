"""One answer of a letter: whether words fit a question, and what the code of an option means. Pure."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from desk.language.plain_answers import says_dont_know
from desk.understanding.reading.observations import Act, Understanding
from intake.engine.answer_parsing import (
    MEANINGS,
    ON_FILE,
    ParsedAnswer,
    answer_of,
    parse_answer,
    skipped_text,
    value_for,
)
from intake.engine.choice_parsing import option_named
from intake.engine.engine import option_labels
from intake.engine.model import Question
from intake.engine.on_file_words import is_confirmation

_STRICT_TYPES = frozenset({"choice", "multi", "yesno", "datetime", "number", "phone"})
_PLACE = re.compile(
    r"[0-9]|\b(?:ул|улица|пр|просп\w*|пер|переулок|д|дом|кв|квартира|город|г|пос|дер|снт|street|st|road|rd|avenue|ave|"
    r"lane|house|flat|apt)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"\s*([1-9])([1-9])(?:[\s.):\u2013\u2014-]+\S.*)?[\s.)]*", re.DOTALL)
_TIME = re.compile(
    r"\b(?:минут|час|день|дня|дней|сут(?:ки|ок)|недел|месяц|год|утр|вечер|ноч|minute|hour|day|week|month|year|morning|"
    r"evening|night)",
    re.IGNORECASE,
)
_OF_THE_WRITING = re.compile(r"\b(?:typos?|опечат\w+)\b", re.IGNORECASE)
_LONGEST_TIME = 6  # words
MOST_WORDS_AROUND = 2
"""Words around an answer that add nothing to it: "началось вчера"."""
_LONGEST_NAME = 4  # words of an address without any number: a village


def is_strict(question: Question) -> bool:
    """Whether answers to it can be told from other words: an option, a time, a number."""
    return question.type in _STRICT_TYPES


def shown_options(question: Question) -> list[list[str]]:
    """The options of a question as a letter shows or showed them, each with its wordings."""
    by_language = [option_labels(question, language) for language in question.text]
    labels = [[label for _, label in one] for one in zip(*by_language, strict=True)]
    also = [list(option.synonyms) for option in question.options] or [[] for _ in labels]
    return [[*own, *more] for own, more in zip(labels, also, strict=True)]


def answer_by_code(question: Question, place: int, now: datetime, zone: tzinfo) -> ParsedAnswer | None:
    """The option that stands at that ``place``, from 1; None where there is none."""
    shown = option_labels(question, next(iter(question.text)))
    if not 0 < place <= len(shown):
        return None
    found = parse_answer(question, "", now, option=shown[place - 1][0], zone=zone)
    return found if isinstance(found, ParsedAnswer) else None


def fitting_answer(
    question: Question, words: str, now: datetime, zone: tzinfo, number: int, said: Understanding
) -> ParsedAnswer | None:
    """The answer that the words are to the question, or None where they do not fit it.

    ``number`` is the question's own in the letter, the first digit of its options' codes; ``said`` what the words mean.
    """
    if not any(map(str.isalnum, words)):
        return None
    code = _CODE.fullmatch(words)
    if code and int(code[1]) == number and (found := answer_by_code(question, int(code[2]), now, zone)):
        return found
    if question.type in ("text", "location"):
        return _fitting_text(question, words, said)
    read = parse_answer(question, words, now, zone=zone, number=number)
    if isinstance(read, ParsedAnswer) and (question.type != "datetime" or _tells_time(read)):
        return read
    observed = value_for(question, said)
    return answer_of(question, observed, words) if observed else None


def _tells_time(found: ParsedAnswer) -> bool:
    """Whether it says when: a stretch of time at least, which the desk may not be able to place."""
    short = len(found.text.split()) <= _LONGEST_TIME
    return bool(found.parsed) or found.value is None or (short and _TIME.search(found.text) is not None)


def _fitting_text(question: Question, words: str, said: Understanding) -> ParsedAnswer | None:
    if says_dont_know(words):
        return ParsedAnswer(None, words)
    if question.prefill and is_confirmation(words):
        return ParsedAnswer(ON_FILE, words)
    if question.means not in MEANINGS and (skipped := skipped_text(question, words)):
        return skipped
    if said.says(Act.CONFUSED, Act.HUMAN, Act.CALLBACK, Act.WORKS_ALREADY, Act.STATUS, Act.CANCEL, Act.BOT_QUESTION):
        return None
    is_other = {
        "address": not _looks_like_place(words, said, question),
        "changed": _tells_time_only(said) or _tells_state_only(said),
        "site": bool(_OF_THE_WRITING.search(words)) or _tells_time_only(said) or _tells_state_only(said),
    }
    return None if is_other.get(question.means) else ParsedAnswer(words, words)


def _tells_time_only(said: Understanding) -> bool:
    """Whether it says since when, and nothing else: that is no change, and no site."""
    return said.value("since") is not None and not said.leftover.strip(" .,;!")


def _tells_state_only(said: Understanding) -> bool:
    """Whether it says what the lamps show, what fails or where, and nothing of a change."""
    told = {one.slot for one in said.values} - {"changed", "since", "date"}
    return bool(told & {"lamps", "scope", "neighbours", "rebooted", "place"}) and not said.leftover.strip(" .,;!")


def words_beside(question: Question, answer: ParsedAnswer, words: str) -> list[str]:
    """The words of an answer, where they say more than the answer that was read from them; else none."""
    if question.type in ("text", "location") and answer.text == words:
        return []
    if option_named(question, re.sub(r"^\s*[1-9]{1,2}\s?[-\u2013\u2014.)]\s?", "", words)):
        return []
    told = len(answer.text.split()) if answer.parsed.get("span") else 1
    return [words] if len(words.split()) - told > MOST_WORDS_AROUND else []


def _looks_like_place(words: str, said: Understanding, question: Question) -> bool:
    if value_for(question, said) is not None or _PLACE.search(words):
        return True
    return len(words.split()) <= _LONGEST_NAME and words[:1].isupper() and "?" not in words
