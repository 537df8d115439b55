"""One arrival on its way through the pipeline, with all that is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from desk.model.acts import Facts
from desk.model.case import Case
from desk.model.core_facts import CaseMatch
from desk.model.events import Event, Inbound
from desk.model.messages import Address, ClaimedArrival, SenderAssurance
from desk.model.provider_files import Provider
from desk.model.subscribers import Person, PersonAddress
from desk.storage.ids import RepeatableRoundIds


@dataclass(slots=True)
class Round:
    """One arrival on its way through the pipeline: what came in, the case and person in hand, and what is known.

    ``subject`` is None where the arrival belongs to no case at all: an agent's order that names none, a timer whose
    case is gone. ``ids`` gives the ids of all rows that this round writes. ``before`` is the dialog state as stored.
    """

    arrival: ClaimedArrival
    inbound: Inbound[Event]
    provider: Provider
    now: datetime
    ids: RepeatableRoundIds
    subject: Case | None = None
    holder: Person | None = None
    addresses: list[PersonAddress] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    is_new: bool = True
    person_is_new: bool = True
    before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        """The case. Raises LookupError in a round that has none."""
        if self.subject is None:
            raise LookupError("this round has no case")
        return self.subject

    @property
    def person(self) -> Person:
        """The person whose case it is. Raises LookupError in a round without a case."""
        if self.holder is None:
            raise LookupError("this round has no person")
        return self.holder

    @property
    def contract_of_person(self) -> str:
        """The contract that identified the person last; "" where nobody knows."""
        return self.holder.contract if self.holder is not None else ""


def sender_address_row(round_: Round) -> PersonAddress | None:
    """The stored address this message came from, if it is known."""
    return next(
        (
            one
            for one in round_.addresses
            if one.channel == round_.inbound.channel and one.value == round_.inbound.sender.value
        ),
        None,
    )


def is_proved_sender(round_: Round) -> bool:
    """Whether the speaker surely reads what is sent there: their channel proves it, or a token came back."""
    case_match = round_.facts.get(CaseMatch)
    by_token = case_match is not None and case_match.how == "token" and not case_match.doubt
    return round_.inbound.proof is SenderAssurance.SURE or by_token


def address_of(row: PersonAddress) -> Address:
    """A stored address as a value."""
    return Address(row.channel_kind, row.channel, row.value)
