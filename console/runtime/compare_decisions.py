"""Deciding again: the stored arrivals of a desk are decided anew by another, and what comes out is compared.

Deciding depends on what is stored alone: the arrival, the instant at which it was decided, what had been decided, sent
and learned until then, and the desk's files and secret. All of it is brought to a prepared desk with an empty
database, in the order in which it happened. Not stored, and so not brought along: that a flood was made to wait, and
what was changed beside the arrivals in agents, settings and tables of subscribers. People whose earlier cases were
purged, or who were erased, are left out (`console.runtime.personal_data.purged_history`).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update

from console.runtime.personal_data.purged_history import PurgedHistory, purged_history
from console.runtime.wiring import Application
from desk.model.messages import ClaimedArrival
from desk.pipeline.write_buffer import ADDRESSES, CASES, DIALOG_STATES, JOURNAL, PEOPLE
from desk.queues.timers import timer_key
from desk.storage.database import Database, is_database_trouble, upsert
from desk.storage.queue_and_lease_tables import arrivals, counters, departures, pending, timers
from escalation.callbacks.callback_table import CALLBACKS
from escalation.sla.clock_table import CLOCKS
from kb.storage.article_store import ArticleEditionRow
from kb.storage.article_versions import CONTENT_COLUMNS, bump_knowledge_counter, restore_version
from kb.storage.usage_tables import AgentArticleUseRow, ArticleOfferRow, ArticleVersionRow, PhrasingRow

Row = Mapping[str, Any]

PHRASINGS, SUGGESTIONS, LINKS, ARTICLES, VERSIONS = (
    cast(Table, kind.__table__)
    for kind in (PhrasingRow, ArticleOfferRow, AgentArticleUseRow, ArticleEditionRow, ArticleVersionRow)
)
_COMPARED: Mapping[Table, tuple[str, ...]] = {
    arrivals: (
        "channel",
        "key",
        "lane",
        "outcome",
        "outcome_names",
        "decided_by",
        "case_id",
        "decided_at",
        "joined_to",
    ),
    departures: ("provider", "channel", "lane", "kind", "policy", "body", "case_id", "supersedes", "priority", "asks"),
    ARTICLES: CONTENT_COLUMNS,
    pending: ("provider", "case_id", "sender", "subject", "why", "since"),
} | {
    table: tuple(column.name for column in table.c)
    for table in (CASES, CALLBACKS, CLOCKS, DIALOG_STATES, JOURNAL, PEOPLE, ADDRESSES, timers, SUGGESTIONS, LINKS)
}
"""What is compared: all that deciding writes and nothing else changes."""
_KEYS: Mapping[Table, tuple[str, ...]] = {departures: ("key",)}
"""By what a row is known, where it is not the primary key."""
_ARRIVAL = ("id", "channel", "key", "lane", "body", "received_at", "attempts", "quiet_ms")


class ReplayClock:
    """The clock of a desk that decides again: it stands at the instant being decided."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class ReplayDifference:
    """One thing that came out otherwise: a ``column`` of a row, or with column "" the whole row.

    ``stored`` is what the desk has, ``again`` what deciding it again gave; of a whole row that only one of both has,
    the other is None. ``key`` are the values of the row's key, with slashes between them.
    """

    table: str
    key: str
    column: str
    stored: object
    again: object

    def __str__(self) -> str:
        if self.column:
            return f"{self.table} {self.key}: {self.column} is {self.stored!r}, decided again {self.again!r}"
        if self.again is None:
            return f"{self.table} {self.key} is stored, and was not written when decided again: {self.stored!r}"
        return f"{self.table} {self.key} is not stored, and was written when decided again: {self.again!r}"


@dataclass(frozen=True, slots=True)
class UndecidableArrivals:
    """Arrivals that were decided once, at ``at``, and could not be decided again."""

    arrivals: tuple[int, ...]
    at: datetime
    problem: str

    def __str__(self) -> str:
        return f"arrivals {', '.join(map(str, self.arrivals))} of {self.at} cannot be decided again: {self.problem}"


