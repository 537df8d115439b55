"""The listener of one mailbox: it receives for ever and reconnects after any trouble of server, network or database.

UIDs decide what is new, never flags. Mail that was there before the first connection is neither touched nor answered.
The folder is checked every ``look_every`` seconds, regardless of IDLE.
"""

from __future__ import annotations

import asyncio
import logging
import math
from datetime import datetime

from desk.backoff import Backoff
from desk.clock import Clock
from desk.language.translatable import Sentence, said_by, sentence
from desk.model.channel_interface import StoreMessages
from desk.model.settings import MailboxSettings
from desk.storage.channel_leases import LeaseLost
from desk.storage.database import Database
from mail.receiving.fetcher import MailboxFetcher
from mail.receiving.mailbox_memory_shares import FetchScheduler
from mail.receiving.reconciliation import Reconciliation
from mail.receiving.watermarks import Watermark, load_watermark
from mail.transport import imap
from mail.transport.imap import ImapConnection

log = logging.getLogger(__name__)

LOGIN_RETRY_SECONDS = 60.0
"""Seconds between tries after a refused login: servers lock accounts that are asked more often."""
DATABASE_RETRY_SECONDS = 4.0
"""Seconds at most between tries when it is our own database that is away: nobody is troubled by them."""
RECONCILE_SECONDS = 3600.0
"""Seconds between comparisons of the ledger with the server, beside the one at each connection."""


class MailboxListener:
    """Listens to one mailbox for ever."""

    def __init__(self, settings: MailboxSettings, database: Database, clock: Clock, turns: FetchScheduler) -> None:
        self._settings = settings
        self._channel = settings.channel
        self._database = database
        self._clock = clock
        self._scheduler = turns
        self._timeout = min(30.0, max(2.0, settings.look_every / 3))
        self._backoff = Backoff(self._channel, first=1.0, longest=settings.look_every / 2)
        self._deaths: dict[int, int] = {}  # by UID: connections that died over a mail

    @property
    def trouble(self) -> str:
        """Why nothing is received; "" while all is well."""
        told = self._backoff.trouble
        return str(told.values["why"]) if isinstance(told, Sentence) else told

    @property
    def worked_at(self) -> datetime | None:
        """When the channel's server was last asked with success; None where it never was."""
        return self._backoff.worked_at

    async def listen(self, accept: StoreMessages) -> None:
        """Connects, and connects again after every trouble, until cancelled.

        Raises `LeaseLost` when another process reads this mailbox now.
        """
        while True:
            try:
                await self._run_connection(accept)
            except imap.LoginRefused as error:
                why = sentence("no mail can be received: {why}", why=said_by(error))
                await self._backoff.wait(why, at_least=LOGIN_RETRY_SECONDS, certain=True)
            except LeaseLost:
                raise
            except Exception as error:  # the database's trouble, the server's, or a fault of ours: all are waited out
                theirs = isinstance(error, (imap.ConnectionBroken, imap.CommandRefused))
                reason = said_by(error) if theirs else f"{type(error).__name__}: {error}"
                why = sentence("no mail can be received: {why}", why=reason)
                await self._backoff.wait(why, at_most=math.inf if theirs else DATABASE_RETRY_SECONDS)

    async def _run_connection(self, accept: StoreMessages) -> None:
        connection, folder = await ImapConnection.open(self._settings, self._timeout)
        try:
            drain = MailboxFetcher(connection, self._settings, accept, self._clock, self._scheduler, self._deaths)
            books = Reconciliation(connection, self._database, drain)
            mark = await self._load_watermark(connection, folder, accept, books)
            compared = None
            while True:
                now = asyncio.get_running_loop().time()
                if compared is None or now >= compared + RECONCILE_SECONDS:
                    mark, compared = await books.reconcile(mark), now
                mark = await drain.fetch_new(mark)
                self._backoff.worked()
                await connection.wait_for_new_mail(self._settings.look_every)
        finally:
            await connection.close()

    async def _load_watermark(
        self, connection: ImapConnection, folder: imap.FolderStatus, accept: StoreMessages, books: Reconciliation
    ) -> Watermark:
        """How far we are, in the server's present epoch of UIDs."""
        async with self._database.look() as looking:
            mark = await load_watermark(looking, self._channel)
        uidnext = folder.uidnext or max(await connection.list_uids(1), default=0) + 1
        if mark is None:
            mark = Watermark(self._channel, folder.uidvalidity, uidnext, uidnext, self._clock(), handled_uid=uidnext)
            await accept((), mark.insert)
            log.info("%s: connected for the first time; mail before UID %d is left alone", self._channel, uidnext)
            return mark
        why = ""
        if mark.uidvalidity != folder.uidvalidity:
            why = sentence("UIDVALIDITY {now}, was {before}", now=folder.uidvalidity, before=mark.uidvalidity)
        elif 0 < folder.uidnext < mark.next_uid:
            why = sentence(
                "the next UID is {uid}, and {given} was given out already", uid=folder.uidnext, given=mark.next_uid - 1
            )
        elif swapped := await books.find_replaced_uid(mark):
            why = sentence("another mail lies under UID {uid}", uid=swapped)
        if why:
            what = sentence("the server has numbered its mail anew ({why})", why=why)
            log.error(
                "%s: %s: what came since the first connection is read again, repeats are known", self._channel, what
            )
            mark = await books.choose_unused_epoch(
                mark.renumbered(folder.uidvalidity, uidnext).with_difference(what, self._clock())
            )
            await accept((), mark.save)
        return mark
