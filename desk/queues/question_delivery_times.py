"""When the questions of a case reached its person, as the outbox knows it.

Every message of the talk is stored with the question that was open once it was decided (`departures.asks`). A question
stands in the last messages of a case that all have it: it arrived with the first of their rounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.model.dialog_state import NOTHING_ASKED, Expecting
from desk.queues.outbox import HELD_FOR
from desk.storage.queue_and_lease_tables import departures

IN_FLIGHT = timedelta(seconds=3)
"""So long a message waits to know whether the question before it has just been sent."""


@dataclass(frozen=True, slots=True)
class SentQuestion:
    """The message that brought a question: the server's id of it, and when it was there.

    ``at`` is None while it has not been sent; ``by_server`` says that it is the time of the channel's own server.
    ``remotes`` are the ids of all messages that have the question. ``in_flight`` when it is being sent just now, or was
    sent after the instant at which that is asked; ``lost`` when it was refused, or nobody knows whether it was sent.
    """

    at: datetime | None = None
    by_server: bool = False
    remote: str = ""
    remotes: frozenset[str] = frozenset()
    in_flight: bool = False
    lost: bool = False


def stored_question(expecting: Expecting) -> str:
    """A question as `departures.asks` keeps it; "" where nothing is asked."""
    return f"{expecting.owner}:{expecting.question}" if expecting else ""


def question_from(stored: str | None) -> Expecting:
    """What `stored_question` made."""
    owner, _, question = (stored or "").partition(":")
    return Expecting(owner, question) if owner else NOTHING_ASKED


_mine, _other = departures.alias("mine"), departures.alias("other")
_LAST_OTHER = (
    select(func.coalesce(func.max(_other.c.id), 0))
    .where(_other.c.case_id == _mine.c.case_id, _other.c.asks.is_not(None), _other.c.asks != _mine.c.asks)
    .scalar_subquery()
)
_ASKING = (
    select(
        *(_mine.c[name] for name in ("id", "key", "case_id", "state", "remote", "remote_at", "sent_at", "held_until"))
    )
    .where(tuple_(_mine.c.case_id, _mine.c.asks).in_(bindparam("questions", expanding=True)))
    .where(_mine.c.id > _LAST_OTHER)
    .order_by(_mine.c.case_id, _mine.c.id)
)


async def questions_sent(
    connection: AsyncConnection, open_questions: Mapping[int, Expecting], now: datetime
) -> dict[int, SentQuestion]:
    """For each case, given by its id with the question open in it, when and how that reached the person."""
    if not open_questions:
        return {}
    asked = [(case, stored_question(question)) for case, question in open_questions.items()]
    rows = (await connection.execute(_ASKING, {"questions": asked})).all()
    of_case = {case: list(these) for case, these in groupby(rows, key=lambda row: row.case_id)}
    return {case: _sent(of_case.get(case, ()), now) for case in open_questions}


def _sent(rows: Sequence[Row[*tuple[object, ...]]], now: datetime) -> SentQuestion:
    """By the messages that have a question, oldest first: of each round the last one brings it."""
    brought = [list(one)[-1] for _, one in groupby(rows, key=lambda row: row.key.partition(".")[0])]
    first = next((row for row in brought if row.state == "sent"), None)
    remotes = frozenset(row.remote for row in rows if row.remote)
    if first is None:
        flying = any(_is_in_flight(row, now) for row in brought)
        lost = bool(brought) and all(row.state in ("failed", "unknown") for row in brought)
        return SentQuestion(remotes=remotes, in_flight=flying, lost=lost)
    # What is sent between the instant of a decision and its look at the outbox would not be known when the decision is
    # made again: it counts as on its way.
    flying = first.sent_at is not None and first.sent_at > now
    return SentQuestion(first.remote_at or first.sent_at, first.remote_at is not None, first.remote, remotes, flying)


def _is_in_flight(row: Row[*tuple[object, ...]], now: datetime) -> bool:
    return bool(row.state == "sending" and now < row.held_until - HELD_FOR + IN_FLIGHT)


@dataclass(frozen=True, slots=True)
class AnsweredDeparture:
    """A sent message that is answered: whose case it was of, the question that was open with it, and its body."""

    case_id: int = 0
    question: Expecting = NOTHING_ASKED
    body: Mapping[str, Any] = field(default_factory=dict)


async def departure_behind(connection: AsyncConnection, lane: str, remote: str) -> AnsweredDeparture:
    """The last message with this id of the server's; of case 0 when nobody knows.

    Telegram counts a group's messages anew when it becomes a supergroup: of two with one id the later one is meant.
    """
    query = select(departures.c.case_id, departures.c.asks, departures.c.body).where(
        departures.c.lane == lane, departures.c.remote == remote
    )
    # An edit of buttons alone says nothing: what the message asks, the last one that has words tells.
    row = (
        await connection.execute(query.order_by(departures.c.asks.is_(None), departures.c.id.desc()).limit(1))
    ).first()
    return AnsweredDeparture(int(row.case_id), question_from(row.asks), row.body) if row else AnsweredDeparture()


async def unrecorded_departure(connection: AsyncConnection, lane: str, text: str) -> AnsweredDeparture:
    """The last message with these words of which nobody has written down yet which one it became at the server."""
    query = select(departures.c.case_id, departures.c.asks, departures.c.body)
    query = query.where(departures.c.lane == lane, departures.c.remote == "").order_by(departures.c.id.desc())
    for row in (await connection.execute(query.limit(_LATELY))).all():
        if text in (said_in(row.body), said_in(row.body).strip()):
            return AnsweredDeparture(int(row.case_id), question_from(row.asks), row.body)
    return AnsweredDeparture()


_LATELY = 60


def said_in(body: Mapping[str, Any]) -> str:
    """The words of a message of a chat, by its call's body; "" for anything else."""
    params = body.get("params")
    said = (params.get("text") or params.get("caption")) if isinstance(params, dict) else ""
    return said if isinstance(said, str) else ""


async def is_pressed_in_time(
    connection: AsyncConnection, case: int, question: Expecting, remote: str, at: datetime
) -> bool:
    """Whether the message whose button was pressed ``at`` that instant put this question, and nothing said in the case
    since had been sent by then."""
    rows = (await connection.execute(_SAID, {"of_case": case})).all()
    first = next((place for place, row in enumerate(rows) if row.remote == remote), None)
    if first is None or rows[first].asks != stored_question(question):
        return False
    return not any(_may_be_there(row, at) for row in rows[first + 1 :])


_SAID = (
    select(*(departures.c[name] for name in ("remote", "asks", "state", "sent_at")))
    .where(departures.c.case_id == bindparam("of_case"), departures.c.asks.is_not(None))
    .order_by(departures.c.id)
)


def _may_be_there(row: Row[*tuple[Any, ...]], at: datetime) -> bool:
    """Whether a message may have been read at that instant. What is on its way has not been: of that no more is known
    when a decision is made again."""
    return row.state == "unknown" or (row.state == "sent" and bool(row.sent_at <= at))
