"""A registered case from the subscriber's side, and what the desk itself notices about it. Rules, pure."""

from __future__ import annotations

from desk.language.intents import parse_yes_no, wants_human
from desk.language.rich_text import literal
from desk.model.acts import (
    Act,
    AddJournalEntry,
    ChangeState,
    Decision,
    Facts,
    Ignore,
    MarkAddress,
    Names,
    Recipient,
    RegisterCase,
    SayTemplate,
    SetFields,
    UpdateCard,
    decide,
)
from desk.model.case import TRIAGE, Case, CaseState, consent_record, may_consent
from desk.model.facts import CaseMatch, ContactAddresses, Now
from desk.model.messages import Address, Inbound, RedeliveryPolicy, Role, Verb
from desk.model.policy import Provider
from desk.model.shared_facts import Identification
from escalation.agent_rules import CONSENT
from escalation.routing import route_case
from escalation.transcript import RELAYED
from escalation.undelivered import UndeliveredText


def ignore_unknown_case(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """What the desk notices about a case that is gone changes nothing."""
    if inbound.role is Role.DESK and facts.need(CaseMatch).how == "none":
        return decide(Ignore("no such case"))
    return None


def reachable_again(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Who was gone and speaks again is reached there again."""
    if inbound.verb is Verb.UNDELIVERED or not facts.need(ContactAddresses).returned:
        return None
    return decide(MarkAddress(inbound.sender, blocked=False), done=False)


def register_case(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """What is ready gets its number and its queue, the subscriber is told, and the agents see its card."""
    if case.registered or case.reason != TRIAGE:
        return None
    provider, identified = facts.need(Provider), facts.get(Identification)
    routed = route_case(provider, case, identified.account if identified else None)
    # The queue tells how the account stands (B11), and only a proved holder may learn that (G8).
    names: Names = {"queue": provider.team_title(routed.to, case.language) if case.proved else ""}
    return decide(
        RegisterCase(),
        SetFields({"queue": routed.to, "awaiting": ""}),
        ChangeState(CaseState.ACKNOWLEDGED, "queued"),
        AddJournalEntry("measure", f"routed to {routed.to} by {routed.by}"),
        SayTemplate("registered", names),
        UpdateCard(),
    )


def ask_consent(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Yes closes; no reopens under the same number; only the person whose case it is can say so (C7)."""
    if case.awaiting != "consent" or inbound.role is not Role.SUBSCRIBER or not may_consent(case, inbound):
        return None
    pressed = {"consent_yes": True, "consent_no": False}.get(inbound.press.option if inbound.press else "")
    agreed = pressed if inbound.press else parse_yes_no(inbound.text)
    if agreed is None:
        return _unclear(case, inbound)
    return _agreed(case, inbound, facts) if agreed else _denied(case, inbound)


def _agreed(case: Case, inbound: Inbound, facts: Facts) -> Decision:
    return decide(
        ChangeState(CaseState.CLOSED, "customer_verified"),
        SetFields({"awaiting": "", "consent": consent_record(inbound, facts.need(Now).at)}),
        SayTemplate("closed_thanks"),
        UpdateCard(),
    )


def _denied(case: Case, inbound: Inbound) -> Decision:
    return decide(
        ChangeState(CaseState.IN_PROGRESS, "reopened"),
        SetFields({"awaiting": "", "eta": None}),
        SayTemplate("reopened"),
        SayTemplate("agents_reopened", {"text": literal(inbound.text)}, Recipient.AGENTS, files=inbound.files),
        UpdateCard(),
    )


def _unclear(case: Case, inbound: Inbound) -> Decision:
    """Neither yes nor no: the agent reads it, and the question is put once more."""
    acts: list[Act] = [_relayed(inbound)] if inbound.text or inbound.files else []
    if case.tries == 0:
        acts += [SetFields({"tries": 1}), SayTemplate("consent_again", buttons=CONSENT)]
    return decide(*acts)


def human_wanted(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Who asks for a human while a case waits is told where it stands, and the agents are told too."""
    if not case.registered or case.owner or inbound.role is not Role.SUBSCRIBER:
        return None
    if not (wants_human(inbound.text) or (inbound.press and inbound.press.option == "operator")):
        return None
    return decide(
        SayTemplate("operator_soon"),
        SayTemplate("agents_human_wanted", to=Recipient.AGENTS),
        SetFields({"unread": case.unread + 1}),
        UpdateCard(),
    )


def relay_to_agent(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """What the subscriber adds goes to the agent who has the case; before anyone has it, the card counts it."""
    if not case.registered or inbound.role is not Role.SUBSCRIBER or inbound.verb is Verb.PRESS:
        return None
    if not inbound.text and not inbound.files:
        return decide(Ignore("empty"))
    unread = SetFields({"unread": case.unread + 1})
    if case.owner and case.unread < RELAYED:
        return decide(unread, _relayed(inbound))
    # The group takes 20 messages a minute for all cases: one person's flood is counted on the card, and read later.
    acts: list[Act] = [unread, UpdateCard()]
    if case.unread == 0:
        acts.append(SayTemplate("added"))
    return decide(*acts)


def _relayed(inbound: Inbound) -> Act:
    names: Names = {"text": literal(inbound.text), "edited": inbound.detail.get("edited", "")}
    return SayTemplate("subscriber_says", names, Recipient.AGENTS, files=inbound.files, policy=RedeliveryPolicy.HOLD)


def timer_fired(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Timers look at the case as it is now, not as it was when they were set."""
    if inbound.verb is not Verb.TIMER:
        return None
    kind = inbound.detail.get("kind", "")
    if kind == "consent_reminder" and case.state == CaseState.RESOLVED:
        return _remind(case, facts)
    if kind == "eta_missing" and case.state == CaseState.IN_PROGRESS and case.eta is None:
        return decide(SayTemplate("agents_eta_missing", to=Recipient.AGENTS))
    now = facts.need(Now).at
    if kind == "eta_over" and case.state == CaseState.IN_PROGRESS and case.eta is not None and case.eta <= now:
        return decide(SayTemplate("agents_eta_over", to=Recipient.AGENTS))
    return decide(Ignore("timer without a reason"))


def _remind(case: Case, facts: Facts) -> Decision:
    """Silence is no consent: reminders first, then a person calls (X5)."""
    now, provider = facts.need(Now).at, facts.need(Provider)
    last = case.resolved_at is not None and now - case.resolved_at >= max(provider.remind_after, default=now - now)
    acts: list[Act] = [SayTemplate("consent_reminder", to=Recipient.SUBSCRIBER, buttons=CONSENT)]
    if last:
        acts.append(SayTemplate("agents_call_task", to=Recipient.AGENTS))
    return decide(*acts)


def mark_undelivered(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Something did not reach the person: the address is marked, and the agents are told (C13)."""
    if inbound.verb is not Verb.UNDELIVERED:
        return None
    contact = facts.need(ContactAddresses)
    lane, why = inbound.detail.get("lane", ""), inbound.detail.get("why", "")
    agents_lane = (
        contact.agents_group is not None and lane == f"{contact.agents_group.channel}:{contact.agents_group.value}"
    )
    if agents_lane:
        return decide(Ignore("the agents' group refused it"))
    acts: list[Act] = [AddJournalEntry("finding", f"not delivered: {why}")]
    closed = False
    gone = inbound.role is Role.SUBSCRIBER or bool(inbound.detail.get("gone"))
    if gone:
        channel = inbound.detail.get("channel") or inbound.channel
        value = lane.removeprefix(f"{channel}:") if lane else inbound.sender.value
        channel_kind = inbound.sender.channel_kind if inbound.role is Role.SUBSCRIBER else channel.partition(":")[0]
        address = Address(channel_kind, channel, value)
        acts.append(MarkAddress(address, blocked=True, why=why or "gone"))
        closed = address == contact.here
    if facts.need(CaseMatch).how == "new":
        return decide(*acts, Ignore("they left"))
    again = _said_again(case, facts) if closed else []
    if case.registered and case.open:
        acts.append(
            SayTemplate("agents_undelivered", {"why": literal(why), "again": "1" if again else ""}, Recipient.AGENTS)
        )
        if closed and contact.other(case) is None:
            acts.append(SayTemplate("unreachable", to=Recipient.AGENTS))
    return decide(*acts, *again)


def _said_again(case: Case, facts: Facts) -> list[Act]:
    """What was not read is said another way, if there is one (C12)."""
    missed = facts.get(UndeliveredText)
    if missed is None or not case.open or facts.need(ContactAddresses).other(case) is None:
        return []
    return [SayTemplate("sent_again", {"text": literal(missed.text)}, Recipient.OTHER, files=missed.files)]


def warn_maybe_sent(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """A relay whose answer was lost is never sent twice unseen: the agents learn that it may have arrived."""
    if inbound.verb is not Verb.MAYBE_SENT:
        return None
    contact, lane = facts.need(ContactAddresses), inbound.detail.get("lane", "")
    to_agents = (
        contact.agents_group is not None and lane == f"{contact.agents_group.channel}:{contact.agents_group.value}"
    )
    acts: list[Act] = [AddJournalEntry("finding", "a message was perhaps sent, perhaps not")]
    if case.registered:
        acts.append(SayTemplate("agents_maybe_missed" if to_agents else "agents_maybe_sent", to=Recipient.AGENTS))
    return decide(*acts)
