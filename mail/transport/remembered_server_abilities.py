"""What a mailbox's servers were found to do, kept in a small file of the desk's data folder.

`firstline check` finds out whether ``local+tag@domain`` arrives; the sender finds out whether it may be the envelope's
sender. Both hold from then on, for every process that starts.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from desk.model.settings import MailboxSettings


@dataclass(frozen=True, slots=True)
class ServerAbilities:
    """``tags_arrive``: None where nobody has tried. ``plain_sender_only``: the mailbox may send under no tag."""

    tags_arrive: bool | None = None
    plain_sender_only: bool = False


class AbilitiesFile:
    """The file of one mailbox; without a path it is kept in memory. It is read again when it has changed."""

    def __init__(self, settings: MailboxSettings) -> None:
        self._path = settings.abilities_file
        self._setting = settings.plus_addresses
        self._stamp: object = None
        self._known = ServerAbilities()

    @property
    def known(self) -> ServerAbilities:
        """What is known by now."""
        if self._path is not None and (stamp := _stamp_of(self._path)) != self._stamp:
            self._stamp, self._known = stamp, _read(self._path)
        return self._known

    @property
    def uses_tags(self) -> bool:
        """Whether letters go out with a tagged Reply-To: as the settings say, else unless a trial failed."""
        return self._setting == "yes" or (self._setting == "auto" and self.known.tags_arrive is not False)

    def note_tags(self, arrive: bool) -> None:
        """Keeps what a trial has shown."""
        self._write(replace(self.known, tags_arrive=arrive))

    def note_plain_sender(self) -> None:
        """Keeps that no tagged sender is taken."""
        if not self.known.plain_sender_only:
            self._write(replace(self.known, plain_sender_only=True))

    def _write(self, known: ServerAbilities) -> None:
        self._known = known
        if self._path is None:
            return
        with suppress(OSError):  # then it is found out once more
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part = self._path.with_suffix(f".{os.getpid()}.part")
            part.write_text(json.dumps(asdict(known)), "utf-8")
            part.replace(self._path)
            self._stamp = _stamp_of(self._path)


def _stamp_of(path: Path) -> object:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _read(path: Path) -> ServerAbilities:
    try:
        found = json.loads(path.read_text("utf-8"))
        arrive, plain = found.get("tags_arrive"), found.get("plain_sender_only")
    except (OSError, ValueError, AttributeError):
        return ServerAbilities()
    return ServerAbilities(arrive if isinstance(arrive, bool) else None, plain is True)
