"""A timer fires once, moves when it is set again, can be taken back, and is never lost without a word."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from console.runtime.rule_order import TIMERS
from desk.model.acts import CancelTimer, SetTimer
from desk.model.events import Inbound, Said, TimerFired
from desk.model.messages import Address, RawMessage
from desk.pipeline.internal_channel import take_up_message
from desk.queues import inbox, timers
from desk.storage import queue_and_lease_tables
from desk.storage.database import Database
from tests.queues.conftest import START, Bench

SOON = START + timedelta(minutes=5)
KIND = "eta_over"
_ENDS_THE_OTHER = Inbound("telegram", Address("telegram", "telegram", "5"), START, Said("нет"), "sever", message="tg:7")
KILLED = """
import asyncio, os, signal, sys
from datetime import datetime
from desk.queues import timers
from desk.storage.database import Database

async def killed(connection, raws):
    await stored(connection, raws)
    os.kill(os.getpid(), signal.SIGKILL)

stored, timers.store = timers.store, killed
asyncio.run(timers.fire_due(Database(sys.argv[1]), datetime.fromisoformat(sys.argv[2])))
"""


async def waiting(bench: Bench) -> list[tuple[str, Any, int]]:
    """The timers that wait: key within the case, when, version."""
    rows = await bench.rows(select(queue_and_lease_tables.timers).order_by(queue_and_lease_tables.timers.c.key))
    return [(row.key.partition(":")[2], row.fire_at, row.version) for row in rows]


async def fired(bench: Bench) -> list[Mapping[str, Any]]:
    """What the arrivals at "clock" say."""
    return [json.loads(row["body"]) for row in await bench.inbox("clock")]


async def test_a_timer_set_again_moves_and_its_version_grows(bench: Bench) -> None:
    await bench.says("one", SetTimer(KIND, SOON, "eta"), SetTimer(KIND, SOON, "other"))
    await bench.says("two", SetTimer("eta_missing", SOON + timedelta(hours=1), "eta"))
    assert await waiting(bench) == [("eta", SOON + timedelta(hours=1), 1), ("other", SOON, 0)]
    bench.later(minutes=10)
    assert await timers.fire_due(bench.house.database, bench.now) == 1
    bench.later(hours=2)
    assert await timers.fire_due(bench.house.database, bench.now) == 1
    assert [(one["kind"], one["key"], one["version"]) for one in await fired(bench)] == [
        (KIND, "other", 0),
        ("eta_missing", "eta", 1),
    ]
    assert await waiting(bench) == []


async def test_a_rule_may_count_for_itself(bench: Bench) -> None:
    """The version it gives is the one that comes back, whether the timer waited, had fired, or is new."""
    await bench.says("one", SetTimer(KIND, SOON, "eta", version=7))
    await bench.says("two", SetTimer(KIND, SOON, "eta", version=8))
    assert await waiting(bench) == [("eta", SOON, 8)]
    bench.later(minutes=10)
    await timers.fire_due(bench.house.database, bench.now)
    await bench.works()
    assert bench.heard[-1].event == TimerFired(KIND, "eta", 8)


async def test_a_cancelled_timer_does_not_fire(bench: Bench) -> None:
    """Of several acts about one timer the last counts; other cases' timers of that name stay."""
    await bench.says("one", SetTimer(KIND, SOON, "eta"), SetTimer(KIND, SOON, "other"), CancelTimer("other"))
    await bench.says("hers", SetTimer(KIND, SOON, "eta"), person="boris")
    await bench.says("two", CancelTimer("eta"), CancelTimer("never set"))
    await bench.says("three", CancelTimer("again"), SetTimer(KIND, SOON, "again"))
    assert sorted(key for key, *_ in await waiting(bench)) == ["again", "eta"]
    bench.later(minutes=10)
    assert await timers.fire_due(bench.house.database, bench.now) == 2


async def test_it_may_be_set_for_the_very_instant_at_which_it_fired(bench: Bench) -> None:
    for text in ("one", "two"):
        await bench.says(text, SetTimer(KIND, SOON, "eta"))
        bench.later(minutes=10)
        assert await timers.fire_due(bench.house.database, bench.now) == 1
    assert len(await fired(bench)) == 2


