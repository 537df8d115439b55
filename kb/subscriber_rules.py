"""Self-help: an article is suggested when one surely fits, and whether it helped is recorded. Rules, pure."""

from __future__ import annotations

from desk.language.intents import parse_yes_no
from desk.model.acts import (
    Act,
    AddJournalEntry,
    Button,
    ChangeState,
    Decision,
    Facts,
    SayTemplate,
    SayText,
    SetFields,
    decide,
)
from desk.model.case import Case, CaseState, consent_record, may_consent
from desk.model.facts import Now
from desk.model.messages import Inbound, Role, Verb
from desk.model.shared_facts import NAMED, ArticleSuggestion, ArticleSuggestions, DialogArticles
from kb.learning.acts import RecordSuggestion, RecordSuggestionOutcome

HELPED = "helped"
HELPED_BUTTONS = (
    (Button("helped", "button_helped"), Button("not_helped", "button_not_helped")),
    (Button("operator", "button_operator"),),
)


def suggest_article(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Suggests the best article, once in a case and only where it surely fits; otherwise the questions come at once."""
    intake = not case.registered and case.reason == "intake" and not case.awaiting
    if not intake or case.articles or case.dialog or inbound.role is not Role.SUBSCRIBER:
        return None
    suggestions = facts.get(ArticleSuggestions)
    best = suggestions.best[0] if suggestions and suggestions.best else None
    if best is None or not best.sure:
        return None
    begun = SetFields({"articles": [best.article], "dialog": best.dialog, "category": best.category})
    return decide(begun, *_suggestion_acts(best, "did_it_help"))


def _suggestion_acts(best: ArticleSuggestion, question: str, *before: Act) -> tuple[Act, ...]:
    """Shows the article, after the acts ``before`` it, and asks whether it helped."""
    shown = (SayText(best.text, files=best.pictures), SayTemplate(question, buttons=HELPED_BUTTONS))
    return SetFields({"awaiting": HELPED}), RecordSuggestion(best.article, best.score), *before, *shown


def show_dialog_article(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Shows the article that the dialog names at this point, between its questions or after the last one."""
    if case.awaiting != NAMED:
        return None
    known = facts.get(DialogArticles)
    article = known.articles.get(case.articles[-1]) if known and case.articles else None
    if article is None:
        return None
    return decide(*_suggestion_acts(article, "did_this_help", SayTemplate("try_this")))


def self_help_outcome(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """ "It helped" closes the case, and is consent; after "it did not" the questions begin."""
    if case.awaiting != HELPED or inbound.role is not Role.SUBSCRIBER or inbound.verb not in (Verb.SAY, Verb.PRESS):
        return None
    if not may_consent(case, inbound):
        return None
    pressed = {"helped": True, "not_helped": False}.get(inbound.press.option if inbound.press else "")
    answer = pressed if inbound.press else parse_yes_no(inbound.text)
    if answer is None and (case.tries or inbound.files):
        answer = False
    if answer is None:
        return decide(SetFields({"tries": case.tries + 1}), SayTemplate("helped_unclear", buttons=HELPED_BUTTONS))
    return _close_as_solved(case, inbound, facts) if answer else _continue_with_questions(case)


def _close_as_solved(case: Case, inbound: Inbound, facts: Facts) -> Decision:
    return decide(
        *(RecordSuggestionOutcome(article, HELPED) for article in case.articles[-1:]),
        ChangeState(CaseState.RESOLVED, "self_help"),
        ChangeState(CaseState.CLOSED, "customer_verified"),
        SetFields({"awaiting": "", "consent": consent_record(inbound, facts.need(Now).at)}),
        SayTemplate("settled_thanks"),
    )


def _continue_with_questions(case: Case) -> Decision:
    return decide(
        *(RecordSuggestionOutcome(article, "not_helped") for article in case.articles[-1:]),
        *(AddJournalEntry("test", f"article {article} did not help") for article in case.articles[-1:]),
        SetFields({"awaiting": "", "tries": 0}),
        SayTemplate("sorry_once_more" if case.articles[1:] else "sorry_go_on"),
        done=False,
    )
