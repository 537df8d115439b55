"""Settings: one frozen object read from firstline.toml at the start; each part of the program gets the piece it needs.

Secrets stand in the environment or in files, never in firstline.toml (`desk.model.settings.secret.SecretReader`). Their
`repr` never shows them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from desk.language.detect import LANGUAGES
from desk.language.operator_file_faults import Fault, FileFaults, InvalidFiles
from desk.language.translatable import sentence
from desk.model.messages import FRONT
from desk.model.retention import NO_PURGE, RetentionPolicy, read_retention
from desk.model.settings.alarms import AlarmSettings, read_alarms
from desk.model.settings.front_desk import FrontDeskSettings, read_front_desk
from desk.model.settings.oauth import OAuthSettings, read_oauth
from desk.model.settings.secret import Secret, SecretReader
from desk.model.settings.watch import WatchSettings, read_watch
from desk.model.toml_table import TomlTable, read_toml

__all__ = ["InvalidSettings", "MailboxSettings", "OAuthSettings", "Secret", "Settings", "TelegramBotSettings", "load"]


class InvalidSettings(InvalidFiles):
    """What is wrong in the settings, where, and what to do about it."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server's address: scheme imaps, smtps or smtp+starttls; TLS always, names always verified."""

    scheme: str
    user: str
    host: str
    port: int


class ChannelSettings(Protocol):
    """What every kind of channel is configured with: the channel's name, and whose it is."""

    @property
    def channel(self) -> str:
        """The channel's name."""

    @property
    def provider(self) -> str:
        """A provider, or `FRONT`."""


C = TypeVar("C", bound="ChannelSettings")
FILE = "firstline.toml"


ReadChannel = Callable[["TomlTable", "DeskSettingsReader"], ChannelSettings]
"""Reads one section of a channel, to its end (`TomlTable.report_unknown_keys`)."""


