"""Which files of a desk folder go into a backup, and what firstline.toml names that lies elsewhere."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from console.runtime.backup.archive import is_archive, is_sqlite
from console.runtime.backup.unfinished import is_unfinished
from desk.language.operator_file_faults import FileFaults
from desk.model.settings import FILE, DeskSettingsReader, InvalidSettings, Settings
from desk.model.toml_table import TomlTable

DATA = "data"
_LEFT_OUT = frozenset({".git", ".venv", "__pycache__"})


def database_file(url: str) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL."""
    address = make_url(url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def database_address(root: Path, url: str) -> str:
    """The address of a database that is named as firstline.toml would. Raises `InvalidSettings`."""
    faults = FileFaults(FILE)
    found = DeskSettingsReader(root, {}).database(TomlTable({}, faults), url)
    if faults.found:
        raise InvalidSettings(faults.found)
    return found


def files_of(settings: Settings) -> dict[str, Path]:
    """The files and folders of a desk that a backup keeps, by their names in it, each folder before what lies in it.

    A data folder that lies outside of the desk folder is called "data". Left out are the database, which is copied by
    itself, former ones in the data folder, the index of the articles, which is made anew, earlier backups, and what
    version control keeps. Of a link
    the file is kept to which it leads.
    """
    found = {path.relative_to(settings.root).as_posix(): path for path in _files_below(settings.root, settings)}
    if not settings.data.is_relative_to(settings.root) and settings.data.is_dir():
        found[DATA] = settings.data
        for path in _files_below(settings.data, settings):
            found[f"{DATA}/{path.relative_to(settings.data).as_posix()}"] = path
    return found


def _files_below(folder: Path, settings: Settings) -> Iterator[Path]:
    file = database_file(settings.database)
    left_out = {f"{file}{more}" for more in ("", "-wal", "-shm", "-journal")} if file else set()
    left_out.add(str(settings.data / "knowledge"))
    return _walk(folder, settings.data, left_out, {os.path.realpath(folder)})


def _walk(folder: Path, data: Path, left_out: set[str], seen: set[str]) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda one: one.name):
        path = Path(entry.path)
        if str(path) in left_out:
            continue
        if entry.is_dir():
            real = os.path.realpath(path)
            if entry.name not in _LEFT_OUT and not is_unfinished(entry.name) and real not in seen:
                yield path
                yield from _walk(path, data, left_out, seen | {real})
        elif entry.is_file() and not _is_made_apart(path, data):
            yield path


def _is_made_apart(path: Path, data: Path) -> bool:
    return is_unfinished(path.name) or is_archive(path) or (path.is_relative_to(data) and is_sqlite(path))


def elsewhere(settings: Settings) -> list[str]:
    """The secrets and files that firstline.toml names and that do not lie in the desk folder, as they stand there."""
    table = tomllib.loads((settings.root / FILE).read_text("utf-8"))
    return sorted(set(_outside(table, settings.root)))


def _outside(value: Any, root: Path, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _outside(one, root, name)
    elif isinstance(value, list):
        for one in value:
            yield from _outside(one, root, key)
    elif isinstance(value, str):
        kind, colon, name = value.partition(":")
        if kind in ("env", "credential") and colon and name:
            yield value
        elif (kind == "file" and colon) or (key == "ca_file" and value):
            path = root / (name if kind == "file" else value)
            if not path.resolve().is_relative_to(root.resolve()):
                yield value
