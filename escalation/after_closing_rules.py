"""What is said after a case was closed: its trouble is back, or thanks. Rules, pure.

TMF621 knows no way out of "closed"; here there is one, for as long as the policy says (``reopen_within``): the case
goes on under its number, with its history, and the card says that it came back.
"""

from __future__ import annotations

from typing import Any

from desk.language.rich_text import literal
from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    ChangeState,
    Decision,
    Expect,
    Facts,
    Names,
    SayTemplate,
    SetFields,
    SetTimer,
    UpdateCard,
    decide,
)
from desk.model.case import Case, append_words
from desk.model.core_facts import CaseMatch, Now
from desk.model.events import Inbound, Said
from desk.model.journal import TakenUpAgain
from desk.model.provider_files import Provider
from desk.model.states import RECURRED, CaseState
from desk.model.unrepeated_acknowledgement import acknowledge, was_acknowledged_last
from desk.understanding.own_or_other_matter import AfterClosing
from escalation.names_and_times import owner_name
from escalation.promised_time_rules import watch_for_taker
from escalation.relay_to_agents import silence


def is_closed(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the message is about a case that was closed lately."""
    match = facts.get(CaseMatch)
    return match is not None and match.how in (AfterClosing.AGAIN, AfterClosing.COURTESY)


def take_up_again(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """The trouble is back: the same case goes on, with whoever solved it if they still work here."""
    if facts.need(CaseMatch).how != AfterClosing.AGAIN:
        return None
    now, provider = facts.need(Now).at, facts.need(Provider)
    owner = case.owner if provider.active_agent(case.owner) else ""
    times = case.recurrences + 1
    fields = {
        "owner": owner,
        "recurrences": times,
        "taken_up_at": now,
        "eta": None,
        "consent": {},
        "last_acknowledgement": "",
        "unread": case.unread + 1,
        "reminded_at": None,
        "description": append_words(case.description, inbound.text),
    }
    names: Names = {"agent": owner_name(case, provider) if owner else ""}
    told: Names = {
        "text": literal(inbound.text),
        "owner": owner_name(case, provider, provider.language) if owner else "",
    }
    asked = [SetTimer("eta_missing", now + provider.first_eta_within, "eta")] if owner else watch_for_taker(case, facts)
    return decide(
        ChangeState(CaseState.IN_PROGRESS if owner else CaseState.ACKNOWLEDGED, RECURRED),
        SetFields(fields),
        Expect(),
        AddJournalEntry(TakenUpAgain(times), public=True),
        *asked,
        SayTemplate("taken_up_again", names),
        SayTemplate("agents_again", told, Addressee.AGENTS, files=inbound.files),
        UpdateCard(),
        words_used=True,
    )


def answer_courtesy(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """Thanks reopen nothing: a word once, and then a silence that the journal explains."""
    if was_acknowledged_last(case, "you_are_welcome"):
        return decide(silence("small talk"))
    return decide(*acknowledge(case, "you_are_welcome"))
