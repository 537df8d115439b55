"""A mailbox of one's own on a real Dovecot, a real SMTP conversation, and the inbox it all ends in."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from desk.model.channel_interface import ExtraWrite
from desk.model.messages import ClaimedArrival, RawMessage
from desk.model.settings import MailboxSettings
from desk.queues import inbox
from desk.storage.base import METADATA
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals
from mail.channel import MailChannel
from mail.reading.sandbox import MessageReaderPool
from mail.receiving.tables import ledger, mailboxes
from tests.peers.dovecot import Dovecot
from tests.peers.mail_servers import MailServers
from tests.peers.smtp import SmtpSink

NUMBERS = itertools.count(1)


@pytest.fixture
def mail_servers(dovecot: Dovecot) -> Iterator[MailServers]:
    """A mailbox of this test's own, and its way out."""
    sink = SmtpSink.launch(dovecot.authority)
    yield MailServers(dovecot, sink, dovecot.mailbox(f"help{next(NUMBERS)}@sever.test"))
    sink.stop()


@pytest.fixture
async def readers() -> AsyncIterator[MessageReaderPool]:
    """One child that reads."""
    readers = MessageReaderPool(workers=1)
    yield readers
    await readers.close()


class Hall:
    """A mail channel with the inbox behind it, on SQLite."""

    def __init__(self, database: Database, readers: MessageReaderPool, settings: MailboxSettings) -> None:
        self.database, self.settings, self.readers = database, settings, readers
        self.files: dict[str, bytes] = {}
        self.broken = False
        self.channel = self.opened()

    def opened(self) -> MailChannel:
        """The same mailbox after the desk was started anew."""
        return MailChannel(self.settings, self.readers, self._open, self.database)

    async def _open(self, source: str) -> bytes:
        return self.files[source]

    async def accept(self, raws: Sequence[RawMessage], also: ExtraWrite | None = None) -> int:
        """The desk's own inbox, unless it is broken."""
        if self.broken:
            raise ConnectionError("the database is away")
        return await inbox.accept(self.database, raws, also)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """The channel listens meanwhile, and is cut off afterwards as by a kill."""
        self.channel = self.opened()
        task = asyncio.create_task(self.channel.listen(self.accept))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def connected(self) -> None:
        """Waits for the first connection ever."""
        async with asyncio.timeout(60):
            while True:
                async with self.database.look() as connection:
                    if (await connection.execute(select(mailboxes.c.channel))).first():
                        return
                await asyncio.sleep(0.02)

    async def arrived(self, count: int, timeout: float = 60) -> list[ClaimedArrival]:
        """The first ``count`` arrivals. Raises `AssertionError` when they do not come."""
        until = asyncio.get_running_loop().time() + timeout
        while len(found := await self.arrivals()) < count:
            assert asyncio.get_running_loop().time() < until, f"only {len(found)} of {count} mails arrived"
            await asyncio.sleep(0.02)
        return found

    async def arrivals(self) -> list[ClaimedArrival]:
        """Everything that arrived so far, as a worker would get it."""
        columns = [arrivals.c[name] for name in ("id", "channel", "key", "lane", "body", "received_at")]
        async with self.database.look() as connection:
            return [
                ClaimedArrival(*row)
                for row in (await connection.execute(select(*columns).order_by(arrivals.c.id))).all()
            ]


@pytest.fixture
async def hall(tmp_path: Path, readers: MessageReaderPool, mail_servers: MailServers) -> AsyncIterator[Hall]:
    """The mailbox's channel, looking every two seconds at the latest."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}")
    async with database.work() as connection:
        await connection.run_sync(METADATA.create_all, tables=[arrivals, mailboxes, ledger])
    hall = Hall(database, readers, replace(mail_servers.settings(), look_every=2))
    yield hall
    await hall.channel.close()
    await database.close()


async def eventually(check: Callable[[], object], seconds: float = 60) -> None:
    """Waits until a condition holds."""
    for _ in range(int(seconds / 0.05)):
        if check():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come to pass")


def letter(text: str = "Нет интернета", sender: str = "ivan@mail.test", **headers: str) -> bytes:
    """A small letter; ``headers`` with underscores for dashes."""
    fields = {
        "From": sender,
        "To": "help@sever.test",
        "Subject": "Помогите",
        "Message-ID": f"<{next(NUMBERS)}@mail.test>",
    }
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()


def arrival(raw: bytes, channel: str = "mail:support") -> ClaimedArrival:
    """Bytes as a worker gets them."""
    return ClaimedArrival(7, channel, "1:1", "lane", raw, datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
