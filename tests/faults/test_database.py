"""The database in trouble: nothing is confirmed that is not stored, and the desk goes on by itself."""

from __future__ import annotations

import asyncio
import itertools
import os
import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.conftest import SQLITE
from tests.faults.served_desk import OUTAGE, TOKEN, ServedDesk, eventually
from tests.kills.desk_process import Bot, DeskProcess
from tests.peers.botapi import BotApi
from tests.peers.local_process import free_port
from tests.peers.postgres import Postgres
from tests.prepared_desks import PreparedDesks

_people = itertools.count(7000)


async def _through(served_desk: ServedDesk, seconds: float) -> None:
    """People write all through the trouble; what Telegram still keeps is what is not stored."""
    bot = served_desk.api.bot(TOKEN)
    for _ in range(max(2, round(seconds / 2))):
        served_desk.people.append(served_desk.person(next(_people)))
        await served_desk.says(served_desk.people[-1])
        await asyncio.sleep(2)
    assert len(bot.pending) >= len(served_desk.people) - 1, "Telegram was told to forget what was not stored"


async def _goes_on(served_desk: ServedDesk) -> None:
    """Everybody who wrote meanwhile is answered, by the same processes."""
    for person in served_desk.people:
        await served_desk.answered(person, 60)
    await served_desk.settled()
    assert all(desk.alive for desk in served_desk.desks)
    assert await served_desk.count("done") == await served_desk.count() == 1 + len(served_desk.people)


async def test_sqlite_locked_from_outside_only_delays(served_desk: ServedDesk) -> None:
    """Somebody holds the write lock for longer than every time-out of ours."""
    await served_desk.serves(next(_people))
    other = sqlite3.connect(served_desk.folder.root / "data" / "firstline.db", timeout=60, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    await _through(served_desk, OUTAGE + 4)
    other.execute("ROLLBACK")
    other.close()
    await _goes_on(served_desk)


async def test_a_start_waits_while_another_process_holds_the_lock_and_says_so(
    tmp_path: Path, api: BotApi, prepared_desks: PreparedDesks
) -> None:
    """It does not end, and serves as soon as the lock is free."""
    desk = await ServedDesk.made(tmp_path / "desk", SQLITE, api, prepared_desks=prepared_desks)
    other = sqlite3.connect(desk.folder.root / "data" / "firstline.db", timeout=60, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = DeskProcess(desk.folder).start()
    desk.desks.append(started)
    try:
        await eventually(lambda: _says(started, "another process holds its lock"), 120)
        await asyncio.sleep(6)
        assert started.alive
        other.execute("ROLLBACK")
        await eventually(lambda: _says(started, " serves: "), 120)
        await desk.serves(next(_people))
    finally:
        other.close()
        await desk.closes()


async def _says(desk: DeskProcess, words: str) -> bool:
    return words in desk.said()


async def test_a_postgresql_that_crashes_and_stays_away_only_delays(
    tmp_path: Path, api: BotApi, own_postgres: Postgres, prepared_desks: PreparedDesks
) -> None:
    """Stopped "immediate" in the middle of work, and started again."""
    served_desk = await ServedDesk.made(
        tmp_path / "desk", own_postgres.database("faults"), api, prepared_desks=prepared_desks
    )
    try:
        await served_desk.opens()
        await served_desk.serves(next(_people))
        await asyncio.to_thread(own_postgres.stop, "immediate")
        await _through(served_desk, OUTAGE)
        await asyncio.to_thread(own_postgres.start_again)
        await _goes_on(served_desk)
    finally:
        await served_desk.closes()


async def test_a_file_that_may_not_grow_only_delays(served_desk: ServedDesk) -> None:
    """The desk's own limit on the size of files (RLIMIT_FSIZE) is reached, and lifted again."""
    await served_desk.serves(next(_people))
    pid = served_desk.desks[0].pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    await _through(served_desk, OUTAGE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
    await _goes_on(served_desk)


@contextmanager
def _small_disk(path: Path) -> Iterator[Path]:
    path.mkdir(parents=True)
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(path)], capture_output=True, check=False
        ).returncode
    )
    if not mounted:
        pytest.skip("a disk of its own needs the right to mount, so a full one was not tried")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=False)


async def test_a_full_disk_only_delays(tmp_path: Path, api: BotApi, prepared_desks: PreparedDesks) -> None:
    """Somebody else fills the disk that the database is on, and makes room again."""
    with _small_disk(tmp_path / "disk") as disk:
        served_desk = await ServedDesk.made(
            tmp_path / "desk", "sqlite:///../disk/firstline.db", api, prepared_desks=prepared_desks
        )
        try:
            await served_desk.opens()
            await served_desk.serves(next(_people))
            await asyncio.to_thread(_fill, disk / "rubbish")
            await _through(served_desk, OUTAGE)
            (disk / "rubbish").unlink()
            await _goes_on(served_desk)
        finally:
            await served_desk.closes()


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


async def test_a_webhook_is_refused_while_nothing_can_be_stored_and_redelivery_makes_no_second_message(
    tmp_path: Path, api: BotApi, prepared_desks: PreparedDesks
) -> None:
    """Telegram gets 503, comes again until it is taken, and once more after that: it is one message."""
    port = free_port()
    bot = Bot("main", TOKEN, webhook=f"http://127.0.0.1:{port}")
    served_desk = await ServedDesk.made(
        tmp_path / "desk", SQLITE, api, bot=bot, listen=f"127.0.0.1:{port}", prepared_desks=prepared_desks
    )
    try:
        await served_desk.opens()
        await served_desk.serves(next(_people))
        hook = api.bot(TOKEN).webhook
        assert hook is not None
        other = sqlite3.connect(served_desk.folder.root / "data" / "firstline.db", timeout=60, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        person = served_desk.person(next(_people))
        await served_desk.says(person)
        number, raw = api.bot(TOKEN).pending[0]
        await eventually(lambda: _refused(hook))
        other.execute("ROLLBACK")
        other.close()
        await served_desk.answered(person)
        await eventually(lambda: _taken(api))
        api.bot(TOKEN).pending.append((number, raw))
        api.bot(TOKEN).arrived.set()
        await eventually(lambda: _taken(api))
        await served_desk.settled()
        assert await served_desk.count() == 2
    finally:
        await served_desk.closes()


async def _refused(hook: object) -> bool:
    return "503" in str(getattr(hook, "last_error", ""))


async def _taken(api: BotApi) -> bool:
    return not api.bot(TOKEN).pending
