"""What agents do with articles: see those that fit their case, and say which one solved it (A17, A18). Rules, pure.

On resolving, an agent links an article, takes the draft made from the case, or says why none belongs to it. None of
this is needed to resolve a case: an agent who says nothing is reminded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from desk.model.acts import (
    Act,
    AddJournalEntry,
    AddReaction,
    Button,
    Buttons,
    Decision,
    Facts,
    Ignore,
    PopupNotice,
    Recipient,
    ReplaceMessage,
    SayTemplate,
    SetTimer,
    decide,
)
from desk.model.case import Case, CaseState
from desk.model.facts import ActingAgent, Now
from desk.model.messages import Inbound, Role, Verb
from kb.content.article_files import sha256_of
from kb.learning.acts import CreateDraft, LinkArticle, ValidateArticle
from kb.learning.drafts import ArticleDraft

REMINDER_TIMER = "article_missing"
REMIND_AFTER = timedelta(hours=1)
ANSWERING_LINK_KINDS = frozenset({"linked", "drafted", "none"})
"""Kinds of links (`kb.storage.tables.ArticleLinkRow`) that say which article the case belongs to, or that none does."""
NO_ARTICLE_REASONS = ("once", "outside", "known")
"""Why no article: it happens once, the cause lay outside, everybody here knows it."""
_DRAFT_WORDS, _NONE_WORDS = ("draft", "черновик"), ("none", "no", "нет", "без")


@dataclass(frozen=True, slots=True)
class AgentArticle:
    """An article as agents see it. ``unvalidated`` are the languages that this agent's use of it would validate."""

    article: str
    title: str
    provider: str = ""
    sure: bool = False
    unvalidated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentArticles:
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


@dataclass(frozen=True, slots=True)
class ArticleChoice:
    """What an agent asks for: list, link (with the article), draft, none (with the reason), ask_why or not_useful."""

    what: str
    article: str = ""
    why: str = ""


def parse_article_choice(inbound: Inbound) -> ArticleChoice | None:
    """Parses a button, a command in the group or one of the terminal; None where it is not about articles."""
    if inbound.role is not Role.AGENT:
        return None
    if inbound.verb is Verb.PRESS and inbound.press:
        return _parse_button(inbound.press.option)
    if inbound.verb in (Verb.ARTICLE, Verb.RESOLVE) and (what := inbound.detail.get("choice")):
        return ArticleChoice(what, inbound.detail.get("article", ""), inbound.detail.get("why", ""))
    return _parse_command(inbound.text) if inbound.verb is Verb.ARTICLE else None


def _parse_button(option: str) -> ArticleChoice | None:
    package, _, rest = option.partition(":")
    what, _, value = rest.partition(":")
    if package != "kb":
        return None
    return ArticleChoice(what, article=value) if what == "link" else ArticleChoice(what, why=value)


def _parse_command(text: str) -> ArticleChoice:
    """``/articles``, ``/article los-red``, ``/article draft``, ``/article none because ...``."""
    first, _, rest = text.strip().partition(" ")
    word = first.casefold()
    if not word:
        return ArticleChoice("list")
    if word in _DRAFT_WORDS:
        return ArticleChoice("draft")
    if word in _NONE_WORDS:
        return ArticleChoice("none" if rest.strip() else "ask_why", why=rest.strip())
    return ArticleChoice("link", article=first)


def article_button_key(article: str) -> str:
    """A short key of an article: a button's data has no room for the whole id."""
    return sha256_of(article)[:12]


