"""Self-help: an article is suggested when one surely fits, and whether it helped is recorded. Rules, pure."""

from __future__ import annotations

from desk.model.acts import (
    AddJournalEntry,
    Button,
    ChangeState,
    Decision,
    Expect,
    Facts,
    RuleAct,
    SayTemplate,
    SayText,
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.case import Case, consent_record, may_consent
from desk.model.core_facts import Now
from desk.model.dialog_state import ARTICLE, SELF_HELP
from desk.model.events import Inbound, Opened, Pressed, Said
from desk.model.journal import ArticleShown, ArticleTried, ClosingAgreed
from desk.model.shared_facts import ArticleSuggestion, ArticleSuggestions, DialogArticles
from desk.model.states import CaseState
from desk.understanding.message import said_to_close, understood
from kb.learning.acts import RecordArticleShown, RecordSuggestionOutcome

Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[Opened]

PLAIN_ANSWER = 3
"""Words of an answer that says yes or no and nothing else."""
HELPED_BUTTONS = (
    (Button("helped", "button_helped"), Button("not_helped", "button_not_helped")),
    (Button("operator", "button_operator"),),
)


def suggest_article(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """The best article, once a case and only where it surely fits; otherwise the questions come at once."""
    if case.expecting or case.articles or case.dialog:
        return None
    suggestions = facts.get(ArticleSuggestions)
    best = suggestions.best[0] if suggestions and suggestions.best else None
    if best is None or not best.sure:
        return None
    begun = SetFields({"articles": [best.article], "dialog": best.dialog, "category": best.category})
    return decide(begun, *_suggestion_acts(best, "did_it_help"))


def _suggestion_acts(best: ArticleSuggestion, question: str, *before: RuleAct) -> tuple[RuleAct, ...]:
    """The article, after what is said ``before`` it, and the question whether it helped."""
    shown = (SayText(best.text, files=best.pictures), SayTemplate(question, buttons=HELPED_BUTTONS))
    recorded = RecordArticleShown(best.article, best.score), AddJournalEntry(ArticleShown(best.article))
    return Expect(SELF_HELP), *recorded, *before, *shown


def show_dialog_article(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """The article that the dialog names here, in the midst of its questions or behind the last one."""
    if case.expecting.owner != ARTICLE:
        return None
    known = facts.get(DialogArticles)
    article = known.articles.get(case.articles[-1]) if known and case.articles else None
    if article is None:
        return None
    return decide(*_suggestion_acts(article, "did_this_help", SayTemplate("try_this")))


def self_help_outcome(case: Case, inbound: Inbound[Said] | Inbound[Pressed], facts: Facts) -> Decision | None:
    """ "It helped" settles the matter, and is consent; "it did not" lets the questions begin."""
    if not may_consent(case, inbound):
        return None
    pressed = {"helped": True, "not_helped": False}.get(inbound.option)
    answer = pressed if inbound.option else said_to_close(understood(case, inbound, facts))
    if answer is None and (case.dialog_state.tries or inbound.files):
        answer = False
    if answer is None:
        again = SetDialogState({"tries": case.dialog_state.tries + 1})
        return decide(again, SayTemplate("helped_unclear", buttons=HELPED_BUTTONS))
    return _close_as_solved(case, inbound, facts) if answer else _continue_with_questions(case, inbound)


def _close_as_solved(case: Case, inbound: Inbound[Said] | Inbound[Pressed], facts: Facts) -> Decision:
    consent = consent_record(inbound, facts.need(Now).at)
    given = ClosingAgreed(consent["channel"], consent["address"], consent["message"], consent["words"])
    return decide(
        *_tried(case, helped=True),
        ChangeState(CaseState.RESOLVED, "self_help"),
        ChangeState(CaseState.CLOSED, "customer_verified"),
        SetFields({"consent": consent}),
        Expect(),
        AddJournalEntry(given),
        SayTemplate("settled_thanks"),
        words_used=True,
    )


def _continue_with_questions(case: Case, inbound: Inbound[Said] | Inbound[Pressed]) -> Decision:
    return decide(
        *_tried(case, helped=False),
        Expect(),
        SetDialogState({"tries": 0}),
        SayTemplate("sorry_once_more" if case.articles[1:] else "sorry_go_on"),
        done=False,
        # Whoever adds something to a plain no has it kept with the case.
        words_used=len(inbound.text.split()) <= PLAIN_ANSWER,
    )


def _tried(case: Case, helped: bool) -> list[RuleAct]:
    """What the last article did, for the figures and for the journal."""
    acts: list[RuleAct] = []
    for article in case.articles[-1:]:
        acts.append(RecordSuggestionOutcome(article, "helped" if helped else "not_helped"))
        acts.append(AddJournalEntry(ArticleTried(article, helped)))
    return acts
