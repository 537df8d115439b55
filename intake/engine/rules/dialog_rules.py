"""Rules that walk a dialog: what a message tells is noted, the next question put, an answer taken in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from desk.model.acts import Decision, Facts, RuleAct, SetDialogState, SetFields, decide
from desk.model.case import Case, append_words
from desk.model.core_facts import Now
from desk.model.dialog_state import QUESTION, SUMMARY
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.model.provider_files import Provider
from intake.engine import engine, prompts
from intake.engine.answer_parsing import ParsedAnswer, parse_answer
from intake.engine.dialog_context import dialog_of, is_letter_channel
from intake.engine.letters import rules as letter_rules
from intake.engine.model import Dialog
from intake.engine.rules import chat_answers, message_answers
from intake.engine.rules.message_answers import Answers
from intake.engine.rules.next_step import begun, go_on

Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]


def note_facts(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """What a message tells of any question answers it, asked or not; before a dialog begins it is remembered.

    Another value for what was answered already changes it where the person corrects themselves, or looks over the
    summary, or tells it in the place of the answer to the open question.
    """
    dialog = dialog_of(case, facts)
    if dialog is None:
        told_something = inbound.files or (inbound.text.strip() and not inbound.text.startswith("/"))
        heard = message_answers.remembered(case, inbound, facts)
        return decide(SetDialogState({"heard": heard}), done=False) if told_something else None
    told = message_answers.told_now(case, inbound, facts, dialog) or _mended(case, inbound, facts, dialog)
    before = message_answers.told_before(case, facts, dialog)
    answers = {**before, **case.answers, **_taken(case, inbound, facts, dialog, told)}
    if case.expecting.owner != QUESTION:
        answers |= message_answers.shown(dialog, inbound.files, inbound.message, answers)
    if answers == case.answers:
        return None
    acts: list[RuleAct] = [prompts.keep_answers(answers)]
    if before:
        acts.append(SetDialogState({"heard": []}))
    left = message_answers.words_left(message_answers.heard(case, inbound, facts), case)
    if told and left and inbound.text.strip() not in case.description:  # an edit may stand there already
        acts.append(SetFields({"description": append_words(case.description, inbound.text)}))
    # The summary shows them all again; what stands beside an open question is noted where that is put again.
    mends = message_answers.corrects(message_answers.heard(case, inbound, facts))
    told_below = case.expecting.owner == SUMMARY or (not mends and _is_beside(case, facts, told))
    said = [] if told_below else prompts.corrected(case, dialog, facts, case.answers, answers)
    return decide(*acts, *said, done=False, words_used=bool(told))


def _mended(case: Case, inbound: Inbound[Said], facts: Facts, dialog: Dialog) -> Answers:
    """A correction that is terse: "ой, только на одном" is an answer to the last question that it fits."""
    found = message_answers.heard(case, inbound, facts)
    if not message_answers.corrects(found) or is_letter_channel(facts):
        return {}
    now, zone = facts.need(Now).at, facts.need(Provider).timezone
    for name in dict.fromkeys(reversed(case.dialog_state.put)):
        question = dialog.question(name)
        if question is None or name not in case.answers or question.type not in ("choice", "datetime", "number"):
            continue
        given = parse_answer(question, found.leftover, now, zone=zone)
        if isinstance(given, ParsedAnswer) and given.value is not None:
            return {name: message_answers.with_origin(replace(given, text=inbound.text), inbound.message)}
    return {}


def _taken(case: Case, inbound: Inbound[Said], facts: Facts, dialog: Dialog, told: Answers) -> Answers:
    """Of what was told: what was open, and what changes an earlier answer."""
    mended = case.expecting.owner == SUMMARY or message_answers.corrects(message_answers.heard(case, inbound, facts))
    open_one = message_answers.open_question(case, facts)
    beside = not mended and _is_beside(case, facts, told)
    return {
        name: one
        for name, one in told.items()
        if name not in case.answers
        or (open_one.owner == QUESTION and name == open_one.question)
        or (mended and one["value"] != case.answers[name].get("value"))
        or (beside and _is_told_anew(case, dialog, name, one))
        or (mended and one.get("parsed", {}) != case.answers[name].get("parsed", {}))
    }


def _is_beside(case: Case, facts: Facts, told: Answers) -> bool:
    """Whether a message tells something, and not what the open question asks for."""
    open_one = message_answers.open_question(case, facts)
    return open_one.owner == QUESTION and bool(told) and open_one.question not in (*told, *case.answers)


def _is_told_anew(case: Case, dialog: Dialog, name: str, answer: Mapping[str, Any]) -> bool:
    """Whether another option of a question is told than was chosen."""
    question = dialog.question(name)
    is_choice = question is not None and question.type in ("choice", "yesno")
    return is_choice and answer["value"] != case.answers[name].get("value")


def ask_questions(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Asks the first question of the dialog, or the next one where nothing is open. What was told before it began is
    not asked."""
    dialog = dialog_of(case, facts)
    if case.expecting or dialog is None:
        return None
    answers = {**message_answers.told_before(case, facts, dialog), **case.answers}
    acts = begun(case, dialog)
    if case.dialog_state.heard:
        acts.append(SetDialogState({"heard": []}))
    return go_on(case, dialog, facts, answers, acts, first=not case.dialog_state.put)


def take_answer(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Takes in what was answered to a question and asks what comes next."""
    dialog = dialog_of(case, facts)
    if dialog is None:
        return None
    if inbound.option == "back":
        return chat_answers.back(case, dialog, facts)
    asked = engine.questions_by_id(dialog, case.dialog_state.asked, case.answers)
    if not asked:
        # Another version of the dialog than the one that asked: what was said to that is kept with the case.
        return go_on(case, dialog, facts, dict(case.answers), begun(case, dialog))
    if is_letter_channel(facts):
        return replace(letter_rules.letter_reply(case, inbound, facts, dialog, asked), words_used=True)
    return chat_answers.chat_answer(case, inbound, facts, dialog, asked[0])
