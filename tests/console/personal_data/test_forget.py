"""`firstline forget` and `firstline export`: what hinders, what stays, what goes from archives, and again after a
restore."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import sqlite3
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

import console.sample
from console.runtime.migrate import migrate
from console.runtime.personal_data import erasure_list, erasure_plan
from console.runtime.personal_data.erase_person import PersonErasure
from console.runtime.personal_data.find_person import find_people
from console.runtime.personal_data.retention_purge import RetentionPurge
from desk.model.case import Case
from desk.model.provider_files import load_all
from desk.model.settings import Secret, Settings, load
from desk.model.subscribers import Person
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals
from tests.console.conftest import Typist
from tests.console.personal_data.old_cases import NOW, WORDS, OldCases, everything

PROVIDERS = load_all(Path(console.sample.__file__).parent / "providers")
TODAY = datetime.now(UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    await migrate(made)
    yield made
    await made.close()


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    (tmp_path / "desk" / "data").mkdir(parents=True)
    return Settings(tmp_path / "desk", database.url, tmp_path / "desk" / "data", secret=Secret("a secret for tests"))


async def erases(database: Database, settings: Settings, key: str) -> None:
    erasure = PersonErasure(database, settings, PROVIDERS)
    async with database.read(*PROVIDERS) as session:
        people = await find_people(session, key)
    assert people
    await erasure.erase(people, [], NOW, "operator:me", key)


async def made(folder: Path, *states: str, contract: str = "") -> list[Case]:
    database = Database(load(folder).database)
    old = OldCases(database)
    cases = [
        await old.add(1 - (TODAY - NOW).days, state, contract=contract or f"40-{at}")
        for at, state in enumerate(states, 1)
    ]
    await database.close()
    return cases


@pytest.fixture
def cases(typist: Typist) -> list[Case]:
    """A desk with a closed case and an open one, of two people."""
    assert typist.types("migrate").exit_code == 0
    return asyncio.run(made(typist.folder, "closed", "inProgress"))


def test_an_open_case_hinders_it_and_the_sentence_says_what_to_do(typist: Typist, cases: list[Case]) -> None:
    key = cases[1].address
    refused = typist.types("forget", "--person", key, "--yes")
    assert refused.exit_code == 4
    assert f"{cases[1].number}: not over yet" in refused.output
    assert "firstline resolve" in refused.output
    done = typist.types("forget", "--person", key, "--yes", "--cancel-open", "--json")
    assert done.exit_code == 0, done.output
    shown = json.loads(typist.types("case", cases[1].number or "", "--json").stdout)
    assert (shown["state"], shown["reason"], shown["erased"], shown["description"]) == ("cancelled", "erased", True, "")


def test_a_legal_hold_hinders_it(typist: Typist, cases: list[Case]) -> None:
    assert typist.types("retention", "hold", cases[0].number or "", "--why", "claim").exit_code == 0
    refused = typist.types("forget", "--person", cases[0].address, "--yes")
    assert (refused.exit_code, "legal hold" in refused.output) == (4, True)


def test_a_message_that_is_not_decided_yet_hinders_it(typist: Typist, cases: list[Case]) -> None:
    """Nobody's words are lost that the desk has not read."""
    with sqlite3.connect(typist.folder / "data" / "firstline.db") as connection:
        connection.execute(
            "UPDATE arrivals SET state = 'waiting', lane = 'mail:support:' || ?, case_id = NULL WHERE case_id = ?",
            (cases[0].address, cases[0].id),
        )
    refused = typist.types("forget", "--person", cases[0].address, "--yes")
    assert (refused.exit_code, "waits to be decided" in refused.output) == (4, True)


def test_all_who_write_about_one_contract_are_erased_only_when_that_is_said(typist: Typist) -> None:
    """And the number of a person's case is enough to name them."""
    assert typist.types("migrate").exit_code == 0
    one, other = asyncio.run(made(typist.folder, "closed", "closed", contract="40-9"))
    several = typist.types("forget", "--person", "40-9", "--yes")
    assert (several.exit_code, one.address in several.output, other.address in several.output) == (2, True, True)
    done = typist.types("forget", "--person", "40-9", "--yes", "--all", "--json")
    assert (done.exit_code, json.loads(done.stdout)["cases"]) == (0, 2), done.output


