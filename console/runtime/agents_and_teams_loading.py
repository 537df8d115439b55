"""The agents and teams of a desk: from teams.toml into the database, and from there into its providers in memory."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from desk.agents import changes_of_agents as save
from desk.agents import load_from_database
from desk.agents.import_merge import ImportResult
from desk.clock import Clock
from desk.model.provider_files import Provider
from desk.storage import audit
from desk.storage.database import Database

log = logging.getLogger(__name__)


@dataclass(slots=True)
class ProvidersWithAgents:
    """Keeps ``providers`` as the database has their agents: a value of it is replaced whole, so whoever looks a
    provider up there by name has them as they are now."""

    database: Database
    providers: dict[str, Provider]
    clock: Clock
    _seen: int = 0

    async def fill(self) -> None:
        """Imports the files that changed, and reads what there is. Raises
        `desk.model.provider_files.InvalidProvider`."""
        try:
            done = await save.import_files(self.database, self.providers, self.clock(), audit.operator())
            log_conflicts(done)
        except IntegrityError:
            log.info("another process imports the agents just now")
        await self.read()

    async def refresh(self) -> bool:
        """Takes what has changed in the database since it was last read; says whether anything has."""
        async with self.database.look() as connection:
            if await load_from_database.stamp(connection) == self._seen:
                return False
        await self.read()
        return True

    async def read(self) -> None:
        """Takes the agents and teams as the database has them now."""
        async with self.database.look() as connection:
            self._seen = await load_from_database.stamp(connection)
        self.providers.update(await load_from_database.with_agents(self.database, self.providers))


def log_conflicts(done: Mapping[str, ImportResult]) -> None:
    """Logs what was changed on both sides."""
    for name, result in done.items():
        for one in result.conflicts.values():
            where = f"{name}/teams.toml: [[{one.type}]] {one.id}"
            log.warning("%s was changed there and in the database, and is not taken:\n%s", where, one.difference)
