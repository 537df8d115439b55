"""Commands of a chat: they are answered, and are never an answer themselves. Rules, pure."""

from __future__ import annotations

from desk.language.time_labels import time_labels
from desk.model.acts import Decision, Facts, Ignore, SayTemplate, decide
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.core_facts import CaseMatch, Now
from desk.model.dialog_state import PROBLEM
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.model.provider_files import Provider
from desk.model.shared_facts import SendAllowances

Words = Inbound[Said]
Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]


def answer_command(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """/help and /status answer, and change nothing; a case is neither opened nor moved on by them."""
    word = inbound.text.strip().lower()
    if word not in ("/help", "/status") or silenced(inbound, facts):
        return None
    if word == "/help":
        return decide(SayTemplate("help"), Ignore(IgnoredCode.HELP))
    if not case.registered:
        untold = facts.need(CaseMatch).how == "new" or case.expecting.owner == PROBLEM
        return decide(
            SayTemplate("status_none" if untold else "status_intake", {"again": ""}), Ignore(IgnoredCode.STATUS)
        )
    names = {"state": case.state, "taken": "1" if case.owner else "", "eta": "1" if case.eta else ""}
    if case.eta is not None:
        names |= time_labels(case.eta, facts.need(Now).at, facts.need(Provider).timezone, case.language)
    return decide(SayTemplate("status", names), Ignore(IgnoredCode.STATUS))


def silenced(inbound: Spoken, facts: Facts) -> bool:
    """Whether the speaker may not be answered automatically now."""
    allowances = facts.get(SendAllowances)
    allowance = allowances.of.get(inbound.sender) if allowances else None
    return allowance is not None and allowance.refused is not None
