"""The ledger: one row for each mail ever received, from the moment it is stored, with its outcome.

A row is written in the transaction that stores the mail, and its outcome in the transaction that decides it, so a kill
cannot separate them. Quarantine is not written: it is looked up in the inbox.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    String,
    Update,
    and_,
    bindparam,
    case,
    cast,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.model.arrival_outcomes import Outcome, stored_outcome
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage.database import InsertIgnoringDuplicates
from desk.storage.queue_and_lease_tables import arrivals
from mail.receiving.mail_outcomes import MailOutcome, outcome_of_decision
from mail.receiving.tables import ledger
from mail.transport.imap_folder_and_mail_facts import MessageMetadata

LATE_AFTER = timedelta(minutes=10)
"""A mail that waits longer to be decided is worth a look."""

_INSERT_ROWS = InsertIgnoringDuplicates(ledger, "channel", "epoch", "uid", "size", "date", "received_at", "outcome")
_UPDATE_OUTCOME = (
    update(ledger)
    .where(ledger.c.channel == bindparam("of_channel"), ledger.c.epoch == bindparam("of_epoch"))
    .where(ledger.c.uid == bindparam("of_uid"))
    .values(
        outcome=bindparam("became"),
        decision=bindparam("said"),
        case_id=bindparam("of_case"),
        message_id=bindparam("id"),
    )
)


def arrival_key(epoch: str, uid: int) -> str:
    """The key of an arrival at a mailbox's channel."""
    return f"{epoch}:{uid}"


def record_outcome(round_: Round, outcome: Outcome, case_id: int | None, rows: WriteBuffer) -> None:
    """A `desk.pipeline.write.OutcomeListener`: what became of a message, or of a pending one that an agent vouched for
    just now."""
    inbound = round_.inbound
    key = inbound.accepted_key or round_.arrival.key
    epoch, colon, uid = key.rpartition(":")
    if inbound.sender.channel_kind != "mail" or not (colon and uid.isdigit()):
        return
    rows.run(
        _UPDATE_OUTCOME,
        of_channel=inbound.channel,
        of_epoch=epoch,
        of_uid=int(uid),
        became=outcome_of_decision(inbound, outcome).value,
        said=stored_outcome(outcome),
        of_case=case_id,
        id=inbound.message[:200],
    )


async def mark_refused(connection: AsyncConnection, arrival_id: int) -> None:
    """An agent left a pending message out."""
    found = await connection.execute(select(arrivals.c.channel, arrivals.c.key).where(arrivals.c.id == arrival_id))
    for channel, key in found:
        for statement in refused(channel, key):
            await connection.execute(statement)


def refused(channel: str, key: str) -> list[Update]:
    """The statements by which a mail, known by the channel and key of its arrival, counts as left out by an agent."""
    epoch, _, uid = key.rpartition(":")
    if not uid.isdigit():
        return []
    mine = and_(ledger.c.channel == channel, ledger.c.epoch == epoch, ledger.c.uid == int(uid))
    return [update(ledger).where(mine).values(outcome=MailOutcome.REFUSED.value)]


async def insert_rows(
    connection: AsyncConnection, channel: str, epoch: str, mails: Collection[MessageMetadata], now: datetime
) -> None:
    """Rows for mails that are being stored; those that have one keep it."""
    waiting = MailOutcome.WAITING.value
    rows = [(channel, epoch, one.uid, one.size, one.date[:40], now, waiting) for one in mails]
    await _INSERT_ROWS.write(connection, rows)


async def find_known_uids(connection: AsyncConnection, channel: str, epoch: str, first: int, last: int) -> set[int]:
    """The UIDs that have a row, from ``first`` to ``last``."""
    query = select(ledger.c.uid).where(ledger.c.channel == channel, ledger.c.epoch == epoch)
    return set((await connection.execute(query.where(ledger.c.uid.between(first, last)))).scalars())


