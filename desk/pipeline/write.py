"""Writing: everything that a batch of rounds decided, in one transaction.

The arrivals are marked done first, so that whoever lost them to another worker writes nothing. Then numbers are given
out, words rendered, and rows written; a case that moved on since it was read makes the whole transaction fail, and
the worker decides again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import exists, insert, inspect, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from desk.model.acts import (
    CancelTimer,
    EmitArrival,
    KeepPending,
    MarkAddress,
    Postpone,
    RuleAct,
    SetCaseAccount,
    SetFields,
    SetTimer,
)
from desk.model.arrival_outcomes import Done, DoneCode, Outcome
from desk.model.case import Case
from desk.model.channel_registry import ChannelRegistry
from desk.model.core_facts import HandledBefore
from desk.model.events import Said
from desk.model.messages import FRONT, RawMessage, SendPriority
from desk.model.shared_facts import Identification
from desk.model.subscribers import Person, PersonAddress
from desk.pipeline.arrival_round import Round, is_proved_sender, sender_address_row
from desk.pipeline.case_numbers import next_numbers
from desk.pipeline.compose import ComposedRound, MessageComposer
from desk.pipeline.decide import RoundDecision, is_case_saved, outcome_of
from desk.pipeline.tenant_routing import address_key, case_key
from desk.pipeline.write_buffer import ADDRESSES, CASES, DIALOG_STATES, JOURNAL, PEOPLE, StaleRead, WriteBuffer
from desk.queues import inbox, timers
from desk.queues.finishing import ArrivalResult, finish
from desk.storage.base import Instant
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import departures, fingerprints, pending, provider_routes

Stored = TypeVar("Stored", Case, Person)


STRANGE_FOR = timedelta(minutes=10)
"""So long a person who never wrote before is a stranger: one of two thousand, if they come in a flood."""


class ClaimLost(Exception):
    """An arrival was held for too long, and another worker has it now: it is not ours to decide."""


@dataclass(frozen=True, slots=True)
class DecidedRound:
    """A round with the acts the rules gave it, already applied to the case in hand."""

    round: Round
    decision: RoundDecision

    @property
    def acts(self) -> list[RuleAct]:
        """What was decided, in order."""
        return self.decision.acts

    @property
    def saved(self) -> bool:
        """Whether the case is to be written."""
        return self.round.subject is not None and is_case_saved(self.acts)

    @property
    def provider(self) -> str:
        """The provider whose rows are written: at a front desk that of the account just identified."""
        return self.round.subject.provider if self.round.subject is not None else self.round.provider.name


ActWriter = Callable[[Any, Round, WriteBuffer], None]
"""Writes what one kind of act means for the rows of the package that owns it."""
OutcomeListener = Callable[[Round, Outcome, int | None, WriteBuffer], None]
"""Keeps a package's account of arrivals: told of every decision, its outcome, and the case it is kept in."""


