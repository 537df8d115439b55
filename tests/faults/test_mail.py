"""Mail in trouble, and mail that is not the desk's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from mail.receiving.tables import mailboxes
from tests.faults.conftest import SQLITE
from tests.faults.served_desk import ServedDesk, eventually
from tests.peers.botapi import BotApi
from tests.peers.mail_servers import MailServers
from tests.prepared_desks import PreparedDesks


@pytest.fixture
async def mailed(
    tmp_path: Path, api: BotApi, mail_servers: MailServers, prepared_desks: PreparedDesks
) -> AsyncIterator[ServedDesk]:
    """A desk with a bot and a mailbox in which old letters lie, not serving yet."""
    made = await ServedDesk.made(
        tmp_path / "desk", SQLITE, api, [mail_servers.settings()], prepared_desks=prepared_desks
    )
    yield made
    await made.closes()


async def _connected(served_desk: ServedDesk) -> bool:
    return bool(await served_desk.rows(select(mailboxes.c.channel)))


async def test_mail_older_than_the_first_connection_is_never_touched_or_answered(
    mailed: ServedDesk, mail_servers: MailServers
) -> None:
    """Not at the first start, not after a kill: its flags stay as they are, and only the new letter is answered."""
    old = [mail_servers.subscriber(f"old{number}@mail.test", "Давно") for number in range(3)]
    for person in old:
        await person.writes("Старое", "нет интернета, договор 40-1187")
    await mailed.opens()
    await eventually(lambda: _connected(mailed))
    before = mail_servers.dovecot.flags(mail_servers.box)
    ivan = mail_servers.subscriber("ivan@mail.test", "Иван")
    await ivan.writes("Новое", "нет интернета, договор 40-1187")
    await ivan.hears()
    mailed.desks[0].kill()
    await mailed.opens("again")
    await ivan.writes("Ещё", "лампочка горит красным")
    await eventually(lambda: _came(mailed, 2))
    await mailed.settled()
    after = mail_servers.dovecot.flags(mail_servers.box)
    assert {uid: after[uid] for uid in before} == before
    assert [letter for person in old for letter in person.unread()] == []


async def _came(served_desk: ServedDesk, count: int) -> bool:
    return await served_desk.count(channel="mail:support") == count


async def test_letters_wait_while_nothing_can_be_sent_and_go_when_it_can(
    mailed: ServedDesk, mail_servers: MailServers
) -> None:
    """SMTP is gone: mail is still received and decided; when it is back, the answers leave by themselves."""
    await mailed.opens()
    await eventually(lambda: _connected(mailed))
    mail_servers.sink.stop()
    people = [mail_servers.subscriber(f"p{number}@mail.test", "Иван") for number in range(3)]
    for person in people:
        await person.writes("Вопрос", "нет интернета, договор 40-1187")
    await eventually(lambda: _decided(mailed, 3))
    mail_servers.sink.start_again()
    for person in people:
        await person.hears()
    await mailed.settled()
    assert len({letter.message_id for letter in mail_servers.sink.letters}) == len(mail_servers.sink.letters)


async def _decided(served_desk: ServedDesk, count: int) -> bool:
    return await served_desk.count("done", "mail:support") == count
