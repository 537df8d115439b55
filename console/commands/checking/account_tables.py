"""The tables of accounts in the providers' folders, for `firstline check`."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from console.runtime.accounts.own_tables import import_folder, is_in_use, own_table, table_file
from console.terminal.errors import DATABASE
from desk.error_reasons import describe_file_error
from desk.language.operator_file_faults import Fault, InvalidFiles
from desk.language.translatable import counted, sentence
from desk.model.check_findings import CheckFinding
from desk.model.provider_files import Provider, provider_folders
from desk.model.settings import Settings
from desk.model.shared_facts import Account
from desk.storage.database import Database
from intake.identity.index.find_accounts import IndexedAccounts
from intake.identity.index.import_accounts import FEW, StoredTable, TableFile, stored_tables
from intake.identity.index.read_table import TableReading, faults_from_json, read_table, refusal
from intake.identity.index.stored_accounts import from_json
from intake.identity.index.workbench import ImportWorkbench
from intake.identity.key_folding import normalise


async def tables_in_use(settings: Settings) -> Mapping[str, StoredTable]:
    """What the index has of each provider; nothing where the database does not answer, of which others tell."""
    providers = [one.name for one in provider_folders(settings.root / "providers")]
    if not await asyncio.to_thread(_may_be_there, settings.database):
        return {}
    database = Database(settings.database, pool=1)
    try:
        return await stored_tables(database, providers)
    except (*DATABASE, OSError):
        return {}
    finally:
        await database.close()


def _may_be_there(database: str) -> bool:
    """Whether nothing is made by looking: SQLite begins a file that is not there."""
    url = make_url(database)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def check_table(
    settings: Settings, folder: Path, provider: Provider, stored: StoredTable
) -> Generator[CheckFinding, None, TableReading | None]:
    """What is wrong with a provider's table. One that is in use as it is was read when it was taken."""
    path = own_table(folder)
    if path is None:
        if stored.number:
            yield CheckFinding("ok", folder.name, _number(stored.number, stored.source))
            return _as_in_use(stored, stored.source)
        what = sentence("there is no entitlements.csv: everybody stays unverified")
        todo = sentence("export your accounts into it; the header alone is enough to begin")
        yield CheckFinding("warning", folder.name, what, todo)
        return None
    where = f"providers/{folder.name}/{path.name}"
    try:
        file = table_file(provider, path)
        reading = _as_in_use(stored, path.name) if is_in_use(file, stored) else _read(settings, file)
    except InvalidFiles as error:
        yield from _refused(where, error.faults)
        return None
    except OSError as error:
        what = sentence("{path} cannot be read: {why}", path=path, why=describe_file_error(error))
        yield from _refused(where, [Fault("", 0, what)])
        return None
    number = reading.number
    if fault := _shrunk(file, number, stored):
        yield from _refused(where, [fault])
        return reading
    todo = sentence("correct it in the table")
    for one in reading.warnings:
        told = sentence("left out: {what}", what=one.what) if one.line else one.what
        yield CheckFinding("warning", where, told, one.todo or todo, one.line)
    if reading.untold:
        forms = "{number} more row has a fault|{number} more rows have faults|no more rows have faults"
        yield CheckFinding("warning", where, counted(forms, reading.untold), todo)
    yield CheckFinding("ok" if number else "warning", where, _number(number))
    return reading


def _number(number: int, source: str = "") -> str:
    what = counted("{number} account|{number} accounts|no accounts: nobody is found", number)
    return sentence("{accounts} of {file}", accounts=what, file=source) if source else what


def _refused(where: str, faults: Iterable[Fault]) -> Iterator[CheckFinding]:
    last = sentence("correct the file; the last good one stays in use")
    for one in faults:
        yield CheckFinding("error", where, one.what, one.todo or last, one.line)


def _as_in_use(stored: StoredTable, name: str) -> TableReading:
    """The reading of a table when it was taken."""
    warnings = faults_from_json(stored.findings.get("warnings", ()), name)
    return TableReading(
        warnings=warnings,
        untold=int(stored.findings.get("untold", 0)),
        extra_columns=tuple(stored.extra_columns),
        service_levels=tuple(stored.service_levels),
        number=stored.number,
    )


def _read(settings: Settings, file: TableFile) -> TableReading:
    with _workbench(settings) as workbench:
        return _read_into(workbench, file)


def _read_into(workbench: ImportWorkbench, file: TableFile) -> TableReading:
    return read_table(file.path, workbench, file.provider, shape=file.shape, mapping=file.mapping)


@contextmanager
def _workbench(settings: Settings) -> Iterator[ImportWorkbench]:
    workbench = ImportWorkbench(folder=import_folder(settings) if settings.data.is_dir() else None)
    try:
        yield workbench
    finally:
        workbench.close()


async def table_with_accounts(
    settings: Settings, provider: Provider, contracts: Collection[str]
) -> tuple[TableReading | None, Mapping[str, Account]]:
    """The provider's table, and the accounts of these contracts by them (`normalise`): as the index has them, or from
    the file where the index has another table. Raises `InvalidFiles`, OSError."""
    stored = (await tables_in_use(settings)).get(provider.name, StoredTable())
    path = own_table(settings.root / "providers" / provider.name)
    file = table_file(provider, path) if path else None
    if file and not await asyncio.to_thread(is_in_use, file, stored):
        return await asyncio.to_thread(_read_accounts, settings, file, contracts)
    if not stored.number:
        return None, {}
    database = Database(settings.database, pool=1)
    try:
        finder = IndexedAccounts(database)
        found = {normalise("contract", one): await finder.find([provider.name], "contract", one) for one in contracts}
    finally:
        await database.close()
    return _as_in_use(stored, stored.source), {one: some[0] for one, some in found.items() if len(some) == 1}


def _read_accounts(
    settings: Settings, file: TableFile, contracts: Collection[str]
) -> tuple[TableReading, Mapping[str, Account]]:
    with _workbench(settings) as workbench:
        reading = _read_into(workbench, file)
        data = {one: workbench.data_of(one) for one in {normalise("contract", one) for one in contracts}}
    return reading, {one: from_json(file.provider, row, file.path.name) for one, row in data.items() if row}


def _shrunk(file: TableFile, number: int, stored: StoredTable) -> Fault | None:
    """The fault of a table that has certainly lost too many accounts; whether others came in their place is known when
    it is taken."""
    gone = stored.number - number
    share = round(100 * gone / max(1, stored.number))
    return (
        refusal(file.path, gone, stored.number, share, file.shrink_at_most)
        if gone > FEW and share > file.shrink_at_most
        else None
    )
