"""The agents' group of the demo, as a door: what their Telegram group would show is shown beside the chat.

Orders are read by the same words and buttons as in Telegram (`bots.agent_commands`).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from bots.agent_commands import Order, ordered, pressed
from chat.terminal_channel import Shown, dressed, shown
from desk.model.channel import Accept, Traits
from desk.model.messages import (
    Address,
    Arrival,
    Departure,
    Fate,
    File,
    Heard,
    Outgoing,
    Parcel,
    Press,
    Raw,
    Role,
    Sent,
    Unreadable,
)

GROUP = "group"


class StaffDoor:
    """A `desk.model.channel.Door` for the agents of one provider. ``show`` is given everything that is sent to them."""

    channel = "staff"
    traits = Traits(buttons=True, batch=False)

    def __init__(self, provider: str, show: Callable[[Shown], Awaitable[None]], folder: Path) -> None:
        self.name = f"staff:{provider}"
        self.provider = provider
        self.address = Address(self.channel, self.name, GROUP)
        self._show = show
        self._folder = folder

    def says(self, agent: str, text: str, number: str, now: datetime, files: tuple[File, ...] = ()) -> Raw:
        """An agent writes into the group, answering a case's card."""
        return self._raw(agent, now, text=text, number=number, files=[asdict(one) for one in files])

    def presses(self, agent: str, card: Shown, option: str, now: datetime) -> Raw:
        """An agent presses a button of a card."""
        return self._raw(agent, now, press=[card.case, card.prompt, option])

    def _raw(self, agent: str, now: datetime, **said: Any) -> Raw:
        body = json.dumps({"agent": agent, **said}, ensure_ascii=False).encode()
        return Raw(self.name, uuid4().hex, f"{self.name}:{agent}", body, now)

    async def hear(self, arrival: Arrival) -> Heard:
        """Reads one order. Raises `Unreadable` for what is none."""
        try:
            body = json.loads(arrival.body)
            return self._heard(arrival, body)
        except (ValueError, LookupError, TypeError) as error:
            raise Unreadable(f"not an agent's order: {type(error).__name__}: {error}") from None

    def _heard(self, arrival: Arrival, body: Mapping[str, Any]) -> Heard:
        press = Press(*body["press"]) if "press" in body else None
        files = tuple(File(**one) for one in body.get("files", ()))
        number = str(body.get("number", ""))
        order: Order = pressed(press.option) if press else ordered(str(body["text"]), bool(files), bool(number))
        return Heard(
            door=self.name,
            sender=Address(self.channel, self.name, str(body["agent"])),
            at=arrival.received_at,
            role=Role.AGENT,
            verb=order.verb,
            provider=self.provider,
            text=order.text,
            full_text=order.text,
            files=files,
            press=press,
            number=order.number or number,
            message=arrival.key,
            callback=arrival.key if press else "",
            detail=dict(order.detail),
        )

    def dress(self, outgoing: Outgoing) -> tuple[Parcel, ...]:
        """One message, or one new state of a card."""
        return dressed(self.name, outgoing)

    async def send(self, departure: Departure, remotes: Mapping[str, str]) -> Fate:
        """Shows it."""
        await self._show(await shown(departure.body, self._folder, _nowhere))
        return Sent(departure.key)

    async def listen(self, accept: Accept) -> None:
        """Nothing comes by itself: whoever plays the agents accepts their orders."""


async def _nowhere(source: str) -> bytes:
    raise LookupError(f"{source} lies nowhere in the demo")
