"""The customer's answer to "does this time suit you?". Rules, pure.

Only a button or words whose every part is agreement agree, and only to the window that was asked about last. Whoever
wants another time tells the agent when.
"""

from __future__ import annotations

from dataclasses import replace

from desk.model.acts import (
    AddJournalEntry,
    Decision,
    Expect,
    Facts,
    SayTemplate,
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.case import Case
from desk.model.core_facts import Now
from desk.model.events import Inbound, Pressed, Said
from desk.model.journal import ChangeAnswered
from desk.model.provider_files import Provider
from desk.model.unrepeated_acknowledgement import acknowledge
from desk.understanding.closing_by_consent import may_consent
from desk.understanding.message import situation_of, understood
from desk.understanding.reading.observations import Act, TalkStage
from desk.understanding.substance import is_only_thanks
from escalation.changes.change_rules import ASK_BUTTONS, approve_buttons, change_to_agents, side_agreed
from escalation.changes.planned_change import CUSTOMER, PlannedChange, approval, planned_change, window_labels
from escalation.changes.window_words import agrees_to_window, asks_for_other_time
from escalation.names_and_times import owner_name
from escalation.relay_to_agents import relay

Answer = Inbound[Said] | Inbound[Pressed]

_OF_ALL_CASES = (
    Act.CALLBACK,
    Act.LANGUAGE,
    Act.BOT_QUESTION,
    Act.HUMAN,
    Act.EMERGENCY,
    Act.ANGRY,
    Act.STATUS,
    Act.CANCEL,
)
"""What is answered in the same way whatever the case waits for (`escalation.registered_case_rules`)."""


def take_window_answer(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """Yes agrees to the window; another time goes to the agent; what is neither is passed on, and asked again once."""
    change = planned_change(case)
    if change is None or not may_consent(case, inbound):
        return None
    if inbound.option:
        answers = {"change_yes": _agreed, "change_other": _other_time}
        return answers[inbound.option](case, inbound, facts, change) if inbound.option in answers else None
    if inbound.files or situation_of(case, facts).context is not TalkStage.CONSENT:
        return None
    return _worded(case, inbound, facts, change)


def _worded(case: Case, inbound: Answer, facts: Facts, change: PlannedChange) -> Decision | None:
    found = understood(case, inbound, facts)
    if agrees_to_window(found):
        # A yes to what an agent has asked since is none to the window.
        spoken_since = case.answered_at is not None and case.answered_at > change.asked_at
        return (_again if spoken_since else _agreed)(case, inbound, facts, change)
    if found.says(*_OF_ALL_CASES):
        return None
    if asks_for_other_time(found):
        return _other_time(case, inbound, facts, change)
    if is_only_thanks(found.text) or case.dialog_state.tries:
        return None
    return _again(case, inbound, facts, change)


def _agreed(case: Case, inbound: Answer, facts: Facts, change: PlannedChange) -> Decision:
    now, provider = facts.need(Now).at, facts.need(Provider)
    names = window_labels(change, now, provider, case.language)
    if now >= change.begins:
        return decide(
            Expect(), *relay(case, inbound, facts), *acknowledge(case, "change_too_late", names), words_used=True
        )
    waits = (
        []
        if change.provider
        else [
            SayTemplate("change_yours", names),
            change_to_agents("agents_change_customer", change, facts, approve_buttons(change)),
        ]
    )
    return decide(
        Expect(),
        SetFields({"last_acknowledgement": ""}),
        *side_agreed(case, inbound, facts, change, CUSTOMER),
        *waits,
        words_used=True,
    )


def _other_time(case: Case, inbound: Answer, facts: Facts, change: PlannedChange) -> Decision:
    """The window is off the table: a later yes is to whatever is asked then."""
    given = approval(inbound, facts.need(Now).at)
    noted = ChangeAnswered(
        CUSTOMER, False, change.version, given["channel"], given["address"], given["message"], given["words"]
    )
    agent = owner_name(case, facts.need(Provider))
    word = SayTemplate("change_which_time") if inbound.option else SayTemplate("change_passed_on", {"agent": agent})
    return decide(
        Expect(),
        AddJournalEntry(noted, public=True, actor="subscriber"),
        change_to_agents("agents_change_declined", change, facts),
        *relay(case, inbound, facts),
        word,
        words_used=True,
    )


def _again(case: Case, inbound: Answer, facts: Facts, change: PlannedChange) -> Decision:
    now, provider = facts.need(Now).at, facts.need(Provider)
    names = window_labels(change, now, provider, case.language)
    return decide(
        *relay(case, inbound, facts),
        SetFields({"planned_change": replace(change, asked_at=now).stored()}),
        SetDialogState({"tries": 1}),
        *acknowledge(case, "change_again", names, ASK_BUTTONS),
        words_used=True,
    )
