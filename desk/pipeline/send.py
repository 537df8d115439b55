"""The sender: takes departures from the outbox and sends them, one at a time in each lane.

Marking comes before sending, many at a time; what became of them is written down many at a time too. A channel that
hangs holds only its own places.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from desk.clock import Clock
from desk.model.channel_registry import ChannelRegistry
from desk.model.messages import ClaimedDeparture, ResultUnknown, RetryLater, SendPriority, Sent
from desk.queues import outbox, recovery
from desk.queues.outbox import SendOutcome
from desk.queues.send_quotas import COUNTED, PLACES_OF_A_CHANNEL, shares
from desk.storage.database import Database

log = logging.getLogger(__name__)
PLACES = 240
HANGING = 2.0
"""Seconds after which a call takes none of the common places any more: channels that hang keep only their own."""
SUPERSEDE_INTERVAL = timedelta(seconds=1)
"""How often it is looked for edits that later ones make pointless, while there is something to send."""
LOOK_INTERVAL = 0.25
"""Seconds between looks for more to send while nothing arrives of what is on its way, and nobody tells of more."""
GATHERING = 0.01
"""Seconds to wait for more results before writing them down together."""


class OutboxSender:
    """Sends for the channels it is told it may send for (each in one process at a time: the server has limits).

    With a ``lane`` it sends in that one only: a terminal shows what is meant for the person in front of it.
    ``on_settled`` is told what became of departures, once that is written.
    """

    def __init__(
        self,
        database: Database,
        registry: ChannelRegistry,
        holder: str,
        clock: Clock,
        lane: str = "",
        on_settled: Callable[[Sequence[SendOutcome]], object] = bool,
    ) -> None:
        self._on_settled = on_settled
        self._database = database
        self._registry = registry
        self._holder = holder
        self._clock = clock
        self._lane = lane
        self._flying: dict[asyncio.Task[SendOutcome], ClaimedDeparture] = {}
        self._since: dict[asyncio.Task[SendOutcome], float] = {}
        self._resting: dict[str, datetime] = {}
        self._ours: set[str] = set()
        self._superseded_at = clock() - SUPERSEDE_INTERVAL
        self._turn = 0
        self._claim_open = False
        self.stopping = False

    async def sweep(self, channels: Collection[str], due: asyncio.Event | None = None) -> bool:
        """Sends until nothing is due or `stopping` is set. Returns whether anything was sent.

        ``channels`` may change meanwhile: it is looked at before anything is taken, and right before each call. Whoever
        sets ``due`` says that there is more: an answer does not wait until one of the notices on their way has arrived.
        Whatever another process left behind in a channel that has become ours is treated first.
        Raises what the database raised when it has trouble: nothing is lost, the next sweep goes on.
        """
        busy = False
        while True:
            started = 0 if self.stopping else await self._start(channels)
            busy = busy or started > 0
            if not self._flying:
                return busy
            await self._wait_for_result_or(due or asyncio.Event())
            await asyncio.sleep(GATHERING)
            if due:
                due.clear()
            await self._settle()

    async def _wait_for_result_or(self, due: asyncio.Event) -> None:
        more = asyncio.create_task(due.wait())
        try:
            await asyncio.wait({*self._flying, more}, return_when=asyncio.FIRST_COMPLETED, timeout=LOOK_INTERVAL)
        finally:
            more.cancel()

    async def _start(self, channels: Collection[str]) -> int:
        if self._claim_open:
            # The database failed us between claiming and sending: whatever is not flying was never sent by us.
            await outbox.release(self._database, self._holder, [one.id for one in self._flying.values()])
            self._claim_open = False
        now = self._clock()
        if (new := set(channels) - self._ours) and not self._lane:
            await recovery.take_over(self._database, new, self._holder, now)
        self._ours = set(channels)
        sending: dict[str, Counter[SendPriority]] = {}
        for one in self._flying.values():
            sending.setdefault(one.channel, Counter())[one.priority] += 1
        ready = [
            channel
            for channel in channels
            if channel in self._registry.channels
            and (channel not in sending or sending[channel].total() < PLACES_OF_A_CHANNEL)
            and self._resting.get(channel, now) <= now
        ]
        lately = asyncio.get_running_loop().time() - HANGING
        left = PLACES - sum(since > lately for since in self._since.values())
        if not ready or left <= 0:
            return 0
        due = await outbox.count_due(self._database, ready, now, COUNTED, self._lane)
        wanted = shares(due, sending, left, self._turn)
        if not wanted:
            return 0
        self._claim_open = True
        if now >= self._superseded_at + SUPERSEDE_INTERVAL:
            self._superseded_at = now
            await outbox.supersede(self._database, ready)
        claimed = await outbox.claim(self._database, wanted, self._holder, now, self._lane)
        self._turn += len(claimed)
        named = {key for one in claimed for key in _named(one)}
        remotes = await outbox.remotes(self._database, named)
        for departure in claimed:
            # An id of another chat's message means something else here: the agents' group may be another by now.
            known = {key: remotes[key] for key in _named(departure) if key in remotes}
            here = {key: remote for key, (lane, remote) in known.items() if lane == departure.lane}
            fenced = replace(departure, still_ours=partial(channels.__contains__, departure.channel))
            task = asyncio.create_task(self._send(fenced, here))
            self._flying[task], self._since[task] = departure, asyncio.get_running_loop().time()
        self._claim_open = False
        return len(claimed)

    async def _send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendOutcome:
        channel = self._registry.channels[departure.channel]
        try:
            result = await channel.send(departure, remotes)
        except Exception as error:
            log.exception("departure %s through %s", departure.key, departure.channel)
            result = ResultUnknown(f"sending failed: {type(error).__name__}")
        if isinstance(result, RetryLater) and result.whole_channel:
            self._resting[departure.channel] = self._clock() + timedelta(seconds=result.seconds)
        if not isinstance(result, Sent) and getattr(result, "tried", True):
            log.info("departure %s through %s: %s", departure.key, departure.channel, json.dumps(str(result)))
        return SendOutcome(departure, result)

    async def _settle(self) -> None:
        done = [task for task in self._flying if task.done()]
        if not done:
            return
        outcomes = [task.result() for task in done]
        await outbox.settle(self._database, outcomes, self._holder, self._clock())
        self._on_settled(outcomes)
        # Only now: had the database refused, the same results would be written at the next try.
        for task in done:
            del self._flying[task], self._since[task]


def _named(departure: ClaimedDeparture) -> list[str]:
    """Keys of earlier departures that this one edits or answers."""
    keys = (str(departure.body.get(name) or "") for name in ("edits", "answers"))
    return [key for key in keys if key and not key.startswith("remote:")]
