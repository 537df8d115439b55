"""The database, the clock and the disk, for `firstline check`."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from console.commands.checking.tables import table_differences
from console.runtime.schema_version import SchemaMismatch, require_current
from console.terminal.errors import DATABASE, reason
from desk.agents.changes_of_agents import differences
from desk.clock import Clock
from desk.language.translatable import said_by, sentence
from desk.model.check_findings import CheckFinding
from desk.model.provider_files import Provider
from desk.model.settings import Settings
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals
from mail.diagnostics import check_ledger

MEGABYTE = 1024 * 1024
LOW_DISK, NO_DISK = 1024 * MEGABYTE, 100 * MEGABYTE
"""Free bytes under which the disk is told of, and under which it is an error: mails may have 25 MB each."""
MAX_CLOCK_DIFFERENCE = timedelta(seconds=5)


async def check_database(settings: Settings, providers: Mapping[str, Provider], clock: Clock) -> list[CheckFinding]:
    """Whether it answers, is of this version and keeps providers apart; its clock and ours, its ledger and the mail;
    whether its agents are those of the files."""
    url = make_url(settings.database)
    where = "database"
    if url.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(url.database or "").is_file):
        return [
            CheckFinding(
                "error", where, sentence("{path} is not there", path=url.database), sentence("run 'firstline migrate'")
            )
        ]
    database = Database(settings.database, pool=1)
    try:
        await asyncio.wait_for(require_current(database), 15)
        found = [
            CheckFinding("ok", where, sentence("{name} answers and is of this version", name=_database_name(settings)))
        ]
        todo = sentence("undo what was changed there by hand, or restore a backup")
        found += [CheckFinding("error", where, what, todo) for what in await table_differences(database)]
        if await database.bypasses_row_security():
            what = sentence("the role could see every provider's rows: row-level security does not hold it")
            found.append(CheckFinding("error", where, what, f'ALTER ROLE "{url.username}" NOSUPERUSER NOBYPASSRLS'))
        if not database.sqlite and not settings.backup_role:
            what = sentence("no role is named that could read all rows: 'firstline backup' cannot be used")
            found.append(
                CheckFinding("warning", where, what, sentence("name one in [desk] backup_role (docs/operating.md)"))
            )
        accounts = [await check_ledger(database, box, clock()) for box in settings.mailboxes]
        found += [*await check_clock(database, clock), *(one for of_box in accounts for one in of_box)]
        return [*found, *await _check_agents(database, providers)]
    except SchemaMismatch as error:
        return [CheckFinding("error", where, said_by(error))]
    except TimeoutError:
        return [
            CheckFinding(
                "error",
                where,
                sentence("{host} does not answer", host=url.host),
                sentence("look at the network and at [desk] database"),
            )
        ]
    except (*DATABASE, OSError) as error:
        todo = sentence("look whether it runs, and at [desk] database; a password is taken from PGPASSWORD")
        return [CheckFinding("error", where, sentence("it cannot be used: {why}", why=reason(error)), todo)]
    finally:
        await database.close()


async def _check_agents(database: Database, providers: Mapping[str, Provider]) -> list[CheckFinding]:
    """Where teams.toml and the database say different things, and how to make them one."""
    todo = sentence(
        "'firstline agents import' takes what the file changed, 'firstline agents export' writes the file anew"
    )
    what = "teams.toml and the database differ: {entries}"
    return [
        CheckFinding("warning", name, sentence(what, entries=", ".join(map(" ".join, keys))), todo)
        for name, keys in (await differences(database, providers)).items()
    ]


async def check_clock(database: Database, clock: Clock) -> list[CheckFinding]:
    """Our clock beside the database's, and beside the newest message: none comes from the future."""
    newest_arrival = select(arrivals.c.received_at).order_by(arrivals.c.id.desc()).limit(1)
    async with database.look() as connection:
        newest = (await connection.execute(newest_arrival)).scalar()
        theirs = None if database.sqlite else (await connection.execute(text("SELECT now()"))).scalar()
    todo = sentence("set the clock (timedatectl), and keep it with NTP: promised times hang on it")
    ours = clock()
    if newest and ours < newest - MAX_CLOCK_DIFFERENCE:
        what = sentence("it is {time} UTC, but messages came later than that", time=f"{ours:%Y-%m-%d %H:%M}")
        return [CheckFinding("error", "clock", what, todo)]
    if theirs and abs(theirs - ours) > MAX_CLOCK_DIFFERENCE:
        return [
            CheckFinding(
                "warning", "clock", sentence("it differs from the database's by {span}", span=abs(theirs - ours)), todo
            )
        ]
    return [CheckFinding("ok", "clock", sentence("{time} UTC", time=f"{ours.astimezone(UTC):%Y-%m-%d %H:%M}"))]


def _database_name(settings: Settings) -> str:
    """The database as firstline.toml names it, without any password."""
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite":
        return f"PostgreSQL {url.username or ''}@{url.host or ''}/{url.database or ''}"
    path = Path(url.database or "")
    return f"SQLite {path.relative_to(settings.root) if path.is_relative_to(settings.root) else path}"


def check_disk(settings: Settings) -> Iterator[CheckFinding]:
    """How much room there is for what comes in. With none left the desk stops acknowledging, and goes on later."""
    place = settings.data if settings.data.is_dir() else settings.root
    free = shutil.disk_usage(place).free
    todo = sentence("make room: with a full disk nothing new is accepted")
    if free < NO_DISK:
        yield CheckFinding(
            "error",
            "disk",
            sentence("only {number} MB are free in {place}", number=free // MEGABYTE, place=place),
            todo,
        )
    elif free < LOW_DISK:
        yield CheckFinding(
            "warning", "disk", sentence("{number} MB are free in {place}", number=free // MEGABYTE, place=place), todo
        )
    else:
        yield CheckFinding(
            "ok",
            "disk",
            sentence("{number} GB are free in {place}", number=f"{free / 1024 / MEGABYTE:.0f}", place=place),
        )
    if settings.data.is_dir() and settings.data.stat().st_mode & 0o007:
        what = sentence("{path} is open to every user of this machine: people's words lie there", path=settings.data)
        yield CheckFinding("warning", "disk", what, f"chmod o-rwx {settings.data}")
