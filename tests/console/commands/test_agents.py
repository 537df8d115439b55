"""Agents from a terminal: listed, imported, written back, changed; and the audit of whatever changed something."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk.model.messages import RawMessage
from desk.model.settings import load
from desk.storage.audit import operator
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import pending
from kb.storage.usage_tables import PhrasingRow
from mail.receiving.tables import muted_peers
from tests.console.commands.test_commands_beside_serve import accepts, put
from tests.console.conftest import Typist

AT = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)


def file_of(typist: Typist, provider: str = "sever") -> Path:
    return typist.folder / "providers" / provider / "teams.toml"


def changes_file(typist: Typist, old: str, new: str) -> None:
    text = file_of(typist).read_text("utf-8")
    assert old in text
    file_of(typist).write_text(text.replace(old, new), "utf-8")


def agent(typist: Typist, id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(typist.types("agents", "show", id, "--json").output)
    return found


def audited(typist: Typist, *words: str) -> list[dict[str, Any]]:
    """What the audit has, oldest first, but for the first import of the sample's files."""
    rows: list[dict[str, Any]] = json.loads(typist.types("audit", "--json", *words).output)
    return [row for row in reversed(rows) if "team/l1" not in row["details"].get("taken", ())]


def test_a_new_desk_lists_who_its_files_name(typist: Typist) -> None:
    """At once after `init`, before anything was served; by provider too, and one in full."""
    listed = typist.types("agents", "list").output
    assert "ivanova · Maria Ivanova\n  sever  agent; l1, billing\n" in listed
    ids = [one["id"] for one in json.loads(typist.types("agents", "list", "--provider", "volga", "--json").output)]
    assert ids == ["lugovaya"]
    shown = typist.types("agents", "show", "ivanova").output
    assert all(words in shown for words in ("Maria Ivanova", "700001", "ivanova@sever.test", "agent; l1, billing"))
    assert typist.types("agents", "show", "nobody").exit_code == 3
    assert typist.types("agents", "list", "--provider", "nobody").exit_code == 2


def test_a_file_is_imported_by_a_command_and_by_migrate(typist: Typist) -> None:
    """What was done is told, for a machine too; broken files change nothing."""
    changes_file(typist, "telegram = 700002", "telegram = 700009")
    done = typist.types("agents", "import")
    assert (done.exit_code, done.output) == (0, "sever: agent petrov updated\n")
    assert agent(typist, "petrov")["identities"]["telegram"] == "700009"
    assert typist.types("agents", "import").output == "No teams.toml has anything new.\n"
    changes_file(typist, "telegram = 700009", "telegram = 700010")
    assert typist.types("migrate").exit_code == 0
    assert agent(typist, "petrov")["identities"]["telegram"] == "700010"
    changes_file(typist, "telegram = 700010", "telegram = 700001")
    broken = typist.types("agents", "import")
    assert (broken.exit_code, "petrov has the telegram of ivanova" in broken.output) == (1, True)
    assert agent(typist, "petrov")["identities"]["telegram"] == "700010"


