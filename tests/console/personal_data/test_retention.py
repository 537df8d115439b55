"""What is older than the policy goes, in small steps; what is open, held or younger stays."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

import console.sample
from console.runtime import all_tables
from console.runtime.migrate import migrate
from console.runtime.personal_data import rows_of_cases
from console.runtime.personal_data.retention_purge import RetentionPurge
from console.runtime.personal_data.rows_of_cases import ELSEWHERE, KEPT_OF_CASE, OF_CASE
from desk.model.case import Case
from desk.model.provider_files import Provider, load_all
from desk.model.retention import ProviderRetention, RetentionPolicy
from desk.model.settings import Settings
from desk.pipeline.write_buffer import CASES
from desk.storage.base import METADATA
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals
from desk.storage.retention_tables import CaseCountRow, LegalHoldRow
from tests.console.personal_data.old_cases import NOW, WORDS, OldCases, counts, everything

PROVIDERS = load_all(Path(console.sample.__file__).parent / "providers")
GONE = ("journal", "dialog_states", "departures", "timers", "pending", "arrivals", "people", "addresses")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    await migrate(made)
    yield made
    await made.close()


@pytest.fixture
def old(database: Database) -> OldCases:
    return OldCases(database)


def purge(
    database: Database, data: Path, policy: RetentionPolicy | None = None, **providers: Provider
) -> RetentionPurge:
    settings = Settings(data, database.url, data / "data", retention=policy or RetentionPolicy())
    return RetentionPurge(database, settings, {**PROVIDERS, **providers})


async def runs(one: RetentionPurge) -> Counter[str]:
    gone = Counter[str]()
    async for step in one.steps(NOW):
        gone += step
    return gone


async def test_a_row_of_90_or_91_days_stays_and_one_of_92_goes(
    database: Database, old: OldCases, tmp_path: Path
) -> None:
    """Ninety days are kept whole, at whatever hour one looks."""
    kept = [await old.add(days) for days in (1, 90, 91)]
    old_one = await old.add(92)
    one = purge(database, tmp_path)
    assert (await one.preview(NOW))["cases"] == 1
    gone = await runs(one)
    assert (gone["cases"], gone["people"], gone["arrivals"], gone["journal"]) == (1, 1, 1, 1)
    async with database.read("sever") as session:
        cases = {case.id: case for case in await session.scalars(select(Case))}
    assert [cases[case.id].purged_at for case in kept] == [None] * 3
    shell = cases[old_one.id]
    assert (shell.number, shell.state, shell.purged_at, shell.erased) == (old_one.number, "closed", NOW, False)
    assert (shell.description, shell.contract, shell.address, shell.person_id) == ("", "", "", 0)
    assert {(await counts(database, "sever"))[name] for name in GONE} == {3}
    assert await runs(one) == {}


async def test_of_what_was_purged_nothing_is_left_in_any_table(
    database: Database, old: OldCases, tmp_path: Path
) -> None:
    await old.add(92)
    await runs(purge(database, tmp_path))
    left = await everything(database, "sever")
    assert WORDS not in left
    assert "canary" not in left


async def test_an_open_case_and_what_belongs_to_it_is_never_purged(
    database: Database, old: OldCases, tmp_path: Path
) -> None:
    """Nor is one that is solved and waits for its person's yes, however old it is, nor its person, nor its letters."""
    for state in ("acknowledged", "inProgress", "pending", "held", "resolved"):
        await old.add(1000, state)
    before = await everything(database, "sever")
    assert await purge(database, tmp_path).preview(NOW) == {}
    assert await runs(purge(database, tmp_path)) == {}
    assert await everything(database, "sever") == before


async def test_who_has_a_later_case_stays_with_it(database: Database, old: OldCases, tmp_path: Path) -> None:
    earlier = await old.add(200)
    await old.add(3, person=earlier.person_id)
    gone = await runs(purge(database, tmp_path))
    assert (gone["cases"], gone["people"]) == (1, 0)
    assert (await counts(database, "sever"))["people"] == 1


async def test_who_writes_just_now_is_not_taken_away(database: Database, old: OldCases, tmp_path: Path) -> None:
    """Their message is not decided yet; the old case goes, they stay."""
    case = await old.add(200)
    async with database.write("sever") as session:
        arrival = await old.arrival(session, NOW, 99, state="waiting")
        lane = f"mail:support:{case.address}"
        await session.execute(update(arrivals).where(arrivals.c.id == arrival).values(lane=lane))
    gone = await runs(purge(database, tmp_path))
    assert (gone["cases"], gone["people"]) == (1, 0)


@pytest.mark.parametrize("what", ["case", "person"])
async def test_a_legal_hold_keeps_a_case_or_a_person(
    database: Database, old: OldCases, tmp_path: Path, what: str
) -> None:
    held, other = await old.add(120), await old.add(120)
    hold = {"case_id": held.id} if what == "case" else {"person_id": held.person_id}
    async with database.write("sever") as session:
        session.add(LegalHoldRow(provider="sever", id=1, why="12/26", set_by="operator:me", set_at=NOW, **hold))
    gone = await runs(purge(database, tmp_path))
    assert gone["cases"] == 1
    async with database.read("sever") as session:
        purged = dict((await session.execute(select(Case.id, Case.purged_at))).all())
    assert purged == {held.id: None, other.id: NOW}


