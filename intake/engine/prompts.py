"""How a question of a dialog is put in a chat: its words, its buttons, its picture, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desk.model.acts import (
    Button,
    Buttons,
    Expect,
    Facts,
    ReplacePressedMessage,
    RuleAct,
    SayReadyText,
    SayTemplate,
    SetDialogState,
    SetFields,
)
from desk.model.case import Case
from desk.model.dialog_state import QUESTION, SUMMARY
from intake.engine import engine
from intake.engine.dialog_context import pictures_of, summary_lines, template_values
from intake.engine.findings import question_summary
from intake.engine.model import Dialog, Question

_LAST_ROW = (Button("back", "button_back"), Button("operator", "button_operator"))
_HUMAN_FIRST: Buttons = ((Button("operator", "button_operator"),),)
_ROW_LENGTH = 26  # letters of two labels that still fit side by side on a phone
MOST_TIMES = 2
"""A question is put once, and once more."""


def times_put(case: Case, question: Question) -> int:
    """How often the question was put so far."""
    return case.dialog_state.put.count(question.id)


def put(
    case: Case,
    dialog: Dialog,
    facts: Facts,
    question: Question,
    acts: Sequence[RuleAct],
    answers: Mapping[str, Any] | None = None,
) -> list[RuleAct]:
    """The acts that put a question, after ``acts``; a second time in other words. ``answers`` where the case has not
    all of them."""
    given = case.answers if answers is None else answers
    again = times_put(case, question) > 0
    prompt = engine.render_question(question, case.language, template_values(case, facts), again=again)
    said_before = any(isinstance(act, SayTemplate) for act in acts)
    alike = again and not said_before and not question.again.get(case.language)
    once_more = [SayTemplate("once_more")] if alike else []
    files = () if again else pictures_of(dialog, (question,))
    return [
        *acts,
        Expect(QUESTION, question.id, (question.id,)),
        SetDialogState({"put": [*case.dialog_state.put, question.id]}),
        *in_place(case),
        *once_more,
        SayReadyText(prompt.text, buttons=_buttons(case, prompt, bool(given)), files=files),
    ]


def _buttons(case: Case, prompt: engine.QuestionPrompt, answered: bool) -> Buttons:
    options = [Button(one.id, label=one.label) for one in prompt.options]
    if prompt.can_skip:
        options.append(Button("skip", "button_skip"))
    if case.upset:  # the human comes first
        return (*_HUMAN_FIRST, *_rows(options), *(((_LAST_ROW[0],),) if answered else ()))
    return (*_rows(options), _LAST_ROW if answered else _LAST_ROW[1:])


def in_place(case: Case) -> list[RuleAct]:
    """One question takes the place of the other; an article or a greeting above them stays to be read again."""
    return [ReplacePressedMessage()] if case.expecting.owner in (QUESTION, SUMMARY) else []


def _rows(options: Sequence[Button]) -> Buttons:
    """Short labels stand two in a row, longer ones alone."""
    rows: list[tuple[Button, ...]] = []
    for option in options:
        width = len(option.label) or 10
        if rows and len(rows[-1]) == 1 and len(rows[-1][0].label or "1234567890") + width <= _ROW_LENGTH:
            rows[-1] = (rows[-1][0], option)
        else:
            rows.append((option,))
    return tuple(rows)


def lines_of(case: Case, dialog: Dialog, facts: Facts, answers: Mapping[str, Any]) -> list[str]:
    """Each answer behind what it is to, as the person reads them."""
    return [f"{question} {words}" for question, words in summary_lines(case, dialog, facts, answers)]


def corrected(
    case: Case, dialog: Dialog, facts: Facts, before: Mapping[str, Any], now: Mapping[str, Any]
) -> list[RuleAct]:
    """Says which answers were changed, each in its own words."""
    changed = {name: one for name, one in now.items() if name in before and one.get("value") != before[name]["value"]}
    lines = lines_of(case, dialog, facts, changed) if changed else []
    return [SayTemplate("corrected", {"lines": lines})] if lines else []


def redo_buttons(case: Case, dialog: Dialog | None) -> Buttons:
    """A button for each answer that may be changed."""
    questions = (question for question in (dialog.questions if dialog else ()) if question.id in case.answers)
    return tuple(
        (Button(f"redo_{question.id}", label=_short(question_summary(question, case.language).rstrip(":?"))),)
        for question in questions
    )


def keep_answers(answers: Mapping[str, Any]) -> SetFields:
    """The act that stores the answers."""
    return SetFields({"answers": dict(answers)})


def _short(text: str) -> str:
    line = text.strip().splitlines()[0]
    return line if len(line) <= 40 else line[:39].rstrip() + "…"
