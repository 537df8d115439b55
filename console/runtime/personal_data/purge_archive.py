"""The archive: what is purged is first written into files, a line of JSON for each row.

``<data>/archive/<provider>/<day>.jsonl.gz`` has a gzip member for each step and an empty one at its end, so that a file
that is cut short can be read up to the cut, and is cut back to that before anything is added: behind half a member
nothing could be read. Rows of no provider stand under ``_desk``. A line is ``{"table": ..., "row": {...}}``; bytes are
``{"base64": ...}``, instants ISO 8601. A step that was archived and not carried out is archived again by the next.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

NO_PROVIDER = "_desk"
_END = gzip.compress(b"", mtime=0)
"""The last member of a file that is whole."""
_PIECE = 1 << 20


class PurgeArchive:
    """The folder of archives. Any number of processes may write to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def append(self, provider: str, rows: Iterable[tuple[str, Mapping[str, Any]]], at: datetime) -> None:
        """Adds rows, each with its table's name, and has them on the disk when it returns. Raises OSError."""
        member = gzip.compress(b"".join(map(_line, rows)), compresslevel=6)
        with self._locked():
            folder = self.folder / (provider or NO_PROVIDER)
            folder.mkdir(mode=0o700, exist_ok=True)
            path = folder / f"{at:%Y-%m-%d}.jsonl.gz"
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(file, "r+b") as opened:
                opened.seek(_whole_bytes(opened))
                opened.truncate()
                opened.write(member + _END)
                opened.flush()
                os.fsync(file)

    def rows(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every archived row with its table's name, file by file. Raises OSError."""
        for path in self._files():
            yield from (_parsed(line) for line in _lines(path))

    def remove(self, unwanted: Callable[[str, Mapping[str, Any]], bool]) -> int:
        """Writes anew, without them, the files that have unwanted rows. Returns how many rows went. Raises OSError."""
        gone = 0
        with self._locked():
            for left in self.folder.glob("*/*.new"):
                left.unlink()  # of somebody who was killed
            for path in self._files():
                kept, number = [], 0
                for line in _lines(path):
                    if unwanted(*_parsed(line)):
                        number += 1
                    else:
                        kept.append(line)
                if number:
                    _rewrite(path, kept)
                gone += number
        return gone

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*/*.jsonl.gz"))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """A file that is written anew must not lose what another process adds meanwhile."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _lines(path: Path) -> Iterator[bytes]:
    """The whole lines of a file; what was being written when a process was killed is left out."""
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield line
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return


def _whole_bytes(file: BinaryIO) -> int:
    """How many bytes of an archive are whole members, without the empty one at its end."""
    size = file.seek(0, os.SEEK_END)
    if size >= len(_END):
        file.seek(size - len(_END))
        if file.read() == _END:
            return size - len(_END)
    whole, member = 0, zlib.decompressobj(wbits=31)
    file.seek(0)
    while piece := file.read(_PIECE):
        while piece:
            try:
                member.decompress(piece)
            except zlib.error:
                return whole
            if not member.eof:
                break
            piece = member.unused_data
            whole = file.tell() - len(piece)
            member = zlib.decompressobj(wbits=31)
    return whole


def on_disk(folder: Path) -> None:
    """Has the names of a folder on the disk when it returns."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _rewrite(path: Path, lines: Iterable[bytes]) -> None:
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(gzip.compress(b"".join(lines), compresslevel=6) + _END)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    on_disk(path.parent)


def _line(row: tuple[str, Mapping[str, Any]]) -> bytes:
    table, values = row
    whole = {"table": table, "row": dict(values)}
    return json.dumps(whole, ensure_ascii=False, default=_encoded).encode("utf-8", "replace") + b"\n"


def _encoded(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"base64": b64encode(value).decode()}
    return str(value)


def _parsed(line: bytes) -> tuple[str, Mapping[str, Any]]:
    whole = json.loads(line)
    return whole["table"], whole["row"]


def bytes_of(value: Any) -> bytes:
    """The bytes of an archived column."""
    return b64decode(value["base64"]) if isinstance(value, dict) and "base64" in value else str(value).encode()
