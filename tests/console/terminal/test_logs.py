"""No secret is ever logged (T51): canaries in every place where a library might tell one, with the debug log on."""

from __future__ import annotations

import asyncio
import io
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession

from console.terminal import logging as logs
from console.terminal.logging import SecretRedactor, secrets_of
from desk.language.translatable import sentence
from desk.model.settings import MailServer, Secret, Settings, TelegramBotSettings
from desk.pipeline.reply_tokens import ReplyTokenSigner
from mail.diagnostics import check_mailbox
from tests.console.command_line import TOKEN, Terminal, adds_bot
from tests.console.commands.test_pending_mail import adds_mailbox
from tests.console.conftest import Typist
from tests.mail.test_self_test import post_office
from tests.peers.local_process import free_port
from tests.peers.mail_servers import MailServers

AIOIMAPLIB = "aioimaplib.aioimaplib"
CANARY = 'canary "пароль"\\ 50%'


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """For what is logged; the log is put back as it was."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in (*logs.LIBRARY_LEVELS, AIOIMAPLIB)}
    yield io.StringIO()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)
    for name, former in levels.items():
        logging.getLogger(name).setLevel(former)
    logging.captureWarnings(False)


@pytest.mark.parametrize("debug", [False, True])
def test_a_secret_is_struck_out_wherever_it_stands(stream: io.StringIO, debug: bool) -> None:
    """In the message, its arguments, an exception, its cause, a stack, and in spellings that libraries use."""
    logs.configure(SecretRedactor([CANARY]), debug, stream)
    log = logging.getLogger("a.library")
    log.warning(f"https://api/bot{CANARY}/getMe")
    log.warning("%s and %r", CANARY, {"password": CANARY})
    log.warning("quoted as %s", CANARY.replace("\\", "\\\\").replace('"', '\\"'))
    try:
        try:
            raise ValueError(f"inner {CANARY}")
        except ValueError as error:
            raise RuntimeError(f"outer {CANARY}") from error
    except RuntimeError:
        log.exception("it went wrong", stack_info=True)
    log.warning("one argument too few: %s %s", CANARY)  # noqa: PLE1206
    written = stream.getvalue()
    assert written.count(logs.REDACTED) >= 6
    assert "canary" not in written
    assert "пароль" not in written


@pytest.mark.parametrize("debug", [False, True])
def test_strangers_words_in_the_log_do_nothing_to_a_terminal(stream: io.StringIO, debug: bool) -> None:
    """Neither as words nor in an exception: no colours, no titles, nothing wiped, no line turned around."""
    logs.configure(SecretRedactor(), debug, stream)
    hostile = "\x1b[2J\x1b]0;title\x07\x9b31m\u202e\u2066\r\x00"
    try:
        raise ValueError(hostile)
    except ValueError:
        logging.getLogger("bots").exception("a file called %s", hostile)
    assert "a file called" in stream.getvalue()
    assert not set(hostile) & set(stream.getvalue()) - set("[2J]0;title31m")


def test_the_log_speaks_the_desks_language(stream: io.StringIO) -> None:
    """What we say, and sentences put into it; levels, names and others' words stay as they are."""
    logs.configure(SecretRedactor(), stream=stream, language="ru")
    why = sentence("no mail can be received: {why}", why=sentence("{path} cannot be read: {why}", path="x", why="EOF"))
    logging.getLogger("desk.backoff").error("%s: %s; trying again", "mail:support", why)
    logging.getLogger("desk.pipeline.worker").warning("arrival %d of %s is quarantined: %s", 7, "mail:a", "bad header")
    logging.getLogger("aiogram").warning("a library says %s", "so")
    first, second, third = stream.getvalue().splitlines()
    assert first.endswith("ERROR desk.backoff: mail:support: письма не получить: x не читается: EOF; пробуем ещё")
    assert second.endswith("WARNING desk.pipeline.worker: сообщение 7 из mail:a в карантине: bad header")
    assert third.endswith("WARNING aiogram: a library says so")


def test_a_line_of_the_log_is_one_line(stream: io.StringIO) -> None:
    """Line breaks in strangers' words begin no line; an exception is told with the way that led to it."""
    logs.configure(SecretRedactor(), stream=stream)
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        logging.getLogger("bots").exception("somebody is called\n2026-01-01T00:00:00Z ERROR forged: all is lost")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ERROR bots: somebody is called / .*", lines[0])
    assert lines[0].endswith("]")
    assert "ValueError: first [" in lines[0]
    assert "test_logs.py:" in lines[0]


