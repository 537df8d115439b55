"""The tables of the knowledge base beside the articles: suggestions, agents' links, learned phrasings, versions.

All but the versions are rows of a provider with row-level security: they come from its cases. A version is the desk's
own row, as the article is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from desk.storage.base import Base, Instant, ProviderScopedRow


class ArticleOfferRow(ProviderScopedRow, Base):
    """One article suggested to a subscriber in one case. ``outcome`` is offered, helped or not_helped.

    That it was ignored, or that the person came back, is derived from the cases (`kb.learning.suggestion_outcomes`).
    """

    __tablename__ = "suggestions"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article: Mapped[str] = mapped_column(String(60), primary_key=True)
    language: Mapped[str] = mapped_column(String(8))
    score: Mapped[float] = mapped_column(Float)
    offered_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(12))
    outcome_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (Index("suggestions_came", "provider", "outcome_at"),)


class AgentArticleUseRow(ProviderScopedRow, Base):
    """How agents used an article in one case; ``article`` is "" where they said that none belongs to it.

    ``kind`` is shown (the desk showed it to them), not_useful, linked (it solved the case), drafted (it was written
    from the case) or none; ``note`` says why.
    """

    __tablename__ = "article_links"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    agent: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("article_links_at", "provider", "at"),)


class PhrasingRow(ProviderScopedRow, Base):
    """One person's words for what an article then solved. ``author`` is who confirmed it: "subscriber" or
    ``agent:<id>``.

    ``repeats`` is the case of the phrasing that this one repeats: it confirms that one, and takes its place when that
    one is taken back. ``refused`` says why the phrasing was not learned, or was taken back; such a row has no text, and
    its case is not looked at again.
    """

    __tablename__ = "learned_phrasings"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article: Mapped[str] = mapped_column(String(60), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger)
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(100))
    refused: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Instant)
    repeats: Mapped[int | None] = mapped_column(BigInteger)


class ArticleVersionRow(Base):
    """An edition as it read at some time; ``author`` is ``agent:<id>`` or "file", ``content`` has the columns of
    `kb.storage.article_versions.CONTENT_COLUMNS`."""

    __tablename__ = "article_versions"

    provider: Mapped[str] = mapped_column(String(64), primary_key=True)
    article: Mapped[str] = mapped_column(String(60), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    author: Mapped[str] = mapped_column(String(100))
    why: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(Instant)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
