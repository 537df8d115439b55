"""Contracts are kept to the minute: clocks start, stop and are kept; what runs out is escalated, each step once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from desk.model.journal import ClocksMoved, JournalEntry, LevelRaised
from desk.storage.database import Database
from escalation.sla.clock_table import CLOCKS
from escalation.sla.past_cases import cases_registered
from escalation.sla.rebuild import rebuild
from escalation.sla.replay import replay
from tests.stories.desk import AgentsGroup, Desk
from tests.stories.subscribers import Subscriber

FIRST = "нет интернета, договор 40-1187, позовите оператора"


async def clocks(desk: Desk) -> dict[str, tuple[str, bool]]:
    """Each clock of all cases: its state, and whether it was breached."""
    database = Database(desk.settings.database)
    try:
        async with database.read(desk.provider) as session:
            rows = (await session.execute(select(CLOCKS))).all()
            return {row.kind: (row.state, row.breached_at is not None) for row in rows}
    finally:
        await database.close()


async def journal(desk: Desk, kind: str) -> list[dict[str, object]]:
    """The data of the entries of a kind, oldest first."""
    database = Database(desk.settings.database)
    try:
        async with database.read(desk.provider) as session:
            query = select(JournalEntry.data).where(JournalEntry.kind == kind).order_by(JournalEntry.id)
            return [*(await session.scalars(query))]
    finally:
        await database.close()


async def journal_tells_the_same(desk: Desk) -> None:
    """The table of clocks is what the journal says, and so is a run of the same policy over what happened."""
    assert desk.application is not None
    provider = desk.application.providers[desk.provider]
    database = Database(desk.settings.database)
    try:
        assert await rebuild(database, provider, write=False) == (1, 0)
        now = desk.clock()
        async for case, entries in cases_registered(database, desk.provider, now - timedelta(days=30), now):
            again = replay(case, entries, provider.service, provider.timezone, now)
            found = {kind.value: (one.state.value, one.breached_at is not None) for kind, one in again.clocks.items()}
            stored = await clocks(desk)
            # The journal does not tell which of a subscriber's messages the desk answered by itself.
            assert {**found, "next_response": None} == {**stored, "next_response": None}
    finally:
        await database.close()


async def test_the_first_words_of_a_human_are_the_first_response(
    desk: Desk, channel: str, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """Neither the desk's own sentences nor an agent who takes the case and is silent stop the clock."""
    await subscriber.says(FIRST)
    await subscriber.hears("registered")
    card = await agents.sees("card", state="acknowledged")
    await desk.settled()
    begun = await clocks(desk)
    assert begun["first_response"] == begun["resolution"] == begun["acceptance"] == ("running", False)
    assert ("answer" in begun) == (channel != "mail")
    await agents.presses(card, "take", says="taken")
    await subscriber.hears("agent_took")
    await desk.settled()
    taken = await clocks(desk)
    assert taken["acceptance"] == ("fulfilled", False)
    assert taken["first_response"] == ("running", False)
    await agents.replies(card, "Здравствуйте, уже смотрю.")
    await subscriber.reads("Здравствуйте, уже смотрю.")
    await desk.settled()
    assert (await clocks(desk))["first_response"] == ("fulfilled", False)
    await subscriber.says("а когда примерно почините?")
    await desk.settled()
    assert (await clocks(desk))["next_response"] == ("running", False)
    await agents.replies(card, "/resolve Заменили порт.")
    await subscriber.hears("resolved_ask")
    await desk.settled()
    ended = await clocks(desk)
    assert ended["resolution"] == ended["next_response"] == ("fulfilled", False)
    await subscriber.answers("consent_no")
    await desk.settled()
    assert (await clocks(desk))["resolution"] == ("running", False)
    await journal_tells_the_same(desk)


@pytest.mark.channels("telegram", "mail", because="a terminal is gone when the desk has been down")
async def test_what_runs_out_is_escalated_once_even_after_days_of_downtime(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """The level goes up by each step, everybody is told once, of what is the latest."""
    await subscriber.says(FIRST)
    await subscriber.hears("registered")
    await desk.settled()
    await desk.closes()
    desk.clock.ahead += timedelta(days=4)
    await desk.opens()
    await agents.sees("agents_escalated", clock="resolution", share="100", level="L3", over="1")
    await desk.settled()
    after = await clocks(desk)
    assert after["resolution"] == after["first_response"] == ("running", True)
    raised = await journal(desk, LevelRaised.kind)
    assert [one["level"] for one in raised] == ["L3"]
    (case,) = await desk.cases()
    assert (case.level, case.sla) == ("L3", "residential")
    desk.later(days=2)
    await desk.settled()
    assert await journal(desk, LevelRaised.kind) == raised
    breached = [
        move["clock"]
        for entry in await journal(desk, ClocksMoved.kind)
        for move in entry["moves"]  # type: ignore[attr-defined]
        if move["move"] == "breach"
    ]
    assert len(breached) == len(set(breached))
    await journal_tells_the_same(desk)