def test_every_secret_of_the_settings_is_known() -> None:
    """Keys, token, the token's own half, passwords, the database's, and the webhook's derived secret."""
    bot = TelegramBotSettings("main", Secret("77:half-of-the-token"))
    settings = Settings(
        root=Path(),
        database="postgresql+asyncpg://me:of-the-database@host/name",
        data=Path("data"),
        secret=Secret("key of the desk"),
        former_secret=Secret("key before"),
        telegram=(bot,),
    )
    derived = ReplyTokenSigner(settings.secret, settings.former_secret).derived("webhook main")
    known = secrets_of(settings)
    for secret in ("77:half-of-the-token", "half-of-the-token", "of-the-database", "key of the desk", "key before"):
        assert secret in known
    assert derived in known


async def test_mail_libraries_at_debug_level_tell_no_password(stream: io.StringIO, mail_servers: MailServers) -> None:
    """aioimaplib masks a password in its LOGIN line unless it had to be quoted; the log shows neither."""
    sound = mail_servers.settings()
    mail_servers.sink.deliver = post_office(mail_servers, tags=True)
    settings = Settings(Path(), "sqlite+aiosqlite://", Path("data"), mailboxes=(sound,))
    wrong = replace(sound, password=Secret(CANARY))
    redact = SecretRedactor([*secrets_of(settings), CANARY])
    logs.configure(redact, debug=True, stream=stream)
    logging.getLogger(AIOIMAPLIB).setLevel(logging.DEBUG)
    for box in (sound, wrong, replace(sound, imap=MailServer("imaps", "x", "127.0.0.1", 1))):
        for finding in await check_mailbox(box):
            logging.getLogger("check").info("%s", finding)
    written = stream.getvalue()
    assert "LOGIN" in written, "the library did tell its commands, so there was something to strike out"
    assert logs.REDACTED in written
    assert mail_servers.box.password not in written
    assert "canary" not in written


async def test_a_token_in_an_address_that_cannot_be_reached_is_not_told(stream: io.StringIO) -> None:
    """aiohttp's exception carries the whole address; the log has it without the token."""
    bot = TelegramBotSettings("main", Secret(TOKEN), api=f"http://127.0.0.1:{free_port()}")
    settings = Settings(Path(), "sqlite+aiosqlite://", Path("data"), telegram=(bot,))
    logs.configure(SecretRedactor(secrets_of(settings)), debug=True, stream=stream)
    async with ClientSession() as session:
        try:
            await session.get(f"http://[bad/bot{TOKEN}/getMe")
        except Exception:
            logging.getLogger("library").exception("as a careless library would")
    assert TOKEN.partition(":")[2] not in stream.getvalue()
    assert logs.REDACTED in stream.getvalue()


async def test_a_desk_whose_every_wire_is_dead_tells_no_secret(folder: Path, mail_servers: MailServers) -> None:
    """The debug log of a real `serve` with no Telegram, no IMAP and no SMTP tells the trouble and no secret."""
    dead = free_port()
    terminal: Terminal = adds_mailbox(folder, mail_servers)
    adds_bot(folder, f"http://127.0.0.1:{dead}")
    path = folder / "firstline.toml"
    path.write_text(path.read_text("utf-8").replace(str(mail_servers.dovecot.port), str(dead)), "utf-8")
    terminal.environment["TELEGRAM_TOKEN"] = TOKEN
    async with terminal.serving("--debug") as service:
        await service.logs("mail:support: no mail can be received")
        await service.logs("telegram:main")
        await asyncio.sleep(3)
    secrets = [TOKEN.partition(":")[2], mail_servers.box.password, (folder / "secret").read_text().strip()]
    assert not [one for one in secrets if one in service.log]


def test_a_command_that_fails_unforeseen_tells_no_secret(typist: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even its traceback does."""
    key = (typist.folder / "secret").read_text().strip()

    def fails(*_: object) -> None:
        raise RuntimeError(f"with {key} in it")

    monkeypatch.setattr("console.commands.check.check_disk", fails)
    for words in (["check", "--offline"], ["check", "--offline", "--debug"]):
        result = typist.types(*words)
        assert result.exit_code == 1
        assert key not in result.output
        assert "[secret]" in result.output
    assert "Traceback" in result.output
