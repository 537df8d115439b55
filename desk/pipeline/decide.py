"""Thinking: the rules are asked in order, each seeing the case with the earlier acts applied. Pure from end to end."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime
from typing import Any

from desk.model.acts import (
    Act,
    Become,
    Drop,
    Facts,
    Governor,
    Hold,
    Identify,
    Record,
    Register,
    Rule,
    Say,
    Set,
    Show,
    To,
    Wanted,
)
from desk.model.case import Case, moved
from desk.model.messages import Heard


def think(
    rules: Sequence[Rule], case: Case, heard: Heard, facts: Facts, now: datetime, governors: Sequence[Governor] = ()
) -> Generator[type, None, list[Act]]:
    """The acts of one round, already applied to the case in hand. Empty when no rule had anything to say.

    Yields the type of a fact that is wanted only now, and goes on where it was once that has been looked for. The
    governors see all acts at the end, and may keep back what would be said.
    """
    acts: list[Act] = []
    for rule in rules:
        while True:
            try:
                decision = rule(case, heard, facts)
                break
            except Wanted as wanted:
                yield wanted.kind
        if decision is None:
            continue
        for act in decision.acts:
            case.change(changed(case, act, now))
            acts.append(act)
            if isinstance(act, Become):
                acts.append(Record("status", f"{act.state}/{act.reason}"))
        if decision.done:
            break
    for govern in governors:
        acts = list(govern(case, heard, facts, acts))
    return acts


def kept(acts: Sequence[Act]) -> bool:
    """Whether the case is to be written at all: not when the arrival was dropped or put aside for an agent."""
    return bool(acts) and not any(isinstance(act, (Drop, Hold)) for act in acts)


def outcome(acts: Sequence[Act], is_new: bool) -> str:
    """What the ledger says of the arrival, in one word."""
    for act in acts:
        if isinstance(act, Drop):
            return act.why[:40]
        if isinstance(act, Hold):
            return "pending"
    return "nothing" if not acts else "case" if is_new else "reply"


def changed(case: Case, act: Act, now: datetime) -> dict[str, Any]:
    """The fields of the case that an act changes. Raises `desk.model.case.ForbiddenMove` for a move that is not allowed."""
    if isinstance(act, Set):
        return dict(act.changes)
    if isinstance(act, Become):
        return moved(case, act.state, act.reason, now)
    if isinstance(act, Identify):
        return {"provider": act.provider, "contract": act.contract}
    if isinstance(act, Register) and not case.registered:
        return {"registered_at": now}
    if isinstance(act, (Say, Show)) and act.buttons and act.to is not To.STAFF:
        # A new prompt makes the buttons of the one before stale.
        return {"prompt": case.prompt + 1}
    return {}
