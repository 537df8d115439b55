"""The clocks of cases as they stand: a projection of the journal, with the instants that boards and timers ask for.

`firstline sla rebuild` makes it anew from the journal (`escalation.sla.rebuild`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, ForeignKeyConstraint, Index, String, Table, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column

from desk.model.acts import RuleAct
from desk.model.service_levels.clocks import Clock, ClockKind, ClockState
from desk.model.service_levels.targets import parse_target
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage.base import Base, Instant, ProviderScopedRow
from desk.storage.database import Database
from desk.storage.query_batching import QueryBatcher

_MICROSECOND = timedelta(microseconds=1)
OWED = "due_at IS NOT NULL"
"""The condition of the index over what is due next, to be repeated as it is."""


class ClockRow(ProviderScopedRow, Base):
    """One clock of a case. ``used_us`` is the working time used by ``since``, in microseconds; ``due_at`` when it is
    due, None while it stands or is over. ``done`` are the ids of the escalation steps that were taken."""

    __tablename__ = "clocks"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    state: Mapped[str] = mapped_column(String(12))
    target: Mapped[str] = mapped_column(String(40))
    calendar: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime] = mapped_column(Instant)
    since: Mapped[datetime] = mapped_column(Instant)
    used_us: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    breached_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    done: Mapped[list[str]] = mapped_column(JSON, default=list)

    __table_args__ = (
        ForeignKeyConstraint(["provider", "case_id"], ["cases.provider", "cases.id"], onupdate="CASCADE"),
        Index("clocks_due", "due_at", sqlite_where=text(OWED), postgresql_where=text(OWED)),
    )


CLOCKS = cast(Table, ClockRow.__table__)
NEXT_DUE = select(CLOCKS).where(text(OWED)).order_by(CLOCKS.c.due_at).limit(1)
"""The clock of all cases that is due next."""
_OF_CASES = select(CLOCKS).where(
    CLOCKS.c.provider == bindparam("home"), CLOCKS.c.case_id.in_(bindparam("cases", expanding=True))
)


@dataclass(frozen=True, slots=True)
class CaseClocks:
    """The clocks of a case, and the escalation steps that were taken, by clock."""

    clocks: Mapping[ClockKind, Clock] = field(default_factory=dict)
    done: Mapping[ClockKind, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WriteClocks(RuleAct):
    """Clocks of the case as they stand after this round, those that changed, each with when it is due."""

    clocks: tuple[tuple[Clock, datetime | None], ...]
    done: Mapping[ClockKind, tuple[str, ...]]


def write_clocks(act: WriteClocks, round_: Round, rows: WriteBuffer) -> None:
    """Writes the rows of changed clocks."""
    for clock, due in act.clocks:
        rows.replace(CLOCKS, **row_of(clock, due, round_.case.provider, round_.case.id, act.done.get(clock.kind, ())))


def row_of(clock: Clock, due: datetime | None, provider: str, case_id: int, done: Sequence[str] = ()) -> dict[str, Any]:
    """A clock as a row."""
    return {
        "provider": provider,
        "case_id": case_id,
        "kind": clock.kind.value,
        "state": clock.state.value,
        "target": clock.target.written,
        "calendar": clock.calendar,
        "started_at": clock.started_at,
        "since": clock.since,
        "used_us": clock.used // _MICROSECOND,
        "reason": clock.reason[:200],
        "ended_at": clock.ended_at,
        "breached_at": clock.breached_at,
        "due_at": due,
        "done": list(done),
    }


def clock_of(row: Any) -> Clock:
    """The clock of a row, without the spans, which only the journal tells."""
    return Clock(
        ClockKind(row.kind),
        ClockState(row.state),
        row.started_at,
        parse_target(row.target),
        row.calendar,
        row.used_us * _MICROSECOND,
        row.since,
        row.reason,
        row.ended_at,
        row.breached_at,
    )


def clocks_of(rows: Iterable[Any]) -> CaseClocks:
    """The clocks of one case."""
    found = [*rows]
    return CaseClocks(
        {clock.kind: clock for clock in map(clock_of, found)},
        {ClockKind(row.kind): tuple(row.done) for row in found if row.done},
    )


class CaseClocksLookup:
    """Reads the clocks of the cases of a batch at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher = QueryBatcher(self._read_all)

    async def __call__(self, round_: Round) -> object | None:
        """A `CaseClocks`; None for a case that has none."""
        if round_.subject is None or round_.is_new:
            return None
        return await self._batcher.ask((round_.case.provider, round_.case.id))

    async def _read_all(self, asked: Sequence[tuple[str, int]]) -> list[CaseClocks | None]:
        found: dict[tuple[str, int], list[Any]] = {}
        async with self._database.read(*{provider for provider, _ in asked}) as session:
            connection = await session.connection()
            for home in {provider for provider, _ in asked}:
                cases = [case for provider, case in asked if provider == home]
                for row in await connection.execute(_OF_CASES, {"home": home, "cases": cases}):
                    found.setdefault((home, row.case_id), []).append(row)
        return [clocks_of(found[one]) if one in found else None for one in asked]
