"""What cannot be read is quarantined, visible and replayable, and the next goes on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from desk.queues import inbox
from mail.receiving.tables import mailboxes
from tests.faults.conftest import SQLITE
from tests.faults.served_desk import TOKEN, ServedDesk, eventually
from tests.kills.desk_process import DeskProcess, firstline
from tests.peers.botapi import BotApi
from tests.peers.mail_servers import MailServers
from tests.prepared_desks import PreparedDesks


async def test_an_update_that_cannot_be_decoded_is_quarantined_and_the_next_goes_on(served_desk: ServedDesk) -> None:
    """It keeps its bytes, the operator sees it, and replayed it is quarantined again: nothing else is held up by it."""
    odd = {
        "message": {"message_id": "seven", "date": [], "chat": {"id": 5001, "type": "private"}, "from": {"id": 5001}}
    }
    number = served_desk.api.bot(TOKEN).push_raw(odd)
    await served_desk.serves(5001)
    listed = json.loads(await firstline(served_desk.folder, "quarantine", "list", "--json"))
    assert [(one["channel"], one["key"]) for one in listed] == [("telegram:main", str(number))]
    assert listed[0]["problem"]
    database = served_desk.folder.open()
    assert json.loads(await inbox.body_of(database, listed[0]["id"]))["message"]["message_id"] == "seven"
    await database.close()
    await firstline(served_desk.folder, "replay", str(listed[0]["id"]), expect=(0, 1, 2, 3))
    await eventually(lambda: _is_quarantined(served_desk, 1))
    await served_desk.serves(5002)


async def _is_quarantined(served_desk: ServedDesk, count: int) -> bool:
    return await served_desk.count("quarantined") == count and await served_desk.count("waiting") == 0


@pytest.fixture
async def mailed(
    tmp_path: Path, api: BotApi, mail_servers: MailServers, prepared_desks: PreparedDesks
) -> AsyncIterator[ServedDesk]:
    """A desk with a bot and a mailbox, at work."""
    made = await ServedDesk.made(
        tmp_path / "desk", SQLITE, api, [mail_servers.settings()], prepared_desks=prepared_desks
    )
    await made.opens()
    await eventually(lambda: _connected(made))
    yield made
    await made.closes()


async def _connected(served_desk: ServedDesk) -> bool:

    return bool(await served_desk.rows(select(mailboxes.c.channel)))


async def test_while_no_reader_lives_letters_wait_and_then_all_are_answered(
    mailed: ServedDesk, mail_servers: MailServers
) -> None:
    """Readers that die before they take a letter up are the machine's trouble, not the letter's: it gets no strike."""
    ivan, olga = mail_servers.subscriber("ivan@mail.test", "Иван"), mail_servers.subscriber("olga@mail.test", "Ольга")
    with _readers_die(mailed.desks[0]):
        await ivan.writes("Помогите", "нет интернета, договор 40-1187")
        await eventually(lambda: _mail_waits(mailed))
        await asyncio.sleep(5)
        assert ivan.unread() == []
        assert await mailed.count("quarantined", "mail:support") == 0
    await olga.writes("Вопрос", "не работает почта, договор 40-2203")
    await olga.hears()
    await ivan.hears()
    assert json.loads(await firstline(mailed.folder, "quarantine", "list", "--json")) == []


async def _mail_waits(served_desk: ServedDesk) -> bool:
    return await served_desk.count("waiting", "mail:support") == 1


@contextmanager
def _readers_die(desk: DeskProcess) -> Iterator[None]:
    """Every child that begins to read is killed at once, as a machine without memory would."""
    over = threading.Event()

    def hunt() -> None:
        while not over.is_set():
            for pid in _grandchildren(desk.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            over.wait(0.002)

    hunter = threading.Thread(target=hunt)
    hunter.start()
    try:
        yield
    finally:
        over.set()
        hunter.join()


def _grandchildren(pid: int) -> list[int]:
    """The readers are children of the fork server, which is a child of the desk."""
    return [one for child in _children(pid) for one in _children(child)]


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        # By thread: whichever of them started a child has it.
        lists = [path.read_text("ascii") for path in Path(f"/proc/{pid}/task").glob("*/children")]
        return [int(one) for line in lists for one in line.split()]
    return []
