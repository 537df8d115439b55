"""For some seconds an agent's words can be taken back."""

from __future__ import annotations

import pytest

from tests.peers.botapi import Message
from tests.prepared_desks import DeskFiles, agents_undo_within
from tests.stories.agents_group.test_words import option, taken
from tests.stories.desk import AgentsGroup, Desk, eventually
from tests.stories.subscribers import Subscriber

IN_GROUP = "agents work in their group, wherever the subscriber writes"
SECONDS = 30
"""Longer than a slow machine takes to press a button; the clock is moved on where they are to be over."""


@pytest.fixture
def desk_files(desk_files: DeskFiles) -> DeskFiles:
    agents_undo_within(desk_files.root / "providers", SECONDS)
    return desk_files


async def gone(message: Message) -> None:
    """Waits until the desk has taken its message away."""

    async def deleted() -> bool:
        return message.deleted

    await eventually(deleted)


@pytest.mark.channels("telegram", "mail", because=IN_GROUP)
async def test_words_wait_and_then_go_out(desk: Desk, subscriber: Subscriber, agents: AgentsGroup) -> None:
    """The button goes with them, and the agent's own message is marked."""
    card = await taken(subscriber, agents)
    said = await agents.agent.says(agents.group, "Мастер выехал", reply_to=card)
    waits = await agents.sees("agents_words_wait", seconds=str(SECONDS))
    await subscriber.hears_nothing()
    desk.later(seconds=SECONDS)
    await subscriber.reads("Мастер выехал")
    await gone(waits)

    async def marked() -> bool:
        return "👍" in said.emoji

    await eventually(marked)


@pytest.mark.channels("telegram", "mail", because=IN_GROUP)
async def test_words_taken_back_never_go_out(desk: Desk, subscriber: Subscriber, agents: AgentsGroup) -> None:
    """By the button, by a word, or by an edit into a note."""
    card = await taken(subscriber, agents)
    await agents.replies(card, "Маша, он опять врёт")
    waits = await agents.sees("agents_words_wait")
    await agents.presses(waits, option(waits), says="words_taken_back")
    await gone(waits)
    await agents.replies(card, "ещё одни не те слова")
    waits = await agents.sees("agents_words_wait")
    await agents.replies(card, "Отменить")
    await gone(waits)
    said = await agents.agent.says(agents.group, "долг 500 рублей", reply_to=card)
    waits = await agents.sees("agents_words_wait")
    await agents.agent.edits(said, "// долг 500 рублей")
    await gone(waits)
    await agents.replies(card, "/undo")
    await agents.sees("refused_nothing_to_take_back")
    desk.later(seconds=SECONDS)
    await agents.replies(card, "// всё")
    await subscriber.hears_nothing()
    (case,) = await desk.cases()
    assert not [one for one in await desk.journal(case) if one.kind == "dialogue" and one.actor.startswith("agent:")]


@pytest.mark.channels("telegram", because=IN_GROUP)
async def test_words_edited_while_they_wait_go_out_once_as_they_are_now(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    card = await taken(subscriber, agents)
    said = await agents.agent.says(agents.group, "Мастер будет в 81:00", reply_to=card)
    await agents.sees("agents_words_wait")
    await agents.agent.edits(said, "Мастер будет в 18:00")
    await desk.settled()
    desk.later(seconds=SECONDS)
    await subscriber.reads("Мастер будет в 18:00")
    await agents.agent.edits(said, "Мастер будет в 19:00")
    await subscriber.reads("Мастер будет в 19:00")
    await subscriber.hears_nothing()
    assert not [one for one in subscriber.everything() if "81:00" in one]


@pytest.mark.channels("telegram", because=IN_GROUP)
async def test_nothing_overtakes_words_that_wait(desk: Desk, subscriber: Subscriber, agents: AgentsGroup) -> None:
    """A solution written at once comes after them."""
    card = await taken(subscriber, agents)
    await agents.replies(card, "Нашли обрыв в подъезде")
    await agents.sees("agents_words_wait")
    await agents.replies(card, "/resolve Заменили кабель")
    await subscriber.reads("Нашли обрыв в подъезде")
    await subscriber.hears("resolved_ask")
    desk.later(seconds=SECONDS)
    await subscriber.hears_nothing()