def test_what_both_sides_changed_is_shown_and_either_side_can_have_it(typist: Typist) -> None:
    """`check` tells of it; the file wins with import --overwrite, the database with export --overwrite."""
    assert typist.types("agents", "edit", "petrov", "--skill", "gpon").exit_code == 0
    changes_file(typist, "telegram = 700002", "telegram = 700009")
    checked = typist.types("check", "--offline", "--json")
    (told,) = [one for one in json.loads(checked.output) if "teams.toml and the database" in one["what"]]
    assert (told["level"], told["where"], told["what"].partition(": ")[2]) == ("warning", "sever", "agent petrov")
    refused = typist.types("agents", "import", "--json")
    (conflict,) = json.loads(refused.output)["sever"]["conflicts"]
    assert (refused.exit_code, conflict["entry"]) == (4, "agent/petrov")
    assert '-skills = ["gpon"]' in conflict["difference"]
    assert "+telegram = 700009" in typist.types("agents", "import").output
    left = typist.types("agents", "export")
    assert (left.exit_code, "sever (agent petrov)" in left.output) == (4, True)
    assert typist.types("agents", "export", "--provider", "sever", "--overwrite").exit_code == 0
    text = file_of(typist).read_text("utf-8")
    assert text.startswith("# Who works here.")
    assert 'skills = ["gpon"]' in text
    assert "700009" not in text
    assert "teams.toml and the database" not in typist.types("check", "--offline").output
    changes_file(typist, 'skills = ["gpon"]', 'skills = ["dsl"]')
    assert typist.types("agents", "edit", "petrov", "--skill", "").exit_code == 0
    assert typist.types("agents", "import", "--overwrite").output == "sever: agent petrov updated\n"
    assert agent(typist, "petrov")["memberships"][0]["skills"] == ["dsl"]


def test_an_agent_is_added_and_let_go_without_a_file(typist: Typist) -> None:
    """They may act at once, until they are inactive; what cannot be is refused in a sentence."""
    new = ("edit", "belova", "--provider", "sever", "--name", "ru=Анна Белова", "--telegram", "700004", "--team", "l1")
    assert typist.types("agents", *new).output == "belova is changed.\n"
    assert agent(typist, "belova")["names"] == {"ru": "Анна Белова", "en": "belova"}
    assert typist.types("agents", "presence", "belova", "away", "--as", "belova").exit_code == 0
    assert agent(typist, "belova")["presence"]["by"] == "agent:belova"
    assert typist.types("agents", *new).output == "Nothing was changed.\n"
    assert typist.types("agents", "edit", "belova", "--inactive").exit_code == 0
    refused = typist.types("agents", "presence", "belova", "in", "--as", "belova")
    assert (refused.exit_code, "no provider has an agent 'belova'" in refused.output) == (4, True)
    for words, code in (
        (("edit", "nobody", "--telegram", "5"), 3),
        (("edit", "petrov", "--team", "moon"), 2),
        (("edit", "petrov", "--name", "de=Oleg"), 2),
        (("edit", "petrov", "--telegram", "700001"), 4),
        (("presence", "nobody", "in"), 3),
    ):
        assert typist.types("agents", *words).exit_code == code, words
    assert agent(typist, "petrov")["identities"]["telegram"] == "700002"


def test_an_order_from_the_terminal_is_audited_with_its_case(typist: Typist) -> None:
    """Done or refused, once each; the audit of another case or time does not have it, and a person can read it."""
    number = asyncio.run(put(typist.folder, "sever", "SN", 12))
    assert typist.types("take", number, "--as", "ivanova").exit_code == 0
    assert typist.types("take", number, "--as", "petrov").exit_code == 4
    assert typist.types("eta", number, "2h", "--as", "ivanova").exit_code == 0
    assert typist.types("note", number, "--as", "ivanova", "тайна абонента").exit_code == 0
    rows = audited(typist, "--case", "12")
    assert [(row["actor"], row["operation"], row["outcome"]) for row in rows] == [
        ("agent:ivanova", "take", "done"),
        ("agent:petrov", "take", "refused:already_taken"),
        ("agent:ivanova", "set_eta", "done"),
        ("agent:ivanova", "add_note", "done"),
    ]
    assert {(row["provider"], row["case_number"]) for row in rows} == {("sever", number)}
    assert rows[2]["details"] == {"minutes": 120}
    said = typist.types("audit", "--actor", "agent:petrov", "--since", "1h").output
    assert f"· sever · agent:petrov\n  take · {number} · refused:already_taken\n" in said
    assert "тайна" not in typist.types("audit").output
    assert typist.types("audit", "--since", "2030-01-01").output == "Nothing was done yet.\n"
    assert typist.types("audit", "--since", "yesterday").exit_code == 2
    assert typist.types("audit", "--case", "99").exit_code == 3


