"""The one narrow place where aioimaplib is touched, with a guard at every wait.

aioimaplib hangs for ever on a connection that was lost, answers late after a time-out, forgets what the server says
between commands, and understands nothing outside literals. So every wait here ends when the connection is lost or the
time is over, any trouble ends the connection for good, and of a FETCH only literals and numbers are taken.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Awaitable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from aioimaplib import aioimaplib

from desk.settings import MailboxSettings

T = TypeVar("T")

# It logs every byte at DEBUG, and a password that needs quoting in clear.
logging.getLogger("aioimaplib.aioimaplib").setLevel(logging.ERROR)

LINES = 200
"""FETCH answers of more than some 500 short lines are too many for aioimaplib's recursion."""
LONGEST = 600.0
"""No single command may last longer than this many seconds, however lively."""

_CODE = re.compile(rb"\[(UIDVALIDITY|UIDNEXT) (\d{1,10})\]")
_FETCH = re.compile(rb"\d{1,10} FETCH \(")
_UID = re.compile(rb"UID (\d{1,10})")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,15})")
_INTERNAL = re.compile(rb'INTERNALDATE "([^"]{1,40})"')


class Trouble(Exception):
    """The connection is of no use any more: close it and make another."""


class LoginRefused(Trouble):
    """The server does not take the name and password: asking again at once would lock the account."""


