"""Looks up the matter that was settled without a case number, for who says that its trouble is back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from desk.model.case import Case
from desk.model.states import CaseState
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database


@dataclass(frozen=True, slots=True)
class SettledBefore:
    """What such a matter was: the ids of its dialog and of the articles shown, and its description."""

    dialog: str = ""
    category: str = ""
    articles: tuple[str, ...] = ()
    description: str = ""


class SettledBeforeLookup:
    """Reads the latest one of the person that was settled by self-help while closed cases may still be reopened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """A `SettledBefore`; None for somebody new, or where there is none."""
        if round_.person_is_new:
            return None
        since = round_.now - round_.provider.waiting.reopen_within
        query = (
            select(Case.dialog, Case.category, Case.articles, Case.description)
            .where(Case.provider == round_.provider.name, Case.person_id == round_.person.id)
            .where(Case.state == CaseState.CLOSED.value, Case.registered_at.is_(None), Case.closed_at > since)
            .order_by(Case.closed_at.desc(), Case.id.desc())
            .limit(1)
        )
        async with self._database.read(round_.provider.name) as session:
            row = (await session.execute(query)).first()
        return SettledBefore(row.dialog, row.category, tuple(row.articles), row.description) if row else None