async def test_messages_of_no_case_go_by_their_age_and_waiting_ones_never(
    database: Database, old: OldCases, tmp_path: Path
) -> None:
    """The quarantine too."""
    async with database.write("sever") as session:
        for number, (days, state) in enumerate(
            [(92, "done"), (92, "quarantined"), (92, "waiting"), (91, "done"), (90, "quarantined")], 1
        ):
            await old.arrival(session, NOW - timedelta(days=days), number, state=state)
    gone = await runs(purge(database, tmp_path))
    assert gone["arrivals"] == 2
    async with database.look() as connection:
        left = {(row.key, row.state) for row in await connection.execute(select(arrivals.c.key, arrivals.c.state))}
    assert left == {("7:3", "waiting"), ("7:4", "done"), ("7:5", "quarantined")}


async def test_what_goes_is_in_the_archive_first(database: Database, old: OldCases, tmp_path: Path) -> None:
    """Row by row, in files that only their owner reads."""
    await old.add(92)
    await old.add(92)
    await runs(purge(database, tmp_path))
    (path,) = (tmp_path / "data" / "archive").glob("*/*.jsonl.gz")
    assert (path.parent.name, path.name, path.stat().st_mode & 0o077) == ("sever", "2026-11-21.jsonl.gz", 0)
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    tables = Counter(row["table"] for row in rows)
    names = ("cases", "journal", "arrivals", "departures", "people", "addresses", "pending", "timers", "dialog_states")
    assert {tables[name] for name in names} == {2}
    assert {row["row"]["description"] for row in rows if row["table"] == "cases"} == {WORDS}


async def test_without_an_archive_nothing_is_written(database: Database, old: OldCases, tmp_path: Path) -> None:
    await old.add(92)
    assert (await runs(purge(database, tmp_path, RetentionPolicy(archive=False))))["cases"] == 1
    assert not (tmp_path / "data" / "archive").exists()


async def test_after_the_days_of_reports_a_case_is_a_number_in_a_count(
    database: Database, old: OldCases, tmp_path: Path
) -> None:
    """Kept at 180 and 181 days, counted at 182."""
    for days in (180, 181, 182, 183):
        await old.add(days)
    gone = await runs(purge(database, tmp_path))
    assert (gone["cases"], gone["case_counts"]) == (4, 2)
    async with database.read("sever") as session:
        (row,) = (await session.scalars(select(CaseCountRow))).all()
        left = set((await session.scalars(select(Case.number))).all())
    assert (row.month, row.channel_kind, row.state, row.number) == ("2026-05", "mail", "closed", 2)
    assert left == {"SN-2026-000001-0", "SN-2026-000002-0"}


async def test_a_provider_has_days_of_its_own(database: Database, old: OldCases, tmp_path: Path) -> None:
    await old.add(40)
    volga = OldCases(database, "volga", numbers=10)
    await volga.add(40)
    sever = replace(PROVIDERS["sever"], retention=ProviderRetention(operational_days=30))
    await runs(purge(database, tmp_path, sever=sever))
    async with database.read("sever", "volga") as session:
        purged = dict((await session.execute(select(Case.provider, Case.purged_at))).all())
    assert purged == {"sever": NOW, "volga": None}


async def test_by_itself_the_desk_purges_only_where_its_files_say_so(
    database: Database, old: OldCases, tmp_path: Path
) -> None:
    await old.add(92)
    settings = Settings(tmp_path, database.url, tmp_path / "data")
    assert await RetentionPurge(database, settings, PROVIDERS, own_rhythm=True).step(NOW) == {}
    wanted = replace(settings, retention=RetentionPolicy(purge=True))
    assert (await RetentionPurge(database, wanted, PROVIDERS, own_rhythm=True).step(NOW))["cases"] == 1


async def test_a_case_that_moves_meanwhile_is_not_purged(
    database: Database, old: OldCases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and deleting somebody took it up again: it stays, with all its rows."""
    case = await old.add(92)
    one = purge(database, tmp_path)
    write = one._write_archive

    async def meanwhile(*args: object) -> None:
        await write(*args)  # type: ignore[arg-type]
        async with database.write("sever") as session:
            again = {"state": "inProgress", "revision": Case.revision + 1}
            await session.execute(update(Case).where(Case.id == case.id).values(**again))

    monkeypatch.setattr(one, "_write_archive", meanwhile)
    assert await runs(one) == {}
    assert (await counts(database, "sever"))["journal"] == 1


def test_every_table_is_thought_of() -> None:
    """A new table says what becomes of its rows, and a new column of a case is emptied unless it is told of."""
    assert all_tables
    assert {*ELSEWHERE, *(table.name for table in OF_CASE)} == set(METADATA.tables)
    assert set(CASES.c.keys()) >= KEPT_OF_CASE
    assert {"description", "address", "phone", "consent", "holder"} <= set(rows_of_cases._EMPTIED)