@dataclass(frozen=True, slots=True)
class TelegramBotSettings:
    """One bot. ``api`` is the base address of the Bot API; ``webhook`` the public address, "" for long polling.

    Free text is answered once nothing more has come for ``wait_for_more_ms`` milliseconds: people write in pieces, and
    what they sent before an answer is one message. With 0 each piece is answered by itself, at once. ``proxy`` is the
    address of an HTTP or SOCKS proxy on the way to the Bot API, which may hold a password; empty for none.
    """

    name: str
    token: Secret
    provider: str = FRONT
    api: str = "https://api.telegram.org"
    agents_chat: int = 0
    webhook: str = ""
    wait_for_more_ms: int = 1300
    proxy: Secret = field(default_factory=lambda: Secret(""))

    @property
    def channel(self) -> str:
        """The channel's name."""
        return f"telegram:{self.name}"


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """One mailbox with its SMTP way out. ``ca_file`` is for tests and private authorities only.

    With ``oauth`` both logins take a token (XOAUTH2), and ``password`` is empty. With an ``smtp_password`` SMTP logs in
    by that, whatever IMAP does. ``plus_addresses`` says whether mail to local+tag@domain arrives: "yes", "no", or
    "auto", which is what `check` has found out and written into ``abilities_file``.

    ``look_every`` is in seconds. ``after`` says what is done to a mail on its server once it is stored here: "seen"
    flags it as read, "leave" nothing, "move:Folder" moves it there. ``forms`` are addresses from which web forms write,
    with the person in Reply-To; ``groups`` those of groups that pass on what people write to them.
    """

    name: str
    address: str
    imap: MailServer
    smtp: MailServer
    password: Secret
    provider: str = FRONT
    authserv_id: str = ""
    folder: str = "INBOX"
    ca_file: str = ""
    look_every: int = 60
    after: str = "seen"
    forms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    smtp_password: Secret = field(default_factory=lambda: Secret(""))
    oauth: OAuthSettings | None = None
    plus_addresses: str = "yes"
    abilities_file: Path | None = None

    @property
    def password_of_smtp(self) -> Secret:
        """The password with which SMTP logs in; empty where a token does."""
        return self.smtp_password or (Secret("") if self.oauth else self.password)

    @property
    def channel(self) -> str:
        """The channel's name."""
        return f"mail:{self.name}"

    @property
    def move_to(self) -> str:
        """The folder that mail is moved to once it is stored, "" for none."""
        return self.after.removeprefix("move:") if self.after.startswith("move:") else ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole desk. ``root`` is the desk folder; relative paths are meant from there.

    ``former_secret`` is the key before ``secret``, empty for none. ``backup_role`` is the role of PostgreSQL that reads
    all rows for a backup, "" for none. ``listen`` is "host:port" for webhooks;
    ``packaged_content`` is False after ``init --empty``.
    """

    root: Path
    database: str
    data: Path
    language: str = "ru"
    secret: Secret = field(default_factory=lambda: Secret(""))
    former_secret: Secret = field(default_factory=lambda: Secret(""))
    listen: str = "127.0.0.1:8080"
    packaged_content: bool = True
    backup_role: str = ""
    backup_password: Secret = field(default_factory=lambda: Secret(""))
    front_desk: FrontDeskSettings = field(default_factory=FrontDeskSettings)
    telegram: tuple[TelegramBotSettings, ...] = ()
    mailboxes: tuple[MailboxSettings, ...] = ()
    alarms: AlarmSettings = field(default_factory=AlarmSettings)
    retention: RetentionPolicy = NO_PURGE
    watch: WatchSettings = field(default_factory=WatchSettings)
    more: Mapping[str, tuple[ChannelSettings, ...]] = field(default_factory=dict)
    """What further kinds of channels read, by the name of their section."""
    fixed_secrets: tuple[str, ...] = ()
    """Where secrets come from that a process has as they were when it started, such as "env:TELEGRAM_TOKEN"."""

    def configured(self, section: str) -> Sequence[ChannelSettings]:
        """The channels of one section of firstline.toml."""
        known: dict[str, Sequence[ChannelSettings]] = {
            "telegram": self.telegram,
            "mailbox": self.mailboxes,
            **self.more,
        }
        return known.get(section, ())


def load(
    root: Path, environment: Mapping[str, str] | None = None, more: Mapping[str, ReadChannel] | None = None
) -> Settings:
    """Reads ``root/firstline.toml``. Raises `InvalidSettings` with everything that is to be mended.

    ``more`` are further sections of channels, with what reads one.
    """
    settings, faults = read_with_faults(root, environment, more)
    if faults:
        raise InvalidSettings(faults)
    return settings


def read_with_faults(
    root: Path, environment: Mapping[str, str] | None = None, more: Mapping[str, ReadChannel] | None = None
) -> tuple[Settings, list[Fault]]:
    """The settings as far as they can be used, without the channels that cannot, and all that is wrong with them.
    Raises `InvalidSettings` where there is no file, or none that is TOML."""
    path = root / FILE
    try:
        table, source = read_toml(path, FILE, InvalidSettings)
    except FileNotFoundError:
        what = sentence("there is no {path}: make a desk folder with 'firstline init DIR'", path=path)
        raise InvalidSettings(what) from None
    faults = FileFaults(FILE, source)
    reader = DeskSettingsReader(root.resolve(), dict(os.environ if environment is None else environment))
    settings = reader.settings(table, more or {}, faults)
    return settings, sorted(faults.found, key=lambda one: one.line)


def _names(table: Mapping[str, Any], kind: str) -> list[str]:
    """The names in all sections of a kind, whatever else is wrong with these."""
    sections = table.get(kind)
    return [str(one.get("name", "")) for one in sections if isinstance(one, dict)] if isinstance(sections, list) else []


class DeskSettingsReader:
    """Reads firstline.toml section by section. Secrets are taken from where they are, never from the file."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self.root = root
        self.data = root / "data"
        self.environment = environment
        self.secrets = SecretReader(root, environment)

    def settings(self, table: Mapping[str, Any], more: Mapping[str, ReadChannel], faults: FileFaults) -> Settings:
        """The whole file; what is wrong with it goes to ``faults``."""
        file = TomlTable(table, faults)
        desk = file.section("desk")
        bots, boxes = _good_ones(file, "telegram", self.telegram), _good_ones(file, "mailbox", self.mailbox)
        settings = Settings(
            root=self.root,
            database=self.database(desk, desk.text("database", "sqlite:///data/firstline.db")),
            data=self.data_folder(desk.text("data", "data")),
            language=desk.choice("language", LANGUAGES, "ru"),
            secret=self.secret(desk, "secret", "file:secret"),
            former_secret=self.secret(desk, "former_secret", ""),
            listen=desk.text("listen", "127.0.0.1:8080"),
            packaged_content=desk.flag("packaged_content", True),
            backup_role=desk.text("backup_role", ""),
            backup_password=self.secret(desk, "backup_password", ""),
            telegram=bots,
            mailboxes=boxes,
            alarms=read_alarms(file.section("alarms"), _names(table, "telegram"), _names(table, "mailbox")),
            retention=read_retention(file.section("retention")),
            watch=read_watch(file.section("watch")),
            front_desk=read_front_desk(file.section("front_desk"), LANGUAGES, self.root),
            more={name: _good_ones(file, name, partial(_read_more, read, self)) for name, read in more.items()},
        )
        desk.report_unknown_keys()
        file.report_unknown_keys()
        return replace(settings, fixed_secrets=tuple(self.secrets.fixed))

    def data_folder(self, path: str) -> Path:
        """The desk's data folder, seen from the desk folder."""
        self.data = self.root / path
        return self.data

    def database(self, desk: TomlTable, url: str) -> str:
        """Relative SQLite paths are meant from the desk folder; the drivers are ours to choose."""
        scheme, _, rest = url.partition("://")
        if scheme in ("sqlite", "sqlite+aiosqlite"):
            return f"sqlite+aiosqlite:///{self.root / rest.removeprefix('/')}" if rest else "sqlite+aiosqlite://"
        if scheme not in ("postgresql", "postgresql+asyncpg"):
            todo = sentence("write sqlite:///data/firstline.db or postgresql://user@host/name")
            desk.report(sentence("database is {scheme}", scheme=repr(scheme)), "database", todo)
        return f"postgresql+asyncpg://{rest}"

    def secret(self, section: TomlTable, key: str, default: str | None = None) -> Secret:
        """The secret that ``key`` names; empty where the default is (`SecretReader.read`)."""
        return self.secrets.read(section, key, default)

    def telegram(self, one: TomlTable) -> TelegramBotSettings:
        """One bot."""
        one.set_name(name := one.text("name"))
        bot = TelegramBotSettings(
            name=name,
            token=self.secret(one, "token"),
            provider=provider_of(one),
            api=one.text("api", "https://api.telegram.org").rstrip("/"),
            agents_chat=one.number("agents_chat", 0),
            webhook=one.text("webhook", ""),
            wait_for_more_ms=one.number("wait_for_more_ms", 1300, (0, 10_000)),
            proxy=self.proxy(one),
        )
        one.report_unknown_keys()
        return bot

    def proxy(self, one: TomlTable) -> Secret:
        """The proxy of a bot. Its address is a secret, for a password may stand in it."""
        url = self.secret(one, "proxy", "").reveal().replace("socks5h://", "socks5://")
        if not url:
            return Secret("")
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "socks4", "socks5") and parts.hostname and parts.port
        except ValueError:
            usable = False
        if not usable:
            what = "proxy must be http://, socks4:// or socks5://, with user and password if need be: {example}"
            one.report(sentence(what, example="socks5://user:password@proxy.example.net:1080"), "proxy")
        return Secret(url)

    def mailbox(self, one: TomlTable) -> MailboxSettings:
        """One mailbox."""
        one.set_name(name := one.text("name"))
        address = one.text("address")
        box = MailboxSettings(
            name=name,
            address=address,
            imap=_mail_server(one, "imap", {"imaps": 993}, address),
            smtp=_mail_server(one, "smtp", {"smtps": 465, "smtp+starttls": 587}, address),
            oauth=(oauth := self.oauth(one, name)),
            password=self.secret(one, "password", "" if oauth else None),
            smtp_password=self.secret(one, "smtp_password", ""),
            provider=provider_of(one),
            authserv_id=one.text("authserv_id", ""),
            folder=one.text("folder", "INBOX"),
            ca_file=str(self.root / ca) if (ca := one.text("ca_file", "")) else "",
            look_every=one.number("look_every", 60),
            after=one.text("after", "seen"),
            forms=one.texts("forms"),
            groups=one.texts("groups"),
            plus_addresses=one.choice("plus_addresses", ("auto", "yes", "no"), "auto"),
            abilities_file=self.data / "mailboxes" / f"{name}.json",
        )
        _check_receiving(box, one)
        one.report_unknown_keys()
        return box

    def oauth(self, one: TomlTable, name: str) -> OAuthSettings | None:
        """The section [mailbox.oauth] of a mailbox, None where it has none."""
        table = one.section("oauth")
        return None if table.is_empty else read_oauth(table, name, self.data, self.secret)


