"""The outbox: what the desk decided to say, written with the decision, sent later by lanes.

``state`` goes pending -> sending -> sent | failed | unknown, or back to pending to be tried again; a pending edit
that a later one makes pointless is superseded. What a restored backup still had to send is *held*
(`desk.queues.held_departures`). A lane's next departure is not taken before the earlier ones have gone. Which lanes of
a channel go first is a matter of priority (`desk.queues.send_quotas`): neither ten thousand notices nor two thousand
strangers who come at once keep people in a dialog waiting.
What a sender that is gone left in *sending* may have gone out or not: `desk.queues.recovery` goes by its policy.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    FromClause,
    Integer,
    Label,
    Row,
    Select,
    String,
    Text,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from desk.language.unsafe_characters import storable
from desk.model.messages import (
    ClaimedDeparture,
    RawMessage,
    RedeliveryPolicy,
    Rejected,
    ResultUnknown,
    RetryLater,
    SendPriority,
    SendResult,
    Sent,
)
from desk.queues.inbox import store
from desk.queues.send_quotas import ClaimQuota
from desk.storage.channel_leases import send_lease
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import departures, is_edit, is_unsent, leases

HELD_FOR = timedelta(seconds=120)
"""How long a claim lasts where no lease says who sends (`desk.queues.recovery`)."""
_NAMES = (
    "id", "key", "provider", "channel", "lane", "kind", "policy", "body", "case_id", "attempts", "doubts", "created_at",
)  # fmt: skip
DEPARTURE_COLUMNS: list[Column[Any]] = [departures.c[name] for name in _NAMES]


def departure_of(row: Row[*tuple[Any, ...]]) -> ClaimedDeparture:
    """A row of `DEPARTURE_COLUMNS` as a value."""
    return ClaimedDeparture(
        row.id,
        row.key,
        row.provider,
        row.channel,
        row.lane,
        row.kind,
        RedeliveryPolicy(row.policy),
        row.body,
        row.case_id,
        row.attempts,
        row.doubts,
        row.created_at,
    )


def _due(table: FromClause) -> ColumnElement[bool]:
    """Pending and due; of one lane where ``only`` is not empty."""
    only: ColumnElement[str] = bindparam("only", "", String)
    return and_(is_unsent(table, "pending"), table.c.due_at <= bindparam("now"), or_(only == "", table.c.lane == only))


@dataclass(frozen=True, slots=True)
class _Claimable:
    """Heads of lanes that may be sent, each for the first departure of a priority in its lane (itself or behind it)."""

    mine: FromClause
    head: FromClause
    query: Select[int]


def _claimable(name: str) -> _Claimable:
    mine, lane, head = departures.alias(name), departures.alias(f"{name}_lane"), departures.alias(f"{name}_head")
    # As in `desk.queues.inbox`: a subquery for each row, since a join is quadratic in a backlog nobody expects.
    in_lane = select(func.min(lane.c.id)).where(lane.c.lane == mine.c.lane, is_unsent(lane)).correlate(mine)
    query = (
        select(head.c.id)
        .select_from(mine.join(head, head.c.id == in_lane.scalar_subquery()))
        .where(
            _due(mine),
            mine.c.id == in_lane.where(lane.c.priority == mine.c.priority).scalar_subquery(),
            is_unsent(head, "pending"),
            head.c.due_at <= bindparam("now"),
        )
    )
    return _Claimable(mine, head, query)


_LEASED_TO_ANOTHER = (
    select(leases.c.name)
    .where(leases.c.name.in_(bindparam("send_leases", expanding=True)), leases.c.holder != bindparam("new_holder"))
    .exists()
)
"""Whoever was asleep when another process took the channel over marks nothing there any more."""


def _claiming() -> ReturningUpdate[*tuple[Any, ...]]:
    found = _claimable("mine")
    free = (
        found.query.where(
            found.mine.c.channel.in_(bindparam("channels", expanding=True)),
            found.mine.c.priority == bindparam("of_priority"),
            ~_LEASED_TO_ANOTHER,
        )
        .order_by(found.mine.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=found.head)
        .cte("free")
    )
    return (
        update(departures)
        .where(departures.c.id.in_(select(free.c.id)))
        .values(
            state="sending",
            holder=bindparam("new_holder"),
            held_until=bindparam("until"),
            attempts=departures.c.attempts + 1,
        )
        .returning(*DEPARTURE_COLUMNS)
    )


def _counting() -> Select[*tuple[Any, ...]]:
    """Of each channel and priority how much may be claimed, up to ``enough``: by the index, however much waits."""
    channels = select(func.min(departures.c.channel).label("channel")).where(is_unsent(departures))
    known = channels.cte("channels", recursive=True)
    later = departures.alias("later")
    following = select(func.min(later.c.channel)).where(is_unsent(later), later.c.channel > known.c.channel)
    known = known.union_all(select(following.scalar_subquery()).where(known.c.channel.is_not(None)))
    return select(known.c.channel, *(_counted(known, priority) for priority in SendPriority)).where(
        known.c.channel.in_(bindparam("channels", expanding=True))
    )


def _counted(known: CTE, priority: SendPriority) -> Label[int]:
    found = _claimable(f"of_{priority.name.lower()}")
    this = and_(
        found.mine.c.channel == known.c.channel,
        found.mine.c.priority == literal(int(priority), literal_execute=True),
    )
    some = found.query.where(this).limit(bindparam("enough", type_=Integer)).correlate(known).subquery()
    return select(func.count()).select_from(some).scalar_subquery().label(priority.name)


# Statements of every sweep are built once: building one costs as much as running it.
_CLAIM = _claiming()
_COUNT = _counting()


async def count_due(
    database: Database, channels: Collection[str], now: datetime, enough: int, lane: str = ""
) -> dict[str, dict[SendPriority, int]]:
    """How much may be claimed of each of these channels (in one lane), by priority, counted up to ``enough`` of each.

    A cheap look before a write transaction. Channels through which nothing may go now are missing.
    """
    values = {"channels": list(channels), "now": now, "only": lane, "enough": enough}
    async with database.look() as connection:
        rows = (await connection.execute(_COUNT, values)).all()
    counted = {row[0]: {priority: row[1 + at] for at, priority in enumerate(SendPriority)} for row in rows}
    return {channel: due for channel, due in counted.items() if any(due.values())}


async def claim(
    database: Database, shares: Iterable[ClaimQuota], holder: str, now: datetime, lane: str = ""
) -> list[ClaimedDeparture]:
    """Takes the heads of lanes (or of one) and marks them *sending* before anything is sent.

    A head is as urgent as the most urgent departure behind it, for which it is in the way. Whoever sends one lane only,
    an open terminal chat, shares its channel with other chats and asks no lease of it.
    """
    values = {"now": now, "only": lane, "new_holder": holder, "until": now + HELD_FOR}
    claimed: list[ClaimedDeparture] = []
    async with database.work() as connection:
        for share in shares:
            asked = {
                "channels": share.channels,
                "send_leases": [] if lane else [send_lease(channel) for channel in share.channels],
                "of_priority": int(share.priority),
                "most": share.most,
            }
            rows = await connection.execute(_CLAIM, {**values, **asked})
            claimed += [replace(departure_of(row), priority=share.priority) for row in rows]
    return sorted(claimed, key=lambda departure: departure.id)


async def release(database: Database, holder: str, flying: Collection[int]) -> None:
    """Gives back what this holder has claimed and never began to send: all of it but what is ``flying``."""
    statement = update(departures).where(
        is_unsent(departures, "sending"), departures.c.holder == holder, departures.c.id.not_in(flying)
    )
    untouched = {"state": "pending", "holder": None, "held_until": None, "attempts": departures.c.attempts - 1}
    async with database.work() as connection:
        await connection.execute(statement.values(**untouched))


_EDITS = (
    select(departures.c.id, departures.c.lane, departures.c.supersedes)
    .where(
        departures.c.channel.in_(bindparam("channels", expanding=True)),
        is_unsent(departures, "pending"),
        is_edit(departures),
    )
    .order_by(departures.c.id.desc())
)


async def supersede(database: Database, channels: Collection[str]) -> None:
    """Drops pending edits that a later one of the same message makes pointless: a card shows only its last state."""
    async with database.look() as connection:
        edits = (await connection.execute(_EDITS, {"channels": list(channels)})).all()
    later, pointless = set[tuple[str, str]](), list[int]()
    for row in edits:
        message = (row.lane, row.supersedes)
        if message in later:
            pointless.append(row.id)
        later.add(message)
    if pointless:
        statement = update(departures).where(departures.c.id.in_(pointless), is_unsent(departures, "pending"))
        async with database.work() as connection:
            await connection.execute(statement.values(state="superseded"))


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of one departure, to be written down."""

    departure: ClaimedDeparture
    result: SendResult