def test_it_asks_first_and_a_dry_run_changes_nothing(typist: Typist, cases: list[Case]) -> None:
    key = cases[0].address
    dry = typist.types("forget", "--person", key, "--dry-run")
    assert (dry.exit_code, str(cases[0].number) in dry.output) == (0, True)
    assert typist.types("forget", "--person", key, stdin="n\n").exit_code == 1
    assert WORDS in typist.types("case", cases[0].number or "").output
    assert typist.types("forget", "--person", "nobody at all", "--yes").exit_code == 3


@pytest.mark.parametrize("by", ["address", "contract", "number"])
def test_nothing_is_left_in_any_byte_of_the_files_and_the_audit_names_nobody(
    typist: Typist, cases: list[Case], by: str
) -> None:
    """By whatever key; the other person's case is as it was."""
    one, other = cases
    key = {"address": one.address, "contract": one.contract, "number": one.number or ""}[by]
    before = typist.types("case", other.number or "", "--json").stdout
    assert typist.types("forget", "--person", key, "--yes").exit_code == 0
    files = [path.read_bytes() for path in typist.folder.rglob("*") if path.is_file()]
    assert not [content for content in files if one.address.encode() in content]
    assert typist.types("case", other.number or "", "--json").stdout == before
    row = json.loads(typist.types("audit", "--json").stdout)[0]
    assert (row["operation"], row["details"]) == ("forget", {"people": 1, "cases": 1})
    (line,) = (typist.folder / erasure_list.FILE).read_text().splitlines()
    assert one.contract not in line


