"""``pending``: letters whose sender is not proved wait for a person, who vouches for them or leaves them out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC
from typing import Any

import click
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.commands import submit
from console.commands.agent import known_agent
from console.commands.cases import Providers
from console.commands.find_case import find
from console.commands.submit import ArrivalStatus
from console.terminal import tables
from console.terminal.context import (
    NO_SUCH,
    REFUSED,
    USAGE,
    WRONG,
    DeskFolder,
    as_json,
    opened,
    pass_folder,
    print_json,
    refuse,
    run,
)
from desk.clock import now
from desk.model.case import Case
from desk.model.messages import FRONT, UnreadableMessage
from desk.pipeline.internal_channel import acceptance_message
from desk.queues import inbox
from desk.storage.database import Database
from desk.storage.queue_tables import pending as letters
from mail.receiving import ledger as account

Letter = Row[Any]


@click.group()
def pending() -> None:
    """Letters that name a case but whose sender is not proved. A person decides.

    Anybody can write any address into From. So a letter without the desk's own token, or from a stranger, joins no
    case by itself.

    \b
    Examples:
      firstline pending list
      firstline pending show 41
      firstline pending accept 41 --as ivanova
      firstline pending refuse 41
    """


@pending.command("list")
@as_json
@pass_folder
def list_pending(folder: DeskFolder, machine: bool) -> None:
    """List the letters that wait, oldest first.

    \b
    Example:
      firstline pending list --json
    """
    rows, numbers = run(_waiting(folder))
    providers = folder.providers()
    if machine:
        print_json([_letter(row, numbers) for row in rows])
    elif not rows:
        click.echo("No letter waits.")
    for row in rows if not machine else ():
        provider = providers.get(row.provider)
        at = tables.local(row.since, provider.timezone if provider else UTC)
        click.secho(tables.cut(f"{row.arrival_id} · {at} · {row.sender}", tables.width()), bold=True)
        named = numbers.get(row.case_id) or "a new matter"
        pairs = [("subject", row.subject or "-"), ("case", named), ("why", row.why)]
        click.echo(tables.labelled(pairs, "  "))


def _letter(row: Letter, numbers: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": row.arrival_id,
        "provider": row.provider,
        "case": numbers.get(row.case_id, ""),
        "case_id": row.case_id,
        "sender": row.sender,
        "subject": row.subject,
        "why": row.why,
        "since": row.since,
    }


async def _waiting(folder: DeskFolder) -> tuple[Sequence[Letter], Mapping[int, str]]:
    async with opened(folder.settings()) as database:
        async with database.look() as connection:
            query = select(letters).where(letters.c.state == "waiting").order_by(letters.c.arrival_id)
            rows = (await connection.execute(query)).all()
        cases = await _cases(database, folder.providers(), {row.case_id for row in rows})
        return rows, {case.id: case.number or f"one without a number yet ({case.id})" for case in cases}


@pending.command()
@click.argument("letter", metavar="ID", type=int)
@pass_folder
def show(folder: DeskFolder, letter: int) -> None:
    """Show what a waiting letter says.

    \b
    Example:
      firstline pending show 41
    """
    run(_show(folder, letter))


async def _show(folder: DeskFolder, letter: int) -> None:
    settings = folder.settings()
    async with opened(settings) as database:
        row = await _row(database, letter)
        arrival = await inbox.stored(database, letter)
        async with submit.whole_application(settings) as house:
            try:
                inbound = await house.channels[arrival.channel].hear(arrival)
            except (UnreadableMessage, KeyError) as error:
                refuse(f"letter {letter} cannot be read: {error}", WRONG)
    files = ", ".join(one.name for one in inbound.files)
    pairs = [("from", f"{inbound.name} <{row.sender}>"), ("subject", row.subject), ("why", row.why), ("files", files)]
    click.echo(tables.labelled(pairs))
    click.echo()
    click.echo(tables.wrapped(inbound.full_text or inbound.text))


@pending.command()
@click.argument("letter", metavar="ID", type=int)
@click.option("--case", "number", metavar="N", help="It joins this case, not the one it names.")
@click.option("--new", is_flag=True, help="It becomes a case of its own.")
@click.option("--as", "agent", metavar="AGENT", envvar="FIRSTLINE_AGENT", required=True, help="Who vouches for it.")
@as_json
@pass_folder
def accept(folder: DeskFolder, letter: int, number: str | None, new: bool, agent: str, machine: bool) -> None:
    """Vouch for a letter: it joins the case it names, or another. Its sender gets no rights by that.

    \b
    Examples:
      firstline pending accept 41 --as ivanova
      firstline pending accept 41 --as ivanova --case SN-2026-000012-3
      firstline pending accept 41 --as ivanova --new
    """
    if number and new:
        refuse("--case and --new exclude each other", USAGE)
    ledger, case = run(_accept(folder, letter, number, new, agent))
    if machine:
        print_json({"letter": letter, "case": case.number if case else "", **asdict(ledger)})
    if ledger.state == "quarantined":
        refuse(f"letter {letter} could not be decided and is set aside: {ledger.problem}", WRONG)
    if ledger.case_id is None:
        refuse(f"letter {letter} was not taken: {ledger.outcome}", REFUSED)
    if not machine:
        click.echo(f"Letter {letter} {_joined(ledger, case)}.")


def _joined(ledger: ArrivalStatus, case: Case | None) -> str:
    if ledger.outcome == "case":
        return "began a new case; its sender is being answered"
    return f"joined {case.number}" if case and case.number else "joined its case, which has no number yet"


async def _accept(
    folder: DeskFolder, letter: int, number: str | None, new: bool, agent: str
) -> tuple[ArrivalStatus, Case | None]:
    settings, providers = folder.settings(), folder.providers()
    async with opened(settings) as database:
        row = await _row(database, letter)
        known_agent(providers, row.provider, agent)
        case_id = 0 if new else int(row.case_id)
        if number:
            case_id = (await find(database, providers, number, row.provider)).id
        message = acceptance_message(letter, case_id, row.provider, agent, now())
        arrival_id = await submit.accept(database, message, lambda one: _settle(one, letter, "accepted"))
        (ledger,) = await submit.wait_decided(settings, database, [arrival_id])
        cases = await _cases(database, providers, {ledger.case_id} - {None})
        return ledger, next(iter(cases), None)


async def _cases(database: Database, providers: Providers, ids: Collection[int | None]) -> Sequence[Case]:
    """The cases of these ids, whosever they are by now."""
    whose = (*providers, FRONT)
    async with database.read(*whose) as session:
        return (await session.scalars(select(Case).where(Case.provider.in_(whose), Case.id.in_(ids)))).all()


@pending.command("refuse")
@click.argument("letter", metavar="ID", type=int)
@pass_folder
def refuse_letter(folder: DeskFolder, letter: int) -> None:
    """Leave a letter out. It stays in the inbox, and nobody is answered.

    \b
    Example:
      firstline pending refuse 41
    """
    run(_refuse(folder, letter))
    click.echo(f"Letter {letter} is left out.")


async def _refuse(folder: DeskFolder, letter: int) -> None:
    async with opened(folder.settings()) as database:
        await _row(database, letter)
        async with database.work() as connection:
            await _settle(connection, letter, "refused")
            await account.refused(connection, letter)


async def _row(database: Database, letter: int) -> Letter:
    async with database.look() as connection:
        row = (await connection.execute(select(letters).where(letters.c.arrival_id == letter))).first()
    if row is None:
        refuse(f"no letter {letter} waits: see 'firstline pending list'", NO_SUCH)
    if row.state != "waiting":
        refuse(f"letter {letter} is {row.state} already", REFUSED)
    return row


async def _settle(connection: AsyncConnection, letter: int, state: str) -> None:
    """Marks a letter as accepted or refused, in the transaction that does it."""
    statement = update(letters).where(letters.c.arrival_id == letter, letters.c.state == "waiting")
    if (await connection.execute(statement.values(state=state))).rowcount != 1:
        refuse(f"somebody else was quicker with letter {letter}", REFUSED)
