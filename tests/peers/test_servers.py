"""Each peer does what the tests that lean on it believe."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import aiosmtplib
import asyncpg
import pytest

from tests import conftest
from tests.peers.dovecot import Dovecot
from tests.peers.mail_servers import MailServers
from tests.peers.postgres import Postgres
from tests.peers.received_mail import Attachment, ReceivedMail
from tests.peers.smtp import SmtpSink

UTF8 = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
LETTER = (
    "From: desk@sever.test\r\nTo: {0}\r\nSubject: Привет\r\nMessage-ID: <1@sever.test>\r\n" + UTF8 + "\r\n.Точка.\r\n"
)
USER, PASSWORD = "desk@sever.test", "s3cret"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    sink = SmtpSink.launch()
    sink.account(USER, PASSWORD)
    yield sink
    sink.stop()


@pytest.fixture
async def client(sink: SmtpSink) -> AsyncIterator[aiosmtplib.SMTP]:
    async with a_client(sink) as client:
        yield client


def a_client(sink: SmtpSink, timeout: float = 60, user: str = USER, password: str = PASSWORD) -> aiosmtplib.SMTP:
    context = sink.authority.client_context()
    return aiosmtplib.SMTP(
        hostname=sink.host, port=sink.tls_port, use_tls=True, tls_context=context,
        username=user, password=password, timeout=timeout,
    )  # fmt: skip


async def send(client: aiosmtplib.SMTP, *to: str) -> dict[str, aiosmtplib.SMTPResponse]:
    refused, _ = await client.sendmail(USER, list(to), LETTER.format(to[0]).encode(), mail_options=["SMTPUTF8"])
    return refused


class TestDovecot:
    def test_letters_get_rising_uids_in_the_order_of_delivery(self, dovecot: Dovecot) -> None:
        box = dovecot.mailbox("order@sever.test")
        dovecot.deliver_many(box, [f"Subject: {n}\r\n\r\n{n}\r\n".encode() for n in range(300)])
        uids = dovecot.uids(box)
        assert [dovecot.raw(box, uid) for uid in (uids[0], uids[-1])] == [
            b"Subject: 0\r\n\r\n0\r\n",
            b"Subject: 299\r\n\r\n299\r\n",
        ]
        assert len(uids) == 300

    def test_flags_that_a_client_sets_are_seen(self, dovecot: Dovecot) -> None:
        box = dovecot.mailbox("flags@sever.test")
        dovecot.deliver_many(box, [b"Subject: a\r\n\r\na\r\n", b"Subject: b\r\n\r\nb\r\n"])
        first, second = dovecot.uids(box)
        with dovecot.connection(box, readonly=False) as imap:
            imap.uid("STORE", str(second), "+FLAGS", r"(\Seen $Firstline)")
        assert dovecot.flags(box) == {first: frozenset(), second: frozenset({"\\Seen", "$Firstline"})}

    def test_mail_outlives_a_kill_and_a_restart(self, dovecot: Dovecot) -> None:
        box = dovecot.mailbox("killed@sever.test", 'with "quotes" and spaces')
        dovecot.deliver(box, b"Subject: a\r\n\r\na\r\n")
        before = dovecot.uids(box), dovecot.uidvalidity(box)
        dovecot.kill()
        with pytest.raises(ConnectionRefusedError):
            dovecot.uids(box)
        dovecot.start_again()
        assert (dovecot.uids(box), dovecot.uidvalidity(box)) == before

    def test_forgotten_uids_come_back_under_a_higher_uidvalidity(self, dovecot: Dovecot) -> None:
        box = dovecot.mailbox("renumbered@sever.test")
        dovecot.deliver_many(box, [b"Subject: a\r\n\r\na\r\n", b"Subject: b\r\n\r\nb\r\n"])
        with dovecot.connection(box, readonly=False) as imap:
            imap.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
            imap.expunge()
        before = dovecot.uidvalidity(box)
        assert dovecot.uids(box) == [2]
        dovecot.forget_uids(box)
        assert dovecot.uids(box) == [1]
        assert dovecot.uidvalidity(box) > before

    def test_the_day_of_delivery_is_the_internal_date(self, dovecot: Dovecot) -> None:
        box = dovecot.mailbox("old@sever.test")
        dovecot.deliver(box, b"Subject: a\r\n\r\na\r\n", at=datetime(2019, 3, 4, tzinfo=UTC))
        with dovecot.connection(box) as imap:
            assert imap.uid("SEARCH", "BEFORE", "01-Jan-2020")[1] == [b"1"]

    def test_idle_is_announced_unless_switched_off(self, dovecot: Dovecot) -> None:
        without = Dovecot.launch(dovecot.authority, idle=False)
        for server, announced in ((dovecot, True), (without, False)):
            with server.connection(server.mailbox("idle@sever.test")) as imap:
                assert (b"IDLE" in imap.capability()[1][0].split()) is announced
        without.remove()

    def test_a_waiting_client_is_told_of_new_mail(self, dovecot: Dovecot) -> None:
        box = dovecot.mailbox("waiting@sever.test")
        with dovecot.connection(box) as imap:
            imap.send(b"w1 IDLE\r\n")
            assert imap.readline().startswith(b"+")
            dovecot.deliver(box, b"Subject: a\r\n\r\na\r\n")
            assert imap.readline().strip() == b"* 1 EXISTS"
            imap.send(b"DONE\r\n")
            while not imap.readline().startswith(b"w1 OK"):
                pass

    def test_a_frozen_server_says_nothing_until_it_thaws(self, dovecot: Dovecot) -> None:
        with dovecot.connection(dovecot.mailbox("frozen@sever.test")) as imap:
            dovecot.freeze()
            imap.sock.settimeout(0.3)
            imap.send(b"n1 NOOP\r\n")
            with pytest.raises(TimeoutError):
                imap.sock.recv(1)
            dovecot.thaw()
            imap.sock.settimeout(60)
            assert imap.sock.recv(100).startswith(b"n1 OK")

    def test_nothing_older_than_the_asked_tls_is_spoken(self, dovecot: Dovecot) -> None:
        server = Dovecot.launch(dovecot.authority, tls="TLSv1.3")
        context = server.authority.client_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLError), ssl_connection(server, context):
            pass
        server.remove()


def ssl_connection(server: Dovecot, context: ssl.SSLContext) -> ssl.SSLSocket:
    import socket

    plain = socket.create_connection((server.host, server.port), timeout=60)
    return context.wrap_socket(plain, server_hostname="localhost")


class TestPostgres:
    async def test_the_role_owns_its_database_and_has_no_special_rights(self, postgres: Postgres) -> None:
        connection = await asyncpg.connect(postgres.database("plain"))
        await connection.execute("CREATE TABLE note (text text)")
        rights = await connection.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert tuple(rights) == (False, False, False)
        await connection.close()
        postgres.drop("plain")

    async def test_a_database_can_be_copied_from_another(self, postgres: Postgres) -> None:
        source = await asyncpg.connect(postgres.database("migrated"))
        await source.execute("CREATE TABLE note AS SELECT 'привет' AS text")
        await source.close()
        copy = await asyncpg.connect(postgres.database("copied", template="migrated"))
        assert await copy.fetchval("SELECT text FROM note") == "привет"
        await copy.close()
        postgres.drop("copied")
        postgres.drop("migrated")

    async def test_committed_rows_outlive_a_crash(self) -> None:
        conftest.skip_or_fail("PostgreSQL", Postgres.missing())
        server = await asyncio.to_thread(Postgres.start)
        connection = await asyncpg.connect(server.database("crashed"))
        await connection.execute("CREATE TABLE note AS SELECT 1 AS n")
        server.stop("immediate")
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await connection.execute("SELECT 1")
        server.start_again()
        again = await asyncpg.connect(server.url("crashed"))
        assert await again.fetchval("SELECT n FROM note") == 1
        await again.close()
        server.remove()


class TestMissingServers:
    """A machine without a server is told so once; a machine that must have it fails."""

    def test_a_server_that_is_there_stops_nothing(self) -> None:
        conftest.skip_or_fail("Dovecot", None)

    @pytest.mark.parametrize(("required", "outcome"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)])
    def test_a_missing_server_skips_or_fails_by_name(
        self, monkeypatch: pytest.MonkeyPatch, required: bool, outcome: type[BaseException]
    ) -> None:
        monkeypatch.setattr(conftest, "REQUIRED", required)
        with pytest.raises(outcome, match=r"Dovecot is not on this machine \(install dovecot-imapd\)"):
            conftest.skip_or_fail("Dovecot", "dovecot-imapd")


class TestSmtpSink:
    async def test_a_letter_arrives_byte_for_byte(self, sink: SmtpSink, client: aiosmtplib.SMTP) -> None:
        await send(client, "ivan@example.test")
        letter = await sink.hears(to="ivan@example.test", containing="Точка")
        assert letter.raw == LETTER.format("ivan@example.test").encode()
        assert (letter.subject, letter.message_id, letter.reply_to) == ("Привет", "<1@sever.test>", USER)

    async def test_silence_is_an_error_that_tells_what_came_instead(
        self, sink: SmtpSink, client: aiosmtplib.SMTP
    ) -> None:
        await send(client, "ivan@example.test")
        with pytest.raises(AssertionError, match="Точка"):
            await sink.hears(to="ivan@example.test", containing="Запятая", timeout=0.1)

    def test_a_password_is_taken_only_over_tls(self, sink: SmtpSink) -> None:
        with smtplib.SMTP(sink.host, sink.starttls_port, timeout=60) as smtp:
            smtp.ehlo()
            assert "auth" not in smtp.esmtp_features
            assert smtp.docmd("AUTH PLAIN")[0] == 538
            assert smtp.docmd("MAIL FROM:<a@b.test>")[0] == 530
            smtp.starttls(context=sink.authority.client_context())
            smtp.login(USER, PASSWORD)
            smtp.sendmail(USER, ["ivan@example.test"], b"Subject: a\r\n\r\na\r\n")
        assert [letter.subject for letter in sink.letters] == ["a"]
        assert sink.logins == ["over TLS"]

    def test_starttls_can_be_stripped(self, sink: SmtpSink) -> None:
        sink.offers_starttls = False
        with smtplib.SMTP(sink.host, sink.starttls_port, timeout=60) as smtp, pytest.raises(smtplib.SMTPException):
            smtp.starttls()

    def test_a_wrong_password_is_refused(self, sink: SmtpSink) -> None:
        context = sink.authority.client_context()
        with (
            smtplib.SMTP_SSL(sink.host, sink.tls_port, timeout=10, context=context) as smtp,
            pytest.raises(smtplib.SMTPAuthenticationError),
        ):
            smtp.login(USER, "wrong")

    @pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
    @pytest.mark.parametrize("reply", ["450 4.2.0 Later", "451 4.3.0 Later", "452 4.2.2 Full", "550 5.1.1 No",
                                       "552 5.3.4 Too big", "554 5.7.1 Spam", "421 4.7.0 Go away"])  # fmt: skip
    async def test_a_refusal_comes_once_and_then_letters_pass(self, sink: SmtpSink, stage: str, reply: str) -> None:
        sink.refuse(reply, at=stage, times=1)
        client = a_client(sink)
        async with client:
            with pytest.raises(aiosmtplib.SMTPException) as told:
                await send(client, "ivan@example.test")
            assert reply[4:9] in str(told.value)
        assert sink.letters == []
        async with a_client(sink) as again:
            await send(again, "ivan@example.test")
        assert len(sink.letters) == 1

    async def test_one_recipient_of_several_is_refused(self, sink: SmtpSink, client: aiosmtplib.SMTP) -> None:
        sink.refuse("550 5.1.1 No such mailbox", to="gone@example.test")
        refused = await send(client, "ivan@example.test", "gone@example.test")
        assert list(refused) == ["gone@example.test"]
        assert sink.letters[0].recipients == ("ivan@example.test",)

    async def test_a_busy_server_turns_the_connection_away(self, sink: SmtpSink) -> None:
        sink.refuse("421 4.3.2 Too busy", at="connect", times=1)
        with pytest.raises(aiosmtplib.SMTPException):
            await a_client(sink).connect()
        async with a_client(sink) as again:
            await send(again, "ivan@example.test")

    async def test_a_login_can_fail_for_now(self, sink: SmtpSink) -> None:
        sink.refuse("454 4.7.0 Temporary authentication failure", at="auth", times=1)
        with pytest.raises(aiosmtplib.SMTPAuthenticationError, match=r"4\.7\.0"):
            await a_client(sink).connect()

    @pytest.mark.parametrize(("kept", "arrived"), [(True, 1), (False, 0)])
    async def test_an_answer_can_be_lost_with_or_without_the_letter(
        self, sink: SmtpSink, kept: bool, arrived: int
    ) -> None:
        sink.drop(at="data", kept=kept)
        client = a_client(sink)
        await client.connect()
        with pytest.raises(aiosmtplib.SMTPServerDisconnected):
            await send(client, "ivan@example.test")
        assert len(sink.letters) == arrived

    async def test_a_server_can_hang(self, sink: SmtpSink) -> None:
        sink.hang(at="data")
        client = a_client(sink, timeout=0.3)
        await client.connect()
        with pytest.raises(aiosmtplib.SMTPException):
            await send(client, "ivan@example.test")
        assert sink.letters == []

    async def test_a_stopped_server_cuts_its_clients_and_comes_back_on_its_port(self, sink: SmtpSink) -> None:
        client = a_client(sink)
        await client.connect()
        sink.stop()
        with pytest.raises((aiosmtplib.SMTPException, OSError)):
            await send(client, "ivan@example.test")
        with pytest.raises((aiosmtplib.SMTPException, OSError)):
            await a_client(sink).connect()
        sink.start_again()
        async with a_client(sink) as again:
            await send(again, "ivan@example.test")
        assert len(sink.letters) == 1


class TestPost:
    @staticmethod
    def arrived(mail_servers: MailServers) -> bytes:
        return mail_servers.dovecot.raw(mail_servers.box, mail_servers.dovecot.uids(mail_servers.box)[-1])

    async def test_a_subscriber_writes_and_the_border_server_vouches(self, mail_servers: MailServers) -> None:
        ivan = mail_servers.subscriber("ivan@example.test", "Иван")
        await ivan.writes("Интернет", "Нет связи", attachments=[Attachment("фото.png", "image/png", b"\x89PNG")])
        raw = self.arrived(mail_servers)
        assert raw.startswith(b"Authentication-Results: mx.sever.test; dkim=pass header.d=example.test")
        letter = ReceivedMail("", (), raw)
        assert letter.text == "Нет связи\n"
        assert letter.attachments == (Attachment("фото.png", "image/png", b"\x89PNG"),)

    @pytest.mark.parametrize(
        ("authentication", "results"),
        [("none", ["none"]), ("fail", ["fail"]), ("forged", ["fail", "pass"]), ("absent", [])],
    )
    async def test_what_the_border_server_found_stands_on_top(
        self, mail_servers: MailServers, authentication: str, results: list[str]
    ) -> None:
        ivan = mail_servers.subscriber("ivan@example.test", authentication=authentication)  # type: ignore[arg-type]
        await ivan.writes("Интернет", "Нет связи")
        lines = [
            line for line in self.arrived(mail_servers).splitlines() if line.startswith(b"Authentication-Results:")
        ]
        assert [line.split(b"dkim=")[1].split()[0].rstrip(b";").decode() for line in lines] == results

    async def test_an_answer_goes_to_the_reply_to_and_quotes_the_letter(self, mail_servers: MailServers) -> None:
        ivan, token = mail_servers.subscriber("ivan@example.test"), mail_servers.box.address.replace("@", "+abc@")
        raw = (
            f"From: =?utf-8?b?0KHQtdCy0LXRgA==?= <{mail_servers.box.address}>\r\nTo: ivan@example.test\r\n"
            f"{UTF8}Reply-To: {token}\r\nSubject: Заявка\r\nMessage-ID: <2@sever.test>\r\n"
            "References: <1@sever.test>\r\nDate: Sat, 21 Nov 2026 22:45:00 +0300\r\n\r\nПомогло?\r\n"
        )
        async with a_client(
            mail_servers.sink, user=mail_servers.box.address, password=mail_servers.box.password
        ) as client:
            await client.sendmail(mail_servers.box.address, [ivan.address], raw.encode(), mail_options=["SMTPUTF8"])
        await ivan.answers(await ivan.hears("Помогло?"), "Да, спасибо!")
        letter = ReceivedMail("", (), self.arrived(mail_servers))
        assert letter.header("To") == token
        assert letter.subject == "Re: Заявка"
        assert letter.header("In-Reply-To") == "<2@sever.test>"
        assert letter.references == ("<1@sever.test>", "<2@sever.test>")
        assert letter.text == (
            f"Да, спасибо!\n\nсб, 21 нояб. 2026 г. в 22:45, Север <{mail_servers.box.address}>:\n\n> Помогло?\n"
        )
        assert '<blockquote class="gmail_quote"' in letter.html
        assert ivan.unread() == []

    def test_a_letter_to_a_stranger_is_told(self, mail_servers: MailServers) -> None:
        with pytest.raises(LookupError, match=r"nobody@sever\.test"):
            mail_servers.receives(b"", to="nobody@sever.test")