_SETTLE = (
    update(departures)
    .where(departures.c.id == bindparam("row"))
    .values(
        state=bindparam("to_state"),
        remote=bindparam("to_remote"),
        # What went wrong before stays to be read: it says why something was perhaps seen twice.
        problem=func.coalesce(bindparam("to_problem", type_=Text), departures.c.problem),
        due_at=bindparam("to_due"),
        sent_at=bindparam("to_sent"),
        remote_at=bindparam("to_remote_at"),
        attempts=bindparam("to_attempts"),
        doubts=bindparam("to_doubts"),
        holder=None,
        held_until=None,
    )
)
_MOVED_ON = (
    update(departures)
    .where(departures.c.key == bindparam("named"))
    .where(or_(departures.c.remote != bindparam("now_at"), departures.c.lane != bindparam("now_in")))
    .values(remote=bindparam("now_at"), lane=bindparam("now_in"))
)
"""A card that could not be edited any more was sent anew: whatever names it means the new one from now on."""


def _edits_ours(departure: ClaimedDeparture) -> bool:
    edited = str(departure.body.get("edits") or "")
    return bool(edited) and not edited.startswith("remote:")


async def settle(database: Database, settled: Sequence[SendOutcome], holder: str, now: datetime) -> None:
    """Writes results of sending, many in one transaction; what was refused or is unknown comes in again as an arrival.

    Of what another has taken over meanwhile nothing is written: its result is written there.
    """
    async with database.work() as connection:
        ours = await _still_ours(connection, [one.departure.id for one in settled], holder)
        settled = [one for one in settled if one.departure.id in ours]
        if not settled:
            return
        rows = [_row(one, now) for one in settled]
        unread = [
            _news(one, row["to_state"], now) for one, row in zip(settled, rows, strict=True) if _matters(one, row)
        ]
        again = [
            {"named": one.departure.body["edits"], "now_at": one.result.remote, "now_in": one.departure.lane}
            for one in settled
            if isinstance(one.result, Sent) and one.result.remote and _edits_ours(one.departure)
        ]
        await connection.execute(_SETTLE, rows)
        if again:
            await connection.execute(_MOVED_ON, again)
        if unread:
            await store(connection, unread)


