"""A backup is one SQLite file: the desk's tables, whichever database they came from, the files of the desk folder in
a table `sqlar` (SQLite's own archive format: ``sqlite3 -A`` lists them), and a manifest.

It is made under a temporary name, opened and checked, and only then given its own; it overwrites nothing.
"""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from desk.language.translatable import sentence

APPLICATION_ID = 0x46524C4E
"""What SQLite keeps in the file's header for us: "FRLN". By it a backup is told from any other file."""
FORMAT = 1
MAX_FILE_BYTES = 900_000_000
"""SQLite takes no larger value into a row."""
_TABLES_OF_ITS_OWN = ("sqlar", "backup_manifest")
_HEADER_BYTES, _ID_AT = 100, 68

Progress = Callable[[str, int, int], object]
"""Is told what is being done, how much of it is done, and how much there is, again and again."""


class BackupRefused(Exception):
    """Why there can be no backup or none can be restored, and what to do: a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    ``taken_at`` is the fence: everything acknowledged before it is in the backup. ``rows`` counts each table's rows,
    ``sequences`` has the last id given out of each table that counts its own. ``elsewhere`` are secrets and files that
    firstline.toml names outside of the desk folder ("env:NAME", "file:/PATH"). ``served`` says whether a desk was
    running.
    """

    taken_at: datetime
    version: str
    revision: str
    engine: str
    rows: Mapping[str, int]
    sequences: Mapping[str, int] = field(default_factory=dict)
    files: int = 0
    elsewhere: Sequence[str] = ()
    served: bool = False
    format: int = FORMAT

    def as_json(self) -> str:
        """As it is stored."""
        return json.dumps({**asdict(self), "taken_at": self.taken_at.isoformat()}, ensure_ascii=False)

    @classmethod
    def of_json(cls, text: str) -> Manifest:
        """As it was stored. Raises ValueError, KeyError or TypeError for anything else."""
        values = json.loads(text)
        return cls(**{**values, "taken_at": datetime.fromisoformat(values["taken_at"])})


@contextmanager
def opened(path: Path, mode: str = "rw") -> Iterator[sqlite3.Connection]:
    """An SQLite file that is there already, without transactions of the driver's own; threads may take turns at it."""
    address = f"file:{quote(str(path.resolve()))}?mode={mode}"
    with closing(
        sqlite3.connect(address, uri=True, isolation_level=None, timeout=30, check_same_thread=False)
    ) as connection:
        yield connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Committed at the end, or rolled back as a whole."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def is_archive(path: Path) -> bool:
    """Whether the file's header says that it is a backup."""
    return is_sqlite(path) and _header(path)[_ID_AT : _ID_AT + 4] == APPLICATION_ID.to_bytes(4, "big")


def is_sqlite(path: Path) -> bool:
    """Whether the file is an SQLite database."""
    return _header(path).startswith(b"SQLite format 3\0")


def _header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEADER_BYTES)
    except OSError:
        return b""


def table_names(connection: sqlite3.Connection) -> list[str]:
    """The desk's tables in an SQLite file, in the order of their names, without that of Alembic."""
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
    others = ("alembic_version", *_TABLES_OF_ITS_OWN)
    names = [str(row[0]) for row in connection.execute(query)]
    return [name for name in names if name not in others and not name.startswith("sqlite_")]


def count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each of the desk's tables has."""
    query = 'SELECT count(*) FROM "{}"'
    return {name: int(connection.execute(query.format(name)).fetchone()[0]) for name in table_names(connection)}


def revision_of(connection: sqlite3.Connection) -> str:
    """The version of the tables in an SQLite file; "" for one without."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone():
        return ""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def sequences_of(connection: sqlite3.Connection) -> dict[str, int]:
    """The last id that each table which counts its own has given out."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").fetchone():
        return {}
    return {str(name): int(last) for name, last in connection.execute("SELECT name, seq FROM sqlite_sequence")}


