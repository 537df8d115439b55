"""Buttons for what the card of a case has no place for: operations, reasons, teams. Pure."""

from __future__ import annotations

from desk.model.acts import Addressee, Button, Buttons, Decision, Facts, Names, SayTemplate, decide
from desk.model.case import Case
from desk.model.events import Inbound, OperationOrdered
from desk.model.operations.case_operations import HELD_REASONS, PENDING_REASONS, ShowChoices
from desk.model.provider_files import Provider
from desk.model.states import CaseState

_WAITS = (CaseState.PENDING, CaseState.HELD)


def show_choices(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """The choices, in a message of their own; of teams and people it says how a summary goes with them."""
    order, provider = inbound.event.operation, facts.need(Provider)
    of = order.of if isinstance(order, ShowChoices) else "more"
    known = [f"{one.id}: {one.titles.get(provider.language) or one.id}" for one in provider.teams]
    people = [f"{one.id}: {next(iter(one.names.values()), one.id)}" for one in provider.agents if one.active]
    names: Names = {"of": of, "known": [*known, *people][:30] if of in ("hand_over", "consult") else []}
    return decide(SayTemplate("agents_choices", names, Addressee.AGENTS, _buttons(of, case), apart="choices"))


def _buttons(of: str, case: Case) -> Buttons:
    if of == "pend":
        return tuple((Button(f"pend:{one}", f"button_{one}"),) for one in PENDING_REASONS)
    if of == "hold":
        return tuple((Button(f"hold:{one}", f"button_{one}"),) for one in HELD_REASONS)
    if of != "more":
        return ()
    goes_on: Buttons = ((Button("resume", "button_resume"),),) if case.state in _WAITS else ()
    mine: tuple[Button, ...] = (Button("release", "button_release"),) if case.owner else ()
    return (
        *goes_on,
        (Button("ask:pend", "button_pend"), Button("ask:hold", "button_hold")),
        (Button("ask:hand_over", "button_hand_over"), *mine),
        (Button("escalate", "button_escalate"), Button("ask:consult", "button_consult")),
    )
