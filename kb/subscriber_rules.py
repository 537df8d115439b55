"""Self-help: an article is offered when one surely fits, and what came of it is counted. Rules, pure."""

from __future__ import annotations

from desk.language.intents import yes_no
from desk.model.acts import Act, Become, Button, Decision, Facts, Record, Say, Set, Show, decide
from desk.model.case import Case, State, consent_in, may_agree
from desk.model.facts import Now
from desk.model.messages import Heard, Role, Verb
from desk.model.shared_facts import NAMED, Named, Suggestion, Suggestions
from kb.learning.events import Came, Offered

HELPED = "helped"
BUTTONS = (
    (Button("helped", "button_helped"), Button("not_helped", "button_not_helped")),
    (Button("operator", "button_operator"),),
)


def suggest(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """The best article, once a case and only where it surely fits; otherwise the questions come at once."""
    intake = not case.registered and case.reason == "intake" and not case.awaiting
    if not intake or case.articles or case.dialog or heard.role is not Role.SUBSCRIBER:
        return None
    suggestions = facts.get(Suggestions)
    best = suggestions.best[0] if suggestions and suggestions.best else None
    if best is None or not best.sure:
        return None
    begun = Set({"articles": [best.article], "dialog": best.dialog, "category": best.category})
    return decide(begun, *_offered(best, "did_it_help"))


def _offered(best: Suggestion, question: str, *before: Act) -> tuple[Act, ...]:
    """The article, after what is said ``before`` it, and the question whether it helped."""
    shown = (Show(best.text, files=best.pictures), Say(question, buttons=BUTTONS))
    return Set({"awaiting": HELPED}), Offered(best.article, best.score), *before, *shown


def named(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """The article that the dialog names here, in the midst of its questions or behind the last one."""
    if case.awaiting != NAMED:
        return None
    known = facts.get(Named)
    article = known.articles.get(case.articles[-1]) if known and case.articles else None
    if article is None:
        return None
    return decide(*_offered(article, "did_this_help", Say("try_this")))


def helped(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """ "It helped" settles the matter, and is consent; "it did not" lets the questions begin."""
    if case.awaiting != HELPED or heard.role is not Role.SUBSCRIBER or heard.verb not in (Verb.SAY, Verb.PRESS):
        return None
    if not may_agree(case, heard):
        return None
    pressed = {"helped": True, "not_helped": False}.get(heard.press.option if heard.press else "")
    answer = pressed if heard.press else yes_no(heard.text)
    if answer is None and (case.tries or heard.files):
        answer = False
    if answer is None:
        return decide(Set({"tries": case.tries + 1}), Say("helped_unclear", buttons=BUTTONS))
    return _settled(case, heard, facts) if answer else _go_on(case)


def _settled(case: Case, heard: Heard, facts: Facts) -> Decision:
    return decide(
        *(Came(article, HELPED) for article in case.articles[-1:]),
        Become(State.RESOLVED, "self_help"),
        Become(State.CLOSED, "customer_verified"),
        Set({"awaiting": "", "consent": consent_in(heard, facts.need(Now).at)}),
        Say("settled_thanks"),
    )


def _go_on(case: Case) -> Decision:
    return decide(
        *(Came(article, "not_helped") for article in case.articles[-1:]),
        *(Record("test", f"article {article} did not help") for article in case.articles[-1:]),
        Set({"awaiting": "", "tries": 0}),
        Say("sorry_once_more" if case.articles[1:] else "sorry_go_on"),
        done=False,
    )
