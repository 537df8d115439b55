"""What cannot be read is set aside, visible and replayable, and the next goes on."""

from __future__ import annotations

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
from tests.faults.scene import TOKEN, Scene, eventually
from tests.kills.process import DeskProcess, firstline
from tests.peers.botapi import BotApi
from tests.peers.post import Post
from tests.ready import Ready


async def test_an_update_that_cannot_be_decoded_is_set_aside_and_the_next_goes_on(scene: Scene) -> None:
    """It keeps its bytes, the operator sees it, and replayed it comes back aside: nothing else is held up by it."""
    odd = {
        "message": {"message_id": "seven", "date": [], "chat": {"id": 5001, "type": "private"}, "from": {"id": 5001}}
    }
    number = scene.api.bot(TOKEN).push_raw(odd)
    await scene.serves(5001)
    listed = json.loads(await firstline(scene.folder, "quarantine", "list", "--json"))
    assert [(one["channel"], one["key"]) for one in listed] == [("telegram:main", str(number))]
    assert listed[0]["problem"]
    database = scene.folder.open()
    assert json.loads(await inbox.body_of(database, listed[0]["id"]))["message"]["message_id"] == "seven"
    await database.close()
    await firstline(scene.folder, "replay", str(listed[0]["id"]), expect=(0, 1, 2, 3))
    await eventually(lambda: _is_aside(scene, 1))
    await scene.serves(5002)


async def _is_aside(scene: Scene, count: int) -> bool:
    return await scene.count("quarantined") == count and await scene.count("waiting") == 0


@pytest.fixture
async def mailed(tmp_path: Path, api: BotApi, post: Post, ready: Ready) -> AsyncIterator[Scene]:
    """A desk with a bot and a mailbox, at work."""
    made = await Scene.made(tmp_path / "desk", SQLITE, api, [post.settings()], ready=ready)
    await made.opens()
    await eventually(lambda: _connected(made))
    yield made
    await made.closes()


async def _connected(scene: Scene) -> bool:

    return bool(await scene.rows(select(mailboxes.c.channel)))


async def test_a_mail_whose_readers_die_is_set_aside_and_replayed_it_is_answered(mailed: Scene, post: Post) -> None:
    """Three dead readers are enough; the next letter is answered; once reading works again, so is this one."""
    ivan, olga = post.subscriber("ivan@mail.test", "Иван"), post.subscriber("olga@mail.test", "Ольга")
    with _readers_die(mailed.desks[0]):
        await ivan.writes("Помогите", "нет интернета, договор 40-1187")
        # Each of the three tries may wait its whole limit, when not even one child comes up.
        await eventually(lambda: _mail_aside(mailed, 1), 150)
    await olga.writes("Вопрос", "не работает почта, договор 40-2203")
    await olga.hears()
    assert ivan.unread() == []
    listed = json.loads(await firstline(mailed.folder, "quarantine", "list", "--json"))
    assert len(listed) == 1
    assert "three times" in listed[0]["problem"]
    await firstline(mailed.folder, "replay", str(listed[0]["id"]))
    await ivan.hears()


async def _mail_aside(scene: Scene, count: int) -> bool:
    return await scene.count("quarantined", "mail:support") == count


@contextmanager
def _readers_die(desk: DeskProcess) -> Iterator[None]:
    """Every child that begins to read is killed at once, as a hostile letter would."""
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
