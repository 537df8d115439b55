"""The desk's own door: alarms, the fates of departures, and commands of agents and operators, as small JSON messages.

They walk the same corridor as a subscriber's word, so that nothing else ever changes a case.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from desk.language.rich_text import storable
from desk.model.channel import Accept, Door, Traits
from desk.model.messages import (
    FRONT,
    Address,
    Arrival,
    Departure,
    Fate,
    Heard,
    Outgoing,
    Parcel,
    Proof,
    Raw,
    Refused,
    Role,
    Unreadable,
    Verb,
)

INNER_DOORS = ("clock", "outbox", "desk")
ReadAgain = Callable[[int], Awaitable[Arrival]]


def command(verb: Verb, now: datetime, *, provider: str, number: str, agent: str, **detail: str) -> Raw:
    """An agent's or operator's command as a message to be accepted at the door "desk"."""
    body = {"verb": verb.value, "provider": provider, "number": number, "agent": agent, **detail}
    return Raw("desk", uuid4().hex, f"desk:{number or uuid4().hex}", json.dumps(body).encode(), now)


def acceptance(arrival_id: int, case_id: int, provider: str, agent: str, now: datetime) -> Raw:
    """An agent vouches for a pending letter: it is read again, now as proved, and joins this case (0: a new one)."""
    body = {"verb": "accept", "provider": provider, "arrival": arrival_id, "case_id": case_id, "agent": agent}
    return Raw("desk", f"pending:{arrival_id}", f"desk:pending:{arrival_id}", json.dumps(body).encode(), now)


class InnerDoor:
    """One of `INNER_DOORS`. Nothing is ever sent through it."""

    channel = "desk"
    provider = FRONT
    traits = Traits(buttons=False, batch=False)

    def __init__(self, name: str, doors: Mapping[str, Door], read_again: ReadAgain) -> None:
        self.name = name
        self._doors = doors
        self._read_again = read_again

    async def hear(self, arrival: Arrival) -> Heard:
        """Reads one of our own messages; a pending letter that was accepted is read again by its own door."""
        try:
            body = json.loads(arrival.body)
            if body["verb"] == "accept":
                return await self._vouched(body)
            return self._heard(arrival, body)
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"not one of the desk's own messages: {type(error).__name__}: {error}") from None

    def _heard(self, arrival: Arrival, body: Mapping[str, Any]) -> Heard:
        agent = str(body.get("agent", ""))
        known = ("verb", "provider", "case_id", "number", "agent", "text")
        return Heard(
            door=self.name,
            sender=Address("desk", self.name, agent),
            at=arrival.received_at,
            role=Role.AGENT if agent else Role.DESK,
            verb=Verb(body["verb"]),
            provider=str(body["provider"]),
            text=storable(str(body.get("text", ""))),
            number=str(body.get("number", "")),
            case_id=int(body.get("case_id", 0)),
            detail={key: storable(str(value)) for key, value in body.items() if key not in known},
        )

    async def _vouched(self, body: Mapping[str, Any]) -> Heard:
        original = await self._read_again(int(body["arrival"]))
        heard = await self._doors[original.door].hear(original)
        return replace(
            heard,
            provider=str(body["provider"]),
            proof=Proof.SURE,
            case_id=int(body["case_id"]),
            tokens=(),
            fingerprint="",
            detail={**heard.detail, "vouched": str(body["agent"]), "letter": original.key},
        )

    def dress(self, outgoing: Outgoing) -> tuple[Parcel, ...]:
        """Nothing: the one who gave the command sees the case itself."""
        return ()

    async def send(self, departure: Departure, remotes: Mapping[str, str]) -> Fate:
        """Never called, since `dress` makes nothing to send."""
        return Refused("the desk's own door sends nothing")

    async def listen(self, accept: Accept) -> None:
        """Nothing comes from outside."""


def inner_doors(doors: Mapping[str, Door], read_again: ReadAgain) -> Sequence[InnerDoor]:
    """All of them, over the other doors."""
    return [InnerDoor(name, doors, read_again) for name in INNER_DOORS]
