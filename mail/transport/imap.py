"""One IMAP connection to a mailbox, with a timeout for every wait.

aioimaplib is used here and in `mail.transport.aioimaplib_protocol` alone. It hangs for ever on a lost connection, and
answers late after a timeout. So every wait here ends when the connection is lost or the time is over, and any trouble
ends the connection for good.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from aioimaplib import aioimaplib

from desk.error_reasons import describe_network_error
from desk.language.translatable import sentence
from desk.model.settings import MailboxSettings
from mail.transport import oauth
from mail.transport.aioimaplib_protocol import CommandRefused, ConnectionBroken, ImapClient, LoginRefused
from mail.transport.imap_command_syntax import format_uid_set, quote_folder, quote_string
from mail.transport.imap_fetch_response import FetchLine
from mail.transport.imap_folder_and_mail_facts import FetchedMail, FolderStatus, MessageMetadata, parse_envelope
from mail.transport.tls import make_tls_context

__all__ = [
    "CommandRefused",
    "ConnectionBroken",
    "FetchedMail",
    "FolderStatus",
    "ImapConnection",
    "LoginRefused",
    "MessageMetadata",
]

T = TypeVar("T")

MAX_COMMAND_SECONDS = 600.0
"""No single command may last longer than this many seconds, however lively."""
MAX_HEADER_BYTES = 1_000_000
"""Bytes of a header that are fetched where the mail itself is not."""

_SELECT_CODE = re.compile(rb"\[(UIDVALIDITY|UIDNEXT) (\d{1,10})\]")


class ImapConnection:
    """One connection, logged in, with the mailbox's folder selected. Any `ConnectionBroken` ends it."""

    def __init__(self, settings: MailboxSettings, patience: float = 20.0) -> None:
        self._settings = settings
        self._timeout = patience
        self._lost = asyncio.get_running_loop().create_future()
        self._client = ImapClient(
            settings.imap.host,
            settings.imap.port,
            timeout=patience,
            conn_lost_cb=self._on_lost,
            ssl_context=make_tls_context(settings.ca_file),
        )

    @classmethod
    async def open(cls, settings: MailboxSettings, patience: float = 20.0) -> tuple[ImapConnection, FolderStatus]:
        """Connects, logs in, selects the folder. Raises `LoginRefused` or `ConnectionBroken`; nothing is left open
        then.

        ``patience`` is how many seconds a silent server is waited for.
        """
        connection = cls(settings, patience)
        try:
            await connection._with_timeout(connection._client.wait_hello_from_server(), "greeting")
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
    def can_move(self) -> bool:
        """Whether mail can be moved so that nothing but that mail is touched."""
        return bool(self._client.has_capability("MOVE") or self._client.has_capability("UIDPLUS"))

    @property
    def is_lost(self) -> bool:
        """Whether the connection is gone."""
        return self._lost.done()

    async def list_uids(self, first: int, last: int = 0) -> list[int]:
        """The UIDs from ``first`` on, rising; up to ``last`` and with it, if given."""
        await self._run_command("NOOP", self._client.noop())  # lets the server take notice of what was delivered
        self._client.protocol.has_new_mail = False
        wanted = f"UID {first}:{last or '*'}"
        lines = await self._run_command("SEARCH", self._client.uid_search(wanted, charset=None))
        found = {int(word) for line in lines[:-1] for word in bytes(line).split() if word.isdigit()}
        return sorted(uid for uid in found if uid >= first)  # "5:*" always names the last mail, however old

    async def fetch_envelopes(self, uids: Sequence[int], with_date: bool = False) -> list[MessageMetadata]:
        """What is known of mails before they are fetched; those that are gone, or refused, are missing."""
        field = " BODY.PEEK[HEADER.FIELDS (DATE)]<0.1000>" if with_date else ""
        try:
            items = await self._fetch(uids, f"(UID RFC822.SIZE INTERNALDATE{field})", 1000)
        except CommandRefused:
            each = [await self.fetch_envelopes([uid], with_date) for uid in uids] if len(uids) > 1 else []
            return [envelope for found in each for envelope in found]
        found = [envelope for item in items if (envelope := parse_envelope(item, item.literal or b""))]
        return sorted(found, key=lambda one: one.uid)

    async def fetch_mails(self, uids: Sequence[int], limit: int, most: int = 0) -> list[FetchedMail]:
        """Mails shorter than ``limit`` bytes whole, longer ones without a body, all left unread; none that is gone.

        ``most`` bounds them all together; when they have more, the connection is not to be trusted and ends.
        """
        items = await self._fetch(uids, f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.{limit}>)", limit, most)
        found = {}
        for item in items:
            # What fills the whole limit may go on behind it. The size told is not asked: servers are known to lie.
            body = item.literal if item.literal and len(item.literal) < limit else None
            if envelope := parse_envelope(item):
                found[envelope.uid] = FetchedMail(envelope, body)
        return [found[uid] for uid in sorted(found)]

    async def fetch_header(self, uid: int) -> bytes:
        """The beginning of a mail's header, b"" when the server gives none."""
        items = await self._fetch([uid], f"(UID BODY.PEEK[HEADER]<0.{MAX_HEADER_BYTES}>)", MAX_HEADER_BYTES)
        return next((item.literal for item in items if item.literal), b"")

    async def mark_seen(self, uids: Sequence[int]) -> None:
        """Flags mails as read. Raises `CommandRefused` where the folder may not be written."""
        await self._run_command("STORE", self._client.uid("STORE", format_uid_set(uids), r"+FLAGS.SILENT (\Seen)"))

    async def move(self, uids: Sequence[int], name: str) -> None:
        """Moves mails to another folder, which is made if it is missing (RFC 6851). Raises `CommandRefused`."""
        if not self.can_move:
            raise CommandRefused(sentence("the server has neither MOVE nor UIDPLUS"))
        try:
            await self._move_uids(format_uid_set(uids), quote_folder(name))
        except CommandRefused as refused:
            if "TRYCREATE" not in str(refused):
                raise
            await self._run_command("CREATE", self._client.create(quote_folder(name)))
            await self._move_uids(format_uid_set(uids), quote_folder(name))

    async def has_folder(self, name: str) -> bool:
        """Whether there is such a folder."""
        return len(await self._run_command("LIST", self._client.list('""', quote_folder(name)))) > 1

    async def wait_for_new_mail(self, seconds: float) -> None:
        """Returns when the server tells of something new, or after ``seconds``."""
        if self._client.protocol.has_new_mail:
            return
        if not self.can_idle:
            await self._wait_without_idle(seconds)
            return
        idle = await self._with_timeout(self._client.idle_start(timeout=seconds + 3600), "IDLE")
        try:
            await self._wait_for_push(seconds)
        finally:
            with suppress(Exception):
                self._client.idle_done()
        await self._with_timeout(idle, "the end of IDLE")

    async def close(self) -> None:
        """Ends the connection, politely where that takes no time. Never raises."""
        with suppress(Exception):
            if not self.is_lost and self._client.get_state() in (aioimaplib.AUTH, aioimaplib.SELECTED):
                await asyncio.wait_for(self._client.logout(), 1)
        with suppress(Exception):
            self._client._client_task.cancel()
        with suppress(Exception):
            if self._client.protocol.transport is not None:
                self._client.protocol.transport.abort()
        for task in [*self._client.tasks, *self._client.protocol.tasks]:
            task.cancel()
            task.add_done_callback(_consume_exception)
        self._client._client_task.add_done_callback(_consume_exception)

    async def _login(self) -> None:
        try:
            lines = await (self._login_by_token() if self._settings.oauth else self._login_by_password())
        except CommandRefused as refused:
            if "[UNAVAILABLE]" in str(refused):
                raise ConnectionBroken(str(refused)) from None
            raise LoginRefused(str(refused)) from None
        if not any(b"CAPABILITY" in line for line in lines):
            await self._with_timeout(self._client.protocol.capability(), "CAPABILITY")  # more is told after the login

    async def _login_by_password(self) -> list[Any]:
        user = quote_string(self._settings.imap.user)
        return await self._run_command("LOGIN", self._client.login(user, self._settings.password.reveal()))

    async def _login_by_token(self) -> list[Any]:
        """Logs in by XOAUTH2; a token that is refused is renewed once."""
        if self._settings.oauth is None or not self._client.has_capability("AUTH=XOAUTH2"):
            raise LoginRefused(
                sentence("the server takes no tokens (it has no AUTH=XOAUTH2): write password instead of oauth")
            )
        user, lines = self._settings.imap.user, list[Any]()
        for fresh in (False, True):
            try:
                token = await oauth.access_token(self._settings.oauth, fresh)
                lines = await self._run_command("AUTHENTICATE", self._client.xoauth2(user, token))
                break
            except oauth.AuthorizationRequired as needed:
                raise LoginRefused(str(needed)) from None
            except oauth.TokenServerError as trouble:
                raise ConnectionBroken(sentence("no access token: {why}", why=str(trouble))) from None
            except CommandRefused:
                if fresh:
                    raise
        return lines

    async def _select(self) -> FolderStatus:
        try:
            lines = await self._run_command("SELECT", self._client.select(quote_folder(self._settings.folder)))
        except CommandRefused as refused:
            raise ConnectionBroken(
                sentence("folder {folder}: {why}", folder=repr(self._settings.folder), why=str(refused))
            ) from None
        codes = {match[1]: int(match[2]) for line in lines for match in _SELECT_CODE.finditer(bytes(line))}
        if b"UIDVALIDITY" not in codes:
            raise ConnectionBroken(sentence("the server gives no UIDVALIDITY: its mail cannot be told apart"))
        return FolderStatus(codes[b"UIDVALIDITY"], codes.get(b"UIDNEXT", 0))

    async def _move_uids(self, uids: str, name: str) -> None:
        if self._client.has_capability("MOVE"):
            await self._run_command("MOVE", self._client.uid("MOVE", uids, name))
            return
        await self._run_command("COPY", self._client.uid("COPY", uids, name))
        await self._run_command("STORE", self._client.uid("STORE", uids, r"+FLAGS.SILENT (\Deleted)"))
        await self._run_command("EXPUNGE", self._client.uid("EXPUNGE", uids))

    async def _fetch(self, uids: Sequence[int], what: str, longest: int, most: int = 0) -> list[FetchLine]:
        """The items of a FETCH, whose literals have at most ``longest`` bytes each, and ``most`` together."""
        if not uids:
            return []
        most = most or longest * len(uids)
        command = self._client.protocol.fetch_items(f"UID FETCH {format_uid_set(uids)} {what}", longest, most)
        answer = await self._with_timeout(command, "FETCH", lively=True)
        if not answer.status.startswith(b"OK"):
            raise CommandRefused(f"FETCH: {answer.status[:200].decode('utf-8', 'replace')}")
        return answer.items

    async def _run_command(self, name: str, command: Awaitable[Any]) -> list[Any]:
        response = await self._with_timeout(command, name)
        if response.result != "OK":
            last = bytes(response.lines[-1]).decode("utf-8", "replace") if response.lines else ""
            raise CommandRefused(f"{name}: {response.result} {last[:200]}")
        return list(response.lines)

    async def _with_timeout(self, command: Awaitable[T], name: str, lively: bool = False) -> T:
        """The command's answer, or `ConnectionBroken` when it fails, is late, or the connection is lost meanwhile.

        A ``lively`` one may go on for `MAX_COMMAND_SECONDS` seconds as long as something comes.
        """
        task = asyncio.ensure_future(command)
        loop = asyncio.get_running_loop()
        began = now = loop.time()
        try:
            while now < (until := self._deadline(began, lively)) and not (task.done() or self.is_lost):
                await asyncio.wait({task, self._lost}, timeout=until - now, return_when=asyncio.FIRST_COMPLETED)
                now = loop.time()
            if task.done() and not task.cancelled():
                return task.result()
        except ConnectionBroken:
            raise
        except Exception as error:  # whatever aioimaplib makes of a strange answer
            raise ConnectionBroken(sentence("{what}: {why}", what=name, why=describe_network_error(error))) from None
        finally:
            if not task.done():
                task.cancel()
                task.add_done_callback(_consume_exception)
        why = sentence("the connection was lost") if self.is_lost else sentence("no answer in time")
        raise ConnectionBroken(sentence("{what}: {why}", what=name, why=why))

    def _deadline(self, began: float, lively: bool) -> float:
        """The moment when a command is late."""
        if not lively:
            return began + self._timeout
        return min(began + MAX_COMMAND_SECONDS, max(began, self._client.protocol.last_data_at) + self._timeout)

    async def _wait_for_push(self, seconds: float) -> None:
        """Waits for a push that tells of mail; others (flags, "still here") do not count."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not self._client.protocol.has_new_mail and (left := until - loop.time()) > 0:
            push = asyncio.ensure_future(self._client.wait_server_push(left + 60))
            try:
                await asyncio.wait({push, self._lost}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            finally:
                push.cancel()
                push.add_done_callback(_consume_exception)
            if self.is_lost:
                raise ConnectionBroken(sentence("{what}: {why}", what="IDLE", why=sentence("the connection was lost")))

    async def _wait_without_idle(self, seconds: float) -> None:
        await asyncio.wait({self._lost}, timeout=seconds)
        if self.is_lost:
            raise ConnectionBroken(sentence("the connection was lost"))

    def _on_lost(self, _error: Exception | None) -> None:
        if not self._lost.done():
            self._lost.set_result(None)


def _consume_exception(task: asyncio.Future[Any]) -> None:
    """Takes the exception of a task nobody waits for, so that it is not complained about."""
    if not task.cancelled():
        task.exception()