async def test_who_was_purged_into_an_archive_goes_from_there(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    """The others' rows stay in it."""
    old = OldCases(database)
    gone, other = await old.add(100), await old.add(100)
    await old.add(3, person=gone.person_id)
    async for _ in RetentionPurge(database, settings, PROVIDERS).steps(NOW):
        pass
    await erases(database, settings, gone.address)
    (path,) = (settings.data / "archive").glob("*/*.gz")
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert {row["row"]["id"] for row in rows if row["table"] == "cases"} == {other.id}
    assert {row["row"]["id"] for row in rows if row["table"] == "people"} == {other.person_id}
    assert gone.address.encode() not in gzip.decompress(path.read_bytes())


async def test_messages_of_no_case_that_came_from_them_or_name_them_go_too(
    database: Database, settings: Settings
) -> None:
    """Whatever was quarantined, and what agents said among themselves; a longer word is somebody else's."""
    old = OldCases(database)
    case = await old.add(3, contract="42-9375")
    bodies = ["from them", "see 42-9375, please", "see 142-93751", f"press {case.id}"]
    async with database.write("sever") as session:
        ids = [await old.arrival(session, NOW, 50 + at, state="quarantined") for at, _ in enumerate(bodies)]
        for id, body in zip(ids, bodies, strict=True):
            await session.execute(update(arrivals).where(arrivals.c.id == id).values(body=body.encode()))
        mine = update(arrivals).where(arrivals.c.id == ids[0])
        await session.execute(mine.values(lane=f"mail:support:{case.address}"))
    await erases(database, settings, case.address)
    async with database.look() as connection:
        left = set((await connection.execute(select(arrivals.c.body))).scalars())
    assert left == {b"see 142-93751"}


async def test_after_a_restore_it_is_carried_out_again_and_who_is_new_stays(
    database: Database, settings: Settings
) -> None:
    """A backup from before brings the person back; whoever writes from the same address since is somebody new."""
    old = OldCases(database)
    gone = await old.add(3)
    erasure_list.note(settings.root, NOW, [gone.person_id], [f"mail:support:{gone.address}"], "a secret for tests")
    async with database.write("sever") as session:
        for number, at in ((60, NOW - timedelta(days=1)), (61, NOW + timedelta(days=1))):
            id = await old.arrival(session, at, number, state="quarantined")
            mine = update(arrivals).where(arrivals.c.id == id)
            await session.execute(mine.values(lane=f"mail:support:{gone.address}", body=f"of {number}".encode()))
    new = await old.add(-2)
    erasure = PersonErasure(database, settings, PROVIDERS)
    assert await erasure.again(erasure_list.read(settings.root), NOW, "operator:me") == 1
    left = await everything(database, "sever")
    assert ("of 60" in left, "of 61" in left, new.address in left) == (False, True, True)
    assert await erasure.again(erasure_list.read(settings.root), NOW, "operator:me") == 0


def test_lists_of_erasures_are_merged_and_name_nobody(tmp_path: Path) -> None:
    """A restore keeps what the desk has noted, and adds what the backup had."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    erasure_list.note(here, NOW, [1], ["mail:support:Anna@example.org"], "secret")
    shutil.copy(here / erasure_list.FILE, there)
    erasure_list.note(there, NOW, [2], [], "secret")
    assert erasure_list.merge(here, there) == 1
    assert [one.people for one in erasure_list.read(here)] == [{1}, {2}]
    assert erasure_list.lane_hash("mail:support:anna@example.org", "secret") in erasure_list.read(here)[0].lanes
    assert "example" not in (here / erasure_list.FILE).read_text()
    assert (here / erasure_list.FILE).stat().st_mode & 0o077 == 0


def test_an_export_has_all_of_one_person_and_nothing_of_another(typist: Typist, cases: list[Case]) -> None:
    """Case, journal, notes and raw letters; agents have no names in it."""
    one, other = cases
    with sqlite3.connect(typist.folder / "data" / "firstline.db") as connection:
        connection.execute("UPDATE arrivals SET lane = 'mail:support:' || ? WHERE case_id = ?", (one.address, one.id))
        connection.execute("UPDATE journal SET actor = 'agent:ivanova' WHERE case_id = ?", (one.id,))
    file = typist.folder / "anna.zip"
    done = typist.types("export", str(file), "--person", one.address)
    assert done.exit_code == 0, done.output
    assert file.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    person = json.loads(content["person.json"])["people"][0]
    assert (person["name"], person["addresses"][0]["value"]) == ("Anna Canary", one.address)
    case = json.loads(content[f"cases/{one.number}.json"])
    assert (case["description"], case["journal"][0]["text"], case["journal"][0]["actor"]) == (WORDS, WORDS, "agent")
    assert [body for name, body in content.items() if name.endswith(".eml")] == [WORDS.encode()]
    everything = b"".join(content.values())
    assert (other.address.encode() in everything, b"ivanova" in everything) == (False, False)
    assert typist.types("export", str(file), "--person", one.address).exit_code == 2
    assert json.loads(typist.types("audit", "--json").stdout)[0]["operation"] == "export"


@pytest.mark.parametrize("proved", [True, False])
def test_an_export_has_the_account_of_who_proved_to_hold_it(typist: Typist, cases: list[Case], proved: bool) -> None:
    """The number of a contract alone opens nobody's account."""
    table = typist.folder / "table.csv"
    table.write_text("contract,name\n40-1,Анна Смирнова\n40-2,Иван\n", "utf-8")
    taken = typist.types("entitlement", "import", str(table), "--provider", "sever")
    assert taken.exit_code == 0, taken.output
    with sqlite3.connect(typist.folder / "data" / "firstline.db") as connection:
        connection.execute("UPDATE cases SET proved = ? WHERE id = ?", (proved, cases[0].id))
    file = typist.folder / "anna.zip"
    assert typist.types("export", str(file), "--person", cases[0].address).exit_code == 0
    with zipfile.ZipFile(file) as archive:
        (person,) = json.loads(archive.read("person.json"))["people"]
    assert [one["name"] for one in person["accounts"]] == (["Анна Смирнова"] if proved else [])


async def test_an_interrupted_erasure_is_ended_unless_something_hinders_it_by_now(
    database: Database, settings: Settings
) -> None:
    """A hold that was set since keeps what is left."""
    old = OldCases(database)
    gone = await old.add(3)
    async with database.read(*PROVIDERS) as session:
        people = await find_people(session, gone.address)
    await PersonErasure(database, settings, PROVIDERS).erase(people, [], NOW, "operator:me")
    assert len(list(erasure_plan.read(settings.data))) == 1, "it is not ended before the database is written anew"
    back = await old.add(2, "inProgress", person=gone.person_id)
    async with database.write("sever") as session:
        session.add(Person(provider="sever", id=gone.person_id, name="", created_at=NOW))
    again = PersonErasure(database, settings, PROVIDERS)
    hindered = [done async for _, done in again.resume(NOW, "operator:me")]
    assert [str(back.number) in sentence for one in hindered if isinstance(one, list) for sentence in one] == [True]
    async with database.write("sever") as session:
        await session.execute(update(Case).where(Case.id == back.id).values(state="closed"))
    (done,) = [done async for _, done in again.resume(NOW, "operator:me")]
    assert not isinstance(done, list)
    assert done.rows["people"] == 1
    await again.ended()
    assert list(erasure_plan.read(settings.data)) == []
