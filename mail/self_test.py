"""A mailbox writes to itself: what arrives, does it under ``local+tag@domain`` too, and is a forgery believed?

A letter goes to the mailbox and, where it is to be found out, one to it under a tag. Where only the first arrives, the
provider has no sub-addresses, and the desk leaves the tag out. Where a border server vouches for senders, a third has
an Authentication-Results under its name on top, which says that a made-up domain was proved.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import Enum

from desk.language.translatable import sentence
from desk.model.messages import Rejected, Sent
from desk.model.settings import MailboxSettings
from mail.mime.headers import parse_headers
from mail.reading import authentication
from mail.transport import imap
from mail.transport.imap import ImapConnection
from mail.transport.smtp import SmtpConnection

ARRIVAL_SECONDS = 30.0
"""Seconds that the first letter is waited for."""
AFTER_FIRST_SECONDS = 15.0
"""Seconds that the tagged one is waited for once the other is there."""
TIMEOUT_SECONDS = 15.0
TEXT = (
    "Firstline checks whether this mailbox receives what it writes to itself. You can delete this letter.\r\n"
    "Firstline проверяет, получает ли этот ящик письма самому себе. Это письмо можно удалить.\r\n"
)


class SelfTestResult(Enum):
    """What came of the trial."""

    TAGS_ARRIVE = sentence("tags arrive")
    TAGS_LOST = sentence("only the plain address arrives")
    NOTHING_ARRIVED = sentence("nothing arrived in time")
    NOT_SENT = sentence("the letter was not taken")


class ForgeryResult(Enum):
    """What came of the forged header."""

    NOT_SEEN = "the letter with it did not arrive"
    REMOVED = "it was removed"
    OUTRANKED = "it was left, where it proves nothing"
    BELIEVED = "it came through as proved"


@dataclass(frozen=True, slots=True)
class SelfTestReport:
    """The result, and why where a server said so; what came of the forgery."""

    result: SelfTestResult
    why: str = ""
    forgery: ForgeryResult = ForgeryResult.NOT_SEEN


@dataclass(frozen=True, slots=True)
class _TestLetter:
    """A letter of the trial: its recipient, its Message-ID with brackets, and the lines that are put on top."""

    to: str
    message_id: str
    on_top: str = ""


async def write_to_itself(settings: MailboxSettings, seconds: float = ARRIVAL_SECONDS) -> SelfTestReport:
    """Sends the letters and looks for them. Raises what `ImapConnection.open` raises."""
    local, _, domain = settings.address.rpartition("@")
    mark = secrets.token_hex(8)
    plain = _TestLetter(settings.address, f"<{mark}.plain@{domain}>")
    tagged = _TestLetter(f"{local}+check-{mark}@{domain}", f"<{mark}.tag@{domain}>")
    forged = _TestLetter(settings.address, f"<{mark}.forged@{domain}>", _forge(settings.authserv_id, mark))
    letters = [plain]
    letters += [tagged] if settings.plus_addresses == "auto" else []
    letters += [forged] if settings.authserv_id else []
    connection, folder = await ImapConnection.open(settings, TIMEOUT_SECONDS)
    try:
        first = folder.uidnext or max(await connection.list_uids(1), default=0) + 1
        refused = await _send(settings, letters)
        if plain.message_id in refused:
            return SelfTestReport(SelfTestResult.NOT_SENT, refused[plain.message_id])
        missing = {one.message_id for one in letters} - set(refused)
        found = await _wait_for(connection, settings, first, missing, plain.message_id, seconds)
    finally:
        await connection.close()
    forgery = _judge(found.get(forged.message_id, b""), settings.authserv_id, mark)
    if plain.message_id not in found and tagged.message_id not in found:
        return SelfTestReport(SelfTestResult.NOTHING_ARRIVED, forgery=forgery)
    arrived = tagged.message_id in found
    result = SelfTestResult.TAGS_ARRIVE if arrived else SelfTestResult.TAGS_LOST
    return SelfTestReport(result, refused.get(tagged.message_id, ""), forgery)


def _forge(authserv_id: str, mark: str) -> str:
    """A header by which a stranger would pass for whoever he likes, as a sender of a domain that nobody has."""
    return f"Authentication-Results: {authserv_id}; dmarc=pass header.from={mark}.invalid\r\n"


def _judge(header: bytes, authserv_id: str, mark: str) -> ForgeryResult:
    if not header:
        return ForgeryResult.NOT_SEEN
    headers = parse_headers(header)
    left = [one for one in headers.get_all("authentication-results") if f"{mark}.invalid".encode() in one]
    if not left:
        return ForgeryResult.REMOVED
    believed = authentication.proves_domain(headers, f"{mark}.invalid", authserv_id)
    return ForgeryResult.BELIEVED if believed else ForgeryResult.OUTRANKED


async def _send(settings: MailboxSettings, letters: Sequence[_TestLetter]) -> dict[str, str]:
    """Sends each letter; returns the Message-IDs of those that were not taken, and why."""
    refused: dict[str, str] = {}
    outbound = SmtpConnection(settings, TIMEOUT_SECONDS)
    try:
        for one in letters:
            fate = await outbound.send(one.to, _compose(settings.address, one), 1)
            if isinstance(fate, Rejected) or (one.to == settings.address and not isinstance(fate, Sent)):
                refused[one.message_id] = fate.why
    finally:
        await outbound.close()
    return refused


def _compose(address: str, letter: _TestLetter) -> bytes:
    """From the mailbox itself: a running desk knows it for its own letter and lets it lie."""
    fields = (
        f"{letter.on_top}From: <{address}>\r\nTo: <{letter.to}>\r\nSubject: Firstline: check\r\n"
        f"Date: {format_datetime(datetime.now(UTC))}\r\n"
        f"Message-ID: {letter.message_id}\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    )
    return f"{fields}\r\n{TEXT}".encode()


async def _wait_for(
    connection: ImapConnection, settings: MailboxSettings, first: int, missing: set[str], plain_id: str, seconds: float
) -> dict[str, bytes]:
    """The headers of what arrived, by Message-ID, in the folder or where a running desk has moved it."""
    loop = asyncio.get_running_loop()
    until, found, looked = loop.time() + seconds, dict[str, bytes](), set[int]()
    while loop.time() < until and missing - set(found):
        for uid in [one for one in await connection.list_uids(first) if one not in looked]:
            looked.add(uid)
            header = await connection.fetch_header(uid)
            if here := {one: header for one in missing if one.encode() in header}:
                found |= here
                with suppress(imap.CommandRefused):
                    await connection.mark_seen([uid])
        if settings.move_to and missing - set(found):
            found |= await _moved(settings, missing - set(found))
        if plain_id in found:
            until = min(until, loop.time() + min(seconds, AFTER_FIRST_SECONDS)) if missing - set(found) else until
            plain_id = ""
        await asyncio.sleep(0.5)
    return found


async def _moved(settings: MailboxSettings, missing: set[str]) -> dict[str, bytes]:
    """Those of the Message-IDs that lie among the last mails of the folder to which a running desk moves them."""
    try:
        connection, _ = await ImapConnection.open(replace(settings, folder=settings.move_to), TIMEOUT_SECONDS)
    except imap.ConnectionBroken:
        return {}  # there is no such folder yet
    try:
        headers = [await connection.fetch_header(uid) for uid in (await connection.list_uids(1))[-10:]]
    finally:
        await connection.close()
    return {one: header for one in missing for header in headers if one.encode() in header}
