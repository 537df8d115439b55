"""Reconciliation: the ledger compared with the server. Mail without a row is stored late, and that is reported."""

from __future__ import annotations

import logging
from dataclasses import replace

from desk.language.translatable import sentence
from desk.storage.database import Database
from mail.receiving import ledger
from mail.receiving.fetcher import MailboxFetcher
from mail.receiving.watermarks import Watermark
from mail.transport.imap import ImapConnection
from mail.transport.imap_command_syntax import format_uid_set

log = logging.getLogger(__name__)

UIDS_PER_WINDOW = 20_000
"""UIDs compared at once."""
MAX_MAILS_COMPARED = 100
"""Mails, the last taken in, of which it is seen whether they are still the same."""
MAX_SHOWN_CHARACTERS = 200


class Reconciliation:
    """Of one mailbox over one connection."""

    def __init__(self, connection: ImapConnection, database: Database, drain: MailboxFetcher) -> None:
        self._connection = connection
        self._database = database
        self._fetcher = drain

    async def choose_unused_epoch(self, mark: Watermark) -> Watermark:
        """The mark in an epoch that was never used: a UIDVALIDITY may come back, and its UIDs mean other mail then."""
        async with self._database.look() as connection:
            while await ledger.find_latest_mails(connection, mark.channel, mark.epoch, 1):
                mark = replace(mark, renumbered_times=mark.renumbered_times + 1)
        return mark

    async def find_replaced_uid(self, mark: Watermark) -> int:
        """A UID under which lies another mail than was taken in under it, 0 for none.

        No server may do that (RFC 3501, section 2.3.1.1), and one that was restored from a copy does.
        """
        async with self._database.look() as connection:
            known = await ledger.find_latest_mails(connection, mark.channel, mark.epoch, MAX_MAILS_COMPARED)
        for one in await self._connection.fetch_envelopes(sorted(known)):
            size, date = known[one.uid]
            if size and date and size != one.size and date != one.date:  # sizes alone are told wrongly by some
                return one.uid
        return 0

    async def reconcile(self, mark: Watermark) -> Watermark:
        """Takes in what was missed below the mark, and handles what a kill left unhandled. Returns the mark."""
        accept, clock = self._fetcher.accept, self._fetcher.clock
        missed: list[int] = []
        for first in range(mark.first_uid, mark.next_uid, UIDS_PER_WINDOW):
            last = min(first + UIDS_PER_WINDOW, mark.next_uid) - 1
            there = await self._connection.list_uids(first, last)
            async with self._database.look() as connection:
                known = await ledger.find_known_uids(connection, mark.channel, mark.epoch, first, last)
            missed += [uid for uid in there if uid not in known]
        if missed:
            shown = format_uid_set(missed)[:MAX_SHOWN_CHARACTERS]
            what = sentence(
                "{number} mails below the watermark had not been stored: UID {shown}", number=len(missed), shown=shown
            )
            log.error("%s: %s; they are stored now", mark.channel, what)
            mark = await self._fetcher.store(mark.with_difference(what, clock()), missed, len(missed))
        mark = await self._handle_leftovers(mark)
        mark = replace(mark, reconciled_at=clock())
        await accept((), mark.save)
        return mark

    async def _handle_leftovers(self, mark: Watermark) -> Watermark:
        """Flags or moves what was stored just before a kill."""
        first = max(mark.handled_uid, 1)
        for start in range(first, mark.next_uid, UIDS_PER_WINDOW):
            last = min(start + UIDS_PER_WINDOW, mark.next_uid) - 1
            async with self._database.look() as connection:
                uids = sorted(await ledger.find_known_uids(connection, mark.channel, mark.epoch, start, last))
            for at in range(0, len(uids), MAX_MAILS_COMPARED):
                if not await self._fetcher.mark_handled(uids[at : at + MAX_MAILS_COMPARED]):
                    return mark
        return replace(mark, handled_uid=mark.next_uid)
