"""Logging in by tokens: a real Dovecot and a real SMTP conversation ask a scripted token server whose a token is."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.main import cli
from desk.model.messages import RetryLater, Sent
from desk.model.settings import MailboxSettings, Secret
from desk.model.settings.oauth import OAuthSettings
from mail.diagnostics import check_mailbox
from mail.transport import oauth
from mail.transport.imap import ImapConnection, LoginRefused
from mail.transport.smtp import SmtpConnection
from tests.peers.dovecot import Dovecot
from tests.peers.mail_servers import MailServers
from tests.peers.oauth_server import OAuthServer
from tests.peers.smtp import SmtpSink

LETTER = b"From: <support@sever.test>\r\nTo: <anna@example.test>\r\nSubject: x\r\n\r\nx\r\n"


@dataclass
class Exchange:
    """Mail servers that take tokens, the token server, and a mailbox set up for them."""

    servers: MailServers
    tokens: OAuthServer
    box: MailboxSettings

    @property
    def oauth(self) -> OAuthSettings:
        assert self.box.oauth is not None
        return self.box.oauth

    async def logs_in(self) -> None:
        """By IMAP, and out again."""
        connection, _ = await ImapConnection.open(self.box, 10)
        await connection.close()

    async def sends(self) -> object:
        """One letter, over a connection of its own."""
        outbound = SmtpConnection(self.box, 10)
        try:
            return await outbound.send("anna@example.test", LETTER, 1)
        finally:
            await outbound.close()

    def with_flow(self, flow: str) -> Exchange:
        """The same with another flow."""
        return replace(self, box=replace(self.box, oauth=replace(self.oauth, flow=flow)))


@pytest.fixture(scope="module")
def token_dovecot() -> Iterator[tuple[Dovecot, OAuthServer]]:
    """A Dovecot whose XOAUTH2 asks the token server."""
    if Dovecot.missing():
        pytest.skip("dovecot-imapd is not installed")
    tokens = OAuthServer.launch()
    dovecot = Dovecot.launch(oauth=tokens.url)
    yield dovecot, tokens
    dovecot.remove()
    tokens.stop()


@pytest.fixture
async def exchange(token_dovecot: tuple[Dovecot, OAuthServer], tmp_path: Path) -> AsyncIterator[Exchange]:
    dovecot, tokens = token_dovecot
    tokens.revoke()
    tokens.asked.clear()
    tokens.devices.clear()
    tokens.lifetime, tokens.rotates, tokens.is_away = 3600, False, False
    sink = await SmtpSink.start(dovecot.authority)
    sink.token_owner = tokens.valid.get
    servers = MailServers(dovecot, sink, dovecot.mailbox("support@sever.test"))
    settings = OAuthSettings(
        mailbox="support",
        flow="refresh",
        client_id=tokens.client_id,
        client_secret=Secret(tokens.client_secret),
        token_url=f"{tokens.url}/token",
        device_url=f"{tokens.url}/devicecode",
        scope="mail offline_access",
        tokens_file=tmp_path / "oauth" / "support.json",
    )
    yield Exchange(servers, tokens, replace(servers.settings(), password=Secret(""), oauth=settings))
    sink.stop()


async def authorized(exchange: Exchange) -> Exchange:
    """After somebody pasted a refresh token."""
    oauth.save_tokens(
        exchange.oauth.tokens_file, await oauth.redeem(exchange.oauth, exchange.tokens.issue_refresh_token())
    )
    return exchange


async def test_a_refresh_token_opens_imap_and_smtp(exchange: Exchange) -> None:
    await authorized(exchange)
    await exchange.logs_in()
    assert await exchange.sends() == Sent()
    assert len(exchange.tokens.asked) == 1, "one token serves both"
    mode = exchange.oauth.tokens_file.stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


async def test_a_device_code_opens_them_once_it_is_typed(exchange: Exchange) -> None:
    device = exchange.with_flow("device")
    code = await oauth.request_device_code(device.oauth)
    waiting = asyncio.create_task(oauth.wait_for_device(device.oauth, code))
    await asyncio.sleep(0.3)
    assert not waiting.done(), "nobody has typed it yet"
    exchange.tokens.approve()
    oauth.save_tokens(device.oauth.tokens_file, await asyncio.wait_for(waiting, 30))
    await device.logs_in()
    exchange.tokens.expire()
    await device.logs_in()


async def test_an_application_needs_nobody(exchange: Exchange) -> None:
    await exchange.with_flow("client").logs_in()
    assert await exchange.with_flow("client").sends() == Sent()
    assert exchange.tokens.asked[0]["grant_type"] == "client_credentials"


async def test_a_token_is_renewed_before_it_expires(exchange: Exchange) -> None:
    exchange.tokens.lifetime = 120
    await authorized(exchange)
    exchange.tokens.lifetime = 3600
    await exchange.logs_in()
    await exchange.logs_in()
    assert len(exchange.tokens.asked) == 2, "two minutes before its end it was renewed, and then kept"


async def test_a_token_that_was_taken_back_is_renewed_once(exchange: Exchange) -> None:
    await authorized(exchange)
    exchange.tokens.expire()
    await exchange.logs_in()
    exchange.tokens.expire()
    assert await exchange.sends() == Sent()


async def test_two_processes_renew_a_rotating_token_once(exchange: Exchange) -> None:
    """A provider that replaces refresh tokens takes a second renewal with the old one for theft."""
    exchange.tokens.lifetime, exchange.tokens.rotates = 10, True
    await authorized(exchange)
    exchange.tokens.lifetime = 3600
    found = await asyncio.gather(*(oauth.access_token(exchange.oauth) for _ in range(8)))
    assert len(set(found)) == 1
    assert len(exchange.tokens.asked) == 2


async def test_a_revoked_authorization_is_told_loudly(exchange: Exchange, caplog: pytest.LogCaptureFixture) -> None:
    """IMAP and SMTP both say what to do, nothing is given up, and it goes on once it is authorized anew."""
    await authorized(exchange)
    exchange.tokens.revoke()
    with pytest.raises(LoginRefused, match="mailbox authorize support"):
        await exchange.logs_in()
    fate = await exchange.sends()
    assert isinstance(fate, RetryLater)
    assert fate.whole_channel
    assert "firstline mailbox authorize support" in caplog.text
    errors = [one for one in await check_mailbox(exchange.box) if one.level == "error"]
    assert len(errors) == 2
    assert all("mailbox authorize support" in one.todo for one in errors)
    await authorized(exchange)
    await exchange.logs_in()
    assert await exchange.sends() == Sent()


async def test_a_token_server_that_is_away_is_waited_for(exchange: Exchange) -> None:
    await authorized(exchange)
    exchange.tokens.expire()
    exchange.tokens.is_away = True
    assert isinstance(await exchange.sends(), RetryLater)
    exchange.tokens.is_away = False
    assert await exchange.sends() == Sent()


async def test_smtp_may_have_a_password_of_its_own(exchange: Exchange) -> None:
    """IMAP by a token, SMTP through a relay with another user and password."""
    await authorized(exchange)
    exchange.servers.sink.account("relay-user", "relay secret")
    smtp = replace(exchange.box.smtp, user="relay-user")
    relayed = replace(exchange, box=replace(exchange.box, smtp=smtp, smtp_password=Secret("relay secret")))
    await relayed.logs_in()
    assert await relayed.sends() == Sent()
    assert not any(one.startswith("XOAUTH2") for one in exchange.servers.sink.logins)


async def test_tokens_that_others_can_read_are_not_used(exchange: Exchange) -> None:
    await authorized(exchange)
    exchange.oauth.tokens_file.chmod(0o644)
    with pytest.raises(LoginRefused, match="chmod 600"):
        await exchange.logs_in()


SETTINGS = """\
[desk]
secret = "env:KEY"

