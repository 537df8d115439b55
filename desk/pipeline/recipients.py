"""To whom an act is said: the one place that turns `Recipient` into addresses. Pure."""

from __future__ import annotations

from desk.model.acts import Recipient, SayTemplate, SayText
from desk.model.case import Case
from desk.model.facts import ContactAddresses
from desk.model.messages import Address, Inbound, Priority, Role


def addresses_of(to: Recipient, case: Case, inbound: Inbound, contact: ContactAddresses, is_new: bool) -> list[Address]:
    """The addresses, none or one. ``is_new`` when the case begins with this message."""
    # Who wrote a letter that an agent vouched for is not thereby one of those the desk speaks to.
    vouched = bool(inbound.detail.get("vouched")) and not is_new
    if to is Recipient.SPEAKER and inbound.role is Role.SUBSCRIBER and not vouched:
        return [inbound.sender]
    if to is Recipient.AGENTS or (to is Recipient.SPEAKER and not vouched):
        return [contact.agents_group] if contact.agents_group else []
    if to is Recipient.ON_FILE:
        return [contact.on_file] if contact.on_file else []
    reached = contact.other(case) if to is Recipient.OTHER else contact.to(case)
    return [reached] if reached else []


def priority_of(act: SayTemplate | SayText, address: Address, inbound: Inbound, contact: ContactAddresses) -> Priority:
    """How urgent it is: what its rule says; else an answer to who just wrote, a person's own words, and what the agents
    are to see go first. Whatever else is said answers nobody who waits at that address: it is a notice.
    """
    if act.priority is not None:
        return act.priority
    answers = address == inbound.sender and inbound.role is Role.SUBSCRIBER
    human = isinstance(act, SayTemplate) and act.human
    return Priority.DIALOG if answers or human or address == contact.agents_group else Priority.NOTICE
