"""What is told after a case was opened and is not what its card says: the card says both. Rules, pure."""

from __future__ import annotations

from typing import Any

from desk.model.acts import Decision, Facts, RuleAct, SayTemplate, SetFields, UpdateCard, decide
from desk.model.case import Case, append_words
from desk.model.events import Inbound, Said
from desk.understanding.substance import is_bare_heading
from intake.engine.dialog_context import case_data, dialog_of
from intake.engine.rules import message_answers
from intake.engine.rules.message_answers import heard

_STATES = ("choice", "yesno")
"""Types of questions whose answers may change while a case waits."""


def note_later_facts(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """ "Лампочка уже зелёная" takes a red LOS from the card, and stands there in the person's own words; so does a
    message with another contract number, which changes nothing else, and what happened, where nobody had told it."""
    if inbound.accepted_by or not case.open:
        return None
    told = _told_otherwise(case, inbound, facts)
    number = heard(case, inbound, facts).key("contract")
    other = number is not None and bool(case.contract) and number.value != case.contract
    untold = is_bare_heading(case.description) and not is_bare_heading(inbound.text)
    if not told and not other and not untold:
        return None
    changed: dict[str, Any] = {}
    if inbound.text.strip() not in case.description:
        words = f"✎ {inbound.text}" if inbound.event.edited else inbound.text
        changed = {"description": append_words(case.description, words)}
    dialog = dialog_of(case, facts)
    if told and dialog is not None:
        answers = {**case.answers, **told}
        found = case_data(case, dialog, facts, answers, "")
        changed |= {"answers": answers, "present": found["present"], "absent": found["absent"]}
    said: list[RuleAct] = [SayTemplate("also_contract", {"contract": number.value})] if other and number else []
    return decide(SetFields(changed), *said, UpdateCard(), done=False)


def _told_otherwise(case: Case, inbound: Inbound[Said], facts: Facts) -> dict[str, Any]:
    """Of what a message tells, other states than those that were answered, and states that nobody had told."""
    dialog = dialog_of(case, facts)
    if dialog is None:
        return {}
    found = message_answers.told(dialog, heard(case, inbound, facts), inbound.message, facts)
    questions = {one.id: one for one in dialog.questions if one.type in _STATES}
    return {
        name: one
        for name, one in found.items()
        if name in questions and case.answers.get(name, {}).get("value") != one["value"]
    }
