"""New mail is stored before it is flagged, each UID once, whatever the server does; and what is older is left alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.model.events import Said
from desk.model.messages import ClaimedArrival
from desk.model.settings import Secret
from desk.queues import inbox
from mail.receiving.fetcher import MAX_MAIL_BYTES, sender_lane, split_by_count, split_by_size
from mail.transport.imap import CommandRefused, ConnectionBroken, FetchedMail, ImapConnection, MessageMetadata
from mail.transport.imap_command_syntax import encode_modified_utf7, format_uid_set, quote_folder
from tests.mail.conftest import Hall, eventually, letter
from tests.peers.dovecot import Dovecot
from tests.peers.mail_servers import MailServers

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SEEN = frozenset({"\\Seen"})


def errors(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What an operator is called for."""
    return [record for record in caplog.records if record.levelno >= logging.ERROR]


async def seen_within(mail_servers: MailServers, uids: set[int], seconds: float = 60) -> set[int]:
    """The UIDs flagged as read, waiting until they are ``uids``."""
    for _ in range(int(seconds / 0.1)):
        flagged = {uid for uid, flags in mail_servers.dovecot.flags(mail_servers.box).items() if "\\Seen" in flags}
        if flagged == uids:
            break
        await asyncio.sleep(0.1)
    return flagged


async def test_a_new_mail_is_stored_unchanged_and_then_flagged_as_read(hall: Hall, mail_servers: MailServers) -> None:
    async with hall.listening():
        await hall.connected()
        raw = letter("Здравствуйте!\r\n")
        mail_servers.receives(raw)
        (first,) = await hall.arrived(1)
        uid = mail_servers.dovecot.uids(mail_servers.box)[0]
        assert first.body == raw
        assert first.key == f"{mail_servers.dovecot.uidvalidity(mail_servers.box)}:{uid}"
        assert first.lane == "mail:support:ivan@mail.test"
        assert await seen_within(mail_servers, {uid}) == {uid}


async def test_mail_older_than_the_first_connection_is_neither_stored_nor_flagged_ever(
    hall: Hall, mail_servers: MailServers
) -> None:
    mail_servers.receives(letter("старое"))
    for _ in range(2):
        async with hall.listening():
            await hall.connected()
            await asyncio.sleep(0.5)
    async with hall.listening():
        mail_servers.receives(letter("новое"))
        (only,) = await hall.arrived(1)
        old, new = mail_servers.dovecot.uids(mail_servers.box)
        assert "новое" in only.body.decode()
        assert await seen_within(mail_servers, {new}) == {new}
        assert mail_servers.dovecot.flags(mail_servers.box)[old] == frozenset()


async def test_mail_that_came_while_the_desk_was_down_is_taken_in_order(hall: Hall, mail_servers: MailServers) -> None:
    async with hall.listening():
        await hall.connected()
    for number in range(130):
        mail_servers.receives(letter(f"письмо {number}"))
    async with hall.listening():
        found = await hall.arrived(130)
    assert [f"письмо {number}\r\n" in one.body.decode() for number, one in enumerate(found)] == [True] * 130


async def test_mail_that_a_person_has_read_already_is_taken_in_all_the_same(
    hall: Hall, mail_servers: MailServers
) -> None:
    async with hall.listening():
        await hall.connected()
    mail_servers.receives(letter("прочитано"))
    with mail_servers.dovecot.connection(mail_servers.box, readonly=False) as imap:
        imap.uid("STORE", "1:*", "+FLAGS", "(\\Seen)")
    async with hall.listening():
        await hall.arrived(1)


async def test_after_a_renumbering_only_mail_later_than_the_first_connection_is_read_again(
    hall: Hall, mail_servers: MailServers
) -> None:
    mail_servers.dovecot.deliver(mail_servers.box, letter("до нас"), at=LONG_AGO)
    async with hall.listening():
        await hall.connected()
        mail_servers.dovecot.deliver(mail_servers.box, letter("при нас"), at=datetime.now(UTC) + timedelta(seconds=2))
        await hall.arrived(1)
    mail_servers.dovecot.forget_uids(mail_servers.box)
    async with hall.listening():
        mail_servers.receives(letter("после"))
        found = await hall.arrived(3)
        await asyncio.sleep(0.5)
    texts = [one.body.decode().rpartition("\r\n\r\n")[2].strip() for one in found]
    assert texts == ["при нас", "при нас", "после"]
    assert len({one.key for one in found}) == 3
    assert len(await hall.arrivals()) == 3


