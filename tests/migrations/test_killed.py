"""A migration that is killed at any instant leaves the old tables or the new ones, and is ended by a second run."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from tests.migrations.killed import filled, killed, on_postgresql, on_sqlite, postgresql_anew, sqlite_anew
from tests.peers.postgres import Postgres

ROWS, KILLS = 20_000, 3
"""`python -m tests.migrations.killed` takes a million rows and twenty kills."""


async def test_of_sqlite(tmp_path: Path) -> None:
    await filled(on_sqlite(tmp_path / "desk.db"), ROWS)
    shutil.copyfile(tmp_path / "desk.db", tmp_path / "kept.db")
    anew = sqlite_anew(tmp_path / "kept.db", tmp_path / "desk.db")
    assert (await killed(anew(), KILLS, random.Random(7), anew)).kills == KILLS


async def test_of_postgresql(postgres: Postgres) -> None:
    await filled(on_postgresql(postgres, "killed_migration_kept"), ROWS)
    anew = postgresql_anew(postgres, "killed_migration_kept", "killed_migration")
    assert (await killed(anew(), KILLS, random.Random(7), anew)).kills == KILLS
