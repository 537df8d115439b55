"""What is known of a matter at any moment: nobody who asks for a person is asked for it again. Pure."""

from __future__ import annotations

from typing import Any

from desk.model.acts import Facts
from desk.model.case import Case
from desk.model.dialog_state import QUESTION
from desk.model.events import Inbound
from intake.engine.dialog_context import case_data, dialog_of, is_letter_channel
from intake.engine.dialog_set import DialogSet
from intake.engine.letters.rules import answers_in_letter
from intake.engine.rules import message_answers
from intake.engine.rules.next_step import on_file


def collected_so_far(case: Case, inbound: Inbound[Any], facts: Facts) -> dict[str, Any]:
    """The fields of the case that everything said until now comes to, this message with it.

    Where no dialog was begun, the one its words lead to says what it means.
    """
    dialogs = facts.get(DialogSet)
    dialog = dialog_of(case, facts) or (dialogs.match(case.description) if dialogs else None)
    if dialog is None:
        return {}
    answers = {
        **message_answers.told_before(case, facts, dialog),
        **message_answers.told_now(case, inbound, facts, dialog),
    }
    if is_letter_channel(facts) and case.expecting.owner == QUESTION:
        answers |= answers_in_letter(case, inbound, facts, dialog)
    answers = {**answers, **case.answers}
    if not answers:
        return {} if case.dialog else {"dialog": dialog.id, "category": dialog.category}
    answers = {**on_file(case, dialog, facts, answers), **answers}
    kind = {"dialog": dialog.id, "category": dialog.category, "ticket_type": dialog.ticket_type}
    return {**kind, "answers": answers, **case_data(case, dialog, facts, answers, case.circumstances)}
