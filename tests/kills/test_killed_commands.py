"""kill -9 in the middle of the commands that change or copy a whole desk; a second run ends what the first began.

Each is killed once in the suite, at random; FIRSTLINE_COMMAND_KILLS says how often, FIRSTLINE_SEED repeats a run.
"""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from console.commands.checking.tables import table_differences
from console.runtime.backup import archive
from console.runtime.migrate import migrate
from console.runtime.schema_version import latest_version
from desk.model.case import Case
from desk.model.settings import load
from desk.storage.database import Database
from tests.console.maintenance.conftest import BACKUP_ROLE, makes_backup_role
from tests.kills.desk_process import DeskFolder, firstline
from tests.kills.killed_command import run_killed
from tests.kills.killed_desk import CONTRACT, IN_FILE, OLD, YOUNG, KilledDesk, fill
from tests.peers.postgres import Postgres


@pytest.fixture
async def desk(tmp_path: Path, database_url: str, request: pytest.FixtureRequest) -> KilledDesk:
    """Cases of many, of which thirty are to be purged; one of two people who wrote lately is to be forgotten."""
    postgres: Postgres | None = None
    folder = await DeskFolder.made(tmp_path / "desk", database_url)
    if database_url.startswith("postgresql"):
        postgres = request.getfixturevalue("postgres")
        makes_backup_role(postgres)
        path = folder.root / "firstline.toml"
        named = f'[desk]\nbackup_role = "{BACKUP_ROLE}"\nbackup_password = "env:BACKUP_PASSWORD"'
        path.write_text(path.read_text("utf-8").replace("[desk]", named, 1), "utf-8")
        folder.environment["BACKUP_PASSWORD"] = "change me"
    made = KilledDesk(folder, postgres)
    await fill(made)
    return made


@pytest.mark.parametrize("by", ["address", "contract"])
async def test_who_is_half_forgotten_is_forgotten_by_the_second_run(desk: KilledDesk, by: str) -> None:
    """By whatever key, without a byte left, and it is in the audit once; the others are as they were."""
    key = desk.person if by == "address" else CONTRACT
    canaries = [desk.person.encode(), CONTRACT.encode(), CONTRACT.encode().hex().encode(), IN_FILE.encode()]
    other = select(Case.description, Case.revision).where(Case.id == desk.other)
    before = await desk.rows(other)
    async for copy, words in desk.killed("forget", "--person", key, "--yes", "--all"):
        await firstline(copy.folder, *words, expect=(0, 3))
        for name, content in copy.contents():
            assert not [one for one in canaries if one in content], name
        assert len(await copy.audited("forget")) == 1
        assert await copy.rows(other) == before
        assert not (copy.folder.root / "data" / "erasing").exists()
        again = await run_killed(copy.folder, words)
        assert again.code == 3, again.said


async def test_what_is_half_purged_is_purged_by_the_second_run(desk: KilledDesk) -> None:
    """All that went is in the archive, which can be read to its end; what is young is untouched."""
    due = {row.id for row in await desk.rows(_due())}
    assert len(due) == OLD
    async for copy, words in desk.killed("retention", "purge"):
        await firstline(copy.folder, *words)
        assert not await copy.rows(_due())
        archived = set()
        for path in (copy.folder.root / "data" / "archive").glob("*/*.gz"):
            lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
            archived |= {line["row"]["id"] for line in lines if line["table"] == "cases"}
        assert due <= archived
        assert await copy.rows(select(func.count()).where(Case.purged_at.is_(None))) == [(YOUNG,)]
        assert {"begun": True} in await copy.audited("retention purge")


def _due() -> Any:
    before = datetime.now(UTC) - timedelta(days=91)
    return select(Case.id).where(Case.updated_at < before, Case.purged_at.is_(None))


