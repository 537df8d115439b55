"""The desk's own channel: timers, alarms, the results of departures, and commands of agents and operators, as small
JSON messages.

They go through the same pipeline as a subscriber's message, so that nothing else ever changes a case.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from desk.language.unsafe_characters import storable, storable_tree
from desk.model.agent_operations import operation_as_json, operation_from_json
from desk.model.channel_interface import Channel, ChannelCapabilities, StoreMessages
from desk.model.events import (
    AccountAnswered,
    AlarmsDue,
    AlarmWords,
    CaseReference,
    DeliveryFailed,
    Event,
    Inbound,
    MaybeSent,
    OperationOrdered,
    Said,
    TimerFired,
)
from desk.model.messages import (
    FRONT,
    Address,
    ClaimedArrival,
    ClaimedDeparture,
    OutboundMessage,
    RawMessage,
    Rejected,
    RenderedCall,
    SenderAssurance,
    SendResult,
    UnreadableMessage,
)
from desk.model.operations.base import AgentOperation

INTERNAL_CHANNELS = ("clock", "outbox", "desk")
ReadAgain = Callable[[int], Awaitable[ClaimedArrival]]


def order_message(
    operation: AgentOperation, now: datetime, *, provider: str, number: str, agent: str, key: str = ""
) -> RawMessage:
    """An agent's order from a terminal or another program, as a message to be stored at the channel "desk".

    With a ``key`` the same order is stored once, however often it is made.
    """
    body = {
        "event": "order",
        "provider": provider,
        "number": number,
        "agent": agent,
        "operation": operation_as_json(operation),
    }
    return RawMessage("desk", key or uuid4().hex, f"desk:{number or uuid4().hex}", json.dumps(body).encode(), now)


def matter_message(
    inbound: Inbound[Any], words: str, now: datetime, *, offered: bool, kept: Sequence[Mapping[str, Any]] = ()
) -> RawMessage:
    """Words of a subscriber about another matter, to begin a case of their own: at once, or ``offered`` to them.

    ``kept`` are further matters that wait behind it, as `desk.model.dialog_state.DialogState` keeps them.
    """
    body = {
        "event": "matter",
        "provider": inbound.provider,
        "channel": inbound.channel,
        "kind": inbound.sender.channel_kind,
        "value": inbound.sender.value,
        "name": inbound.name,
        "language": inbound.language,
        "proof": inbound.proof.value,
        "message": inbound.message,
        "words": words,
        "offered": offered,
        "kept": [dict(one) for one in kept],
    }
    lane = f"{inbound.channel}:{inbound.sender.value}"
    return RawMessage("desk", f"matter:{inbound.message}", lane, json.dumps(body).encode(), now)


def take_up_message(inbound: Inbound[Any], case_id: int, provider: str, now: datetime) -> RawMessage:
    """A case that waited behind another matter is to be taken up again, now that a message has ended the other.

    It is known by that message: a case may wait twice.
    """
    body = {"event": "timer", "provider": provider, "case_id": case_id, "kind": "take_up", "key": "take_up"}
    return RawMessage(
        "clock",
        f"{case_id}:take_up:{inbound.message or uuid4().hex}",
        f"case:{case_id}",
        json.dumps(body).encode(),
        now,
    )


def acceptance_message(arrival_id: int, case_id: int, provider: str, agent: str, now: datetime) -> RawMessage:
    """An agent accepts a pending mail: it is parsed again, now as proved, and joins this case (0: a new one)."""
    body = {"event": "accept", "provider": provider, "arrival": arrival_id, "case_id": case_id, "agent": agent}
    return RawMessage("desk", f"pending:{arrival_id}", f"desk:pending:{arrival_id}", json.dumps(body).encode(), now)


class ReceiveOnlyChannel:
    """A source of arrivals of the desk's own, one of `INTERNAL_CHANNELS`. Nothing is ever sent through it."""

    channel_kind = "desk"
    provider = FRONT
    capabilities = ChannelCapabilities(buttons=False, letters=False)

    def __init__(
        self,
        name: str,
        channels: Mapping[str, Channel],
        read_again: ReadAgain,
        timer_kinds: Collection[str] = (),
    ) -> None:
        self.name = name
        self._channels = channels
        self._read_again = read_again
        self._timer_kinds = timer_kinds

    async def hear(self, arrival: ClaimedArrival) -> Inbound[Event]:
        """Reads one of our own messages; a pending mail that was accepted is read again by its own channel."""
        try:
            body = json.loads(arrival.body)
            if body["event"] == "timer" and body["kind"] not in self._timer_kinds:
                raise UnreadableMessage(f"no rule knows timers of the kind {body['kind']!r}: replay it once one does")
            if body["event"] == "accept":
                return await self._accepted(body)
            if body["event"] == "matter":
                return _other_matter(arrival, body)
            return self._inbound(arrival, body)
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableMessage(f"not one of the desk's own messages: {type(error).__name__}: {error}") from None

    def _inbound(self, arrival: ClaimedArrival, body: Mapping[str, Any]) -> Inbound[Event]:
        return Inbound(
            channel=self.name,
            sender=Address("desk", self.name, str(body.get("agent", ""))),
            at=arrival.received_at,
            event=_EVENTS[body["event"]](body),
            provider=str(body["provider"]),
            reference=CaseReference(
                number=str(body.get("number", "")), case_id=int(body.get("case_id", 0)), lane=str(body.get("lane", ""))
            ),
        )

    async def _accepted(self, body: Mapping[str, Any]) -> Inbound[Event]:
        original = await self._read_again(int(body["arrival"]))
        inbound = await self._channels[original.channel].hear(original)
        return replace(
            inbound,
            provider=str(body["provider"]),
            proof=SenderAssurance.SURE,
            reference=replace(inbound.reference, case_id=int(body["case_id"]), tokens=()),
            fingerprint="",
            accepted_by=str(body["agent"]),
            accepted_key=original.key,
        )

    def render(self, outgoing: OutboundMessage) -> tuple[RenderedCall, ...]:
        """Nothing: the one who gave the command sees the case itself."""
        return ()

    async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
        """Never called, since `render` makes nothing to send."""
        return Rejected("the desk's own channel sends nothing")

    async def listen(self, accept: StoreMessages) -> None:
        """Nothing comes from outside."""


