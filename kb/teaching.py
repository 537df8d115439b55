"""People's confirmed words become phrasings of the article that helped them: the largest lever a matcher has.

Confirmed is what a subscriber answered "it helped" to, or what an agent linked to the case. From their first words
`kb.phrases` takes what names nobody. A phrase belongs to the provider whose subscriber said it, and serves no other.
What one person can teach is little (`OF_PERSON`), what an article learns is bounded (`OF_ARTICLE`), and only words
that led to the article, or that an agent put there, are ever learned: so nobody can talk the desk into nonsense.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import Select, and_, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from desk.case import Case
from desk.database import Database, insert_new
from desk.knowledge import Account
from desk.language import language_of
from desk.people import Person
from kb.normal import words
from kb.phrases import phrase
from kb.reading import Article
from kb.shelf import ArticleRow
from kb.tables import LearnedRow, LinkRow, SuggestionRow
from kb.versions import stamped

log = logging.getLogger(__name__)

LOOKS_BACK = timedelta(days=2)
"""What was confirmed earlier has been looked at long ago."""
TOGETHER = 200
OF_ARTICLE = 40
"""Learned phrasings of one article with one provider: more are the same words again."""
OF_PERSON, MONTH = 3, timedelta(days=30)
"""Phrases one person may teach in a month."""
REPEAT = 90.0
"""`fuzz.token_sort_ratio` from which a phrase says what another says already."""

Accounts = Callable[[str, str], Account | None]
"""The account of a provider's contract, if there is one."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Words that led to an article, and who confirmed that it was the right one."""

    provider: str
    case_id: int
    article: str
    person_id: int
    author: str
    text: str
    language: str
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known already: all phrasings of the article, those of other articles learned before, and the counts."""

    phrasings: Sequence[str]
    elsewhere: frozenset[str] = frozenset()
    of_article: int = 0
    of_person: int = 0


def judged(one: Confirmed, known: Known) -> tuple[str, str]:
    """The phrase to be learned, and ""; or "" and why there is none."""
    said = phrase(one.text, one.secrets)
    if not said or not words(said):
        return "", "nothing that names nobody"
    if known.of_person >= OF_PERSON:
        return "", "enough of this person"
    if known.of_article >= OF_ARTICLE:
        return "", "enough of this article"
    if said.casefold() in known.elsewhere:
        return "", "said of another article"
    if any(fuzz.token_sort_ratio(said.casefold(), other.casefold()) >= REPEAT for other in known.phrasings):
        return "", "a repeat"
    return said, ""


class Teacher:
    """Looks every few seconds at what was confirmed meanwhile. Several may work at once: each case teaches once."""

    def __init__(self, database: Database, providers: Iterable[str], accounts: Accounts) -> None:
        self._database = database
        self._providers = tuple(sorted(providers))
        self._accounts = accounts

    async def learn(self, now: datetime) -> int:
        """Returns how many phrases were learned."""
        async with self._database.read(*self._providers) as session:
            confirmed = await self._confirmed(session, now)
        learned = 0
        for one in confirmed:
            async with self._database.read(one.provider) as session:
                known = await _known(session, one, now)
            learned += await self._keep(one, *judged(one, known), now)
        return learned

    async def _confirmed(self, session: AsyncSession, now: datetime) -> list[Confirmed]:
        since = now - LOOKS_BACK
        helped = _telling(SuggestionRow, literal("subscriber"), SuggestionRow.outcome == "helped")
        linked = _telling(LinkRow, literal("agent:") + LinkRow.agent, LinkRow.kind == "linked")
        whole = union_all(helped.where(SuggestionRow.outcome_at > since), linked.where(LinkRow.at > since)).subquery()
        rows = list((await session.execute(select(whole).order_by(whole.c.id).limit(TOGETHER))).all())
        # A case can be confirmed twice: an agent's word counts more than a tap.
        rows.sort(key=lambda row: row.author, reverse=True)
        best = {(row.provider, row.id, row.article): row for row in rows}
        return [self._as_confirmed(row) for row in best.values()]

    def _as_confirmed(self, row: Any) -> Confirmed:
        account = self._accounts(row.provider, row.contract) if row.contract else None
        own = (row.name, row.contract, *((account.name, account.address, *account.logins) if account else ()))
        return Confirmed(
            row.provider, row.id, row.article, row.person_id, row.author, row.description, row.language, own
        )

    async def _keep(self, one: Confirmed, said: str, refused: str, now: datetime) -> int:
        """Writes down that the case was looked at, and what was learned of it."""
        async with self._database.write(one.provider) as session:
            connection = await session.connection()
            row = insert_new(connection, LearnedRow.__table__).values(
                provider=one.provider,
                case_id=one.case_id,
                article=one.article,
                person_id=one.person_id,
                language=language_of(said) or one.language,
                text=said,
                author=one.author,
                refused=refused,
                at=now,
            )
            new = bool((await connection.execute(row)).rowcount) and bool(said)
            if new:
                await connection.execute(stamped())
                log.info("article %s of %s learned a phrase from case %d", one.article, one.provider, one.case_id)
        return int(new)


def _telling(kind: Any, author: Any, *confirmed: Any) -> Select[Any]:
    """Confirmed rows that nobody has looked at, with the words of their case."""
    seen = and_(
        LearnedRow.provider == kind.provider, LearnedRow.case_id == kind.case_id, LearnedRow.article == kind.article
    )
    return (
        select(
            *(kind.provider, kind.article, author.label("author"), Case.id, Case.person_id, Case.description),
            *(Case.contract, Case.language, Person.name),
        )
        .join(Case, and_(Case.provider == kind.provider, Case.id == kind.case_id))
        .join(Person, and_(Person.provider == Case.provider, Person.id == Case.person_id), isouter=True)
        .join(LearnedRow, seen, isouter=True)
        .where(LearnedRow.case_id.is_(None), *confirmed)
    )


async def _known(session: AsyncSession, one: Confirmed, now: datetime) -> Known:
    mine = LearnedRow.provider == one.provider
    taken = LearnedRow.refused == ""
    learned = select(LearnedRow.text, LearnedRow.article).where(mine, taken)
    of_article = [row.text for row in await session.execute(learned.where(LearnedRow.article == one.article))]
    others = {row.text.casefold() for row in await session.execute(learned.where(LearnedRow.article != one.article))}
    months = (LearnedRow.person_id == one.person_id, LearnedRow.at > now - MONTH)
    of_person = await session.scalar(select(func.count()).select_from(LearnedRow).where(mine, taken, *months))
    rows = await session.execute(
        select(ArticleRow.title, ArticleRow.phrasings).where(
            ArticleRow.id == one.article, ArticleRow.provider.in_((one.provider, ""))
        )
    )
    written = [text for row in rows for text in (row.title, *row.phrasings)]
    return Known([*written, *of_article], frozenset(others), len(of_article), int(of_person or 0))


async def learned(session: AsyncSession) -> list[tuple[str, str, str, str]]:
    """Everything learned by the session's providers, the oldest first: provider, article, language, phrase."""
    query = select(LearnedRow.provider, LearnedRow.article, LearnedRow.language, LearnedRow.text)
    rows = await session.execute(query.where(LearnedRow.refused == "").order_by(LearnedRow.at, LearnedRow.case_id))
    return [(row.provider, row.article, row.language, row.text) for row in rows]


def taught(articles: Sequence[Article], phrases: Iterable[tuple[str, str, str, str]]) -> list[Article]:
    """The articles with what was learned. Where a provider's people taught a shared article, that provider gets its own
    copy of it, and the others keep theirs as it is."""
    every: dict[tuple[str, str], Article] = {(one.provider, one.id): one for one in articles}
    for provider, id, language, text in phrases:
        base = every.get((provider, id)) or every.get(("", id))
        if base is not None:
            every[provider, id] = _with(base, provider, language, text)
    return list(every.values())


def _with(article: Article, provider: str, language: str, text: str) -> Article:
    edition = article.edition(language)
    more = dataclasses.replace(edition, phrasings=(*edition.phrasings, text))
    editions: Mapping[str, Any] = {**article.editions, edition.language: more}
    return dataclasses.replace(article, provider=provider, editions=editions)
