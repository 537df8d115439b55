"""The open question once more, in short, below what was said in between. Rules, pure."""

from __future__ import annotations

from collections.abc import Sequence

from desk.model.acts import Button, Buttons, Facts, RuleAct, SayTemplate
from desk.model.case import Case
from desk.model.dialog_state import IDENTIFIER, PROBLEM, QUESTION
from intake.engine import prompts
from intake.engine.dialog_context import dialog_of, is_letter_channel

NO_CONTRACT: Buttons = ((Button("no_contract", "button_no_contract"), Button("operator", "button_operator")),)


def open_again(case: Case, facts: Facts, *lead: RuleAct) -> list[RuleAct]:
    """What was said in between, and the open question below it in other words; where that was put twice, it stands
    above with its buttons."""
    return put_again(case, facts, case.expecting.owner, case.expecting.question, lead) or list(lead)


def put_again(case: Case, facts: Facts, owner: str, name: str, lead: Sequence[RuleAct]) -> list[RuleAct]:
    """The acts that put an expectation's question once more; none where it was put twice, or is no question of ours."""
    dialog = dialog_of(case, facts)
    question = dialog.question(name) if dialog and owner == QUESTION else None
    if dialog is not None and question is not None:
        again = not is_letter_channel(facts) and prompts.times_put(case, question) < prompts.MOST_TIMES
        return prompts.put(case, dialog, facts, question, lead) if again else []
    short = _short_of(owner)
    return [*lead, *short] if short else []


def _short_of(owner: str) -> list[RuleAct]:
    if owner == IDENTIFIER:
        return [SayTemplate("ask_contract_short", buttons=NO_CONTRACT)]
    return [SayTemplate("what_happened_again")] if owner == PROBLEM else []
