"""People's confirmed words become phrasings of the article that helped them.

Confirmed is what a subscriber answered "it helped" to, or what an agent linked to the case.
`kb.learning.anonymise` leaves out of their first words what could identify anybody. A phrase belongs to the provider
whose subscriber said it, and serves no other.

`kb.learning.phrase_acceptance` decides which phrases are learned. A phrase is taken back when its person returns with
the same problem within a week, and by `firstline kb forget`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from desk.language.detect import language_of
from desk.model.case import Case
from desk.model.shared_facts import Account
from desk.model.subscribers import Person
from desk.storage.database import Database, insert_ignoring_duplicates
from desk.storage.ids import EPOCH
from kb.learning.phrase_acceptance import (
    DAY,
    MONTH,
    AcceptanceVerdict,
    ConfirmedWords,
    KnownPhrasings,
    anonymised_phrase,
    judge_phrase,
)
from kb.learning.suggestion_outcomes import ANSWER_TIMEOUT, RETURN_WINDOW, CaseReturnFacts, ReturnFinder
from kb.storage.article_store import ArticleEditionRow
from kb.storage.article_versions import bump_knowledge_counter
from kb.storage.phrase_store import TAKEN_BACK_REASONS, take_back_returned
from kb.storage.usage_queries import CASE_HISTORY_COLUMNS, case_history_of
from kb.storage.usage_tables import AgentArticleUseRow, ArticleOfferRow, PhrasingRow

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=2)
"""What was confirmed earlier has been looked at already."""
BATCH_SIZE = 200
RETURN_CHECK_INTERVAL = timedelta(minutes=1)
"""How often returned people are looked for."""

FindAccount = Callable[[str, str], Awaitable[Account | None]]
"""The account of a provider's contract, if there is one."""
SearchArticles = Callable[[str, str, str], Sequence[str]]
"""Searches articles (provider, text, language); ids, the best first."""


class PhraseLearner:
    """Looks every few seconds for newly confirmed words. Several may work at once: each case is learned from once."""

    def __init__(
        self, database: Database, providers: Iterable[str], find_account: FindAccount, search_articles: SearchArticles
    ) -> None:
        self._database = database
        self._providers = tuple(sorted(providers))
        self._find_account = find_account
        self._search_articles = search_articles
        self._last_return_check: datetime | None = None

    async def learn(self, now: datetime) -> int:
        """Learns from what was confirmed. Returns how many phrasings were learned."""
        async with self._database.read(*self._providers) as session:
            confirmed = await self._confirmed(session, now)
        learned = 0
        for one in confirmed:
            async with self._database.read(one.provider) as session:
                known = await _load_known_phrasings(session, one, now)
            verdict = await asyncio.to_thread(self._judge, one, known)
            learned += await self._keep(one, verdict, now)
        if (
            self._last_return_check is None
            or not self._last_return_check <= now < self._last_return_check + RETURN_CHECK_INTERVAL
        ):
            self._last_return_check = now
            await self.take_back(now)
        return learned

    def _judge(self, one: ConfirmedWords, known: KnownPhrasings) -> AcceptanceVerdict:
        def leads(text: str) -> Sequence[str]:
            return self._search_articles(one.provider, text, one.language)

        said = anonymised_phrase(one, known, leads)
        return judge_phrase(one, said, known, leads(said) if said and not one.by_agent else ())

    async def take_back(self, now: datetime) -> int:
        """Takes back what was learned from people who have the same problem again. Returns how many phrasings."""
        async with self._database.read(*self._providers) as session:
            back = await _load_returned(session, now)
        if not back:
            return 0
        async with self._database.write(*sorted({key[0] for key in back})) as session:
            gone = await take_back_returned(session, back)
        log.info("took back %d phrases of people who came back", gone)
        return gone

    async def _confirmed(self, session: AsyncSession, now: datetime) -> list[ConfirmedWords]:
        since = now - LOOK_BACK
        helped = _unlearned_query(ArticleOfferRow, literal("subscriber"), ArticleOfferRow.outcome == "helped")
        linked = _unlearned_query(
            AgentArticleUseRow, literal("agent:") + AgentArticleUseRow.agent, AgentArticleUseRow.kind == "linked"
        )
        whole = union_all(
            helped.where(ArticleOfferRow.outcome_at > since), linked.where(AgentArticleUseRow.at > since)
        ).subquery()
        rows = list((await session.execute(select(whole).order_by(whole.c.id).limit(BATCH_SIZE))).all())
        # A case can be confirmed twice: an agent's word counts more than a tap.
        rows.sort(key=lambda row: row.author, reverse=True)
        best = {(row.provider, row.id, row.article): row for row in rows}
        return [await self._as_confirmed(row) for row in best.values()]

    async def _as_confirmed(self, row: Any) -> ConfirmedWords:
        account = await self._find_account(row.provider, row.contract) if row.contract else None
        own = (row.name, row.contract, *((account.name, account.address, *account.logins) if account else ()))
        return ConfirmedWords(
            *(row.provider, row.id, row.article, row.person_id, row.author, row.description, row.language, own),
            contract=row.contract if account else "",
            is_proved=bool(row.proved and account),
        )

    async def _keep(self, one: ConfirmedWords, verdict: AcceptanceVerdict, now: datetime) -> int:
        """Records that the case was looked at, and what was learned from it."""
        async with self._database.write(one.provider) as session:
            connection = await session.connection()
            row = insert_ignoring_duplicates(connection, PhrasingRow.__table__).values(
                provider=one.provider,
                case_id=one.case_id,
                article=one.article,
                person_id=one.person_id,
                language=language_of(verdict.text) or one.language,
                text=verdict.text,
                author=one.author,
                refused=verdict.refusal,
                at=now,
                repeats=verdict.repeats,
            )
            taken = verdict.text and verdict.repeats is None
            new = bool((await connection.execute(row)).rowcount) and bool(taken)
            if new:
                await connection.execute(bump_knowledge_counter())
                log.info("article %s of %s learned a phrase from case %d", one.article, one.provider, one.case_id)
        return int(new)


