"""A client's own database that is slow or silent: a question ends in time, and the desk can stop."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from desk.model.settings import Secret
from intake.identity.asking.source_guard import SourceTrouble
from intake.identity.asking.source_settings import SqlSourceSettings
from intake.identity.asking.sql_source import SqlSource
from tests.peers.postgres import Postgres

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS no, :value AS name FROM n"
MOST = 9.0
"""Seconds: three of the question, two to part, and the rest for a busy machine."""


def source(url: str, query: str) -> SqlSource:
    return SqlSource(SqlSourceSettings("crm", "sever", url, Secret(""), {"contract": query}))


async def test_an_endless_query_of_a_file_is_ended(tmp_path: Path) -> None:
    """SQLite has no time limit of its own, and its thread would go on for ever."""
    sqlite3.connect(tmp_path / "crm.db").close()
    crm, began = source(f"sqlite:///{tmp_path / 'crm.db'}", ENDLESS), time.monotonic()
    with pytest.raises(SourceTrouble):
        await crm.ask("contract", "1")
    await crm.close()
    assert time.monotonic() - began < MOST


async def test_a_server_that_falls_silent_is_left(postgres: Postgres) -> None:
    """It answers the first question; the second reaches it, and nothing comes back, not even of a rollback."""
    made = urlsplit(postgres.database("silent"))
    silent, writers = asyncio.Event(), list[asyncio.StreamWriter]()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while block := await reader.read(65536):
            if silent.is_set():
                continue
            writer.write(block)
            await writer.drain()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(made.hostname, made.port)
        writers.extend((writer, there_writer))
        await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    netloc = made.netloc.replace(f"{made.hostname}:{made.port}", f"127.0.0.1:{port}")
    crm = source(made._replace(netloc=netloc, query="").geturl(), "SELECT '1' AS contract, :value AS name")
    try:
        assert len(await crm.ask("contract", "Анна")) == 1
        silent.set()
        began = time.monotonic()
        with pytest.raises(SourceTrouble, match="in time"):
            await crm.ask("contract", "Анна")
        assert time.monotonic() - began < MOST
        silent.clear()
        assert len(await crm.ask("contract", "Анна")) == 1
        silent.set()
        began = time.monotonic()
        await crm.close()
        assert time.monotonic() - began < MOST
    finally:
        await crm.close()
        for one in writers:
            one.close()
        server.close()
