"""The look-ups of this package: articles for what a subscriber said and for an agent's case, found in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy import select

from desk.model.agent_operations import (
    AddNote,
    ArticleAnswer,
    DraftArticle,
    LinkArticle,
    MarkArticlesNotUseful,
    Resolve,
    SuggestArticles,
    Take,
)
from desk.model.case import Case
from desk.model.core_facts import ActingAgent
from desk.model.events import OfSubscriber, OperationOrdered, TimerFired
from desk.model.journal import JournalEntry
from desk.model.provider_files import Provider
from desk.model.shared_facts import (
    Account,
    ArticlesNamedByDialog,
    ArticleSuggestion,
    ArticleSuggestions,
    Identification,
)
from desk.model.subscribers import Person
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database
from desk.storage.query_batching import QueryBatcher
from kb.agent_rules import (
    REMINDER_TIMER,
    AgentArticle,
    KnowledgeForAgentCommand,
    article_answer,
    article_button_key,
)
from kb.learning.drafts import ArticleDraft, build_draft, draft_id
from kb.search.knowledge_of_all_providers import KnowledgeOfAllProviders
from kb.storage.article_store import ArticleEditionRow
from kb.storage.article_versions import last_authors
from kb.storage.usage_tables import AgentArticleUseRow

MAX_TEXT_LENGTH = 600
"""Characters of a text that is searched for: no question needs to be longer."""
MOST_FOR_AGENT = 3
"""Articles that an agent is shown at once."""
_ASKING = (Take, AddNote, Resolve, SuggestArticles, MarkArticlesNotUseful)
"""Operations for which the articles of the case are looked up."""


class SuggestionsLookup:
    """Finds `desk.model.shared_facts.ArticleSuggestions` where an article may still be suggested; else None."""

    def __init__(self, knowledge: KnowledgeOfAllProviders) -> None:
        self._knowledge = knowledge
        self._batcher = QueryBatcher(self._suggest_all)

    async def __call__(self, round_: Round) -> object | None:
        """Searches for the description so far, or else for what was said now."""
        case, inbound = round_.case, round_.inbound
        early = not case.registered and not case.articles and not case.dialog
        if not early or not isinstance(inbound.event, OfSubscriber):
            return None
        text = case.description or inbound.text
        if not text.strip():
            return None
        asked = round_.facts.need(Provider).name, text[:MAX_TEXT_LENGTH], case.language
        return self._knowledge.suggested_before(*asked) or await self._batcher.ask(asked)

    async def _suggest_all(self, asked: Sequence[tuple[str, str, str]]) -> list[ArticleSuggestions]:
        """A batch goes to a thread as one: switching to the thread costs more than most searches."""
        return await asyncio.to_thread(lambda: [self._knowledge.suggest(*one) for one in asked])


class ArticlesNamedByDialogLookup:
    """Finds `desk.model.shared_facts.ArticlesNamedByDialog`: the articles the case's dialog names. ``article_ids``
    gives their ids."""

    def __init__(self, knowledge: KnowledgeOfAllProviders, article_ids: Callable[[Round], Sequence[str]]) -> None:
        self._knowledge = knowledge
        self._article_ids = article_ids

    async def __call__(self, round_: Round) -> object | None:
        """The articles that this provider's subscribers may see, in the language of the case."""
        case, provider, ids = round_.case, round_.facts.need(Provider).name, self._article_ids(round_)
        return ArticlesNamedByDialog(
            await asyncio.to_thread(self._knowledge.suggestions_by_id, provider, ids, case.language)
        )


