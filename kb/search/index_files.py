"""Indexes saved in files, so that a start need not build them: plain arrays behind a header, checked before use.

A file is `MAGIC`, eight bytes with the length of the header, the header (JSON: the key of what is indexed, and each
array's type, shape and offset), and the arrays, each aligned to 64 bytes. Nothing in it can be executed. It is mapped
into memory, so its pages are shared by all processes, and freed when memory is short.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import mmap
import os
import re
import tempfile
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from kb.search.postings import Array

MAGIC = b"FLKB0001"
ALIGNMENT = 64
MAX_HEADER_BYTES = 1 << 16
ALLOWED_DTYPES = frozenset(("|u1", "<u2", "<u4", "<u8", "<i8", "<f8"))
_NAME = re.compile(r"[a-z0-9_-]{1,64}")


class IndexFiles:
    """A folder of saved indexes, one file for each name (a provider's, or that of all). Any number of processes may use
    it at once: a file is replaced atomically."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, name: str, key: str) -> dict[str, Array] | None:
        """The arrays saved under a name, if they have this very ``key`` and are intact; else None."""
        try:
            with self._path(name).open("rb") as file:
                view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except (OSError, ValueError):
            return None
        try:
            return _parse(view, key)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def save(self, name: str, key: str, arrays: Mapping[str, Array]) -> None:
        """Saves arrays under a name in place of earlier ones. Without room or permission nothing is saved: the next
        start builds the index again."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    for part in _serialise(key, arrays):
                        file.write(part)
                Path(path).replace(self._path(name))
            except BaseException:
                Path(path).unlink(missing_ok=True)
                raise

    def delete(self, name: str) -> None:
        """Deletes what was saved under a name. A process that has it mapped keeps it until it lets go."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        safe = name if _NAME.fullmatch(name) else hashlib.sha256(name.encode()).hexdigest()[:32]
        return self.folder / f"{safe}.index"


def _serialise(key: str, arrays: Mapping[str, Array]) -> list[bytes]:
    entries: dict[str, Any] = {}
    body = bytearray()
    for name, array in arrays.items():
        plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        if plain.dtype.str not in ALLOWED_DTYPES:
            raise TypeError(f"{name} is of {plain.dtype}, which is not saved")
        body += bytes(-len(body) % ALIGNMENT)
        entries[name] = [plain.dtype.str, list(plain.shape), len(body)]
        body += plain.tobytes()
    digest = hashlib.sha256(body).hexdigest()
    head = json.dumps({"key": key, "size": len(body), "digest": digest, "arrays": entries}).encode()
    head += b" " * (-(len(MAGIC) + 8 + len(head)) % ALIGNMENT)
    return [MAGIC, len(head).to_bytes(8, "little"), head, bytes(body)]


def _parse(view: memoryview, key: str) -> dict[str, Array] | None:
    """Raises ValueError, KeyError or TypeError where something is not as `_serialise` would have it."""
    length = int.from_bytes(view[8:16], "little")
    if view[:8] != MAGIC or not 0 < length <= MAX_HEADER_BYTES:
        return None
    head = json.loads(bytes(view[16 : 16 + length]))
    body = view[16 + length :]
    if head["key"] != key or len(body) != head["size"] or hashlib.sha256(body).hexdigest() != head["digest"]:
        return None
    arrays: dict[str, Array] = {}
    for name, (kind, shape, begin) in head["arrays"].items():
        if kind not in ALLOWED_DTYPES:
            return None
        array = np.frombuffer(body, np.dtype(kind), prod(shape), begin)
        arrays[name] = array.reshape(shape)
    return arrays
