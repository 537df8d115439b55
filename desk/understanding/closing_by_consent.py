"""Whose message can agree to closing a case, and what follows when it does. Pure."""

from __future__ import annotations

from datetime import datetime

from desk.model.acts import AddJournalEntry, ChangeState, Expect, RuleAct, SayTemplate, SetFields
from desk.model.case import Case
from desk.model.events import Event, Inbound, Pressed, Said
from desk.model.journal import ClosingAgreed
from desk.model.states import CaseState


def may_consent(case: Case, inbound: Inbound[Event]) -> bool:
    """Whether closing can be agreed to by this message: it answers what was asked, and is the person's own.

    What was mended in an earlier message answers nothing that was asked since; and whose mail an agent let into the
    case is not thereby the person it belongs to.
    """
    own = (inbound.sender.channel, inbound.sender.value) == (case.channel, case.address)
    edited = isinstance(inbound.event, Said) and inbound.event.edited
    return not edited and (own or not inbound.accepted_by)


def _consent_record(inbound: Inbound[Said] | Inbound[Pressed], at: datetime) -> dict[str, str]:
    """Who agreed to closing, how and when, as `Case.consent` keeps it (C7)."""
    return {
        "channel": inbound.sender.channel_kind,
        "address": inbound.sender.value,
        "message": inbound.message,
        "words": inbound.option or inbound.text[:400],
        "at": at.isoformat(),
    }


def consent_acts(inbound: Inbound[Said] | Inbound[Pressed], at: datetime) -> tuple[RuleAct, ...]:
    """Keeps who agreed to closing, and how, with the case and in its journal; nothing is expected any more (C7)."""
    consent = _consent_record(inbound, at)
    given = ClosingAgreed(consent["channel"], consent["address"], consent["message"], consent["words"])
    return SetFields({"consent": consent}), Expect(), AddJournalEntry(given)


def settling_acts(inbound: Inbound[Said] | Inbound[Pressed], at: datetime, reason: str) -> tuple[RuleAct, ...]:
    """Closes a case without a number, for this reason, by the person's own agreement."""
    return (
        ChangeState(CaseState.RESOLVED, reason),
        ChangeState(CaseState.CLOSED, "customer_verified"),
        *consent_acts(inbound, at),
        SayTemplate("settled_thanks"),
    )
