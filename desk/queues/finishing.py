"""Arrivals that are decided: what became of each, written in the transaction of the decision."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, JSON, BigInteger, Text, bindparam, cast, column, func, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from desk.model.arrival_outcomes import OperationRefused, Outcome, stored_outcome
from desk.storage.queue_and_lease_tables import arrivals, is_waiting


@dataclass(frozen=True, slots=True)
class ArrivalResult:
    """What became of one arrival: its outcome, the case it is kept in, and the rules that decided, in order.

    ``joined_to`` is the arrival that it was decided with, as a piece of one message; None for all others.
    """

    outcome: Outcome
    case_id: int | None
    decided_by: Sequence[str]
    joined_to: int | None = None


async def finish(
    connection: AsyncConnection,
    holder: str,
    results: Mapping[int, ArrivalResult],
    now: datetime,
    known_at: datetime | None = None,
) -> bool:
    """Within the worker's transaction: these are done. False when one was taken from us: roll everything back.

    ``known_at`` is when the articles had been read that were known then, where there are any.
    """
    rows = [
        {
            "row": row,
            "became": stored_outcome(one.outcome),
            "of_case": one.case_id,
            "names": dict(one.outcome.names)
            if isinstance(one.outcome, OperationRefused) and one.outcome.names
            else None,
            "rules": " ".join(one.decided_by),
            "piece_of": one.joined_to,
        }
        for row, one in results.items()
    ]
    done = {"by": holder, "now": now, "known": known_at}
    if len(rows) == 1:
        return (await connection.execute(_FINISH_ONE, {**rows[0], **done})).rowcount == 1
    if connection.dialect.name == "postgresql":
        # A row written once is a third less to write, and to sweep away.
        columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
        columns["names"] = [names and json.dumps(names) for names in columns["names"]]
        return (await connection.execute(_FINISH_MANY, {**columns, **done})).rowcount == len(results)
    if (await connection.execute(_FINISH, {"ids": list(results), **done})).rowcount != len(results):
        return False
    await connection.execute(_OUTCOME, rows)
    return True


_DECIDED: dict[str, Any] = {
    "outcome": bindparam("became"),
    "case_id": bindparam("of_case"),
    "outcome_names": bindparam("names", type_=JSON(none_as_null=True)),
    "decided_by": bindparam("rules"),
    "joined_to": bindparam("piece_of"),
}
_DONE: dict[str, Any] = {
    "state": "done",
    "holder": None,
    "held_until": None,
    "decided_at": bindparam("now"),
    "known_at": bindparam("known"),
}
_FINISH_ONE = (
    update(arrivals)
    .where(arrivals.c.id == bindparam("row"), arrivals.c.holder == bindparam("by"), is_waiting(arrivals))
    .values(**_DONE, **_DECIDED)
)
_FINISH = (
    update(arrivals)
    .where(arrivals.c.id.in_(bindparam("ids", expanding=True)), arrivals.c.holder == bindparam("by"))
    .where(is_waiting(arrivals))
    .values(**_DONE)
)
_KINDS: dict[str, TypeEngine[Any]] = {
    "row": BigInteger(),
    "became": Text(),
    "of_case": BigInteger(),
    "names": Text(),
    "rules": Text(),
    "piece_of": BigInteger(),
}
_rows = (
    func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _KINDS.items()))
    .table_valued(*(column(name, kind) for name, kind in _KINDS.items()))
    .render_derived()
)
_FINISH_MANY = (
    update(arrivals)
    .where(arrivals.c.id == _rows.c.row, arrivals.c.holder == bindparam("by"), is_waiting(arrivals))
    .values(
        **_DONE,
        outcome=_rows.c.became,
        case_id=_rows.c.of_case,
        outcome_names=cast(_rows.c.names, JSON),
        decided_by=_rows.c.rules,
        joined_to=_rows.c.piece_of,
    )
)
_OUTCOME = update(arrivals).where(arrivals.c.id == bindparam("row")).values(**_DECIDED)