[[mailbox]]
name = "support"
address = "support@sever.test"
provider = "sever"
imap = "imaps://localhost"
smtp = "smtps://localhost"

[mailbox.oauth]
client_id = "firstline-client"
client_secret = "env:CLIENT_SECRET"
flow = "{flow}"
token_url = "{url}/token"
device_url = "{url}/devicecode"
"""


@pytest.mark.parametrize("flow", ["refresh", "device", "client"])
def test_the_command_authorizes_a_mailbox(
    token_dovecot: tuple[Dovecot, OAuthServer], tmp_path: Path, flow: str
) -> None:
    _, tokens = token_dovecot
    tokens.devices = _Typed()
    (tmp_path / "firstline.toml").write_text(SETTINGS.format(flow=flow, url=tokens.url))
    secrets = {"KEY": "k" * 40, "CLIENT_SECRET": tokens.client_secret}
    typed = f"{tokens.issue_refresh_token()}\n" if flow == "refresh" else ""
    ran = CliRunner().invoke(
        cli, ["-C", str(tmp_path), "mailbox", "authorize", "support"], input=typed, env=secrets, catch_exceptions=False
    )
    assert ran.exit_code == 0, ran.output
    assert oauth.load_tokens(tmp_path / "data/oauth/support.json").access_token in tokens.valid
    assert "ABCD-EFGH" in ran.output or flow != "device"
    assert tokens.client_secret not in ran.output


class _Typed(dict[str, bool]):
    """Device codes that somebody types as soon as they are shown."""

    def __setitem__(self, code: str, _: bool) -> None:
        super().__setitem__(code, True)
