"""Questions put in between: the open one waits behind them, and is taken up again. Pure."""

from __future__ import annotations

from desk.model.acts import Button, Buttons, Decision, Expect, RuleAct, SetDialogState, decide
from desk.model.case import Case
from desk.model.dialog_state import BALANCE, MEANT, OTHER, RESTART, RESUME, SETTLED

PAUSING = (SETTLED, RESUME, RESTART, OTHER, MEANT, BALANCE)
"""The owners of questions put in between."""
GO_ON_OR_ANEW: Buttons = (
    (Button("go_on", "button_go_on"), Button("begin_anew", "button_begin_anew")),
    (Button("operator", "button_operator"),),
)
CLOSE_OR_NOT: Buttons = (
    (Button("close_it", "button_close_it"), Button("still_open", "button_still_open")),
    (Button("operator", "button_operator"),),
)


def interpose(case: Case, owner: str, *said: RuleAct, done: bool = True, words_used: bool = True) -> Decision:
    """Puts a question in between. One that is put behind another of its kind leaves what waits as it is."""
    state = case.dialog_state
    waiting = state.paused if case.expecting.owner in PAUSING else waiting_behind(case)
    return decide(Expect(owner), SetDialogState({"paused": waiting}), *said, done=done, words_used=words_used)


def waiting_behind(case: Case) -> list[str]:
    """What is open now, as `DialogState.paused` keeps it."""
    return [case.expecting.owner, case.expecting.question, *case.dialog_state.asked]


def taken_up(case: Case) -> tuple[RuleAct, ...]:
    """The acts by which what waited is open again."""
    owner, question, *asked = case.dialog_state.paused or ["", ""]
    return Expect(owner, question, tuple(asked)), SetDialogState({"paused": []})
