"""Rules that walk a dialog by mail: a few questions in one letter, their answers in any shape, then the case. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desk.model.acts import Decision, Expect, Facts, RuleAct, SayTemplate, SayText, SetDialogState, SetFields, decide
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.dialog_state import QUESTION
from desk.model.events import Inbound, Opened, Pressed, Said
from desk.model.provider_files import Provider
from intake.engine import engine, letters
from intake.engine.answer_parsing import ParsedAnswer
from intake.engine.article_offers import article_to_offer, offer_article
from intake.engine.completion import completed
from intake.engine.dialog_context import (
    case_data,
    circumstances_in,
    condition_values,
    more_words,
    pictures_of,
    summary_lines,
    template_values,
)
from intake.engine.model import Dialog, Question
from intake.engine.reply_parsing import parse_reply

Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[Opened]


def letter_reply(case: Case, inbound: Spoken, facts: Facts, dialog: Dialog, asked: Sequence[Question]) -> Decision:
    """The answers of a mail. Where none can be made out they are asked for once more; what is missing is left.

    The next mail has the questions that did not fit into this one.
    """
    now, zone = facts.need(Now).at, facts.need(Provider).timezone
    read = parse_reply(asked, inbound.text, now, files=inbound.files, zone=zone)
    full_text = inbound.event.full_text if isinstance(inbound.event, Said) else ""
    if not read.answers and full_text != inbound.text:
        # Some programmes quote in a way nobody can tell from new words: the answers may stand below.
        read = parse_reply(asked, full_text, now, files=inbound.files, zone=zone)
    answers = {**case.answers, **{name: one.stored() for name, one in read.answers.items()}}
    acts: list[RuleAct] = []
    if read.leftover:
        acts.append(SetFields({"circumstances": more_words(case.circumstances, read.leftover)}))
    if not read.answers and case.dialog_state.tries == 0:
        again = [*acts, SetDialogState({"tries": 1}), SayTemplate("letter_not_understood")]
        return decide(*letter_shown(case, dialog, facts, asked, again, case.answers))
    if not read.answers:
        return _finished(case, dialog, facts, answers, acts)
    passed = {question.id: ParsedAnswer(None).stored() for question in asked if question.id not in answers}
    return next_letter(case, dialog, facts, {**answers, **passed}, [*acts, SetDialogState({"tries": 0})])


def next_letter(case: Case, dialog: Dialog, facts: Facts, answers: dict[str, Any], acts: list[RuleAct]) -> Decision:
    """Asks what comes next, as many questions as the dialog says; or offers an article."""
    values = condition_values(case, facts)
    questions = letters.letter_questions(dialog, answers, values)
    if article := article_to_offer(case, dialog, answers, values, facts, finished=not questions, batch=True):
        return decide(*acts, SetFields({"answers": answers}), *offer_article(case, article), done=False)
    if not questions:
        return _finished(case, dialog, facts, answers, acts)
    asked = [*acts, SetFields({"answers": answers}), SayTemplate("questions_by_mail")]
    return decide(*letter_shown(case, dialog, facts, questions, asked, answers))


def letter_shown(
    case: Case,
    dialog: Dialog,
    facts: Facts,
    questions: Sequence[Question],
    acts: Sequence[RuleAct],
    answers: Mapping[str, Any],
) -> list[RuleAct]:
    """The questions as a letter has them, and which they were."""
    kept = Expect(QUESTION, questions[0].id, tuple(question.id for question in questions))
    settled = engine.known_answers(dialog, answers, condition_values(case, facts))
    text = letters.render_letter(questions, case.language, template_values(case, facts), settled)
    return [*acts, kept, SayText(text, files=pictures_of(dialog, questions))]


def _finished(case: Case, dialog: Dialog, facts: Facts, answers: dict[str, Any], acts: list[RuleAct]) -> Decision:
    """Nothing is left to ask: by mail, where every exchange costs a day, the case opens."""
    acts = [
        *acts,
        SetFields({"answers": answers}),
        SetFields(case_data(case, dialog, facts, answers, circumstances_in(case, acts))),
    ]
    said = [f"{question} {words}" for question, words in summary_lines(case, dialog, facts, answers)]
    told: list[RuleAct] = [SayTemplate("summary_by_mail", {"lines": said})] if said else []
    told += _requested(case, dialog, facts, answers)
    return decide(*acts, Expect(), *told, *completed(case), done=False)


def _requested(case: Case, dialog: Dialog, facts: Facts, answers: Mapping[str, Any]) -> list[RuleAct]:
    """By mail nothing waits for a photo or a command's output: what is sent in answer goes to the agent."""
    requests = engine.next_requests(dialog, answers, condition_values(case, facts)) if answers else ()
    shown = [engine.render_question(request, case.language, {}) for request in requests]
    asked = [
        SayText(one.text, files=pictures_of(dialog, (request,))) for one, request in zip(shown, requests, strict=True)
    ]
    return [SayTemplate("requests_by_mail"), *asked] if asked else []
