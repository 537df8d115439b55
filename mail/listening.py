"""Receiving: every new mail is stored before it is flagged, whatever the server, the line or the database does.

UIDs decide what is new, never flags. On the first connection ever, what already lies there is not ours: it is neither
touched nor answered. The folder is looked at every ``look_every`` seconds regardless of what IDLE tells.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Protocol

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.doors import Accept
from desk.leases import LeaseLost
from desk.messages import Raw
from desk.settings import MailboxSettings
from mail import imap
from mail.addresses import mailboxes as mailboxes_in
from mail.headers import HEADER_BYTES
from mail.imap import Connection, Envelope
from mail.letters import STUB
from mail.tables import mailboxes

log = logging.getLogger(__name__)

TOO_LARGE = 25_000_000
BATCH = 50
BATCH_BYTES = 8_000_000
LOGIN_PAUSE = 60.0
"""Seconds between tries after a refused login: servers lock accounts that are asked more often."""
OWN_PAUSE = 4.0
"""Seconds at most between tries when it is our own database that is away: nobody is troubled by them."""
DEATHS_WHOLE, DEATHS_HEADER = 3, 5
"""After so many connections died over one mail, only its headers are asked for; and then nothing of it."""

_FROM = re.compile(rb"^from[ \t]{0,20}:([^\n]{0,2000}(?:\n[ \t][^\n]{0,2000}){0,4})", re.IGNORECASE | re.MULTILINE)


class Database(Protocol):
    """What is needed of `desk.database.Database`: a transaction on the workers' own tables."""

    def work(self) -> AbstractAsyncContextManager[AsyncConnection]: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a mailbox has been read. Mail below ``first_uid`` is only ours if it came after ``connected_at``."""

    door: str
    uidvalidity: int
    first_uid: int
    next_uid: int
    connected_at: datetime

    def ours(self, one: Envelope) -> bool:
        """Whether a mail cannot be known as older than the connection. INTERNALDATE has whole seconds only."""
        return one.uid >= self.first_uid or one.internal + timedelta(seconds=1) > self.connected_at

    async def born(self, connection: AsyncConnection) -> None:
        """Writes the first mark of a mailbox."""
        await connection.execute(insert(mailboxes).values(**self._values()))

    async def written(self, connection: AsyncConnection) -> None:
        """Writes this mark over the mailbox's old one."""
        await connection.execute(update(mailboxes).where(mailboxes.c.door == self.door).values(**self._values()))

    def _values(self) -> dict[str, object]:
        return {
            "door": self.door,
            "uidvalidity": self.uidvalidity,
            "first_uid": self.first_uid,
            "next_uid": self.next_uid,
            "connected_at": self.connected_at,
        }


