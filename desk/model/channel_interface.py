"""What a channel is: the interface between the pipeline and a network.

The wiring makes channels; the worker and the sender use them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from desk.model.events import Event, Inbound
from desk.model.messages import ClaimedArrival, ClaimedDeparture, OutboundMessage, RawMessage, RenderedCall, SendResult

ExtraWrite = Callable[[AsyncConnection], Awaitable[None]]
"""Something a channel writes in the same transaction as its arrivals: how far it has read."""


class StoreMessages(Protocol):
    """Stores raw messages and commits. Returns how many were new; a repeat is a no-op.

    Raises when they could not be made safe (no database, no disk space, the lease is lost): the channel must then not
    confirm them to the server, and may try again.
    """

    async def __call__(self, raws: Sequence[RawMessage], also: ExtraWrite | None = None) -> int: ...


OpenFile = Callable[[str], Awaitable[bytes]]
"""Fetches the bytes behind a `File.source`. Raises `LookupError` when they are gone."""


@dataclass(frozen=True, slots=True)
class ChannelCapabilities:
    """What a channel can do; rules see this and never the channel's name.

    ``buttons``: a tap answers. ``letters``: what is said goes as letters, with several questions in one whose answers
    come together, and in the words of letters; what is no letter is a talk, with buttons or without. ``edits``: what
    was said can be changed where it stands. ``prefilled_answers``: an option is a link to an answer whose words stand
    in it already; it is sent, and read, like any other. ``contacts``: somebody can share their own phone number, and
    the channel vouches for it.
    """

    buttons: bool
    letters: bool
    edits: bool = False
    prefilled_answers: bool = False
    contacts: bool = False


class Channel(Protocol):
    """One bot, one mailbox, one terminal. ``provider`` is `desk.model.messages.FRONT` for a shared one."""

    name: str
    channel_kind: str
    provider: str
    capabilities: ChannelCapabilities

    async def hear(self, arrival: ClaimedArrival) -> Inbound[Event]:
        """Reads one stored message, with no effect. Raises `UnreadableMessage` when that can never work."""
        ...

    def render(self, outgoing: OutboundMessage) -> tuple[RenderedCall, ...]:
        """Turns what is to be said into calls of this channel, each within its limits. Pure."""
        ...

    async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
        """Makes one call. ``remotes`` gives the server's ids of earlier departures that the body names by key."""
        ...

    async def listen(self, accept: StoreMessages) -> None:
        """Receives for ever, storing before it confirms. Runs in one process at a time, until cancelled."""
        ...
