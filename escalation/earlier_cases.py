"""The earlier cases of a person, for the card of a new one: an agent sees at once what came back (A10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from desk.model.case import Case
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database

LATELY, LONG = timedelta(days=30), timedelta(days=90)
MOST = 20
"""Earlier cases that are kept with a new one."""
INTERMITTENT = 3
"""With so many cases of one symptom within `LATELY`, this one among them, a trouble comes and goes."""


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """One registered case of the same person."""

    number: str
    at: datetime
    dialog: str
    category: str
    state: str


@dataclass(frozen=True, slots=True)
class EarlierCases:
    """Those of the last ninety days, the latest first."""

    cases: tuple[EarlierCase, ...] = ()


class EarlierCasesLookup:
    """Reads the earlier cases of whoever's case gets its number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """`EarlierCases`, without the case in hand; None for somebody who never wrote before."""
        if round_.person_is_new:
            return None
        case = round_.case
        query = (
            select(Case.number, Case.registered_at, Case.dialog, Case.category, Case.state)
            .where(Case.provider == round_.provider.name, Case.person_id == round_.person.id, Case.id != case.id)
            .where(Case.registered_at > round_.now - LONG)
            .order_by(Case.registered_at.desc(), Case.id.desc())
            .limit(MOST)
        )
        async with self._database.read(round_.provider.name) as session:
            rows = (await session.execute(query)).all()
        return EarlierCases(
            tuple(EarlierCase(row.number or "", row.registered_at, row.dialog, row.category, row.state) for row in rows)
        )


def history_of(case: Case, earlier: EarlierCases | None) -> list[dict[str, Any]]:
    """The earlier cases as `Case.history` keeps them; ``same`` where the trouble was of the same kind."""
    found = earlier.cases if earlier else ()
    return [
        {"number": one.number, "at": one.at.isoformat(timespec="seconds"), "state": one.state, "same": _same(case, one)}
        for one in found
    ]


def _same(case: Case, one: EarlierCase) -> bool:
    if case.dialog and one.dialog:
        return case.dialog == one.dialog
    return bool(case.category) and case.category == one.category


def same_within(history: Sequence[Mapping[str, Any]], span: timedelta, now: datetime) -> int:
    """How many of them were of the same kind and began within so long."""
    return sum(bool(one["same"]) and now - datetime.fromisoformat(one["at"]) <= span for one in history)
