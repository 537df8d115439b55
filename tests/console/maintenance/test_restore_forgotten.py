"""A backup from before somebody was forgotten does not bring them back."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.main import cli
from desk.model.case import Case
from desk.storage.database import Database
from tests.console.maintenance.conftest import KeptDesk
from tests.console.personal_data.old_cases import WORDS, OldCases, everything


async def _add(database: Database) -> tuple[Case, Case]:
    old = OldCases(database, numbers=100)
    cases = await old.add(1, contract="42-1"), await old.add(1, contract="42-2")
    await database.close()
    return cases


async def _everything(database: Database) -> str:
    rows = await everything(database, "sever", "volga")
    await database.close()
    return rows


def restores(path: Path, root: Path, database: str, *options: str) -> Result:
    done = CliRunner().invoke(
        cli, ["restore", str(path), "--into", str(root), "--database", database, "--json", *options]
    )
    assert done.exit_code == 0, done.output
    return done


@pytest.mark.parametrize("where", ["folder", "file"])
def test_who_was_forgotten_after_the_backup_is_erased_again(kept: KeptDesk, where: str) -> None:
    """By the lost desk's list; the others are there, and without the list so are they."""
    gone, other = asyncio.run(_add(kept.database()))
    backup = kept.backup("before.backup")
    forgotten = kept.typist.types("forget", "--person", gone.address, "--yes")
    assert forgotten.exit_code == 0, forgotten.output
    again, without = kept.folder.parent / "again", kept.folder.parent / "without"
    kind = "postgresql" if kept.postgres else "sqlite"
    erasures = kept.folder if where == "folder" else kept.folder / "erasures.jsonl"
    done = restores(backup, again, kept.new_database(kind), "--erasures", str(erasures))
    assert json.loads(done.stdout)["erased"] == 1
    rows = asyncio.run(_everything(kept.database(again)))
    assert (gone.address in rows, other.address in rows, WORDS in rows) == (False, True, True)
    if kind == "sqlite":
        assert not [path for path in again.rglob("*") if path.is_file() and gone.address.encode() in path.read_bytes()]
    restores(backup, without, kept.new_database(kind))
    assert gone.address in asyncio.run(_everything(kept.database(without)))


def test_a_backup_keeps_the_list_that_the_desk_had(kept: KeptDesk) -> None:
    """So a later restore of an earlier backup needs one of the two."""
    gone, _ = asyncio.run(_add(kept.database()))
    kept.typist.types("forget", "--person", gone.address, "--yes")
    backup = kept.backup("after.backup")
    root = kept.folder.parent / "again"
    kind = "postgresql" if kept.postgres else "sqlite"
    assert json.loads(restores(backup, root, kept.new_database(kind)).stdout)["erased"] == 0
    assert (root / "erasures.jsonl").read_bytes() == (kept.folder / "erasures.jsonl").read_bytes()


def test_a_backup_within_the_desk_folder_is_named(kept: KeptDesk) -> None:
    """It still has whoever was forgotten."""
    gone, _ = asyncio.run(_add(kept.database()))
    kept.backup(str(kept.folder / "data" / "mine.backup"))
    forgotten = kept.typist.types("forget", "--person", gone.address, "--yes")
    assert "mine.backup" in forgotten.output
