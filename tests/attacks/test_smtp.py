"""On the way out: no password and no letter without TLS to the right server, and one letter is one on the wire."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desk.model.messages import RetryLater, Sent
from desk.model.settings import MailboxSettings, MailServer, Secret
from mail.sending.compose import UnsendableMessage, compose_message
from mail.transport.smtp import SmtpConnection
from tests.peers.certificates import Authority
from tests.peers.scripted_smtp import ScriptedSmtp

PASSWORD = "correct horse canary"
LETTER = b"Subject: x\r\n\r\nx\r\n"


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Whom the desk trusts."""
    return Authority()


def box(
    wire: ScriptedSmtp, authority: Authority, scheme: str = "smtp+starttls", host: str = "127.0.0.1"
) -> MailboxSettings:
    """A mailbox whose way out is this server."""
    server = MailServer(scheme, "help@sever.test", host, wire.port)
    return MailboxSettings(
        name="support",
        address="help@sever.test",
        imap=server,
        smtp=server,
        password=Secret(PASSWORD),
        ca_file=str(authority.ca_file),
    )


@pytest.fixture
async def good(authority: Authority) -> AsyncIterator[ScriptedSmtp]:
    """A server that is what it should be."""
    async with ScriptedSmtp(authority.server_context()).listening() as wire:
        yield wire


async def letter_through(settings: MailboxSettings, message: bytes = LETTER, to: str = "anna@example.test") -> object:
    """What became of one letter."""
    outbound = SmtpConnection(settings)
    try:
        return await outbound.send(to, message, 1)
    finally:
        await outbound.close()


async def test_a_good_server_hears_the_password_inside_tls_only(good: ScriptedSmtp, authority: Authority) -> None:
    assert await letter_through(box(good, authority)) == Sent()
    assert b"AUTH" not in good.inbound
    assert b"AUTH" in good.heard_inside
    assert good.heard_inside.count(b"MAIL FROM") == 1


def _stranger(_: Authority) -> ssl.SSLContext:
    return Authority().server_context()


def _another_name(authority: Authority) -> ssl.SSLContext:
    return authority.server_context("mx.evil.test")


def _expired(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue("127.0.0.1", until=datetime(2020, 1, 1, tzinfo=UTC)).configure_cert(context)
    return context


def _old(authority: Authority) -> ssl.SSLContext:
    context = authority.server_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
@pytest.mark.parametrize("made", [_stranger, _another_name, _expired, _old])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
async def test_a_server_that_cannot_prove_itself_gets_nothing(authority: Authority, scheme: str, made: object) -> None:
    """Signed by nobody we know, for another name, expired, or with an old TLS: refused, and everything waits (T34)."""
    assert callable(made)
    wire = ScriptedSmtp(made(authority))
    async with wire.listening(implicit=scheme == "smtps"):
        fate = await letter_through(box(wire, authority, scheme))
    assert isinstance(fate, RetryLater)
    assert fate.whole_channel
    assert PASSWORD not in fate.why
    assert not any(word in wire.inbound + wire.heard_inside for word in (b"AUTH", b"MAIL", b"Subject"))


@pytest.mark.parametrize("offers", [b"AUTH PLAIN", b"8BITMIME", b"XSTARTTLS", b"AUTH PLAIN STARTTLS"])
async def test_without_starttls_nothing_is_said(authority: Authority, offers: bytes) -> None:
    """Whoever strips STARTTLS, and offers to take the password in clear, gets neither it nor the letter."""
    wire = ScriptedSmtp(authority.server_context(), offers=offers)
    async with wire.listening():
        fate = await letter_through(box(wire, authority))
    assert isinstance(fate, RetryLater)
    assert not any(word in wire.inbound for word in (b"AUTH", b"MAIL", b"Subject"))


async def test_what_was_slipped_in_before_tls_is_not_taken_for_the_servers_word(authority: Authority) -> None:
    """Answers put behind the go-ahead in clear do not count inside (CVE-2011-0411, seen from the client)."""
    slipped = b"220 go\r\n250-mx\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n"
    wire = ScriptedSmtp(authority.server_context(), answer=slipped)
    async with wire.listening():
        fate = await letter_through(box(wire, authority))
    assert fate == Sent()
    assert b"AUTH" not in wire.inbound
    assert b"Subject: x" in wire.heard_inside, "it was sent by the server's own answers, and not by those"


async def test_plain_text_on_the_tls_port_is_no_conversation(authority: Authority) -> None:
    """A server that speaks in clear where TLS is meant is never answered."""
    wire = ScriptedSmtp(authority.server_context())
    async with wire.listening():
        fate = await letter_through(box(wire, authority, "smtps"))
    assert isinstance(fate, RetryLater)
    assert b"AUTH" not in wire.inbound


SMUGGLED = b"\r\nMAIL FROM:<evil@evil.test>\r\nRCPT TO:<x@y.test>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n"


@pytest.mark.parametrize("dot", [b"\r\n.\r\n", b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\n..\n"])
async def test_one_letter_is_one_on_the_wire(good: ScriptedSmtp, authority: Authority, dot: bytes) -> None:
    """No end of data can be written into a letter: dots are doubled, and every line ends in CRLF (T35)."""
    assert await letter_through(box(good, authority), b"Subject: x\r\n\r\nbefore" + dot + SMUGGLED) == Sent()
    body = good.heard_inside.partition(b"DATA\r\n")[2].partition(b"\r\n.\r\n")[0]
    assert b"smuggled" in body, "all of it came as one letter"
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "to",
    ["a@b>\r\nRCPT TO:<x@y", "a@b\r\nRCPT TO:<x@y>", "a@b>\nDATA", "a@b> NOTIFY=NEVER", "<a@b", "a@b\x00", "a b@c.test",
     "a@b.test\x85", "a@b.test\u2028RCPT", '"a>\r\nRCPT TO:<x@y>"@b.test', "a@[127.0.0.1]\r\nx", "@b.test", "a@", ""],
)  # fmt: skip
async def test_no_address_is_a_command(good: ScriptedSmtp, authority: Authority, to: str) -> None:
    """What is no plain address never gets as far as the wire."""
    body = {
        "to": to, "subject": "x", "text": "x", "html": "x", "message_id": "<1.0@sever.test>", "references": [],
        "reply_to": "", "language": "ru", "automatic": True, "files": [],
    }  # fmt: skip
    with pytest.raises(UnsendableMessage):
        compose_message(body, "help@sever.test", (), datetime(2026, 11, 20, tzinfo=UTC))
    fate = await letter_through(box(good, authority), to=to)
    assert fate != Sent()
    assert good.inbound + good.heard_inside == b"", "nobody was even called"


async def test_a_password_is_in_no_account_of_a_failure(authority: Authority) -> None:
    """Whatever goes wrong, what is told of it holds no secret."""
    wire = ScriptedSmtp(authority.server_context())
    async with wire.listening():
        settings = replace(box(wire, authority), ca_file="")
        assert PASSWORD not in str(await letter_through(settings))
    assert PASSWORD not in str(await letter_through(settings))
    assert PASSWORD not in repr(settings)
