"""What comes next in a dialog: a question, an article, the summary, or the case, with a bound on all of it. Pure."""

from __future__ import annotations

from typing import Any

from desk.model.acts import (
    AddJournalEntry,
    Button,
    Buttons,
    Decision,
    Expect,
    Facts,
    RuleAct,
    SayTemplate,
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.case import Case
from desk.model.dialog_state import SUMMARY
from desk.model.journal import DialogStarted
from intake.engine import engine, prompts
from intake.engine.answer_parsing import ON_FILE, ParsedAnswer
from intake.engine.article_offers import article_to_offer, offer_article
from intake.engine.completion import completed
from intake.engine.dialog_context import (
    case_data,
    circumstances_in,
    condition_values,
    is_letter_channel,
    template_values,
)
from intake.engine.letters import rules as letter_rules
from intake.engine.model import Dialog

Answers = dict[str, Any]

MOST_PROMPTS = 9
"""After so many prompts of one matter nothing more is asked: the summary comes, and then the case."""
CONFIRM: Buttons = (
    (Button("send", "button_send"),),
    (Button("change", "button_change"), Button("operator", "button_operator")),
)


def begun(case: Case, dialog: Dialog) -> list[RuleAct]:
    """From now on the case goes by this version of the dialog; the journal tells which, as its author counts them."""
    if case.dialog_state.dialog_hash == dialog.hash:
        return []
    kind = {"dialog": dialog.id, "category": dialog.category, "ticket_type": dialog.ticket_type}
    entry = AddJournalEntry(DialogStarted(dialog.id, str(dialog.version)))
    return [SetFields(kind), SetDialogState({"dialog_hash": dialog.hash, "tries": 0}), entry]


def go_on(
    case: Case, dialog: Dialog, facts: Facts, answers: Answers, acts: list[RuleAct], first: bool = False
) -> Decision:
    """Asks what comes next: one question in a chat, a few in a mail; or offers an article; or shows the summary."""
    answers = {**on_file(case, dialog, facts, answers), **answers}
    if is_letter_channel(facts):
        return letter_rules.next_letter(case, dialog, facts, answers, acts)
    values, put = condition_values(case, facts), case.dialog_state.put
    spent = case.dialog_state.prompt >= MOST_PROMPTS
    questions = () if spent else engine.next_questions(dialog, answers, values, 1, put)
    article = article_to_offer(case, dialog, answers, values, facts, finished=not questions, batch=False)
    if article and not spent:
        return decide(*acts, prompts.keep_answers(answers), *offer_article(case, article), done=False)
    if questions:
        intro: list[RuleAct] = [SayTemplate("questions_begin")] if first and not case.upset else []
        before = [*acts, prompts.keep_answers(answers), *intro]
        return decide(*prompts.put(case, dialog, facts, questions[0], before, answers))
    return finish(case, dialog, facts, answers, acts)


def on_file(case: Case, dialog: Dialog, facts: Facts, answers: Answers) -> Answers:
    """Answers that stand on file, of an account that the person proved to hold: they are shown and not asked."""
    names = template_values(case, facts)
    return {
        question.id: ParsedAnswer(ON_FILE, origin={"file": question.prefill}).stored()
        for question in dialog.questions
        if question.prefill and names.get(question.prefill) and question.id not in answers
    }


def finish(
    case: Case, dialog: Dialog, facts: Facts, answers: Answers, acts: list[RuleAct], again: bool = False
) -> Decision:
    """Nothing is left to ask in a chat: it shows the summary. Who is upset, or told nothing, is not asked once more."""
    acts = [*acts, *recorded(case, dialog, facts, answers, acts)]
    lines = prompts.lines_of(case, dialog, facts, answers)
    if case.upset or not lines:
        told: list[RuleAct] = [SayTemplate("summary_told", {"lines": lines})] if lines else []
        return decide(*acts, Expect(), *told, *completed(case), done=False)
    shown = SayTemplate("summary_again" if again else "summary", {"lines": lines}, buttons=CONFIRM)
    return decide(*acts, Expect(SUMMARY), SetDialogState({"tries": 0}), *prompts.in_place(case), shown)


def recorded(case: Case, dialog: Dialog, facts: Facts, answers: Answers, acts: list[RuleAct]) -> list[RuleAct]:
    """The acts that write down what the answers come to."""
    data = case_data(case, dialog, facts, answers, circumstances_in(case, acts))
    return [prompts.keep_answers(answers), SetFields(data)]
