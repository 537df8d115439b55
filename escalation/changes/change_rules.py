"""What agents do about a change request: propose a window, approve it, say what came of it. Rules, pure.

A window holds once the customer and the provider have agreed to it (D6). The provider's word is that of a lead or an
admin, and never of the agent who proposed it. Another window is agreed to anew by both.
"""

from __future__ import annotations

from datetime import datetime

from desk.language.rich_text import literal
from desk.model.acts import (
    AddJournalEntry,
    AddReaction,
    Addressee,
    Button,
    Buttons,
    CancelTimer,
    ChangeState,
    Decision,
    Expect,
    Facts,
    PopupNotice,
    RefuseOperation,
    RuleAct,
    SayTemplate,
    SetDialogState,
    SetFields,
    SetTimer,
    UpdateCard,
    decide,
)
from desk.model.agent_operations import ApproveChange, ProposeChange, ReportChange
from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.calendars.typed_windows import instant_of
from desk.model.case import Case
from desk.model.core_facts import CaseContacts, Now
from desk.model.dialog_state import CHANGE
from desk.model.events import Event, Inbound, OperationOrdered
from desk.model.journal import ChangeAnswered, ChangeProposed, ChangeReported
from desk.model.provider_files import Provider
from desk.model.service_levels.policy import CHANGE_REQUEST
from desk.model.states import CaseState
from escalation.agent_rules import resolve
from escalation.agent_words import released
from escalation.changes.planned_change import (
    CUSTOMER,
    PROVIDER,
    PlannedChange,
    approval,
    planned_change,
    window_labels,
)
from escalation.changes.window_timers import no_timers, timers_once_agreed, timers_until_agreed
from escalation.names_and_times import agent_name
from escalation.ownership import acting_agent
from escalation.promised_time_rules import notice_on_file

ASK_BUTTONS: Buttons = ((Button("change_yes", "button_change_yes"), Button("change_other", "button_change_other")),)
LEADS = ("lead", "admin")
"""The roles whose word is the provider's."""
_LONGEST = 400
"""Characters of what a window is for."""


