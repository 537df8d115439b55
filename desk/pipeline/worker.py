"""The worker: hear - look up - decide - write, one arrival after another, everything of one arrival in one transaction.

Arrivals are claimed many at a time, each the first of its lane, and as many as do not meet are written together. If
anything goes wrong with several, each is tried alone; what then fails three times is quarantined. Trouble of the
database is not trouble of the message: it is given back and waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError

from desk.clock import Clock
from desk.language.translatable import said_by, sentence
from desk.model.acts import ActFilter
from desk.model.channel_interface import Channel
from desk.model.channel_registry import ChannelRegistry
from desk.model.core_facts import ReplyTiming
from desk.model.events import Event, Inbound
from desk.model.messages import ClaimedArrival, UnreadableMessage
from desk.pipeline.arrival_round import Round
from desk.pipeline.decide import apply_rules
from desk.pipeline.join_message_pieces import goes_with, joined
from desk.pipeline.lookup import SenderAndCaseLookup
from desk.pipeline.rulebook import Rulebook
from desk.pipeline.tenant_routing import providers_of
from desk.pipeline.write import ClaimLost, DecidedRound, DecisionWriter
from desk.pipeline.write_buffer import StaleRead
from desk.queues import inbox
from desk.storage.database import Database, is_database_trouble

log = logging.getLogger(__name__)
TOGETHER = 100
TRIES = 5
HEARING = 4 * TOGETHER
"""Arrivals being parsed at once: mail that is slow to parse shall leave places for short messages."""
OF_ONE_CHANNEL = TOGETHER
"""Of these at most so many of one channel: whoever writes to another waits for no more than they take."""
BACKLOG = 8
"""From so many arrivals being parsed at once on, there is a backlog."""
GATHERING, GATHERING_BACKLOG = 0.003, 0.08
"""Seconds to wait for more to be parsed, so that mails too are decided several at a time."""
SENDING = timedelta(milliseconds=20)
"""Pause until it is looked again whether a question has been sent."""
MACHINE_PAUSE = timedelta(seconds=5)
"""Until a message is tried again that could not be heard for want of memory or descriptors."""
MACHINE_PATIENCE = timedelta(hours=1)
"""For so long one waits that way after others of its channel were heard; then it is set aside."""
PATIENCE = 0.2
"""Seconds a sweep waits for anything to be parsed before it looks for new arrivals."""


class Lookup(Protocol):
    """Finds one fact for a round, reading only. None where it has nothing to say."""

    async def __call__(self, round_: Round) -> object | None: ...


class Worker:
    """Runs the pipeline. Several may run, in one process or many; claims keep them apart.

    ``lookups`` are done for every round, in order; those of ``later`` cost much, and only when a rule wants their type.
    ``known_at`` tells when the articles had been read that look-ups search: each decision is stored with it, and what
    is being decided while other ones are taken in is decided anew. ``on_decided`` is told of what has been written, and
    when.
    """

    def __init__(
        self,
        database: Database,
        registry: ChannelRegistry,
        case_lookup: SenderAndCaseLookup,
        lookups: Sequence[Lookup],
        later: Mapping[type, Lookup],
        without_case: Sequence[Lookup],
        rulebook: Rulebook,
        writer: DecisionWriter,
        holder: str,
        clock: Clock,
        act_filters: Sequence[ActFilter] = (),
        known_at: Callable[[], datetime | None] = lambda: None,
        on_decided: Callable[[Sequence[DecidedRound], datetime], object] = lambda decided, at: None,
    ) -> None:
        self._on_decided = on_decided
        self._known_at = known_at
        self._database = database
        self._registry = registry
        self._case_lookup = case_lookup
        self._lookups = lookups
        self._later = later
        self._without_case = without_case
        self._rulebook = rulebook
        self._act_filters = act_filters
        self._writer = writer
        self._holder = holder
        self._clock = clock
        self._hearing: dict[asyncio.Task[tuple[ClaimedArrival, Inbound[Event]] | None], ClaimedArrival] = {}
        self._carrying: set[int] = set()
        self._heard_last: dict[str, datetime] = {}
        self._failing_since: dict[int, datetime] = {}
        self._failing_alone_since: dict[int, datetime] = {}

    async def work(self, limit: int = TOGETHER) -> bool:
        """One sweep: claims what is free, and decides what has been parsed. Returns whether there was any.

        A mail that takes long to parse keeps nobody waiting but its own sender. Raises what the database raised when
        it has trouble; nothing is lost then, and the next sweep goes on.
        """
        for arrival in await self._claim(min(limit, HEARING - len(self._hearing))):
            self._hearing[asyncio.create_task(self._hear(arrival))] = arrival
        if not self._hearing:
            return False
        _, slow = await asyncio.wait(self._hearing, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        if slow:
            # In a backlog it pays to decide many together; alone, nobody is kept waiting.
            await asyncio.wait(slow, timeout=GATHERING if len(slow) < BACKLOG else GATHERING_BACKLOG)
        # In the order in which they are stored: so numbers are given out, also when they are decided again.
        ready = sorted((task for task in self._hearing if task.done()), key=lambda task: self._hearing[task].id)
        ids = {name for task in ready for name in self._hearing[task].ids}
        try:
            for task in ready:
                del self._hearing[task]
            self._carrying = ids
            await self._carry([one for task in ready if (one := task.result()) is not None])
        except BaseException:
            await self._give_back(ids)
            raise
        finally:
            self._carrying = set()
        return True

    async def keep_holding(self) -> None:
        """To be called every few seconds while `work` runs, so that nobody takes its arrivals for abandoned."""
        if held := self._carrying | self._heard_now():
            await inbox.keep_holding(self._database, self._holder, held, self._clock())

    async def close(self) -> None:
        """Releases what is still being parsed."""
        left = self._heard_now()
        for task in self._hearing:
            task.cancel()
        await asyncio.gather(*self._hearing, return_exceptions=True)
        self._hearing.clear()
        if left:
            await self._give_back(left)

    async def decide_again(self, batch: Sequence[ClaimedArrival], now: datetime) -> None:
        """Decides stored arrivals, claimed by this worker's holder, as one batch at an instant of the past.

        Raises `UnreadableMessage`, and what `desk.pipeline.write.DecisionWriter.write` raises.
        """
        heard = []
        for arrival in batch:
            channel = self._registry.channels[arrival.channel]
            heard.append((arrival, joined([(one, await channel.hear(one)) for one in (arrival, *arrival.pieces)])))
        await self._decide_and_write(heard, now)

    async def _claim(self, limit: int) -> list[ClaimedArrival]:
        if limit <= 0:
            return []
        busy = Counter(arrival.channel for arrival in self._hearing.values())
        weight = inbox.HEAVY - inbox.weight_of(arrival.body for arrival in self._hearing.values())
        return await inbox.claim(
            self._database, self._holder, self._clock(), limit, lambda channel: OF_ONE_CHANNEL - busy[channel], weight
        )

    def _heard_now(self) -> set[int]:
        return {name for arrival in self._hearing.values() for name in arrival.ids}

    async def _give_back(self, ids: set[int]) -> None:
        try:
            await inbox.release(self._database, self._holder, ids)
        except Exception:
            log.debug("claims could not be given back; they run out by themselves")

    async def _hear(self, arrival: ClaimedArrival) -> tuple[ClaimedArrival, Inbound[Event]] | None:
        """The arrival with what it says; None where that cannot be told. Raises trouble of the database only, since
        whatever is raised here stops everybody else of the sweep."""
        try:
            return await self._message_of(arrival)
        except Exception as error:
            if is_database_trouble(error):
                raise
            log.exception("arrival %d could not be heard", arrival.id)
            await self._record_failure(
                arrival, sentence("hearing failed: {why}", why=f"{type(error).__name__}: {error}")
            )
            return None

    async def _message_of(self, arrival: ClaimedArrival) -> tuple[ClaimedArrival, Inbound[Event]] | None:
        channel = self._registry.channels.get(arrival.channel)
        if channel is None:
            await self._record_failure(
                arrival, sentence("no channel is called {name} any more", name=repr(arrival.channel)), final=True
            )
            return None
        heard: list[tuple[ClaimedArrival, Inbound[Event]]] = []
        for one in (arrival, *arrival.pieces):
            inbound = await self._heard(channel, one)
            if inbound is None or (heard and not goes_with(heard[0][1], heard[-1][1], inbound)):
                break
            heard.append((one, inbound))
        if left := [one.id for one in arrival.pieces[max(0, len(heard) - 1) :]]:
            # They are no pieces of this message, or cannot be read yet: their own turn comes next.
            await inbox.release(self._database, self._holder, left)
        if not heard:
            return None
        kept = replace(arrival, pieces=tuple(one for one, _ in heard[1:])) if arrival.pieces else arrival
        return kept, joined(heard)

    async def _heard(self, channel: Channel, arrival: ClaimedArrival) -> Inbound[Event] | None:
        try:
            heard = await channel.hear(arrival)
            self._heard_last[arrival.channel] = self._clock()
            self._failing_since.pop(arrival.id, None)
            self._failing_alone_since.pop(arrival.id, None)
            return heard
        except UnreadableMessage as error:
            await self._record_failure(arrival, said_by(error), final=True)
        except SQLAlchemyError:
            raise
        except (OSError, MemoryError) as error:
            await self._wait_for_machine(arrival, error)
        except Exception as error:
            log.exception("arrival %d could not be parsed", arrival.id)
            await self._record_failure(
                arrival, sentence("parsing failed: {why}", why=f"{type(error).__name__}: {error}")
            )
        return None

    async def _wait_for_machine(self, arrival: ClaimedArrival, error: OSError | MemoryError) -> None:
        """Trouble of the machine is not trouble of the message, unless it goes on while others are heard."""
        now = self._clock()
        since = self._failing_since.setdefault(arrival.id, now)
        if self._heard_last.get(arrival.channel, since) > since:
            alone_since = self._failing_alone_since.setdefault(arrival.id, now)
            if now - alone_since >= MACHINE_PATIENCE:
                del self._failing_since[arrival.id], self._failing_alone_since[arrival.id]
                found = f"{type(error).__name__}: {error}"
                why = sentence("hearing failed for an hour, that of others did not: {why}", why=found)
                await self._record_failure(arrival, why, final=True)
                return
        log.warning("arrival %d waits: the machine has trouble: %s", arrival.id, type(error).__name__)
        async with self._database.work() as connection:
            await inbox.postpone(connection, self._holder, {arrival.id: now + MACHINE_PAUSE})

    async def _record_failure(self, arrival: ClaimedArrival, problem: str, final: bool = False) -> None:
        if arrival.pieces:
            await inbox.release(self._database, self._holder, [one.id for one in arrival.pieces])
        quarantined = await inbox.record_failure(self._database, self._holder, arrival, problem, self._clock(), final)
        if quarantined:
            log.warning("arrival %d of %s is quarantined: %s", arrival.id, arrival.channel, problem)

    async def _carry(self, batch: Sequence[tuple[ClaimedArrival, Inbound[Event]]]) -> None:
        """Takes a batch through the rest of the pipeline, together if that goes well."""
        if len(batch) > 1:
            try:
                await self._decide_and_write(batch, self._clock())
                return
            except Exception as error:
                if is_database_trouble(error):
                    raise
                log.debug("a batch of %d is done one by one: %s", len(batch), error)
        for one in batch:
            await self._carry_alone(*one)

    async def _carry_alone(self, arrival: ClaimedArrival, inbound: Inbound[Event]) -> None:
        for _ in range(TRIES):
            try:
                await self._decide_and_write([(arrival, inbound)], self._clock())
                return
            except ClaimLost:
                log.info("arrival %d is another worker's by now", arrival.id)
                return
            except (StaleDataError, IntegrityError, StaleRead) as error:
                # The case moved on between looking and writing: look again, decide again.
                last: Exception = error
                await asyncio.sleep(0)
            except Exception as error:
                if is_database_trouble(error):
                    raise
                log.exception("arrival %d could not be decided", arrival.id)
                last = error
                break
        await self._record_failure(arrival, sentence("deciding failed: {why}", why=f"{type(last).__name__}: {last}"))

    async def _decide_and_write(self, batch: Sequence[tuple[ClaimedArrival, Inbound[Event]]], now: datetime) -> None:
        known_at = self._known_at()
        decided: list[DecidedRound] = []
        by_home: dict[str, list[tuple[ClaimedArrival, Inbound[Event]]]] = {}
        homes = await providers_of(self._database, [inbound for _, inbound in batch])
        for home, member in zip(homes, batch, strict=True):
            by_home.setdefault(home, []).append(member)
        for home, members in by_home.items():
            provider = self._registry.provider(home)
            async with self._database.read(home) as session:
                rounds = await self._case_lookup.rounds(session, provider, members, now)
            cases = [round_.subject.id for round_ in rounds if round_.subject is not None]
            if len(set(cases)) < len(cases):
                raise StaleRead("two arrivals of one batch mean the same case")
            rounds = await self._without_early(rounds, now)
            decided += await asyncio.gather(*map(self._decide, rounds))
        if self._known_at() != known_at:
            raise StaleRead("other articles were taken in meanwhile")
        if decided:
            await self._writer.write(decided, self._holder, now, known_at)
            self._on_decided(decided, self._clock())

    async def _without_early(self, rounds: Sequence[Round], now: datetime) -> list[Round]:
        """Puts off for a moment what came while the question before it is being sent: only then it is known whether
        that can have been read."""
        early = [one.arrival for one in rounds if (turn := one.facts.get(ReplyTiming)) and turn.undelivered]
        if not early:
            return list(rounds)
        async with self._database.work() as connection:
            ids = [name for one in early for name in one.ids]
            await inbox.postpone(connection, self._holder, dict.fromkeys(ids, now + SENDING))
        return [one for one in rounds if one.arrival not in early]

    async def _decide(self, round_: Round) -> DecidedRound:
        """Looks up and thinks; what a rule wants on its way is looked for then."""
        round_.facts.postpone(self._later)
        for lookup in self._lookups if round_.subject is not None else self._without_case:
            if (fact := await lookup(round_)) is not None:
                round_.facts.put(fact)
        deciding = apply_rules(
            self._rulebook, round_.subject, round_.inbound, round_.facts, round_.now, self._act_filters
        )
        while True:
            try:
                wanted = next(deciding)
            except StopIteration as thought:
                return DecidedRound(round_, thought.value)
            round_.facts.looked_for(wanted, await self._later[wanted](round_))
