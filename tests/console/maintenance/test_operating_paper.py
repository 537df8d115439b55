"""Every command in docs/operating.md does what stands there, from top to bottom."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update

from desk.model.settings import load
from desk.model.subscribers import PersonAddress
from desk.storage.database import Database
from tests.console.maintenance.conftest import BACKUP_ROLE
from tests.console.personal_data.old_cases import OldCases
from tests.peers.local_process import program
from tests.peers.postgres import PLACES, Postgres

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def blocks() -> list[tuple[str, str]]:
    """The blocks of the paper: their language and their text."""
    return re.findall(r"(?ms)^```(\w+)\n(.*?)^```", (ROOT / "docs" / "operating.md").read_text("utf-8"))


def write(settings: Path, lines: str) -> None:
    """As the paper says: these keys go into [desk], in the place of those that are there."""
    text = settings.read_text("utf-8")
    for line in lines.splitlines():
        text = re.sub(rf"(?m)^{line.split(' = ')[0]} = .*\n", "", text)
    settings.write_text(text.replace("[desk]\n", f"[desk]\n{lines}", 1), "utf-8")


def script(path: Path, *words: str) -> None:
    path.write_text(f'#!/bin/sh\nexec {" ".join(words)} "$@"\n')
    path.chmod(0o755)


async def has_a_case_of(folder: Path, addresses: list[str]) -> None:
    """The people whom the paper names, unless the desk knows them already."""
    database = Database(load(folder).database)
    for address in dict.fromkeys(addresses):
        async with database.read("sever") as session:
            known = (await session.scalars(select(PersonAddress.value))).all()
        if address not in known:
            case = await OldCases(database, numbers=len(known)).add(1)
            async with database.write("sever") as session:
                mine = update(PersonAddress).where(PersonAddress.person_id == case.person_id)
                await session.execute(mine.values(value=address))
    await database.close()


def test_the_paper_can_be_followed_word_by_word(
    folder: Path, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By somebody who has a desk and a PostgreSQL, and types what is there."""
    folder.rename(tmp_path / "my-desk")
    folder = tmp_path / "my-desk"
    (tmp_path / "bin").mkdir()
    script(tmp_path / "bin" / "firstline", sys.executable, "-m", "console.main")
    psql = ("-h", str(postgres.folder), "-p", str(postgres.port), "-U", "postgres")
    script(tmp_path / "bin" / "psql", str(program("psql", *PLACES)), "-v ON_ERROR_STOP=1", *psql)
    postgres.admin(f"DROP ROLE IF EXISTS {BACKUP_ROLE}")
    postgres.drop("firstline")
    (folder / "secret.backup").touch(0o600)
    (folder / "secret.backup").write_text("change me")
    environment = {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PGPASSWORD": postgres.password,
        "PGPORT": str(postgres.port),
    }
    for name in ("PGPASSWORD", "PGPORT"):
        monkeypatch.setenv(name, environment[name])
    for language, text in blocks():
        if language == "toml":
            write(folder / "firstline.toml", text)
        elif language == "sh":
            if "forget" in text or "hold" in text or "export" in text:
                asyncio.run(has_a_case_of(folder, re.findall(r"--person (\S+)", text)))
            # The role of the paper is that of all tests here: its password is theirs.
            known = f"ALTER ROLE firstline LOGIN PASSWORD '{postgres.password}'"
            for line in text.replace("CREATE ROLE firstline LOGIN PASSWORD 'change me'", known).splitlines():
                done = subprocess.run(
                    ["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "moved" / "firstline.toml").is_file()
    assert (folder / "data" / "copied.db").is_file()


def test_cron_is_told_a_command_that_exists() -> None:
    (line,) = [text for language, text in blocks() if language == "text"]
    assert " firstline -C /srv/my-desk backup /srv/backups" in line