class DecisionWriter:
    """Carries decisions out. ``act_writers`` belong to packages, by kind of act; ``listeners`` are told of every
    decision."""

    def __init__(
        self,
        database: Database,
        registry: ChannelRegistry,
        composer: MessageComposer,
        act_writers: Mapping[type[RuleAct], ActWriter],
        listeners: Sequence[OutcomeListener] = (),
    ) -> None:
        self._database = database
        self._registry = registry
        self._composer = composer
        self._act_writers: dict[type[RuleAct], ActWriter] = {
            KeepPending: _hold,
            MarkAddress: _reach,
            **act_writers,
        }
        self._listeners = listeners

    async def write(
        self, decided: Sequence[DecidedRound], holder: str, now: datetime, known_at: datetime | None = None
    ) -> None:
        """All or nothing. Raises `StaleRead`, StaleDataError or IntegrityError when it has to be decided again.

        Raises `ClaimLost` when one of the arrivals belongs to another worker by now.
        """
        scope = {one.round.provider.name for one in decided} | {one.provider for one in decided}
        async with self._database.write(*sorted(scope)) as session:
            connection = await session.connection()
            decided = await _without_waiting(connection, decided, holder)
            if not decided:
                return
            results = {name: result for one in decided for name, result in _results(one)}
            if not await finish(connection, holder, results, now, known_at):
                raise ClaimLost("an arrival is no longer ours")
            rows = WriteBuffer()
            numbers = await self._numbers(connection, decided, now)
            for one in decided:
                await self._put(session, one, rows, numbers, now)
                result = results[one.round.arrival.id]
                for listener in self._listeners:
                    listener(one.round, result.outcome, result.case_id, rows)
            await session.flush()
            await rows.write(connection)
            await inbox.store(connection, [raw for one in decided for raw in _emitted(one)])

    async def _numbers(
        self, connection: AsyncConnection, decided: Sequence[DecidedRound], now: datetime
    ) -> Mapping[str, Iterator[str]]:
        """The numbers for all cases that get theirs now, by provider: of each provider in one statement."""
        needed = Counter(one.round.case.provider for one in decided if one.saved and _lacks_number(one.round.case))
        # In one order, whoever counts: two that want each other's numbers must not wait for each other.
        return {
            name: await next_numbers(connection, self._registry.provider(name), needed[name], now)
            for name in sorted(needed)
        }

    async def _put(
        self,
        session: AsyncSession,
        one: DecidedRound,
        rows: WriteBuffer,
        numbers: Mapping[str, Iterator[str]],
        now: datetime,
    ) -> None:
        round_, home = one.round, one.round.provider.name
        if one.saved:
            if round_.case.provider != home:
                await self._move(session, round_, home, rows)
            if _lacks_number(round_.case):
                round_.case.number = next(numbers[round_.case.provider])
            round_.case.updated_at = now
        composed = self._composer.compose(round_, one.acts, one.decision.rules)
        if one.saved:
            _save(session, one, rows)
            for line in composed.journal:
                rows.insert(JOURNAL, **line)
            _confirm(round_, rows)
        self._enqueue(composed, one, rows, now)
        if round_.inbound.fingerprint and not round_.facts.get(HandledBefore):
            rows.insert(
                fingerprints,
                provider=round_.inbound.provider,
                fingerprint=round_.inbound.fingerprint,
                arrival_id=round_.arrival.id,
            )
        self._set_timers(one, rows)
        for act in one.acts:
            if handler := self._act_writers.get(type(act)):
                handler(act, round_, rows)

    def _set_timers(self, one: DecidedRound, rows: WriteBuffer) -> None:
        """Of several acts about one timer the last counts."""
        if one.round.subject is None:
            return
        case = one.round.subject
        setting = timers.SET_ON_SQLITE if self._database.sqlite else timers.SET_ON_POSTGRESQL
        last = {act.key: act for act in one.acts if isinstance(act, (SetTimer, CancelTimer))}
        for act in last.values():
            key = timers.timer_key(case.id, act.key)
            if isinstance(act, CancelTimer):
                rows.run(timers.CANCEL, cancelled=key)
            else:
                rows.run(
                    setting,
                    key=key,
                    provider=case.provider,
                    case_id=case.id,
                    kind=act.kind,
                    fire_at=act.at,
                    version=act.version,
                )

    def _enqueue(self, composed: ComposedRound, decided: DecidedRound, rows: WriteBuffer, now: datetime) -> None:
        stranger, subject = _stranger(decided.round), decided.round.subject
        for one in composed.calls:
            rows.insert(
                departures,
                key=one.key,
                provider=decided.provider,
                channel=one.channel,
                lane=one.call.lane,
                kind=one.call.kind,
                policy=one.call.policy.value,
                body=dict(one.call.body),
                case_id=subject.id if subject is not None else 0,
                state="pending",
                due_at=now,
                remote=one.call.remote,
                supersedes=one.call.supersedes,
                asks=one.asks,
                created_at=now,
                priority=int(SendPriority.STRANGER if stranger else one.priority),
            )

    async def _move(self, session: AsyncSession, round_: Round, home: str, rows: WriteBuffer) -> None:
        """From the front desk to its provider, once: the case with its journal, the person with their addresses."""
        to = round_.case.provider
        if home != FRONT:
            raise StaleRead(f"a case of {home} cannot go to {to}")
        round_.person.provider = to
        if not round_.person_is_new:
            round_.holder = await _moved_row(session, round_.person, home)
        if not round_.is_new:
            state = round_.case.dialog_state
            round_.subject = await _moved_row(session, round_.case, home)
            round_.subject.dialog_state = state
        rows.insert(provider_routes, key=case_key(round_.case.id), provider=to)
        rows.insert(provider_routes, key=address_key(round_.inbound), provider=to)


async def _without_waiting(
    connection: AsyncConnection, decided: Sequence[DecidedRound], holder: str
) -> Sequence[DecidedRound]:
    """Postpones what is to be processed anew later, and leaves the others."""
    waits = {one.round.arrival.id: act.until for one in decided for act in one.acts if isinstance(act, Postpone)}
    if not waits:
        return decided
    ids = {one.round.arrival.id: one.round.arrival.ids for one in decided}
    await inbox.postpone(connection, holder, {name: until for first, until in waits.items() for name in ids[first]})
    return [one for one in decided if one.round.arrival.id not in waits]


def emitted_key(arrival_id: int, number: int, key: str) -> str:
    """The key of the arrival that a decision about another one sends as its ``number``-th."""
    return f"{arrival_id}.{number}:{key}"[:200]


def _emitted(one: DecidedRound) -> Iterator[RawMessage]:
    emits = (act for act in one.acts if isinstance(act, EmitArrival))
    for number, act in enumerate(emits):
        yield replace(act.message, key=emitted_key(one.round.arrival.id, number, act.message.key))


