"""A backup holds the whole desk, is checked before it gets its name, and is taken while others write."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import stat
import threading
import time
from pathlib import Path

import pytest

from console.runtime.backup import archive
from console.runtime.backup.archive import BackupRefused
from console.runtime.backup.desk_files import files_of
from console.runtime.backup.take import take_backup
from desk.clock import now
from desk.model.settings import load
from tests.console.conftest import Typist
from tests.console.maintenance.conftest import BACKUP_ROLE, ODD_BYTES, KeptDesk, uses_postgresql
from tests.peers.postgres import Postgres


def names_in(path: Path) -> dict[str, int]:
    """The files of a backup, with their rights."""
    with archive.opened(path, "ro") as file:
        return {row[0]: stat.S_IMODE(row[1]) for row in file.execute("SELECT name, mode FROM sqlar")}


def test_it_holds_rows_files_and_the_secret(kept: KeptDesk) -> None:
    (kept.folder / "data" / "chat").mkdir()
    (kept.folder / "data" / "chat" / "photo.jpg").write_bytes(ODD_BYTES)
    done = kept.typist.types("backup", str(kept.folder.parent / "a.backup"), "--json")
    assert done.exit_code == 0, done.output
    told, path = json.loads(done.output), kept.folder.parent / "a.backup"
    rows = {one["table"]: one["rows"] for one in told["tables"]}
    assert (rows["cases"], rows["arrivals"], rows["departures"]) == (2, 3, 3)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    names = names_in(path)
    assert {"firstline.toml", "providers/sever/policy.toml", "data/chat/photo.jpg"} <= names.keys()
    assert names["secret"] == 0o600
    assert archive.checked(path).rows == rows
    with archive.opened(path, "ro") as file:
        assert file.execute("SELECT body FROM arrivals WHERE id = 1").fetchone() == (ODD_BYTES,)
        assert file.execute("SELECT name FROM people WHERE provider = 'volga'").fetchone() == ("Анна",)
        (written,) = file.execute("SELECT received_at FROM arrivals WHERE id = 1").fetchone()
        assert "+" not in written


def test_nothing_is_overwritten_and_nothing_left_behind(kept: KeptDesk) -> None:
    place = kept.folder.parent / "backups"
    place.mkdir()
    assert kept.typist.types("backup", str(place / "a.backup")).exit_code == 0
    before = (place / "a.backup").read_bytes()
    again = kept.typist.types("backup", str(place / "a.backup"))
    assert (again.exit_code, "a.backup is there already" in again.output) == (4, True)
    assert (place / "a.backup").read_bytes() == before
    assert [one.name for one in place.iterdir()] == ["a.backup"]
    assert kept.typist.types("backup", str(place)).exit_code == 0, "in a folder it finds a name of its own"
    assert len(list(place.iterdir())) == 2
    assert kept.typist.types("backup", str(place / "none" / "a")).exit_code == 4


def test_what_is_made_anew_or_copied_by_itself_is_left_out(kept: KeptDesk, tmp_path: Path) -> None:
    """The index of the articles, earlier backups and databases; of a link the file is kept to which it leads."""
    kept.backup("desk/first.backup")
    (tmp_path / "export.csv").write_text("contract\n", "utf-8")
    (kept.folder / "providers" / "sever" / "more.csv").symlink_to(tmp_path / "export.csv")
    (kept.folder / "providers" / "again").symlink_to(kept.folder / "providers")
    sqlite3.connect(kept.folder / "data" / "former.db").execute("CREATE TABLE t (x)").connection.close()
    names = names_in(kept.backup("second.backup"))
    left_out = ("data/knowledge", "first.backup", "data/firstline.db", "data/former.db")
    assert not [name for name in names if name.startswith(left_out)]
    with archive.opened(tmp_path / "second.backup", "ro") as file:
        query = "SELECT data FROM sqlar WHERE name = 'providers/sever/more.csv'"
        assert file.execute(query).fetchone() == (b"contract\n",)


def test_what_firstline_toml_takes_from_elsewhere_is_named(typist: Typist, tmp_path: Path) -> None:
    path = typist.folder / "firstline.toml"
    (tmp_path / "apart").touch(0o600)
    (tmp_path / "apart").write_text("s" * 40)
    more = f'former_secret = "file:{tmp_path / "apart"}"\nbackup_password = "env:OF_BACKUPS"'
    path.write_text(path.read_text("utf-8").replace("[desk]", f"[desk]\n{more}", 1), "utf-8")
    done = typist.types("backup", str(tmp_path / "a.backup"), env={"OF_BACKUPS": "canary of backups"})
    assert done.exit_code == 0, done.output
    assert "env:OF_BACKUPS, file:" in done.output.replace("\n", " ")
    assert b"canary of backups" not in (tmp_path / "a.backup").read_bytes()


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("", "a backup needs a role that may read all rows"),
        ("firstline", "row-level security hides rows from the role firstline"),
        ("blind_backup", "GRANT pg_read_all_data TO blind_backup"),
    ],
)
def test_a_role_that_does_not_see_all_rows_is_refused(
    typist: Typist, postgres: Postgres, tmp_path: Path, role: str, sentence: str
) -> None:
    """Its backup would succeed with no case in it."""
    uses_postgresql(typist, postgres, url := postgres.database("blind"))
    password = url.split(":")[2].partition("@")[0] if role == "firstline" else "change me"
    (typist.folder / "secret.backup").write_text(password)
    postgres.admin("DROP ROLE IF EXISTS blind_backup")
    postgres.admin("CREATE ROLE blind_backup LOGIN BYPASSRLS PASSWORD 'change me'")
    path = typist.folder / "firstline.toml"
    path.write_text(path.read_text("utf-8").replace(f'"{BACKUP_ROLE}"', f'"{role}"'), "utf-8")
    done = typist.types("backup", str(tmp_path / "a.backup"))
    assert (done.exit_code, sentence in done.output) == (4, True), done.output
    assert not list(tmp_path.glob("*a.backup*"))


@pytest.mark.parametrize("at", [0.02, 0.3, 0.6, 0.9])
def test_a_damaged_backup_is_known_as_one(kept: KeptDesk, at: float) -> None:
    """Also one that was cut off; the desk is not restored, and nothing is left behind."""
    if kept.postgres:
        pytest.skip("the file is the same, whichever database it came from")
    path = kept.backup("a.backup")
    content = bytearray(path.read_bytes())
    place = int(len(content) * at) // 4096 * 4096
    content[place : place + 2048] = bytes(2048)
    path.write_bytes(content)
    cut = kept.folder.parent / "cut.backup"
    cut.write_bytes(content[: int(len(content) * at)])
    for damaged in (path, cut):
        done = kept.typist.types("restore", str(damaged), "--into", str(kept.folder.parent / "again"))
        assert done.exit_code == 4, (at, done.output)
    assert not list(kept.folder.parent.glob("*again*"))


def test_any_other_file_is_no_backup(typist: Typist, tmp_path: Path) -> None:
    for name in ("firstline.toml", "data/firstline.db", "nothing"):
        done = typist.types("restore", str(typist.folder / name), "--into", str(tmp_path / "again"))
        assert (done.exit_code, "no backup" in done.output or "there is no" in done.output) == (4, True)


def test_writers_neither_wait_for_a_backup_nor_hold_it_up(kept: KeptDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one moment of the database, and ends although another process writes all the time."""
    if kept.postgres:
        pytest.skip("of PostgreSQL it is a snapshot")
    file = kept.folder / "data" / "firstline.db"
    with archive.opened(file) as writer:
        row = "INSERT INTO contents (hash, kind, source) VALUES (?, 'dialog', ?)"
        writer.executemany(row, [(f"many {number}", "x" * 4000) for number in range(5000)])
    written, stop, during = [0], threading.Event(), list[int]()

    def write() -> None:
        with archive.opened(file) as writer:
            while not stop.is_set():
                writer.execute(row, (f"more {written[0]}", "y"))
                written[0] += 1

    def progress(_what: str, _done: int, _total: int) -> None:
        during.append(written[0])
        deadline = time.monotonic() + 30
        while written[0] == during[0] and time.monotonic() < deadline:
            time.sleep(0.01)  # in the middle of the backup somebody else commits

    monkeypatch.setattr("console.runtime.backup.moving.PAGES_AT_A_TIME", 100)
    writing = threading.Thread(target=write)
    writing.start()
    try:
        while not written[0]:
            pass
        manifest = asyncio.run(take_backup(load(kept.folder), kept.folder.parent / "a.backup", progress, now))
    finally:
        stop.set()
        writing.join()
    assert during[-1] > during[0], "who writes waited for the backup"
    with archive.opened(kept.folder.parent / "a.backup", "ro") as copy:
        query = "SELECT count(*), max(CAST(substr(hash, 6) AS INTEGER)) FROM contents WHERE hash LIKE 'more %'"
        there, last = copy.execute(query).fetchone()
    assert there == last + 1 <= during[0]
    assert manifest.rows["contents"] == 5000 + there


