"""A registered case from the subscriber's side, and what the desk itself notices about it. Rules, pure."""

from __future__ import annotations

from typing import Any

from desk.language.case_numbers import case_numbers
from desk.language.rich_text import literal
from desk.language.time_labels import span_labels
from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    AssignCaseNumber,
    ChangeState,
    Decision,
    Expect,
    Facts,
    Ignore,
    MarkAddress,
    Names,
    RuleAct,
    SayTemplate,
    SetCaseAccount,
    SetFields,
    UpdateCard,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import TRIAGE, Case, number_beside
from desk.model.core_facts import AnsweredMessage, CaseContacts, CaseMatch, Now
from desk.model.events import DeliveryFailed, Event, Inbound, MaybeSent, OpenedChat, Pressed, Reacted, Said, TimerFired
from desk.model.journal import CaseRouted, DeliveryUnknown, NotDelivered, SubscriberReacted
from desk.model.messages import Address, RedeliveryPolicy
from desk.model.provider_files import Provider
from desk.model.shared_facts import Identification
from desk.model.states import CaseState
from desk.understanding.message import understood
from desk.understanding.reading.observations import Act
from desk.understanding.substance import tells_of_matter
from escalation.alarm_rules import card_again, maybe_sent_alarm
from escalation.earlier_cases import EarlierCases, history_of
from escalation.find_undelivered_text import UndeliveredMessage
from escalation.promised_time_rules import watch_for_taker
from escalation.relay_to_agents import relay
from escalation.routing import route_case
from escalation.usual_wait import UsualWait

_AGENT_COMMANDS = frozenset(
    {
        *("/take", "/eta", "/resolve", "/note", "/read", "/undo", "/article", "/articles", "/mine", "/queue", "/find"),
        *("/pend", "/hold", "/resume", "/reject", "/spam", "/cancel", "/release", "/handover", "/assign", "/escalate"),
        *("/consult", "/class", "/merge", "/relate", "/more"),
    }
)
Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]


