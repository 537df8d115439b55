"""The look-ups of this room: articles for what a subscriber said, and for an agent's case, found off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sqlalchemy import select

from desk.model.case import Case, JournalEntry
from desk.model.facts import ActingAgent
from desk.model.messages import Role, Verb
from desk.model.people import Person
from desk.model.policy import Provider
from desk.model.shared_facts import Account, ArticleSuggestions, DialogArticles, Identification
from desk.pipeline.batching import Batcher
from desk.pipeline.lookup import Round
from desk.storage.database import Database
from kb.agent_rules import TIMER, AgentArticle, AgentArticles, ArticleChoice, article_choice, article_tag
from kb.content.article_store import ArticleRow
from kb.content.tables import LinkRow
from kb.content.versions import last_authors
from kb.learning.drafts import ArticleDraft, draft_id, draft_of
from kb.search.service import KnowledgeBase

LONGEST = 600


class SuggestionsLookup:
    """Gives `desk.model.shared_facts.ArticleSuggestions` where an article may still be offered; None everywhere
    else."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._together = Batcher(self._found)

    async def __call__(self, round_: Round) -> object | None:
        """Asks for the description so far and what was said now, cut to a length no question needs to exceed."""
        case, inbound = round_.case, round_.inbound
        early = not case.registered and not case.articles and not case.dialog
        if not early or inbound.role is not Role.SUBSCRIBER or inbound.verb not in (Verb.SAY, Verb.PRESS, Verb.START):
            return None
        text = case.description or inbound.text
        if not text.strip():
            return None
        return await self._together.ask((round_.facts.need(Provider).name, text[:LONGEST], case.language))

    async def _found(self, asked: Sequence[tuple[str, str, str]]) -> list[ArticleSuggestions]:
        """A batch goes to a thread as one: the way there costs more than most questions."""
        return await asyncio.to_thread(lambda: [self._knowledge.suggest(*one) for one in asked])


class DialogArticlesLookup:
    """Gives `desk.model.shared_facts.DialogArticles`: the articles the case's dialog names, of which ``named`` tells
    the ids."""

    def __init__(self, knowledge: KnowledgeBase, named: Callable[[Round], Sequence[str]]) -> None:
        self._knowledge = knowledge
        self._named = named

    async def __call__(self, round_: Round) -> object | None:
        """Those that this provider's subscribers may see, in the language of the case."""
        case, provider, ids = round_.case, round_.facts.need(Provider).name, self._named(round_)
        return DialogArticles(await asyncio.to_thread(self._knowledge.named, provider, ids, case.language))


class AgentArticlesLookup:
    """Gives `kb.agent_rules.AgentArticles` where an agent may want an article, or is asked for one; None everywhere
    else."""

    def __init__(self, database: Database, knowledge: KnowledgeBase) -> None:
        self._database = database
        self._knowledge = knowledge

    async def __call__(self, round_: Round) -> object | None:
        """Looks at what was made of articles in this case, and asks the knowledge base where that helps."""
        inbound, choice = round_.inbound, article_choice(round_.inbound)
        asked = inbound.verb is Verb.TIMER and inbound.detail.get("kind") == TIMER
        works = inbound.role is Role.AGENT and inbound.verb in (Verb.TAKE, Verb.NOTE, Verb.RESOLVE)
        if round_.is_new or not (asked or works or choice):
            return None
        links = await self._links(round_)
        named, draft = await self._chosen(round_, choice, links) if choice else (None, None)
        best = () if named or draft else await self._best(round_)
        return AgentArticles(best, links, named, draft)

    async def _best(self, round_: Round) -> tuple[AgentArticle, ...]:
        case, inbound = round_.case, round_.inbound
        text = inbound.text if inbound.verb is Verb.NOTE else case.description or case.subject
        if not text.strip():
            return ()
        found = await asyncio.to_thread(self._knowledge.consult, case.provider, text[:LONGEST], case.language)
        language, title = round_.facts.need(Provider).language, self._knowledge.title  # that of the agents' group
        return tuple(
            AgentArticle(one.article, title(case.provider, one.article, language, one.title), sure=one.sure)
            for one in found.best
        )

    async def _links(self, round_: Round) -> tuple[tuple[str, str], ...]:
        query = select(LinkRow.article, LinkRow.kind).where(LinkRow.case_id == round_.case.id).order_by(LinkRow.at)
        async with self._database.read(round_.case.provider) as session:
            rows = await session.execute(query.where(LinkRow.provider == round_.case.provider))
            return tuple((row.article, row.kind) for row in rows)

    async def _chosen(
        self, round_: Round, choice: ArticleChoice, links: Sequence[tuple[str, str]]
    ) -> tuple[AgentArticle | None, ArticleDraft | None]:
        if choice.what == "link":
            # A button has room for the tag only: it is one of the articles shown in this very case.
            meant = next((article for article, _ in links if article and article_tag(article) == choice.article), "")
            return await self._named(round_, meant or choice.article), None
        if choice.what != "draft":
            return None, None
        there = await self._named(round_, draft_id(round_.case))
        return there, None if there else await self._draft(round_)

    async def _named(self, round_: Round, article: str) -> AgentArticle | None:
        """The article of that id that this provider's agents see: its own before the shared one."""
        whose, row = (round_.case.provider, ""), ArticleRow.__table__.c
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
        waits = [one.language for one in rows if one.provider == provider and one.confidence == "not_validated"]
        return AgentArticle(
            article, rows[0].title, provider, True, tuple(one for one in waits if authors.get(one, "") != me)
        )

    async def _draft(self, round_: Round) -> ArticleDraft:
        identified, inbound = round_.facts.get(Identification), round_.inbound
        account = identified.account if identified else None
        return await draft_for(
            self._database, round_.case, account, inbound.text if inbound.verb is Verb.RESOLVE else ""
        )


async def draft_for(database: Database, case: Case, account: Account | None, solved: str = "") -> ArticleDraft:
    """The draft that can be made of a case, without what names its person. ``solved`` is what no journal has yet."""
    lines = select(JournalEntry).where(JournalEntry.case_id == case.id, JournalEntry.provider == case.provider)
    people = select(Person.name).where(Person.provider == case.provider, Person.id == case.person_id)
    async with database.read(case.provider) as session:
        journal = list((await session.scalars(lines.order_by(JournalEntry.id))).all())
        name = (await session.execute(people)).scalar() or ""
    secrets = (name, account.name, account.address) if account else (name,)
    return draft_of(case, journal, solved, secrets)