def test_a_file_that_goes_meanwhile_is_no_trouble(kept: KeptDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that serves writes files of its data folder anew, under other names first."""
    listed = files_of(load(kept.folder)) | {"data/tables/sever.csv.part": kept.folder / "data" / "gone"}
    monkeypatch.setattr("console.runtime.backup.desk_files.files_of", lambda _: listed)
    assert "data/tables/sever.csv.part" not in names_in(kept.backup("a.backup"))


def test_a_file_too_large_for_a_row_is_named(kept: KeptDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.runtime.backup.archive.MAX_FILE_BYTES", 1000)
    done = kept.typist.types("backup", str(kept.folder.parent / "a.backup"))
    assert (done.exit_code, "is too large for a backup" in done.output) == (4, True), done.output


async def test_a_backup_that_is_broken_off_ends_at_once(typist: Typist, tmp_path: Path) -> None:
    """By Ctrl-C; its thread does not go on copying, and nothing is left behind."""
    told, begun = list[str](), threading.Event()

    def progress(what: str, _done: int, _total: int) -> None:
        told.append(what)
        begun.set()
        time.sleep(0.2)

    taking = asyncio.create_task(take_backup(load(typist.folder), tmp_path / "a.backup", progress, now))
    await asyncio.to_thread(begun.wait)
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    await asyncio.sleep(0.5)
    many = len(told)
    await asyncio.sleep(0.5)
    assert len(told) == many
    assert [name for name in os.listdir(tmp_path) if "a.backup" in name] == []


def test_a_disk_without_room_is_told_before(kept: KeptDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.runtime.backup.moving.ROOM", 1 << 60)
    with pytest.raises(BackupRefused, match="MB free"):
        asyncio.run(take_backup(load(kept.folder), kept.folder.parent / "a.backup", lambda *_: None, now))
    assert not list(kept.folder.parent.glob("*a.backup*"))
