"""What agents do with articles: see those that fit their case, and say which one solved it (A17, A18). Rules, pure.

On resolving, an agent links an article, takes the draft made from the case, or says why none belongs to it. None of
this is needed to resolve a case: an agent who says nothing is reminded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from desk.model.acts import (
    AddJournalEntry,
    AddReaction,
    Addressee,
    Button,
    Buttons,
    Decision,
    Facts,
    Ignore,
    PopupNotice,
    RefuseOperation,
    ReplacePressedMessage,
    RuleAct,
    SayTemplate,
    SetTimer,
    decide,
)
from desk.model.agent_operations import ArticleAnswer, DeclareNoArticle, DraftArticle, LinkArticle, Resolve
from desk.model.arrival_outcomes import IgnoredCode, OperationRefusalCode
from desk.model.case import Case
from desk.model.core_facts import ActingAgent, Now
from desk.model.events import Inbound, OperationOrdered, TimerFired
from desk.model.journal import ArticleDrafted, ArticleLinked, NoArticleApplies
from desk.model.operations.base import AgentOperation
from desk.model.states import CaseState
from kb.content.article_files import sha256_of
from kb.learning.article_use_acts import CreateDraft, MarkArticleValidated, RecordAgentArticleUse
from kb.learning.drafts import ArticleDraft

REMINDER_TIMER = "article_missing"
REMIND_AFTER = timedelta(hours=1)
ANSWERING_LINK_KINDS = frozenset({"linked", "drafted", "none"})
"""Kinds of uses (`kb.storage.usage_tables.AgentArticleUseRow`) that say which article the case belongs to, or that
none does."""
NO_ARTICLE_REASONS = ("once", "outside", "known")
"""Why no article: it happens once, the cause lay outside, everybody here knows it."""


@dataclass(frozen=True, slots=True)
class AgentArticle:
    """An article as agents see it. ``unvalidated`` are the languages that this agent's use of it would validate."""

    article: str
    title: str
    provider: str = ""
    sure: bool = False
    unvalidated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnowledgeForAgentCommand:
    """What the knowledge base knows for an agent's command.

    ``best`` fit the case, the best first; ``links`` are the links of this case so far, as article and kind; ``named``
    is the article the command names; ``draft`` can be made from the case, None once it was made.
    """

    best: tuple[AgentArticle, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    named: AgentArticle | None = None
    draft: ArticleDraft | None = None

    @property
    def is_answered(self) -> bool:
        """Whether it is known which article the case belongs to, or that none does."""
        return any(kind in ANSWERING_LINK_KINDS for _, kind in self.links)


def article_answer(operation: AgentOperation) -> ArticleAnswer | None:
    """What an operation says about which article solved the case; None where it says nothing of it."""
    if isinstance(operation, Resolve):
        return operation.article
    return operation if isinstance(operation, (LinkArticle, DraftArticle, DeclareNoArticle)) else None


def article_button_key(article: str) -> str:
    """A short key of an article: a button's data has no room for the whole id."""
    return sha256_of(article)[:12]


def list_articles(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """The articles that may fit the case, each with a button."""
    return _list_articles(case, facts.get(KnowledgeForAgentCommand) or KnowledgeForAgentCommand())


def mark_not_useful(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """The articles that were shown did not fit: that is counted."""
    known = facts.get(KnowledgeForAgentCommand) or KnowledgeForAgentCommand()
    shown = [article for article, kind in known.links if kind == "shown"]
    useless = [RecordAgentArticleUse(article, "not_useful", _agent_id(facts)) for article in shown]
    return decide(*useless, PopupNotice("articles_not_useful"), AddReaction())


def answer_which_article(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """An agent links an article, takes the draft, or says why not: at any time, also when the case is closed."""
    answer = article_answer(inbound.event.operation)
    if isinstance(answer, DeclareNoArticle) and not answer.why.strip():
        return decide(
            ReplacePressedMessage(), SayTemplate("agents_why_not", to=Addressee.AGENTS, buttons=_REASON_BUTTONS)
        )
    known = facts.get(KnowledgeForAgentCommand) or KnowledgeForAgentCommand()
    acts = _answer_acts(answer, facts, known)
    if not acts or answer is None:
        return decide(RefuseOperation(OperationRefusalCode.NO_SUCH_ARTICLE))
    confirmation = SayTemplate("agents_article_is", _confirmation_values(answer, known), Addressee.AGENTS)
    return decide(*acts, ReplacePressedMessage(), confirmation, AddReaction())


def ask_which_article(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """An agent who resolves a case is asked which article solved it, unless that is known already."""
    known = facts.get(KnowledgeForAgentCommand) or KnowledgeForAgentCommand()
    if acts := _answer_acts(article_answer(inbound.event.operation), facts, known):
        return decide(*acts, done=False)
    if known.is_answered:
        return None
    now = facts.need(Now).at
    return decide(
        SayTemplate("agents_which_article", to=Addressee.AGENTS, buttons=_question_buttons(known)),
        *(RecordAgentArticleUse(one.article, "shown") for one in _not_shown_yet(known)),
        SetTimer(REMINDER_TIMER, now + REMIND_AFTER, REMINDER_TIMER),
        done=False,
    )


def show_articles(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """An agent who takes a case or notes something about it is shown the articles that surely fit, each once (A17)."""
    known = facts.get(KnowledgeForAgentCommand)
    if not case.open or known is None or known.is_answered:
        return None
    new = [one for one in _not_shown_yet(known) if one.sure and one.article not in case.articles]
    return decide(*_show(new), done=False) if new else None


def remind_to_link_article(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """An hour after resolving, an agent who said nothing about an article is reminded once."""
    known = facts.get(KnowledgeForAgentCommand) or KnowledgeForAgentCommand()
    if known.is_answered or case.state not in (CaseState.RESOLVED, CaseState.CLOSED):
        return decide(Ignore(IgnoredCode.TIMER_OBSOLETE))
    return decide(SayTemplate("agents_article_missing", to=Addressee.AGENTS, buttons=_question_buttons(known)))


def _list_articles(case: Case, known: KnowledgeForAgentCommand) -> Decision:
    if not known.best:
        return decide(SayTemplate("agents_no_articles", to=Addressee.AGENTS, buttons=_question_buttons(known)))
    return decide(*_show(known.best, known), AddReaction())


def _show(articles: Sequence[AgentArticle], known: KnowledgeForAgentCommand | None = None) -> list[RuleAct]:
    """Shows the articles with a button each; links that exist already stay as they are."""
    before = {article for article, _ in known.links} if known else set()
    rows = tuple((_link_button(one),) for one in articles)
    lines = [f"{one.title} ({one.article})" for one in articles]
    return [
        *(RecordAgentArticleUse(one.article, "shown") for one in articles if one.article not in before),
        SayTemplate(
            "agents_articles",
            {"lines": lines},
            Addressee.AGENTS,
            (*rows, (Button("kb:not_useful", "button_not_useful"),)),
        ),
    ]


def _answer_acts(answer: ArticleAnswer | None, facts: Facts, known: KnowledgeForAgentCommand) -> list[RuleAct]:
    """The acts that record which article it was; empty where that article does not exist or the reason is missing."""
    agent = _agent_id(facts)
    if isinstance(answer, DeclareNoArticle) and (why := answer.why.strip()):
        return [
            RecordAgentArticleUse("", "none", agent, why),
            AddJournalEntry(NoArticleApplies(why)),
            PopupNotice("article_noted"),
        ]
    if isinstance(answer, DraftArticle):
        return _draft_acts(agent, known)
    if not isinstance(answer, LinkArticle) or known.named is None:
        return []
    one = known.named
    acts: list[RuleAct] = [
        RecordAgentArticleUse(one.article, "linked", agent),
        AddJournalEntry(ArticleLinked(one.article)),
    ]
    if one.unvalidated:
        acts.append(MarkArticleValidated(one.provider, one.article, one.unvalidated))
    return [*acts, PopupNotice("article_noted")]


def _draft_acts(agent: str, known: KnowledgeForAgentCommand) -> list[RuleAct]:
    if known.draft is None:
        drafted = known.named
        return (
            [RecordAgentArticleUse(drafted.article, "drafted", agent), PopupNotice("article_noted")] if drafted else []
        )
    article = known.draft.article.id
    return [CreateDraft(known.draft, agent), AddJournalEntry(ArticleDrafted(article)), PopupNotice("article_noted")]


def _confirmation_values(answer: ArticleAnswer, known: KnowledgeForAgentCommand) -> dict[str, str]:
    draft = known.draft.article.id if known.draft and isinstance(answer, DraftArticle) else ""
    declined = isinstance(answer, DeclareNoArticle)
    named = known.named.article if known.named and not draft and not declined else ""
    return {"draft": draft, "article": named, "why": "1" if declined else ""}


def _question_buttons(known: KnowledgeForAgentCommand) -> Buttons:
    articles = tuple((_link_button(one),) for one in known.best)
    return (*articles, (Button("kb:draft", "button_new_draft"), Button("kb:ask_why", "button_no_article")))


_REASON_BUTTONS: Buttons = tuple((Button(f"kb:none:{one}", f"button_why_{one}"),) for one in NO_ARTICLE_REASONS)


def _link_button(one: AgentArticle) -> Button:
    label = one.title if len(one.title) <= 60 else one.title[:59].rstrip() + "…"
    return Button(f"kb:link:{article_button_key(one.article)}", label=label)


def _not_shown_yet(known: KnowledgeForAgentCommand) -> list[AgentArticle]:
    seen = {article for article, _ in known.links}
    return [one for one in known.best if one.article not in seen]


def _agent_id(facts: Facts) -> str:
    speaking = facts.get(ActingAgent)
    return speaking.agent.id if speaking and speaking.agent else ""