async def find_latest_mails(
    connection: AsyncConnection, channel: str, epoch: str, count: int
) -> dict[int, tuple[int, str]]:
    """Size and date of the last mails taken in, by UID."""
    query = select(ledger.c.uid, ledger.c.size, ledger.c.date).where(
        ledger.c.channel == channel, ledger.c.epoch == epoch
    )
    rows = await connection.execute(query.order_by(ledger.c.uid.desc()).limit(count))
    return {row.uid: (row.size, row.date) for row in rows}


# what an operator asks


def _is_row_of_arrival(arrival: FromClause = arrivals) -> ColumnElement[bool]:
    key = ledger.c.epoch.concat(":").concat(cast(ledger.c.uid, String))
    return and_(arrival.c.channel == ledger.c.channel, arrival.c.key == key)


def _is_undecided() -> ColumnElement[bool]:
    return ledger.c.outcome == MailOutcome.WAITING.value


def _is_quarantined() -> ColumnElement[bool]:
    quarantined = arrivals.alias("quarantined")
    return (
        select(quarantined.c.id)
        .where(_is_row_of_arrival(quarantined), quarantined.c.state == "quarantined")
        .correlate(ledger)
        .exists()
    )


def _current_outcome() -> ColumnElement[str]:
    """As written, except that what is waiting may have been quarantined."""
    return case((and_(_is_undecided(), _is_quarantined()), MailOutcome.QUARANTINE.value), else_=ledger.c.outcome)


async def count_outcomes(connection: AsyncConnection, channel: str) -> dict[str, int]:
    """How many mails of a mailbox became what."""
    query = select(ledger.c.outcome, func.count().label("mails")).where(ledger.c.channel == channel)
    rows = await connection.execute(query.group_by(ledger.c.outcome))
    found = {row.outcome: row.mails for row in rows}
    if found.get(MailOutcome.WAITING):
        # Both from one look: meanwhile a mail may have been decided, and nobody shall read of minus one.
        parted = select(func.count(), func.count().filter(_is_quarantined())).select_from(ledger)
        undecided, quarantined = (
            await connection.execute(parted.where(ledger.c.channel == channel, _is_undecided()))
        ).one()
        found |= {MailOutcome.WAITING: undecided - quarantined, MailOutcome.QUARANTINE: quarantined}
    return {one.value: found[one.value] for one in MailOutcome if found.get(one.value)}


async def find_oldest_waiting(connection: AsyncConnection, channel: str) -> datetime | None:
    """When the oldest mail was stored that is neither decided nor quarantined."""
    query = select(func.min(ledger.c.received_at)).where(
        ledger.c.channel == channel, _is_undecided(), ~_is_quarantined()
    )
    found: datetime | None = (await connection.execute(query)).scalar_one()
    return found


async def count_late(connection: AsyncConnection, channel: str, now: datetime) -> int:
    """How many mails of a mailbox are neither decided nor quarantined, though they were stored `LATE_AFTER` ago."""
    query = select(func.count()).where(ledger.c.channel == channel, _is_undecided(), ~_is_quarantined())
    return int((await connection.execute(query.where(ledger.c.received_at < now - LATE_AFTER))).scalar_one())


def select_rows(
    channel: str, uid: int | None = None, message_id: str = "", outcome: str = "", limit: int = 50
) -> Select[Any]:
    """Rows of a mailbox, the latest first: those of one UID, of one Message-ID, of one outcome.

    Each with the id, state, problem and key of its arrival, as far as that is still there.
    """
    state, problem = arrivals.c.state, arrivals.c.problem
    query = (
        select(ledger, _current_outcome().label("now"), arrivals.c.id.label("arrival_id"), state, problem)
        .select_from(ledger.outerjoin(arrivals, _is_row_of_arrival()))
        .where(ledger.c.channel == channel)
        .order_by(ledger.c.received_at.desc(), ledger.c.uid.desc())
        .limit(limit)
    )
    if uid is not None:
        query = query.where(ledger.c.uid == uid)
    if message_id:
        query = query.where(ledger.c.message_id == message_id)
    return query.where(_current_outcome() == outcome) if outcome else query


async def fetch_rows(connection: AsyncConnection, query: Select[Any]) -> Sequence[Row[Any]]:
    """The rows of a query."""
    rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return rows
