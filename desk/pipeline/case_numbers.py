"""The numbers of cases: counted by provider and year, with a check digit that shows a slip of the finger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from stdnum import damm

from desk.model.provider_files import Provider
from desk.storage.queue_and_lease_tables import counters


def _next(dialect: Any) -> Any:
    counting = dialect.insert(counters)
    return counting.on_conflict_do_update(
        index_elements=[counters.c.provider, counters.c.name],
        set_={"value": counters.c.value + counting.excluded.value},
    ).returning(counters.c.value)


# Built once, as the statements of the queues are.
_NEXT = {"postgresql": _next(postgresql), "sqlite": _next(sqlite)}


async def next_numbers(connection: AsyncConnection, provider: Provider, many: int, now: datetime) -> Iterator[str]:
    """The provider's next case numbers of the year, with a Damm check digit: ``SN-2026-000123-4``."""
    year = now.astimezone(provider.timezone).year
    values = {"provider": provider.name, "name": f"case {year}", "value": many}
    last = int((await connection.execute(_NEXT[connection.dialect.name], values)).scalar_one())
    return (
        f"{provider.prefix}-{year}-{count:06d}-{damm.calc_check_digit(f'{year}{count:06d}')}"
        for count in range(last - many + 1, last + 1)
    )
