"""A desk with a past, copied for each kill of a command."""

from __future__ import annotations

import gzip
import itertools
import os
import random
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from console.runtime.personal_data.retention_purge import RetentionPurge
from desk.model.messages import FRONT
from desk.model.provider_files import load_all
from desk.model.settings import load
from desk.pipeline.write_buffer import JOURNAL
from desk.storage.audit import AUDIT, DESK
from desk.storage.queue_and_lease_tables import arrivals
from tests.console.personal_data.old_cases import NOW, OldCases
from tests.kills.desk_process import DeskFolder
from tests.kills.killed_command import run_killed
from tests.peers.postgres import Postgres

KILLS = int(os.environ.get("FIRSTLINE_COMMAND_KILLS", "1"))
SEED = int(os.environ.get("FIRSTLINE_SEED", "0")) or secrets.randbelow(10**6)
TODAY = (datetime.now(UTC) - NOW) / timedelta(days=1)
"""Days from what the cases call today to today."""
CONTRACT, FILE, IN_FILE = "49-1975", "0123456789abcdef.txt", "a canary in a file"
OLD, YOUNG = 30, 32
"""Cases that are to be purged, and that are not; of one more nothing is left but the archive."""
_databases = itertools.count(1)


@dataclass
class KilledDesk:
    """A desk that is copied for each kill: a folder, and a database in it or beside it. ``person`` is to be
    forgotten, ``other`` stays."""

    folder: DeskFolder
    postgres: Postgres | None
    draws: random.Random = field(default_factory=lambda: random.Random(SEED))
    person: str = ""
    other: int = 0
    postgres_of_others: Postgres | None = None
    """Where a desk on SQLite may move to."""

    def copied(self, name: str) -> KilledDesk:
        """The same desk elsewhere."""
        root, database = self.folder.root.parent / name, self.folder.database
        shutil.copytree(self.folder.root, root)
        if self.postgres:
            url = self.postgres.database(f"killed{next(_databases)}", template=database.rpartition("/")[2])
            path = root / "firstline.toml"
            path.write_text(path.read_text("utf-8").replace(database, url), "utf-8")
            database = url
        folder = DeskFolder(root, database, self.folder.environment)
        return KilledDesk(folder, self.postgres, self.draws, self.person, self.other)

    def new_database(self, kind: str) -> str:
        """Another database, empty."""
        if kind == "sqlite":
            return f"sqlite:///data/other{next(_databases)}.db"
        server = self.postgres or self.postgres_of_others
        assert server
        return server.database(f"killed{next(_databases)}")

    async def killed(self, *words: str, kind: str = "sqlite") -> AsyncIterator[tuple[KilledDesk, list[str]]]:
        """Copies of the desk, each after the command was killed in it, with the words of the command.

        "{place}" in a word is a path beside the copy, so that no two write to one; "{database}" a new database of a
        kind.
        """
        whole = self.copied("whole")
        done = await run_killed(whole.folder, self._named(words, "whole", kind))
        assert done.code == 0, done.said
        print(f"{words[0]}: {done.acts} acts, seed {SEED}", flush=True)
        for number in range(KILLS):
            name = f"killed{number}"
            copy, mine = self.copied(name), self._named(words, name, kind)
            act, later = self.draws.randint(1, done.acts), self.draws.choice((0, 0, self.draws.randint(1, 60)))
            ended = await run_killed(copy.folder, mine, act, later)
            assert ended.code in (0, -9), f"act {act}, {later} ms later: {ended.code}\n{ended.said}"
            yield copy, mine
            shutil.rmtree(copy.folder.root)

    def _named(self, words: Sequence[str], name: str, kind: str) -> list[str]:
        place = str(self.folder.root.parent / f"{name}.made")
        return [self.new_database(kind) if word == "{database}" else word.replace("{place}", place) for word in words]

    async def rows(self, query: Any) -> list[Any]:
        """Looks into the database, at every provider's rows."""
        database = self.folder.open()
        try:
            async with database.read("sever", "volga", FRONT, DESK) as session:
                return list((await session.execute(query)).all())
        finally:
            await database.close()

    async def audited(self, operation: str) -> list[dict[str, Any]]:
        """The details of the audit's rows of an operation."""
        query = select(AUDIT.c.details).where(AUDIT.c.operation == operation).order_by(AUDIT.c.id)
        return [row.details for row in await self.rows(query)]

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Every byte of the desk: its files, what is packed in them, and what a dump of its database shows."""
        for path in self.folder.root.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                yield path.name, content
                if path.suffix == ".gz":
                    yield f"{path.name}, unpacked", gzip.decompress(content)
        if self.postgres:
            yield "database", self.postgres.dump(self.folder.database.rpartition("/")[2])

    def unfinished(self) -> list[str]:
        """What is left under temporary names, in the desk and beside it."""
        places = (self.folder.root.parent.glob(".*"), self.folder.root.rglob(".*.part*"))
        return [path.name for place in places for path in place]


async def fill(made: KilledDesk) -> None:
    """Gives it cases; one of the people has written often, sent a file, and is in the archive of the purge."""
    settings = load(made.folder.root, made.folder.environment)
    database = made.folder.open()
    old = OldCases(database)
    person = await old.add(10 - TODAY, contract=CONTRACT)
    other = await old.add(10 - TODAY, contract="40-1")
    await old.add(200 - TODAY, contract=CONTRACT, person=person.person_id)
    purge = RetentionPurge(database, settings, load_all(made.folder.root / "providers"))
    async for _ in purge.steps(datetime.now(UTC)):
        pass  # the archive has an earlier case of the person
    for number in range(OLD + 10):
        await old.add((120 if number < OLD else 10) - TODAY)
    for _ in range(20):
        await old.add(20 - TODAY, contract=CONTRACT, person=person.person_id)
    async with database.write("sever") as session:
        id = await old.arrival(session, NOW + timedelta(days=TODAY), 9000, state="quarantined")
        await session.execute(update(arrivals).where(arrivals.c.id == id).values(body=f"see {CONTRACT}".encode()))
        mine = update(JOURNAL).where(JOURNAL.c.case_id == person.id)
        await session.execute(mine.values(files=[{"name": "a.txt", "url": f"http://desk/chat/{FILE}"}]))
    (settings.data / "chat").mkdir()
    (settings.data / "chat" / FILE).write_text(IN_FILE)
    await database.close()
    made.person, made.other = person.address, other.id
