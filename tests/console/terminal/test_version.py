"""The database's version, told without Alembic."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from console.runtime.migrate import migrate
from console.runtime.schema_version import MIGRATIONS, SchemaMismatch, latest_version, require_current
from desk.storage.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    url: str = request.getfixturevalue("postgres").database("version")
    return url.replace("postgresql://", "postgresql+asyncpg://")


def test_the_last_file_of_migrations_is_the_one_alembic_would_go_to() -> None:
    assert latest_version() == ScriptDirectory(str(MIGRATIONS)).get_current_head()


async def test_a_database_of_another_version_is_refused_with_what_to_do(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(SchemaMismatch, match="has no tables yet: run 'firstline migrate'"):
        await require_current(database)
    assert await migrate(database) == ("", latest_version())
    await require_current(database)
    async with database.work() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(
        SchemaMismatch, match=f"is of version 0000, this desk needs {latest_version()}: run 'firstline migrate'"
    ):
        await require_current(database)
    async with database.work() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for refused in (require_current(database), migrate(database)):
        with pytest.raises(
            SchemaMismatch, match=f"9999, this desk knows none after {latest_version()}: install the newer"
        ):
            await refused
    await database.close()
