"""A desk out of its backup is the same desk, and does nothing a second time that the lost one may have done since."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select

from console.main import cli
from console.runtime.backup import archive, fence, moving
from console.runtime.backup.archive import Manifest
from desk.clock import now
from desk.model.case import Case
from desk.model.settings import load
from desk.storage.audit import AuditRow
from desk.storage.database import Database
from desk.storage.process_identity import new_holder
from desk.storage.queue_and_lease_tables import arrivals, counters, departures, leases
from tests.console.conftest import Typist
from tests.console.maintenance.conftest import BACKUP_ROLE, NOW, NUMBER, KeptDesk, rows_of_file

YEAR = NOW.year
ROOT = Path(__file__).resolve().parent.parent.parent.parent


def restores(path: Path, root: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["restore", str(path), "--into", str(root), *options])


def restored(kept: KeptDesk, kind: str, *options: str) -> Path:
    """A desk out of a backup of this one, on a database of a kind."""
    root = kept.folder.parent / "again"
    done = restores(kept.backup("a.backup"), root, "--database", kept.new_database(kind), *options)
    assert done.exit_code == 0, done.output
    return root


def names_backup_role(root: Path) -> None:
    """As an operator would who moved from SQLite to PostgreSQL."""
    path = root / "firstline.toml"
    words = path.read_text("utf-8")
    if "postgresql://" in words and f'"{BACKUP_ROLE}"\n' not in words:
        (root / "secret.backup").touch(0o600)
        (root / "secret.backup").write_text("change me")
        more = f'[desk]\nbackup_role = "{BACKUP_ROLE}"\nbackup_password = "file:secret.backup"\n'
        path.write_text(words.replace("[desk]\n", more, 1), "utf-8")


def typed(root: Path, *words: str) -> Result:
    return CliRunner(env={"FIRSTLINE_AGENT": ""}).invoke(cli, ["-C", str(root), *words])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_on_either_database_it_is_the_same_desk(kept: KeptDesk, kind: str) -> None:
    """Every row and every file, with the rights it had, is what it was; and `check` finds nothing wrong."""
    root = restored(kept, kind, "--nothing-since")
    names_backup_role(root)
    again = kept.backup("b.backup", root)
    assert rows_of_file(kept.folder.parent / "a.backup") == rows_of_file(again)
    checked = typed(root, "check", "--offline")
    assert checked.exit_code == 0, checked.output
    ours = {one.relative_to(kept.folder): one for one in kept.folder.rglob("*") if one.is_file()}
    theirs = {one.relative_to(root): one for one in root.rglob("*") if one.is_file()}
    same = [one for one in ours if one.name != "firstline.toml" and one.parts[:2] != ("data", "knowledge")]
    for name in (one for one in same if one.suffix not in (".db", ".db-shm", ".db-wal")):
        assert theirs[name].read_bytes() == ours[name].read_bytes()
        assert theirs[name].stat().st_mode == ours[name].stat().st_mode


def test_the_secret_does_not_stay_in_the_database(kept: KeptDesk) -> None:
    root = restored(kept, "sqlite")
    secret = (root / "secret").read_bytes().strip()
    assert secret in (kept.folder.parent / "a.backup").read_bytes()
    assert secret not in (root / "data" / "firstline.db").read_bytes()


async def _look(root: Path) -> Mapping[str, Any]:
    database = Database(load(root).database, pool=1)
    try:
        async with database.look() as connection:
            states = (
                select(arrivals.c.state).order_by(arrivals.c.id),
                select(departures.c.state).order_by(departures.c.id),
            )
            holders = select(departures.c.id).where(departures.c.holder.is_not(None))
            numbers = select(counters.c.value).where(counters.c.name == f"case {YEAR}", counters.c.provider == "sever")
            found = {
                "arrivals": (await connection.execute(states[0])).scalars().all(),
                "departures": (await connection.execute(states[1])).scalars().all(),
                "held": (await connection.execute(holders)).all(),
                "numbers": (await connection.execute(numbers)).scalar_one(),
                "leases": (await connection.execute(select(leases))).all(),
            }
        async with database.work() as connection:
            row = {"channel": "a", "key": "new", "lane": "b", "body": b"", "state": "done"}
            statement = insert(arrivals).values(**row, received_at=NOW, due_at=NOW).returning(arrivals.c.id)
            found["next"] = (await connection.execute(statement)).scalar_one()
        async with database.read("_desk") as session:
            query = select(AuditRow.operation, AuditRow.details).where(AuditRow.operation == "restore")
            found["audit"] = (await session.execute(query)).one()
        return found
    finally:
        await database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_the_lost_desk_may_have_done_since_is_not_done_again(kept: KeptDesk, kind: str) -> None:
    """What was to be sent is held, what waited is set aside; numbers of cases and ids of messages leave a gap."""
    root = kept.folder.parent / "again"
    done = restores(kept.backup("a.backup"), root, "--database", kept.new_database(kind))
    assert done.exit_code == 0, done.output
    there = asyncio.run(_look(root))
    assert there["arrivals"] == ["done", "quarantined", "quarantined"]
    assert there["departures"] == ["sent", "held", "held"]
    assert (there["held"], there["leases"]) == ([], [])
    assert there["numbers"] == 41 + fence.LEAST_NUMBERS
    assert there["next"] > fence.IDS_A_DAY
    assert there["audit"].details["held"] == 2
    words = " ".join(done.output.split())
    assert "may have been since: 2. See 'firstline outbox list'" in words
    assert "may have been answered since: 1. See 'firstline quarantine list'" in words
    assert f"Case numbers of sever go on after {YEAR}-001041." in words
    assert "Timers that are due by now, and go off when the desk serves: 1." in words


def test_an_operator_sends_what_is_held_or_leaves_it_out(kept: KeptDesk) -> None:
    root = restored(kept, "postgresql" if kept.postgres else "sqlite")
    listed = json.loads(typed(root, "outbox", "list", "--json").output)
    assert [(one["text"][:11], one["case"]) for one in listed] == [("Добрый день", NUMBER)] * 2
    assert "Добрый день" in typed(root, "outbox", "list").output
    assert "2 messages are held since a restore" in " ".join(typed(root, "status").output.split())
    first = listed[0]["id"]
    assert typed(root, "outbox", "send").exit_code == 2
    assert typed(root, "outbox", "send", first, "--all").exit_code == 2
    assert typed(root, "outbox", "drop", "999").exit_code == 3
    assert typed(root, "outbox", "send", first).output == "1 message goes out.\n"
    assert typed(root, "outbox", "send", first).exit_code == 3, "it is not held any more"
    assert typed(root, "outbox", "drop", "--all").output == "1 message is left out.\n"
    assert typed(root, "outbox", "list").output == "No message is held.\n"
    there = asyncio.run(_look(root))
    assert there["departures"] == ["sent", "pending", "failed"]
    shown = typed(root, "audit", "--json").output
    assert ("outbox send" in shown, "outbox drop" in shown, "restore" in shown) == (True, True, True)


def test_a_desk_that_was_only_moved_goes_on_where_it_was(kept: KeptDesk) -> None:
    root = restored(kept, "sqlite", "--nothing-since")
    there = asyncio.run(_look(root))
    assert (there["arrivals"], there["departures"]) == (
        ["done", "waiting", "quarantined"],
        ["sent", "pending", "sending"],
    )
    assert (there["numbers"], there["next"]) == (41, 4)


async def _numbers(
    tmp_path: Path, taken_at: datetime, providers: set[str], at: datetime
) -> Mapping[tuple[str, int], int]:
    """The numbers that are left out in a database with 300 cases of one day."""
    await moving.make_tables(tmp_path / "stage.db")
    database = Database(moving.sqlite_url(tmp_path / "stage.db"), pool=1)
    try:
        async with database.write("sever") as session:
            for number in range(300):
                row = {"provider": "sever", "id": number, "person_id": 1, "opened_at": taken_at, "updated_at": taken_at}
                session.add(Case(**row, registered_at=taken_at))
        async with database.work() as connection:
            row = {"provider": "sever", "name": f"case {taken_at.year}", "value": 900}
            await connection.execute(insert(counters).values(**row))
        manifest = Manifest(taken_at, "0", "0001", "sqlite", {})
        return (await fence.set_fence(database, manifest, providers, at)).numbers
    finally:
        await database.close()


async def test_numbers_leave_a_gap_that_no_desk_can_have_filled(tmp_path: Path) -> None:
    """Ten of the busiest days for each day that is lost; also over the turn of a year, and for who had no case yet."""
    before = datetime(2026, 12, 30, 12, tzinfo=UTC)
    left_out = await _numbers(tmp_path, before, {"sever", "volga"}, before + timedelta(days=3))
    assert left_out == {
        ("sever", 2026): 900 + 12_000,
        ("sever", 2027): 12_000,
        ("volga", 2026): 1_000,
        ("volga", 2027): 1_000,
    }


def test_a_folder_or_a_database_with_anything_in_it_is_refused(kept: KeptDesk) -> None:
    path, root = kept.backup("a.backup"), kept.folder.parent / "again"
    in_place = restores(path, kept.folder)
    assert (in_place.exit_code, "is not empty" in in_place.output) == (4, True)
    if kept.postgres:
        over = restores(path, root)  # the database that its firstline.toml names is that of the living desk
        assert (over.exit_code, "not empty" in over.output, "***" in over.output) == (4, True, True), over.output
    elsewhere = restores(path, root, "--database", f"sqlite:///{kept.folder / 'secret'}")
    assert elsewhere.exit_code == 4, elsewhere.output
    wrong = restores(path, root, "--database", "mysql://x")
    assert wrong.exit_code == 1, wrong.output
    assert not root.exists()
    assert not list(root.parent.glob(".again*"))


def test_a_desk_that_is_served_is_not_restored_over(kept: KeptDesk) -> None:
    if not kept.postgres:
        pytest.skip("the folder of an SQLite desk is refused already")

    async def serves() -> None:
        database = kept.database()
        async with database.work() as connection:
            row = {"name": "clock", "holder": new_holder(), "fence": 1, "held_until": now() + timedelta(minutes=1)}
            await connection.execute(insert(leases).values(**row))
        await database.close()

    asyncio.run(serves())
    done = restores(kept.backup("a.backup"), kept.folder.parent / "again")
    assert (done.exit_code, "somebody serves" in done.output) == (4, True), done.output


def test_mail_that_was_moved_away_is_told_of_though_its_password_is_missing(typist: Typist, tmp_path: Path) -> None:
    """The rest of what is told is there for a machine too."""
    box = """
