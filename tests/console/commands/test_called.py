"""``firstline called``: how a call ended is said from a terminal; a call is promised by how many agents are there."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from desk.model.case import Case
from desk.model.settings import load
from desk.storage.database import Database
from escalation.callbacks.callback_table import CALLBACKS, CaseCallback, CaseCallbackLookup
from tests.console.commands.test_commands_beside_serve import put
from tests.console.conftest import Typist

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
CALL = {"place": 1, "phone": "+70005550001", "asked_at": NOW, "attempts": 0, "missed": 0, "outcome": ""}


def database(typist: Typist) -> Database:
    """That of the desk."""
    return Database(load(typist.folder, {"TELEGRAM_TOKEN": "1:a"}).database)


async def asks_for_a_call(typist: Typist) -> None:
    """The person of the only case waits to be called."""
    desk = database(typist)
    async with desk.write("sever") as session:
        (case,) = await session.scalars(select(Case.id).where(Case.provider == "sever"))
        row = {**CALL, "provider": "sever", "case_id": case, "promised_at": NOW + timedelta(minutes=30)}
        await session.execute(insert(CALLBACKS), [row])
    await desk.close()


async def call(typist: Typist) -> tuple[str, int]:
    """The outcome of the call, and its attempts."""
    desk = database(typist)
    async with desk.read("sever") as session:
        row = (await session.execute(select(CALLBACKS))).one()
    await desk.close()
    return row.outcome, row.attempts


async def seen(typist: Typist) -> CaseCallback:
    """What the next case is promised a call by."""
    desk = database(typist)
    (found,) = await CaseCallbackLookup(desk).read_all([("sever", 1)])
    await desk.close()
    return found


def test_how_a_call_ended_is_said_and_what_is_not_awaited_is_refused(typist: Typist) -> None:
    """No answer leaves it open, and is tried again; reached ends it; then nobody waits for one."""
    number = asyncio.run(put(typist.folder, "sever", "SN", 12))
    refused = typist.types("called", number, "reached", "--as", "ivanova")
    assert (refused.exit_code, "Nobody is waiting for a call" in refused.output) == (4, True)
    asyncio.run(asks_for_a_call(typist))
    for result, outcome, attempts in (("no-answer", "", 1), ("reached", "reached", 2)):
        done = typist.types("called", number, result, "--as", "ivanova", "--note", "просил вечером")
        assert done.exit_code == 0, done.output
        assert asyncio.run(call(typist)) == (outcome, attempts)
    assert typist.types("called", number, "reached", "--as", "ivanova").exit_code == 4
    assert typist.types("called", number, "perhaps", "--as", "ivanova").exit_code == 2


def test_agents_who_say_that_they_are_in_are_counted(typist: Typist) -> None:
    """Those of the provider who are in, and no others; and the calls that wait."""
    asyncio.run(put(typist.folder, "sever", "SN", 12))
    assert asyncio.run(seen(typist)) == CaseCallback(None, 0, 0)
    asyncio.run(asks_for_a_call(typist))
    for agent, state in (("ivanova", "in"), ("petrov", "away")):
        assert typist.types("agents", "presence", agent, state).exit_code == 0
    assert asyncio.run(seen(typist)) == CaseCallback(None, 1, 1)
