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
    Alert,
    Button,
    Buttons,
    Decision,
    Drop,
    Facts,
    InPlace,
    React,
    Record,
    Say,
    To,
    Wake,
    decide,
)
from desk.model.case import Case, State
from desk.model.facts import Now, Speaking
from desk.model.messages import Heard, Role, Verb
from kb.content.article_files import digest
from kb.learning.drafts import Draft
from kb.learning.events import Drafted, Linked, Validated

ALARM = "article_missing"
REMIND_AFTER = timedelta(hours=1)
SOLVED = frozenset({"linked", "drafted", "none"})
"""Kinds of links that answer which article the case belongs to."""
REASONS = ("once", "outside", "known")
"""Why no article: it happens once, the cause lay outside, everybody here knows it."""
_DRAFT, _NONE = ("draft", "черновик"), ("none", "no", "нет", "без")


@dataclass(frozen=True, slots=True)
class Consulted:
    """An article as agents see it. ``waits`` are the editions that another agent's use would validate."""

    article: str
    title: str
    provider: str = ""
    sure: bool = False
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consultation:
    """What the knowledge base says to an agent's order.

    ``best`` fit the case, the best first; ``links`` is what was made of articles in this case so far, by article;
    ``named`` is the article the order names, and ``draft`` what can be made of the case, None once it was made.
    """

    best: tuple[Consulted, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    named: Consulted | None = None
    draft: Draft | None = None

    @property
    def answered(self) -> bool:
        """Whether it is known which article the case belongs to, or that none does."""
        return any(kind in SOLVED for _, kind in self.links)


@dataclass(frozen=True, slots=True)
class Choice:
    """What an agent orders: list, link with the article, draft, none with the reason, ask_why or not_useful."""

    what: str
    article: str = ""
    why: str = ""


def chosen(heard: Heard) -> Choice | None:
    """Reads the order out of a button, a command of the group or one of the terminal; None for any other order."""
    if heard.role is not Role.AGENT:
        return None
    if heard.verb is Verb.PRESS and heard.press:
        return _pressed(heard.press.option)
    if heard.verb in (Verb.ARTICLE, Verb.RESOLVE) and (what := heard.detail.get("choice")):
        return Choice(what, heard.detail.get("article", ""), heard.detail.get("why", ""))
    return _typed(heard.text) if heard.verb is Verb.ARTICLE else None


def _pressed(option: str) -> Choice | None:
    room, _, rest = option.partition(":")
    what, _, value = rest.partition(":")
    if room != "kb":
        return None
    return Choice(what, article=value) if what == "link" else Choice(what, why=value)


def _typed(text: str) -> Choice:
    """``/articles``, ``/article los-red``, ``/article draft``, ``/article none because ...``."""
    first, _, rest = text.strip().partition(" ")
    word = first.casefold()
    if not word:
        return Choice("list")
    if word in _DRAFT:
        return Choice("draft")
    if word in _NONE:
        return Choice("none" if rest.strip() else "ask_why", why=rest.strip())
    return Choice("link", article=first)


def tag(article: str) -> str:
    """An article's name on a button, which has no room for the whole of it."""
    return digest(article)[:12]


def article_chosen(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """An agent links an article, takes the draft, or says why not: at any time, also when the case is closed."""
    choice = chosen(heard)
    if choice is None or heard.verb is Verb.RESOLVE:
        return None
    known = facts.get(Consultation) or Consultation()
    if choice.what == "list":
        return _listed(case, known)
    if choice.what == "ask_why":
        return decide(InPlace(), Say("staff_why_not", to=To.STAFF, buttons=_WHY))
    if choice.what == "not_useful":
        shown = [article for article, kind in known.links if kind == "shown"]
        useless = [Linked(article, "not_useful", _agent(facts)) for article in shown]
        return decide(*useless, Alert("articles_not_useful"), React())
    acts = _solved_by(choice, case, facts, known)
    if not acts:
        return decide(Alert("no_such_article"), Say("no_such_article", to=To.STAFF), Drop("no such article"))
    return decide(*acts, InPlace(), Say("staff_article_is", _told(choice, known), To.STAFF), React())


def which_article(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """With the resolving comes the question which article solved it, unless that is known already."""
    if heard.role is not Role.AGENT or heard.verb is not Verb.RESOLVE or case.state == State.RESOLVED:
        return None
    known = facts.get(Consultation) or Consultation()
    choice = chosen(heard)
    if acts := _solved_by(choice, case, facts, known) if choice else []:
        return decide(*acts, done=False)
    if known.answered:
        return None
    now = facts.need(Now).at
    return decide(
        Say("staff_which_article", to=To.STAFF, buttons=_question(known)),
        *(Linked(one.article, "shown") for one in _new(known)),
        Wake(ALARM, now + REMIND_AFTER, ALARM),
        done=False,
    )


def consulted(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Who takes a case or notes something new about it sees the article that surely fits, each once (A17)."""
    if heard.role is not Role.AGENT or heard.verb not in (Verb.TAKE, Verb.NOTE) or not case.open:
        return None
    known = facts.get(Consultation)
    taken = heard.verb is Verb.TAKE and case.owner
    if known is None or known.answered or taken:
        return None
    new = [one for one in _new(known) if one.sure and one.article not in case.articles]
    if not new:
        return None
    return decide(*_shown(new), done=False)


def article_missing(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """An hour after resolving, whoever said nothing about an article is reminded once."""
    if heard.verb is not Verb.ALARM or heard.detail.get("kind") != ALARM:
        return None
    known = facts.get(Consultation) or Consultation()
    if known.answered or case.state not in (State.RESOLVED, State.CLOSED):
        return decide(Drop("alarm without a reason"))
    return decide(Say("staff_article_missing", to=To.STAFF, buttons=_question(known)))


def _listed(case: Case, known: Consultation) -> Decision:
    if not known.best:
        return decide(Say("staff_no_articles", to=To.STAFF, buttons=_question(known)))
    return decide(*_shown(known.best, known), React())


def _shown(articles: Sequence[Consulted], known: Consultation | None = None) -> list[Act]:
    """The articles with a button each; what was made of one already stays as it is."""
    before = {article for article, _ in known.links} if known else set()
    rows = tuple((_button(one),) for one in articles)
    lines = [f"{one.title} ({one.article})" for one in articles]
    return [
        *(Linked(one.article, "shown") for one in articles if one.article not in before),
        Say(
            "staff_articles",
            {"lines": lines},
            To.STAFF,
            (*rows, (Button("kb:not_useful", "button_not_useful"),)),
        ),
    ]


def _solved_by(choice: Choice, case: Case, facts: Facts, known: Consultation) -> list[Act]:
    """The acts that answer which article; empty where the choice names one that is not there, or gives no reason."""
    agent = _agent(facts)
    if choice.what == "none" and choice.why.strip():
        why = choice.why.strip()
        return [Linked("", "none", agent, why), Record("measure", f"no article: {why}"), Alert("article_noted")]
    if choice.what == "draft":
        return _drafted(agent, known)
    if choice.what != "link" or known.named is None:
        return []
    one = known.named
    acts: list[Act] = [Linked(one.article, "linked", agent), Record("measure", f"article {one.article} linked")]
    if one.waits:
        acts.append(Validated(one.provider, one.article, one.waits))
    return [*acts, Alert("article_noted")]


def _drafted(agent: str, known: Consultation) -> list[Act]:
    if known.draft is None:
        return [Linked(known.named.article, "drafted", agent), Alert("article_noted")] if known.named else []
    id = known.draft.article.id
    return [Drafted(known.draft, agent), Record("measure", f"article {id} drafted"), Alert("article_noted")]


def _told(choice: Choice, known: Consultation) -> dict[str, str]:
    draft = known.draft.article.id if known.draft and choice.what == "draft" else ""
    named = known.named.article if known.named and not draft and choice.what != "none" else ""
    return {"draft": draft, "article": named, "why": "1" if choice.what == "none" else ""}


def _question(known: Consultation) -> Buttons:
    articles = tuple((_button(one),) for one in known.best)
    return (*articles, (Button("kb:draft", "button_new_draft"), Button("kb:ask_why", "button_no_article")))


_WHY: Buttons = tuple((Button(f"kb:none:{one}", f"button_why_{one}"),) for one in REASONS)


def _button(one: Consulted) -> Button:
    label = one.title if len(one.title) <= 60 else one.title[:59].rstrip() + "…"
    return Button(f"kb:link:{tag(one.article)}", label=label)


def _new(known: Consultation) -> list[Consulted]:
    seen = {article for article, _ in known.links}
    return [one for one in known.best if one.article not in seen]


def _agent(facts: Facts) -> str:
    speaking = facts.get(Speaking)
    return speaking.agent.id if speaking and speaking.agent else ""