def news_without_case(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """What the desk notices about a case that is gone changes nothing."""
    event = inbound.event
    if isinstance(event, MaybeSent):
        return decide(maybe_sent_alarm(event), Ignore(IgnoredCode.NO_SUCH_CASE))
    noticed = isinstance(event, (DeliveryFailed, Reacted, TimerFired))
    return decide(Ignore(IgnoredCode.NO_SUCH_CASE)) if noticed else None


def note_reaction(case: Case, inbound: Inbound[Reacted], facts: Facts) -> Decision | None:
    """An emoji on a message of the desk is what it is: no answer, and no new matter. Whoever has the case sees it."""
    under, emoji = facts.get(AnsweredMessage) or AnsweredMessage(), inbound.event.emoji
    noted = AddJournalEntry(SubscriberReacted(emoji), under.text)
    if not (case.registered and case.open and case.owner):
        return decide(noted)
    names: Names = {"emoji": literal(emoji), "text": literal(under.text)}
    return decide(noted, SayTemplate("agents_reaction", names, Addressee.AGENTS, policy=RedeliveryPolicy.HOLD))


def agent_in_private(case: Case, inbound: Inbound[Said], facts: Facts) -> bool:
    """Whether an agent writes to the bot alone what is for the agents' group: an order, or a line that names a case."""
    text = inbound.text.strip()
    if not text or facts.need(Provider).agent_on_telegram(inbound.sender.value) is None:
        return False
    return text.split(maxsplit=1)[0].partition("@")[0].lower() in _AGENT_COMMANDS or bool(case_numbers(text[:60]))


def send_agent_to_group(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """Agents work in their group: here the bot speaks with subscribers."""
    return decide(SayTemplate("agent_in_private"), Ignore(IgnoredCode.AGENT_IN_PRIVATE))


def reachable_again(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Who was gone and speaks again is reached there again."""
    if not facts.need(CaseContacts).returned:
        return None
    return decide(MarkAddress(inbound.sender, blocked=False), done=False)


def register_case(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """What is ready gets its number and its queue, the subscriber is told, and the agents see its card."""
    if case.registered or case.reason != TRIAGE:
        return None
    provider, identified = facts.need(Provider), facts.get(Identification)
    routed = route_case(provider, case, identified.account if identified else None)
    # The queue tells how the account stands (B11), and only a proved holder may learn that (G8).
    names: Names = {"queue": provider.team_title(routed.to, case.language) if case.proved else ""}
    return decide(
        AssignCaseNumber(),
        SetFields({"queue": routed.to, "history": history_of(case, facts.get(EarlierCases)), **_on_file(identified)}),
        Expect(),
        ChangeState(CaseState.ACKNOWLEDGED, "queued"),
        AddJournalEntry(CaseRouted(routed.to, routed.decided_by, routed.source)),
        SayTemplate("registered", {**names, **_usual_wait(facts), "other": number_beside(case)}),
        *([] if case.description else [SayTemplate("tell_meanwhile", {"contract": "1" if case.names_account else ""})]),
        *watch_for_taker(case, facts),
        UpdateCard(),
        done=False,
    )


def note_contract(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """A contract number said while a case waits that has none; what else the message says is heard by the rules after.

    The same is said of a number that exists and of one that does not (G8).
    """
    identified = facts.get(Identification)
    if inbound.accepted_by or case.contract or identified is None or not identified.contract:
        return None
    account = identified.account if identified.account and identified.account.provider == case.provider else None
    noted: list[RuleAct] = [SetFields({"contract": identified.contract, "entitlement": "unverified"})]
    if account is not None:
        today = facts.need(Now).at.astimezone(facts.need(Provider).timezone).date()
        status = account.standing(today).value
        noted = [SetCaseAccount(case.provider, account.contract), SetFields({"entitlement": status})]
    noted += [
        SetFields({**_on_file(identified), "proved": account is not None and identified.proved}),
        SayTemplate("contract_noted", {"contract": identified.contract}),
    ]
    found = understood(case, inbound, facts)
    said = {one.act for one in found.acts} - {Act.ANSWER, Act.GREETING, Act.AGREE}
    if said or inbound.files or tells_of_matter(found, identified.contract):
        return decide(*noted, UpdateCard(), done=False)
    return decide(*noted, *relay(case, inbound, facts), UpdateCard(), words_used=True)


def _on_file(identified: Identification | None) -> dict[str, Any]:
    """What agents want to see of the account: its holder, plan and level of service, a phone; and its source."""
    account = identified.account if identified else None
    if account is None:
        return {}
    return {
        "holder": account.name[:200],
        "plan": ", ".join(account.products)[:200],
        "service_level": account.service_level[:40],
        "phone": next(iter(account.phones), "")[:40],
        "account_source": account.source[:120],
        "account_known_at": account.known_at,
    }


def _usual_wait(facts: Facts) -> Names:
    """How long it usually takes until somebody answers, as the provider says or the desk has measured; else nothing."""
    span = facts.need(Provider).waiting.usual
    if span is None and (measured := facts.get(UsualWait)):
        span = measured.span
    return {"usual": "1", **span_labels(span)} if span else {"usual": ""}


def mark_undelivered(case: Case, inbound: Inbound[DeliveryFailed], facts: Facts) -> Decision | None:
    """Something did not reach the person: the address is marked, and the agents are told (C13)."""
    contact, event = facts.need(CaseContacts), inbound.event
    agents = contact.agents_group
    if agents is not None and event.lane == f"{agents.channel}:{agents.value}":
        return decide(*card_again(case, facts), Ignore(IgnoredCode.GROUP_REFUSED))
    acts: list[RuleAct] = [AddJournalEntry(NotDelivered(event.why))]
    closed = False
    if event.gone or event.by_person:
        address = _gone_address(inbound)
        acts.append(MarkAddress(address, blocked=True, why=event.why or "gone"))
        closed = address == contact.current
    if facts.need(CaseMatch).how == "new":
        return decide(*acts, Ignore(IgnoredCode.LEFT))
    again = _said_again(case, facts) if closed else []
    if case.registered and case.open:
        names: Names = {"why": literal(event.why), "again": "1" if again else ""}
        acts.append(SayTemplate("agents_undelivered", names, Addressee.AGENTS))
        if closed and contact.alternative_for(case) is None:
            acts.append(SayTemplate("unreachable", to=Addressee.AGENTS))
    return decide(*acts, *again)


def _gone_address(inbound: Inbound[DeliveryFailed]) -> Address:
    """Where the person is reached no more."""
    event = inbound.event
    if event.by_person:
        return inbound.sender
    channel = event.channel or inbound.channel
    value = event.lane.removeprefix(f"{channel}:") if event.lane else inbound.sender.value
    return Address(channel.partition(":")[0], channel, value)


def _said_again(case: Case, facts: Facts) -> list[RuleAct]:
    """What was not read is said another way, if there is one (C12)."""
    missed = facts.get(UndeliveredMessage)
    if missed is None or not case.open or facts.need(CaseContacts).alternative_for(case) is None:
        return []
    return [SayTemplate("sent_again", {"text": literal(missed.text)}, Addressee.ALTERNATIVE, files=missed.files)]


def warn_maybe_sent(case: Case, inbound: Inbound[MaybeSent], facts: Facts) -> Decision | None:
    """Words whose answer was lost are never sent twice unseen: the agents learn that they may have arrived."""
    agents = facts.need(CaseContacts).agents_group
    to_agents = agents is not None and inbound.event.lane == f"{agents.channel}:{agents.value}"
    acts: list[RuleAct] = [AddJournalEntry(DeliveryUnknown()), maybe_sent_alarm(inbound.event)]
    if case.open and not (case.registered or to_agents):
        acts.append(SayTemplate("agents_maybe_sent_early", to=Addressee.AGENTS))
    if case.registered:
        acts.append(SayTemplate("agents_maybe_missed" if to_agents else "agents_maybe_sent", to=Addressee.AGENTS))
    return decide(*acts)
