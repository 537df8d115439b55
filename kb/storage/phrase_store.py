"""Learned phrasings: loaded, listed, and taken back.

A phrasing belongs to the provider whose subscriber said it. It stays as long as one person's words confirm it: repeats
by other people confirm it, and one of them takes its place when it is taken back. A row that was taken back has no text
any more, but stays, so that its case is not learned from a second time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from desk.model.case import Case
from kb.content.article_files import Article, sha256_of
from kb.storage.article_versions import bump_knowledge_counter
from kb.storage.usage_tables import PhrasingRow

PERSON_RETURNED, FORGOTTEN_BY_COMMAND = "came back", "forgotten"
"""Why a phrasing was taken back: its person had the same problem again within the week, or an operator removed it."""
TAKEN_BACK_REASONS = (PERSON_RETURNED, FORGOTTEN_BY_COMMAND)
_IS_ACTIVE = PhrasingRow.refused == ""


@dataclass(frozen=True, slots=True)
class LearnedPhrase:
    """A learned phrasing; ``people`` said it, ``author`` is who confirmed the first of them."""

    provider: str
    article: str
    language: str
    text: str
    case_id: int
    author: str
    at: datetime
    people: int

    @property
    def id(self) -> str:
        """Identifies it in a command: ten characters."""
        return sha256_of(self.provider, self.article, str(self.case_id))[:10]


async def load_phrases(session: AsyncSession, article: str = "") -> list[LearnedPhrase]:
    """The learned phrasings of the session's providers, by article, the oldest first."""
    query = select(PhrasingRow).where(_IS_ACTIVE).order_by(PhrasingRow.provider, PhrasingRow.article, PhrasingRow.at)
    rows = (await session.scalars(query.where(PhrasingRow.article == article) if article else query)).all()
    said: dict[tuple[str, str, int], set[int]] = {}
    for row in rows:
        said.setdefault((row.provider, row.article, row.repeats or row.case_id), set()).add(row.person_id)
    return [
        LearnedPhrase(
            *(row.provider, row.article, row.language, row.text, row.case_id, row.author, row.at),
            people=len(said[row.provider, row.article, row.case_id]),
        )
        for row in rows
        if row.repeats is None
    ]


async def load_learned_phrasings(session: AsyncSession) -> list[tuple[str, str, str, str]]:
    """Everything learned by the session's providers, the oldest first: provider, article, language, phrasing."""
    query = select(PhrasingRow.provider, PhrasingRow.article, PhrasingRow.language, PhrasingRow.text)
    standing = query.where(_IS_ACTIVE, PhrasingRow.repeats.is_(None)).order_by(PhrasingRow.at, PhrasingRow.case_id)
    return [(row.provider, row.article, row.language, row.text) for row in await session.execute(standing)]


def with_learned_phrasings(articles: Sequence[Article], phrases: Iterable[tuple[str, str, str, str]]) -> list[Article]:
    """The articles with their learned phrasings. Where a provider learned for a shared article, it gets a copy of its
    own, and other providers keep the shared one as it is."""
    every: dict[tuple[str, str], Article] = {(one.provider, one.id): one for one in articles}
    for provider, id, language, text in phrases:
        base = every.get((provider, id)) or every.get(("", id))
        if base is not None:
            every[provider, id] = _with_phrasing(base, provider, language, text)
    return list(every.values())


def _with_phrasing(article: Article, provider: str, language: str, text: str) -> Article:
    edition = article.edition(language)
    more = dataclasses.replace(edition, phrasings=(*edition.phrasings, text))
    editions: Mapping[str, Any] = {**article.editions, edition.language: more}
    return dataclasses.replace(article, provider=provider, editions=editions)


async def forget_phrase(session: AsyncSession, phrase: LearnedPhrase) -> int:
    """Takes a phrasing back, and the repeats that confirm it. Returns how many rows were emptied."""
    this = (PhrasingRow.provider == phrase.provider, PhrasingRow.article == phrase.article)
    said = or_(PhrasingRow.case_id == phrase.case_id, PhrasingRow.repeats == phrase.case_id)
    return await _take_back(session, FORGOTTEN_BY_COMMAND, *this, said)


async def forget_person(session: AsyncSession, provider: str, person_id: int, contract: str = "") -> int:
    """Takes back everything learned from a person, also from other addresses under the same contract. Returns how
    much."""
    whose = PhrasingRow.person_id == person_id
    if contract:
        cases = select(Case.id).where(Case.provider == provider, Case.contract == contract)
        whose = or_(whose, PhrasingRow.case_id.in_(cases))
    return await _take_back(session, FORGOTTEN_BY_COMMAND, PhrasingRow.provider == provider, whose)


async def take_back_returned(session: AsyncSession, keys: Sequence[tuple[str, int, str]]) -> int:
    """Takes back what was learned from these cases (provider, case, article): their people had the same problem
    again."""
    these = tuple_(PhrasingRow.provider, PhrasingRow.case_id, PhrasingRow.article).in_(keys)
    return await _take_back(session, PERSON_RETURNED, these)


async def _take_back(session: AsyncSession, why: str, *which: ColumnElement[bool]) -> int:
    """Empties these rows. Where others confirmed a phrasing that goes, the first of them takes its place."""
    gone = (await session.scalars(select(PhrasingRow).where(_IS_ACTIVE, *which))).all()
    for row in gone:
        row.text, row.refused = "", why
    await session.flush()
    for row in gone:
        if row.repeats is None:
            await _promote_repeat(session, row)
        row.repeats = None
    await session.flush()
    if gone:
        await session.execute(bump_knowledge_counter())
    return len(gone)


async def _promote_repeat(session: AsyncSession, gone: PhrasingRow) -> None:
    this = (PhrasingRow.provider == gone.provider, PhrasingRow.article == gone.article)
    confirming = select(PhrasingRow).where(_IS_ACTIVE, *this, PhrasingRow.repeats == gone.case_id)
    heirs = (await session.scalars(confirming.order_by(PhrasingRow.at, PhrasingRow.case_id))).all()
    for number, heir in enumerate(heirs):
        heir.repeats = heirs[0].case_id if number else None
    await session.flush()
