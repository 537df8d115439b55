"""Each mail taken in has one row in the ledger, whatever its server does, and no mail is missed or taken twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from desk.model.settings import MailServer
from mail.receiving.ledger import count_outcomes
from mail.receiving.tables import ledger
from mail.receiving.watermarks import Watermark, load_watermark
from mail.transport.imap import ImapConnection
from tests.mail.conftest import Hall, eventually, letter
from tests.peers.mail_servers import MailServers
from tests.peers.scripted_imap import ScriptedImap


@pytest.fixture
async def server(hall: Hall, mail_servers: MailServers) -> AsyncIterator[ScriptedImap]:
    """A server that does what it is told, in the place of the hall's own."""
    async with ScriptedImap().serving(mail_servers.dovecot.authority.server_context()) as made:
        hall.settings = replace(
            hall.settings, imap=MailServer("imaps", "support", "localhost", made.port), look_every=1
        )
        yield made


def now(ahead: float = 0) -> str:
    """INTERNALDATE as of now."""
    return f"{datetime.now(UTC) + timedelta(seconds=ahead):%d-%b-%Y %H:%M:%S +0000}"


async def rows(hall: Hall) -> list[tuple[str, int]]:
    """Epoch and UID of every row, in the order of their UIDs."""
    query = select(ledger.c.epoch, ledger.c.uid).order_by(ledger.c.epoch, ledger.c.uid)
    async with hall.database.look() as connection:
        return [(row.epoch, row.uid) for row in await connection.execute(query)]


async def mark(hall: Hall) -> Watermark:
    """How far the mailbox is read."""
    async with hall.database.look() as connection:
        found = await load_watermark(connection, hall.settings.channel)
    assert found is not None
    return found


async def texts(hall: Hall) -> list[str]:
    """What the mails taken in say, in order."""
    return [one.body.decode().rpartition("\r\n\r\n")[2].strip() for one in await hall.arrivals()]


async def test_every_mail_has_a_row_from_the_moment_it_is_stored(hall: Hall, server: ScriptedImap) -> None:
    async with hall.listening():
        await hall.connected()
        for number in range(3):
            server.gets(letter(f"письмо {number}"))
        await hall.arrived(3)
        assert await rows(hall) == [("7", 1), ("7", 2), ("7", 3)]
    async with hall.database.look() as connection:
        assert await count_outcomes(connection, "mail:support") == {"waiting": 3}


async def test_a_mail_that_turns_up_below_the_mark_is_taken_in_late_and_told(
    hall: Hall, server: ScriptedImap, caplog: pytest.LogCaptureFixture
) -> None:
    """Two deliveries at once may become visible in the wrong order; the one behind is not missed."""
    async with hall.listening():
        await hall.connected()
        server.gets(letter("первое"))
        server.gets(letter("третье"), uid=3)
        await hall.arrived(2)
    server.gets(letter("второе"), uid=2)
    async with hall.listening():
        await hall.arrived(3)
        await eventually(lambda: server.flagged == {1, 2, 3})
    assert await texts(hall) == ["первое", "третье", "второе"]
    assert "UID 2" in (await mark(hall)).difference
    assert "had not been stored: UID 2" in caplog.text


async def test_a_server_restored_from_a_copy_gives_uids_again_and_nothing_is_missed(
    hall: Hall, server: ScriptedImap
) -> None:
    """Its next UID is one that was given out already: other mail will come under the same UIDs."""
    async with hall.listening():
        await hall.connected()
        for text in ("до копии", "после копии"):
            server.gets(letter(text), date=now(2))
        await hall.arrived(2)
    server.hangs_up()
    del server.mails[2]
    server.uidnext = 2
    server.flagged.clear()
    async with hall.listening():
        await eventually(lambda: server.flagged >= {1})
        server.gets(letter("новое под старым номером"), date=now(2))
        found = await hall.arrived(4)
    assert await texts(hall) == ["до копии", "после копии", "до копии", "новое под старым номером"]
    assert len({one.key for one in found}) == 4
    assert await rows(hall) == [("7", 1), ("7", 2), ("7.1", 1), ("7.1", 2)]
    assert "the next UID is 2" in (await mark(hall)).difference


async def test_another_mail_under_a_known_uid_is_noticed_even_when_the_next_uid_fits(
    hall: Hall, server: ScriptedImap
) -> None:
    """The server was restored while nobody looked, and got as much mail again."""
    async with hall.listening():
        await hall.connected()
        server.gets(letter("было"), date=now(2))
        await hall.arrived(1)
    server.gets(letter("а теперь совсем другое письмо"), uid=1, date=now(5))
    async with hall.listening():
        await hall.arrived(2)
    assert await texts(hall) == ["было", "а теперь совсем другое письмо"]
    assert "another mail lies under UID 1" in (await mark(hall)).difference


