"""`firstline status`: who serves, what waits, what is in trouble, and the exit codes that monitors go by."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from console.runtime.channel_listeners import ROLES
from console.runtime.watch.desk_status import ChannelStatus, DeskStatus
from console.runtime.watch.status_findings import SERVING, span, status_findings
from desk.alarms.alarm_condition_queries import UnsentOfChannel, Waiting, WhatWaits, alarms_of
from desk.alarms.alarm_policy import Alarm, AlarmKind
from desk.storage import channel_leases
from desk.storage.base import METADATA
from desk.storage.database import Database
from desk.storage.process_identity import new_holder
from desk.storage.queue_and_lease_tables import leases
from desk.storage.serving_processes import (
    KEPT_FOR,
    ServingProcess,
    delete_left_behind,
    process_lease,
    serving_processes,
)
from tests.console.command_line import Ran, Terminal
from tests.peers.botapi import BotApi

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
_databases = count()


async def becomes(terminal: Terminal, code: int, words: str = "") -> Ran:
    """`status`, once it ends with this code and says these words."""
    async with asyncio.timeout(60):
        while True:
            ran = await terminal.types("status")
            if ran.code == code and words in ran.out:
                return ran
            await asyncio.sleep(0.5)


async def test_an_operator_reads_who_serves_and_what_is_in_trouble(terminal: Terminal, api: BotApi) -> None:
    assert (await terminal.types("status")).code == 2, "there are no tables yet"
    await terminal.types("migrate")
    idle = await terminal.types("status")
    assert (idle.code, "no process serves this desk" in idle.out) == (2, True), idle.out
    async with terminal.serving("--only", "receiver", "--only", "sender"):
        partly = await becomes(terminal, 2, "no process has the role worker: nothing is decided")
        assert "process " in partly.out
    assert (await becomes(terminal, 2, "no process serves")).err == ""
    async with terminal.serving() as service:
        well = await becomes(terminal, 0)
        assert f"process {service.process.pid} on {socket.gethostname()[:24]}" in well.out, well.out
        assert "telegram:main  listens and sends" in well.out
        told = (await terminal.types("status", "--json")).json()
        assert (told["status"], told["processes"][0]["roles"]) == ("ok", list(ROLES))
        assert told["channels"][0]["listener"] == {
            "host": socket.gethostname()[:24],
            "pid": service.process.pid,
        }
        await api.stop()
        ill = await becomes(terminal, 1, "nothing is received for")
        assert "canary" not in ill.out
    assert (await terminal.types("status")).code == 2


async def test_a_database_that_is_away_is_told_at_once(folder: Path) -> None:
    toml = folder / "firstline.toml"
    text = toml.read_text("utf-8").replace("sqlite:///data/firstline.db", "postgresql://me@127.0.0.1:1/desk")
    toml.write_text(text, "utf-8")
    ran = await Terminal(folder).types("status")
    assert (ran.code, "database" in ran.out) == (2, True), ran.out
    assert (await Terminal(folder).types("status", "--json")).json()["status"] == "critical"


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty table of leases on each kind of database."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    if request.param == "postgresql":
        made: str = request.getfixturevalue("postgres").database(f"watched{next(_databases)}")
        url = made.replace("postgresql://", "postgresql+asyncpg://")
    opened = Database(url)
    async with opened.work() as connection:
        await connection.run_sync(METADATA.create_all, tables=[leases])
    yield opened
    await opened.close()


async def test_processes_are_told_by_their_leases(database: Database) -> None:
    """Each with since when and as what it serves; one that is gone is not told, and is forgotten after a while."""
    mine, elsewhere = new_holder(), "far/1:77:5:abcd1234"
    dead = mine.replace(f":{os.getpid()}:", ":4194999:")[:-8] + "deadbeef"
    since = NOW - timedelta(hours=3)
    for holder in (mine, elsewhere, dead):
        names = [
            process_lease(("worker", "sender"), since, holder),
            f"{channel_leases.send_lease('mail:a')}-{holder[-8:]}",
        ]
        assert await channel_leases.acquire(database, names, holder, NOW) == set(names)
    async with database.look() as connection:
        found = await serving_processes(connection, NOW)
        assert {(one.pid, tuple(one.roles), one.since, one.seen_at) for one in found} == {
            (os.getpid(), ("worker", "sender"), since, NOW),
            (77, ("worker", "sender"), since, NOW),
        }
        assert all(len(one.leases) == 1 for one in found)
        # Of one here it is known that it lives; one elsewhere counts as gone.
        later = await serving_processes(connection, NOW + channel_leases.LEASE_TIME)
        assert [(one.pid, one.silent, one.leases) for one in later] == [(os.getpid(), True, [])]
    await delete_left_behind(database, NOW + KEPT_FOR)
    async with database.look() as connection:
        assert {one.pid for one in await serving_processes(connection, NOW)} == {os.getpid(), 77}
    await delete_left_behind(database, NOW + KEPT_FOR + channel_leases.LEASE_TIME + timedelta(seconds=1))
    async with database.look() as connection:
        assert await serving_processes(connection, NOW) == []


SERVES = ServingProcess("h", "h", 7, ROLES, NOW - timedelta(hours=1), NOW, ("listen:mail:a", "send:mail:a"))
CALM = WhatWaits(Waiting(), Waiting(), (), {}, {}, {}, {})


def status_of(waits: WhatWaits = CALM, *raised: Alarm, processes: tuple[ServingProcess, ...] = (SERVES,)) -> DeskStatus:
    """A desk with one mailbox."""
    channel = ChannelStatus("mail:a", *(processes[:1] * 2 or (None, None)))
    return DeskStatus(NOW, processes, (channel,), waits, [*alarms_of(waits), *raised], {"mail:a": 0})


def test_a_calm_desk_has_nothing_but_ok() -> None:
    assert {one.level for one in status_findings(status_of(), ROLES)} == {"ok"}


LONG_AGO = NOW - timedelta(minutes=40)
TROUBLES = {
    "late": WhatWaits(Waiting(2, LONG_AGO), Waiting(1, LONG_AGO), (), {}, {}, {}, {}),
    "unsent": WhatWaits(
        Waiting(),
        Waiting(),
        [UnsentOfChannel("mail:a", Waiting(3, LONG_AGO), Waiting(1, LONG_AGO), "no")],
        {},
        {},
        {},
        {},
    ),
    "quarantined": WhatWaits(Waiting(), Waiting(), (), {"mail:a": 2}, {}, {}, {}),
    "pending": WhatWaits(Waiting(), Waiting(), (), {}, {"sever": Waiting(1, LONG_AGO)}, {}, {}),
    "not taken": WhatWaits(Waiting(), Waiting(), (), {}, {}, {"sever": 1}, {}),
    "group": WhatWaits(Waiting(), Waiting(), (), {}, {}, {}, {"sever": 1}),
}


@pytest.mark.parametrize("waits", TROUBLES.values(), ids=TROUBLES)
def test_whatever_raises_an_alarm_is_found(waits: WhatWaits) -> None:
    """So status and alarms never differ; and each says what to do."""
    assert alarms_of(waits)
    found = [one for one in status_findings(status_of(waits), ROLES) if one.level != "ok"]
    assert len(found) == 1
    assert found[0].todo
    assert found[0].where != SERVING


def test_what_waits_for_a_moment_is_no_trouble() -> None:
    just = Waiting(5, NOW - timedelta(seconds=3))
    waits = WhatWaits(just, Waiting(), [UnsentOfChannel("mail:a", just)], {}, {"sever": just}, {}, {})
    found = status_findings(status_of(waits), ROLES)
    assert {one.level for one in found} == {"ok"}
    assert "5 messages wait to be decided, the oldest for 3 s" in [one.what for one in found]


def test_events_that_rules_raised_are_found_too() -> None:
    raised = Alarm("maybe:mail:a", AlarmKind.MAYBE_SENT, count=2, what="mail:a")
    found = status_findings(status_of(CALM, raised), ROLES)
    assert ["2 messages may have gone out or not" in one.what for one in found if one.level != "ok"] == [True]


def test_a_process_that_is_frozen_is_named() -> None:
    silent = replace(SERVES, silent=True, seen_at=NOW - timedelta(seconds=40), leases=())
    found = status_findings(replace(status_of(processes=()), silent=[silent]), ROLES)
    assert "process 7 on h lives, but has given no sign of life for 40 s" in [one.what for one in found]


def test_nobody_serving_is_an_error_of_its_own_and_no_second_one_at_each_channel() -> None:
    found = status_findings(status_of(processes=()), ROLES)
    assert [(one.where, one.level) for one in found if one.level == "error"] == [(SERVING, "error")]


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7199, "1 h"), (172799, "47 h"), (172800, "2 d")]
)
def test_spans_are_told_in_one_unit(seconds: int, told: str) -> None:
    assert span(NOW - timedelta(seconds=seconds), NOW) == told
