"""``pending``: mails whose sender is not proved wait for an agent, who accepts them or leaves them out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from console.commands import submit_and_wait
from console.commands.agent_name_and_time_zone import Providers
from console.commands.case_lookup import find
from console.commands.command_actor import acting, actor_of, require_agent
from console.terminal.command_context import (
    NO_SUCH,
    REFUSED,
    USAGE,
    WRONG,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
    told,
)
from console.terminal.listing import print_list
from console.terminal.times import short_time
from desk.api.submit_operation import ArrivalStatus
from desk.clock import now
from desk.language.translatable import KeptReason, sentence
from desk.model.arrival_outcomes import Done, DoneCode, stored_outcome
from desk.model.case import Case, name_of_case
from desk.model.events import Said
from desk.model.messages import UnreadableMessage
from desk.pipeline.internal_channel import acceptance_message
from desk.queues import inbox
from desk.storage import audit
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import pending as pending_mail
from mail.receiving import ledger

if TYPE_CHECKING:
    from rich.console import RenderableType

PendingMail = Row[Any]


@click.group()
def pending() -> None:
    """Mails that name a case but whose sender is not proved. A person decides.

    Anybody can write any address into From. So a mail without the desk's own token, or from a stranger, joins no
    case by itself.

    \b
    Examples:
      firstline pending list
      firstline pending show 41
      firstline pending accept 41 --as ivanova
      firstline pending refuse 41
    """


@pending.command("list")
@json_option
@pass_folder
def list_pending(folder: DeskFolder, as_json: bool) -> None:
    """List the mails that wait, oldest first.

    \b
    Example:
      firstline pending list --json
    """
    rows, numbers = run(_fetch_pending(folder))
    providers = folder.desks()
    print_list(
        rows,
        partial(_mail_as_json, numbers=numbers) if as_json else None,
        lambda row: _shown(row, numbers, providers),
        sentence("No mail waits."),
    )


def _shown(row: PendingMail, numbers: Mapping[int, str], providers: Providers) -> tuple[str, RenderableType]:
    from console.terminal.rich_output import labelled  # noqa: PLC0415

    provider = providers.get(row.provider)
    since = short_time(row.since, provider.timezone if provider else UTC)
    pairs = [
        (sentence("subject"), row.subject or "-"),
        (sentence("case"), numbers.get(row.case_id) or sentence("a new one")),
        (sentence("why"), told(KeptReason(row.why))),
    ]
    return f"{row.arrival_id} · {since} · {row.sender}", labelled(pairs)


def _mail_as_json(row: PendingMail, numbers: Mapping[int, str]) -> dict[str, Any]:
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


async def _fetch_pending(folder: DeskFolder) -> tuple[Sequence[PendingMail], Mapping[int, str]]:
    async with open_database(folder.settings()) as database:
        async with database.read(*folder.desks()) as session:
            query = select(pending_mail).where(pending_mail.c.state == "waiting").order_by(pending_mail.c.arrival_id)
            rows = (await session.execute(query)).all()
        cases = await _cases(database, folder.desks(), {row.case_id for row in rows})
        return rows, {case.id: name_of_case(case.number, case.id) for case in cases}


@pending.command("show")
@click.argument("mail_id", metavar="ID", type=int)
@pass_folder
def show_pending(folder: DeskFolder, mail_id: int) -> None:
    """Show what a waiting mail says.

    \b
    Example:
      firstline pending show 41
    """
    run(_print_pending(folder, mail_id))


async def _print_pending(folder: DeskFolder, mail_id: int) -> None:
    from console.terminal.rich_output import Output, labelled, text  # noqa: PLC0415

    settings = folder.settings()
    async with open_database(settings) as database:
        row = await _require_waiting(folder, database, mail_id)
        arrival = await inbox.stored(database, mail_id)
        async with submit_and_wait.whole_application(settings) as application:
            try:
                inbound = await application.channels[arrival.channel].hear(arrival)
            except (UnreadableMessage, KeyError) as error:
                refuse(sentence("mail {mail_id} cannot be read: {error}", mail_id=mail_id, error=error), WRONG)
    files = ", ".join(one.name for one in inbound.files)
    pairs = [
        (sentence("from"), f"{inbound.name} <{row.sender}>"),
        (sentence("subject"), row.subject),
        (sentence("why"), told(KeptReason(row.why))),
        (sentence("files"), files),
    ]
    full_text = inbound.event.full_text if isinstance(inbound.event, Said) else ""
    Output().print(labelled(pairs), "", text(full_text or inbound.text))


@pending.command("accept")
@click.argument("mail_id", metavar="ID", type=int)
@click.option("--case", "number", metavar="N", help="It joins this case, not the one it names.")
@click.option("--new", is_flag=True, help="It becomes a case of its own.")
@click.option("--as", "agent", metavar="AGENT", envvar="FIRSTLINE_AGENT", required=True, help="Who accepts it.")
@json_option
@pass_folder
def accept_pending(folder: DeskFolder, mail_id: int, number: str | None, new: bool, agent: str, as_json: bool) -> None:
    """Accept a mail: it joins the case it names, or another. Its sender gets no rights by that.

    \b
    Examples:
      firstline pending accept 41 --as ivanova
      firstline pending accept 41 --as ivanova --case SN-2026-000012-3
      firstline pending accept 41 --as ivanova --new
    """
    if number and new:
        refuse(sentence("--case and --new exclude each other"), USAGE)
    status, case = run(_accept_pending(folder, mail_id, number, new, agent))
    if as_json:
        print_json({"mail": mail_id, "case": case.number if case else "", **asdict(status)})
    if status.state == "quarantined":
        refuse(
            sentence(
                "mail {mail_id} could not be decided and is quarantined: {problem}",
                mail_id=mail_id,
                problem=KeptReason(status.problem),
            ),
            WRONG,
        )
    if status.case_id is None:
        refuse(
            sentence(
                "mail {mail_id} was not taken: {value}", mail_id=mail_id, value=stored_outcome(status.outcome or Done())
            ),
            REFUSED,
        )
    if not as_json:
        tell(sentence("Mail {mail_id} {status}.", mail_id=mail_id, status=_result_sentence(status, case)))


def _result_sentence(status: ArrivalStatus, case: Case | None) -> str:
    if status.outcome == Done(DoneCode.CASE):
        return sentence("began a new case; its sender is being answered")
    if case and case.number:
        return sentence("joined {number}", number=case.number)
    return sentence("joined its case, which has no number yet")


async def _accept_pending(
    folder: DeskFolder, mail_id: int, number: str | None, new: bool, agent: str
) -> tuple[ArrivalStatus, Case | None]:
    settings, providers = folder.settings(), folder.desks()
    async with open_database(settings) as database:
        row = await _require_waiting(folder, database, mail_id)
        await require_agent(folder, database, agent, row.provider)
        case_id = 0 if new else int(row.case_id)
        if number:
            case_id = (await find(database, providers, number, row.provider)).id
        message = acceptance_message(mail_id, case_id, row.provider, agent, now())
        arrival_id = await submit_and_wait.accept(
            database, message, lambda one: _set_state(database, one, row, "accepted", f"agent:{agent}")
        )
        (status,) = await submit_and_wait.wait_decided(settings, database, [arrival_id])
        cases = await _cases(database, providers, {status.case_id} - {None})
        return status, next(iter(cases), None)


async def _cases(database: Database, providers: Providers, ids: Collection[int | None]) -> Sequence[Case]:
    """The cases of these ids, whosever they are by now."""
    providers_seen = tuple(providers)
    async with database.read(*providers_seen) as session:
        return (await session.scalars(select(Case).where(Case.provider.in_(providers_seen), Case.id.in_(ids)))).all()


@pending.command("refuse")
@click.argument("mail_id", metavar="ID", type=int)
@acting
@pass_folder
def refuse_pending(folder: DeskFolder, mail_id: int, agent: str) -> None:
    """Leave a mail out. It stays in the inbox, and nobody is answered.

    \b
    Example:
      firstline pending refuse 41
    """
    run(_refuse_pending(folder, mail_id, agent))
    tell(sentence("Mail {mail_id} is left out.", mail_id=mail_id))


async def _refuse_pending(folder: DeskFolder, mail_id: int, agent: str) -> None:
    async with open_database(folder.settings()) as database:
        row = await _require_waiting(folder, database, mail_id)
        actor = await actor_of(folder, database, agent, row.provider)
        async with database.work() as connection:
            await _set_state(database, connection, row, "refused", actor)
            await ledger.mark_refused(connection, mail_id)


async def _require_waiting(folder: DeskFolder, database: Database, mail_id: int) -> PendingMail:
    async with database.read(*folder.desks()) as session:
        row = (await session.execute(select(pending_mail).where(pending_mail.c.arrival_id == mail_id))).first()
    if row is None:
        refuse(sentence("no mail {mail_id} waits: see 'firstline pending list'", mail_id=mail_id), NO_SUCH)
    if row.state != "waiting":
        refuse(sentence("mail {mail_id} is {state} already", mail_id=mail_id, state=row.state), REFUSED)
    return row


async def _set_state(
    database: Database, connection: AsyncConnection, mail: PendingMail, state: str, actor: str
) -> None:
    """Marks a mail as accepted or refused and tells the audit, in the transaction that does it."""
    mail_id, operation = mail.arrival_id, {"accepted": "pending accept", "refused": "pending refuse"}[state]
    await database.name_providers(connection, mail.provider)
    statement = update(pending_mail).where(pending_mail.c.arrival_id == mail_id, pending_mail.c.state == "waiting")
    if (await connection.execute(statement.values(state=state))).rowcount != 1:
        refuse(sentence("somebody else was quicker with mail {mail_id}", mail_id=mail_id), REFUSED)
    row = {"actor": actor, "operation": operation, "provider": mail.provider, "case_id": mail.case_id or None}
    await audit.record(connection, at=now(), arrival_id=mail_id, **row)
