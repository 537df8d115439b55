"""The third beat, decide: rules are asked in order, each seeing the case with the earlier acts applied. Pure."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from desk.model.acts import (
    ActFilter,
    AddJournalEntry,
    Addressee,
    AssignCaseNumber,
    Audience,
    ChangeState,
    Consequence,
    Decision,
    Expect,
    FactNeeded,
    Facts,
    Ignore,
    KeepPending,
    RefuseOperation,
    Rule,
    RuleAct,
    SayReadyText,
    SayTemplate,
    SetCaseAccount,
    SetDialogState,
    SetFields,
)
from desk.model.arrival_outcomes import (
    Done,
    DoneCode,
    HeldForAgent,
    Ignored,
    OperationRefusalCode,
    OperationRefused,
    Outcome,
)
from desk.model.case import Case, append_words, state_change
from desk.model.dialog_state import Expecting
from desk.model.events import Event, Inbound, Pressed, Said
from desk.model.journal import StateChanged
from desk.model.states import ForbiddenTransition
from desk.pipeline.rulebook import Rulebook, rule_name
from desk.understanding.substance import has_substance

KEEPER = "pipeline.keep_unused_words"
"""Named as the deciding rule where words that no rule used are kept."""


@dataclass(slots=True)
class RoundDecision:
    """The acts of one round, each with the name of the rule that decided it, and how many rules were asked."""

    acts: list[RuleAct] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    asked: int = 0
    words_used: bool = False

    def add(self, act: RuleAct, rule: str) -> None:
        """One more act."""
        self.acts.append(act)
        self.rules.append(rule)

    @property
    def decided_by(self) -> list[str]:
        """The rules that decided something, in order, each once."""
        return list(dict.fromkeys(self.rules))


def apply_rules(
    rulebook: Rulebook,
    case: Case | None,
    inbound: Inbound[Event],
    facts: Facts,
    now: datetime,
    act_filters: Sequence[ActFilter] = (),
) -> Generator[type, None, RoundDecision]:
    """The acts of one round, already applied to the case in hand. Empty when no rule had anything to say.

    ``case`` is None where the arrival belongs to no case; then only the rules for that are asked. Yields the type of
    a fact that is needed only now, and goes on where it was once that has been looked up. The act filters see all
    acts at the end, and may keep back what would be said.
    """
    decided = RoundDecision()
    if case is None:
        _decide_without_case(decided, rulebook, inbound, facts)
        return decided
    for rule in rulebook.asked(case, inbound, facts):
        decided.asked += 1
        decision = yield from _asked(rule, case, inbound, facts)
        if decision is None:
            continue
        decided.words_used = decided.words_used or decision.words_used
        if not _applied(decided, decision, rule_name(rule), case, inbound, now) or decision.done:
            break
    keep_unused_words(decided, case, inbound)
    _end_prompt(decided, case, inbound)
    for consequence in rulebook.consequences if is_case_saved(decided.acts) else ():
        decision = yield from _asked(partial(_of_acts, consequence, decided.acts), case, inbound, facts)
        if decision is not None:
            _applied(decided, decision, rule_name(consequence), case, inbound, now)
    for act_filter in act_filters:
        _filter(decided, act_filter, case, inbound, facts)
    return decided


def _end_prompt(decided: RoundDecision, case: Case, inbound: Inbound[Event]) -> None:
    """A button that had its effect has it once: where no new prompt came with it, its own is over all the same."""
    pressed = inbound.event
    if isinstance(pressed, Pressed) and is_case_saved(decided.acts) and pressed.prompt == case.dialog_state.prompt:
        case.dialog_state.prompt += 1


def _of_acts(
    consequence: Consequence, acts: Sequence[RuleAct], case: Case, inbound: Inbound[Event], facts: Facts
) -> Decision | None:
    return consequence(case, inbound, facts, acts)


def _decide_without_case(decided: RoundDecision, rulebook: Rulebook, inbound: Inbound[Event], facts: Facts) -> None:
    for rule in rulebook.without_case:
        decided.asked += 1
        if decision := rule(inbound, facts):
            for act in decision.acts:
                decided.add(act, rule_name(rule))
            return


def _asked(rule: Rule, case: Case, inbound: Inbound[Event], facts: Facts) -> Generator[type, None, Decision | None]:
    while True:
        try:
            return rule(case, inbound, facts)
        except FactNeeded as needed:
            yield needed.kind


def _applied(
    decided: RoundDecision, decision: Decision, rule: str, case: Case, inbound: Inbound[Event], now: datetime
) -> bool:
    """Applies the acts of one decision. False when an agent's order came to nothing, since a state forbids it."""
    for act in decision.acts:
        before = case.state
        try:
            apply_act(case, act, now)
        except ForbiddenTransition:
            if not inbound.from_agent:
                raise
            decided.acts, decided.rules = [RefuseOperation(OperationRefusalCode.FORBIDDEN_TRANSITION)], [rule]
            return False
        decided.add(act, rule)
        if isinstance(act, ChangeState):
            decided.add(AddJournalEntry(StateChanged(act.state, act.reason, before)), rule)
    return True


