"""What was learned of people's words: read, listed, and taken back.

A phrase is the provider's whose subscriber said it. It stands as long as anybody's word for it does: whoever said the
same again confirms it, and their words take its place should it go. What went leaves a row without any words, so that
its case does not teach a second time.
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
from kb.storage.tables import PhrasingRow

PERSON_RETURNED, FORGOTTEN_BY_COMMAND = "came back", "forgotten"
"""Why a phrase went: its person had the same again within the week; somebody wanted it gone."""
TAKEN_BACK_REASONS = (PERSON_RETURNED, FORGOTTEN_BY_COMMAND)
_IS_ACTIVE = PhrasingRow.refused == ""


@dataclass(frozen=True, slots=True)
class LearnedPhrase:
    """A phrasing that was learned; ``people`` said it, ``author`` is who confirmed the first of them."""

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
        """Names it in a command: ten characters."""
        return sha256_of(self.provider, self.article, str(self.case_id))[:10]


async def load_phrases(session: AsyncSession, article: str = "") -> list[LearnedPhrase]:
    """What the session's providers were taught, by article, the oldest first."""
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
    """Everything learned by the session's providers, the oldest first: provider, article, language, phrase."""
    query = select(PhrasingRow.provider, PhrasingRow.article, PhrasingRow.language, PhrasingRow.text)
    standing = query.where(_IS_ACTIVE, PhrasingRow.repeats.is_(None)).order_by(PhrasingRow.at, PhrasingRow.case_id)
    return [(row.provider, row.article, row.language, row.text) for row in await session.execute(standing)]


def with_learned_phrasings(articles: Sequence[Article], phrases: Iterable[tuple[str, str, str, str]]) -> list[Article]:
    """The articles with what was learned. Where a provider's people taught a shared article, that provider gets its own
    copy of it, and the others keep theirs as it is."""
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
    """Takes a phrase back, and whatever confirms it. Returns how many people's words went."""
    this = (PhrasingRow.provider == phrase.provider, PhrasingRow.article == phrase.article)
    said = or_(PhrasingRow.case_id == phrase.case_id, PhrasingRow.repeats == phrase.case_id)
    return await _take_back(session, FORGOTTEN_BY_COMMAND, *this, said)


async def forget_person(session: AsyncSession, provider: str, person_id: int, contract: str = "") -> int:
    """Takes back everything a person taught, also from other addresses under the same contract. Returns how much."""
    whose = PhrasingRow.person_id == person_id
    if contract:
        cases = select(Case.id).where(Case.provider == provider, Case.contract == contract)
        whose = or_(whose, PhrasingRow.case_id.in_(cases))
    return await _take_back(session, FORGOTTEN_BY_COMMAND, PhrasingRow.provider == provider, whose)


async def take_back_returned(session: AsyncSession, keys: Sequence[tuple[str, int, str]]) -> int:
    """Takes back what these cases taught (provider, case, article): their people had the same again."""
    these = tuple_(PhrasingRow.provider, PhrasingRow.case_id, PhrasingRow.article).in_(keys)
    return await _take_back(session, PERSON_RETURNED, these)


async def _take_back(session: AsyncSession, why: str, *which: ColumnElement[bool]) -> int:
    """Empties these rows. Where others confirmed a phrase that goes, the first of them says it from now on."""
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
