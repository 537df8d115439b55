"""The fetcher: new mail is fetched, stored and committed, and only then flagged or moved on its server.

Mail comes in batches, the next being fetched while this one is stored. The size of each is known before more than its
beginning is fetched; memory is bounded by `mail.receiving.mailbox_memory_shares`.
"""

from __future__ import annotations

import asyncio
import logging
import re
from bisect import bisect_left
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice, pairwise
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from desk.clock import Clock
from desk.language.translatable import sentence
from desk.model.channel_interface import StoreMessages
from desk.model.messages import RawMessage
from desk.model.settings import MailboxSettings
from mail.mime.addresses import parse_mailboxes
from mail.mime.headers import MAX_HEADER_BYTES
from mail.reading.message import STUB_HEADER
from mail.receiving import ledger
from mail.receiving.mailbox_memory_shares import SMALL_MAIL_BYTES, FetchScheduler, FetchTurn
from mail.receiving.watermarks import Watermark
from mail.transport import imap
from mail.transport.imap import FetchedMail, ImapConnection, MessageMetadata

T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_MAIL_BYTES = 25_000_000
MAX_BATCH_BYTES = 8_000_000
"""Bytes of mail that go into one transaction, unless a single mail has more."""
BATCHES_PER_TURN = 5
"""Batches for each turn that others wait for."""
ENVELOPES_PER_REQUEST = 2000
"""Mails that the server is asked about together before they are fetched."""
DEATHS_BEFORE_HEADER_ONLY, DEATHS_BEFORE_NOTHING = 3, 5
"""After so many connections died over one mail, only its header is asked for; and then nothing of it."""

_FROM_HEADER = re.compile(
    rb"^from[ \t]{0,20}:([^\n]{0,2000}(?:\n[ \t][^\n]{0,2000}){0,4})", re.IGNORECASE | re.MULTILINE
)
_PLAIN_ADDRESS = re.compile(
    rb'(?:[^"<>(),;:@\\\x80-\xff]*|"[^"\\\x80-\xff]*" ?)<([\w.+=-]{1,64}@[A-Za-z0-9][\w.-]{0,180})>'
)


MailToStore = tuple[MessageMetadata, bytes, str]
"""A mail to be stored, its bytes or its stub, and the reason for which it is quarantined ("" for none)."""


@dataclass(frozen=True, slots=True)
class FetchedMails:
    """Mails as they are stored, what the server says of each, and when that was."""

    raws: Sequence[RawMessage]
    envelopes: Sequence[MessageMetadata]
    at: datetime


