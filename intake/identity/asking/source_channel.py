"""A client's own system as a channel of the desk: a question leaves by the outbox, its answer is a new arrival.

So nobody waits for it, a crash loses nothing, and what was answered is stored and can be decided again.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from desk.clock import Clock
from desk.language.unsafe_characters import storable_tree
from desk.model.channel_interface import ChannelCapabilities, StoreMessages
from desk.model.events import AccountAnswered, CaseReference, Event, Inbound
from desk.model.messages import (
    Address,
    ClaimedArrival,
    ClaimedDeparture,
    OutboundMessage,
    RawMessage,
    RenderedCall,
    RetryLater,
    SendResult,
    Sent,
    UnreadableMessage,
)
from desk.queues import inbox
from desk.storage.database import Database
from intake.identity.asking.source_guard import Ask, GuardedSource, SourceTrouble
from intake.identity.index.stored_accounts import as_data

log = logging.getLogger(__name__)

ASK_AGAIN, GIVE_UP = 30.0, timedelta(minutes=10)
"""Seconds between two tries of a question that got no answer, and how long it is tried."""


class AskedSource(Protocol):
    """What asks a client's system."""

    @property
    def ask(self) -> Ask:
        """Asks for one key. Raises `SourceTrouble`."""

    async def close(self) -> None:
        """Closes what is open."""


class SourceChannel:
    """One source of accounts. Its departures are questions {"kind", "value"} of a case."""

    channel_kind = "source"
    capabilities = ChannelCapabilities(buttons=False, letters=False)

    def __init__(
        self, name: str, provider: str, source: AskedSource, shown: str, database: Database, clock: Clock
    ) -> None:
        """``shown`` is what agents read of the source."""
        self.name, self.provider = name, provider
        self._source, self._database, self._clock = source, database, clock
        self.guarded = GuardedSource(shown, source.ask, clock)

    async def listen(self, accept: StoreMessages) -> None:
        """Nothing comes by itself."""
        await asyncio.Event().wait()

    async def hear(self, arrival: ClaimedArrival) -> Inbound[Event]:
        """Reads a stored answer."""
        try:
            body: Mapping[str, Any] = storable_tree(json.loads(arrival.body))
            event = AccountAnswered(
                kind=str(body["kind"]),
                value=str(body["value"]),
                source=str(body["source"]),
                accounts=tuple(body["accounts"]),
                known_at=str(body.get("known_at", "")),
                failed=str(body.get("failed", "")),
            )
            return Inbound(
                channel=self.name,
                sender=Address("desk", self.name, ""),
                at=arrival.received_at,
                event=event,
                provider=self.provider,
                reference=CaseReference(case_id=int(body["case_id"])),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableMessage(f"no answer of a source: {type(error).__name__}: {error}") from None

    def render(self, outgoing: OutboundMessage) -> tuple[RenderedCall, ...]:
        """Nothing: nobody is written to there."""
        return ()

    async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
        """Asks, and stores the answer as an arrival. What fails is tried for a while, and then answered as that."""
        kind, value = str(departure.body["kind"]), str(departure.body["value"])
        body: dict[str, Any] = {"case_id": departure.case_id, "kind": kind, "value": value}
        body |= {"source": self.guarded.name, "accounts": []}
        try:
            found = await self.guarded.find(kind, value)
        except SourceTrouble as error:
            if departure.since and self._clock() - departure.since < GIVE_UP:
                return RetryLater(ASK_AGAIN, str(error))
            body["failed"] = str(error)
        else:
            body["accounts"] = [as_data(one) for one in found]
            if found and found[0].known_at:
                body["known_at"] = found[0].known_at.isoformat()
        now = self._clock()
        answer = RawMessage(self.name, departure.key, f"case:{departure.case_id}", json.dumps(body).encode(), now)
        await inbox.accept(self._database, [answer])
        return Sent(departure.key, now)

    async def close(self) -> None:
        """Closes what is open."""
        await self._source.close()
