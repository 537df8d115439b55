"""Calls that were asked for: the table, what is known of a case's call, and how a change of it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, String, Table, bindparam, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from desk.agents.tables import AgentRow, PresenceRow, ProviderMembershipRow
from desk.model.acts import RuleAct
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage.base import Base, Instant, ProviderScopedRow
from desk.storage.database import Database
from desk.storage.query_batching import QueryBatcher

AWAITED = "outcome = ''"
"""The condition of the index over calls that are still to be made, to be repeated as it is."""


class CallOutcome(StrEnum):
    """How an asked call ended."""

    AWAITED = ""
    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    CANCELLED = "cancelled"  # the case is over, or another call was asked for


class CallbackRow(ProviderScopedRow, Base):
    """The ``place``-th call asked for in a case; see `Callback`."""

    __tablename__ = "callbacks"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    phone: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    promised_at: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    missed: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(String(16), default="")
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["provider", "case_id"], ["cases.provider", "cases.id"], onupdate="CASCADE"),
        Index("callbacks_awaited", "provider", sqlite_where=text(AWAITED), postgresql_where=text(AWAITED)),
    )


CALLBACKS = cast(Table, CallbackRow.__table__)


@dataclass(frozen=True, slots=True)
class Callback:
    """A call that was asked for: to which ``phone``, ``not_before`` when, and ``promised_at`` by when at the latest
    (None where nothing was promised).

    ``attempts`` are calls that were made, ``missed`` promises that lapsed. It is open while ``outcome`` is "".
    """

    place: int
    phone: str
    asked_at: datetime
    not_before: datetime | None = None
    promised_at: datetime | None = None
    attempts: int = 0
    missed: int = 0
    outcome: CallOutcome = CallOutcome.AWAITED
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it is still to be made."""
        return not self.outcome


@dataclass(frozen=True, slots=True)
class CaseCallback:
    """The last call asked for in a case, None where none was; how many others wait for theirs with this provider, and
    how many agents said that they are there."""

    last: Callback | None = None
    ahead: int = 0
    agents: int = 0

    @property
    def awaited(self) -> Callback | None:
        """The call that is still to be made."""
        return self.last if self.last and self.last.open else None


@dataclass(frozen=True, slots=True)
class WriteCallback(RuleAct):
    """A call as it stands after this round."""

    callback: Callback


def write_callback(act: WriteCallback, round_: Round, rows: WriteBuffer) -> None:
    """Writes the row of a call."""
    values = {**asdict(act.callback), "outcome": act.callback.outcome.value}
    rows.replace(CALLBACKS, provider=round_.case.provider, case_id=round_.case.id, **values)


_OF_CASE = (
    select(CALLBACKS)
    .where(CALLBACKS.c.provider == bindparam("home"), CALLBACKS.c.case_id == bindparam("case"))
    .order_by(CALLBACKS.c.place.desc())
    .limit(1)
)
_AHEAD = select(func.count()).where(
    CALLBACKS.c.provider == bindparam("home"), text(f"callbacks.{AWAITED}"), CALLBACKS.c.case_id != bindparam("case")
)
_THERE = (
    select(func.count())
    .select_from(ProviderMembershipRow)
    .join(AgentRow, AgentRow.id == ProviderMembershipRow.agent)
    .join(PresenceRow, PresenceRow.agent == AgentRow.id)
    .where(ProviderMembershipRow.provider == bindparam("home"), AgentRow.active, PresenceRow.state == "in")
)


class CaseCallbackLookup:
    """Reads the calls of the cases of a batch."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher = QueryBatcher(self.read_all)

    async def __call__(self, round_: Round) -> object | None:
        """A `CaseCallback`; None where there is no case."""
        if round_.subject is None:
            return None
        return await self._batcher.ask((round_.case.provider, round_.case.id))

    async def read_all(self, asked: Sequence[tuple[str, int]]) -> list[CaseCallback]:
        """By provider and case."""
        found: dict[tuple[str, int], CaseCallback] = {}
        async with self._database.read(*{home for home, _ in asked}) as session:
            connection = await session.connection()
            for home, case in dict.fromkeys(asked):
                values = {"home": home, "case": case}
                row = (await connection.execute(_OF_CASE, values)).first()
                ahead = (await connection.execute(_AHEAD, values)).scalar_one()
                agents = (await connection.execute(_THERE, {"home": home})).scalar_one()
                found[home, case] = CaseCallback(_callback_of(row) if row else None, ahead, agents)
        return [found[one] for one in asked]


def _callback_of(row: Any) -> Callback:
    """The call of a row."""
    return Callback(
        row.place,
        row.phone,
        row.asked_at,
        row.not_before,
        row.promised_at,
        row.attempts,
        row.missed,
        CallOutcome(row.outcome),
        row.ended_at,
    )
