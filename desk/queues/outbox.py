"""The outbox: what the desk decided to say, written with the decision, sent later by lanes.

``state`` goes pending -> sending -> sent | failed | unknown, or back to pending to be tried again; a pending edit
that a later one makes pointless is superseded. A lane's next departure is not taken before the earlier ones have gone.
Of a channel's lanes those of priority 0 go first: when two thousand strangers come at once, people whom the desk knows
wait for none of them, and every place the known leave is the strangers'.
What a killed sender left in *sending* may have gone or not: `recover` goes by its policy.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Row,
    String,
    Text,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from desk.language.rich_text import storable
from desk.model.messages import (
    Departure,
    RawMessage,
    RedeliveryPolicy,
    Rejected,
    ResultUnknown,
    RetryLater,
    SendResult,
    Sent,
)
from desk.queues.inbox import store
from desk.storage.database import Database
from desk.storage.process_identity import is_known_dead
from desk.storage.queue_tables import departures, is_unsent

HELD_FOR = timedelta(seconds=120)
_NAMES = (
    "id", "key", "provider", "channel", "lane", "kind", "policy", "body", "case_id", "attempts", "doubts", "created_at",
)  # fmt: skip
_COLUMNS: list[Column[Any]] = [departures.c[name] for name in _NAMES]


def _departure(row: Row[*tuple[Any, ...]]) -> Departure:
    """A row as a value."""
    return Departure(
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
    """Pending, due, and of these channels; of one lane where ``only`` is not empty."""
    only: ColumnElement[str] = bindparam("only", "", String)
    return and_(
        table.c.channel.in_(bindparam("channels", expanding=True)),
        is_unsent(table, "pending"),
        table.c.due_at <= bindparam("now"),
        or_(only == "", table.c.lane == only),
    )


def _claiming() -> ReturningUpdate[*tuple[Any, ...]]:
    mine, lane = departures.alias("mine"), departures.alias("lane")
    # As in `desk.queues.inbox`: a subquery for each row, since a join is quadratic in a backlog nobody expects.
    first = select(func.min(lane.c.id)).where(lane.c.lane == mine.c.lane, is_unsent(lane)).scalar_subquery()
    free = (
        select(mine.c.id)
        .where(_due(mine), mine.c.id == first)
        .order_by(mine.c.priority, mine.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=mine)
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
        .returning(*_COLUMNS)
    )


# Statements of every sweep are built once: building one costs as much as running it.
_CLAIM = _claiming()
_CHANNELS_DUE = (
    select(departures.c.channel, func.count().label("due")).where(_due(departures)).group_by(departures.c.channel)
)


async def channels_due(database: Database, channels: Collection[str], now: datetime, lane: str = "") -> dict[str, int]:
    """How much is due through each of these channels (in one lane): a cheap look before a write transaction."""
    values = {"channels": list(channels), "now": now, "only": lane}
    async with database.look() as connection:
        rows = await connection.execute(_CHANNELS_DUE, values)
        return {row.channel: row.due for row in rows}


async def claim(
    database: Database,
    places: Mapping[str, int],
    holder: str,
    now: datetime,
    lane: str = "",
    due: Mapping[str, int] | None = None,
) -> list[Departure]:
    """Takes the heads of lanes (or of one) and marks them *sending* before anything touches the wire.

    ``places`` says how many at most through each channel, ``due`` how much was just seen to wait there: channels with
    places for all of it are served in one statement.
    """
    roomy = [channel for channel, most in places.items() if due and due.get(channel, most + 1) <= most]
    groups = [(roomy, sum(due[channel] for channel in roomy))] if due and roomy else []
    groups += [([channel], most) for channel, most in places.items() if channel not in roomy]
    values = {"now": now, "only": lane, "new_holder": holder, "until": now + HELD_FOR}
    rows: list[Row[Any]] = []
    async with database.work() as connection:
        for channels, most in groups:
            rows += (await connection.execute(_CLAIM, {**values, "channels": channels, "most": most})).all()
    return sorted(map(_departure, rows), key=lambda departure: departure.id)


async def supersede(database: Database, channels: Collection[str]) -> None:
    """Drops pending edits that a later one of the same message makes pointless: a card shows only its last state."""
    older, newer = departures.alias("older"), departures.alias("newer")
    pointless = (
        select(older.c.id)
        .where(
            older.c.channel.in_(channels),
            is_unsent(older, "pending"),
            older.c.supersedes != "",
            exists().where(
                newer.c.lane == older.c.lane,
                newer.c.supersedes == older.c.supersedes,
                is_unsent(newer, "pending"),
                newer.c.id > older.c.id,
            ),
        )
        .scalar_subquery()
    )
    statement = update(departures).where(departures.c.id.in_(pointless), is_unsent(departures, "pending"))
    async with database.work() as connection:
        await connection.execute(statement.values(state="superseded"))


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of one departure, to be written down."""

    departure: Departure
    fate: SendResult


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


def _edits_ours(departure: Departure) -> bool:
    edited = str(departure.body.get("edits") or "")
    return bool(edited) and not edited.startswith("remote:")


