"""What is done to a restored database before anybody serves it, so that nothing is sent or numbered a second time.

The desk that is lost went on after its backup: what was to be sent then may have been sent, what waited may have been
answered, and numbers were given out that nobody knows of any more. The fence is the time of the backup.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from console.runtime.backup.archive import Manifest
from desk.language.translatable import sentence
from desk.model.case import Case
from desk.queues import held_departures, inbox
from desk.storage.database import Database, upsert
from desk.storage.queue_and_lease_tables import counters, leases, timers

LEAST_NUMBERS, BUSIEST_DAYS = 1_000, 10
"""Case numbers that are left out at least, and how many of the provider's busiest days for each day that is lost."""
IDS_A_DAY = 10_000_000
"""Ids of messages that are left out for each day: the Message-IDs of letters are made of them, and none may return."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fenced:
    """How many departures are held, how many arrivals set aside, how many timers are due by now; and the first number
    after which each provider's case numbers go on, by provider and year."""

    held: int = 0
    set_aside: int = 0
    timers: int = 0
    numbers: Mapping[tuple[str, int], int] = field(default_factory=dict)


async def set_fence(database: Database, manifest: Manifest, providers: Collection[str], now: datetime) -> Fenced:
    """Holds what was to be sent, sets aside what waited to be decided, and leaves out numbers and ids that may have
    been given out since. ``providers`` are those of the desk folder."""
    days = max(0.0, (now - manifest.taken_at) / DAY) + 1
    async with database.work() as connection:
        await connection.execute(leases.delete())
        held = await held_departures.hold_unsent(connection)
        why = sentence("it waited to be decided when the backup was taken, and may have been answered since")
        set_aside = await inbox.set_aside_waiting(connection, why)
        due = await connection.scalar(select(func.count()).where(timers.c.fire_at <= now))
        await connection.execute(
            text("UPDATE sqlite_sequence SET seq = seq + :skipped WHERE name IN ('arrivals', 'departures')"),
            {"skipped": math.ceil(days) * IDS_A_DAY},
        )
        numbers = await _skip_numbers(connection, providers, manifest.taken_at, now, days)
    return Fenced(held, set_aside, int(due or 0), numbers)


async def clear_leases(database: Database) -> None:
    """Where the lost desk did nothing after its backup, this is all there is to do."""
    async with database.work() as connection:
        await connection.execute(leases.delete())


async def _skip_numbers(
    connection: AsyncConnection, providers: Collection[str], since: datetime, now: datetime, days: float
) -> dict[tuple[str, int], int]:
    counted = {
        (row.provider, row.name): int(row.value)
        for row in await connection.execute(select(counters).where(counters.c.name.startswith("case ")))
    }
    day = func.date(Case.registered_at)
    each_day = select(Case.provider, func.count().label("cases")).where(Case.registered_at.is_not(None))
    of_days = each_day.group_by(Case.provider, day).subquery()
    query = select(of_days.c.provider, func.max(of_days.c.cases)).group_by(of_days.c.provider)
    busiest = {row[0]: int(row[1]) for row in await connection.execute(query)}
    # By any provider's own calendar; years before it give out no numbers any more.
    years = range((since - DAY).year, (now + DAY).year + 1)
    found = {}
    for provider in {*providers, *(one for one, _ in counted)}:
        skipped = max(LEAST_NUMBERS, math.ceil(BUSIEST_DAYS * busiest.get(provider, 0) * days))
        for year in years:
            found[provider, year] = counted.get((provider, f"case {year}"), 0) + skipped
    for (provider, year), value in found.items():
        row = {"provider": provider, "name": f"case {year}", "value": value}
        await connection.execute(upsert(connection, counters).values(row))
    return found
