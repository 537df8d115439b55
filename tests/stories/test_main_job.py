"""The main job: from the first words to self-help, or to a case that an agent solves and the subscriber closes."""

from __future__ import annotations

from tests.stories.world import Chatter, Desk, World

FIRST = "Здравствуйте! второй день нет интернета, договор 40-1187"


async def test_self_help_settles_the_matter_and_nobody_asks_again(world: World, anna: Chatter) -> None:
    """ "Помогло" settles the matter: counted, without a number, and thanks open no new case."""
    await anna.says(FIRST)
    offer = await anna.hears("Получилось?")
    await anna.presses(offer, "Помогло")
    await anna.hears("рад, что всё заработало")
    await anna.says("спасибо!")
    await anna.hears("Пожалуйста")
    (case,) = await world.cases()
    assert (case.state, case.number, case.contract) == ("closed", None, "40-1187")


async def test_the_whole_story_in_a_chat(world: World, anna: Chatter, desk: Desk) -> None:
    """Questions, a summary, a number, a card; an agent takes it, talks, promises, resolves; yes closes."""
    await anna.says(FIRST)
    offer = await anna.hears("Получилось?")
    await anna.presses(offer, "Не помогло")
    question = await anna.hears("Где не работает")
    await anna.presses(question, "На всех устройствах")
    await anna.hears("С какого времени")
    await anna.says("вчера в 18")