def keep_unused_words(decided: RoundDecision, case: Case, inbound: Inbound[Event]) -> None:
    """Words that no rule used are kept with the case: the one place where that is done.

    A registered case keeps them in its journal, where its agent reads them; only the very first words about the
    trouble become its description even then.
    """
    event = inbound.event
    if decided.words_used or not isinstance(event, Said) or not is_case_saved(decided.acts):
        return
    if (case.registered and case.description) or not has_substance(event.text, case.contract):
        return
    act = SetFields({"description": append_words(case.description, event.text)})
    apply_act(case, act, inbound.at)
    decided.add(act, KEEPER)


def _filter(decided: RoundDecision, act_filter: ActFilter, case: Case, inbound: Inbound[Event], facts: Facts) -> None:
    by = {id(act): rule for act, rule in zip(decided.acts, decided.rules, strict=True)}
    before = decided.acts  # held on to, so that no id is used again
    decided.acts = list(act_filter(case, inbound, facts, before))
    name = rule_name(act_filter)
    decided.rules = [by.get(id(act), name) for act in decided.acts]


def is_case_saved(acts: Sequence[RuleAct]) -> bool:
    """Whether the case is to be written at all: not when the arrival was ignored, refused or kept for an agent."""
    return bool(acts) and not any(isinstance(act, (Ignore, RefuseOperation, KeepPending)) for act in acts)


def outcome_of(acts: Sequence[RuleAct], is_new: bool) -> Outcome:
    """What became of the arrival."""
    for act in acts:
        if isinstance(act, Ignore):
            return Ignored(act.code)
        if isinstance(act, RefuseOperation):
            return OperationRefused(act.code, act.names)
        if isinstance(act, KeepPending):
            return HeldForAgent()
    return Done(DoneCode.NOTHING if not acts else DoneCode.CASE if is_new else DoneCode.REPLY)


def apply_act(case: Case, act: RuleAct, now: datetime) -> None:
    """Changes the case in hand, and what is expected in it, as an act says.

    Raises `desk.model.states.ForbiddenTransition` for a change of state that is not allowed.
    """
    if isinstance(act, Expect):
        case.dialog_state.change({"expecting": Expecting(act.owner, act.question), "asked": list(act.asked)})
        if act.owner:
            case.change({"asked_at": now})
    elif isinstance(act, SetDialogState):
        case.dialog_state.change(act.changes)
    elif isinstance(act, (SayTemplate, SayReadyText)):
        if act.buttons and _asks_subscriber(act.to):
            # A new prompt makes the buttons of the one before stale.
            case.dialog_state.prompt += 1
        if isinstance(act, SayTemplate) and act.human:
            case.change({"asked_at": now})
    else:
        case.change(fields_changed(case, act, now))


def fields_changed(case: Case, act: RuleAct, now: datetime) -> dict[str, Any]:
    """The fields of the case that an act changes."""
    if isinstance(act, SetFields):
        return dict(act.changes)
    if isinstance(act, ChangeState):
        return state_change(case, act.state, act.reason, now)
    if isinstance(act, SetCaseAccount):
        return {"provider": act.provider, "contract": act.contract}
    if isinstance(act, AssignCaseNumber) and not case.registered:
        return {"registered_at": now}
    return {}


def _asks_subscriber(to: Audience) -> bool:
    return isinstance(to, Addressee) and to not in (Addressee.AGENTS, Addressee.ON_FILE)
