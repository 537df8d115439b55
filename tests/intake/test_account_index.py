"""The index of accounts: found by one read, taken whole or not at all, by one process at a time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from desk.model.shared_facts import EntitlementStatus
from desk.storage.channel_leases import LeaseLost
from desk.storage.database import Database
from intake.identity.index import import_accounts
from intake.identity.index.account_tables import ACCOUNT_KEYS, ACCOUNT_TABLES, ACCOUNTS
from intake.identity.index.find_accounts import IndexedAccounts
from intake.identity.index.import_accounts import ImportBusy, StoredTable, TableFile, import_table, stored_tables
from intake.identity.index.stored_accounts import key_and_value
from intake.identity.index.workbench import RowKind
from intake.identity.key_folding import KINDS, fold, normalise
from tests.intake.reading_tables import clock, opened, taken

PROVIDERS = ("sever", "volga")


def table(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(("contract,name,phones,status", *rows, "")), "utf-8")
    return path


def numbered(path: Path, numbers: range) -> Path:
    return table(path, *(f"{one},Анна {one},+7 900 {one:07d}," for one in numbers))


async def names(database: Database, contract: str) -> list[str]:
    return [one.name for one in await IndexedAccounts(database).find(["sever"], "contract", contract)]


async def rows(database: Database) -> tuple[int, int]:
    """How many rows there are of accounts and of keys, in use or not."""
    async with database.read(*PROVIDERS) as session:
        numbers = [await session.scalar(select(func.count()).select_from(one)) for one in (ACCOUNTS, ACCOUNT_KEYS)]
    return int(numbers[0] or 0), int(numbers[1] or 0)


async def test_only_what_differs_is_written(database_url: str, tmp_path: Path) -> None:
    """A row that changed is a new version; of the former one, and of who is gone, nothing is left."""
    async with opened(database_url) as database:
        await taken(database, table(tmp_path / "a.csv", "1,Анна,+7 900 1,", "2,Иван,,", "3,Ольга,,"))
        report = await taken(database, table(tmp_path / "a.csv", "1,Анна,+7 900 1,", "2,Иван П.,,", "4,Пётр,,"))
        assert {str(kind): number for kind, number in report.reading.rows.items()} == {
            "same": 1,
            "changed": 1,
            "new": 1,
        }
        assert (report.before, report.gone, report.gone_contracts, report.is_taken) == (3, 1, ["3"], True)
        assert [await names(database, str(one)) for one in range(1, 5)] == [["Анна"], ["Иван П."], [], ["Пётр"]]
        assert await rows(database) == (3, 4)


async def test_a_table_that_loses_too_much_is_refused_and_the_last_one_stays(database_url: str, tmp_path: Path) -> None:
    """Also one with as many accounts that are all others; a few of a small table may go."""
    path = tmp_path / "entitlements.csv"
    async with opened(database_url) as database:
        await taken(database, numbered(path, range(1000, 1200)))
        for other in (range(1000, 1003), range(3000, 3200)):
            report = await taken(database, numbered(path, other))
            assert not report.is_taken
            assert "would vanish" in str(report.refused)
            assert await names(database, "1150") == ["Анна 1150"]
        assert (await taken(database, numbered(path, range(1000, 1165)))).is_taken
        assert (await taken(database, numbered(path, range(1000, 1003)), shrink_at_most=100)).is_taken
        assert await names(database, "1150") == []
        assert (await taken(database, numbered(path, range(2000, 2003)))).is_taken, "a few may go"


async def test_a_dry_run_changes_nothing(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as database:
        file = TableFile(numbered(tmp_path / "a.csv", range(5)), "sever")
        report = await import_table(database, file, tmp_path, clock, dry_run=True)
        assert (report.reading.number, report.is_taken) == (5, False)
        assert await rows(database) == (0, 0)
        assert await stored_tables(database, ["sever"]) == {}


async def test_a_broken_import_shows_nobody_half_a_table(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is broken off; the next one removes what it left."""
    path = tmp_path / "a.csv"
    monkeypatch.setattr(import_accounts, "ROWS_AT_ONCE", 40)
    async with opened(database_url) as database:
        await taken(database, numbered(path, range(100, 200)))
        whole = await rows(database)
        numbered(path, range(100, 200)).write_text(path.read_text("utf-8").replace("Анна", "Ольга"), "utf-8")
        for broken_after in range(1, 9):
            done = 0

            async def require(*_: Any, most: int = broken_after) -> None:
                nonlocal done
                done += 1
                if done > most:
                    raise RuntimeError("broken off here")

            with monkeypatch.context() as patched:
                patched.setattr("desk.storage.channel_leases.require", require)
                with pytest.raises(RuntimeError, match="broken off"):
                    await taken(database, path)
            found = {name for one in (100, 150, 199) for name in await names(database, str(one))}
            assert found in ({"Анна 100", "Анна 150", "Анна 199"}, {"Ольга 100", "Ольга 150", "Ольга 199"})
        assert (await taken(database, path)).is_taken
        assert await names(database, "150") == ["Ольга 150"]
        assert await rows(database) == whole


