"""Looks up the matter that was settled without a case number, for who says that its trouble is back, or
that it shall not be called off after all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from desk.model.case import Case
from desk.model.states import CaseState
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database

_SETTLED_OR_CALLED_OFF = or_(
    Case.state == CaseState.CLOSED.value,
    and_(Case.state == CaseState.CANCELLED.value, Case.reason == "called_off"),
)


_ENDED_AT = func.coalesce(Case.closed_at, Case.updated_at)
"""What was called off has no time of closing, and nothing happens to it afterwards."""


@dataclass(frozen=True, slots=True)
class SettledBefore:
    """What such a matter was: the ids of its dialog and of the articles shown, and its description."""

    dialog: str = ""
    category: str = ""
    articles: tuple[str, ...] = ()
    description: str = ""
    called_off: bool = False


class SettledBeforeLookup:
    """Reads the latest one of the person that was settled by self-help, or called off, while closed cases may still be
    reopened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """A `SettledBefore`; None for somebody new, or where there is none."""
        if round_.person_is_new:
            return None
        since = round_.now - round_.provider.waiting.reopen_within
        query = (
            select(Case.dialog, Case.category, Case.articles, Case.description, Case.state)
            .where(Case.provider == round_.provider.name, Case.person_id == round_.person.id)
            .where(_SETTLED_OR_CALLED_OFF, Case.registered_at.is_(None), since < _ENDED_AT)
            .order_by(_ENDED_AT.desc(), Case.id.desc())
            .limit(1)
        )
        async with self._database.read(round_.provider.name) as session:
            row = (await session.execute(query)).first()
        if row is None:
            return None
        called_off = row.state == CaseState.CANCELLED.value
        return SettledBefore(row.dialog, row.category, tuple(row.articles), row.description, called_off)