async def test_no_half_backup_passes_for_a_whole_one(desk: KilledDesk) -> None:
    """The desk is as it was, and nothing is left of the half."""
    before = await _everything(desk)
    async for copy, words in desk.killed("backup", "{place}"):
        path = Path(words[-1])
        there = _is_there(path)
        if there:
            archive.checked(path)
        await firstline(copy.folder, *words, expect=(4,) if there else (0,))
        assert archive.checked(path).rows["cases"] == OLD + YOUNG
        assert await _everything(copy) == before
        assert copy.unfinished() == []


@pytest.mark.parametrize("to", ["the same", "the other"])
async def test_no_half_restored_desk_is_left(desk: KilledDesk, to: str, postgres: Postgres) -> None:
    """A second run restores it. Only a database of PostgreSQL that is full already, and has no folder, is refused."""
    path = desk.folder.root.parent / "a.backup"
    await firstline(desk.folder, "backup", str(path))
    kind = _kind(desk, to, postgres)
    words = ("restore", str(path), "--into", "{place}", "--database", "{database}")
    async for copy, mine in desk.killed(*words, kind=kind):
        root = Path(mine[3])
        if not _is_there(root):
            done = await run_killed(copy.folder, mine)
            if done.code and kind == "postgresql":
                assert "is not empty: nothing is overwritten" in " ".join(done.said.split()), done.said
                mine[-1] = desk.new_database(kind)
                done = await run_killed(copy.folder, mine)
            assert done.code == 0, done.said
            assert copy.unfinished() == []
        restored = KilledDesk(DeskFolder(root, "", desk.folder.environment), None)
        assert await _everything(restored) == await _everything(desk)
        await firstline(restored.folder, "check", "--offline")


@pytest.mark.parametrize("to", ["the same", "the other"])
async def test_no_half_copy_is_left_and_what_was_copied_is_as_it_was(
    desk: KilledDesk, to: str, postgres: Postgres
) -> None:
    before, kind = await _everything(desk), _kind(desk, to, postgres)
    async for copy, words in desk.killed("copy", "--to", "{database}", kind=kind):
        done = await run_killed(copy.folder, words)
        if done.code:  # all that was left to do was to say so
            assert "nothing is overwritten" in " ".join(done.said.split()), done.said
        assert await _everything(copy) == before
        path = copy.folder.root / "firstline.toml"
        path.write_text(path.read_text("utf-8").replace(copy.folder.database, words[-1], 1), "utf-8")
        assert await _everything(copy) == before
        assert copy.unfinished() == []


def _kind(desk: KilledDesk, to: str, postgres: Postgres) -> str:
    here = "postgresql" if desk.postgres else "sqlite"
    desk.postgres_of_others = postgres
    return here if to == "the same" else ({"postgresql", "sqlite"} - {here}).pop()


async def test_a_half_migrated_database_is_of_one_version_or_the_other(desk: KilledDesk) -> None:
    """The second run ends it; the audit has it once, and what was kept before is whole."""
    await _becomes_earlier(desk)
    async for copy, words in desk.killed("migrate"):
        database = copy.folder.open()
        async with database.look() as connection:
            version = (await connection.exec_driver_sql("SELECT version_num FROM alembic_version")).scalar_one()
        assert version in ("0001", latest_version())
        await firstline(copy.folder, *words)
        assert await table_differences(database) == []
        await database.close()
        assert len(await copy.audited("migrate")) == 1
        kept = list((copy.folder.root / "data" / "backups").glob("*"))
        assert kept
        assert {archive.checked(one).revision for one in kept} == {"0001"}
        assert copy.unfinished() == []


async def _becomes_earlier(desk: KilledDesk) -> None:
    """An empty database of the first version."""
    url = load(desk.folder.root, desk.folder.environment).database
    if desk.postgres:
        desk.postgres.database(url.rpartition("/")[2])
    else:
        for path in (desk.folder.root / "data").glob("firstline.db*"):
            path.unlink()
    database = Database(url)
    await migrate(database, "0001")
    await database.close()


def _is_there(path: Path) -> bool:
    return path.exists()


async def _everything(desk: KilledDesk) -> Any:
    return await desk.rows(select(Case.id, Case.revision, Case.description, Case.state).order_by(Case.id))
