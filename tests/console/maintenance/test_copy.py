"""A desk moves between SQLite and PostgreSQL, and back, without a row less."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from desk.clock import now
from desk.storage.process_identity import new_holder
from desk.storage.queue_and_lease_tables import arrivals, leases
from tests.console.maintenance.conftest import NOW, KeptDesk, rows_of_file
from tests.console.maintenance.test_restore import names_backup_role


def named(folder: Path, url: str) -> None:
    """Writes the new database into firstline.toml, as `copy` says."""
    path = folder / "firstline.toml"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(f'database = "{url}"' if one.startswith("database") else one for one in lines), "utf-8")
    names_backup_role(folder)


async def _next_id(kept: KeptDesk) -> int:
    database = kept.database()
    async with database.work() as connection:
        row = {"channel": "a", "key": "new", "lane": "b", "body": b"", "state": "done"}
        statement = insert(arrivals).values(**row, received_at=NOW, due_at=NOW).returning(arrivals.c.id)
        made = int((await connection.execute(statement)).scalar_one())
        await connection.execute(arrivals.delete().where(arrivals.c.id == made))
    await database.close()
    return made


def test_to_the_other_database_and_back(kept: KeptDesk) -> None:
    """Every row is what it was, and ids go on also where the last row is gone."""
    assert asyncio.run(_next_id(kept)) == 4
    before = rows_of_file(kept.backup("before.backup"))
    kinds = ("sqlite", "postgresql") if kept.postgres else ("postgresql", "sqlite")
    for number, kind in enumerate(kinds):
        url = "sqlite:///data/moved.db" if kind == "sqlite" else kept.new_database(kind)
        done = kept.typist.types("copy", "--to", url, "--json")
        assert done.exit_code == 0, done.output
        rows = {one["table"]: one["rows"] for one in json.loads(done.output)["tables"]}
        assert (rows["cases"], rows["arrivals"], rows["journal"]) == (2, 3, 2)
        named(kept.folder, url)
        assert kept.typist.types("check", "--offline").exit_code == 0
        assert rows_of_file(kept.backup(f"{number}.backup")) == before
        assert asyncio.run(_next_id(kept)) == 5 + number


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_not_while_somebody_serves_nor_over_anything(kept: KeptDesk, kind: str) -> None:
    url = "sqlite:///data/moved.db" if kind == "sqlite" else kept.new_database(kind)

    async def serves() -> None:
        database = kept.database()
        async with database.work() as connection:
            row = {"name": "clock", "holder": new_holder(), "fence": 1, "held_until": now() + timedelta(minutes=1)}
            await connection.execute(insert(leases).values(**row))
        await database.close()

    assert kept.typist.types("copy", "--to", url).exit_code == 0
    over = kept.typist.types("copy", "--to", url)
    assert (over.exit_code, "nothing is overwritten" in over.output) == (4, True), over.output
    asyncio.run(serves())
    refused = kept.typist.types("copy", "--to", "sqlite:///data/other.db")
    assert (refused.exit_code, "somebody serves this desk" in refused.output) == (4, True)
    assert not (kept.folder / "data" / "other.db").exists()
    assert not list((kept.folder / "data").glob(".copying*"))


def test_a_value_that_the_other_database_does_not_take_is_told_by_its_table(kept: KeptDesk) -> None:
    """And nothing is kept of the copy."""
    if kept.postgres:
        pytest.skip("SQLite takes whatever PostgreSQL has")

    async def adds() -> None:
        database = kept.database()
        async with database.work() as connection:
            row = {"channel": "a" * 90, "key": "long", "lane": "b", "body": b"", "state": "done"}
            await connection.execute(insert(arrivals).values(**row, received_at=NOW, due_at=NOW))
        await database.close()

    asyncio.run(adds())
    done = kept.typist.types("copy", "--to", url := kept.new_database("postgresql"))
    assert (done.exit_code, "PostgreSQL takes no row of arrivals: value too long" in done.output) == (4, True)
    again = kept.typist.types("copy", "--to", url)
    assert "takes no row" in again.output, "it is still empty, so it may be tried again"