class AgentArticlesLookup:
    """Finds `kb.agent_rules.KnowledgeForAgentCommand` where an agent may want an article, or is asked for one; else
    None. ``articles_of_zone`` gives the ids of those that the case's dialog names for where its fault lies."""

    def __init__(
        self, database: Database, knowledge: KnowledgeOfAllProviders, articles_of_zone: Callable[[Round], Sequence[str]]
    ) -> None:
        self._database = database
        self._knowledge = knowledge
        self._articles_of_zone = articles_of_zone

    async def __call__(self, round_: Round) -> object | None:
        """Reads the links of this case, and searches the knowledge base where that helps."""
        event = round_.inbound.event
        operation = event.operation if isinstance(event, OperationOrdered) else None
        answer = article_answer(operation) if operation else None
        reminds = isinstance(event, TimerFired) and event.kind == REMINDER_TIMER
        if round_.is_new or not (reminds or answer or isinstance(operation, _ASKING)):
            return None
        links = await self._read_links(round_)
        named, draft = await self._named_and_draft(round_, answer, links) if answer else (None, None)
        best = () if named or draft else await self._fitting_articles(round_)
        return KnowledgeForAgentCommand(best, links, named, draft)

    async def _fitting_articles(self, round_: Round) -> tuple[AgentArticle, ...]:
        case, inbound = round_.case, round_.inbound
        noted = isinstance(inbound.event, OperationOrdered) and isinstance(inbound.event.operation, AddNote)
        text = inbound.text if noted else case.description or case.subject
        here = () if noted else self._articles_of_zone(round_)
        if not (text.strip() or here):
            return ()
        found = await asyncio.to_thread(self._found, case, text[:MAX_TEXT_LENGTH], here)
        language = round_.facts.need(Provider).language
        return tuple(
            AgentArticle(one.article, self._knowledge.title(case.provider, one.article, language, one.title), sure=sure)
            for one, sure in found
        )

    def _found(self, case: Case, text: str, here: Sequence[str]) -> list[tuple[ArticleSuggestion, bool]]:
        """Articles and whether the words surely mean each: those of the fault's zone first, then the others."""
        of_zone = self._knowledge.suggestions_by_id(case.provider, here, case.language)
        by_words = self._knowledge.suggest_to_agent(case.provider, text, case.language).best if text.strip() else ()
        # Where the zone is known, words that fit something else are the less to be trusted.
        others = [one for one in by_words if one.article not in of_zone and (one.sure or not of_zone)]
        surely = {one.article for one in by_words if one.sure}
        found = [*(of_zone[one] for one in here if one in of_zone), *others][:MOST_FOR_AGENT]
        return [(one, one.article in surely) for one in found]

    async def _read_links(self, round_: Round) -> tuple[tuple[str, str], ...]:
        query = (
            select(AgentArticleUseRow.article, AgentArticleUseRow.kind)
            .where(AgentArticleUseRow.case_id == round_.case.id)
            .order_by(AgentArticleUseRow.at)
        )
        async with self._database.read(round_.case.provider) as session:
            rows = await session.execute(query.where(AgentArticleUseRow.provider == round_.case.provider))
            return tuple((row.article, row.kind) for row in rows)

    async def _named_and_draft(
        self, round_: Round, answer: ArticleAnswer, links: Sequence[tuple[str, str]]
    ) -> tuple[AgentArticle | None, ArticleDraft | None]:
        if isinstance(answer, LinkArticle):
            # A button carries only the short key: it is one of the articles shown in this very case.
            by_key = {article_button_key(article): article for article, _ in links if article}
            return await self._find_article(round_, by_key.get(answer.article, answer.article)), None
        if not isinstance(answer, DraftArticle):
            return None, None
        there = await self._find_article(round_, draft_id(round_.case))
        return there, None if there else await self._make_draft(round_)

    async def _find_article(self, round_: Round, article: str) -> AgentArticle | None:
        """The article of that id as this provider's agents see it: the provider's own rather than the shared one."""
        whose, row = (round_.case.provider, ""), ArticleEditionRow.__table__.c
        query = select(row.provider, row.language, row.title, row.confidence).where(
            row.id == article, row.provider.in_(whose), row.confidence != "archived"
        )
        async with self._database.look() as connection:
            rows = (await connection.execute(query.order_by(row.provider.desc(), row.language))).all()
            if not rows:
                return None
            provider = rows[0].provider
            authors = await last_authors(connection, provider, article)
        speaking = round_.facts.get(ActingAgent)
        me = f"agent:{speaking.agent.id}" if speaking and speaking.agent else ""
        unvalidated = [one.language for one in rows if one.provider == provider and one.confidence == "not_validated"]
        return AgentArticle(
            article, rows[0].title, provider, True, tuple(one for one in unvalidated if authors.get(one, "") != me)
        )

    async def _make_draft(self, round_: Round) -> ArticleDraft:
        identified, inbound = round_.facts.get(Identification), round_.inbound
        account = identified.account if identified else None
        return await draft_for_case(
            self._database,
            round_.case,
            account,
            inbound.text
            if isinstance(inbound.event, OperationOrdered) and isinstance(inbound.event.operation, Resolve)
            else "",
        )


async def draft_for_case(database: Database, case: Case, account: Account | None, solution: str = "") -> ArticleDraft:
    """Makes a draft from a case, without what identifies its person. ``solution`` is one that the journal lacks yet."""
    lines = select(JournalEntry).where(JournalEntry.case_id == case.id, JournalEntry.provider == case.provider)
    people = select(Person.name).where(Person.provider == case.provider, Person.id == case.person_id)
    async with database.read(case.provider) as session:
        journal = list((await session.scalars(lines.order_by(JournalEntry.id))).all())
        name = (await session.execute(people)).scalar() or ""
    secrets = (name, account.name, account.address) if account else (name,)
    return build_draft(case, journal, solution, secrets)