class Refused(Exception):
    """The server said NO or BAD to one command; the connection goes on."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What SELECT tells: the epoch of the UIDs, and the UID the next mail will get (0 when the server keeps silent)."""

    uidvalidity: int
    uidnext: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a mail before it is fetched: ``size`` in bytes, and when the server got it."""

    uid: int
    size: int
    date: bytes = b""

    @property
    def internal(self) -> datetime:
        """INTERNALDATE; what is not one counts as long ago."""
        with suppress(ValueError):
            return datetime.strptime(self.date.decode("ascii", "replace").strip(), "%d-%b-%Y %H:%M:%S %z")
        return datetime(1970, 1, 1, tzinfo=UTC)


class _Fetch(aioimaplib.FetchCommand):  # type: ignore[misc]
    """The same command without its two quadratic habits: counting all brackets, and a new timer, at every line."""

    _open = 0
    _heard = 0.0

    def append_to_resp(self, line: bytes, result: str = "Pending") -> None:
        if isinstance(line, bytes):
            if self.FETCH_MESSAGE_DATA_RE.match(line):
                self._open = 0
            self._open += line.count(b"(") - line.count(b")")
        super().append_to_resp(line, result)

    def wait_data(self) -> bool:
        return self._open != 0

    def _reset_timer(self) -> None:
        self._heard = self._loop.time()

    def _timeout_callback(self) -> None:
        left = self._heard + self._timeout - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._timeout_callback)
        else:
            super()._timeout_callback()


class _Protocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]
    """Remembers that new mail was announced, which aioimaplib drops unless it comes during IDLE."""

    news = False

    async def fetch(self, message_set: str, message_parts: str, by_uid: bool = False, **more: Any) -> Any:
        prefix = "UID" if by_uid else ""
        return await self.execute(
            _Fetch(self.new_tag(), message_set, message_parts, prefix=prefix, loop=self.loop, **more)
        )

    def _untagged_response(self, line: bytes) -> Any:
        if line.endswith((b" EXISTS", b" RECENT")):
            self.news = True
        return super()._untagged_response(line)


class _Client(aioimaplib.IMAP4):  # type: ignore[misc]
    """The same client over our protocol."""

    def create_client(self, host: str, port: int, loop: Any, conn_lost_cb: Any = None, ssl_context: Any = None) -> None:
        running = asyncio.get_running_loop()
        self.protocol = _Protocol(running, conn_lost_cb)
        self._client_task = running.create_task(
            running.create_connection(lambda: self.protocol, host, port, ssl=ssl_context)
        )


def tls(ca_file: str) -> ssl.SSLContext:
    """TLS 1.2 or better, the certificate and the host's name verified. Raises OSError for an unreadable CA file."""
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Connection:
    """One connection, logged in, with the mailbox's folder selected. Any `Trouble` ends it."""

    def __init__(self, settings: MailboxSettings, patience: float = 20.0) -> None:
        self._settings = settings
        self._patience = patience
        self._lost = asyncio.get_running_loop().create_future()
        self._client = _Client(
            settings.imap.host,
            settings.imap.port,
            timeout=patience,
            conn_lost_cb=self._on_lost,
            ssl_context=tls(settings.ca_file),
        )

    @classmethod
    async def open(cls, settings: MailboxSettings, patience: float = 20.0) -> tuple[Connection, Folder]:
        """Connects, logs in, selects the folder. Raises `LoginRefused` or `Trouble`; nothing is left open then.

        ``patience`` is how many seconds a silent server is waited for.
        """
        connection = cls(settings, patience)
        try:
            await connection._guarded(connection._client.wait_hello_from_server(), "greeting")
            await connection._login()
            return connection, await connection._select()
        except BaseException:
            await connection.close()
            raise

    @property
    def can_idle(self) -> bool:
        """Whether the server tells of new mail by itself."""
        return bool(self._client.has_capability("IDLE"))

    @property
    def lost(self) -> bool:
        """Whether the connection is gone."""
        return self._lost.done()

    async def new_uids(self, first: int) -> list[int]:
        """The UIDs from ``first`` on, rising."""
        await self._told("NOOP", self._client.noop())  # lets the server take notice of what was delivered
        self._client.protocol.news = False
        lines = await self._told("SEARCH", self._client.uid_search(f"UID {first}:*", charset=None))
        found = {int(word) for line in lines[:-1] for word in bytes(line).split() if word.isdigit()}
        return sorted(uid for uid in found if uid >= first)  # "5:*" always names the last mail, however old

    async def envelopes(self, uids: Sequence[int]) -> list[Envelope]:
        """Sizes and dates of at most `LINES` mails; those that are gone are missing."""
        answer = await self._fetch(uids[:LINES], "(UID RFC822.SIZE INTERNALDATE)")
        found = []
        for words, _ in _grouped(answer):
            uid, size = _UID.search(words), _SIZE.search(words)
            if uid and size:
                internal = _INTERNAL.search(words)
                found.append(Envelope(int(uid[1]), int(size[1]), internal[1] if internal else b""))
        return sorted(found, key=lambda one: one.uid)

    async def bodies(self, uids: Sequence[int], header_only: bool = False) -> dict[int, bytes]:
        """The bytes of at most 50 mails by UID, leaving them unread on the server."""
        answer = await self._fetch(uids, f"(UID BODY.PEEK[{'HEADER' if header_only else ''}])")
        found = {}
        for words, body in _grouped(answer):
            uid = _UID.search(words)
            if uid and body is not None:
                found[int(uid[1])] = body
        return found

    async def mark_seen(self, uids: Sequence[int]) -> None:
        """Flags mails as read. Raises `Refused` where the folder may not be written."""
        await self._told("STORE", self._client.uid("STORE", spelled(uids), r"+FLAGS.SILENT (\Seen)"))

    async def wait_for_news(self, seconds: float) -> None:
        """Returns when the server tells of something new, or after ``seconds``."""
        if self._client.protocol.news:
            return
        if not self.can_idle:
            await self._nothing_for(seconds)
            return
        idle = await self._guarded(self._client.idle_start(timeout=seconds + 3600), "IDLE")
        try:
            await self._pushed(seconds)
        finally:
            with suppress(Exception):
                self._client.idle_done()
        await self._guarded(idle, "the end of IDLE")

    async def close(self) -> None:
        """Ends the connection, politely where that takes no time. Never raises."""
        with suppress(Exception):
            if not self.lost and self._client.get_state() in (aioimaplib.AUTH, aioimaplib.SELECTED):
                await asyncio.wait_for(self._client.logout(), 1)
        with suppress(Exception):
            self._client._client_task.cancel()
        with suppress(Exception):
            if self._client.protocol.transport is not None:
                self._client.protocol.transport.abort()
        for task in [*self._client.tasks, *self._client.protocol.tasks]:
            task.cancel()
            task.add_done_callback(_forgotten)
        self._client._client_task.add_done_callback(_forgotten)

    async def _login(self) -> None:
        user = aioimaplib.quoted(self._settings.imap.user)
        try:
            await self._told("LOGIN", self._client.login(user, self._settings.password.reveal()))
        except Refused as refused:
            if "[UNAVAILABLE]" in str(refused):
                raise Trouble(str(refused)) from None
            raise LoginRefused(str(refused)) from None

    async def _select(self) -> Folder:
        name = aioimaplib.quoted(modified_utf7(self._settings.folder))
        try:
            lines = await self._told("SELECT", self._client.select(name))
        except Refused as refused:
            raise Trouble(f"folder {self._settings.folder!r}: {refused}") from None
        codes = {match[1]: int(match[2]) for line in lines for match in _CODE.finditer(bytes(line))}
        if b"UIDVALIDITY" not in codes:
            raise Trouble("the server gives no UIDVALIDITY: its mail cannot be told apart")
        return Folder(codes[b"UIDVALIDITY"], codes.get(b"UIDNEXT", 0))

    async def _fetch(self, uids: Sequence[int], what: str) -> list[Any]:
        if not uids:
            return []
        # The protocol's own timer starts again with every byte; only silence ends a long FETCH.
        return await self._told("FETCH", self._client.uid("FETCH", spelled(uids), what), LONGEST)

    async def _told(self, name: str, command: Awaitable[Any], seconds: float = 0.0) -> list[Any]:
        response = await self._guarded(command, name, seconds)
        if response.result != "OK":
            last = bytes(response.lines[-1]).decode("utf-8", "replace") if response.lines else ""
            raise Refused(f"{name}: {response.result} {last[:200]}")
        return list(response.lines)

    async def _guarded(self, command: Awaitable[T], name: str, seconds: float = 0.0) -> T:
        """The command's answer, or `Trouble` when it fails, is late, or the connection is lost meanwhile."""
        task = asyncio.ensure_future(command)
        try:
            await asyncio.wait(
                {task, self._lost}, timeout=seconds or self._patience, return_when=asyncio.FIRST_COMPLETED
            )
            if task.done() and not task.cancelled():
                return task.result()
        except Exception as error:  # whatever aioimaplib makes of a strange answer
            raise Trouble(f"{name}: {_told(error)}") from None
        finally:
            if not task.done():
                task.cancel()
                task.add_done_callback(_forgotten)
        raise Trouble(f"{name}: the connection was lost" if self.lost else f"{name}: no answer in time")

    async def _pushed(self, seconds: float) -> None:
        """Waits for a push that tells of mail; others (flags, "still here") do not count."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not self._client.protocol.news and (left := until - loop.time()) > 0:
            push = asyncio.ensure_future(self._client.wait_server_push(left + 60))
            try:
                await asyncio.wait({push, self._lost}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            finally:
                push.cancel()
                push.add_done_callback(_forgotten)
            if self.lost:
                raise Trouble("IDLE: the connection was lost")

    async def _nothing_for(self, seconds: float) -> None:
        await asyncio.wait({self._lost}, timeout=seconds)
        if self.lost:
            raise Trouble("the connection was lost")

    def _on_lost(self, _error: Exception | None) -> None:
        if not self._lost.done():
            self._lost.set_result(None)


def spelled(uids: Iterable[int]) -> str:
    """A set of UIDs as IMAP writes it: ``1:3,7``."""
    runs: list[list[int]] = []
    for uid in sorted(uids):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(f"{first}:{last}" if last > first else str(first) for first, last in runs)


def modified_utf7(name: str) -> str:
    """A folder's name as IMAP spells it (RFC 3501, section 5.1.3). Control characters are refused by ValueError."""
    if any(char < " " or char == "\x7f" for char in name):
        raise ValueError("a folder's name has no control characters")
    pieces: list[str] = []
    for char in name:
        if char == "&":
            pieces.append("&-")
        elif char.isascii():
            pieces.append(char)
        elif pieces and pieces[-1].startswith("\0"):
            pieces[-1] += char
        else:
            pieces.append("\0" + char)
    return "".join(_shifted(piece[1:]) if piece.startswith("\0") else piece for piece in pieces)


def _shifted(text: str) -> str:
    return "&" + text.encode("utf-7").decode("ascii")[1:].rstrip("-").replace("/", ",") + "-"


def _grouped(lines: Iterable[Any]) -> list[tuple[bytes, bytes | None]]:
    """FETCH answers one by one: the words outside literals, and the literal."""
    groups: list[tuple[list[bytes], list[bytes]]] = []
    for line in lines:
        if isinstance(line, bytearray):
            if groups:
                groups[-1][1].append(bytes(line))
        elif _FETCH.match(line):
            groups.append(([line], []))
        elif groups:
            groups[-1][0].append(line)
    return [(b" ".join(words), literals[0] if literals else None) for words, literals in groups]


def _told(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not to be trusted ({error.verify_message})"
    return f"{type(error).__name__} {error}".strip()[:300]


def _forgotten(task: asyncio.Future[Any]) -> None:
    """Takes the exception of a task nobody waits for, so that it is not complained about."""
    if not task.cancelled():
        task.exception()
