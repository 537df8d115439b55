"""``retention``: what the policy does not keep any longer, and what is kept all the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import click

from console.commands.command_actor import acting, actor_of
from console.commands.maintenance.choose_person import choose_people, provider_option, scope
from console.terminal.command_context import (
    NO_SUCH,
    USAGE,
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
from console.terminal.times import full_time
from desk.clock import now
from desk.language.translatable import counted, sentence


@dataclass(frozen=True, slots=True)
class Hold:
    """A legal hold as it is listed; ``of`` is the number of a case, or "person" with their id."""

    id: int
    provider: str
    of: str
    why: str
    set_by: str
    set_at: datetime


@click.group()
def retention() -> None:
    """How long people's words are kept, and what is kept longer.

    [retention] of firstline.toml says for how many days; a provider's policy.toml may say otherwise. With purge = true
    the desk purges by itself, every hour, little by little.

    \b
    Examples:
      firstline retention purge --dry-run
      firstline retention hold SN-2026-000012-3 --why "claim 12/26"
      firstline retention holds
    """


@retention.command()
@click.option("--dry-run", is_flag=True, help="Only count what would go; nothing is changed.")
@provider_option
@acting
@json_option
@pass_folder
def purge(folder: DeskFolder, dry_run: bool, provider: str, agent: str, as_json: bool) -> None:
    """Purge what is older than the policy says, now, table by table.

    Of a case that ended more than operational_days ago (and a day of grace) the messages, the journal and all that
    tells of its person go; its number, times and category stay until reports_days, then a monthly count. What goes is
    first written to data/archive, unless archive = false: move these files to where old papers are kept. An open case
    and what belongs to it, and what is under a legal hold, stays. A running desk is not held up.

    \b
    Examples:
      firstline retention purge --dry-run
      firstline retention purge
    """
    gone = run(_purge(folder, dry_run, provider, agent))
    if as_json:
        print_json(dict(sorted(gone.items())))
        return
    if not gone:
        tell(sentence("Nothing is older than the policy keeps."))
        return
    for name, number in sorted(gone.items()):
        click.echo(f"{number:>10}  {name}")
    tell(sentence("This would go. Nothing was changed.") if dry_run else sentence("This is gone."))


async def _purge(folder: DeskFolder, dry_run: bool, provider: str, agent: str) -> Counter[str]:
    from console.runtime.personal_data.retention_purge import RetentionPurge  # noqa: PLC0415 (help comes at once)
    from desk.storage import audit  # noqa: PLC0415

    settings, gone = folder.settings(), Counter[str]()
    scope(folder, provider)
    async with open_database(settings) as database:
        actor = await actor_of(folder, database, agent)
        one = RetentionPurge(database, settings, folder.providers())
        if dry_run:
            return await one.preview(now(), provider)
        row = {"actor": actor, "operation": "retention purge", "provider": provider}
        async with database.work() as connection:  # first, so that what a kill interrupts is in the audit too
            await audit.record(connection, at=now(), details={"begun": True}, **row)
        async for step in one.steps(now(), provider):
            gone += step
        async with database.work() as connection:
            await audit.record(connection, at=now(), details=dict(gone), **row)
    return gone


@retention.command()
@click.argument("number", metavar="[N]", default="")
@click.option("--person", "key", metavar="KEY", default="", help="A person with all their cases, instead of one case.")
@click.option("--why", required=True, help='The reason: a reference, and nobody\'s name: "claim 12/26".')
@provider_option
@acting
@pass_folder
def hold(folder: DeskFolder, number: str, key: str, why: str, provider: str, agent: str) -> None:
    """Keep case N, or a person, whatever the policy says and whoever asks, until the hold is released.

    \b
    Examples:
      firstline retention hold SN-2026-000012-3 --why "claim 12/26"
      firstline retention hold --person anna@example.org --why "court order 7"
    """
    if bool(number) == bool(key):
        refuse(sentence("say which: the number of a case, or --person"), USAGE)
    id = run(_hold(folder, number, key, why, provider, agent))
    tell(sentence("Held, as {id}: firstline retention release {id} ends it.", id=id))


async def _hold(folder: DeskFolder, number: str, key: str, why: str, provider: str, agent: str) -> int:
    from console.commands.case_lookup import find  # noqa: PLC0415 (help and usage come at once)
    from desk.storage import audit  # noqa: PLC0415
    from desk.storage.ids import IdGenerator  # noqa: PLC0415
    from desk.storage.retention_tables import LegalHoldRow  # noqa: PLC0415

    async with open_database(folder.settings()) as database:
        actor, at = await actor_of(folder, database, agent), now()
        id = IdGenerator().next_id(at)
        if number:
            case = await find(database, folder.providers(), number, provider)
            whose, held = case.provider, {"case_id": case.id}
            audited: dict[str, Any] = {"case_id": case.id, "case_number": case.number}
        else:
            (person,) = await choose_people(database, scope(folder, provider), key, everybody=False)
            whose, held, audited = person.provider, {"person_id": person.id}, {}
        async with database.write(whose) as session:
            session.add(LegalHoldRow(provider=whose, id=id, why=why[:400], set_by=actor[:100], set_at=at, **held))
            details = {"hold": str(id), "why": why[:400]}
            row = {"actor": actor, "operation": "retention hold", "provider": whose, "details": details, **audited}
            await audit.record(session, at=at, **row)
    return id


@retention.command()
@click.argument("id", metavar="ID", type=int)
@acting
@pass_folder
def release(folder: DeskFolder, id: int, agent: str) -> None:
    """End a legal hold: the policy counts again.

    \b
    Example:
      firstline retention release 45117289269594676
    """
    run(_release(folder, id, agent))
    tell(sentence("Released."))


async def _release(folder: DeskFolder, id: int, agent: str) -> None:
    from sqlalchemy import delete, select  # noqa: PLC0415 (help and usage come at once)

    from desk.storage import audit  # noqa: PLC0415
    from desk.storage.retention_tables import LegalHoldRow  # noqa: PLC0415

    whose = scope(folder, "")
    async with open_database(folder.settings()) as database:
        actor = await actor_of(folder, database, agent)
        async with database.write(*whose) as session:
            row = (await session.scalars(select(LegalHoldRow).where(LegalHoldRow.id == id))).first()
            if row is None:
                refuse(sentence("there is no hold {id}: see 'firstline retention holds'", id=id), NO_SUCH)
            mine = delete(LegalHoldRow).where(LegalHoldRow.provider == row.provider, LegalHoldRow.id == id)
            await session.execute(mine)
            case = {"case_id": row.case_id} if row.case_id else {}
            values = {"actor": actor, "operation": "retention release", "provider": row.provider, **case}
            await audit.record(session, at=now(), details={"hold": str(id)}, **values)


@retention.command()
@json_option
@pass_folder
def holds(folder: DeskFolder, as_json: bool) -> None:
    """List legal holds: what is kept, since when, why, and who said so.

    \b
    Example:
      firstline retention holds --json
    """
    found = run(_holds(folder))
    if as_json:
        print_json([asdict(one) for one in found])
    elif not found:
        tell(sentence("Nothing is held."))
    for one in found if not as_json else ():
        click.echo(f"{one.id}  {full_time(one.set_at, UTC)}  {one.provider}  {told(one.of)}  {one.set_by}  {one.why}")
    if found and not as_json:
        tell(counted("{number} hold.|{number} holds.|Nothing is held.", len(found)))


async def _holds(folder: DeskFolder) -> list[Hold]:
    from sqlalchemy import select  # noqa: PLC0415 (help and usage come at once)

    from desk.model.case import Case, name_of_case  # noqa: PLC0415
    from desk.storage.retention_tables import LegalHoldRow  # noqa: PLC0415

    async with open_database(folder.settings()) as database, database.read(*scope(folder, "")) as session:
        rows = (await session.scalars(select(LegalHoldRow).order_by(LegalHoldRow.set_at))).all()
        numbers = select(Case.id, Case.number).where(Case.id.in_([row.case_id for row in rows]))
        known = {row.id: row.number for row in await session.execute(numbers)}
    return [
        Hold(
            row.id,
            row.provider,
            name_of_case(known.get(row.case_id), row.case_id)
            if row.case_id
            else sentence("person {id}", id=row.person_id),
            row.why,
            row.set_by,
            row.set_at,
        )
        for row in rows
    ]