[[mailbox]]
name = "support"
address = "support@sever.test"
provider = "sever"
imap = "imaps://localhost"
smtp = "smtps://localhost"
password = "env:SUPPORT_PASSWORD"
after = "move:Done"
"""
    path = typist.folder / "firstline.toml"
    path.write_text(path.read_text("utf-8") + box, "utf-8")
    made = typist.types("backup", str(tmp_path / "a.backup"), env={"SUPPORT_PASSWORD": "x" * 20})
    assert made.exit_code == 0, made.output
    done = restores(tmp_path / "a.backup", tmp_path / "again")
    words = " ".join(done.output.split())
    assert "- support: mail from then on lies in 'Done'; move it back into 'INBOX' to receive it again." in words
    assert "takes it from elsewhere: env:SUPPORT_PASSWORD." in words
    told = json.loads(restores(tmp_path / "a.backup", tmp_path / "third", "--json").output)
    assert {one["table"]: one["rows"] for one in told["tables"]}["cases"] == 0
    assert {"provider": "sever", "year": YEAR, "after": 1000} in told["numbers"]


def test_into_a_folder_that_is_there_and_empty(kept: KeptDesk) -> None:
    root = kept.folder.parent / "again"
    root.mkdir()
    done = typed(root, "restore", str(kept.backup("a.backup")), "--database", kept.new_database("sqlite"))
    assert done.exit_code == 0, done.output
    assert typed(root, "cases", "--all").exit_code == 0


def test_folders_that_lay_elsewhere_come_into_the_new_one(typist: Typist, tmp_path: Path) -> None:
    """So nothing of the lost desk's machine is needed, or touched."""
    (tmp_path / "var").mkdir()
    (typist.folder / "data").rename(tmp_path / "var" / "data")
    path = typist.folder / "firstline.toml"
    words = path.read_text("utf-8").replace(
        "sqlite:///data/firstline.db", f"sqlite:///{tmp_path}/var/data/firstline.db"
    )
    path.write_text(words.replace('"data"  ', f'"{tmp_path}/var/data"  '), "utf-8")
    (tmp_path / "var" / "data" / "chat").mkdir()
    (tmp_path / "var" / "data" / "chat" / "a.txt").write_text("kept")
    assert typist.types("backup", str(tmp_path / "a.backup")).exit_code == 0
    done = restores(tmp_path / "a.backup", tmp_path / "again")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "again" / "data" / "chat" / "a.txt").read_text() == "kept"
    assert load(tmp_path / "again").database.endswith("again/data/firstline.db")
    assert typed(tmp_path / "again", "cases").exit_code == 0


