"""Restoring a backup: a desk folder that is not there yet, and a database that is empty.

Everything is made ready beside the place, in a folder that is moved there last. So whatever ends a restore leaves no
half of a desk, but for a database of PostgreSQL, which is filled in one transaction.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from console.runtime.backup import archive, fence, moving, unfinished
from console.runtime.backup.archive import BackupRefused, Manifest, Progress
from console.runtime.backup.desk_files import DATA, database_address, database_file
from console.runtime.backup.fence import Fenced
from console.runtime.personal_data import erasure_list
from console.runtime.personal_data.compact_database import compact
from console.runtime.personal_data.erase_person import PersonErasure
from console.runtime.schema_version import refuse_newer
from desk.clock import Clock
from desk.language.translatable import sentence
from desk.model.messages import FRONT
from desk.model.settings import FILE, Settings, read_with_faults
from desk.storage import audit
from desk.storage.database import Database

DATABASE = "sqlite:///data/firstline.db"


@dataclass(frozen=True, slots=True)
class Restored:
    """The desk that is there again, what its backup said, and what was done so that nothing happens twice; how many
    people who had been erased were in the backup, and are erased again."""

    settings: Settings
    manifest: Manifest
    fenced: Fenced
    erased: int = 0


async def restore(
    path: Path,
    root: Path,
    progress: Progress,
    clock: Clock,
    database: str = "",
    nothing_since: bool = False,
    erasures: Path | None = None,
) -> Restored:
    """Restores the backup ``path`` into the folder ``root``.

    ``database`` names another database than the one of its firstline.toml, as that would. With ``nothing_since`` the
    desk did nothing after its backup: what waits is sent, and numbers go on where they were. ``erasures`` is the list
    of the lost desk, or its folder: who was erased after the backup is erased again. Raises `BackupRefused`,
    `InvalidSettings` for no address of a database, `SchemaMismatch` for a backup of a later Firstline, and what files
    and databases raise.
    """
    _require_place(root)
    if database:
        database_address(root, database)
    manifest = await asyncio.to_thread(archive.checked, path)
    refuse_newer(manifest.revision)
    with _beside(root) as work:
        made, stage = work / "desk", work / "stage.db"
        await asyncio.to_thread(_unpack, path, made, stage, progress)
        _name_database(made, database)
        settings, _ = read_with_faults(made)
        await moving.require_empty(settings.database)
        await moving.make_tables(stage)
        fenced = await _adjust(stage, manifest, made, clock, nothing_since)
        if erasures is not None:
            await asyncio.to_thread(erasure_list.merge, made, erasures)
        erased = await _erase_again(stage, settings, clock)
        await moving.put_tables(stage, settings.database, progress)
        _move_into(made, root)
    settings, _ = read_with_faults(root)
    return Restored(settings, manifest, fenced, erased)


def _require_place(root: Path) -> None:
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        what = (
            "{root} is not empty: a backup is restored into a new folder. "
            "To take the place of a desk, stop that, and move its folder away first"
        )
        raise BackupRefused(sentence(what, root=root))
    if not root.resolve().parent.is_dir():
        raise BackupRefused(sentence("there is no folder {path}", path=root.resolve().parent))


@contextmanager
def _beside(root: Path) -> Iterator[Path]:
    """A folder of our own on the same disk, gone at the end."""
    place = root.resolve()
    work = unfinished.beside(place)
    work.mkdir(mode=0o700)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unpack(path: Path, made: Path, stage: Path, progress: Progress) -> None:
    moving.new_file(stage)
    made.mkdir(mode=0o700)
    with archive.opened(path, "ro") as packed:
        with archive.opened(stage) as copy:
            pages = sentence("pages")
            packed.backup(
                copy, pages=moving.PAGES_AT_A_TIME, progress=lambda _, left, all_: progress(pages, all_ - left, all_)
            )
        archive.extract_files(packed, made)
    archive.without_files(stage)


def _name_database(made: Path, database: str) -> None:
    """Writes the database into firstline.toml, and keeps all that is restored within the new folder."""
    before, _ = read_with_faults(made)
    file = database_file(before.database)
    if not database and file is not None and not file.is_relative_to(before.root):
        database = DATABASE
    if database:
        _set_key(made / FILE, "database", database)
    if not before.data.is_relative_to(before.root):
        _set_key(made / FILE, "data", DATA)


def _set_key(path: Path, key: str, value: str) -> None:
    """Writes one text of the section [desk], whose line may be there or not; the rest of the file stays as it is."""
    text = path.read_text("utf-8")
    line = re.compile(rf"""(?m)^([ \t]*{key}[ \t]*=[ \t]*)(?:"[^"\n]*"|'[^'\n]*')""")
    head = re.search(r"(?m)^[ \t]*\[desk\][^\n]*\n?", text)
    if head is None:
        text = f'[desk]\n{key} = "{value}"\n\n{text}'
    else:
        following = re.search(r"(?m)^[ \t]*\[", text[head.end() :])
        end = head.end() + following.start() if following else len(text)
        desk, named = line.subn(lambda found: f'{found[1]}"{value}"', text[head.end() : end], count=1)
        text = text[: head.end()] + ("" if named else f'{key} = "{value}"\n') + desk + text[end:]
    if tomllib.loads(text).get("desk", {}).get(key) != value:
        raise BackupRefused(sentence("{key} cannot be written into {path}: name it there", key=key, path=path.name))
    path.write_text(text, "utf-8")


async def _adjust(stage: Path, manifest: Manifest, made: Path, clock: Clock, nothing_since: bool) -> Fenced:
    database, fenced, now = Database(moving.sqlite_url(stage)), Fenced(), clock()
    folders = [one.name for one in (made / "providers").glob("*") if one.is_dir()]
    try:
        if nothing_since:
            await fence.clear_leases(database)
        else:
            fenced = await fence.set_fence(database, manifest, {FRONT, *folders}, now)
        details = {"taken_at": manifest.taken_at.isoformat(), "held": fenced.held, "set_aside": fenced.set_aside}
        async with database.work() as connection:
            await audit.record(connection, at=now, actor=audit.operator(), operation="restore", details=details)
    finally:
        await database.close()
    return fenced


async def _erase_again(stage: Path, settings: Settings, clock: Clock) -> int:
    """Erases whom the list of erasures names. The stage has no log of its own afterwards."""
    database = Database(moving.sqlite_url(stage))
    names = [one.name for one in (settings.root / "providers").glob("*") if one.is_dir()]
    try:
        erasure = PersonErasure(database, settings, names)
        erased = await erasure.again(erasure_list.read(settings.root), clock(), audit.operator())
        if erased:
            await compact(database)
    finally:
        await database.close()
    with archive.opened(stage) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return erased


def _move_into(made: Path, root: Path) -> None:
    """The finished folder takes its place, at once. Where that cannot be, its files do, firstline.toml last."""
    if root.exists():
        made.chmod(root.stat().st_mode & 0o777)
    with suppress(OSError):  # a disk may be mounted there
        made.rename(root.resolve())  # also over an empty folder
        return
    for one in sorted(made.iterdir(), key=lambda path: path.name == FILE):
        os.rename(one, root / one.name)