async def _still_ours(connection: AsyncConnection, ids: Sequence[int], holder: str) -> set[int]:
    """Those that this holder is sending, locked until the commit."""
    query = select(departures.c.id).where(
        departures.c.id.in_(ids), departures.c.state == "sending", departures.c.holder == holder
    )
    return set((await connection.execute(query.order_by(departures.c.id).with_for_update())).scalars().all())


def _matters(one: SendOutcome, row: Mapping[str, Any]) -> bool:
    """Whether people must hear of it: something they were to read was refused, or was perhaps read."""
    return row["to_state"] in ("failed", "unknown") and one.departure.kind != "callback"


def _news(one: SendOutcome, state: str, now: datetime) -> RawMessage:
    """What became of a departure, as an arrival: whatever changes a case enters by the same channel."""
    departure, result = one.departure, one.result
    body = {
        "event": "undelivered" if state == "failed" else "maybe_sent",
        "provider": departure.provider,
        "case_id": departure.case_id,
        "departure": departure.key,
        "channel": departure.channel,
        "lane": departure.lane,
        "why": getattr(result, "why", ""),
        "gone": "1" if isinstance(result, Rejected) and result.gone else "",
    }
    key = f"{departure.key}:{state}"
    return RawMessage("outbox", key, f"case:{departure.case_id}", json.dumps(body).encode(), now)


def _row(one: SendOutcome, now: datetime) -> dict[str, Any]:
    departure, result = one.departure, one.result
    state, remote, problem, due = "sent", "", None, now
    if isinstance(result, Sent):
        remote = result.remote
    elif isinstance(result, Rejected):
        state, problem = "failed", result.why
    elif isinstance(result, RetryLater):
        state, due = "pending", now + timedelta(seconds=result.seconds)
        # Waiting for its turn is no problem, and that it was perhaps seen already must stay to be read.
        problem = result.why if result.tried and not departure.doubts else None
    elif departure.policy is RedeliveryPolicy.HOLD or departure.doubts >= 1:
        # One repetition of what may have been sent already is the most a person should have to read (T07).
        state, problem = "unknown", result.why
    else:
        state, problem = "pending", f"{result.why}; sent once more, so it may be read twice"
    return {
        "row": departure.id,
        "to_state": state,
        "to_remote": remote or str(departure.body.get("message_id", "")),
        "to_problem": problem and storable(problem),
        "to_due": due,
        "to_sent": now if state == "sent" else None,
        "to_remote_at": result.at if isinstance(result, Sent) else None,
        # Our own limits, and trouble of the whole channel, say nothing about this departure.
        "to_attempts": departure.attempts
        - (isinstance(result, RetryLater) and (result.whole_channel or not result.tried)),
        "to_doubts": departure.doubts + isinstance(result, ResultUnknown),
    }


async def remotes(database: Database, keys: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """The lane and the server's id of departures named by key; those not sent are missing."""
    wanted = list(keys)
    if not wanted:
        return {}
    query = select(departures.c.key, departures.c.lane, departures.c.remote)
    query = query.where(departures.c.key.in_(wanted), departures.c.remote != "")
    async with database.look() as connection:
        return {row.key: (row.lane, row.remote) for row in (await connection.execute(query)).all()}


async def unsent(database: Database, holder: str) -> bool:
    """Whether anything is still to be sent, by us or by nobody yet."""
    query = select(departures.c.id).where(
        is_unsent(departures), or_(departures.c.state == "pending", departures.c.holder == holder)
    )
    async with database.look() as connection:
        return (await connection.execute(query.limit(1))).first() is not None
