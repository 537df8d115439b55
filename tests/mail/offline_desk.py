"""A whole desk without a wire: letters are put into its inbox, and what it would send is read from its outbox.

The clock is virtual, so that days pass in no time.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import compat32
from typing import Any

from sqlalchemy import select, update

from console.runtime.wiring import Application, build_application
from console.terminal.table_labels import labels
from desk.api.journal_text import JournalText
from desk.model.case import Case
from desk.model.journal import JournalEntry
from desk.model.messages import RawMessage
from desk.model.operations.base import AgentOperation
from desk.model.settings import MailboxSettings, MailServer, Secret, Settings
from desk.pipeline.internal_channel import acceptance_message, order_message
from desk.queues import inbox
from desk.storage.queue_and_lease_tables import arrivals, departures, pending
from mail.mime.addresses import parse_mailboxes
from mail.receiving.tables import automatic_messages_sent
from tests.prepared_desks import DeskFiles

BORDER = "mx.sever.test"
NUMBERS = itertools.count(1)


class OfflineDesk:
    """One installation with a mailbox for each provider named."""

    def __init__(self, house: Application, clock: list[datetime]) -> None:
        self.house, self._clock = house, clock
        self._seen = 0

    @classmethod
    async def opened(cls, desk_files: DeskFiles, boxes: Sequence[MailboxSettings], **more: Any) -> OfflineDesk:
        """A desk that is ready; nothing listens and nothing is sent."""
        clock = [datetime(2026, 11, 20, 9, 0, tzinfo=UTC)]
        settings = Settings(
            root=desk_files.root,
            database=desk_files.database,
            data=desk_files.root / "data",
            secret=Secret("a secret"),
            mailboxes=tuple(boxes),
        )
        return cls(await build_application(settings, lambda: clock[0], workers=1, **more), clock)

    @classmethod
    async def beside(cls, offline_desk: OfflineDesk) -> OfflineDesk:
        """Another process of the same installation."""
        return cls(
            await build_application(offline_desk.house.settings, lambda: offline_desk.now, workers=1),
            offline_desk._clock,
        )

    @property
    def now(self) -> datetime:
        """The desk's time."""
        return self._clock[0]

    def passes(self, **time: float) -> None:
        """Time goes by."""
        self._clock[0] += timedelta(**time)

    async def receives(self, *raws: bytes, channel: str = "mail:sever") -> None:
        """Letters lie in the inbox as the channel would have stored them; all are decided."""
        await self.accepts(*raws, channel=channel)
        await self.works()

    async def accepts(self, *raws: bytes, channel: str = "mail:sever") -> None:
        """Letters lie in the inbox, and nobody has looked yet."""
        self.passes(seconds=1)
        lanes = [f"{channel}:{_sender(raw)}" for raw in raws]
        stored = [
            RawMessage(channel, f"1:{next(NUMBERS)}", lane, raw, self.now)
            for lane, raw in zip(lanes, raws, strict=True)
        ]
        await inbox.accept(self.house.database, stored)

    async def works(self) -> None:
        """The worker decides whatever is there."""
        while await self.house.worker.work():
            pass

    async def agent(self, operation: AgentOperation, case: Case) -> None:
        """Maria Ivanova acts on a case."""
        self.passes(seconds=1)
        raw = order_message(operation, self.now, provider=case.provider, number=case.number or "", agent="ivanova")
        await inbox.accept(self.house.database, [raw])
        await self.works()

    async def accepts_pending(self, case: Case) -> None:
        """Maria Ivanova lets the one letter that waits into a case."""
        self.passes(seconds=1)
        async with self.house.database.read(*self.house.providers) as session:
            (waits,) = (await session.execute(select(pending.c.arrival_id))).scalars().all()
        raw = acceptance_message(waits, case.id, case.provider, "ivanova", self.now)
        await inbox.accept(self.house.database, [raw])
        await self.works()

    async def written(self) -> list[Mapping[str, Any]]:
        """The bodies of the letters written since last asked, oldest first; they count as sent."""
        query = select(departures).where(departures.c.kind == "mail", departures.c.id > self._seen)
        async with self.house.database.look() as connection:
            rows = (await connection.execute(query.order_by(departures.c.id))).all()
        self._seen = max((row.id for row in rows), default=self._seen)
        async with self.house.database.work() as connection:
            unsent = update(departures).where(departures.c.state != "sent")
            await connection.execute(unsent.values(state="sent", sent_at=self.now))
        return [{**row.body, "channel": row.channel} for row in rows]

    async def cases(self, provider: str = "sever") -> list[Case]:
        """A provider's cases, oldest first."""
        async with self.house.database.read(provider) as session:
            return list((await session.scalars(select(Case).order_by(Case.id))).all())

    async def journal(self, case: Case) -> str:
        """Everything the journal of a case says, in English, each line with the data it is made from."""
        words, home = JournalText(self.house.templates, "en", labels("en")), self.house.providers.get(case.provider)
        async with self.house.database.read(case.provider) as session:
            query = select(JournalEntry).where(JournalEntry.case_id == case.id).order_by(JournalEntry.id)
            lines = (await session.scalars(query)).all()
        return "\n".join(f"{one.actor} {one.kind} {one.data}: {words.of(one, home)}" for one in lines)

    async def waiting(self) -> list[str]:
        """Why letters wait for an agent."""
        async with self.house.database.read(*self.house.providers) as session:
            return [row.why for row in await session.execute(select(pending.c.why).order_by(pending.c.arrival_id))]

    async def counted(self, peer: str) -> list[int]:
        """The numbers of the automatic letters that the governor counts for a peer."""
        query = select(automatic_messages_sent.c.number).where(automatic_messages_sent.c.peer == peer)
        async with self.house.database.look() as connection:
            return sorted((await connection.execute(query)).scalars())

    async def outcomes(self) -> list[str]:
        """What became of every letter, in order."""
        async with self.house.database.look() as connection:
            query = select(arrivals.c.outcome).where(arrivals.c.channel.startswith("mail:")).order_by(arrivals.c.id)
            return [row.outcome for row in await connection.execute(query)]


