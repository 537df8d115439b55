"""Pieces: people write in several messages what is one, and a program splits what is long.

A piece waits in the inbox until its lane has been quiet for a moment. The head of a lane is then claimed with the
pieces right behind it, and all of them are decided as one message. Whatever is no piece (a press, a command) ends the
wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.model.messages import ClaimedArrival, RawMessage
from desk.storage.queue_and_lease_tables import arrivals, is_waiting

MOST_PIECES = 30
"""Messages that are heard as one, at most."""
LONGEST_WAIT = 4
"""However much more comes, the first piece waits no longer than so many times its pause."""

_lane = arrivals.alias("lane")
_HEAD = select(func.min(_lane.c.id)).where(_lane.c.lane == bindparam("of_lane"), is_waiting(_lane)).scalar_subquery()
_WAITING_HEAD = (
    update(arrivals)
    .where(arrivals.c.id == _HEAD, is_waiting(arrivals), arrivals.c.quiet_ms > 0)
    .where(arrivals.c.attempts == 0, arrivals.c.holder.is_(None))
)
_WAIT_ON = (
    _WAITING_HEAD.where(arrivals.c.due_at > bindparam("came"), arrivals.c.due_at < bindparam("until"))
    .where(arrivals.c.received_at > bindparam("waits_since"))
    .values(due_at=bindparam("until"))
)
_WAIT_NO_MORE = _WAITING_HEAD.where(arrivals.c.due_at > bindparam("ended")).values(due_at=bindparam("ended"))


def due_at(raw: RawMessage) -> datetime:
    """When a message is to be decided, if nothing more comes."""
    return raw.received_at + timedelta(milliseconds=raw.quiet_ms)


async def note_arrivals(connection: AsyncConnection, raws: Sequence[RawMessage]) -> None:
    """Within the transaction that stored these: heads of their lanes wait on for more, or no longer.

    Of a lane only the head is touched, so that whoever claims it cannot wait for one who waits for them.
    """
    ends = {raw.lane[:500]: raw.received_at for raw in raws if raw.ends_wait}
    more = {lane: raw for raw in raws if raw.quiet_ms and (lane := raw.lane[:500]) not in ends}
    if more:
        await connection.execute(_WAIT_ON, [_waits_on(lane, more[lane]) for lane in sorted(more)])
    if ends:
        await connection.execute(_WAIT_NO_MORE, [{"of_lane": lane, "ended": ends[lane]} for lane in sorted(ends)])


def _waits_on(lane: str, raw: RawMessage) -> Mapping[str, object]:
    until, longest = due_at(raw), LONGEST_WAIT * timedelta(milliseconds=raw.quiet_ms)
    return {"of_lane": lane, "came": raw.received_at, "until": until, "waits_since": until - longest}


_BEHIND = (
    select(arrivals.c.id, arrivals.c.lane, arrivals.c.quiet_ms, arrivals.c.attempts, arrivals.c.held_until)
    .where(arrivals.c.lane.in_(bindparam("lanes", expanding=True)), is_waiting(arrivals))
    .order_by(arrivals.c.lane, arrivals.c.id)
)
ARRIVAL_COLUMNS: list[Column[Any]] = [
    arrivals.c[name] for name in ("id", "channel", "key", "lane", "body", "received_at", "attempts", "quiet_ms")
]
"""Those of a `ClaimedArrival`, in its order."""
_TAKE = (
    update(arrivals)
    .where(arrivals.c.id.in_(bindparam("ids", expanding=True)), is_waiting(arrivals))
    .where(or_(arrivals.c.held_until.is_(None), arrivals.c.held_until < bindparam("now")))
    .values(holder=bindparam("new_holder"), held_until=bindparam("until"))
    .returning(*ARRIVAL_COLUMNS)
)


async def with_pieces(
    connection: AsyncConnection, heads: Iterable[ClaimedArrival], holder: str, now: datetime, until: datetime
) -> list[ClaimedArrival]:
    """Within the transaction that claimed these heads of lanes: each with the pieces right behind it, claimed too.

    One whose deciding has failed goes alone, so that it takes no others with it.
    """
    heads = list(heads)
    ready = {one.lane: one for one in heads if one.quiet_ms and not one.attempts}
    if not ready:
        return heads
    behind: dict[str, list[int]] = {}
    broken: set[str] = set()
    for row in (await connection.execute(_BEHIND, {"lanes": list(ready)})).all():
        if row.id <= ready[row.lane].id or row.lane in broken:
            continue
        taken = behind.setdefault(row.lane, [])
        held = row.held_until is not None and row.held_until >= now
        if row.quiet_ms and not row.attempts and not held and len(taken) < MOST_PIECES - 1:
            taken.append(row.id)
        else:
            broken.add(row.lane)
    ids = [one for taken in behind.values() for one in taken]
    if not ids:
        return heads
    values = {"ids": ids, "now": now, "new_holder": holder, "until": until}
    rows = {row.id: ClaimedArrival(*row) for row in (await connection.execute(_TAKE, values)).all()}
    return [
        replace(one, pieces=tuple(rows[at] for at in behind.get(one.lane, ()) if at in rows))
        if one.lane in ready
        else one
        for one in heads
    ]
