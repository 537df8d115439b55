"""Knowledge in the agents' hands: the articles for their case, and which of them solved it (A17, A18). Rules, pure.

On resolving, an agent links an article, takes the draft made from the case, or says why none belongs to it. Nothing of
it stands in the way of resolving: who says nothing is reminded once.
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
from kb.content.article_files import digest
from kb.learning.drafts import ArticleDraft
from kb.learning.events import CreateDraft, LinkArticle, ValidateArticle

TIMER = "article_missing"
REMIND_AFTER = timedelta(hours=1)
SOLVED = frozenset({"linked", "drafted", "none"})
"""Kinds of links that answer which article the case belongs to."""
REASONS = ("once", "outside", "known")
"""Why no article: it happens once, the cause lay outside, everybody here knows it."""
_DRAFT, _NONE = ("draft", "черновик"), ("none", "no", "нет", "без")


@dataclass(frozen=True, slots=True)
class AgentArticle:
    """An article as agents see it. ``waits`` are the editions that another agent's use would validate."""

    article: str
    title: str
    provider: str = ""
    sure: bool = False
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentArticles:
    """What the knowledge base says to an agent's order.

    ``best`` fit the case, the best first; ``links`` is what was made of articles in this case so far, by article;
    ``named`` is the article the order names, and ``draft`` what can be made of the case, None once it was made.
    """

    best: tuple[AgentArticle, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    named: AgentArticle | None = None
    draft: ArticleDraft | None = None

    @property
    def answered(self) -> bool:
        """Whether it is known which article the case belongs to, or that none does."""
        return any(kind in SOLVED for _, kind in self.links)


@dataclass(frozen=True, slots=True)
class ArticleChoice:
    """What an agent orders: list, link with the article, draft, none with the reason, ask_why or not_useful."""

    what: str
    article: str = ""
    why: str = ""


def article_choice(inbound: Inbound) -> ArticleChoice | None:
    """Reads the order out of a button, a command of the group or one of the terminal; None for any other order."""
    if inbound.role is not Role.AGENT:
        return None
    if inbound.verb is Verb.PRESS and inbound.press:
        return _pressed(inbound.press.option)
    if inbound.verb in (Verb.ARTICLE, Verb.RESOLVE) and (what := inbound.detail.get("choice")):
        return ArticleChoice(what, inbound.detail.get("article", ""), inbound.detail.get("why", ""))
    return _typed(inbound.text) if inbound.verb is Verb.ARTICLE else None


def _pressed(option: str) -> ArticleChoice | None:
    room, _, rest = option.partition(":")
    what, _, value = rest.partition(":")
    if room != "kb":
        return None
    return ArticleChoice(what, article=value) if what == "link" else ArticleChoice(what, why=value)


def _typed(text: str) -> ArticleChoice:
    """``/articles``, ``/article los-red``, ``/article draft``, ``/article none because ...``."""
    first, _, rest = text.strip().partition(" ")
    word = first.casefold()
    if not word:
        return ArticleChoice("list")
    if word in _DRAFT:
        return ArticleChoice("draft")
    if word in _NONE:
        return ArticleChoice("none" if rest.strip() else "ask_why", why=rest.strip())
    return ArticleChoice("link", article=first)


def article_tag(article: str) -> str:
    """An article's name on a button, which has no room for the whole of it."""
    return digest(article)[:12]


def apply_article_choice(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """An agent links an article, takes the draft, or says why not: at any time, also when the case is closed."""
    choice = article_choice(inbound)
    if choice is None or inbound.verb is Verb.RESOLVE:
        return None
    known = facts.get(AgentArticles) or AgentArticles()
    if choice.what == "list":
        return _listed(case, known)
    if choice.what == "ask_why":
        return decide(ReplaceMessage(), SayTemplate("agents_why_not", to=Recipient.AGENTS, buttons=_WHY))
    if choice.what == "not_useful":
        shown = [article for article, kind in known.links if kind == "shown"]
        useless = [LinkArticle(article, "not_useful", _agent(facts)) for article in shown]
        return decide(*useless, PopupNotice("articles_not_useful"), AddReaction())
    acts = _solved_by(choice, case, facts, known)
    if not acts:
        return decide(
            PopupNotice("no_such_article"),
            SayTemplate("no_such_article", to=Recipient.AGENTS),
            Ignore("no such article"),
        )
    return decide(
        *acts, ReplaceMessage(), SayTemplate("agents_article_is", _told(choice, known), Recipient.AGENTS), AddReaction()
    )


def ask_which_article(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """With the resolving comes the question which article solved it, unless that is known already."""
    if inbound.role is not Role.AGENT or inbound.verb is not Verb.RESOLVE or case.state == CaseState.RESOLVED:
        return None
    known = facts.get(AgentArticles) or AgentArticles()
    choice = article_choice(inbound)
    if acts := _solved_by(choice, case, facts, known) if choice else []:
        return decide(*acts, done=False)
    if known.answered:
        return None
    now = facts.need(Now).at
    return decide(
        SayTemplate("agents_which_article", to=Recipient.AGENTS, buttons=_question(known)),
        *(LinkArticle(one.article, "shown") for one in _new(known)),
        SetTimer(TIMER, now + REMIND_AFTER, TIMER),
        done=False,
    )


def show_articles(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Who takes a case or notes something new about it sees the article that surely fits, each once (A17)."""
    if inbound.role is not Role.AGENT or inbound.verb not in (Verb.TAKE, Verb.NOTE) or not case.open:
        return None
    known = facts.get(AgentArticles)
    taken = inbound.verb is Verb.TAKE and case.owner
    if known is None or known.answered or taken:
        return None
    new = [one for one in _new(known) if one.sure and one.article not in case.articles]
    if not new:
        return None
    return decide(*_shown(new), done=False)


def remind_article(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """An hour after resolving, whoever said nothing about an article is reminded once."""
    if inbound.verb is not Verb.TIMER or inbound.detail.get("kind") != TIMER:
        return None
    known = facts.get(AgentArticles) or AgentArticles()
    if known.answered or case.state not in (CaseState.RESOLVED, CaseState.CLOSED):
        return decide(Ignore("timer without a reason"))
    return decide(SayTemplate("agents_article_missing", to=Recipient.AGENTS, buttons=_question(known)))


def _listed(case: Case, known: AgentArticles) -> Decision:
    if not known.best:
        return decide(SayTemplate("agents_no_articles", to=Recipient.AGENTS, buttons=_question(known)))
    return decide(*_shown(known.best, known), AddReaction())


def _shown(articles: Sequence[AgentArticle], known: AgentArticles | None = None) -> list[Act]:
    """The articles with a button each; what was made of one already stays as it is."""
    before = {article for article, _ in known.links} if known else set()
    rows = tuple((_button(one),) for one in articles)
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


def _solved_by(choice: ArticleChoice, case: Case, facts: Facts, known: AgentArticles) -> list[Act]:
    """The acts that answer which article; empty where the choice names one that is not there, or gives no reason."""
    agent = _agent(facts)
    if choice.what == "none" and choice.why.strip():
        why = choice.why.strip()
        return [
            LinkArticle("", "none", agent, why),
            AddJournalEntry("measure", f"no article: {why}"),
            PopupNotice("article_noted"),
        ]
    if choice.what == "draft":
        return _drafted(agent, known)
    if choice.what != "link" or known.named is None:
        return []
    one = known.named
    acts: list[Act] = [
        LinkArticle(one.article, "linked", agent),
        AddJournalEntry("measure", f"article {one.article} linked"),
    ]
    if one.waits:
        acts.append(ValidateArticle(one.provider, one.article, one.waits))
    return [*acts, PopupNotice("article_noted")]


def _drafted(agent: str, known: AgentArticles) -> list[Act]:
    if known.draft is None:
        return [LinkArticle(known.named.article, "drafted", agent), PopupNotice("article_noted")] if known.named else []
    id = known.draft.article.id
    return [
        CreateDraft(known.draft, agent),
        AddJournalEntry("measure", f"article {id} drafted"),
        PopupNotice("article_noted"),
    ]


def _told(choice: ArticleChoice, known: AgentArticles) -> dict[str, str]:
    draft = known.draft.article.id if known.draft and choice.what == "draft" else ""
    named = known.named.article if known.named and not draft and choice.what != "none" else ""
    return {"draft": draft, "article": named, "why": "1" if choice.what == "none" else ""}


def _question(known: AgentArticles) -> Buttons:
    articles = tuple((_button(one),) for one in known.best)
    return (*articles, (Button("kb:draft", "button_new_draft"), Button("kb:ask_why", "button_no_article")))


_WHY: Buttons = tuple((Button(f"kb:none:{one}", f"button_why_{one}"),) for one in REASONS)


def _button(one: AgentArticle) -> Button:
    label = one.title if len(one.title) <= 60 else one.title[:59].rstrip() + "…"
    return Button(f"kb:link:{article_tag(one.article)}", label=label)


def _new(known: AgentArticles) -> list[AgentArticle]:
    seen = {article for article, _ in known.links}
    return [one for one in known.best if one.article not in seen]


def _agent(facts: Facts) -> str:
    speaking = facts.get(ActingAgent)
    return speaking.agent.id if speaking and speaking.agent else ""