def _read_more(read: ReadChannel, reader: DeskSettingsReader, section: TomlTable) -> ChannelSettings:
    return read(section, reader)


def _good_ones(file: TomlTable, key: str, read: Callable[[TomlTable], C]) -> tuple[C, ...]:
    """The channels of the sections [[key]] that can be used: read without a fault, and of a name of their own."""
    good: dict[str, C] = {}
    for section in file.sections(key):
        before = len(file.faults.found)
        one = read(section)
        if one.channel in good:
            what = sentence("{name} stands there twice; names must differ", name=one.channel)
            file.faults.report(what, (*section.path, "name"), sentence("give one of them another name"))
        elif len(file.faults.found) == before:
            good[one.channel] = one
    return tuple(good.values())


def provider_of(section: TomlTable) -> str:
    """Whose channel it is: `FRONT` for a shared one."""
    if section.flag("shared", False):
        if section.take("provider", ""):
            section.report(sentence("has shared = true: remove provider"), "provider")
        return FRONT
    provider = section.text("provider")
    if provider.startswith("_"):
        what = sentence("provider: a provider's name cannot begin with _; for a front desk write shared = true")
        section.report(what, "provider")
    return provider


def _check_receiving(box: MailboxSettings, section: TomlTable) -> None:
    if box.look_every < 1:
        what = "look_every is {value}: write the seconds between two looks, 60 is usual"
        section.report(sentence(what, value=box.look_every), "look_every")
    if box.after not in ("seen", "leave") and not box.move_to:
        what = 'after is {value}: write "seen", "leave" or "move:Folder"'
        section.report(sentence(what, value=repr(box.after)), "after")
    if box.move_to == box.folder:
        what = "after moves mail from {folder} into {folder}: name another folder"
        section.report(sentence(what, folder=repr(box.folder)), "after")
    for key, addresses in (("forms", box.forms), ("groups", box.groups)):
        for one in addresses:
            if "@" not in one:
                what = "{address} in forms or groups is no address: write noreply@example.net"
                section.report(sentence(what, address=repr(one)), key)
    if any(char < " " or char == "\x7f" for char in box.folder + box.move_to):
        section.report(sentence("folder: a folder's name has no control characters"), "folder")


_NO_SERVER = MailServer("imaps", "", "", 0)


def _mail_server(section: TomlTable, key: str, ports: Mapping[str, int], address: str) -> MailServer:
    wanted = " | ".join(f"{scheme}://user@host:{port}" for scheme, port in ports.items())
    url = section.text(key)
    if not url:
        return _NO_SERVER
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        section.report(sentence("{key} is no address: write {wanted}", key=key, wanted=wanted), key)
        return _NO_SERVER
    if parts.password:
        what = "{key} carries a password: put it into password = env:NAME or file:PATH"
        section.report(sentence(what, key=key), key)
    if parts.scheme not in ports or not parts.hostname:
        # What stands before the @ may be a password all the same, in an address that cannot be read.
        what = "{key} is {url}: write {wanted} (TLS is always used)"
        section.report(sentence(what, key=key, url=repr(url.rpartition("@")[2]), wanted=wanted), key)
    user = unquote(parts.username) if parts.username else address
    return MailServer(parts.scheme, user, parts.hostname or "", port or ports.get(parts.scheme, 0))
