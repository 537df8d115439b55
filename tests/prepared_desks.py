"""Desks that were started once: migrated, their articles imported and indexed.

To make one takes seconds, to copy it next to nothing, so a session makes one for each kind of database, and every
story begins with a copy.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import console.sample
from console.runtime.migrate import migrate
from console.runtime.wiring import build_application
from desk.model.settings import Secret, Settings
from desk.storage.database import Database
from mail.reading.sandbox import MessageReaderPool
from tests.peers.postgres import Postgres

PROVIDERS = Path(console.sample.__file__).parent / "providers"
TEMPLATE = "ready"


def agents_undo_within(providers: Path, seconds: int) -> None:
    """So long agents' words wait to be taken back. In most stories they do not: nobody is to wait for them."""
    for policy in providers.glob("*/policy.toml"):
        said = re.sub(r"(?m)^undo_seconds = \d+.*$", "", policy.read_text("utf-8")).replace("[agents]\n", "")
        policy.write_text(f"{said}\n[agents]\nundo_seconds = {seconds}\n", "utf-8")


def remind_at_any_hour(providers: Path) -> None:
    """A story is told at any hour of the day, and means the same."""
    for policy in providers.glob("*/policy.toml"):
        said = re.sub(r'(?m)^day_hours = "[^"]*".*$', "", policy.read_text("utf-8")).replace("[notices]\n", "")
        policy.write_text(f'{said}\n[notices]\nday_hours = "00:00-24:00"\n', "utf-8")


@dataclass(frozen=True, slots=True)
class DeskFiles:
    """What a desk stands on: a folder with the sample providers and saved indexes, and a database that is ready."""

    root: Path
    database: str


class PreparedDesks:
    """Makes what is copied, in a folder of its own, and gives out the copies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._templated = False
        shutil.copytree(PROVIDERS, folder / "providers")
        agents_undo_within(folder / "providers", 0)
        remind_at_any_hour(folder / "providers")
        (folder / "data").mkdir()
        self._starts(f"sqlite+aiosqlite:///{folder / 'desk.db'}")

    def on_sqlite(self, root: Path) -> DeskFiles:
        """A desk in ``root``, which must not be there yet, with its database beside it."""
        beside = root.with_suffix(".db")
        shutil.copyfile(self._folder / "desk.db", beside)
        return DeskFiles(self._copied(root), f"sqlite+aiosqlite:///{beside}")

    def database_copy(self, path: Path) -> str:
        """A ready SQLite database alone, at this path: that of a desk which has decided nothing yet."""
        shutil.copyfile(self._folder / "desk.db", path)
        return f"sqlite+aiosqlite:///{path}"

    def on_postgresql(self, root: Path, server: Postgres, name: str) -> DeskFiles:
        """A desk in ``root``, which must not be there yet, and a database of this name. The server is always one."""
        if not self._templated:
            self._starts(_address(server.database(TEMPLATE)))
            server.left(TEMPLATE)
            self._templated = True
        return DeskFiles(self._copied(root), _address(server.database(name, TEMPLATE)))

    def indexes(self, data: Path) -> None:
        """Lays the saved indexes into a desk's data folder. A desk whose articles differ does not heed them."""
        shutil.copytree(self._folder / "data" / "knowledge", data / "knowledge")

    def _copied(self, root: Path) -> Path:
        shutil.copytree(PROVIDERS, root / "providers")
        self.indexes(root / "data")
        return root

    def _starts(self, database: str) -> None:
        settings = Settings(self._folder, database, self._folder / "data", secret=Secret("of no token yet"))
        with ThreadPoolExecutor(1) as apart:  # a fixture may be asked for where an event loop is current
            apart.submit(asyncio.run, _started(settings)).result()


class SharedReaders:
    """Children that read mail, started once and lent to one desk after another: to start them takes seconds."""

    def __init__(self) -> None:
        self._owner = MessageReaderPool()

    def lend(self, readers: MessageReaderPool) -> None:
        """This desk reads with them from now on."""
        readers._pool = self._owner._get_pool()

    def take_back(self, readers: MessageReaderPool) -> None:
        """The desk may be closed, and they live on."""
        readers._pool = None

    async def close(self) -> None:
        """Ends them."""
        await self._owner.close()


async def _started(settings: Settings) -> None:
    fresh = Database(settings.database)
    await migrate(fresh)
    await fresh.close()
    await (await build_application(settings)).close()


def _address(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://")