def add_files(connection: sqlite3.Connection, paths: Mapping[str, Path], progress: Progress) -> int:
    """Puts files and folders, by their names in it, into the archive. Returns how many files there were.

    Raises `BackupRefused` for one that is too large, OSError for one that cannot be read.
    """
    connection.execute("CREATE TABLE sqlar (name TEXT PRIMARY KEY, mode INT, mtime INT, sz INT, data BLOB)")
    files = 0
    for number, (name, path) in enumerate(paths.items(), 1):
        try:
            about = path.stat()
            content = _content(path, about) if stat.S_ISREG(about.st_mode) else None
        except FileNotFoundError:
            continue  # a desk that serves replaces files of its data folder by others of the same name
        files += content is not None
        packed = zlib.compress(content, 1) if content else content
        kept = packed if content and packed and len(packed) < len(content) else content
        row = (name, about.st_mode, int(about.st_mtime), len(content or b""), kept)
        connection.execute("INSERT INTO sqlar VALUES (?, ?, ?, ?, ?)", row)
        progress(sentence("files"), number, len(paths))
    return files


def _content(path: Path, about: os.stat_result) -> bytes:
    if about.st_size > MAX_FILE_BYTES:
        what = "{path} is too large for a backup ({number} MB): keep it outside of the desk folder"
        raise BackupRefused(sentence(what, path=path, number=about.st_size >> 20))
    return path.read_bytes()


def finish(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """Writes the manifest, and marks the file as a backup. The caller commits."""
    connection.execute("CREATE TABLE backup_manifest (manifest TEXT NOT NULL)")
    connection.execute("INSERT INTO backup_manifest VALUES (?)", (manifest.as_json(),))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def checked(path: Path) -> Manifest:
    """Opens a backup and compares it with what it says of itself. Raises `BackupRefused` where it is damaged."""
    if not path.is_file():
        raise BackupRefused(sentence("there is no {path}", path=path))
    if not is_archive(path):
        raise BackupRefused(sentence("{path} is no backup of a Firstline desk", path=path))
    try:
        with opened(path, "ro") as connection:
            (stored,) = connection.execute("SELECT manifest FROM backup_manifest").fetchone()
            manifest = Manifest.of_json(stored)
            (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            same = manifest.rows == count_rows(connection) and manifest.revision == revision_of(connection)
            (files,) = connection.execute("SELECT count(*) FROM sqlar WHERE data IS NOT NULL").fetchone()
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        raise BackupRefused(sentence("{path} is damaged: {why}", path=path, why=error)) from None
    if manifest.format > FORMAT:
        what = "{path} was made by a later Firstline ({version}): install that one"
        raise BackupRefused(sentence(what, path=path, version=manifest.version))
    if sound != "ok" or not same or files != manifest.files:
        why = sound if sound != "ok" else sentence("it holds other rows or files than it says")
        raise BackupRefused(sentence("{path} is damaged: {why}", path=path, why=why))
    return manifest


def extract_files(connection: sqlite3.Connection, root: Path) -> None:
    """Writes the files of the archive below ``root``. Raises `BackupRefused` for one that would lie elsewhere."""
    later: list[tuple[Path, int]] = []
    for name, mode, mtime, size, data in connection.execute("SELECT name, mode, mtime, sz, data FROM sqlar"):
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name:
            raise BackupRefused(sentence("the backup has a file {name}: it is not restored", name=repr(name)))
        path = root / pure
        if data is None:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            later.append((path, mode & 0o777))
            continue
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = zlib.decompress(data) if len(data) != size else data
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(descriptor, mode & 0o777)
        os.utime(path, (mtime, mtime))
    for path, mode in reversed(later):
        path.chmod(mode | 0o700)


def without_files(path: Path) -> None:
    """Makes a plain database of a copy of the archive; the secrets that lay in it are overwritten."""
    with opened(path) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        for name in _TABLES_OF_ITS_OWN:
            connection.execute(f"DROP TABLE IF EXISTS {name}")
        connection.execute("PRAGMA application_id = 0")
