"""One desk for many providers: an exact identifier finds the provider, and nobody sees another provider's cases."""

from __future__ import annotations

import pytest

from tests.peers.botapi import BotApi
from tests.stories.desk import AGENTS, IVANOVA, AgentsGroup, Desk
from tests.stories.subscribers import CHANNELS


@pytest.mark.channels("telegram", "terminal", because="by mail the address on file tells the provider at once")
async def test_the_contract_number_finds_the_provider(front: Desk, channel: str, api: BotApi) -> None:
    """The case moves to its provider once, with its journal and person, and goes on there under that name."""
    agents = AgentsGroup(front, api.group(AGENTS, "Агенты"), api.user(IVANOVA, "Мария", language_code="ru"))
    anna = CHANNELS[channel](front, "Анна", "ru")
    await anna.starts()
    await anna.hears("welcome")
    await anna.says("здравствуйте, нет интернета")
    await anna.hears("ask_contract")
    assert len(await front.cases("_front")) == 1
    await anna.says("40-1187")
    offer = await anna.hears("did_it_help")
    assert "my.sever.test" in offer.text, "the article names the provider's own facts"
    assert await front.cases("_front") == []
    (case,) = await front.cases("sever")
    said = [line.text for line in await front.journal(case) if line.actor == "subscriber" and line.text]
    assert said == ["здравствуйте, нет интернета", "40-1187"]
    await anna.answers("not_helped")
    await anna.is_asked("scope")
    await anna.says("оператор")
    await anna.hears("registered")
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take", says="taken")
    await anna.hears("agent_took")
    await agents.replies(card, "Здравствуйте!")
    await anna.reads("Здравствуйте!")
    await anna.says("жду вас")
    await agents.reads("жду вас")


async def test_two_providers_do_not_meet(front: Desk, channel: str) -> None:
    """Each number leads to its own provider; neither's rows are seen under the other's name."""
    for contract, prefix in (("40-1187", "SN-"), ("V14350", "VL-")):
        person = CHANNELS[channel](front, "Тихон", "ru")
        await person.starts()
        await person.says(f"нет интернета, договор {contract}, оператор")
        assert prefix in (await person.hears("registered")).text
    assert [case.contract for case in await front.cases("sever")] == ["40-1187"]
    assert [case.contract for case in await front.cases("volga")] == ["V14350"]
    assert await front.cases("_front") == []