def apply_article_choice(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """An agent links an article, takes the draft, or says why not: at any time, also when the case is closed."""
    choice = parse_article_choice(inbound)
    if choice is None or inbound.verb is Verb.RESOLVE:
        return None
    known = facts.get(AgentArticles) or AgentArticles()
    if choice.what == "list":
        return _list_articles(case, known)
    if choice.what == "ask_why":
        return decide(ReplaceMessage(), SayTemplate("agents_why_not", to=Recipient.AGENTS, buttons=_REASON_BUTTONS))
    if choice.what == "not_useful":
        shown = [article for article, kind in known.links if kind == "shown"]
        useless = [LinkArticle(article, "not_useful", _agent_id(facts)) for article in shown]
        return decide(*useless, PopupNotice("articles_not_useful"), AddReaction())
    acts = _answer_acts(choice, case, facts, known)
    if not acts:
        return decide(
            PopupNotice("no_such_article"),
            SayTemplate("no_such_article", to=Recipient.AGENTS),
            Ignore("no such article"),
        )
    confirmation = SayTemplate("agents_article_is", _confirmation_values(choice, known), Recipient.AGENTS)
    return decide(*acts, ReplaceMessage(), confirmation, AddReaction())


def ask_which_article(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """An agent who resolves a case is asked which article solved it, unless that is known already."""
    if inbound.role is not Role.AGENT or inbound.verb is not Verb.RESOLVE or case.state == CaseState.RESOLVED:
        return None
    known = facts.get(AgentArticles) or AgentArticles()
    choice = parse_article_choice(inbound)
    if acts := _answer_acts(choice, case, facts, known) if choice else []:
        return decide(*acts, done=False)
    if known.is_answered:
        return None
    now = facts.need(Now).at
    return decide(
        SayTemplate("agents_which_article", to=Recipient.AGENTS, buttons=_question_buttons(known)),
        *(LinkArticle(one.article, "shown") for one in _not_shown_yet(known)),
        SetTimer(REMINDER_TIMER, now + REMIND_AFTER, REMINDER_TIMER),
        done=False,
    )


def show_articles(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """An agent who takes a case or notes something about it is shown the articles that surely fit, each once (A17)."""
    if inbound.role is not Role.AGENT or inbound.verb not in (Verb.TAKE, Verb.NOTE) or not case.open:
        return None
    known = facts.get(AgentArticles)
    taken = inbound.verb is Verb.TAKE and case.owner
    if known is None or known.is_answered or taken:
        return None
    new = [one for one in _not_shown_yet(known) if one.sure and one.article not in case.articles]
    if not new:
        return None
    return decide(*_show(new), done=False)


def remind_to_link_article(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """An hour after resolving, an agent who said nothing about an article is reminded once."""
    if inbound.verb is not Verb.TIMER or inbound.detail.get("kind") != REMINDER_TIMER:
        return None
    known = facts.get(AgentArticles) or AgentArticles()
    if known.is_answered or case.state not in (CaseState.RESOLVED, CaseState.CLOSED):
        return decide(Ignore("timer without a reason"))
    return decide(SayTemplate("agents_article_missing", to=Recipient.AGENTS, buttons=_question_buttons(known)))


def _list_articles(case: Case, known: AgentArticles) -> Decision:
    if not known.best:
        return decide(SayTemplate("agents_no_articles", to=Recipient.AGENTS, buttons=_question_buttons(known)))
    return decide(*_show(known.best, known), AddReaction())


def _show(articles: Sequence[AgentArticle], known: AgentArticles | None = None) -> list[Act]:
    """Shows the articles with a button each; links that exist already stay as they are."""
    before = {article for article, _ in known.links} if known else set()
    rows = tuple((_link_button(one),) for one in articles)
    lines = [f"{one.title} ({one.article})" for one in articles]
    return [
        *(LinkArticle(one.article, "shown") for one in articles if one.article not in before),
        SayTemplate(
            "agents_articles",
            {"lines": lines},
            Recipient.AGENTS,
            (*rows, (Button("kb:not_useful", "button_not_useful"),)),
        ),
    ]


def _answer_acts(choice: ArticleChoice, case: Case, facts: Facts, known: AgentArticles) -> list[Act]:
    """The acts that record which article it was; empty where that article does not exist or the reason is missing."""
    agent = _agent_id(facts)
    if choice.what == "none" and choice.why.strip():
        why = choice.why.strip()
        return [
            LinkArticle("", "none", agent, why),
            AddJournalEntry("measure", f"no article: {why}"),
            PopupNotice("article_noted"),
        ]
    if choice.what == "draft":
        return _draft_acts(agent, known)
    if choice.what != "link" or known.named is None:
        return []
    one = known.named
    acts: list[Act] = [
        LinkArticle(one.article, "linked", agent),
        AddJournalEntry("measure", f"article {one.article} linked"),
    ]
    if one.unvalidated:
        acts.append(ValidateArticle(one.provider, one.article, one.unvalidated))
    return [*acts, PopupNotice("article_noted")]


def _draft_acts(agent: str, known: AgentArticles) -> list[Act]:
    if known.draft is None:
        return [LinkArticle(known.named.article, "drafted", agent), PopupNotice("article_noted")] if known.named else []
    id = known.draft.article.id
    return [
        CreateDraft(known.draft, agent),
        AddJournalEntry("measure", f"article {id} drafted"),
        PopupNotice("article_noted"),
    ]


def _confirmation_values(choice: ArticleChoice, known: AgentArticles) -> dict[str, str]:
    draft = known.draft.article.id if known.draft and choice.what == "draft" else ""
    named = known.named.article if known.named and not draft and choice.what != "none" else ""
    return {"draft": draft, "article": named, "why": "1" if choice.what == "none" else ""}


def _question_buttons(known: AgentArticles) -> Buttons:
    articles = tuple((_link_button(one),) for one in known.best)
    return (*articles, (Button("kb:draft", "button_new_draft"), Button("kb:ask_why", "button_no_article")))


_REASON_BUTTONS: Buttons = tuple((Button(f"kb:none:{one}", f"button_why_{one}"),) for one in NO_ARTICLE_REASONS)


def _link_button(one: AgentArticle) -> Button:
    label = one.title if len(one.title) <= 60 else one.title[:59].rstrip() + "…"
    return Button(f"kb:link:{article_button_key(one.article)}", label=label)


def _not_shown_yet(known: AgentArticles) -> list[AgentArticle]:
    seen = {article for article, _ in known.links}
    return [one for one in known.best if one.article not in seen]


def _agent_id(facts: Facts) -> str:
    speaking = facts.get(ActingAgent)
    return speaking.agent.id if speaking and speaking.agent else ""