def _unlearned_query(kind: Any, author: Any, *confirmed: Any) -> Select[Any]:
    """Confirmed rows that were not looked at yet, with the words of their case."""
    seen = and_(
        PhrasingRow.provider == kind.provider, PhrasingRow.case_id == kind.case_id, PhrasingRow.article == kind.article
    )
    return (
        select(
            *(kind.provider, kind.article, author.label("author"), Case.id, Case.person_id, Case.description),
            *(Case.contract, Case.proved, Case.language, Person.name),
        )
        .join(Case, and_(Case.provider == kind.provider, Case.id == kind.case_id))
        .join(Person, and_(Person.provider == Case.provider, Person.id == Case.person_id), isouter=True)
        .join(PhrasingRow, seen, isouter=True)
        .where(PhrasingRow.case_id.is_(None), *confirmed)
    )


async def _load_known_phrasings(session: AsyncSession, one: ConfirmedWords, now: datetime) -> KnownPhrasings:
    mine = PhrasingRow.provider == one.provider
    query = select(PhrasingRow.case_id, PhrasingRow.article, PhrasingRow.text, PhrasingRow.author, Case.proved).where(
        mine
    )
    rows = (
        await session.execute(_with_case(query).where(PhrasingRow.refused == "", PhrasingRow.repeats.is_(None)))
    ).all()
    here = [row for row in rows if row.article == one.article]
    counted = _with_case(select(func.count()).select_from(PhrasingRow)).where(
        mine, PhrasingRow.refused.in_(("", *TAKEN_BACK_REASONS))
    )
    whose = PhrasingRow.person_id == one.person_id
    if one.contract:
        whose = or_(whose, Case.contract == one.contract)
    taught = PhrasingRow.author == "subscriber"
    today = (PhrasingRow.article == one.article, PhrasingRow.at > now - DAY, PhrasingRow.repeats.is_(None), taught)
    articles = await session.execute(
        select(
            ArticleEditionRow.title, ArticleEditionRow.phrasings, ArticleEditionRow.body, ArticleEditionRow.environment
        ).where(ArticleEditionRow.id == one.article, ArticleEditionRow.provider.in_((one.provider, "")))
    )
    editions = articles.all()
    return KnownPhrasings(
        phrasings=[text for row in editions for text in (row.title, *row.phrasings)],
        bodies=[text for row in editions for text in (row.body, row.environment)],
        learned={row.case_id: row.text for row in here},
        other_articles=frozenset(row.text.casefold() for row in rows if row.article != one.article),
        count_of_person=int(await session.scalar(counted.where(whose, PhrasingRow.at > now - MONTH)) or 0),
        count_of_unproved=sum(row.author == "subscriber" and not row.proved for row in here),
        count_of_day=int(await session.scalar(counted.where(*today)) or 0),
    )


def _with_case(query: Any) -> Any:
    return query.join(Case, and_(Case.provider == PhrasingRow.provider, Case.id == PhrasingRow.case_id), isouter=True)


async def _load_returned(session: AsyncSession, now: datetime) -> list[tuple[str, int, str]]:
    """What was learned from subscribers within the week and is disproved by their return: provider, case and
    article."""
    said = and_(
        ArticleOfferRow.provider == PhrasingRow.provider,
        ArticleOfferRow.case_id == PhrasingRow.case_id,
        ArticleOfferRow.article == PhrasingRow.article,
    )
    standing = (
        PhrasingRow.refused == "",
        PhrasingRow.author == "subscriber",
        PhrasingRow.at > now - RETURN_WINDOW - LOOK_BACK,
    )
    query = select(PhrasingRow.article, ArticleOfferRow.outcome_at, *CASE_HISTORY_COLUMNS).join(ArticleOfferRow, said)
    rows = (await session.execute(_with_case(query).where(*standing, ArticleOfferRow.outcome_at.is_not(None)))).all()
    mine = [(row.article, row.outcome_at, case_history_of(row)) for row in rows]
    returns = ReturnFinder(await _load_later_cases(session, [one for _, _, one in mine], now))
    return [(one.provider, one.case_id, article) for article, at, one in mine if returns.has_returned(one, at)]


async def _load_later_cases(
    session: AsyncSession, those: Sequence[CaseReturnFacts], now: datetime
) -> list[CaseReturnFacts]:
    """Later cases of the same people, or of others under the same contracts, as soon as their subject is known."""
    since = now - LOOK_BACK - ANSWER_TIMEOUT
    people, contracts = {one.person for one in those}, {one.contract for one in those if one.contract}
    # Ids grow with time (`desk.storage.ids`), and of contracts there is no index.
    first_id = int((since - EPOCH).total_seconds() * 1000) << 22
    found: dict[tuple[str, int], CaseReturnFacts] = {}
    for whose in (Case.person_id.in_(people), and_(Case.id >= first_id, Case.contract.in_(contracts))):
        rows = (
            await session.execute(select(*CASE_HISTORY_COLUMNS).where(Case.opened_at > since, whose)) if those else ()
        )
        found |= {(one.provider, one.case_id): one for one in map(case_history_of, rows)}
    return [one for one in found.values() if _is_subject_known(one, now)]


def _is_subject_known(one: CaseReturnFacts, now: datetime) -> bool:
    return bool(one.articles or one.dialog or one.is_finished or now >= one.opened_at + ANSWER_TIMEOUT)
