"""The watermark of a mailbox: how far it has been read, and how it compares with its server."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mail.receiving.tables import mailboxes


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far one mailbox has been read. Mail below ``first_uid`` is ours only if it came after ``connected_at``.

    ``renumbered_times`` counts how often the server renumbered its mail under the same UIDVALIDITY. It must not (RFC
    3501, section 2.3.1.1), and does when it is restored from a backup. All mail below ``handled_uid`` is flagged or
    moved.
    """

    channel: str
    uidvalidity: int
    first_uid: int
    next_uid: int
    connected_at: datetime
    renumbered_times: int = 0
    handled_uid: int = 0
    reconciled_at: datetime | None = None
    difference: str = ""
    differed_at: datetime | None = None

    @property
    def epoch(self) -> str:
        """What the UIDs belong to: UIDs of one epoch never change their meaning."""
        return f"{self.uidvalidity}.{self.renumbered_times}" if self.renumbered_times else str(self.uidvalidity)

    def advance_to(self, uid: int) -> Watermark:
        """The mark once everything below ``uid`` is stored; a mark never goes back."""
        return replace(self, next_uid=max(self.next_uid, uid))

    def renumbered(self, uidvalidity: int, uidnext: int) -> Watermark:
        """The mark of a new epoch: whatever is there may be ours, and is to be looked at."""
        again = self.renumbered_times + 1 if uidvalidity == self.uidvalidity else 0
        return replace(
            self, uidvalidity=uidvalidity, renumbered_times=again, first_uid=uidnext, next_uid=1, handled_uid=1
        )

    def with_difference(self, difference: str, now: datetime) -> Watermark:
        """The mark with a difference from the server, for the operator."""
        return replace(self, difference=difference, differed_at=now)

    async def insert(self, connection: AsyncConnection) -> None:
        """Writes the first mark of a mailbox."""
        await connection.execute(insert(mailboxes).values(**self._values()))

    async def save(self, connection: AsyncConnection) -> None:
        """Writes this mark over the mailbox's old one."""
        await connection.execute(_UPDATE, {"of_channel": self.channel, **self._values()})

    def _values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


# Built once: it is written with every batch of mail.
_UPDATE = (
    update(mailboxes)
    .where(mailboxes.c.channel == bindparam("of_channel"))
    .values({field.name: bindparam(field.name) for field in fields(Watermark)})
)


async def load_watermark(connection: AsyncConnection, channel: str) -> Watermark | None:
    """The mark of a mailbox; None before its first connection."""
    columns = [mailboxes.c[field.name] for field in fields(Watermark)]
    row = (await connection.execute(select(*columns).where(mailboxes.c.channel == channel))).first()
    return Watermark(*row) if row else None