async def test_nothing_is_flagged_that_could_not_be_stored(hall: Hall, mail_servers: MailServers) -> None:
    async with hall.listening():
        await hall.connected()
        hall.broken = True
        mail_servers.receives(letter())
        await asyncio.sleep(1.5)
        assert not any("\\Seen" in flags for flags in mail_servers.dovecot.flags(mail_servers.box).values())
        hall.broken = False
        await hall.arrived(1)


async def test_a_huge_mail_leaves_its_headers_and_the_next_ones_go_on(hall: Hall, mail_servers: MailServers) -> None:
    async with hall.listening():
        await hall.connected()
        huge = letter("x" * 75 + "\r\n" + ("y" * 76 + "\r\n") * 340_000)
        mail_servers.receives(huge)
        mail_servers.receives(letter("дальше"))
        stub, normal = await hall.arrived(2)
    assert stub.body.startswith(b"X-Firstline-Stub: %d\r\nFrom: ivan@mail.test" % len(huge))
    assert len(stub.body) < 1000
    assert "дальше" in normal.body.decode()
    inbound = await hall.channel.hear(stub)
    assert isinstance(inbound.event, Said)
    assert (inbound.sender.value, inbound.event.subject, inbound.truncated) == ("ivan@mail.test", "Помогите", True)


async def test_the_server_tells_of_new_mail_by_itself(hall: Hall, mail_servers: MailServers) -> None:
    hall.settings = replace(hall.settings, look_every=600)
    async with hall.listening():
        await hall.connected()
        for number in (1, 2):
            mail_servers.receives(letter())
            await hall.arrived(number)


class TestTrouble:
    async def test_mail_comes_again_after_the_server_was_killed(self, hall: Hall, mail_servers: MailServers) -> None:
        async with hall.listening():
            await hall.connected()
            mail_servers.dovecot.kill()
            await asyncio.sleep(0.3)
            mail_servers.dovecot.start_again()
            mail_servers.receives(letter())
            await hall.arrived(1)

    async def test_mail_comes_again_after_the_server_said_goodbye(self, hall: Hall, mail_servers: MailServers) -> None:
        async with hall.listening():
            await hall.connected()
            await asyncio.to_thread(mail_servers.dovecot.restart)
            mail_servers.receives(letter())
            await hall.arrived(1)

    async def test_a_server_that_hangs_is_left_and_asked_again(self, hall: Hall, mail_servers: MailServers) -> None:
        async with hall.listening():
            await hall.connected()
            mail_servers.dovecot.freeze()
            await asyncio.sleep(6)
            mail_servers.dovecot.thaw()
            mail_servers.receives(letter())
            await hall.arrived(1)

    async def test_a_refused_login_is_one_alarm_and_no_second_try_at_once(
        self, hall: Hall, mail_servers: MailServers, caplog: pytest.LogCaptureFixture
    ) -> None:
        hall.settings = replace(hall.settings, password=Secret("wr0ng secret"))
        with caplog.at_level(logging.DEBUG):
            async with hall.listening():
                await eventually(lambda: errors(caplog))
                await asyncio.sleep(4)
        (told,) = errors(caplog)
        assert "LOGIN" in told.getMessage()
        assert "wr0ng secret" not in caplog.text
        ours = [line for line in mail_servers.dovecot.log().splitlines() if mail_servers.box.address in line]
        assert sum("Aborted login (auth failed, 1 attempts" in line for line in ours) <= 1

    async def test_without_idle_the_folder_is_looked_at_every_few_seconds(self, hall: Hall) -> None:
        server = await Dovecot.start(idle=False)
        try:
            box = server.mailbox("quiet@sever.test")
            imap = replace(hall.settings.imap, user=box.address, port=server.port)
            hall.settings = replace(hall.settings, imap=imap, ca_file=str(server.ca_file))
            async with hall.listening():
                await hall.connected()
                server.deliver(box, letter())
                await hall.arrived(1)
        finally:
            server.remove()

    async def test_a_certificate_of_nobody_we_trust_ends_before_the_password_is_said(
        self, hall: Hall, caplog: pytest.LogCaptureFixture
    ) -> None:
        hall.settings = replace(hall.settings, ca_file="")
        async with hall.listening():
            await eventually(lambda: "certificate" in caplog.text)


