"""Thinking: the rules are asked in order, each seeing the case with the earlier acts applied. Pure from end to end."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime
from typing import Any

from desk.model.acts import (
    Act,
    ActFilter,
    AddJournalEntry,
    AssignAccount,
    Audience,
    ChangeState,
    FactNeeded,
    Facts,
    Ignore,
    KeepPending,
    Recipient,
    RegisterCase,
    Rule,
    SayTemplate,
    SayText,
    SetFields,
)
from desk.model.case import Case, state_change
from desk.model.messages import Inbound


def apply_rules(
    rules: Sequence[Rule],
    case: Case,
    inbound: Inbound,
    facts: Facts,
    now: datetime,
    act_filters: Sequence[ActFilter] = (),
) -> Generator[type, None, list[Act]]:
    """The acts of one round, already applied to the case in hand. Empty when no rule had anything to say.

    Yields the type of a fact that is wanted only now, and goes on where it was once that has been looked for. The
    act filters see all acts at the end, and may keep back what would be said.
    """
    acts: list[Act] = []
    for rule in rules:
        while True:
            try:
                decision = rule(case, inbound, facts)
                break
            except FactNeeded as wanted:
                yield wanted.kind
        if decision is None:
            continue
        for act in decision.acts:
            case.change(fields_changed(case, act, now))
            acts.append(act)
            if isinstance(act, ChangeState):
                acts.append(AddJournalEntry("status", f"{act.state}/{act.reason}"))
        if decision.done:
            break
    for act_filter in act_filters:
        acts = list(act_filter(case, inbound, facts, acts))
    return acts


def is_case_saved(acts: Sequence[Act]) -> bool:
    """Whether the case is to be written at all: not when the arrival was dropped or put aside for an agent."""
    return bool(acts) and not any(isinstance(act, (Ignore, KeepPending)) for act in acts)


def outcome_of(acts: Sequence[Act], is_new: bool) -> str:
    """What the ledger says of the arrival, in one word."""
    for act in acts:
        if isinstance(act, Ignore):
            return act.why[:40]
        if isinstance(act, KeepPending):
            return "pending"
    return "nothing" if not acts else "case" if is_new else "reply"


def fields_changed(case: Case, act: Act, now: datetime) -> dict[str, Any]:
    """The fields of the case that an act changes. Raises `desk.model.case.ForbiddenTransition` for a move that is not
    allowed."""
    if isinstance(act, SetFields):
        return dict(act.changes)
    if isinstance(act, ChangeState):
        return state_change(case, act.state, act.reason, now)
    if isinstance(act, AssignAccount):
        return {"provider": act.provider, "contract": act.contract}
    if isinstance(act, RegisterCase) and not case.registered:
        return {"registered_at": now}
    if (
        isinstance(act, (SayTemplate, SayText))
        and act.buttons
        and isinstance(act.to, Recipient)
        and act.to is not Recipient.AGENTS
    ):
        # A new prompt makes the buttons of the one before stale.
        return {"prompt": case.prompt + 1}
    return {}


def _asks_subscriber(to: Audience) -> bool:
    return isinstance(to, Recipient) and to is not Recipient.AGENTS
