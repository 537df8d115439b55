"""To whom an act is said, and how urgent that is: the one place that turns an `Audience` into addresses. Pure."""

from __future__ import annotations

from dataclasses import replace

from desk.model.acts import (
    Addressee,
    AgentAddressee,
    Audience,
    ExternalAddressee,
    OperatorAddressee,
    SayReadyText,
    SayTemplate,
    TeamAddressee,
    TopicAddressee,
    is_for_agents,
)
from desk.model.case import Case
from desk.model.core_facts import CaseContacts
from desk.model.events import Event, Inbound
from desk.model.messages import Address, SendPriority


def addresses_of(
    to: Audience, case: Case | None, inbound: Inbound[Event], contact: CaseContacts, is_new: bool
) -> list[Address]:
    """The addresses, none or one. ``is_new`` when the case begins with this message."""
    if isinstance(to, OperatorAddressee):
        return [to.address]
    address = _recipient(to, case, inbound, contact, is_new) if isinstance(to, Addressee) else _audience(to, contact)
    return [address] if address else []


def _recipient(
    to: Addressee, case: Case | None, inbound: Inbound[Event], contact: CaseContacts, is_new: bool
) -> Address | None:
    # Who wrote a mail that an agent accepted is not thereby one of those the desk speaks to.
    accepted = bool(inbound.accepted_by) and not is_new
    if to is Addressee.SPEAKER and inbound.from_subscriber and not accepted:
        return inbound.sender
    if to is Addressee.AGENTS or (to is Addressee.SPEAKER and not accepted):
        return contact.agents_group
    if to is Addressee.ON_FILE:
        return contact.on_file
    if case is None:
        return None
    return contact.alternative_for(case) if to is Addressee.ALTERNATIVE else contact.to(case)


def _audience(
    to: TeamAddressee | AgentAddressee | TopicAddressee | ExternalAddressee, contact: CaseContacts
) -> Address | None:
    """Agents who cannot be reached alone read it in their group; a stranger without an outlet is not reached."""
    group = contact.agents_group
    if isinstance(to, ExternalAddressee):
        outlet = contact.outlets.get(to.channel_kind)
        return Address(to.channel_kind, outlet, to.value) if outlet else None
    if isinstance(to, TopicAddressee):
        return replace(group, topic=to.id) if group and group.channel_kind == "telegram" else group
    return contact.places.get(to, group)


def priority_of(
    act: SayTemplate | SayReadyText, address: Address, inbound: Inbound[Event], contact: CaseContacts
) -> SendPriority:
    """How urgent it is: what its rule says; else an answer to who just wrote, a person's own words, and what the agents
    are to see go first. Whatever else is said answers nobody who waits at that address: it is a notice.
    """
    if act.priority is not None:
        return act.priority
    answers = address == inbound.sender and inbound.from_subscriber
    human = isinstance(act, SayTemplate) and act.human
    to_agents = is_for_agents(act.to) or address == contact.agents_group
    return SendPriority.DIALOG if answers or human or to_agents else SendPriority.NOTICE
