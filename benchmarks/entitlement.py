"""Accounts: a million of them taken in, found, and checked, against limits.

The import runs as a process of its own, as `firstline entitlement import` does; its memory is what it took at most
above what it had with everything loaded and nothing read. A look-up by the index is compared with a bare read of one
row by its primary key, through the same connections and transactions. The check is that of 300 providers whose tables
are in use.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import bindparam, select

from benchmarks.databases import each_with_server
from benchmarks.measuring import Figures, median, percentile, rounded, tell
from console.commands.checking.settings_and_provider_files import check_providers
from console.runtime.accounts.own_tables import import_folder, table_file
from console.runtime.migrate import migrate
from desk.clock import now
from desk.model.provider_files import load_all
from desk.model.settings import Secret, Settings
from desk.storage.database import Database
from intake.identity.index.account_tables import ACCOUNTS
from intake.identity.index.find_accounts import IndexedAccounts
from intake.identity.index.import_accounts import import_table, stored_tables

HEADER = "contract,name,status,service_level,language,phones,emails,logins,serials,address,products,valid_to,node\n"
NAMES = ("Анна Смирнова", "Пётр Лугов", "Ольга Ветрова", "John Carter", "Ирина Устинова")
LIMIT_SECONDS, LIMIT_MEGABYTES, LIMIT_P99, LIMIT_RATIO, LIMIT_CHECK = 120, 150, 2.0, 1.5, 10.0
CHILD = """
import asyncio, resource, sys
from pathlib import Path
from desk.clock import now
from desk.storage.database import Database
from intake.identity.index.import_accounts import TableFile, import_table
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
async def main():
    database = Database(sys.argv[1])
    async with database.look(): pass
    before = peak()
    file = TableFile(Path(sys.argv[2]), "sever", "999-9999", 100)
    report = await import_table(database, file, Path(sys.argv[3]), now)
    await database.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(report.reading.number, peak() - before, used.ru_utime + used.ru_stime)
asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """One import: ``seconds`` by the wall, ``processor`` seconds of its own, and ``megabytes`` above the process's."""

    accounts: int
    seconds: float
    processor: float
    megabytes: float


def rows(number: int, seed: int = 7) -> Iterable[str]:
    """Rows of a table, with phones and addresses in no order."""
    dice = random.Random(seed)
    for one in range(number):
        yield (
            f"{one // 10000 + 10:03d}-{one % 10000:04d},{NAMES[one % 5]},active,residential,ru,"
            f"+7 9{dice.randrange(10**9):09d},user{dice.randrange(10**8)}@example.test,sn{one:07d},"
            f'SNGP{dice.randrange(16**8):08X},"г. Тихоборск, ул. Озёрная, д. {one % 200}, кв. {one % 90}",'
            f"internet-300;mail,,TB-{one % 50:02d}\n"
        )


def write_table(path: Path, number: int) -> None:
    """A table of so many accounts."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        file.writelines(rows(number))


def imported(url: str, table: Path, folder: Path) -> Imported:
    """Takes the table, in a process of its own."""
    began = time.monotonic()
    words = [sys.executable, "-c", CHILD, url, str(table), str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    seconds = time.monotonic() - began
    accounts, megabytes, processor = done.stdout.split()
    return Imported(int(accounts), seconds, float(processor), float(megabytes))


async def looked_up(database: Database, number: int, reads: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each look-up by the index, and of each bare read by the primary key, in turns."""
    finder, dice = IndexedAccounts(database), random.Random(11)
    bare = select(ACCOUNTS.c.data).where(ACCOUNTS.c.provider == "sever", ACCOUNTS.c.id == bindparam("wanted"))
    found, read = list[float](), list[float]()
    for _ in range(reads):
        one = dice.randrange(number)
        began = time.perf_counter()
        accounts = await finder.find(["sever"], "contract", f"{one // 10000 + 10:03d}-{one % 10000:04d}")
        found.append(1000 * (time.perf_counter() - began))
        assert len(accounts) == 1
        began = time.perf_counter()
        async with database.read("sever") as session:
            assert (await (await session.connection()).execute(bare, {"wanted": one + 1})).all()
        read.append(1000 * (time.perf_counter() - began))
    return found, read


async def checked(root: Path, providers: int, accounts: int) -> float:
    """Seconds in which the tables and files of so many providers are checked, all of them in use."""
    settings = Settings(root, f"sqlite+aiosqlite:///{root / 'desk.db'}", root / "data", secret=Secret("x" * 40))
    for number in range(providers):
        folder = root / "providers" / f"isp{number}"
        folder.mkdir(parents=True)
        (folder / "policy.toml").write_text('[provider]\ncontract_shape = "999-9999"\n', "utf-8")
        (folder / "teams.toml").write_text("", "utf-8")
        write_table(folder / "entitlements.csv", accounts // providers)
    database = Database(settings.database)
    await migrate(database)
    for provider in load_all(root / "providers").values():
        file = table_file(provider, root / "providers" / provider.name / "entitlements.csv")
        await import_table(database, file, import_folder(settings), now)
    began = time.monotonic()
    stored = await stored_tables(database, [f"isp{number}" for number in range(providers)])
    await asyncio.to_thread(check_providers, settings, stored)
    seconds = time.monotonic() - began
    await database.close()
    return seconds


async def _look_ups(url: str, number: int, reads: int) -> Sequence[Figures]:
    database = Database(url)
    found, read = await looked_up(database, number, reads)
    await database.close()
    return [
        {
            "what": what,
            "a second": round(1000 * len(times) / sum(times)),
            "median ms": median(times),
            "p99 ms": percentile(times, 0.99),
            "p99 limit": LIMIT_P99,
            "times the bare one": rounded(statistics.median(times) / statistics.median(read)),
            "limit": LIMIT_RATIO,
        }
        for what, times in (("look-up by the index", found), ("bare read", read))
    ]


def _imports(url: str, table: Path, folder: Path) -> Sequence[Figures]:
    asyncio.run(_migrated(url))
    runs = [(what, imported(url, table, folder)) for what in ("first", "the same table again")]
    return [
        {
            "import": what,
            "seconds": rounded(one.seconds),
            "limit": LIMIT_SECONDS,
            "cpu seconds": rounded(one.processor),
            "MB above": rounded(one.megabytes),
            "MB limit": LIMIT_MEGABYTES,
        }
        for what, one in runs
    ]


async def _migrated(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


def main() -> None:
    """Runs everything on each database that is here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--reads", type=int, default=2000)
    parser.add_argument("--providers", type=int, default=300)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        table = folder / "subscribers.csv"
        write_table(table, options.accounts)
        for name, server in each_with_server(options.databases):
            url = f"sqlite+aiosqlite:///{folder / 'desk.db'}"
            if server:
                url = server.database("accounts").replace("postgresql://", "postgresql+asyncpg://")
            title = f"{options.accounts:,} accounts on {name}"
            tell(title, _imports(url, table, folder), options.json)
            tell(title, asyncio.run(_look_ups(url, options.accounts, options.reads)), options.json)
        if options.providers:
            seconds = asyncio.run(checked(folder / "desk", options.providers, options.accounts))
            figures: Figures = {"seconds": round(seconds, 1), "limit": LIMIT_CHECK}
            tell(f"check of {options.providers} providers", [figures], options.json)


if __name__ == "__main__":
    main()
