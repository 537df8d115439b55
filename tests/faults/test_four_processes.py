"""Four processes on one PostgreSQL, whole or with roles apart: what one of them learns all know, and who is gone is
made up for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from bots.moved_groups import moved_groups
from console.runtime.channel_listeners import ROLES
from desk.storage.queue_and_lease_tables import departures
from tests.faults.served_desk import TOKEN, ServedDesk, eventually
from tests.kills.desk_process import Bot, DeskProcess, firstline
from tests.peers.botapi import BotApi
from tests.peers.postgres import Postgres
from tests.prepared_desks import PreparedDesks

AGENTS, MOVED = -1001, -1009
IVANOVA = 700001
SEND = "send:telegram:main"


@pytest.fixture
async def staffed_desk(tmp_path: Path, api: BotApi, postgres: Postgres, prepared_desks: PreparedDesks) -> ServedDesk:
    """A desk on PostgreSQL with an agents' group, that nobody serves yet."""
    bot = Bot("main", TOKEN, agents_chat=AGENTS)
    url = postgres.database(f"apart{AGENTS * -1}")
    return await ServedDesk.made(tmp_path / "desk", url, api, bot=bot, prepared_desks=prepared_desks)


@pytest.mark.parametrize("told", ["by the service message", "by the refusal of a call"])
async def test_agents_are_heard_after_their_group_has_moved(staffed_desk: ServedDesk, told: str) -> None:
    """One process receives, one decides, one sends: whichever is told that the group is another now, all know it."""
    desk = staffed_desk
    for role in ROLES:
        desk.desks.append(DeskProcess(desk.folder, role, ("--only", role)).start())
    try:
        await eventually(lambda: _serve(desk), 120)
        bot, agent = desk.api.bot(TOKEN), desk.person(IVANOVA, "Мария")
        old = desk.api.group(AGENTS)
        if told == "by the refusal of a call":
            # The service messages never come: the next call to the group is refused.
            await desk.says(desk.person(8001), "оператор, договор 40-1187")
            await desk.answered(desk.person(8001))
            new = await old.migrates(MOVED)
            bot.pending.clear()
            await agent.says(old, "/resolve SN-2026-00012 готово")
        else:
            new = await old.migrates(MOVED)
        await eventually(lambda: _rows(desk, select(moved_groups.c.moved_to)), 60)
        said = len(desk.api.log)
        await agent.says(new, "/resolve SN-2026-00012 готово")
        await eventually(lambda: _answered_in(desk, MOVED, said), 60)
    finally:
        await desk.closes()


async def test_a_frozen_sender_sends_nothing_more_once_another_has_taken_over(shared_desk: ServedDesk) -> None:
    """Its departures wait for their turn when it is stopped: another says them, and nobody reads them twice."""
    desk = shared_desk
    await asyncio.gather(*(desk.opens(f"p{number}") for number in range(2)))
    people = [desk.person(8100 + number) for number in range(40)]
    for person in people:
        await desk.says(person)
    for person in people:
        await desk.answered(person)
    await desk.settled()
    frozen = desk.desk_of(await desk.holder(SEND))
    hanging = desk.api.fails("sendMessage", "delay", seconds=1.0, times=None)
    for person in people:
        await desk.says(person, "лампочка горит красным, что делать?")
    await eventually(lambda: _rows(desk, select(departures.c.id).where(departures.c.state == "sending")))
    frozen.freeze()
    desk.api.faults.lift(hanging)
    await eventually(lambda: _held_by_another(desk, frozen.pid), 30)
    await desk.settled(60)
    frozen.thaw()
    await desk.serves(8190)
    await desk.settled()
    doubted = await desk.rows(select(departures.c.id).where(departures.c.doubts > 0))
    texts = [(call.chat_id, call.params["text"]) for call in desk.api.calls("sendMessage", ok=True)]
    repeats = len(texts) - len(set(texts))
    assert repeats <= len(doubted), "somebody read something twice, and the outbox does not say so"


async def _serve(desk: ServedDesk) -> bool:
    assert all(one.alive for one in desk.desks), desk.log()
    return all(" serves: " in one.said() for one in desk.desks)


async def _rows(desk: ServedDesk, query: object) -> object:
    return await desk.rows(query)  # type: ignore[arg-type]


async def _answered_in(desk: ServedDesk, chat: int, since: int) -> bool:
    return any(call.chat_id == chat and call.ok for call in desk.api.log[since:])


async def _held_by_another(desk: ServedDesk, pid: int) -> bool:
    return await desk.holder(SEND) not in (0, pid)


async def test_commands_refuse_a_role_that_sees_every_providers_rows(
    staffed_desk: ServedDesk, postgres: Postgres
) -> None:
    """Not only `serve`: whatever opens the database."""
    postgres.admin("ALTER ROLE firstline BYPASSRLS")
    try:
        for command in (("cases",), ("pending", "list"), ("audit",)):
            await firstline(staffed_desk.folder, *command, expect=(1,))
    finally:
        postgres.admin("ALTER ROLE firstline NOBYPASSRLS")