class TestOneBadMail:
    """The server cannot give one mail: it never stops the others."""

    @staticmethod
    def breaks(monkeypatch: pytest.MonkeyPatch, error: Exception, header_too: bool) -> None:
        """Every FETCH that touches UID 2 fails: of its body, or of its header too."""
        mails, header = ImapConnection.fetch_mails, ImapConnection.fetch_header

        async def no_mails(self: ImapConnection, uids: Sequence[int], limit: int, most: int = 0) -> list[FetchedMail]:
            if 2 in uids:
                raise error
            return await mails(self, uids, limit, most)

        async def no_header(self: ImapConnection, uid: int) -> bytes:
            if uid == 2 and header_too:
                raise error
            return await header(self, uid)

        monkeypatch.setattr(ImapConnection, "fetch_mails", no_mails)
        monkeypatch.setattr(ImapConnection, "fetch_header", no_header)

    async def three_mails(self, hall: Hall, mail_servers: MailServers) -> list[ClaimedArrival]:
        async with hall.listening():
            await hall.connected()
        for number in (1, 2, 3):
            mail_servers.receives(letter(f"письмо {number}"))
        async with hall.listening():
            return await hall.arrived(3)

    @pytest.mark.parametrize(
        "error", [CommandRefused("FETCH: NO broken index"), ConnectionBroken("FETCH: the connection was lost")]
    )
    async def test_its_headers_are_kept_where_they_can_be_had(
        self, hall: Hall, mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        self.breaks(monkeypatch, error, header_too=False)
        found = await self.three_mails(hall, mail_servers)
        assert [one.body.startswith(b"X-Firstline-Stub: ") for one in found] == [False, True, False]
        assert [one.key.partition(":")[2] for one in found] == ["1", "2", "3"]

    @pytest.mark.parametrize(
        "error", [CommandRefused("FETCH: NO broken index"), ConnectionBroken("FETCH: the connection was lost")]
    )
    async def test_else_it_is_set_aside_with_a_word(
        self, hall: Hall, mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        self.breaks(monkeypatch, error, header_too=True)
        await self.three_mails(hall, mail_servers)
        (quarantined,) = await inbox.quarantine(hall.database)
        assert "could not give UID 2" in quarantined.problem


class TestBatches:
    def portions(self, *sizes: int, deaths: dict[int, int] | None = None) -> list[list[int]]:
        mails = [FetchedMail(MessageMetadata(uid, size), None) for uid, size in enumerate(sizes, 1)]
        return [[one.envelope.uid for one in portion] for portion in split_by_size(mails, deaths or {})]

    def test_at_most_so_many_mails_come_together(self) -> None:
        assert [len(batch) for batch in split_by_count(range(1, 121), 50, {})] == [50, 50, 20]

    def test_what_made_trouble_before_comes_alone(self) -> None:
        assert list(split_by_count([1, 2, 3, 4, 5], 50, {3: 1})) == [[1, 2], [3], [4, 5]]
        assert self.portions(10, 10, 10, deaths={2: 1}) == [[1], [2], [3]]

    def test_at_most_eight_megabytes_come_together(self) -> None:
        assert self.portions(*[3_000_000] * 5) == [[1, 2], [3, 4], [5]]

    def test_what_is_too_large_comes_alone(self) -> None:
        assert self.portions(10, MAX_MAIL_BYTES + 1, 10, 10, 9_000_000, 10) == [[1], [2], [3, 4], [5], [6]]


def test_sets_of_uids_are_spelled_in_runs() -> None:
    assert format_uid_set([9, 1, 2, 3, 7]) == "1:3,7,9"


def test_folders_have_their_names_in_modified_utf7() -> None:
    assert encode_modified_utf7("Поддержка") == "&BB8EPgQ0BDQENQRABDYEOgQw-"
    assert encode_modified_utf7("R&D") == "R&-D"
    assert quote_folder('a"b\\c') == '"a\\"b\\\\c"'
    with pytest.raises(ValueError, match="control"):
        encode_modified_utf7('INBOX"\r\nA1 DELETE x')


def test_a_lane_is_the_address_or_else_the_mail_alone() -> None:
    assert (
        sender_lane("mail:a", "1:2", b"Subject: x\r\nFrom: =?koi8-r?B?6dfBzg==?= <Ivan@X.ru>\r\n\r\n")
        == "mail:a:ivan@x.ru"
    )
    assert sender_lane("mail:a", "1:2", b"Subject: x\r\n\r\nFrom: not@here\r\n") == "mail:a:1:2"