class Listener:
    """Listens to one mailbox for ever."""

    def __init__(self, settings: MailboxSettings, database: Database, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._door = settings.door
        self._database = database
        self._clock = clock
        self._patience = min(30.0, max(2.0, settings.look_every / 3))
        self._trouble = ""
        self._failures = 0
        self._deaths: dict[int, int] = {}  # UIDs that connections died over

    async def listen(self, accept: Accept) -> None:
        """Connects, and connects again after every trouble, until cancelled.

        Raises `LeaseLost` when another process reads this mailbox now.
        """
        while True:
            try:
                await self._one_connection(accept)
            except imap.LoginRefused as error:
                self._tell(str(error))
                await asyncio.sleep(LOGIN_PAUSE + random.uniform(0, 5))  # noqa: S311
            except LeaseLost:
                raise
            except Exception as error:  # the database's trouble, the server's, or a fault of ours: all are waited out
                theirs = isinstance(error, imap.Trouble)
                self._tell(str(error) if theirs else f"{type(error).__name__}: {error}")
                await asyncio.sleep(self._pause() if theirs else min(OWN_PAUSE, self._pause()))

    async def _one_connection(self, accept: Accept) -> None:
        connection, folder = await Connection.open(self._settings, self._patience)
        try:
            mark = await self._mark(connection, folder, accept)
            while True:
                mark = await self._taken_in(connection, mark, accept)
                self._well()
                await connection.wait_for_news(self._settings.look_every)
        finally:
            await connection.close()

    async def _mark(self, connection: Connection, folder: imap.Folder, accept: Accept) -> Mark:
        """How far we are, in the server's present epoch of UIDs."""
        mark = await self._known()
        if mark is not None and mark.uidvalidity == folder.uidvalidity:
            return mark
        uidnext = folder.uidnext or max(await connection.new_uids(1), default=0) + 1
        if mark is None:
            mark = Mark(self._door, folder.uidvalidity, uidnext, uidnext, self._clock())
            await accept((), mark.born)
            log.info("%s: connected for the first time; mail before UID %d is left alone", self._door, uidnext)
            return mark
        log.warning(
            "%s: the server has numbered its mail anew (UIDVALIDITY %d, was %d): whatever came since the first "
            "connection is read again, and what is known already is recognised",
            self._door,
            folder.uidvalidity,
            mark.uidvalidity,
        )
        mark = replace(mark, uidvalidity=folder.uidvalidity, first_uid=uidnext, next_uid=1)
        await accept((), mark.written)
        return mark

    async def _known(self) -> Mark | None:
        async with self._database.work() as connection:
            row = (await connection.execute(select(mailboxes).where(mailboxes.c.door == self._door))).first()
        return Mark(row.door, row.uidvalidity, row.first_uid, row.next_uid, row.connected_at) if row else None

    async def _taken_in(self, connection: Connection, mark: Mark, accept: Accept) -> Mark:
        """Stores whatever is new; returns the mark after it."""
        while uids := await connection.new_uids(mark.next_uid):
            for start in range(0, len(uids), imap.LINES):
                chunk = uids[start : start + imap.LINES]
                found = await connection.envelopes(chunk)
                ours = [one for one in found if mark.ours(one)]
                mark = await self._stored(connection, mark, batches(ours, self._deaths), accept)
                if mark.next_uid <= chunk[-1]:  # what is old, or was deleted meanwhile, is behind us too
                    mark = replace(mark, next_uid=chunk[-1] + 1)
                    await accept((), mark.written)
        return mark

    async def _stored(self, connection: Connection, mark: Mark, todo: list[list[Envelope]], accept: Accept) -> Mark:
        """Fetches, stores and commits batch by batch, then flags it; the next is fetched while this one is stored."""
        ahead: asyncio.Task[list[Raw]] | None = None
        stored: list[int] = []
        try:
            for batch, following in zip_longest(todo, todo[1:]):
                raws = await (ahead or self._watched(connection, mark, batch))
                await self._flagged(connection, stored)
                ahead = asyncio.create_task(self._watched(connection, mark, following)) if following else None
                mark = replace(mark, next_uid=batch[-1].uid + 1)
                await accept(raws, mark.written)
                stored = [one.uid for one in batch]
            await self._flagged(connection, stored)
        finally:
            if ahead is not None:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)
        return mark

    async def _flagged(self, connection: Connection, uids: list[int]) -> None:
        try:
            if uids:
                await connection.mark_seen(uids)
        except imap.Refused as error:
            log.debug("%s: mail cannot be flagged as read: %s", self._door, error)

    async def _watched(self, connection: Connection, mark: Mark, batch: list[Envelope]) -> list[Raw]:
        """`_fetched`, counting the connections that die over it."""
        try:
            raws = await self._fetched(connection, mark, batch)
        except imap.Trouble:
            for one in batch:  # next time each comes alone, and what is really the matter will show
                self._deaths[one.uid] = self._deaths.get(one.uid, 0) + (len(batch) == 1)
            raise
        for one in batch:
            self._deaths.pop(one.uid, None)
        return raws

    async def _fetched(self, connection: Connection, mark: Mark, batch: list[Envelope]) -> list[Raw]:
        """The mails of a batch, whole; of what cannot be had whole the headers; of what cannot be had at all a word."""
        uids = [one.uid for one in batch]
        deaths = self._deaths.get(uids[0], 0)
        whole = batch[0].size <= TOO_LARGE and deaths < DEATHS_WHOLE
        bodies = await self._asked(connection, uids, header_only=False) if whole else {}
        raws = [self._raw(mark, one, bodies[one.uid]) for one in batch if one.uid in bodies]
        missing = [one for one in batch if one.uid not in bodies]
        there = set(await connection.new_uids(uids[0])) if missing else set()
        for one in missing:
            if one.uid not in there:
                continue  # deleted between two looks
            again = await self._asked(connection, [one.uid], False) if whole and len(batch) > 1 else {}
            head = {} if again or deaths >= DEATHS_HEADER else await self._asked(connection, [one.uid], True)
            raws.append(self._raw(mark, one, again.get(one.uid, b""), head.get(one.uid, b"")))
        return sorted(raws, key=lambda raw: int(raw.key.partition(":")[2]))

    async def _asked(self, connection: Connection, uids: list[int], header_only: bool) -> dict[int, bytes]:
        try:
            return await connection.bodies(uids, header_only)
        except imap.Refused:
            return {}

    def _raw(self, mark: Mark, one: Envelope, body: bytes, head: bytes = b"") -> Raw:
        key = f"{mark.uidvalidity}:{one.uid}"
        if not body and head:
            body = b"%s %d\r\n%s" % (STUB, one.size, head)
        aside = "" if body else f"the server could not give UID {one.uid} ({one.size} bytes)"
        return Raw(self._door, key, lane(self._door, key, body), body, self._clock(), aside)

    def _pause(self) -> float:
        """Seconds before the next try: longer and longer up to half of look_every, and never in step with others."""
        self._failures = min(self._failures + 1, 10)
        longest = min(self._settings.look_every / 2, 0.5 * 2.0**self._failures)
        return longest * random.uniform(0.5, 1)  # noqa: S311

    def _tell(self, what: str) -> None:
        """One alarm for one trouble, however often it is met."""
        if not self._trouble:
            log.error("%s: no mail can be received: %s", self._door, what)
        elif what != self._trouble:
            log.info("%s: %s", self._door, what)
        self._trouble = what

    def _well(self) -> None:
        if self._trouble:
            log.warning("%s: mail is received again", self._door)
        self._trouble, self._failures = "", 0


def batches(envelopes: Sequence[Envelope], deaths: dict[int, int]) -> list[list[Envelope]]:
    """At most 50 mails and about 8 MB together; what is too large, or made trouble before, comes alone."""
    found: list[list[Envelope]] = []
    room = 0
    for one in envelopes:
        alone = one.size > TOO_LARGE or one.uid in deaths
        if not found or alone or room < one.size or len(found[-1]) >= BATCH:
            found.append([])
            room = BATCH_BYTES
        found[-1].append(one)
        room = 0 if alone else room - one.size
    return found


def lane(door: str, key: str, raw: bytes) -> str:
    """Whose mail it is, as far as a glance at the headers tells; the mail's own lane when it does not."""
    ends = [at for at in (raw.find(b"\n\n", 0, HEADER_BYTES), raw.find(b"\n\r\n", 0, HEADER_BYTES)) if at >= 0]
    match = _FROM.search(raw, 0, min(ends, default=HEADER_BYTES))
    found = mailboxes_in(match[1].decode("ascii", "replace")) if match else []
    return f"{door}:{found[0].address.lower() if found else key}"
