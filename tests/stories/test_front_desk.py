"""One bot for many providers: an exact identifier finds the provider, and nobody sees another provider's cases."""

from __future__ import annotations

from tests.peers.botapi import BotApi
from tests.stories.world import AGENTS, IVANOVA, Chatter, Desk, World


async def test_the_contract_number_finds_the_provider(front: World, api: BotApi) -> None:
    """The case moves to its provider once, with its journal and person, and goes on there under that name."""
    desk = Desk(front, api.group(AGENTS, "Агенты"), api.user(IVANOVA, "Мария", language_code="ru"))
    anna = Chatter(api.user(5001, "Анна", language_code="ru"), front)
    await anna.starts()
    await anna.hears("Служба поддержки")
    await anna.says("здравствуйте, нет интернета")
    await anna.hears("номер договора")
    assert len(await front.cases("_front")) == 1
    await anna.says("40-1187")
    offer = await anna.hears("Получилось?")
    assert "my.sever.test" in offer.words, "the article names the provider's own facts"
    assert await front.cases("_front") == []
    (case,) = await front.cases("sever")
    said = [line.text for line in await front.journal(case) if line.author == "subscriber"]
    assert said == ["здравствуйте, нет интернета", "40-1187"]
    await anna.presses(offer, "Не помогло")
    await anna.hears("Где не работает")
    await anna.says("оператор")
    await anna.hears("Заявка SN-")
    card = await desk.sees("SN-")
    assert await desk.presses(card, "Взять") == "Заявка ваша."
    await anna.hears("взял в работу")
    await desk.replies(card, "Здравствуйте!")
    await anna.hears("Здравствуйте!")
    await anna.says("жду вас")
    await desk.sees("жду вас")


async def test_two_providers_do_not_meet(front: World, api: BotApi) -> None:
    """Each number leads to its own provider; neither's rows are seen under the other's name."""
    for user, contract, prefix in ((5001, "40-1187", "SN-"), (5002, "V14350", "VL-")):
        person = Chatter(api.user(user, "Анна", language_code="ru"), front)
        await person.starts()
        await person.says(f"нет интернета, договор {contract}, оператор")
        await person.hears(f"Заявка {prefix}")
    assert [case.contract for case in await front.cases("sever")] == ["40-1187"]
    assert [case.contract for case in await front.cases("volga")] == ["V14350"]
    assert await front.cases("_front") == []
