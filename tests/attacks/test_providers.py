"""What keeps one provider's rows from another, whatever name it was given or words it was sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from console.runtime.all_tables import UNGUARDED
from console.runtime.migrate import migrate
from console.runtime.schema_version import MIGRATIONS
from desk.model.case import Case
from desk.model.journal import JournalEntry
from desk.model.provider_files import InvalidProvider, load_all
from desk.model.subscribers import Person
from desk.storage.base import METADATA
from desk.storage.database import Database
from desk.storage.ids import IdGenerator
from tests.stories.desk import Clock


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database with one case of each of two providers."""
    made, now, ids = Database(database_url), Clock()(), IdGenerator()

    await migrate(made)
    for provider in ("sever", "volga"):
        async with made.write(provider) as session:
            session.add(Person(provider=provider, id=ids.next_id(now), created_at=now))
            session.add(Case(provider=provider, id=ids.next_id(now), person_id=1, opened_at=now, updated_at=now))
    yield made
    await made.close()


async def test_nobody_sees_rows_without_naming_their_provider(database: Database) -> None:
    """A list smuggled into a name, no name, and another's name show nothing; one's own shows one's own."""
    for names in ((), ("",), ("sever,volga",), ("nobody,sever",)):
        with pytest.raises(ValueError, match="whose rows"):
            async with database.read(*names):
                pass
    for names, seen in ((("sever",), ["sever"]), (("volga",), ["volga"]), (("nobody",), []), (("%",), [])):
        for _ in range(2):  # the second time a cached statement answers
            async with database.read(*names) as session:
                assert [case.provider for case in await session.scalars(select(Case))] == seen
                assert (await session.scalar(select(func.count()).select_from(JournalEntry))) == 0


async def test_row_level_security_holds_for_plain_sql(database: Database) -> None:
    """On PostgreSQL even a statement that names no provider sees and changes none of its rows."""
    if database.sqlite:
        pytest.skip("SQLite has no row-level security: there only the scoped session touches these tables")
    assert not await database.bypasses_row_security()
    async with database.work() as connection:
        for table in ("cases", "people", "addresses", "journal", "pending", "guesses"):
            assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar() == 0
        assert (await connection.execute(text("UPDATE cases SET owner = 'me'"))).rowcount == 0
        assert (await connection.execute(text("DELETE FROM people"))).rowcount == 0
    async with database.write("sever") as session:
        assert (await session.execute(text("UPDATE cases SET owner = 'me'"))).rowcount == 1  # type: ignore[attr-defined]
    async with database.look() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM cases"))).scalar() == 0


def test_every_table_that_names_a_provider_is_guarded_or_says_why_not() -> None:
    """A new table cannot be forgotten."""
    named = {table.name for table in METADATA.tables.values() if "provider" in table.c}
    versions = [f"console.migrations.versions.{path.stem}" for path in (MIGRATIONS / "versions").glob("[0-9]*.py")]
    guarded = {"audit", *(name for one in versions for name in getattr(import_module(one), "GUARDED", ()))}
    assert not guarded & UNGUARDED.keys()
    assert named == guarded | UNGUARDED.keys()


async def test_postgresql_guards_what_the_migration_says(database: Database) -> None:
    """Also from the owner of the tables."""
    if database.sqlite:
        pytest.skip("SQLite has no row-level security")
    query = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    async with database.look() as connection:
        guarded = set((await connection.execute(query)).scalars())
    assert guarded == {table.name for table in METADATA.tables.values() if "provider" in table.c} - UNGUARDED.keys()


@pytest.mark.parametrize("name", ["sever,volga", "Sever", "a b", "x" * 64, "север"])
def test_a_providers_name_is_plain(tmp_path: Path, name: str) -> None:
    """A folder with another name is refused at the start, in a sentence."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "policy.toml").write_text("")
    with pytest.raises(InvalidProvider, match="small letters"):
        load_all(tmp_path)
