"""Who serves: each process of `firstline serve` renews a lease of its own, whose name says since when and as what.

It keeps nobody from anything. It is there to be read: by `firstline status`, the probes and the metrics, and by whoever
must not touch a database that is being served.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.storage.channel_leases import LEASE_TIME
from desk.storage.database import Database
from desk.storage.process_identity import host_and_pid, is_known_dead, is_of_this_machine
from desk.storage.queue_and_lease_tables import leases

_PREFIX = "process:"
_TIME = "%Y%m%dT%H%M%SZ"
KEPT_FOR = timedelta(hours=1)
"""How long the lease of a process that was killed stays behind; one that ends takes it along."""


@dataclass(frozen=True, slots=True)
class ServingProcess:
    """A process that serves. ``seen_at`` is its last sign of life, which comes every two seconds; ``leases`` are the
    names of those it holds, without its own (`desk.storage.channel_leases`). ``silent`` when its lease has run out
    though it lives: it is frozen, stuck, or cut off from the database, and holds nothing."""

    holder: str
    host: str
    pid: int
    roles: Sequence[str]
    since: datetime
    seen_at: datetime
    leases: Sequence[str] = ()
    silent: bool = False


def process_lease(roles: Collection[str], since: datetime, holder: str) -> str:
    """The name of a process's own lease; nobody else asks for it."""
    return f"{_PREFIX}{since.astimezone(UTC).strftime(_TIME)}:{'+'.join(roles)}:{holder.rpartition(':')[2]}"


async def serving_processes(connection: AsyncConnection, now: datetime) -> list[ServingProcess]:
    """Those that live, the longest serving first. One of another machine counts as dead when its lease has run out."""
    rows = (await connection.execute(select(leases).order_by(leases.c.name))).all()
    held: Mapping[str, list[str]] = {row.holder: [] for row in rows}
    for row in rows:
        held[row.holder] += [] if row.name.startswith(_PREFIX) or row.held_until <= now else [row.name]
    found = []
    for row in rows:
        silent = row.held_until <= now
        gone = is_known_dead(row.holder) or (silent and not is_of_this_machine(row.holder))
        if gone or not row.name.startswith(_PREFIX):
            continue
        since, roles, _ = row.name.removeprefix(_PREFIX).split(":")
        began = datetime.strptime(since, _TIME).replace(tzinfo=UTC)
        host, pid = host_and_pid(row.holder)
        seen = row.held_until - LEASE_TIME
        found.append(ServingProcess(row.holder, host, pid, roles.split("+"), began, seen, held[row.holder], silent))
    return found


async def delete_left_behind(database: Database, now: datetime) -> None:
    """Forgets processes that were killed some time ago."""
    gone = leases.c.name.startswith(_PREFIX) & (leases.c.held_until < now - KEPT_FOR)
    async with database.work() as connection:
        await connection.execute(delete(leases).where(gone))
