"""Servers that lie, flood, downgrade or fall silent: the password stays ours, memory bounded, and mail is seen soon."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.model.settings import MailboxSettings, MailServer
from mail.receiving.listener import LOGIN_RETRY_SECONDS
from mail.transport.imap import CommandRefused, ConnectionBroken, ImapConnection
from tests.mail.conftest import Hall, eventually, letter
from tests.peers.certificates import Authority
from tests.peers.mail_servers import MailServers
from tests.peers.scripted_imap import ScriptedImap, outdated


def settings(mail_servers: MailServers, server: ScriptedImap, host: str = "localhost") -> MailboxSettings:
    """The mailbox, at a server of the test's own."""
    return replace(mail_servers.settings(), imap=MailServer("imaps", "support", host, server.port), look_every=2)


def expired(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue(until=datetime.now(UTC) - timedelta(days=1)).configure_cert(context)
    return context


class TestDowngrades:
    """T34: whoever is in the middle, the password is not said."""

    @pytest.mark.parametrize(
        "context",
        [
            pytest.param(lambda authority: None, id="no TLS at all"),
            pytest.param(expired, id="expired"),
            pytest.param(lambda authority: authority.server_context("mail.other.test"), id="another host's"),
            pytest.param(lambda authority: Authority().server_context(), id="nobody's"),
            pytest.param(outdated, id="TLS 1.1"),
        ],
    )
    async def test_what_is_not_the_server_itself_under_good_tls_hears_no_password(
        self, mail_servers: MailServers, context: Callable[[Authority], ssl.SSLContext | None]
    ) -> None:
        async with ScriptedImap().serving(context(mail_servers.dovecot.authority)) as server:
            with pytest.raises((ConnectionBroken, OSError)):
                await ImapConnection.open(settings(mail_servers, server), 3)
        assert not any(mail_servers.box.password in line for line in server.said)
        assert not server.count("LOGIN")

    async def test_a_greeting_that_claims_we_are_logged_in_is_not_believed(self, mail_servers: MailServers) -> None:
        """PREAUTH would make somebody else's mailbox ours."""
        context = mail_servers.dovecot.authority.server_context()
        async with ScriptedImap(greeting="* PREAUTH welcome").serving(context) as server:
            with pytest.raises(ConnectionBroken, match="LOGIN"):
                await ImapConnection.open(settings(mail_servers, server), 3)
        assert not server.count("SELECT")
        assert not any(mail_servers.box.password in line for line in server.said)


@asynccontextmanager
async def connected(mail_servers: MailServers, **scripted: str) -> AsyncIterator[tuple[ScriptedImap, ImapConnection]]:
    """A connection to a scripted server, for which the machine may take its time."""
    async with ScriptedImap(**scripted).serving(mail_servers.dovecot.authority.server_context()) as server:  # type: ignore[arg-type]
        connection, _ = await ImapConnection.open(settings(mail_servers, server), 30)
        try:
            yield server, connection
        finally:
            await connection.close()


class TestFloods:
    """T35: nothing a server declares or sends is kept beyond what was asked for."""

    async def test_a_literal_of_a_gigabyte_ends_the_connection_at_once(self, mail_servers: MailServers) -> None:
        async with connected(mail_servers) as (server, connection):
            server.answers["FETCH"] = lambda tag, rest: b"* 1 FETCH (UID 1 RFC822.SIZE 9 BODY[] {999999999}\r\n"
            with pytest.raises(ConnectionBroken, match="999999999"):
                await connection.fetch_mails([1], 1000)
            await eventually(lambda: connection.is_lost)

    async def test_a_literal_in_another_answer_is_not_kept_without_a_bound(self, mail_servers: MailServers) -> None:
        async with connected(mail_servers) as (server, connection):
            server.answers["SEARCH"] = lambda tag, rest: b"* SEARCH {999999999}\r\n" + b"x" * 17_000_000
            with pytest.raises(ConnectionBroken):
                await connection.list_uids(1)
            await eventually(lambda: connection.is_lost)

    async def test_ten_thousand_lines_about_other_peoples_flags_do_no_harm(self, mail_servers: MailServers) -> None:
        async with connected(mail_servers) as (server, connection):
            uid = server.gets(letter("всё хорошо"))
            noise = b"".join(b"* %d FETCH (FLAGS (\\Seen))\r\n" % number for number in range(1, 10_001))
            server.answers["NOOP"] = lambda tag, rest: noise + f"{tag} OK done\r\n".encode()
            sane = server._fetch
            server.answers["FETCH"] = lambda tag, rest: noise + sane(tag, rest)
            assert await connection.list_uids(1) == [uid]
            (mail,) = await connection.fetch_mails([uid], 100_000)
            assert mail.body == server.mails[uid]

    async def test_a_command_that_is_refused_leaves_the_connection_usable(self, mail_servers: MailServers) -> None:
        async with connected(mail_servers) as (server, connection):
            uid = server.gets(letter())
            server.answers["FETCH"] = lambda tag, rest: f"{tag} NO [SERVERBUG] broken\r\n".encode()
            with pytest.raises(CommandRefused, match="SERVERBUG"):
                await connection.fetch_mails([uid], 1000)
            del server.answers["FETCH"]
            assert [one.envelope.uid for one in await connection.fetch_mails([uid], 100_000)] == [uid]

    async def test_a_server_that_falls_silent_in_the_middle_of_a_mail_is_left(self, mail_servers: MailServers) -> None:
        async with connected(mail_servers) as (server, connection):
            server.answers["FETCH"] = lambda tag, rest: b"* 1 FETCH (UID 1 BODY[] {500}\r\nhalf"
            connection._timeout = 3
            with pytest.raises(ConnectionBroken, match="no answer in time"):
                await connection.fetch_mails([1], 1000)

    async def test_names_reach_the_server_quoted(self, mail_servers: MailServers) -> None:
        """A quotation mark or a backslash in a folder's name is part of the name, and a line end is refused."""
        async with connected(mail_servers) as (server, connection):
            await connection.has_folder('a" b\\')
            assert server.said[-1].endswith(' LIST "" "a\\" b\\\\"')
            with pytest.raises(ValueError, match="control"):
                await connection.has_folder("a\r\nA9 DELETE x")


class TestLogins:
    """T20: a server that does not let us in."""

    async def test_unavailable_is_no_refusal_and_is_tried_again_soon(
        self, hall: Hall, mail_servers: MailServers
    ) -> None:
        async with ScriptedImap().serving(mail_servers.dovecot.authority.server_context()) as server:
            hall.settings = settings(mail_servers, server)
            server.answers["LOGIN"] = lambda tag, rest: f"{tag} NO [UNAVAILABLE] later\r\n".encode()
            async with hall.listening():
                await eventually(lambda: server.count("LOGIN") >= 3)
                del server.answers["LOGIN"]
                await hall.connected()

    async def test_a_wrong_password_is_said_once_a_minute_at_most_and_told_once(
        self, hall: Hall, mail_servers: MailServers, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with ScriptedImap().serving(mail_servers.dovecot.authority.server_context()) as server:
            hall.settings = settings(mail_servers, server)
            server.answers["LOGIN"] = lambda tag, rest: f"{tag} NO [AUTHENTICATIONFAILED] no\r\n".encode()
            async with hall.listening():
                await eventually(lambda: _errors(caplog))
                await asyncio.sleep(4)
        assert server.count("LOGIN") == 1
        assert LOGIN_RETRY_SECONDS >= 60
        assert _errors(caplog) == 1


def _errors(caplog: pytest.LogCaptureFixture) -> int:
    return [one.levelno for one in caplog.records].count(logging.ERROR)


class Wire:
    """A line between desk and server that may swallow every byte without a word, on the connections it has by then."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._swallowing: set[int] = set()
        self._ends: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.opened = 0

    @asynccontextmanager
    async def up(self) -> AsyncIterator[int]:
        """Yields the port."""
        server = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for end in self._ends:
                end.transport.abort()

    def swallows(self) -> None:
        """From now on nothing goes through the connections there are; new ones work."""
        self._swallowing |= set(range(self.opened))

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.opened = self.opened, self.opened + 1
        far_reader, far_writer = await asyncio.open_connection(*self._to)
        self._ends += [writer, far_writer]
        await asyncio.gather(self._pumped(number, reader, far_writer), self._pumped(number, far_reader, writer))

    async def _pumped(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if number not in self._swallowing:
                    writer.write(data)
        if number not in self._swallowing:
            writer.close()


async def test_mail_is_seen_again_when_something_in_between_swallows_every_byte(
    hall: Hall, mail_servers: MailServers
) -> None:
    """IDLE never ends and nothing is refused: the look after `look_every` finds out, and a new connection is made."""
    wire = Wire(mail_servers.dovecot.host, mail_servers.dovecot.port)
    async with wire.up() as port:
        hall.settings = replace(hall.settings, imap=replace(hall.settings.imap, port=port))
        async with hall.listening():
            await hall.connected()
            mail_servers.receives(letter())
            await hall.arrived(1)
            await asyncio.sleep(0.5)  # it idles
            wire.swallows()
            mail_servers.receives(letter())
            await hall.arrived(2)
    assert wire.opened >= 2