@dataclass(slots=True)
class MailboxFetcher:
    """One mailbox over one connection. ``deaths`` counts, by UID, the connections that died over a mail."""

    connection: ImapConnection
    settings: MailboxSettings
    accept: StoreMessages
    clock: Clock
    scheduler: FetchScheduler
    deaths: dict[int, int]
    _unhandled: list[int] = field(default_factory=list)
    _handling_refused: bool = False
    _stored_to: int = 0
    _handled_to: int = 0

    async def fetch_new(self, mark: Watermark) -> Watermark:
        """Stores whatever is new, and handles what was stored; returns the mark after it."""
        before = mark.handled_uid
        while uids := await self.connection.list_uids(mark.next_uid):
            sure = bisect_left(uids, mark.first_uid)
            for start, end in pairwise([*range(0, sure, ENVELOPES_PER_REQUEST), sure, len(uids)]):
                mark = await self.store(mark, await self._skip_older_mail(mark, uids[start:end]), len(uids) - start)
                if mark.next_uid <= uids[end - 1]:  # what is old, or was deleted meanwhile, is behind us too
                    mark = mark.advance_to(uids[end - 1] + 1)
                    await self.accept((), mark.save)
        if mark.handled_uid != before:
            await self.accept((), mark.save)
        return mark

    async def store(self, mark: Watermark, uids: Sequence[int], waiting: int) -> Watermark:
        """Fetches and stores these mails, rising, in turn with other mailboxes of which ``waiting`` tells."""
        at = 0
        while at < len(uids):
            async with self.scheduler.take_turn(waiting - at) as turn:
                mark, done = await self._store_turn(mark, islice(uids, at, None), turn)
            at += done
        return mark

    async def mark_handled(self, uids: Sequence[int]) -> bool:
        """Does to mails on their server what the settings say; False once the server has refused."""
        if self._handling_refused:
            return False
        try:
            if uids and self.settings.move_to:
                await self.connection.move(uids, self.settings.move_to)
            elif uids and self.settings.after == "seen":
                await self.connection.mark_seen(uids)
        except imap.CommandRefused as error:
            self._handling_refused = True
            to = self.settings.move_to
            what = sentence("moved to {folder}", folder=repr(to)) if to else sentence("flagged as read")
            log.warning("%s: mail is received, but cannot be %s: %s", self.settings.channel, what, error)
        return not self._handling_refused

    async def _skip_older_mail(self, mark: Watermark, uids: Sequence[int]) -> Sequence[int]:
        """Those that are not known to be older than the first connection."""
        if not uids or uids[0] >= mark.first_uid:
            return uids
        told = await self.connection.fetch_envelopes(uids, with_date=True)
        if untold := len(uids) - len(told):
            log.warning("%s: of %d mails the server does not say how old they are: left alone", mark.channel, untold)
        return [one.uid for one in told if not one.is_older_than(mark.connected_at)]

    async def _store_turn(self, mark: Watermark, uids: Iterable[int], turn: FetchTurn) -> tuple[Watermark, int]:
        """The first of these mails, until the turn is over. Returns how many they were.

        While a batch is stored, the one before it is handled and the next one fetched.
        """
        self._handled_to, done = mark.handled_uid, 0
        storing: asyncio.Future[Watermark] = asyncio.get_running_loop().create_future()
        storing.set_result(mark)
        try:
            for number, batch in enumerate(split_by_count(uids, turn.batch_size, self.deaths)):
                if number >= BATCHES_PER_TURN and turn.is_over():
                    break
                done += len(batch)
                for part in split_by_size(await self._handle_and_fetch(batch), self.deaths):
                    if large := any(one.body is None for one in part):
                        await storing
                    async with self.scheduler.fetch_large() if large else nullcontext():
                        fetched = await self._count_deaths(
                            [one.envelope.uid for one in part], self._complete_mails(part)
                        )
                        entry = self._build_batch(mark, fetched)
                        storing = asyncio.create_task(self._commit_batch(await storing, entry))
                        if large:
                            await storing
            mark = await storing
            await self._handle_and_fetch(())
            return replace(mark, handled_uid=self._handled_to), done
        except Exception:  # the connection's trouble comes after what was fetched before it
            await storing
            raise
        finally:
            storing.cancel()
            await asyncio.gather(storing, return_exceptions=True)

    async def _handle_and_fetch(self, batch: Sequence[int]) -> list[FetchedMail]:
        """What is to be said to the server meanwhile: what is stored by now is handled, and a batch is looked at."""
        uids, upto, self._unhandled = self._unhandled, self._stored_to, []
        if uids and await self.mark_handled(uids):
            self._handled_to = upto
        return await self._count_deaths(batch, self._fetch_small(batch)) if batch else []

    def _build_batch(self, mark: Watermark, mails: Sequence[MailToStore]) -> FetchedMails:
        """What is to be written of mails."""
        now, channel, epoch = self.clock(), mark.channel, mark.epoch
        raws = []
        for one, body, problem in mails:
            key = ledger.arrival_key(epoch, one.uid)
            raws.append(RawMessage(channel, key, sender_lane(channel, key, body), body, now, problem))
        return FetchedMails(raws, [envelope for envelope, _, _ in mails], now)

    async def _commit_batch(self, mark: Watermark, entry: FetchedMails) -> Watermark:
        """Stores mails, their rows in the ledger and the mark, all in one transaction."""
        uids = [one.uid for one in entry.envelopes]
        # Mail that turns up late, below what is handled, is handled again with what follows it if we are cut off now.
        mark = replace(mark.advance_to(uids[-1] + 1), handled_uid=min(self._handled_to, uids[0]))

        async def also(connection: AsyncConnection) -> None:
            await ledger.insert_rows(connection, mark.channel, mark.epoch, entry.envelopes, entry.at)
            await mark.save(connection)

        await self.accept(entry.raws, also)
        self._unhandled += uids
        self._stored_to = mark.next_uid
        return mark

    async def _count_deaths(self, uids: Sequence[int], work: Awaitable[T]) -> T:
        """The work's result, counting the connections that die over it."""
        try:
            done = await work
        except imap.ConnectionBroken:
            for uid in uids:  # next time each comes alone, and what is really the matter will show
                self.deaths[uid] = self.deaths.get(uid, 0) + (len(uids) == 1)
            raise
        return done

    async def _fetch_small(self, uids: Sequence[int]) -> list[FetchedMail]:
        """What is there of a batch, with the bodies of small mails; what was deleted meanwhile is left out."""
        if self.deaths.get(uids[0], 0) >= DEATHS_BEFORE_HEADER_ONLY:
            return [FetchedMail(MessageMetadata(uids[0], 0), None)]
        try:
            found = await self.connection.fetch_mails(uids, SMALL_MAIL_BYTES)
        except imap.CommandRefused:
            found = []
        missing = sorted(set(uids) - {one.envelope.uid for one in found})
        if len(uids) > 1:
            for uid in missing:
                found += await self._fetch_small([uid])
        elif missing and missing == await self.connection.list_uids(missing[0], missing[0]):
            return [FetchedMail(MessageMetadata(missing[0], 0), None)]
        return sorted(found, key=lambda one: one.envelope.uid)

    async def _complete_mails(self, part: Sequence[FetchedMail]) -> list[MailToStore]:
        """The mails whole; of what cannot be had whole the header; of what cannot be had at all a word."""
        large = [one.envelope for one in part if one.body is None and self._may_fetch_whole(one.envelope)]
        bodies = await self._fetch_bodies([one.uid for one in large]) if large else {}
        done = []
        for mail in part:
            one = mail.envelope
            body = mail.body or bodies.get(one.uid) or await self._fetch_stub(one)
            lost = sentence("the server could not give UID {uid} ({size} bytes)", uid=one.uid, size=one.size)
            problem = "" if body else lost
            self.deaths.pop(one.uid, None)
            done.append((one, body, problem))
        return done

    def _may_fetch_whole(self, one: MessageMetadata) -> bool:
        return one.size <= MAX_MAIL_BYTES and self.deaths.get(one.uid, 0) < DEATHS_BEFORE_HEADER_ONLY

    async def _fetch_bodies(self, uids: Sequence[int]) -> dict[int, bytes]:
        most = MAX_MAIL_BYTES + 1 if len(uids) == 1 else 2 * MAX_BATCH_BYTES
        try:
            found = await self.connection.fetch_mails(uids, MAX_MAIL_BYTES + 1, most)
        except imap.CommandRefused:
            found = []
        bodies = {one.envelope.uid: one.body for one in found if one.body}
        if len(uids) > 1:
            for uid in uids:
                bodies |= await self._fetch_bodies([uid]) if uid not in bodies else {}
        return bodies

    async def _fetch_stub(self, one: MessageMetadata) -> bytes:
        if self.deaths.get(one.uid, 0) >= DEATHS_BEFORE_NOTHING:
            return b""
        try:
            header = await self.connection.fetch_header(one.uid)
        except imap.CommandRefused:
            return b""
        return b"%s %d\r\n%s" % (STUB_HEADER, one.size, header) if header else b""