@dataclass(slots=True)
class _Recorded:
    """What a desk has stored, in the order in which it happened; what has been brought along is taken out."""

    arrivals: list[Row]
    coming: deque[Row]
    sent: deque[Row]
    phrasings: deque[Row]
    versions: deque[Row]
    keys: frozenset[tuple[str, str]]
    history: PurgedHistory
    known: set[int] = field(default_factory=set)

    def batches(self) -> list[tuple[datetime, list[Row]]]:
        """The arrivals that rules decided, by the instant: one instant is one batch."""
        decided = [one for one in self.arrivals if one["decided_at"] and one["decided_by"] is not None]
        decided.sort(key=lambda one: (one["decided_at"], one["id"]))
        return [(at, list(batch)) for at, batch in groupby(decided, key=lambda one: one["decided_at"])]

    def take_arrivals(self, at: datetime, batch: Sequence[Row]) -> list[Row]:
        """What came in before this instant, and the batch itself, as far as it has not been brought along."""
        came = {int(row["id"]): row for row in (*_take_before(self.coming, "received_at", at), *batch)}
        new = [came[one] for one in sorted(came.keys() - self.known)]
        self.known |= came.keys()
        return new


async def decide_again(
    recorded: Database, application: Application, clock: ReplayClock
) -> list[ReplayDifference | UndecidableArrivals]:
    """Decides all arrivals of the ``recorded`` desk with ``application``, whose ``clock`` is given, and compares.

    The application's database holds a prepared desk that has decided nothing; it is written to. Both desks have the
    same settings but for the database. Nothing is sent, and nothing but the application's database is changed.
    """
    providers, failures = tuple(application.providers), list[ReplayDifference | UndecidableArrivals]()
    stored = await _recorded(recorded, providers)
    for at, batch in stored.batches():
        clock.at = at
        await _bring_along(stored, application, at, batch)
        await application.article_loader.refresh(application.knowledge)
        try:
            await application.worker.decide_again(_with_pieces(batch), at)
        except Exception as error:
            if is_database_trouble(error):
                raise
            failures.append(
                UndecidableArrivals(tuple(row["id"] for row in batch), at, f"{type(error).__name__}: {error}")
            )
        failures += await _take_out_emitted(stored, application.database)
    await _bring_along(stored, application, datetime.max.replace(tzinfo=UTC), ())
    return failures + await compare(recorded, application.database, providers, stored.history)


async def compare(
    recorded: Database, again: Database, providers: Sequence[str], history: PurgedHistory
) -> list[ReplayDifference | UndecidableArrivals]:
    """How what two desks decided differs, table by table; people with a purged ``history`` are left out."""
    found: list[ReplayDifference | UndecidableArrivals] = []
    for table, columns in _COMPARED.items():
        keys = _KEYS.get(table) or tuple(column.name for column in table.primary_key)
        mine, other = [
            {tuple(row[name] for name in keys): row for row in await _rows(database, table, providers, history)}
            for database in (recorded, again)
        ]
        for key in sorted(mine.keys() | other.keys(), key=str):
            found += _differences(table.name, "/".join(map(str, key)), mine.get(key), other.get(key), columns)
    return found


def _with_pieces(batch: Sequence[Row]) -> list[ClaimedArrival]:
    """The arrivals of a batch, each with those that were decided with it as one message."""
    made = {row["id"]: ClaimedArrival(*(row[name] for name in _ARRIVAL)) for row in batch}
    pieces: dict[int, list[ClaimedArrival]] = {}
    for row in batch:
        if row["joined_to"] is not None:
            pieces.setdefault(row["joined_to"], []).append(made.pop(row["id"]))
    return [replace(one, pieces=tuple(pieces.get(one.id, ()))) for one in made.values()]


def _differences(
    table: str, key: str, stored: Row | None, again: Row | None, columns: Iterable[str]
) -> Iterable[ReplayDifference]:
    if stored is None or again is None:
        yield ReplayDifference(table, key, "", stored and _told(stored, columns), again and _told(again, columns))
        return
    for column in columns:
        if stored[column] != again[column]:
            yield ReplayDifference(table, key, column, stored[column], again[column])


def _told(row: Row, columns: Iterable[str]) -> Row:
    return {name: row[name] for name in columns if row[name]}


async def _recorded(database: Database, providers: Sequence[str]) -> _Recorded:
    history = await purged_history(database, providers)
    came = await _rows(database, arrivals, providers, history)
    sent = [row for row in await _rows(database, departures, providers, history) if row["sent_at"]]
    return _Recorded(
        came,
        _in_order(came, "received_at", "id"),
        _in_order(sent, "sent_at", "id"),
        _in_order(await _rows(database, PHRASINGS, providers), "at", "case_id"),
        _in_order(await _rows(database, VERSIONS, providers), "at", "version"),
        frozenset((row["channel"], row["key"]) for row in came),
        history,
    )


