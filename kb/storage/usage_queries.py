"""Queries of how articles were used: what came of suggestions, and what agents linked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from desk.model.case import Case
from desk.model.states import FINAL, CaseState
from kb.learning.suggestion_outcomes import (
    RETURN_WINDOW,
    CaseReturnFacts,
    RecordedSuggestion,
    ReturnFinder,
    SettledSuggestion,
    outcome_of,
)
from kb.storage.usage_tables import AgentArticleUseRow, ArticleOfferRow, ArticleVersionRow

CASE_HISTORY_COLUMNS = (
    *(Case.id, Case.provider, Case.person_id, Case.contract, Case.opened_at, Case.dialog, Case.articles),
    *(Case.registered_at, Case.state),
)
_FINAL = frozenset(state.value for state in FINAL)


@dataclass(frozen=True, slots=True)
class AgentArticleUse:
    """An agent's link of an article, in a case of that language."""

    provider: str
    case_id: int
    article: str
    language: str
    kind: str
    agent: str
    note: str


async def load_outcomes(
    session: AsyncSession, since: datetime, now: datetime, window: timedelta = RETURN_WINDOW
) -> list[SettledSuggestion]:
    """The outcome of every suggestion made since, of the session's providers, the oldest first."""
    cases = await session.execute(select(*CASE_HISTORY_COLUMNS).where(Case.opened_at >= since))
    returns = ReturnFinder(case_history_of(row) for row in cases)
    query = (
        select(
            *(
                ArticleOfferRow.article,
                ArticleOfferRow.language,
                ArticleOfferRow.outcome,
                ArticleOfferRow.offered_at,
            ),
            *(ArticleOfferRow.outcome_at, *CASE_HISTORY_COLUMNS),
        )
        .join(Case, and_(Case.provider == ArticleOfferRow.provider, Case.id == ArticleOfferRow.case_id))
        .where(ArticleOfferRow.offered_at >= since)
        .order_by(ArticleOfferRow.offered_at)
    )
    found = []
    for row in await session.execute(query):
        suggested = RecordedSuggestion(
            row.article, row.language, case_history_of(row), row.outcome, row.offered_at, answered_at=row.outcome_at
        )
        found.append(outcome_of(suggested, returns, now, window))
    return found


async def load_agent_links(session: AsyncSession, since: datetime) -> list[AgentArticleUse]:
    """Agents' links since."""
    query = (
        select(
            *(
                AgentArticleUseRow.provider,
                AgentArticleUseRow.case_id,
                AgentArticleUseRow.article,
                Case.language,
                AgentArticleUseRow.kind,
            ),
            *(AgentArticleUseRow.agent, AgentArticleUseRow.note),
        )
        .join(Case, and_(Case.provider == AgentArticleUseRow.provider, Case.id == AgentArticleUseRow.case_id))
        .where(AgentArticleUseRow.at >= since)
        .order_by(AgentArticleUseRow.at)
    )
    return [AgentArticleUse(*row) for row in await session.execute(query)]


async def load_uncovered_cases(session: AsyncSession, since: datetime) -> list[Case]:
    """Cases that agents solved since and that have no article linked to or written from them, the oldest first."""
    covered = (
        AgentArticleUseRow.provider == Case.provider,
        AgentArticleUseRow.case_id == Case.id,
        AgentArticleUseRow.kind.in_(("linked", "drafted")),
    )
    query = (
        select(Case)
        .where(Case.resolved_at >= since, Case.registered_at.is_not(None))
        .where(Case.state.in_((CaseState.RESOLVED, CaseState.CLOSED)), ~exists().where(*covered))
        .order_by(Case.id)
    )
    return list((await session.scalars(query)).all())


async def last_edits(connection: AsyncConnection, providers: Sequence[str]) -> dict[str, datetime]:
    """When each article was last edited in the database, by id."""
    query = select(ArticleVersionRow.article, func.max(ArticleVersionRow.at).label("at")).group_by(
        ArticleVersionRow.article
    )
    rows = await connection.execute(query.where(ArticleVersionRow.provider.in_((*providers, ""))))
    return {row.article: row.at for row in rows}


def case_history_of(row: object) -> CaseReturnFacts:
    """Reads the columns of `CASE_HISTORY_COLUMNS`."""
    get = row._mapping  # type: ignore[attr-defined]
    over = bool(get["registered_at"]) or get["state"] in _FINAL
    return CaseReturnFacts(
        case_id=get["id"],
        provider=get["provider"],
        person=get["person_id"],
        contract=get["contract"],
        opened_at=get["opened_at"],
        dialog=get["dialog"],
        articles=tuple(get["articles"]),
        is_finished=over,
    )
