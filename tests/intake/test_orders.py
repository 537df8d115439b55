"""Greeting, trouble, contract number, thanks, anger and the wish for a human, in every order: nothing of it is lost."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from desk.language.plain_answers import says_no_number
from desk.understanding.substance import has_substance
from tests.intake.examples import NO_INTERNET
from tests.intake.talk import Talk

SHAPE, NUMBER = "99-9999", "40-1187"
RUSSIAN = {
    "greeting": "Здравствуйте",
    "trouble": "второй день нет интернета",
    "number": "40-1187",
    "thanks": "спасибо",
    "anger": "сколько можно!!!",
    "human": "позовите оператора",
}
ENGLISH = {
    "greeting": "Hello",
    "trouble": "no internet since yesterday",
    "number": "my contract is 40-1187",
    "thanks": "thank you",
    "anger": "this is ridiculous!!!",
    "human": "operator please",
}
ORDERS = list(itertools.permutations(RUSSIAN))
"""The beginnings of these are all shorter orders, so each is looked at after every message."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How the case stood after one more message, what was said then, and how many rules were asked."""

    told: tuple[str, ...]
    description: tuple[str, ...]
    contract: str
    upset: bool
    registered: bool
    said: tuple[str, ...]
    answered: bool
    asked: int

    def before_human(self, what: str) -> bool:
        """Whether this was told while the desk still asked."""
        return what in self.told and "human" not in self.told[: self.told.index(what)]


def moments(words: dict[str, str]) -> Iterator[Moment]:
    """Every order of the messages, after each of them."""
    for order in ORDERS:
        talk = Talk(NO_INTERNET, contract_shape=SHAPE)
        for count, one in enumerate(order, 1):
            unread = talk.case.unread
            talk.says(words[one])
            case = talk.case
            yield Moment(
                order[:count],
                tuple(case.description.splitlines()),
                case.contract,
                case.upset,
                case.registered,
                tuple(talk.words),
                # What is added to a registered case is counted on its card; the first such message is answered.
                bool(talk.words or talk.shown or case.unread > unread),
                talk.decision.asked,
            )


@pytest.fixture(scope="module", params=[RUSSIAN, ENGLISH], ids=["ru", "en"])
def words(request: pytest.FixtureRequest) -> dict[str, str]:
    """What each of the six is in one language."""
    found: dict[str, str] = request.param
    return found


@pytest.fixture(scope="module")
def every_moment(words: dict[str, str]) -> list[Moment]:
    """All moments of all orders in one language."""
    return list(moments(words))


def test_the_trouble_is_the_description_and_nothing_else_is(words: dict[str, str], every_moment: list[Moment]) -> None:
    wrong = []
    for one in every_moment:
        told = one.description[:1] == (words["trouble"],) if "trouble" in one.told else one.description == ()
        if not told or len(one.description) > 1:
            wrong.append(one)
    assert wrong == []


def test_what_was_told_is_never_asked_for_again(every_moment: list[Moment]) -> None:
    questions = {"trouble": "what_happened", "number": "ask_contract"}
    assert [one for one in every_moment for told in one.told if questions.get(told) in one.said] == []


def test_a_number_named_before_a_human_came_is_the_contract(every_moment: list[Moment]) -> None:
    assert [one for one in every_moment if one.before_human("number") and one.contract != NUMBER] == []


def test_the_wish_for_a_human_registers_the_case_at_once(every_moment: list[Moment]) -> None:
    assert [one for one in every_moment if one.registered != ("human" in one.told)] == []


def test_whoever_is_angry_before_a_human_came_is_marked_so(every_moment: list[Moment]) -> None:
    assert [one for one in every_moment if one.before_human("anger") and not one.upset] == []


def test_nobody_is_met_with_silence(every_moment: list[Moment]) -> None:
    assert [one for one in every_moment if not one.answered] == []


def test_at_most_fifteen_rules_are_asked_for_a_subscribers_word(every_moment: list[Moment]) -> None:
    assert max(one.asked for one in every_moment) <= 15


@pytest.mark.parametrize(
    "messages",
    [
        ("Здравствуйте", "второй день нет интернета, договор 40-1187"),
        ("Добрый день", "40-1187", "нет интернета"),
        ("40-1187", "привет", "инета нет"),
        ("Hello", "no internet, contract 40-1187"),
        ("Доброго времени суток", "нет интернета", "договор 40-1187"),
    ],
)
def test_seen_in_real_use(messages: tuple[str, ...]) -> None:
    talk = Talk(NO_INTERNET, contract_shape=SHAPE)
    for one in messages:
        talk.says(one)
    trouble = next(one for one in messages if "нет" in one or "no internet" in one)
    assert (talk.case.description, talk.case.contract) == (trouble, NUMBER)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Здравствуйте!", False),
        ("Доброе утро", False),
        ("привет", False),
        ("прив", False),
        ("Hi there", False),
        ("Good morning!", False),
        ("40-1187", False),
        ("договор 40-1187", False),
        ("мой номер договора 40 1187", False),
        ("my contract is 40-1187", False),
        ("спасибо большое", False),
        ("Thank you very much!", False),
        ("Это безобразие!!!", False),
        ("сколько можно!!!", False),
        ("this is ridiculous, your service sucks!!!", False),
        ("позовите оператора, пожалуйста", False),
        ("Здравствуйте, нет интернета", True),
        ("нет интернета", True),
        ("инета нет", True),
        ("не работает", True),
        ("wifi", True),
        ("LOS горит", True),
        ("достали уже, второй день без интернета!!!", True),
        ("спасибо, но не работает", True),
        ("тормозит", True),
        ("no internet", True),
        ("the light is red", True),
    ],
)
def test_only_words_about_the_matter_have_substance(text: str, expected: bool) -> None:
    assert has_substance(text, NUMBER) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("нет под рукой", True),
        ("под рукой нет", True),
        ("не помню", True),
        ("не знаю номер", True),
        ("нет", True),
        ("I dont have it", True),
        ("I don't have it at hand", True),
        ("нет интернета", False),
        ("40-1187", False),
        ("не работает вайфай", False),
    ],
)
def test_who_has_no_number_at_hand_is_understood(text: str, expected: bool) -> None:
    assert says_no_number(text) is expected