async def test_an_epoch_that_comes_back_is_not_taken_for_the_former_one(hall: Hall, server: ScriptedImap) -> None:
    """UIDVALIDITY changes and changes back, with another mail under the old UID: it is not missed."""
    async with hall.listening():
        await hall.connected()
        server.gets(letter("при первой"), date=now(2))
        await hall.arrived(1)
    for count, uidvalidity, text in ((2, 8, "при второй"), (3, 7, "снова при первой")):
        server.uidvalidity = uidvalidity
        server.gets(letter(text), uid=1, date=now(2))
        async with hall.listening():
            await hall.arrived(count)
    assert await texts(hall) == ["при первой", "при второй", "снова при первой"]
    assert await rows(hall) == [("7", 1), ("7.1", 1), ("8", 1)]


async def test_a_folder_filled_anew_from_a_copy_does_not_make_old_mail_new(hall: Hall, server: ScriptedImap) -> None:
    """INTERNALDATE is then the day of the copying; what was written long before the connection is still left alone."""
    async with hall.listening():
        await hall.connected()
    server.uidvalidity = 8
    server.gets(letter("старое", Date="Mon, 02 Mar 2020 10:00:00 +0300"), date=now(5))
    server.gets(letter("при нас", Date=f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S +0000}"), date=now(5))
    async with hall.listening():
        await hall.arrived(1)
        server.gets(letter("после"))
        await hall.arrived(2)
    assert await texts(hall) == ["при нас", "после"]
    assert server.flagged == {2, 3}


async def test_two_mails_of_one_message_id_and_mails_of_none_are_all_taken_in(hall: Hall, server: ScriptedImap) -> None:
    async with hall.listening():
        await hall.connected()
        for text in ("первое", "второе"):
            server.gets(letter(text, Message_ID="<same@mail.test>"))
            server.gets(letter(text, Message_ID=""))
        found = await hall.arrived(4)
    prints = {(await hall.channel.hear(one)).fingerprint for one in found}
    assert len(prints) == 4


async def test_a_mail_of_a_lying_size_leaves_a_stub_and_the_next_ones_go_on(hall: Hall, server: ScriptedImap) -> None:
    """The server says 1,000 bytes and has 30 million: no more than the limit is ever fetched (T26)."""
    async with hall.listening():
        await hall.connected()
        huge = letter("x" * 30_000_000)
        server.sizes[server.gets(huge)] = 1000
        server.gets(letter("дальше"))
        stub, normal = await hall.arrived(2)
    assert stub.body.startswith(b"X-Firstline-Stub: 1000\r\nFrom: ivan@mail.test")
    assert len(stub.body) < 1000
    assert "дальше" in normal.body.decode()


class TestAfterwards:
    """What is done to a mail on its server once it is stored."""

    async def test_mail_is_moved_where_the_settings_say_so(self, hall: Hall, server: ScriptedImap) -> None:
        hall.settings = replace(hall.settings, after='move:Готово "все"')
        async with hall.listening():
            await hall.connected()
            server.gets(letter())
            await hall.arrived(1)
            await eventually(lambda: server.moved)
        assert server.moved == {1: '"&BBMEPgRCBD4EMgQ+- \\"&BDIEQQQ1-\\""'}
        assert server.flagged == set()

    async def test_mail_is_left_untouched_where_the_settings_say_so(self, hall: Hall, server: ScriptedImap) -> None:
        hall.settings = replace(hall.settings, after="leave")
        async with hall.listening():
            await hall.connected()
            server.gets(letter())
            await hall.arrived(1)
            await asyncio.sleep(0.5)
        assert (server.flagged, server.moved) == (set(), {})

    async def test_what_a_kill_left_unflagged_is_flagged_at_the_next_connection(
        self, hall: Hall, server: ScriptedImap
    ) -> None:
        server.answers["STORE"] = lambda tag, rest: b""
        async with hall.listening():
            await hall.connected()
            server.gets(letter())
            await hall.arrived(1)
        assert server.flagged == set()
        del server.answers["STORE"]
        async with hall.listening():
            await eventually(lambda: server.flagged == {1})

    async def test_a_server_that_refuses_it_is_told_of_once_and_mail_goes_on(
        self, hall: Hall, server: ScriptedImap, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.answers["STORE"] = lambda tag, rest: f"{tag} NO read-only\r\n".encode()
        with caplog.at_level(logging.WARNING):
            async with hall.listening():
                await hall.connected()
                for number in (1, 2, 3):
                    server.gets(letter())
                    await hall.arrived(number)
        assert caplog.text.count("cannot be flagged as read") == 1

    async def test_mail_is_moved_on_a_real_server_into_a_folder_made_for_it(
        self, hall: Hall, mail_servers: MailServers
    ) -> None:
        hall.settings = replace(hall.settings, after="move:Готово")
        async with hall.listening():
            await hall.connected()
            raw = letter("в архив")
            mail_servers.receives(raw)
            await hall.arrived(1)
            await eventually(lambda: not mail_servers.dovecot.uids(mail_servers.box))
        connection, _ = await ImapConnection.open(replace(hall.settings, folder="Готово"))
        try:
            (mail,) = await connection.fetch_mails(await connection.list_uids(1), 100_000)
        finally:
            await connection.close()
        assert mail.body == raw
