"""The kinds of channels a desk may have: the one place to which a kind is added.

A new kind is one module with a `desk.model.channel_interface.Channel` and one entry of `CHANNEL_KINDS`. What is
configured is made, listened to, sent through, checked, and its secrets kept out of the log, because it stands here.
Nothing of a kind is imported before a desk has a channel of it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from desk.clock import Clock
from desk.language.translatable import sentence
from desk.model.channel_interface import Channel
from desk.model.check_findings import CheckFinding
from desk.model.settings import ChannelSettings, MailboxSettings, ReadChannel, Settings, TelegramBotSettings
from desk.pipeline.reply_tokens import ReplyTokenSigner
from desk.storage.database import Database

if TYPE_CHECKING:
    from console.runtime.file_fetch import FileOpener
    from console.runtime.own_pictures import OwnPictures
    from desk.model.settings import DeskSettingsReader
    from desk.model.toml_table import TomlTable
    from intake.identity.asking.source_settings import HttpSourceSettings, SqlSourceSettings
    from mail.reading.sandbox import MessageReaderPool

MIN_SECRET_LENGTH = 4
"""A shorter secret is none; striking it out of the log would leave nothing readable, and `check` complains about it."""


@dataclass(frozen=True, slots=True)
class ChannelDependencies:
    """What channels are made with. ``monotonic`` gives the seconds by which servers' rate limits are kept."""

    database: Database
    reply_tokens: ReplyTokenSigner
    readers: MessageReaderPool
    attachments: FileOpener
    own_pictures: OwnPictures
    clock: Clock
    monotonic: Callable[[], float]


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """One kind of channel, by what the rest of the console needs of it.

    ``section`` is its name in firstline.toml, and ``read`` reads one such section (None where `Settings` does).
    ``nouns`` are what one and several of them are called. ``make`` makes all that are configured, by name, with nothing
    connected yet. ``check`` asks the outside about one; ``check_settings`` looks at all of them without asking anybody.
    ``is_for_people`` where people write by it.
    """

    section: str
    nouns: tuple[str, str]
    make: Callable[[Sequence[Any], ChannelDependencies], Mapping[str, Channel]]
    check: Callable[[Any], Awaitable[list[CheckFinding]]]
    secrets: Callable[[Any, ReplyTokenSigner | None], Iterable[str]]
    check_settings: Callable[[Sequence[Any]], Iterable[CheckFinding]] = lambda configured: ()
    read: ReadChannel | None = None
    is_for_people: bool = True


def _make_bots(configured: Sequence[TelegramBotSettings], tools: ChannelDependencies) -> dict[str, Channel]:
    from bots.channel import TelegramChannel  # noqa: PLC0415 (only where there is a bot)
    from bots.http_sessions import HttpSessions  # noqa: PLC0415 (the same)

    sessions = HttpSessions()
    secrets = {bot.channel: _webhook_secret(bot, tools.reply_tokens) if bot.webhook else "" for bot in configured}
    return {
        bot.channel: TelegramChannel(
            bot, tools.attachments.open, secrets[bot.channel], tools.clock, tools.monotonic, sessions, tools.database
        )
        for bot in configured
    }


def _webhook_secret(bot: TelegramBotSettings, reply_tokens: ReplyTokenSigner) -> str:
    return reply_tokens.derived(f"webhook {bot.name}")


async def _check_bot(bot: TelegramBotSettings) -> list[CheckFinding]:
    from bots.diagnostics import check  # noqa: PLC0415 (only where there is a bot)

    return await check(bot)


def _check_tokens(configured: Sequence[TelegramBotSettings]) -> Iterator[CheckFinding]:
    tokens = [one.token.reveal() for one in configured]
    for bot in configured:
        if bot.token and tokens.count(bot.token.reveal()) > 1:
            yield CheckFinding(
                "error",
                bot.channel,
                sentence("another bot here has the same token"),
                sentence("one bot may stand here only once"),
            )


def _bot_secrets(bot: TelegramBotSettings, reply_tokens: ReplyTokenSigner | None) -> Iterator[str]:
    yield bot.token.reveal()
    yield bot.token.reveal().partition(":")[2]
    if bot.proxy:
        yield bot.proxy.reveal()
        yield urlsplit(bot.proxy.reveal()).password or ""
    if reply_tokens:
        yield _webhook_secret(bot, reply_tokens)


def _make_mailboxes(configured: Sequence[MailboxSettings], tools: ChannelDependencies) -> dict[str, Channel]:
    from mail.channel import MailChannel  # noqa: PLC0415 (only where there is a mailbox)
    from mail.receiving.mailbox_memory_shares import FetchScheduler  # noqa: PLC0415 (the same)

    scheduler, opened = FetchScheduler(), tools.attachments.open
    return {
        box.channel: MailChannel(box, tools.readers, opened, tools.database, tools.clock, scheduler, tools.own_pictures)
        for box in configured
    }


async def _check_mailbox(box: MailboxSettings) -> list[CheckFinding]:
    from mail.diagnostics import check_mailbox  # noqa: PLC0415 (only where there is a mailbox)

    return await check_mailbox(box)