def _save(session: AsyncSession, one: DecidedRound, rows: WriteBuffer) -> None:
    """New rows are written as they are; changed ones through the session, which looks whether they moved meanwhile."""
    round_ = one.round
    sender = round_.inbound.sender
    # A mail that an agent accepted joins the case; its sender gets no rights by that.
    lasting = round_.inbound.from_subscriber and (round_.is_new or not round_.inbound.accepted_by)
    if lasting and sender.value and sender_address_row(round_) is None:
        address = PersonAddress(
            provider=round_.case.provider,
            channel=sender.channel,
            value=sender.value[:320],
            channel_kind=sender.channel_kind,
            person_id=round_.person.id,
            confirmed=is_proved_sender(round_),
            since=round_.now,
        )
        rows.insert(ADDRESSES, **address.as_row())
    # A number that nobody has is kept like one that somebody has: no later question may tell them apart (G8).
    identified = round_.facts.get(Identification)
    checked = identified is None or not identified.unchecked
    if round_.case.contract and checked and any(_names_contract(act) for act in one.acts):
        round_.person.contract, round_.person.language = round_.case.contract, round_.case.language
    if not round_.person_is_new:
        session.add(round_.person)
    elif round_.inbound.from_subscriber:
        round_.person.provider = round_.case.provider
        rows.insert(PEOPLE, **round_.person.as_row())
    if round_.is_new:
        rows.insert(CASES, **round_.case.as_row())
    else:
        session.add(round_.case)
    state = round_.case.dialog_state.as_row()
    if state != round_.before or round_.is_new:
        rows.replace(DIALOG_STATES, provider=round_.case.provider, case_id=round_.case.id, **state)


def _results(one: DecidedRound) -> Iterator[tuple[int, ArrivalResult]]:
    """What became of the arrival, and of the pieces that were decided with it."""
    arrival, case_id = one.round.arrival, one.round.case.id if one.saved else None
    yield arrival.id, ArrivalResult(outcome_of(one.acts, one.round.is_new), case_id, one.decision.decided_by)
    for piece in arrival.pieces:
        yield piece.id, ArrivalResult(Done(DoneCode.JOINED), case_id, (), arrival.id)


def _stranger(round_: Round) -> bool:
    """Whether a subscriber speaks who came just now and has no case: whom the desk knows is answered before them."""
    if not round_.inbound.from_subscriber or round_.person_is_new:
        return round_.inbound.from_subscriber
    registered = round_.subject is not None and round_.subject.registered
    return round_.holder is not None and round_.now - round_.holder.created_at < STRANGE_FOR and not registered


def _names_contract(act: RuleAct) -> bool:
    return isinstance(act, SetCaseAccount) or (isinstance(act, SetFields) and "contract" in act.changes)


async def _moved_row(session: AsyncSession, row: Stored, home: str) -> Stored:
    """Renames the stored row's provider (what hangs on it follows by cascade) and returns it with our changes in it."""
    kind, to = type(row), row.provider
    await session.execute(
        update(kind).where(kind.provider == home, kind.id == row.id).values(provider=to),
        execution_options={"synchronize_session": False},
    )
    stored: Stored = await session.get_one(kind, (to, row.id))
    if isinstance(row, Case) and isinstance(stored, Case) and stored.revision != row.revision:
        raise StaleRead("the case moved on")
    for attribute in inspect(kind).column_attrs:
        if attribute.key not in ("provider", "id", "revision"):
            setattr(stored, attribute.key, getattr(row, attribute.key))
    return stored


def _lacks_number(case: Case) -> bool:
    return case.number is None and case.registered


def _hold(act: KeepPending, round_: Round, rows: WriteBuffer) -> None:
    rows.insert(
        pending,
        arrival_id=round_.arrival.id,
        provider=round_.provider.name,
        case_id=act.case_id,
        sender=round_.inbound.sender.value[:320],
        subject=round_.inbound.event.subject[:400] if isinstance(round_.inbound.event, Said) else "",
        why=act.why[:200],
        since=round_.now,
        state="waiting",
    )


def _confirm(round_: Round, rows: WriteBuffer) -> None:
    """Notes that the speaker's address, known for a while, has now proved to be theirs."""
    row = sender_address_row(round_)
    if row is None or row.confirmed or not round_.inbound.from_subscriber or not is_proved_sender(round_):
        return
    of_speaker = (PersonAddress.channel == row.channel) & (PersonAddress.value == row.value)
    statement = update(PersonAddress).where(PersonAddress.provider == round_.case.provider, of_speaker)
    rows.statements.append(statement.values(confirmed=True))


def _reach(act: MarkAddress, round_: Round, rows: WriteBuffer) -> None:
    provider, address = round_.case.provider, act.address
    blocked = (act.why or "gone")[:200] if act.blocked else ""
    this = (
        (PersonAddress.provider == provider)
        & (PersonAddress.channel == address.channel)
        & (PersonAddress.value == address.value)
    )
    rows.statements.append(update(PersonAddress).where(this).values(blocked=blocked))
    if blocked and round_.case.proved and address.value:
        # The address on file may never have written. It is the person's own only where the account is proved theirs.
        row = (provider, address.channel, address.value[:320], address.channel_kind, round_.person.id, blocked, False)
        columns = ("provider", "channel", "value", "channel_kind", "person_id", "blocked", "confirmed", "since")
        values = select(*(literal(one) for one in row), literal(round_.now, Instant)).where(~exists().where(this))
        rows.statements.append(insert(PersonAddress).from_select(columns, values))