async def test_many_at_once_take_a_table_once(database_url: str, tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.csv", range(300))
    async with opened(database_url) as database:
        results = await asyncio.gather(*(taken(database, path) for _ in range(4)), return_exceptions=True)
        done = [one for one in results if not isinstance(one, BaseException)]
        busy = [one for one in results if isinstance(one, ImportBusy)]
        assert done
        assert len(done) + len(busy) == 4
        assert sum(one.reading.rows[RowKind.NEW] for one in done) == 300
        assert await rows(database) == (300, 600)


async def test_the_holder_of_the_lease_alone_writes(database_url: str, tmp_path: Path) -> None:
    """Who lost it to another, having slept too long, is refused in its next transaction."""
    path = numbered(tmp_path / "a.csv", range(10))
    async with opened(database_url) as database:

        def stolen(done: int, total: int) -> None:
            if done >= 40:
                raise LeaseLost("import:sever")

        with pytest.raises(LeaseLost):
            await import_table(database, TableFile(path, "sever"), tmp_path, clock, progress=stolen)
        assert (await taken(database, path)).is_taken


async def test_look_alikes_are_found_by_what_they_fold_to(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as database:
        await taken(database, table(tmp_path / "a.csv", "M14350,Анна,,", "MI435O,Иван,,"))
        finder = IndexedAccounts(database)
        folded = fold("contract", "м143 5о")
        assert [one.contract for one in await finder.find_folded(["sever"], "contract", folded)] == ["M14350", "MI435O"]
        assert [one.contract for one in await finder.find(["sever"], "contract", "m-14350")] == ["M14350"]
        assert await finder.find_folded(["volga"], "contract", folded) == ()
        assert await finder.find_folded(["sever"], "serial", folded) == ()


async def test_a_front_desk_asks_all_providers_in_one_read(database_url: str, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", "40-1,Анна,+7 900 000-00-01,")
    everybody = [f"isp{number}" for number in range(40)]
    async with opened(database_url) as database:
        for name in everybody[:3]:
            await import_table(database, TableFile(path, name), tmp_path, clock)
        found = await IndexedAccounts(database).find(everybody, "phone", "8 900 000-00-01")
        assert [one.provider for one in found] == everybody[:3]
        (one,) = await IndexedAccounts(database).find(everybody[1:2], "phone", "8 900 000-00-01")
        assert (one.provider, one.source, one.known_at) == ("isp1", "a.csv", clock())


async def test_rows_of_another_provider_are_hidden_by_the_database(database_url: str, tmp_path: Path) -> None:
    """Even from a read that names the wrong one: PostgreSQL's row-level security, whatever the query says."""
    async with opened(database_url) as database:
        await taken(database, numbered(tmp_path / "a.csv", range(3)))
        if database.sqlite:
            return
        async with database.read("volga") as session:
            for one in (ACCOUNTS, ACCOUNT_KEYS, ACCOUNT_TABLES):
                assert (await session.execute(text(f"SELECT count(*) FROM {one.name}"))).scalar() == 0


async def test_an_index_of_keys_alone_says_nothing_of_rights(database_url: str, tmp_path: Path) -> None:
    """Where the client gives no table: whose key it is, is known, and what is due is not."""
    path = tmp_path / "keys.csv"
    path.write_text("contract,name,phones,address,node\n1,Анна,+7 900 000-00-01,ул. Озёрная,TB\n", "utf-8")
    async with opened(database_url) as database:
        await taken(database, path, keys_only=True)
        (account,) = await IndexedAccounts(database).find(["sever"], "phone", "89000000001")
        assert (account.name, account.address, account.characteristics) == ("", "", {})
        assert account.standing(clock().date()) is EntitlementStatus.UNVERIFIED
        async with database.read("sever") as session:
            (row,) = (await (await session.connection()).execute(select(ACCOUNTS))).mappings().all()
        assert not any("Анна" in str(one) or "Озёрная" in str(one) for one in row.values())


async def test_keys_that_another_version_folded_are_written_anew(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = numbered(tmp_path / "a.csv", range(20))
    async with opened(database_url) as database:
        await taken(database, path)
        monkeypatch.setattr(import_accounts, "KEYS_VERSION", 2)
        report = await taken(database, path)
        assert {str(kind): number for kind, number in report.reading.rows.items()} == {"changed": 20}
        assert (await stored_tables(database, ["sever"]))["sever"].keys_version == 2
        assert await rows(database) == (20, 40)


async def test_what_is_in_use_is_told(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as database:
        path = tmp_path / "b.csv"
        path.write_text("contract,service_level,node\n1,gold,a\n2,,b\n3,gold,c,d\n", "utf-8")
        await taken(database, path)
        stored: StoredTable = (await stored_tables(database, PROVIDERS))["sever"]
        assert (stored.number, stored.source, stored.read_at) == (2, "b.csv", clock())
        assert (stored.service_levels, stored.extra_columns) == (["gold"], ["node"])
        assert [one["line"] for one in stored.findings["warnings"]] == [4]


@given(st.sampled_from(KINDS), st.text(st.characters(max_codepoint=0x7F), max_size=20))
@example("phone", "8 (900) 000-00-01 ext 7")
@example("login", "Anna-K.1")
@example("email", " A.B@x.Test ")
def test_the_short_way_to_a_key_leads_where_the_long_one_does(kind: str, value: str) -> None:
    normal, folded = normalise(kind, value), fold(kind, value)
    assert key_and_value(kind, value) == ((f"{kind}:{folded}", normal) if normal and folded else ("", ""))