def _check_mailbox_settings(configured: Sequence[MailboxSettings]) -> Iterator[CheckFinding]:
    for box in configured:
        if 0 < len(box.password.reveal()) < MIN_SECRET_LENGTH:
            what = sentence("the password is too short to be kept out of the log")
            yield CheckFinding("warning", box.channel, what, sentence("take a longer one"))
        if box.ca_file and not Path(box.ca_file).is_file():
            yield CheckFinding(
                "error",
                box.channel,
                sentence("ca_file {ca_file} is not there", ca_file=box.ca_file),
                sentence("correct it or remove it"),
            )


def _mailbox_secrets(box: MailboxSettings, reply_tokens: ReplyTokenSigner | None) -> Iterator[str]:
    yield box.password.reveal()
    for password in filter(None, (box.password.reveal(), box.smtp_password.reveal())):
        yield password
        yield b64encode(f"\0{box.smtp.user}\0{password}".encode()).decode()  # as SASL PLAIN carries it (RFC 4616)
    if box.oauth:
        yield box.oauth.client_secret.reveal()


def _make_sql_sources(configured: Sequence[SqlSourceSettings], tools: ChannelDependencies) -> dict[str, Channel]:
    from intake.identity.asking.source_channel import SourceChannel  # noqa: PLC0415 (only where there is a source)
    from intake.identity.asking.sql_source import SqlSource  # noqa: PLC0415 (the same)

    return {
        one.channel: SourceChannel(one.channel, one.provider, SqlSource(one), one.name, tools.database, tools.clock)
        for one in configured
    }


def _make_http_sources(configured: Sequence[HttpSourceSettings], tools: ChannelDependencies) -> dict[str, Channel]:
    from intake.identity.asking.http_source import HttpSource  # noqa: PLC0415 (only where there is a source)
    from intake.identity.asking.source_channel import SourceChannel  # noqa: PLC0415 (the same)

    return {
        one.channel: SourceChannel(one.channel, one.provider, HttpSource(one), one.name, tools.database, tools.clock)
        for one in configured
    }


async def _check_sql_source(one: SqlSourceSettings) -> list[CheckFinding]:
    from intake.identity.asking.source_check import check_source  # noqa: PLC0415 (only where there is a source)
    from intake.identity.asking.sql_source import SqlSource  # noqa: PLC0415 (the same)

    return await check_source(one.channel, SqlSource(one), one.queries)


async def _check_http_source(one: HttpSourceSettings) -> list[CheckFinding]:
    from intake.identity.asking.http_source import HttpSource  # noqa: PLC0415 (only where there is a source)
    from intake.identity.asking.source_check import check_source  # noqa: PLC0415 (the same)

    return await check_source(one.channel, HttpSource(one), one.kinds)


def _read_sql_source(section: TomlTable, reader: DeskSettingsReader) -> ChannelSettings:
    from intake.identity.asking.source_settings import read_sql_source  # noqa: PLC0415 (only where there is a source)

    return read_sql_source(section, reader)


def _read_http_source(section: TomlTable, reader: DeskSettingsReader) -> ChannelSettings:
    from intake.identity.asking.source_settings import read_http_source  # noqa: PLC0415 (only where there is a source)

    return read_http_source(section, reader)


SOURCE_KINDS: tuple[ChannelKind, ...] = (
    ChannelKind(
        "sql_source",
        ("database of a client", "databases of clients"),
        _make_sql_sources,
        _check_sql_source,
        lambda one, reply_tokens: (one.password.reveal(),),
        read=_read_sql_source,
        is_for_people=False,
    ),
    ChannelKind(
        "http_source",
        ("system of a client", "systems of clients"),
        _make_http_sources,
        _check_http_source,
        lambda one, reply_tokens: (one.token.reveal(),),
        read=_read_http_source,
        is_for_people=False,
    ),
)
"""Sources of accounts that are asked one key at a time: channels to a client's own system, by which nobody writes."""

CHANNEL_KINDS: tuple[ChannelKind, ...] = (
    ChannelKind("telegram", ("bot", "bots"), _make_bots, _check_bot, _bot_secrets, _check_tokens),
    ChannelKind(
        "mailbox", ("mailbox", "mailboxes"), _make_mailboxes, _check_mailbox, _mailbox_secrets, _check_mailbox_settings
    ),
    *SOURCE_KINDS,
)


def section_readers() -> dict[str, ReadChannel]:
    """The sections of firstline.toml that `desk.model.settings.load` does not know by itself."""
    return {kind.section: kind.read for kind in CHANNEL_KINDS if kind.read}


def configured(settings: Settings) -> Iterator[tuple[ChannelKind, ChannelSettings]]:
    """Every channel of the settings, with its kind."""
    for kind in CHANNEL_KINDS:
        for one in settings.configured(kind.section):
            yield kind, one


def sources_of_providers(settings: Settings) -> dict[str, tuple[str, ...]]:
    """The channels of each provider's own systems."""
    found: dict[str, tuple[str, ...]] = {}
    for kind in SOURCE_KINDS:
        for one in settings.configured(kind.section):
            found[one.provider] = (*found.get(one.provider, ()), one.channel)
    return found


def make_channels(settings: Settings, tools: ChannelDependencies) -> dict[str, Channel]:
    """All of them, by name."""
    made: dict[str, Channel] = {}
    for kind in CHANNEL_KINDS:
        if those := settings.configured(kind.section):
            made |= kind.make(those, tools)
    return made


def channel_secrets(settings: Settings, reply_tokens: ReplyTokenSigner | None) -> Iterator[str]:
    """The secrets of all channels, and what is derived from them."""
    for kind, one in configured(settings):
        yield from kind.secrets(one, reply_tokens)