def _in_order(rows: Iterable[Row], *columns: str) -> deque[Row]:
    return deque(sorted(rows, key=itemgetter(*columns)))


async def _rows(
    database: Database, table: Table, providers: Sequence[str], history: PurgedHistory | None = None
) -> list[Row]:
    async with database.read(*providers) as session:
        rows: list[Row] = [dict(row) for row in (await session.execute(select(table))).mappings()]
    return history.kept(table, rows) if history else rows


def _take_before(rows: deque[Row], column: str, at: datetime) -> list[Row]:
    """Takes the rows from before this instant out of those in order."""
    taken = []
    while rows and rows[0][column] < at:
        taken.append(rows.popleft())
    return taken


def _take_until(rows: deque[Row], column: str, at: datetime) -> list[Row]:
    """Takes the rows up to this instant, and of it, out of those in order."""
    taken = _take_before(rows, column, at)
    while rows and rows[0][column] == at:
        taken.append(rows.popleft())
    return taken


_SENT = (
    update(departures)
    .where(departures.c.key == bindparam("of"))
    .values(state="sent", remote=bindparam("was"), sent_at=bindparam("then"), remote_at=bindparam("there"))
)
_NOT_SENT = update(departures).where(departures.c.key == bindparam("of")).values(state=bindparam("became"))
_CLAIM = update(arrivals).where(arrivals.c.id == bindparam("one")).values(state="waiting", holder=bindparam("by"))
_FIRED = delete(timers).where(timers.c.key == bindparam("fired"))


async def _bring_along(stored: _Recorded, application: Application, at: datetime, batch: Sequence[Row]) -> None:
    """What came in and was sent until this instant, and what had been learned and edited by what the desk had read
    then; the batch is claimed."""
    came = stored.take_arrivals(at, batch)
    known_at = max((row["known_at"] for row in batch if row["known_at"]), default=at)
    sent, phrasings = _take_until(stored.sent, "sent_at", at), _take_until(stored.phrasings, "at", known_at)
    async with application.database.write(*application.providers) as session:
        connection = await session.connection()
        if came:
            await connection.execute(insert(arrivals), [_as_it_came(row) for row in came])
        if fired := [{"fired": key} for row in came if (key := _fired_timer(row))]:
            await connection.execute(_FIRED, fired)
        if batch:
            await connection.execute(_CLAIM, [{"one": row["id"], "by": application.holder} for row in batch])
        if sent:
            await connection.execute(_SENT, [_sent(row) for row in sent])
        if news := [_unsent(row) for row in came if row["channel"] == "outbox"]:
            await connection.execute(_NOT_SENT, news)
        if counted := (stored.history.counted or {}).get(at):
            rows = [{"provider": one, "name": name, "value": value} for (one, name), value in counted.items()]
            await connection.execute(upsert(connection, counters), rows)
        if phrasings:
            await connection.execute(insert(PHRASINGS), phrasings)
            await connection.execute(bump_knowledge_counter())
        for version in _take_until(stored.versions, "at", known_at):
            await restore_version(connection, version)


def _as_it_came(row: Row) -> Row:
    state = "quarantined" if row["state"] == "quarantined" else "waiting"
    came = {name: row[name] for name in _ARRIVAL if name != "attempts"}
    return {**came, "state": state, "due_at": row["received_at"]}


def _sent(row: Row) -> Row:
    return {"of": row["key"], "was": row["remote"], "then": row["sent_at"], "there": row["remote_at"]}


def _unsent(row: Row) -> Row:
    """The departure that an arrival of the outbox's tells of, and what became of it."""
    key, _, state = row["key"].rpartition(":")
    return {"of": key, "became": state}


def _fired_timer(row: Row) -> str:
    """The key of the timer that is gone since it became this arrival; "" for any other arrival."""
    if row["channel"] != "clock":
        return ""
    body = json.loads(row["body"])
    return timer_key(int(body["case_id"]), str(body["key"])) if body.get("event") == "timer" else ""


async def _take_out_emitted(stored: _Recorded, database: Database) -> list[ReplayDifference]:
    """What a decision sent in as a further arrival is compared by its key: it comes along with what is stored."""
    emitted = arrivals.c.id > max(stored.known)
    async with database.work() as connection:
        rows = (await connection.execute(select(arrivals.c.channel, arrivals.c.key).where(emitted))).all()
        if rows:
            await connection.execute(delete(arrivals).where(emitted))
    return [
        ReplayDifference("arrivals", row.key, "", None, row.channel) for row in rows if tuple(row) not in stored.keys
    ]
