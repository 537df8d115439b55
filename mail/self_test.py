"""A mailbox writes to itself: does what the desk sends arrive, and does it under ``local+tag@domain`` too?

Two letters go out, one to the mailbox and one to it under a tag. Where only the first arrives, the provider has no
sub-addresses, and the desk leaves the tag out.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import Enum

from desk.model.messages import Rejected, Sent
from desk.model.settings import MailboxSettings
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

    TAGS_ARRIVE = "tags arrive"
    TAGS_LOST = "only the plain address arrives"
    NOTHING_ARRIVED = "nothing arrived in time"
    NOT_SENT = "the letter was not taken"


@dataclass(frozen=True, slots=True)
class SelfTestReport:
    """The result, and why where a server said so."""

    result: SelfTestResult
    why: str = ""


async def write_to_itself(settings: MailboxSettings, seconds: float = ARRIVAL_SECONDS) -> SelfTestReport:
    """Sends the two letters and looks for them. Raises what `ImapConnection.open` raises."""
    local, _, domain = settings.address.rpartition("@")
    mark = secrets.token_hex(8)
    wanted = {settings.address: f"<{mark}.plain@{domain}>", f"{local}+check-{mark}@{domain}": f"<{mark}.tag@{domain}>"}
    plain_id, tagged_id = wanted.values()
    connection, folder = await ImapConnection.open(settings, TIMEOUT_SECONDS)
    try:
        first = folder.uidnext or max(await connection.list_uids(1), default=0) + 1
        refused = await _send(settings, wanted)
        if settings.address in refused:
            return SelfTestReport(SelfTestResult.NOT_SENT, refused[settings.address])
        missing = {one for to, one in wanted.items() if to not in refused}
        found = await _wait_for(connection, settings, first, missing, plain_id, seconds)
    finally:
        await connection.close()
    if plain_id not in found and tagged_id not in found:
        return SelfTestReport(SelfTestResult.NOTHING_ARRIVED)
    arrived = tagged_id in found
    return SelfTestReport(
        SelfTestResult.TAGS_ARRIVE if arrived else SelfTestResult.TAGS_LOST, next(iter(refused.values()), "")
    )


async def _send(settings: MailboxSettings, wanted: dict[str, str]) -> dict[str, str]:
    """Sends each letter; returns whose server refused it for good, and why."""
    refused: dict[str, str] = {}
    outbound = SmtpConnection(settings, TIMEOUT_SECONDS)
    try:
        for to, message_id in wanted.items():
            fate = await outbound.send(to, _compose(settings.address, to, message_id), 1)
            if isinstance(fate, Rejected) or (to == settings.address and not isinstance(fate, Sent)):
                refused[to] = fate.why
    finally:
        await outbound.close()
    return refused


def _compose(address: str, to: str, message_id: str) -> bytes:
    """From the mailbox itself: a running desk knows it for its own letter and lets it lie."""
    fields = (
        f"From: <{address}>\r\nTo: <{to}>\r\nSubject: Firstline: check\r\n"
        f"Date: {format_datetime(datetime.now(UTC))}\r\n"
        f"Message-ID: {message_id}\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    )
    return f"{fields}\r\n{TEXT}".encode()


async def _wait_for(
    connection: ImapConnection, settings: MailboxSettings, first: int, missing: set[str], plain_id: str, seconds: float
) -> set[str]:
    """The Message-IDs that arrived, in the folder or where a running desk has moved them."""
    loop = asyncio.get_running_loop()
    until, found, looked = loop.time() + seconds, set[str](), set[int]()
    while loop.time() < until and missing - found:
        for uid in [one for one in await connection.list_uids(first) if one not in looked]:
            looked.add(uid)
            header = await connection.fetch_header(uid)
            if here := {one for one in missing if one.encode() in header}:
                found |= here
                with suppress(imap.CommandRefused):
                    await connection.mark_seen([uid])
        if settings.move_to and missing - found:
            found |= await _moved(settings, missing - found)
        if plain_id in found:
            until = min(until, loop.time() + min(seconds, AFTER_FIRST_SECONDS)) if missing - found else until
            plain_id = ""
        await asyncio.sleep(0.5)
    return found


async def _moved(settings: MailboxSettings, missing: set[str]) -> set[str]:
    """Those of the Message-IDs that lie among the last mails of the folder to which a running desk moves them."""
    try:
        connection, _ = await ImapConnection.open(replace(settings, folder=settings.move_to), TIMEOUT_SECONDS)
    except imap.ConnectionBroken:
        return set()  # there is no such folder yet
    try:
        headers = [await connection.fetch_header(uid) for uid in (await connection.list_uids(1))[-10:]]
    finally:
        await connection.close()
    return {one for one in missing if any(one.encode() in header for header in headers)}
