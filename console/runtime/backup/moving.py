"""A desk's database taken into one SQLite file while it is at work, and put from there into either database."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from console.runtime.backup import postgres_read, postgres_rows, postgres_write, unfinished
from console.runtime.backup.archive import (
    BackupRefused,
    Progress,
    count_rows,
    opened,
    revision_of,
    sequences_of,
)
from console.runtime.backup.desk_files import database_file
from console.runtime.backup.pace import LONGEST_REST, Pace, step_back
from console.runtime.migrate import migrate
from desk.language.translatable import sentence
from desk.model.settings import Settings
from desk.storage.database import Database

PAGES_AT_A_TIME = 250
"""Pages of an SQLite database, a megabyte, that are copied and brought to the disk together: so long a commit waits."""
ROOM = 64 * 1024 * 1024
"""Bytes that a disk must have left beside the copy."""


@dataclass(frozen=True, slots=True)
class TakenTables:
    """What was taken: the version of the tables, the rows of each as its source counts them, and the last ids."""

    revision: str
    rows: Mapping[str, int]
    sequences: Mapping[str, int]


def sqlite_url(path: Path) -> str:
    """The address of an SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


def new_file(path: Path) -> None:
    """Makes an empty file that only its owner reads. Raises FileExistsError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


async def take_tables(settings: Settings, target: Path, progress: Progress, gently: bool = False) -> TakenTables:
    """Copies the desk's tables, as they are at one moment, into the SQLite file ``target``, which is there and empty.

    Whoever serves goes on meanwhile; ``gently`` leaves them half of processor and disk. Raises `BackupRefused`, and
    what the databases raise.
    """
    if file := database_file(settings.database):
        if not file.is_file():
            raise BackupRefused(sentence("{path} is not there", path=file))
        _require_room(target.parent, file.stat().st_size)
        return await asyncio.to_thread(_copy_pages, file, target, progress, gently)
    role = settings.backup_role
    if not role:
        what = "a backup needs a role that may read all rows: name it in [desk] backup_role (see docs/operating.md)"
        raise BackupRefused(sentence(what))
    url = make_url(settings.database).set(username=role, password=settings.backup_password.reveal() or None)
    address = url.render_as_string(hide_password=False)
    # In a thread with a loop of its own, which may have a lower priority than whoever asked for it.
    return await asyncio.to_thread(lambda: asyncio.run(_copy_rows(address, target, progress, gently)))


async def _copy_rows(url: str, target: Path, progress: Progress, gently: bool) -> TakenTables:
    step_back()
    async with postgres_rows.snapshot(url) as driver:
        revision = await postgres_rows.revision(driver)
        if not revision:
            raise BackupRefused(sentence("the database has no tables yet: run 'firstline migrate'"))
        _require_room(target.parent, await driver.fetchval("SELECT pg_database_size(current_database())"))
        await make_tables(target, revision)
        rows = await postgres_read.read_into(driver, target, progress, LONGEST_REST if gently else 0.0)
    with opened(target) as copy:
        return TakenTables(revision, rows, sequences_of(copy))


def _require_room(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted + ROOM:
        what = "{folder} has {free} MB free, and the copy may need {wanted} MB: make room, or name another place"
        raise BackupRefused(sentence(what, folder=folder, free=free >> 20, wanted=(wanted + ROOM) >> 20))


def _copy_pages(source: Path, target: Path, progress: Progress, gently: bool) -> TakenTables:
    """By SQLite's backup API, in one read transaction.

    Without one, each write of another process would let the backup begin anew, and under load it would never end.
    """
    step_back()
    with opened(source) as live, opened(target) as copy, target.open("rb") as written:
        live.execute("BEGIN")
        taken = TakenTables(revision_of(live), count_rows(live), sequences_of(live))
        if not taken.revision:
            raise BackupRefused(sentence("the database has no tables yet: run 'firstline migrate'"))
        copy.execute("PRAGMA synchronous = OFF")  # `Pace` brings it there
        live.backup(copy, pages=PAGES_AT_A_TIME, progress=Pace(written.fileno(), progress, gently).step)
        live.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without -wal and -shm beside it
        if (there := count_rows(copy)) != taken.rows:
            raise BackupRefused(postgres_rows.difference(taken.rows, there))
    return taken


async def make_tables(path: Path, revision: str = "head") -> None:
    """Makes the tables of a version in an SQLite file, or brings those that are there to it."""
    database = Database(sqlite_url(path))
    try:
        await migrate(database, revision)
    finally:
        await database.close()
    with opened(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


async def require_empty(url: str) -> None:
    """Raises `BackupRefused` unless nothing is there yet, or only tables without rows."""
    file = database_file(url)
    where = make_url(url).set(drivername="postgresql").render_as_string(hide_password=True)
    if file is not None:
        unfinished.sweep(file.parent)  # also where one was killed that had only this to do yet
        if file.exists() and file.stat().st_size:
            raise BackupRefused(sentence("{path} is there already: nothing is overwritten", path=file))
        return
    database = Database(url)
    try:
        if await database.bypasses_row_security():
            what = "the role {role} could see every provider's rows: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS"
            raise BackupRefused(sentence(what, role=make_url(url).username))
        if await postgres_rows.is_served(database):
            raise BackupRefused(sentence("somebody serves the desk of the database {url}", url=where))
        if not await postgres_rows.is_empty(database):
            what = "the database {url} is not empty: nothing is overwritten, so name a new one"
            raise BackupRefused(sentence(what, url=where))
    finally:
        await database.close()


async def put_tables(source: Path, url: str, progress: Progress) -> None:
    """Puts the tables of an SQLite file, which are of this version, into an empty database. The file may be gone then.

    Raises `BackupRefused`, and what the database raises.
    """
    if target := database_file(url):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        await asyncio.to_thread(_move, source, target)
        return
    database = Database(url)
    try:
        await migrate(database)
    finally:
        await database.close()
    await postgres_write.write_from(source, url, progress)


def _move(source: Path, target: Path) -> None:
    """Also to another disk, and never over a file that is there."""
    if target.exists() and not target.stat().st_size:
        target.unlink()
    part = unfinished.beside(target)
    shutil.move(source, part)
    keep(part, target)


def keep(part: Path, target: Path) -> None:
    """Gives a finished file its name, on the disk for certain. Raises `BackupRefused` where there is one already."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(part, target)
    except FileExistsError:
        raise BackupRefused(sentence("{path} is there already: nothing is overwritten", path=target)) from None
    except OSError:  # a file system without links
        if target.exists():
            raise BackupRefused(sentence("{path} is there already: nothing is overwritten", path=target)) from None
        part.rename(target)
    part.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def clear_leases(path: Path) -> None:
    """Nobody holds a channel in a copy: who held it held it in the original."""
    with opened(path) as connection:
        connection.execute("DELETE FROM leases")