def split_by_count(uids: Iterable[int], many: int, deaths: Mapping[int, int]) -> Iterator[list[int]]:
    """At most ``many`` mails together; what made trouble before comes alone."""
    batch: list[int] = []
    for uid in uids:
        if batch and (uid in deaths or batch[-1] in deaths or len(batch) >= many):
            yield batch
            batch = []
        batch.append(uid)
    if batch:
        yield batch


def split_by_size(mails: Sequence[FetchedMail], deaths: Mapping[int, int]) -> Iterator[list[FetchedMail]]:
    """At most some 8 MB together; what is larger, or made trouble before, comes alone."""
    portion: list[FetchedMail] = []
    weight = 0
    for one in mails:
        size = len(one.body) if one.body else one.envelope.size
        alone = size > MAX_MAIL_BYTES or one.envelope.uid in deaths
        if portion and (alone or weight + size > MAX_BATCH_BYTES):
            yield portion
            portion, weight = [], 0
        portion.append(one)
        weight += MAX_BATCH_BYTES if alone else size
    if portion:
        yield portion


def sender_lane(channel: str, key: str, raw: bytes) -> str:
    """Whose mail it is, as far as a glance at the headers tells; the mail's own lane when it does not."""
    end = MAX_HEADER_BYTES
    for blank in (b"\n\r\n", b"\n\n"):
        found = raw.find(blank, 0, end)
        end = found if found >= 0 else end
    match = _FROM_HEADER.search(raw, 0, end)
    if match is None:
        return f"{channel}:{key}"
    if plain := _PLAIN_ADDRESS.fullmatch(match[1].strip()):  # as most are, and a tenth of the work
        return f"{channel}:{plain[1].decode('ascii').lower()}"
    named = parse_mailboxes(match[1].decode("ascii", "replace"))
    return f"{channel}:{named[0].address.lower() if named else key}"