def _article(folder: Path, id: str = "lost") -> str:
    path = folder.with_name("articles.jsonl")
    path.write_text(json.dumps({"id": id, "lang": "ru", "title": "Потеряна карта", "body": "Позвоните."}), "utf-8")
    return str(path)


async def _fills(folder: Path) -> None:
    """Something for each command to change."""
    database = Database(load(folder).database)
    phrase = {"provider": "sever", "case_id": 7, "article": "lost", "person_id": 1, "language": "ru", "text": "карта"}
    async with database.write("sever") as session:
        session.add(PhrasingRow(**phrase, author="subscriber", refused="", at=AT, repeats=None))
    async with database.work() as connection:
        await connection.execute(muted_peers.insert().values(peer="anna@peer.test", since=AT, why="3 mails"))
        row = {"provider": "sever", "case_id": 0, "sender": "a@b.test", "subject": "", "why": "", "since": AT}
        for number in (41, 42):
            await connection.execute(pending.insert().values(arrival_id=number, state="waiting", **row))
    await database.close()


@pytest.mark.parametrize("by", ["", "ivanova"])
def test_each_command_that_changes_something_is_audited(typist: Typist, tmp_path: Path, by: str) -> None:
    """With the agent it was given for, or else the user of the machine; what only looks leaves no row."""
    asyncio.run(_fills(typist.folder))
    for channel in ("desk", "mail:support"):
        unreadable = RawMessage(channel, "k", f"{channel}:1", b"nothing", AT, problem="it could not be read")
        asyncio.run(accepts(typist.folder, unreadable))
    text = tmp_path / "ru.md"
    text.write_text('+++\ntitle = "Карта потеряна"\n+++\nПозвоните нам.\n', "utf-8")
    phrase = json.loads(typist.types("kb", "phrases", "--json").output)[0]["id"]
    who = ["--as", by] if by else []
    commands: Sequence[tuple[str, ...]] = (
        ("kb", "import", _article(typist.folder)),
        ("kb", "forget", phrase),
        ("pending", "refuse", "41"),
        ("mail", "unmute", "anna@peer.test"),
        ("replay", "1"),
        ("mail", "quarantine", "reject", "2"),
        ("agents", "presence", "petrov", "off"),
        ("agents", "edit", "petrov", "--skill", "gpon"),
        ("agents", "export"),
    )
    for words in commands:
        result = typist.types(*words, *who)
        assert result.exit_code in (0, 1 if words[0] == "replay" else 0), result.output
    edited = typist.types("kb", "edit", "lost", "--as", "ivanova", "--file", str(text))
    assert edited.exit_code == 0, edited.output
    rows = audited(typist)
    said = [" ".join(words[: 3 if "quarantine" in words else 1 if "replay" in words else 2]) for words in commands]
    assert [row["operation"] for row in rows] == [*said, "kb edit"]
    assert {row["actor"] for row in rows[:-1]} == {f"agent:{by}" if by else operator()}
    assert rows[-1]["actor"] == "agent:ivanova"
    by_operation = {row["operation"]: row for row in rows}
    assert by_operation["mail unmute"]["details"] == {"address": "a…@peer.test"}
    assert by_operation["pending refuse"]["arrival_id"] == "41"
    assert {row["provider"] for row in rows} == {"_desk", "sever"}


def test_a_new_database_says_who_made_it(typist: Typist) -> None:
    """`migrate` is audited where it changed the database, and not where it did not."""
    assert typist.types("migrate").exit_code == 0
    assert audited(typist) == []
    for path in (typist.folder / "data").glob("firstline.db*"):
        path.unlink()
    assert typist.types("migrate").exit_code == 0
    (row,) = audited(typist)
    assert (row["operation"], row["actor"], row["details"]["before"]) == ("migrate", operator(), "")
    assert agent(typist, "ivanova")["active"]