def internal_channels(
    channels: Mapping[str, Channel], read_again: ReadAgain, timer_kinds: Collection[str]
) -> Sequence[ReceiveOnlyChannel]:
    """All of them, over the other channels. ``timer_kinds`` are those that some rule decides."""
    return [ReceiveOnlyChannel(name, channels, read_again, timer_kinds) for name in INTERNAL_CHANNELS]


def _other_matter(arrival: ClaimedArrival, body: Mapping[str, Any]) -> Inbound[Event]:
    words = storable(str(body["words"]))
    return Inbound(
        channel=str(body["channel"]),
        sender=Address(str(body["kind"]), str(body["channel"]), str(body["value"])),
        at=arrival.received_at,
        event=Said(words, words, offered=bool(body["offered"]), kept=tuple(body["kept"])),
        provider=str(body["provider"]),
        proof=SenderAssurance(body["proof"]),
        name=str(body["name"]),
        language=str(body["language"]),
        reference=CaseReference(anew=True),
        message=str(body["message"]),
    )


def _undelivered(body: Mapping[str, Any]) -> Event:
    return DeliveryFailed(
        why=storable(str(body.get("why", ""))),
        gone=bool(body.get("gone")),
        lane=str(body.get("lane", "")),
        channel=str(body.get("channel", "")),
        departure=str(body.get("departure", "")),
    )


def _maybe_sent(body: Mapping[str, Any]) -> Event:
    return MaybeSent(str(body.get("lane", "")), str(body.get("departure", "")))


def _timer(body: Mapping[str, Any]) -> Event:
    return TimerFired(str(body["kind"]), str(body.get("key", "")), int(body.get("version", 1)))


def _order(body: Mapping[str, Any]) -> Event:
    return OperationOrdered(operation_from_json(storable_tree(body["operation"])))


def _alarms(body: Mapping[str, Any]) -> Event:
    words: list[AlarmWords] = []
    for said in body["said"]:
        channel_kind, channel, value = map(str, said["to"])
        to = Address(channel_kind, channel, value)
        words += (AlarmWords(to, str(one["template"]), {**one["names"]}) for one in said["words"])
    return AlarmsDue(tuple(words))


def _account(body: Mapping[str, Any]) -> Event:
    return AccountAnswered(
        kind=str(body["kind"]),
        value=str(body["value"]),
        source=str(body["source"]),
        accounts=tuple(storable_tree(body["accounts"])),
        known_at=str(body.get("known_at", "")),
    )


_EVENTS: Mapping[str, Callable[[Mapping[str, Any]], Event]] = {
    "account": _account,
    "alarms": _alarms,
    "undelivered": _undelivered,
    "maybe_sent": _maybe_sent,
    "timer": _timer,
    "order": _order,
}
