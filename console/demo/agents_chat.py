"""The agents' group of the demo, as a channel: what their Telegram group would show is shown beside the chat.

Orders are read by the same words and buttons as in Telegram (`bots.parse_agent_message`).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from bots.parse_agent_message import parse_agent_button, parse_agent_message
from chat.terminal_channel import ShownMessage, render, terminal_message
from desk.model.channel_interface import ChannelCapabilities, StoreMessages
from desk.model.events import CaseReference, Event, Inbound, NotForDesk, OperationOrdered
from desk.model.messages import (
    Address,
    ClaimedArrival,
    ClaimedDeparture,
    File,
    OutboundMessage,
    RawMessage,
    RenderedCall,
    SendResult,
    Sent,
    UnreadableMessage,
)

GROUP = "group"


class AgentsGroupChannel:
    """A `desk.model.channel_interface.Channel` for the agents of one provider. ``show`` is given everything that is
    sent to them."""

    channel_kind = "agents_group"
    capabilities = ChannelCapabilities(buttons=True, letters=False)

    def __init__(self, provider: str, show: Callable[[ShownMessage], Awaitable[None]], folder: Path) -> None:
        self.name = f"agents:{provider}"
        self.provider = provider
        self.address = Address(self.channel_kind, self.name, GROUP)
        self._show = show
        self._folder = folder

    def says(self, agent: str, text: str, number: str, now: datetime, files: tuple[File, ...] = ()) -> RawMessage:
        """An agent writes into the group, answering a case's card."""
        return self._raw(agent, now, text=text, number=number, files=[asdict(one) for one in files])

    def presses(self, agent: str, card: ShownMessage, option: str, now: datetime) -> RawMessage:
        """An agent presses a button of a card."""
        return self._raw(agent, now, press=[card.case, card.prompt, option])

    def _raw(self, agent: str, now: datetime, **said: Any) -> RawMessage:
        body = json.dumps({"agent": agent, **said}, ensure_ascii=False).encode()
        return RawMessage(self.name, uuid4().hex, f"{self.name}:{agent}", body, now)

    async def hear(self, arrival: ClaimedArrival) -> Inbound[Event]:
        """Reads one order. Raises `UnreadableMessage` for what is none."""
        try:
            body = json.loads(arrival.body)
            return self._inbound(arrival, body)
        except (ValueError, LookupError, TypeError) as error:
            raise UnreadableMessage(f"not an agent's order: {type(error).__name__}: {error}") from None

    def _inbound(self, arrival: ClaimedArrival, body: Mapping[str, Any]) -> Inbound[Event]:
        number, pressed = str(body.get("number", "")), ""
        if "press" in body:
            case_id, _, pressed = body["press"]
            operation, reference = parse_agent_button(pressed), CaseReference(case_id=int(case_id), button=True)
        else:
            files = tuple(File(**one) for one in body.get("files", ()))
            command = parse_agent_message(str(body["text"]), files, bool(number))
            operation, reference = command.operation, CaseReference(number=command.number or number)
        return Inbound(
            channel=self.name,
            sender=Address(self.channel_kind, self.name, str(body["agent"])),
            at=arrival.received_at,
            event=OperationOrdered(operation, pressed) if operation else NotForDesk(agents=True),
            provider=self.provider,
            reference=reference,
            message=arrival.key,
            callback=arrival.key if pressed else "",
        )

    def render(self, outgoing: OutboundMessage) -> tuple[RenderedCall, ...]:
        """One message, or one new state of a card."""
        return render(self.name, outgoing)

    async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
        """Shows it."""
        await self._show(await terminal_message(departure.body, self._folder, _nowhere))
        return Sent(departure.key)

    async def listen(self, accept: StoreMessages) -> None:
        """Nothing comes by itself: whoever plays the agents accepts their orders."""


async def _nowhere(source: str) -> bytes:
    raise LookupError(f"{source} lies nowhere in the demo")
