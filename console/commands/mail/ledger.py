"""``mail ledger``: what became of each mail, and how each mailbox compares with its server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

import click
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.terminal.command_context import (
    NO_SUCH,
    OK,
    USAGE,
    WRONG,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    told,
)
from console.terminal.times import full_time
from desk.clock import now
from desk.language.translatable import KeptReason, sentence
from desk.model.case import Case, name_of_case
from desk.model.messages import FRONT
from desk.storage.database import Database
from mail.receiving import ledger as ledger_store
from mail.receiving.mail_outcomes import MailOutcome
from mail.receiving.watermarks import load_watermark

MEANINGS = {
    MailOutcome.CASE: sentence("began a case"),
    MailOutcome.REPLY: sentence("joined a case"),
    MailOutcome.MACHINE: sentence("a machine's"),
    MailOutcome.OWN: sentence("the desk's own, come back"),
    MailOutcome.REPEAT: sentence("the same mail again"),
    MailOutcome.TOO_LARGE: sentence("too large: its header here, the rest on the server"),
    MailOutcome.NOTHING: sentence("read, no case touched"),
    MailOutcome.PENDING: sentence("waiting for an agent"),
    MailOutcome.REFUSED: sentence("left out by an agent"),
    MailOutcome.QUARANTINE: sentence("quarantined: it could not be read"),
    MailOutcome.WAITING: sentence("not decided yet"),
}


@click.command()
@click.option("--mailbox", metavar="NAME", default="", help="Only this one.")
@click.option("--uid", metavar="N", type=int, help="What became of the mail with this UID.")
@click.option("--message-id", metavar="ID", default="", help="What became of the mail with this Message-ID.")
@click.option("--outcome", metavar="WORD", type=click.Choice([one.value for one in MailOutcome]), default=None,
              help=f"The latest mails that became this: {', '.join(one.value for one in MailOutcome)}.")  # fmt: skip
@click.option("--limit", metavar="N", type=click.IntRange(1, 10_000), default=50, help="At most so many mails (50).")
@json_option
@pass_folder
def ledger(
    folder: DeskFolder, mailbox: str, uid: int | None, message_id: str, outcome: str | None, limit: int, as_json: bool
) -> None:
    """What became of each mail. Every mail taken in stands here once, under its UID, with one outcome.

    Without a question the mailboxes are summed up: how many mails became what, and where the ledger and the server
    differed when they were last compared. Ends with 1 when a mail is not decided for ten minutes.

    \b
    Examples:
      firstline mail ledger
      firstline mail ledger --mailbox support --uid 4711
      firstline mail ledger --message-id '<a1@mail.example>' --json
      firstline mail ledger --outcome quarantine
    """
    channels = [one.channel for one in folder.settings().mailboxes if mailbox in ("", one.name, one.channel)]
    if not channels:
        refuse(
            sentence("there is no mailbox {mailbox} in firstline.toml", mailbox=repr(mailbox))
            if mailbox
            else sentence("there is no mailbox"),
            USAGE,
        )
    if uid is None and not message_id and not outcome:
        _print_summaries(run(_summaries(folder, channels)), as_json)
        return
    wanted = f"<{message_id.strip().strip('<>')}>" if message_id else ""
    rows, numbers = run(_find_mails(folder, channels, uid, wanted, outcome or "", limit))
    if as_json:
        print_json([_mail_as_json(row, numbers) for row in rows])
    for row in rows if not as_json else ():
        _print_mail(row, numbers)
    if not rows and not outcome:
        refuse(sentence("no such mail was ever taken in"), NO_SUCH)


# sums


async def _summaries(folder: DeskFolder, channels: Sequence[str]) -> list[dict[str, Any]]:
    async with open_database(folder.settings()) as database, database.look() as connection:
        return [await _summary(connection, channel) for channel in channels]


async def _summary(connection: AsyncConnection, channel: str) -> dict[str, Any]:
    mark = await load_watermark(connection, channel)
    return {
        "mailbox": channel,
        "epoch": mark.epoch if mark else "",
        **{name: getattr(mark, name, None) for name in ("connected_at", "reconciled_at", "difference", "differed_at")},
        "outcomes": await ledger_store.count_outcomes(connection, channel),
        "oldest_waiting": await ledger_store.find_oldest_waiting(connection, channel),
    }


def _print_summaries(found: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    late = [one for one in found if one["oldest_waiting"] and one["oldest_waiting"] < now() - ledger_store.LATE_AFTER]
    if as_json:
        print_json(found)
    for one in found if not as_json else ():
        _print_summary(one, one in late)
    click.get_current_context().exit(WRONG if late else OK)


def _print_summary(one: Mapping[str, Any], late: bool) -> None:
    from console.terminal.rich_output import Output, indented, labelled, text  # noqa: PLC0415

    if not one["connected_at"]:
        Output().print(text(one["mailbox"], "bold"), indented(text(sentence("never connected yet"), "dim")))
        return
    compared = full_time(one["reconciled_at"], UTC) if one["reconciled_at"] else sentence("never")
    pairs: list[tuple[str, Any]] = [
        (sentence("since"), full_time(one["connected_at"], UTC)),
        (sentence("compared"), compared),
    ]
    pairs += [(word, f"{count}  {told(MEANINGS[MailOutcome(word)])}") for word, count in one["outcomes"].items()]
    if one["difference"]:
        pairs.append(
            (sentence("difference"), text(f"{full_time(one['differed_at'], UTC)}: {one['difference']}", "yellow"))
        )
    if late:
        since = full_time(one["oldest_waiting"], UTC)
        waits = sentence("a mail waits to be decided since {since}: does 'firstline serve' run?", since=since)
        pairs.append((sentence("late"), text(waits, "red")))
    Output().print(text(one["mailbox"], "bold"), indented(labelled(pairs)))


# single mails


async def _find_mails(
    folder: DeskFolder, channels: Sequence[str], uid: int | None, message_id: str, outcome: str, limit: int
) -> tuple[list[Row[Any]], Mapping[int, str]]:
    async with open_database(folder.settings()) as database:
        async with database.look() as connection:
            rows = [
                row
                for channel in channels
                for row in await ledger_store.fetch_rows(
                    connection, ledger_store.select_rows(channel, uid, message_id, outcome, limit)
                )
            ]
        return rows[:limit], await _case_numbers(folder, database, {row.case_id for row in rows if row.case_id})


async def _case_numbers(folder: DeskFolder, database: Database, ids: set[int]) -> Mapping[int, str]:
    whose = (*folder.providers(), FRONT)
    async with database.read(*whose) as session:
        cases = await session.scalars(select(Case).where(Case.provider.in_(whose), Case.id.in_(ids)))
        return {case.id: name_of_case(case.number, case.id) for case in cases}


def _mail_as_json(row: Row[Any], numbers: Mapping[int, str]) -> dict[str, Any]:
    return {
        "mailbox": row.channel,
        "epoch": row.epoch,
        "uid": row.uid,
        "message_id": row.message_id,
        "outcome": row.now,
        "word": row.decision,
        "case": numbers.get(row.case_id, ""),
        "case_id": row.case_id,
        "arrival": row.arrival_id,
        "size": row.size,
        "received_at": row.received_at,
        "problem": (row.problem or "") if row.now == MailOutcome.QUARANTINE else "",
    }


def _print_mail(row: Row[Any], numbers: Mapping[int, str]) -> None:
    from console.terminal.rich_output import Output, indented, labelled, one_line  # noqa: PLC0415

    one = _mail_as_json(row, numbers)
    at = full_time(row.received_at, UTC)
    pairs: list[tuple[str, str]] = [
        (sentence("outcome"), f"{row.now}: {told(MEANINGS[MailOutcome(row.now)])}"),
        (sentence("case"), one["case"]),
    ]
    pairs += [
        ("message-id", row.message_id),
        (sentence("arrival"), str(row.arrival_id or "")),
        (sentence("problem"), told(KeptReason(one["problem"]))),
    ]
    size = told(sentence("{number} bytes", number=row.size))
    head = one_line(f"{row.channel} · UID {row.uid} · {at} · {size}", "bold")
    Output().print(head, indented(labelled(pairs)))
