"""A greeting, the number and the trouble come in any order and in any number of messages, and each is understood."""

from __future__ import annotations

import pytest

from tests import wording
from tests.stories.desk import Desk
from tests.stories.subscribers import Subscriber

GREETINGS = ("Здравствуйте", "Добрый день", "привет")
ASKED = ("ask_contract", "ask_contract_again", "contract_by_mail", "what_about")


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (("Здравствуйте", "второй день нет интернета, договор 40-1187"), "второй день нет интернета"),
        (("Добрый день", "40-1187", "нет интернета"), "нет интернета"),
        (("40-1187", "привет", "инета нет"), "инета нет"),
    ],
    ids=["greeting-everything", "greeting-number-trouble", "number-greeting-trouble"],
)
async def test_the_trouble_is_understood_whenever_it_is_told(
    desk: Desk, subscriber: Subscriber, said: tuple[str, ...], trouble: str
) -> None:
    """It becomes the case's description, its article is offered, and nothing is asked twice."""
    for words in said:
        await subscriber.says(words)
        await subscriber.catches_up()
        assert not [case for case in await desk.cases() if case.description in GREETINGS], "a greeting is no trouble"
    offered = [one for one in subscriber.everything() if wording.article("no-internet", "ru").is_in(one)]
    assert len(offered) == 1
    assert subscriber.heard("did_it_help") == 1
    (case,) = await desk.cases()
    assert trouble in case.description
    assert case.contract == "40-1187"
    assert all(subscriber.heard(question) <= 1 for question in ASKED)
