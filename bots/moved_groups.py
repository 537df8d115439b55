"""Groups that Telegram has moved: a group that becomes a supergroup gets another id.

That is the desk's own knowledge and is stored, for the process that is told of it need not be the one that decides what
agents write there. It is told by whichever comes first: the service message in the group, kept with the updates it came
with, or the refusal of a call to the old id.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, String, Table, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.model.channel_interface import ExtraWrite
from desk.storage.base import METADATA
from desk.storage.database import Database, insert_ignoring_duplicates

log = logging.getLogger(__name__)

moved_groups = Table(
    "moved_groups",
    METADATA,
    Column("channel", String(80), primary_key=True),
    Column(
        "chat", BigInteger, primary_key=True, autoincrement=False, comment="the id that the settings may still have"
    ),
    Column("moved_to", BigInteger, nullable=False),
)


class MovedGroups:
    """Where the groups of one channel are by now. Without a database it is forgotten at the end of the process."""

    def __init__(self, channel: str, database: Database | None = None) -> None:
        self._channel = channel
        self._database = database
        self._known: dict[int, int] = {}

    def known(self, chat: object) -> int:
        """Where a group is, as far as this process knows; 0 where it has not moved."""
        return self._known.get(chat, 0) if isinstance(chat, int) else 0

    async def find(self, chat: int) -> int:
        """Where a group is, as far as any process knows; 0 where it has not moved."""
        if chat not in self._known and self._database:
            query = select(moved_groups.c.moved_to).where(
                moved_groups.c.channel == self._channel, moved_groups.c.chat == chat
            )
            async with self._database.look() as connection:
                if (to := (await connection.execute(query)).scalar()) is not None:
                    self._known[chat] = to
        return self.known(chat)

    async def learn(self, chat: int, to: int) -> None:
        """Telegram has refused a call to the old id and named the new one."""
        log.warning("%s: the group %d has become %d: write that into firstline.toml", self._channel, chat, to)
        self._known[chat] = to
        if self._database:
            try:
                async with self._database.work() as connection:
                    await self._write(connection, [(chat, to)])
            except (SQLAlchemyError, OSError) as error:
                # This message goes to the new id; the next one is refused again, and so this is stored then.
                del self._known[chat]
                log.info("%s: that cannot be stored now: %s", self._channel, type(error).__name__)

    def noted(self, updates: Iterable[object], agents_chat: int) -> ExtraWrite | None:
        """What is to be written with these updates, if one of them tells that the agents' group has moved."""
        moves = [move for update in updates if (move := _move(update)) and move[0] == agents_chat]
        if not moves:
            return None

        async def write(connection: AsyncConnection) -> None:
            await self._write(connection, moves)

        return write

    async def _write(self, connection: AsyncConnection, moves: Iterable[tuple[int, int]]) -> None:
        rows = [{"channel": self._channel, "chat": chat, "moved_to": to} for chat, to in moves]
        await connection.execute(insert_ignoring_duplicates(connection, moved_groups), rows)


def _move(update: object) -> tuple[int, int] | None:
    """The old id and the new one, where a service message tells them: in the old group or in the new one."""
    message = update.get("message") if isinstance(update, Mapping) else None
    chat = message.get("chat") if isinstance(message, Mapping) else None
    here = _chat_id(chat, "id")
    if to := _chat_id(message, "migrate_to_chat_id"):
        return (here, to) if here else None
    if old := _chat_id(message, "migrate_from_chat_id"):
        return (old, here) if here else None
    return None


def _chat_id(holder: Any, key: str) -> int:
    value = holder.get(key) if isinstance(holder, Mapping) else None
    return value if isinstance(value, int) and -(1 << 52) < value < 0 else 0
