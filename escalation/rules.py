"""A registered case from the subscriber's side, and what the desk itself notices about it. Rules, pure."""

from __future__ import annotations

from desk.language.intents import wants_human, yes_no
from desk.language.rich_text import literal
from desk.model.acts import (
    Act,
    Become,
    Card,
    Decision,
    Drop,
    Facts,
    Names,
    Reach,
    Record,
    Register,
    Say,
    Set,
    To,
    decide,
)
from desk.model.case import TRIAGE, Case, State, consent_in, may_agree
from desk.model.facts import Now, Picked, Ways
from desk.model.messages import Address, Heard, Policy, Role, Verb
from desk.model.policy import Provider
from desk.model.shared_facts import Identified
from escalation.agent_rules import CONSENT
from escalation.routing import route
from escalation.transcript import RELAYED
from escalation.undelivered import Missed


def about_no_case(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """What the desk notices about a case that is gone changes nothing."""
    if heard.role is Role.DESK and facts.need(Picked).how == "none":
        return decide(Drop("no such case"))
    return None


def returned(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Who was gone and speaks again is reached there again."""
    if heard.verb is Verb.UNDELIVERED or not facts.need(Ways).returned:
        return None
    return decide(Reach(heard.sender, blocked=False), done=False)


def register(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """What is ready gets its number and its queue, the subscriber is told, and the agents see its card."""
    if case.registered or case.reason != TRIAGE:
        return None
    provider, identified = facts.need(Provider), facts.get(Identified)
    routed = route(provider, case, identified.account if identified else None)
    # The queue tells how the account stands (B11), and only a proved holder may learn that (G8).
    names: Names = {"queue": provider.team_title(routed.to, case.language) if case.proved else ""}
    return decide(
        Register(),
        Set({"queue": routed.to, "awaiting": ""}),
        Become(State.ACKNOWLEDGED, "queued"),
        Record("measure", f"routed to {routed.to} by {routed.by}"),
        Say("registered", names),
        Card(),
    )


def consent(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Yes closes; no reopens under the same number; only the person whose case it is can say so (C7)."""
    if case.awaiting != "consent" or heard.role is not Role.SUBSCRIBER or not may_agree(case, heard):
        return None
    pressed = {"consent_yes": True, "consent_no": False}.get(heard.press.option if heard.press else "")
    agreed = pressed if heard.press else yes_no(heard.text)
    if agreed is None:
        return _unclear(case, heard)
    return _agreed(case, heard, facts) if agreed else _denied(case, heard)


def _agreed(case: Case, heard: Heard, facts: Facts) -> Decision:
    return decide(
        Become(State.CLOSED, "customer_verified"),
        Set({"awaiting": "", "consent": consent_in(heard, facts.need(Now).at)}),
        Say("closed_thanks"),
        Card(),
    )


def _denied(case: Case, heard: Heard) -> Decision:
    return decide(
        Become(State.IN_PROGRESS, "reopened"),
        Set({"awaiting": "", "eta": None}),
        Say("reopened"),
        Say("staff_reopened", {"text": literal(heard.text)}, To.STAFF, files=heard.files),
        Card(),
    )


def _unclear(case: Case, heard: Heard) -> Decision:
    """Neither yes nor no: the agent reads it, and the question is put once more."""
    acts: list[Act] = [_relayed(heard)] if heard.text or heard.files else []
    if case.tries == 0:
        acts += [Set({"tries": 1}), Say("consent_again", buttons=CONSENT)]
    return decide(*acts)


def human_wanted(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Who asks for a human while a case waits is told where it stands, and the agents are told too."""
    if not case.registered or case.owner or heard.role is not Role.SUBSCRIBER:
        return None
    if not (wants_human(heard.text) or (heard.press and heard.press.option == "operator")):
        return None
    return decide(Say("operator_soon"), Say("staff_human_wanted", to=To.STAFF), Set({"news": case.news + 1}), Card())


def relay(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """What the subscriber adds goes to the agent who has the case; before anyone has it, the card counts it."""
    if not case.registered or heard.role is not Role.SUBSCRIBER or heard.verb is Verb.PRESS:
        return None
    if not heard.text and not heard.files:
        return decide(Drop("empty"))
    unread = Set({"news": case.news + 1})
    if case.owner and case.news < RELAYED:
        return decide(unread, _relayed(heard))
    # The group takes 20 messages a minute for all cases: one person's flood is counted on the card, and read later.
    acts: list[Act] = [unread, Card()]
    if case.news == 0:
        acts.append(Say("added"))
    return decide(*acts)


def _relayed(heard: Heard) -> Act:
    names: Names = {"text": literal(heard.text), "edited": heard.detail.get("edited", "")}
    return Say("subscriber_says", names, To.STAFF, files=heard.files, policy=Policy.HOLD)


def alarm(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Alarms look at the case as it is now, not as it was when they were set."""
    if heard.verb is not Verb.ALARM:
        return None
    kind = heard.detail.get("kind", "")
    if kind == "consent_reminder" and case.state == State.RESOLVED:
        return _remind(case, facts)
    if kind == "eta_missing" and case.state == State.IN_PROGRESS and case.eta is None:
        return decide(Say("staff_eta_missing", to=To.STAFF))
    now = facts.need(Now).at
    if kind == "eta_over" and case.state == State.IN_PROGRESS and case.eta is not None and case.eta <= now:
        return decide(Say("staff_eta_over", to=To.STAFF))
    return decide(Drop("alarm without a reason"))


def _remind(case: Case, facts: Facts) -> Decision:
    """Silence is no consent: reminders first, then a person calls (X5)."""
    now, provider = facts.need(Now).at, facts.need(Provider)
    last = case.resolved_at is not None and now - case.resolved_at >= max(provider.remind_after, default=now - now)
    acts: list[Act] = [Say("consent_reminder", to=To.SUBSCRIBER, buttons=CONSENT)]
    if last:
        acts.append(Say("staff_call_task", to=To.STAFF))
    return decide(*acts)


def undelivered(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Something did not reach the person: the address is marked, and the agents are told (C13)."""
    if heard.verb is not Verb.UNDELIVERED:
        return None
    ways = facts.need(Ways)
    lane, why = heard.detail.get("lane", ""), heard.detail.get("why", "")
    staff_lane = ways.staff is not None and lane == f"{ways.staff.door}:{ways.staff.value}"
    if staff_lane:
        return decide(Drop("the agents' group refused it"))
    acts: list[Act] = [Record("finding", f"not delivered: {why}")]
    closed = False
    gone = heard.role is Role.SUBSCRIBER or bool(heard.detail.get("gone"))
    if gone:
        door = heard.detail.get("door") or heard.door
        value = lane.removeprefix(f"{door}:") if lane else heard.sender.value
        channel = heard.sender.channel if heard.role is Role.SUBSCRIBER else door.partition(":")[0]
        address = Address(channel, door, value)
        acts.append(Reach(address, blocked=True, why=why or "gone"))
        closed = address == ways.here
    if facts.need(Picked).how == "new":
        return decide(*acts, Drop("they left"))
    again = _said_again(case, facts) if closed else []
    if case.registered and case.open:
        acts.append(Say("staff_undelivered", {"why": literal(why), "again": "1" if again else ""}, To.STAFF))
        if closed and ways.other(case) is None:
            acts.append(Say("unreachable", to=To.STAFF))
    return decide(*acts, *again)


def _said_again(case: Case, facts: Facts) -> list[Act]:
    """What was not read is said another way, if there is one (C12)."""
    missed = facts.get(Missed)
    if missed is None or not case.open or facts.need(Ways).other(case) is None:
        return []
    return [Say("sent_again", {"text": literal(missed.text)}, To.OTHER, files=missed.files)]


def maybe_sent(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """A relay whose answer was lost is never sent twice unseen: the agents learn that it may have arrived."""
    if heard.verb is not Verb.MAYBE_SENT:
        return None
    ways, lane = facts.need(Ways), heard.detail.get("lane", "")
    to_staff = ways.staff is not None and lane == f"{ways.staff.door}:{ways.staff.value}"
    acts: list[Act] = [Record("finding", "a message was perhaps sent, perhaps not")]
    if case.registered:
        acts.append(Say("staff_maybe_missed" if to_staff else "staff_maybe_sent", to=To.STAFF))
    return decide(*acts)