def test_a_backup_of_a_later_firstline_is_left_to_that(typist: Typist, tmp_path: Path) -> None:
    """Its tables may hold what this one knows nothing of."""
    path = tmp_path / "a.backup"
    assert typist.types("backup", str(path)).exit_code == 0
    with archive.opened(path) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.execute("UPDATE backup_manifest SET manifest = json_set(manifest, '$.revision', '9999')")
    done = restores(path, tmp_path / "again")
    assert (done.exit_code, "install the newer Firstline again" in " ".join(done.output.split())) == (5, True)
    with archive.opened(path) as file:
        file.execute("UPDATE backup_manifest SET manifest = json_set(manifest, '$.format', 2, '$.more', 'x')")
    assert restores(path, tmp_path / "again").exit_code == 4
    assert not list(tmp_path.glob("*again*"))


async def test_killed_at_any_moment_neither_leaves_half_of_anything(folder: Path, tmp_path: Path) -> None:
    """By kill -9: there is a whole backup or none, a whole desk or none; and the next try works."""
    for seconds in (0.6, 0.9, 1.2, 1.5, 1.8):
        for words in (
            ("backup", f"{tmp_path}/{seconds}.backup"),
            ("restore", f"{tmp_path}/a.backup", "--into", "again"),
        ):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "console.main", "-C", str(folder), *words),
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                cwd=tmp_path,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            await asyncio.sleep(seconds)
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            if (tmp_path / f"{seconds}.backup").exists():
                archive.checked(tmp_path / f"{seconds}.backup")
                shutil.copyfile(tmp_path / f"{seconds}.backup", tmp_path / "a.backup")
            if (tmp_path / "again").exists():
                assert (tmp_path / "again" / "data" / "firstline.db").stat().st_size
                assert (tmp_path / "again" / "firstline.toml").is_file()
                (tmp_path / "again").rename(tmp_path / f"made after {seconds}")
    done = await asyncio.to_thread(typed, folder, "backup", str(tmp_path / "last.backup"))
    assert done.exit_code == 0, done.output
    done = await asyncio.to_thread(restores, tmp_path / "last.backup", tmp_path / "again")
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out", "a\\..\\out"])
def test_a_backup_writes_nothing_outside_of_its_folder(typist: Typist, tmp_path: Path, name: str) -> None:
    """Somebody else may have made it."""
    assert typist.types("backup", str(tmp_path / "a.backup")).exit_code == 0
    with archive.opened(tmp_path / "a.backup") as file:
        file.execute("UPDATE sqlar SET name = ? WHERE name = 'secret'", (name,))
    done = restores(tmp_path / "a.backup", tmp_path / "again")
    assert (done.exit_code, "it is not restored" in done.output) == (4, True), done.output
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "again").exists()


def test_a_copy_that_lacks_rows_is_not_kept(kept: KeptDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides are counted, so whatever goes wrong between them is noticed."""
    if not kept.postgres:
        pytest.skip("an SQLite file is copied page by page")
    path = kept.backup("a.backup")
    monkeypatch.setattr("console.runtime.backup.postgres_write._providers", lambda _: ["sever"])
    url = kept.new_database("postgresql")
    done = restores(path, kept.folder.parent / "again", "--database", url)
    assert done.exit_code == 4, done.output
    assert kept.postgres.admin("SELECT count(*) FROM arrivals", url.rpartition("/")[2]) == "0"
