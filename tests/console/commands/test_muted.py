"""An operator sees who is muted, and can end it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from desk.model.settings import load
from desk.storage.database import Database
from mail.receiving.tables import automatic_messages_sent, muted_peers, unsubscribed_peers
from tests.console.conftest import Typist

SINCE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


async def _muted(folder: Path) -> None:
    database = Database(load(folder).database)
    async with database.work() as connection:
        await connection.execute(muted_peers.insert().values(peer="robot@peer.test", since=SINCE, why="3 mails"))
        await connection.execute(unsubscribed_peers.insert().values(peer="anna@example.test", since=SINCE))
        counted = {"peer": "robot@peer.test", "number": 1, "domain": "peer.test", "at": SINCE}
        await connection.execute(automatic_messages_sent.insert().values(counted))
    await database.close()


def test_who_is_muted_is_listed_and_let_go(folder: Path, typist: Typist) -> None:
    """By hand before an agent writes; a spelling of the same mailbox means it too, and a stranger is told apart."""
    assert typist.types("migrate").exit_code == 0
    assert typist.types("mail", "muted").output == "Nobody is muted.\n"
    asyncio.run(_muted(folder))
    found = json.loads(typist.types("mail", "muted", "--json").output)
    assert {(one["address"], one["notices_only"]) for one in found} == {
        ("robot@peer.test", False),
        ("anna@example.test", True),
    }
    assert "robot@peer.test · since 2026-11-20 09:00 UTC · 3 mails" in typist.types("mail", "muted").output
    assert typist.types("mail", "unmute", "Robot+1@peer.test").exit_code == 0
    assert typist.types("mail", "unmute", "anna@example.test").exit_code == 0
    assert typist.types("mail", "muted").output == "Nobody is muted.\n"
    refused = typist.types("mail", "unmute", "robot@peer.test")
    assert refused.exit_code != 0
    assert "is not muted" in refused.output
