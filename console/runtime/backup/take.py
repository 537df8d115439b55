"""Taking a backup, while the desk serves or not."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import datetime
from importlib import metadata
from pathlib import Path

from console.runtime.backup import archive, desk_files, moving, unfinished
from console.runtime.backup.archive import BackupRefused, Manifest, Progress
from console.runtime.backup.pace import step_back
from desk.clock import Clock
from desk.language.translatable import sentence
from desk.model.settings import Settings
from desk.storage.channel_leases import anybody_serves
from desk.storage.database import Database

ENDING = ".backup"


def name_in(place: Path, settings: Settings, at: datetime) -> Path:
    """The file to write: ``place`` itself, or in a folder one called after the desk and the time."""
    return place / f"{settings.root.name}-{at:%Y-%m-%dT%H%M%SZ}{ENDING}" if place.is_dir() else place


async def take_backup(settings: Settings, target: Path, progress: Progress, clock: Clock) -> Manifest:
    """Writes the whole desk into the file ``target``, checks it, and tells what is in it.

    Raises `BackupRefused`, and what files and databases raise; nothing is left behind then.
    """
    part, stopped = _begin(target), threading.Event()

    def go_on(what: str, done: int, total: int) -> None:
        if stopped.is_set():  # whoever asked has gone, by Ctrl-C: the thread that copies ends here
            raise BackupRefused(sentence("the backup was broken off"))
        progress(what, done, total)

    try:
        taken_at, served = clock(), await _served(settings, clock())
        tables = await moving.take_tables(settings, part, go_on, gently=served)
        manifest = Manifest(
            taken_at=taken_at,
            version=version(),
            revision=tables.revision,
            engine="sqlite" if desk_files.database_file(settings.database) else "postgresql",
            rows=tables.rows,
            sequences=tables.sequences,
            elsewhere=desk_files.elsewhere(settings),
            served=served,
        )
        return await asyncio.to_thread(_complete, settings, part, target, manifest, go_on)
    finally:
        stopped.set()
        _drop(part)


def _begin(target: Path) -> Path:
    """An empty file of a temporary name beside it, for our own eyes only."""
    unfinished.sweep(target.parent)
    if target.exists():
        raise BackupRefused(sentence("{path} is there already: nothing is overwritten", path=target))
    if not target.parent.is_dir():
        raise BackupRefused(sentence("there is no folder {path}", path=target.parent))
    part = unfinished.beside(target)
    moving.new_file(part)
    return part


def _drop(part: Path) -> None:
    for more in ("", "-journal", "-wal", "-shm"):
        Path(f"{part}{more}").unlink(missing_ok=True)


async def _served(settings: Settings, at: datetime) -> bool:
    database = Database(settings.database, pool=1)
    try:
        async with database.look() as connection:
            return await anybody_serves(connection, at)
    finally:
        await database.close()


def _complete(settings: Settings, part: Path, target: Path, manifest: Manifest, progress: Progress) -> Manifest:
    step_back()
    with archive.opened(part) as connection, archive.transaction(connection):
        files = archive.add_files(connection, desk_files.files_of(settings), progress)
        manifest = replace(manifest, files=files)
        archive.finish(connection, manifest)
    if archive.checked(part) != manifest:
        raise BackupRefused(sentence("the backup could not be read again: nothing was kept of it"))
    moving.keep(part, target)
    return manifest


def version() -> str:
    """This Firstline's version."""
    try:
        return metadata.version("firstline")
    except metadata.PackageNotFoundError:
        return "0"