def box(provider: str = "sever", authserv_id: str = BORDER, address: str = "") -> MailboxSettings:
    """A mailbox that nobody connects to."""
    address = address or f"help@{provider}.test"
    nowhere = MailServer("imaps", address, "127.0.0.1", 9)
    return MailboxSettings(
        name=provider,
        address=address,
        imap=nowhere,
        smtp=MailServer("smtps", address, "127.0.0.1", 9),
        password=Secret("x"),
        provider=provider,
        authserv_id=authserv_id,
    )


def mail(sender: str, text: str, *, to: str = "help@sever.test", vouched: bool = True, **headers: str) -> bytes:
    """A letter; with ``vouched`` the border server found that it is really from there."""
    domain = sender.rpartition("@")[2].strip(">")
    passed = f"{BORDER}; dmarc=pass header.from={domain}" if vouched else f"{BORDER}; spf=none smtp.mailfrom={sender}"
    fields = {
        "Authentication-Results": passed,
        "Received": f"from x by {BORDER}",
        "From": sender,
        "To": to,
        "Subject": "Нет интернета",
        "Message-ID": f"<{next(NUMBERS)}@{domain}>",
    }
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()


def answer(body: Mapping[str, Any], text: str, **more: Any) -> bytes:
    """A reply to one of the desk's letters, from whoever it was written to."""
    references = " ".join((*body["references"], body["message_id"]))
    threading = {"In_Reply_To": body["message_id"], "References": references}
    return mail(body["to"], text, to=body["reply_to"], **{**threading, **more})


def _sender(raw: bytes) -> str:
    letter = BytesParser(policy=compat32).parsebytes(raw, headersonly=True)
    found = parse_mailboxes(str(letter["From"]))
    return found[0].address if found else "?"
