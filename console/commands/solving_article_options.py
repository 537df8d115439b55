"""Which article solved a case: the options that say so, for ``resolve`` and ``kb link``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from console.terminal.command_context import NO_SUCH, USAGE, refuse
from desk.language.translatable import sentence
from desk.model.agent_operations import ArticleAnswer, DeclareNoArticle, DraftArticle, LinkArticle
from desk.model.operations.base import AgentOperation

if TYPE_CHECKING:
    from desk.storage.database import Database


@dataclass(frozen=True, slots=True)
class ResolvingArticleOptions:
    """What was said of articles; nothing at all is allowed."""

    article: str = ""
    draft: bool = False
    reason: str = ""

    def answer(self) -> ArticleAnswer | None:
        """What was said, as an operation; None when nothing was. Ends the command when it contradicts itself."""
        if sum(map(bool, (self.article, self.draft, self.reason))) > 1:
            refuse(sentence("--article, --draft and --no-article exclude each other"), USAGE)
        if self.article:
            return LinkArticle(self.article)
        if self.draft:
            return DraftArticle()
        return DeclareNoArticle(self.reason) if self.reason else None


def article_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the three options, and hands them over as ``choice``."""

    @wraps(command)
    def with_article_options(*first: Any, article: str, draft: bool, no_article: str, **rest: Any) -> None:
        command(*first, choice=ResolvingArticleOptions(article.strip(), draft, no_article.strip()), **rest)

    options = (
        click.option("--article", metavar="ID", default="", help="The article that solved it."),
        click.option("--draft", is_flag=True, help="Begin an article from this case: its words, its steps."),
        click.option("--no-article", metavar="WHY", default="", help="Why no article is needed."),
    )
    made: Callable[..., None] = with_article_options
    for option in reversed(options):
        made = option(made)
    return made


async def require_article(database: Database, provider: str, answer: AgentOperation | None) -> None:
    """Ends the command when the article it names is not there: nothing is half done then."""
    if not isinstance(answer, LinkArticle):
        return
    from sqlalchemy import select  # noqa: PLC0415  # help should not wait for the database's library

    from kb.storage.article_store import ArticleEditionRow  # noqa: PLC0415

    query = select(ArticleEditionRow.id).where(
        ArticleEditionRow.id == answer.article, ArticleEditionRow.provider.in_((provider, ""))
    )
    async with database.look() as connection:
        if (await connection.execute(query.where(ArticleEditionRow.confidence != "archived"))).first() is None:
            refuse(
                sentence("there is no article {article}: see 'firstline kb articles'", article=repr(answer.article)),
                NO_SUCH,
            )
