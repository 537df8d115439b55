"""The subscriber looks over what was understood, and sends it or mends it, by a button or in words. Rules, pure."""

from __future__ import annotations

from desk.language.plain_answers import is_agreement
from desk.model.acts import Button, Buttons, Decision, Expect, Facts, SayTemplate, SetDialogState, SetFields, decide
from desk.model.case import Case, append_words
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.understanding.reading.observations import Act, Understanding
from intake.engine import prompts
from intake.engine.choice_parsing import parse_choice
from intake.engine.completion import completed
from intake.engine.dialog_context import dialog_of
from intake.engine.findings import question_summary
from intake.engine.model import Dialog, Question, QuestionOption
from intake.engine.rules import chat_answers, message_answers, next_step

Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]

_SEND: Buttons = ((Button("send", "button_send"),),)
_LONG_TALK = 14
"""Prompts after which the summary is sent as it is: nobody is held up for ever."""


def confirm_summary(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """The summary is sent, or an answer changed: the one named, or the one that was said anew."""
    dialog, option = dialog_of(case, facts), inbound.option
    if dialog is not None and case.dialog_state.prompt < _LONG_TALK:
        if option.startswith("redo_"):
            return chat_answers.redo(case, dialog, facts, option.removeprefix("redo_"))
        found = message_answers.heard(case, inbound, facts)
        if not option and message_answers.answered_by(case, inbound):
            # `intake.engine.rules.dialog_rules.note_facts` changed the answers.
            return next_step.finish(case, dialog, facts, dict(case.answers), [], again=True)
        if found.says(Act.BACK):
            return chat_answers.back(case, dialog, facts)
        if option == "change" or _objects(inbound, found):
            change = SayTemplate("what_to_change", buttons=(*prompts.redo_buttons(case, dialog), *_SEND))
            return decide(SetDialogState({"tries": 1}), change, words_used=True)
        if case.dialog_state.tries and (named := _named(case, dialog, inbound.text)):
            return chat_answers.redo(case, dialog, facts, named)
    # A word more instead of a button is taken along, if it says anything of the matter: thanks are no circumstance.
    more = not option and _adds(case, inbound, facts)
    kept = [SetFields({"description": append_words(case.description, inbound.text)})] if more else []
    return decide(*kept, Expect(), *completed(case), done=False, words_used=True)


def _objects(inbound: Spoken, found: Understanding) -> bool:
    if inbound.option or not inbound.text:
        return False
    said = message_answers.agreed(found)
    return said is False or (said is None and is_agreement(inbound.text) is False) or message_answers.corrects(found)


def _adds(case: Case, inbound: Spoken, facts: Facts) -> bool:
    found = message_answers.heard(case, inbound, facts)
    agreed = message_answers.agreed(found) is True or found.says(Act.AGREE, Act.SKIP)
    return bool(message_answers.words_left(found, case)) and not agreed


def _named(case: Case, dialog: Dialog, text: str) -> str:
    """The answer that the words name to be changed: "адрес"."""
    options = tuple(
        QuestionOption(one.id, {language: question_summary(one, language).rstrip(":?") for language in one.text})
        for one in dialog.questions
        if one.id in case.answers
    )
    chosen = parse_choice(Question("change", "choice", {}, options=options), text) if options else None
    return chosen.id if chosen else ""