def propose_change(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """The case becomes a change request, held for its window; the customer is asked, and so are the leads."""
    now, provider, agent = facts.need(Now).at, facts.need(Provider), acting_agent(facts)
    operation = inbound.event.operation
    assert isinstance(operation, ProposeChange)  # noqa: S101 - asked for this operation alone
    begins, ends = instant_of(operation.begins, provider.timezone), instant_of(operation.ends, provider.timezone, True)
    what = operation.what.strip()[:_LONGEST]
    if begins is None or ends is None or not what:
        return decide(RefuseOperation(OperationRefusalCode.CHANGE_UNCLEAR))
    if ends <= begins:
        return decide(RefuseOperation(OperationRefusalCode.CHANGE_ENDS_FIRST))
    if begins <= now:
        return decide(RefuseOperation(OperationRefusalCode.CHANGE_IN_PAST))
    version = int(case.planned_change.get("version", 0)) + 1 if case.planned_change else 1
    change = PlannedChange(version, begins, ends, what, agent.id, now, {}, {})
    names = {**window_labels(change, now, provider, case.language), "again": "1" if version > 1 else ""}
    contact = facts.need(CaseContacts)
    return decide(
        *released(case, facts),
        *([] if case.owner else [SetFields({"owner": agent.id, "taken_at": case.taken_at or now})]),
        *([] if case.ticket_type == CHANGE_REQUEST else [SetFields({"ticket_type": CHANGE_REQUEST})]),
        *_held(case),
        SetFields({"planned_change": change.stored(), "eta": None, "unread": 0, "last_acknowledgement": ""}),
        *(CancelTimer(one) for one in ("take", "eta", "eta_soon")),
        *timers_until_agreed(change, provider),
        Expect(CHANGE),
        SetDialogState({"tries": 0}),
        AddJournalEntry(ChangeProposed(_iso(begins, provider), _iso(ends, provider), version), what, public=True),
        SayTemplate(
            "change_ask", {**names, "agent": agent_name(agent, case.language)}, Addressee.SUBSCRIBER, ASK_BUTTONS
        ),
        *notice_on_file("change_ask", {**names, "agent": agent_name(agent, case.language)}, case),
        *([] if contact.to(case) else [SayTemplate("unreachable", to=Addressee.AGENTS)]),
        change_to_agents("agents_change_proposed", change, facts, approve_buttons(change)),
        AddReaction(),
        UpdateCard(),
    )


def approve_change(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """A lead or an admin approves for the provider; the one who proposed the window cannot."""
    now, agent, change = facts.need(Now).at, acting_agent(facts), planned_change(case)
    operation = inbound.event.operation
    assert isinstance(operation, ApproveChange)  # noqa: S101 - asked for this operation alone
    if code := _not_this_one(change, operation.version):
        return decide(RefuseOperation(code))
    assert change is not None  # noqa: S101 - refused above
    if agent.role not in LEADS:
        return decide(RefuseOperation(OperationRefusalCode.CHANGE_NOT_LEAD))
    if agent.id == change.proposer:
        return decide(RefuseOperation(OperationRefusalCode.CHANGE_OWN))
    if now >= change.begins:
        return decide(RefuseOperation(OperationRefusalCode.CHANGE_IN_PAST))
    if change.provider:
        return decide(PopupNotice("change_noted"), AddReaction())
    told = [] if change.customer else [change_to_agents("agents_change_approved", change, facts)]
    return decide(
        *side_agreed(case, inbound, facts, change, PROVIDER), *told, PopupNotice("change_noted"), AddReaction()
    )


def report_change(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """Done: the customer is asked whether all works, as after any solution. Not done, or called off: back to work."""
    now, provider, change = facts.need(Now).at, facts.need(Provider), planned_change(case)
    operation = inbound.event.operation
    assert isinstance(operation, ReportChange)  # noqa: S101 - asked for this operation alone
    if code := _not_this_one(change, operation.version):
        return decide(RefuseOperation(code))
    assert change is not None  # noqa: S101 - refused above
    noted = AddJournalEntry(ChangeReported(operation.done), operation.text, public=bool(operation.text))
    if operation.done:
        if code := _too_early(change, now):
            return decide(RefuseOperation(code))
        solved = resolve(case, inbound, facts)
        return decide(noted, *no_timers(), *(solved.acts if solved else ()))
    names = {
        **window_labels(change, now, provider, case.language),
        "why": literal(operation.text.strip()),
        "agreed": "1" if change.agreed and now >= change.begins else "",
    }
    return decide(
        *released(case, facts),
        noted,
        *no_timers(),
        ChangeState(CaseState.IN_PROGRESS, "change_not_done"),
        Expect(),
        SetTimer("eta_missing", now + provider.first_eta_within, "eta"),
        SayTemplate("change_not_done", names, Addressee.SUBSCRIBER, human=bool(operation.text.strip())),
        *notice_on_file("change_not_done", names, case),
        PopupNotice("change_noted"),
        AddReaction(),
        UpdateCard(),
    )


def refuse_unagreed(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """A change request is not resolved before its window was agreed to by both sides, and has begun."""
    change = planned_change(case)
    code = _too_early(change, facts.need(Now).at) if change else None
    return decide(RefuseOperation(code)) if code else None


def refuse_leaving_window(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """A case that is held for a window is not moved out of it silently: the customer counts on the window."""
    return decide(RefuseOperation(OperationRefusalCode.CHANGE_WINDOW_OPEN)) if planned_change(case) else None


def side_agreed(case: Case, inbound: Inbound[Event], facts: Facts, change: PlannedChange, side: str) -> list[RuleAct]:
    """One side has agreed: kept with the case and in its journal. With both, all are told, once."""
    given = approval(inbound, facts.need(Now).at)
    after = change.agreed_by(side, given)
    noted = ChangeAnswered(
        side, True, change.version, given["channel"], given["address"], given["message"], given["words"]
    )
    return [
        SetFields({"planned_change": after.stored()}),
        AddJournalEntry(noted, public=True, actor="subscriber" if side == CUSTOMER else ""),
        *(_all_told(case, after, facts) if after.agreed else []),
        UpdateCard(),
    ]


def change_to_agents(template: str, change: PlannedChange, facts: Facts, buttons: Buttons = ()) -> SayTemplate:
    """A sentence about the window for the agents' group."""
    provider = facts.need(Provider)
    proposer = provider.agent(change.proposer)
    names = {
        **window_labels(change, facts.need(Now).at, provider, provider.language),
        "agent": agent_name(proposer, provider.language) if proposer else change.proposer,
    }
    return SayTemplate(template, names, Addressee.AGENTS, buttons)


def approve_buttons(change: PlannedChange) -> Buttons:
    """Approves this window, and no later one."""
    return ((Button(f"change:ok:{change.version}", "button_change_approve"),),)


def _all_told(case: Case, change: PlannedChange, facts: Facts) -> list[RuleAct]:
    now, provider = facts.need(Now).at, facts.need(Provider)
    names = window_labels(change, now, provider, case.language)
    return [
        *timers_once_agreed(change, now, provider),
        SayTemplate("change_agreed", names, Addressee.SUBSCRIBER),
        *notice_on_file("change_agreed", names, case),
        change_to_agents("agents_change_agreed", change, facts),
    ]


def _held(case: Case) -> list[RuleAct]:
    """Held for the window; only what is in progress can be."""
    began = case.state in (CaseState.IN_PROGRESS, CaseState.HELD)
    first = [] if began else [ChangeState(CaseState.IN_PROGRESS, "diagnosing")]
    return [*first, ChangeState(CaseState.HELD, "change_window")]


def _not_this_one(change: PlannedChange | None, version: int) -> OperationRefusalCode | None:
    if change is None:
        return OperationRefusalCode.CHANGE_NONE
    return OperationRefusalCode.CHANGE_REPLACED if version not in (0, change.version) else None


def _too_early(change: PlannedChange, now: datetime) -> OperationRefusalCode | None:
    if not change.agreed:
        return OperationRefusalCode.CHANGE_NOT_AGREED
    return OperationRefusalCode.CHANGE_NOT_BEGUN if now < change.begins else None


def _iso(at: datetime, provider: Provider) -> str:
    return at.astimezone(provider.timezone).isoformat(timespec="minutes")
