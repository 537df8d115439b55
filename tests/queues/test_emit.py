"""A decision may send further arrivals: stored with it or not at all, and each once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.model.acts import EmitArrival, Ignore, KeepPending
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.messages import RawMessage
from desk.pipeline.write_buffer import CASES
from desk.queues import inbox
from desk.storage.queue_and_lease_tables import arrivals
from tests.queues.conftest import START, Bench


def message(text: str, key: str = "k") -> RawMessage:
    """What another person's terminal would send."""
    body = {"id": "sent", "name": "sent", "event": "said", "text": text}
    return RawMessage("chat:sever", key, "chat:sever:sent", json.dumps(body).encode(), START)


async def said(bench: Bench) -> list[tuple[str, str, str]]:
    """Key, state and text of every arrival."""
    return [(row["key"], row["state"], json.loads(row["body"])["text"]) for row in await bench.inbox("chat:sever")]


async def test_it_is_stored_with_the_decision_and_decided_by_and_by(bench: Bench) -> None:
    """Two of one decision are two, even with one key, and what they cause has keys of its own."""
    bench.plans |= {"second": (EmitArrival(message("third", "x" * 300)),)}
    await bench.says("first", EmitArrival(message("second")), EmitArrival(message("again")))
    one, *more = await said(bench)
    assert one == ("1", "done", "first")
    first = (await bench.inbox("chat:sever"))[0]["id"]
    assert more[:2] == [(f"{first}.0:k", "done", "second"), (f"{first}.1:k", "done", "again")]
    assert (more[2][1:], len(more[2][0])) == (("done", "third"), 200)
    assert [inbound.text for inbound in bench.heard] == ["first", "second", "again", "third"]


async def test_a_round_that_saves_no_case_may_send_too(bench: Bench) -> None:
    await bench.says("first", EmitArrival(message("second")), Ignore(IgnoredCode.HELP))
    await bench.says("other", EmitArrival(message("third")), KeepPending("for an agent"))
    assert [text for *_, text in await said(bench)] == ["first", "second", "other", "third"]


async def test_what_is_rolled_back_and_decided_again_sends_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two tries fail after everything was written, and so leave nothing; the third is the only one."""
    store, failures = inbox.store, iter(range(2))

    async def unlucky(connection: AsyncConnection, raws: Any) -> int:
        count = await store(connection, raws)
        if next(failures, None) is not None:
            raise IntegrityError("somebody was faster", None, ValueError())
        return count

    await bench.says("first", EmitArrival(message("second")), work=False)
    monkeypatch.setattr(inbox, "store", unlucky)
    await bench.works()
    assert [one[1:] for one in await said(bench)] == [("done", "first"), ("done", "second")]
    assert [inbound.text for inbound in bench.heard] == ["first", "first", "first", "second"]
    async with bench.house.database.read("sever") as session:
        assert (await session.execute(select(func.count()).select_from(CASES))).scalar() == 2


KILLED = """
import asyncio, sys
from pathlib import Path
from tests.queues.test_emit import killed_while_writing
asyncio.run(killed_while_writing(Path(sys.argv[1]), sys.argv[2]))
"""


async def test_killed_before_the_commit_nothing_of_it_is_there(bench: Bench) -> None:
    """Neither the case nor what was to follow; the next worker decides it, and sends once."""
    await bench.says("first", EmitArrival(message("second")), work=False)
    settings = bench.house.settings
    command = [sys.executable, "-c", KILLED, str(settings.root), settings.database]
    ended = await asyncio.to_thread(subprocess.run, command, env=dict(os.environ), check=False)
    assert ended.returncode == -9
    assert [one[1:] for one in await said(bench)] == [("waiting", "first")]
    await inbox.release_dead_claims(bench.house.database)
    await bench.works()
    assert [one[1:] for one in await said(bench)] == [("done", "first"), ("done", "second")]


async def killed_while_writing(root: Any, database: str) -> None:
    """A worker in a process of its own, killed when all is written and nothing committed."""
    from console.runtime.wiring import build_application
    from desk.model.settings import Secret, Settings

    store = inbox.store

    async def last(connection: AsyncConnection, raws: Any) -> int:
        assert await store(connection, raws) == 1
        assert (await connection.execute(select(func.count()).select_from(arrivals))).scalar() == 2
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    inbox.store = last
    house = await build_application(Settings(root, database, root / "data", secret=Secret("a secret for tests")))
    bench = Bench(house, plans={"first": (EmitArrival(message("second")),)})
    await bench.works()
