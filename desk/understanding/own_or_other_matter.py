"""Which matter a message belongs to, where it names none: the open one, one of its own, or a closed one. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

from desk.understanding.reading.message_words import words_of
from desk.understanding.reading.observations import Act, Situation, TalkStage, Understanding
from desk.understanding.substance import tells_of_matter
from desk.understanding.understand import understand


class AfterClosing(StrEnum):
    """What a message says to a case that was closed lately."""

    AGAIN = "again"
    """The trouble is back, or was never gone."""
    COURTESY = "courtesy"
    """Nothing but thanks, or that all is well."""
    NOTHING = ""
    """Something else: a matter of its own."""


_OF_THE_CASE = frozenset(
    {
        Act.AGREE,
        Act.RESERVED,
        Act.DENY,
        Act.WORKS_ALREADY,
        Act.STATUS,
        Act.CANCEL,
        Act.CALLBACK,
        Act.HUMAN,
        Act.BOT_QUESTION,
        Act.LANGUAGE,
        Act.ANGRY,
        Act.THANKS,
    }
)
"""What is said to a matter that is known: no such letter begins another one, whatever its subject."""
_ANSWERS = frozenset({Act.AGREE, Act.RESERVED, Act.DENY, Act.WORKS_ALREADY})
_OTHER = ("еще", "друг", "нов", "втор", "отдельн", "another", "other", "new", "second", "separate", "different")
_OTHER_WORDS = frozenset({"more", "else", "also"})
_MATTERS = (
    "вопрос", "проблем", "тем", "заявк", "обращен", "дел", "просьб", "момент", "бед", "другое", "другом", "запрос",
    "question", "problem", "matter", "issue", "request", "ticket", "case", "thing", "topic", "different",
)  # fmt: skip
_COURTESY = frozenset({Act.THANKS, Act.AGREE, Act.GREETING, Act.WORKS_ALREADY, Act.WAIT})
_FILLERS = frozenset({"еще", "все", "пока", "так", "и", "же", "у", "меня", "нас", "yet", "still", "it", "is"})
"""Words beside "не работает" that name nothing else."""
_AGAIN = frozenset(["опять", "снова", "вновь", "опяь", "повторно", "попрежнему", "again", "still"])
_STILL = (
    "по прежнему",
    "до сих пор",
    "так и не",
    "то же самое",
    "тоже самое",
    "та же история",
    "same thing",
    "is back",
)
_SERVICE = r"(?:интернет\w?|инет\w?|вай ?фа[йя]|связи|сети|internet|wifi)"
_GONE = r"нет|нету|пропал\w?|не работает|отвалил\w+|упал|лег|умер"
_NO_SERVICE = re.compile(
    rf"\b(?:{_GONE}|no|lost) {_SERVICE}\b|\b{_SERVICE} (?:совсем |опять |снова )?(?:{_GONE}|(?:is )?down)\b"
)
_MONEY = ("спис", "деньг", "плат", "плач", "счет", "руб", "тариф", "баланс", "долг", "charg", "paid", "bill", "refund")

_ORDINALS = (
    r"перв\w+|1\s?-?\s?[йяую]\w{0,2}|first|1st",
    r"втор\w+|2\s?-?\s?[йяую]\w{0,2}|second|2nd",
    r"трет\w+|third|3rd",
)
_CASE_BY_ORDINAL = [
    re.compile(rf"\b(?:{words})\s+(?:моей\s+|мою\s+)?(?:заявк|обращени|тикет|case|ticket|request)\w*", re.IGNORECASE)
    for words in _ORDINALS
]


def place_of_case(text: str, situation: Situation) -> int:
    """Which of the open cases is meant by its place in the order of opening, from 1: "а что с первой заявкой?". 0 where
    none is, or where nothing is said that is said to a case."""
    place = next((at for at, pattern in enumerate(_CASE_BY_ORDINAL, 1) if pattern.search(text)), 0)
    return place if place and understand(text, situation).says(*_OF_THE_CASE) else 0


def asks_of_another_matter(text: str, situation: Situation, category: str = "") -> bool:
    """Whether a message to a case that waits begins a matter of its own: "и ещё вопрос: …", "новая заявка".

    ``category`` is that of the case: beside one that is not of money, "за что списали 500 рублей?" is another matter,
    and "нет интернета" is one beside a case of money. "Я же заплатила" says why it should work.
    """
    found = understand(text, situation)
    if found.says(*_ANSWERS):
        return False
    money = found.value("money_matter")
    if category and money is not None and category != "billing" and money.value != "payment":
        return True
    if category == "billing" and tells_of_no_service(text):
        return True
    return any(one.act is Act.OTHER_MATTER and _names_another(text[one.start : one.end]) for one in found.acts)


def _names_another(words: str) -> bool:
    """ "Не то" speaks of the matter at hand, "и ещё телевизор" adds to it; "ещё вопрос" is another one."""
    found = [word.text for word in words_of(words)]
    another = any(word.startswith(_OTHER) or word in _OTHER_WORDS for word in found)
    return another and any(word.startswith(_MATTERS) for word in found)


def tells_of_no_service(text: str) -> bool:
    """Whether the words say that there is no internet, not that it is slow or that a part fails."""
    return bool(_NO_SERVICE.search(" ".join(word.text for word in words_of(text))))


def is_letter_of_its_own(text: str, subject: str, case_subject: str, situation: Situation) -> bool:
    """Whether a letter without a token begins a matter of its own: another subject, and nothing said to the open one.

    The subjects are bare, without "Re:" and case numbers.
    """
    if not subject or not case_subject or _squeezed(subject) == _squeezed(case_subject):
        return False
    return not understand(text, situation).says(*_OF_THE_CASE)


def _squeezed(subject: str) -> str:
    return "".join(subject.split()).casefold()


def says_again(text: str) -> bool:
    """Whether the words say that a trouble is back: "опять", "так и не работает"."""
    words = [word.text for word in words_of(text)]
    joined = " ".join(words)
    return bool(_AGAIN.intersection(words)) or any(one in joined for one in _STILL)


_AFTER_ALL = re.compile(r"\b(?:все ?таки|все же|передумал\w*|after all|changed my mind|still need)\b")


def changes_mind(text: str) -> bool:
    """Whether who called something off wants it after all: "нет, всё-таки помогите"."""
    return bool(_AFTER_ALL.search(" ".join(word.text for word in words_of(text))))


def said_after_closing(text: str, situation: Situation, is_about_money: bool = False) -> AfterClosing:
    """What the words say to a closed case. ``is_about_money`` when that case was: "опять списали" is no lost signal.

    Without a word of return ("опять", "снова") only a bare denial takes a case up again: "не работает".
    """
    asked = Situation(TalkStage.CONSENT, "", situation.now, situation.zone, situation.contract_shapes)
    found = understand(text, asked)
    if _is_courtesy(found):
        return AfterClosing.COURTESY
    words = [word.text for word in words_of(text)]
    returned = says_again(text)
    if not is_about_money and any(word.startswith(_MONEY) for word in words):
        return AfterClosing.NOTHING
    other = asks_of_another_matter(text, situation) or found.says(Act.CANCEL, Act.STATUS, Act.AGREE)
    bare = found.says(Act.DENY) and not {word.text for word in words_of(found.leftover)} - _FILLERS
    return AfterClosing.AGAIN if (returned or bare) and not other else AfterClosing.NOTHING


def _is_courtesy(found: Understanding) -> bool:
    """Whether nothing is asked and nothing told: thanks, "ок", "всё хорошо"."""
    said = {one.act for one in found.acts}
    bare = "?" not in found.text and not (found.keys or found.values or tells_of_matter(found))
    return found.closes or (bare and said <= _COURTESY and said != {Act.GREETING} and bool(found.text.strip()))