async def settle(database: Database, settled: Sequence[SendOutcome], holder: str, now: datetime) -> None:
    """Writes fates down, many in one transaction; what was refused or is unknown comes in again as an arrival.

    Of what another has taken over meanwhile nothing is written: it has been given a fate there.
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
            {"named": one.departure.body["edits"], "now_at": one.fate.remote, "now_in": one.departure.lane}
            for one in settled
            if isinstance(one.fate, Sent) and one.fate.remote and _edits_ours(one.departure)
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
    return set((await connection.execute(query.with_for_update())).scalars().all())


def _matters(one: SendOutcome, row: Mapping[str, Any]) -> bool:
    """Whether people must hear of it: something they were to read was refused, or was perhaps read."""
    return row["to_state"] in ("failed", "unknown") and one.departure.kind != "callback"


def _news(one: SendOutcome, state: str, now: datetime) -> RawMessage:
    """What became of a departure, as an arrival: whatever changes a case enters by the same channel."""
    departure, fate = one.departure, one.fate
    body = {
        "verb": "undelivered" if state == "failed" else "maybe_sent",
        "provider": departure.provider,
        "case_id": departure.case_id,
        "departure": departure.key,
        "channel": departure.channel,
        "lane": departure.lane,
        "why": getattr(fate, "why", ""),
        "gone": "1" if isinstance(fate, Rejected) and fate.gone else "",
    }
    key = f"{departure.key}:{state}"
    return RawMessage("outbox", key, f"case:{departure.case_id}", json.dumps(body).encode(), now)


def _row(one: SendOutcome, now: datetime) -> dict[str, Any]:
    departure, fate = one.departure, one.fate
    state, remote, problem, due = "sent", "", None, now
    if isinstance(fate, Sent):
        remote = fate.remote
    elif isinstance(fate, Rejected):
        state, problem = "failed", fate.why
    elif isinstance(fate, RetryLater):
        state, due = "pending", now + timedelta(seconds=fate.seconds)
        # Waiting for its turn is no problem, and that it was perhaps seen already must stay to be read.
        problem = fate.why if fate.tried and not departure.doubts else None
    elif departure.policy is RedeliveryPolicy.HOLD or departure.doubts >= 1:
        # One repetition of what may have been sent already is the most a person should have to read (T07).
        state, problem = "unknown", fate.why
    else:
        state, problem = "pending", f"{fate.why}; sent once more, so it may be read twice"
    return {
        "row": departure.id,
        "to_state": state,
        "to_remote": remote or str(departure.body.get("message_id", "")),
        "to_problem": problem and storable(problem),
        "to_due": due,
        "to_sent": now if state == "sent" else None,
        # Our own limits, and trouble of the whole channel, say nothing about this departure.
        "to_attempts": departure.attempts - (isinstance(fate, RetryLater) and (fate.whole_channel or not fate.tried)),
        "to_doubts": departure.doubts + isinstance(fate, ResultUnknown),
    }


async def recover(database: Database, now: datetime) -> int:
    """Treats what dead senders left behind, each by its policy. Returns how many there were."""
    held = and_(is_unsent(departures, "sending"), departures.c.holder.is_not(None))
    async with database.look() as connection:
        query = select(departures.c.holder, func.max(departures.c.held_until)).where(held).group_by(departures.c.holder)
        dead = [who for who, until in (await connection.execute(query)).all() if is_known_dead(who) or until < now]
    return sum([await _recover_from(database, holder, now) for holder in dead])


async def _recover_from(database: Database, holder: str, now: datetime) -> int:
    query = select(*_COLUMNS).where(is_unsent(departures, "sending"), departures.c.holder == holder)
    async with database.look() as connection:
        left = [_departure(row) for row in (await connection.execute(query)).all()]
    lost = "the sender was killed while sending"
    settled = [
        SendOutcome(one, RetryLater(0, f"{lost}; edits repeat freely") if _repeatable(one) else ResultUnknown(lost))
        for one in left
    ]
    await settle(database, settled, holder, now)
    return len(settled)


def _repeatable(departure: Departure) -> bool:
    """Edits change nothing when repeated; a letter keeps its Message-ID, so a second copy is no second mail."""
    return departure.policy is RedeliveryPolicy.EDIT or departure.kind == "mail"


async def remotes(database: Database, keys: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """The lane and the wire's own id of departures named by key; those not sent are missing."""
    wanted = list(keys)
    if not wanted:
        return {}
    query = select(departures.c.key, departures.c.lane, departures.c.remote)
    query = query.where(departures.c.key.in_(wanted), departures.c.remote != "")
    async with database.look() as connection:
        return {row.key: (row.lane, row.remote) for row in (await connection.execute(query)).all()}


async def case_behind(connection: AsyncConnection, lane: str, remote: str) -> int:
    """The case that a sent message belonged to, by the wire's id of it; 0 when nobody knows.

    Telegram counts a group's messages anew when it becomes a supergroup: of two with one id the later one is meant.
    """
    query = select(departures.c.case_id).where(departures.c.lane == lane, departures.c.remote == remote)
    return int((await connection.execute(query.order_by(departures.c.id.desc()).limit(1))).scalar() or 0)


async def unsent(database: Database, holder: str) -> bool:
    """Whether anything is still to be sent, by us or by nobody yet."""
    query = select(departures.c.id).where(
        is_unsent(departures), or_(departures.c.state == "pending", departures.c.holder == holder)
    )
    async with database.look() as connection:
        return (await connection.execute(query.limit(1))).first() is not None
