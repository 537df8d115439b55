"""Mail in trouble, and mail that is not the desk's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from mail.receiving.tables import mailboxes
from tests.faults.conftest import SQLITE
from tests.faults.scene import Scene, eventually
from tests.peers.botapi import BotApi
from tests.peers.post import Post
from tests.ready import Ready


@pytest.fixture
async def mailed(tmp_path: Path, api: BotApi, post: Post, ready: Ready) -> AsyncIterator[Scene]:
    """A desk with a bot and a mailbox in which old letters lie, not serving yet."""
    made = await Scene.made(tmp_path / "desk", SQLITE, api, [post.settings()], ready=ready)
    yield made
    await made.closes()


async def _connected(scene: Scene) -> bool:
    return bool(await scene.rows(select(mailboxes.c.channel)))


async def test_mail_older_than_the_first_connection_is_never_touched_or_answered(mailed: Scene, post: Post) -> None:
    """Not at the first start, not after a kill: its flags stay as they are, and only the new letter is answered."""
    old = [post.subscriber(f"old{number}@mail.test", "Давно") for number in range(3)]
    for person in old:
        await person.writes("Старое", "нет интернета, договор 40-1187")
    await mailed.opens()
    await eventually(lambda: _connected(mailed))
    before = post.dovecot.flags(post.box)
    ivan = post.subscriber("ivan@mail.test", "Иван")
    await ivan.writes("Новое", "нет интернета, договор 40-1187")
    await ivan.hears()
    mailed.desks[0].kill()
    await mailed.opens("again")
    await ivan.writes("Ещё", "лампочка горит красным")
    await eventually(lambda: _came(mailed, 2))
    await mailed.settled()
    after = post.dovecot.flags(post.box)
    assert {uid: after[uid] for uid in before} == before
    assert [letter for person in old for letter in person.unread()] == []


async def _came(scene: Scene, count: int) -> bool:
    return await scene.count(channel="mail:support") == count


async def test_letters_wait_while_nothing_can_be_sent_and_go_when_it_can(mailed: Scene, post: Post) -> None:
    """SMTP is gone: mail is still received and decided; when it is back, the answers leave by themselves."""
    await mailed.opens()
    await eventually(lambda: _connected(mailed))
    post.sink.stop()
    people = [post.subscriber(f"p{number}@mail.test", "Иван") for number in range(3)]
    for person in people:
        await person.writes("Вопрос", "нет интернета, договор 40-1187")
    await eventually(lambda: _decided(mailed, 3))
    post.sink.start_again()
    for person in people:
        await person.hears()
    await mailed.settled()
    assert len({letter.message_id for letter in post.sink.letters}) == len(post.sink.letters)


async def _decided(scene: Scene, count: int) -> bool:
    return await scene.count("done", "mail:support") == count
