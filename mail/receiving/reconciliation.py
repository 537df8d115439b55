"""Reconciling: the ledger against the server. What is there and has no row is taken in late, and told."""

from __future__ import annotations

import logging
from dataclasses import replace

from desk.storage.database import Database
from mail.receiving import ledger
from mail.receiving.fetcher import MailboxFetcher
from mail.receiving.watermarks import Watermark
from mail.transport.imap import ImapConnection
from mail.transport.imap_syntax import spelled

log = logging.getLogger(__name__)

WINDOW = 20_000
"""UIDs compared at once."""
LATEST = 100
"""Mails, the last taken in, of which it is seen whether they are still the same."""
SHOWN = 200


class Reconciliation:
    """Of one mailbox over one connection."""

    def __init__(self, connection: ImapConnection, database: Database, drain: MailboxFetcher) -> None:
        self._connection = connection
        self._database = database
        self._drain = drain

    async def fresh(self, mark: Watermark) -> Watermark:
        """The mark in an epoch that was never used: a UIDVALIDITY may come back, and its UIDs mean other mail then."""
        async with self._database.look() as connection:
            while await ledger.latest(connection, mark.channel, mark.epoch, 1):
                mark = replace(mark, again=mark.again + 1)
        return mark

    async def swapped(self, mark: Watermark) -> int:
        """A UID under which lies another mail than was taken in under it, 0 for none.

        No server may do that (RFC 3501, section 2.3.1.1), and one that was restored from a copy does.
        """
        async with self._database.look() as connection:
            known = await ledger.latest(connection, mark.channel, mark.epoch, LATEST)
        for one in await self._connection.envelopes(sorted(known)):
            size, date = known[one.uid]
            if size and date and size != one.size and date != one.date:  # sizes alone are told wrongly by some
                return one.uid
        return 0

    async def compared(self, mark: Watermark) -> Watermark:
        """Takes in what was missed below the mark, and handles what a kill left unhandled. Returns the mark."""
        accept, clock = self._drain.accept, self._drain.clock
        missed: list[int] = []
        for first in range(mark.first_uid, mark.next_uid, WINDOW):
            last = min(first + WINDOW, mark.next_uid) - 1
            there = await self._connection.uids(first, last)
            async with self._database.look() as connection:
                known = await ledger.known(connection, mark.channel, mark.epoch, first, last)
            missed += [uid for uid in there if uid not in known]
        if missed:
            what = f"{len(missed)} mails below the mark had not been taken in: UID {spelled(missed)[:SHOWN]}"
            log.error("%s: %s; they are taken in now", mark.channel, what)
            mark = await self._drain.stored(mark.differs(what, clock()), missed, len(missed))
        mark = await self._handled(mark)
        mark = replace(mark, reconciled_at=clock())
        await accept((), mark.written)
        return mark

    async def _handled(self, mark: Watermark) -> Watermark:
        """Flags or moves what was stored just before a kill."""
        first = max(mark.handled_uid, 1)
        for start in range(first, mark.next_uid, WINDOW):
            last = min(start + WINDOW, mark.next_uid) - 1
            async with self._database.look() as connection:
                uids = sorted(await ledger.known(connection, mark.channel, mark.epoch, start, last))
            for at in range(0, len(uids), LATEST):
                if not await self._drain.handled(uids[at : at + LATEST]):
                    return mark
        return replace(mark, handled_uid=mark.next_uid)