async def test_several_processes_fire_it_once(bench: Bench) -> None:
    """All of them see it due at the same time; it becomes one arrival."""
    await bench.says("one", *(SetTimer(KIND, SOON, f"{number}") for number in range(20)))
    bench.later(minutes=10)
    others = [Database(bench.house.settings.database) for _ in range(4)]
    counts = await asyncio.gather(*(timers.fire_due(one, bench.now, limit=7) for one in others))
    while count := await timers.fire_due(others[0], bench.now):
        counts.append(count)
    for one in others:
        await one.close()
    assert sum(counts) == 20
    assert sorted(int(one["key"]) for one in await fired(bench)) == list(range(20))


async def test_a_timer_that_was_moved_after_the_look_does_not_fire(bench: Bench) -> None:
    """Only what the transaction itself removes becomes an arrival."""
    await bench.says("one", SetTimer(KIND, SOON, "eta"))
    bench.later(minutes=10)
    async with bench.house.database.look() as connection:
        assert (await connection.execute(timers._ANY_DUE, {"now": bench.now})).first() is not None
    await bench.says("two", SetTimer(KIND, bench.now + timedelta(hours=1), "eta"))
    async with bench.house.database.work() as connection:
        assert await timers._fire(connection, bench.now, 10) == 0
    assert await fired(bench) == []


async def test_killed_while_firing_it_fires_once_later(bench: Bench) -> None:
    """The process dies after it stored the arrival and before it could commit: the timer is still there."""
    await bench.says("one", SetTimer(KIND, SOON, "eta"))
    bench.later(minutes=10)
    command = [sys.executable, "-c", KILLED, bench.house.settings.database, bench.now.isoformat()]
    ended = await asyncio.to_thread(subprocess.run, command, env=dict(os.environ), check=False)
    assert ended.returncode == -9
    assert (await fired(bench), len(await waiting(bench))) == ([], 1)
    assert await timers.fire_due(bench.house.database, bench.now) == 1
    assert (len(await fired(bench)), await waiting(bench)) == (1, [])


async def test_a_kind_that_no_rule_knows_is_quarantined_and_told_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """It is replayed once a rule for it is there."""
    body = {"event": "timer", "provider": "sever", "case_id": 1, "kind": "of_tomorrow", "key": "k", "version": 0}
    raw = RawMessage("clock", "k", "case:1", json.dumps(body).encode(), bench.now)
    await inbox.accept(bench.house.database, [raw])
    await bench.works()
    await bench.works()
    (arrival,) = await bench.inbox("clock")
    assert arrival["state"] == "quarantined"
    assert "no rule knows timers of the kind 'of_tomorrow'" in arrival["problem"]
    assert bench.heard == []
    assert len([one for one in caplog.records if "of_tomorrow" in one.getMessage()]) == 1


def test_every_timer_that_a_rule_sets_is_known_to_the_wiring() -> None:
    """Read from the source: a kind is a word, or a constant that the module has."""
    root, found = Path(timers.__file__).parents[2], set[str]()
    for room in ("escalation", "intake", "kb", "mail", "bots"):
        for path in sorted((root / room).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            module = ".".join(path.relative_to(root).with_suffix("").parts)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "SetTimer":
                    kind = node.args[0]
                    assert isinstance(kind, (ast.Constant, ast.Name)), f"{path}: the kind of a timer is a word"
                    named = kind.value if isinstance(kind, ast.Constant) else getattr(import_module(module), kind.id)
                    found.add(str(named))
    arrival = take_up_message(_ENDS_THE_OTHER, 1, "sever", START)
    assert found | {json.loads(arrival.body)["kind"]} == TIMERS.keys() - {"silent"}


def test_a_case_that_waits_a_second_time_is_taken_up_a_second_time() -> None:
    """The arrivals are told apart, else the second would be taken for the first once more."""
    keys = {
        take_up_message(replace(_ENDS_THE_OTHER, message=message), 1, "sever", START).key
        for message in ("tg:7", "tg:7", "tg:9")
    }
    assert len(keys) == 2
