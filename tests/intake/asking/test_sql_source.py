"""A client's own database asked by a query: read-only, bound, in time."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from desk.model.settings import Secret
from intake.identity.asking.source_guard import SourceTrouble
from intake.identity.asking.source_settings import SqlSourceSettings
from intake.identity.asking.sql_source import SqlSource
from intake.identity.sources.table_mapping import TableMapping
from tests.peers.postgres import Postgres

MAPPING = TableMapping({"no": "contract", "tel": "phones"}, {"2": "blocked"})
QUERY = "SELECT no, name, tel, status, till AS valid_to FROM customers WHERE no = :value"
TABLE = "CREATE TABLE customers (no TEXT, name TEXT, tel TEXT, status INTEGER, till DATE)"
ROWS = "INSERT INTO customers VALUES ('40-1187', 'Анна', '+7 900 1', 2, '2027-01-31'), ('2', 'Иван', NULL, NULL, NULL)"


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of a client, on each of both."""
    if request.param == "sqlite":
        with sqlite3.connect(tmp_path / "crm.db") as crm:
            crm.execute(TABLE)
            crm.execute(ROWS)
        crm.close()
        return f"sqlite:///{tmp_path / 'crm.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    made = server.database(f"client{abs(hash(tmp_path))}")
    connection = await asyncpg.connect(made)
    await connection.execute(TABLE)
    await connection.execute(ROWS)
    await connection.close()
    return made


async def asked(url: str, value: str, query: str = QUERY, kind: str = "contract", name: str = "contract") -> Any:
    source = SqlSource(SqlSourceSettings("crm", "sever", url, Secret(""), {name: query}, MAPPING))
    try:
        return await source.ask(kind, value)
    finally:
        await source.close()


async def test_a_row_becomes_an_account(url: str) -> None:
    (anna,) = await asked(url, "40-1187")
    assert (anna.contract, anna.name, anna.phones, anna.status) == ("40-1187", "Анна", ("+7 900 1",), "blocked")
    assert str(anna.valid_to) == "2027-01-31"
    assert [one.name for one in await asked(url, "2")] == ["Иван"]
    assert await asked(url, "3") == ()
    assert await asked(url, "+7 900 1", kind="phone") == (), "there is no query for it"


@pytest.mark.parametrize("value", ["' OR '1'='1", "2'; DROP TABLE customers; --", "\0", "%", "40-1187\\"])
async def test_a_key_is_a_value_and_never_a_part_of_the_query(url: str, value: str) -> None:
    try:
        assert await asked(url, value) == ()
    except SourceTrouble:
        assert value == "\0", "which PostgreSQL keeps not"
    assert len(await asked(url, "2")) == 1


@pytest.mark.parametrize(
    "query",
    [
        "WITH gone AS (DELETE FROM customers WHERE no = :value RETURNING *) SELECT * FROM gone",
        "SELECT no, nextval(:value) FROM customers",
        "SELECT * FROM nothing_there WHERE no = :value",
    ],
)
async def test_a_query_changes_nothing_whatever_it_says(url: str, query: str) -> None:
    with pytest.raises(SourceTrouble, match="cannot be asked"):
        await asked(url, "40-1187", query)
    assert len(await asked(url, "40-1187")) == 1


async def test_a_query_that_takes_long_is_ended_by_the_server(url: str) -> None:
    if url.startswith("sqlite"):
        pytest.skip("SQLite has no clock of its own: the desk's ends the question")
    with pytest.raises(SourceTrouble):
        await asked(url, "1", "SELECT :value AS no, pg_sleep(30)")


async def test_no_more_than_fifty_rows_are_taken(url: str) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
    many = f"{numbers} SELECT i AS no, :value AS name FROM n"
    assert len(await asked(url, "x", many)) == 50


async def test_a_database_that_is_not_there_is_trouble_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceTrouble):
        await asked(f"sqlite:///{tmp_path / 'none.db'}", "1")
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(SourceTrouble):
        await asked("postgresql://nobody@127.0.0.1:9/none", "1")


async def test_a_driver_that_is_not_installed_is_said() -> None:
    with pytest.raises(SourceTrouble, match="its driver is not installed"):
        await asked("mysql://crm@127.0.0.1/crm", "1")
