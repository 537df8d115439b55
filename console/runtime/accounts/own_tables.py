"""The tables in the providers' folders: taken into the index when a desk starts, and whenever they change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desk.clock import Clock
from desk.error_reasons import describe_file_error
from desk.language.operator_file_faults import Fault, InvalidFiles
from desk.language.translatable import sentence
from desk.model.messages import FRONT
from desk.model.provider_files import Provider
from desk.model.settings import Settings
from desk.storage.database import Database
from intake.identity.index.import_accounts import (
    ImportBusy,
    StoredTable,
    TableFile,
    hash_of,
    import_table,
    note_refused,
    stored_tables,
)
from intake.identity.index.stored_accounts import KEYS_VERSION
from intake.identity.index.verify_waiting import verify_waiting
from intake.identity.sources.account_columns import COLUMNS
from intake.identity.sources.table_mapping import NO_MAPPING, read_mapping

log = logging.getLogger(__name__)

TABLES = ("entitlements.csv", "entitlements.xlsx")
"""What a provider's table may be called; the first that is there is taken."""
MAPPING = "entitlements.toml"
FileStamp = tuple[tuple[int, int], ...]


def own_table(folder: Path) -> Path | None:
    """The table in a provider's folder."""
    return next((path for name in TABLES if (path := folder / name).is_file()), None)


def table_file(provider: Provider, path: Path, beside: bool = True) -> TableFile:
    """The table of a provider's folder, to be taken with the mapping that stands ``beside`` it; or a file from anywhere
    else. Raises `InvalidMapping`."""
    mapping = path.with_name(MAPPING)
    return TableFile(
        path,
        provider.name,
        provider.contract_shape,
        provider.shrink_at_most,
        read_mapping(mapping, COLUMNS) if beside and mapping.is_file() else NO_MAPPING,
        is_own=beside,
    )


def import_folder(settings: Settings) -> Path:
    """Where a table is laid out while it is taken."""
    return settings.data / "import"


@dataclass(slots=True)
class ProviderTables:
    """Takes the tables of the providers' folders into the index, and raises nothing but trouble of the database."""

    database: Database
    settings: Settings
    providers: Mapping[str, Provider]
    clock: Clock
    _stamps: dict[str, FileStamp] = field(default_factory=dict)

    async def refresh(self) -> None:
        """Takes every table that has changed since this process last looked, unless the index has it already."""
        changed = await asyncio.to_thread(self._changed)
        if not changed:
            return
        stored = await stored_tables(self.database, changed)
        for name, (path, stamp) in changed.items():
            if await self._take(self.providers[name], path, stored.get(name, StoredTable())):
                self._stamps[name] = stamp

    def _changed(self) -> dict[str, tuple[Path, FileStamp]]:
        found: dict[str, tuple[Path, FileStamp]] = {}
        for name in self.providers:
            if name == FRONT:
                continue
            folder = self.settings.root / "providers" / name
            path = own_table(folder) or folder / TABLES[0]
            stamp = (*_stamp(path), *_stamp(folder / MAPPING))
            if self._stamps.get(name) != stamp:
                found[name] = (path, stamp)
        return found

    async def _take(self, provider: Provider, path: Path, stored: StoredTable) -> bool:
        """Whether this state of the file has been dealt with."""
        try:
            faults = await self._import(provider, path, stored)
        except ImportBusy:
            log.info("%s: another process takes the table just now", provider.name)
            return False
        except InvalidFiles as error:
            faults = error.faults
        except OSError as error:
            is_missing = isinstance(error, FileNotFoundError)
            if not is_missing or stored.file_hash:  # else there never was one
                what = sentence("{path} cannot be read: {why}", path=path, why=describe_file_error(error))
                self._log_refused(provider, [Fault("", 0, what)])
            return is_missing
        if faults:
            self._log_refused(provider, faults)
            await note_refused(self.database, provider.name, path, faults, self.clock)
        return True

    async def _import(self, provider: Provider, path: Path, stored: StoredTable) -> Sequence[Fault]:
        """Why the table is not taken; nothing where it is in use now."""
        file = await asyncio.to_thread(table_file, provider, path)
        if await asyncio.to_thread(is_in_use, file, stored):
            return ()
        report = await import_table(self.database, file, import_folder(self.settings), self.clock)
        if report.refused:
            return (report.refused,)
        if number := report.reading.left_out:
            log.warning("%s: %d faults in rows of %s: see 'firstline check'", provider.name, number, path.name)
        await verify_waiting(self.database, provider.name, self.clock)
        await asyncio.to_thread(_former_copy(self.settings, provider).unlink, missing_ok=True)
        return ()

    def _log_refused(self, provider: Provider, faults: Sequence[Fault]) -> None:
        told = "; ".join(map(str, faults))
        log.error("%s: the table is not taken, the last good one stays: %s", provider.name, told)


def is_in_use(file: TableFile, stored: StoredTable) -> bool:
    """Whether the index has the file as it is now. Raises OSError."""
    known = (stored.keys_version, stored.shape) == (KEYS_VERSION, file.shape)
    is_good = not stored.is_pending and "refused" not in stored.findings
    return known and is_good and bool(stored.file_hash) and stored.file_hash == hash_of(file.path)


def _stamp(path: Path) -> FileStamp:
    try:
        stat = path.stat()
    except OSError:
        return ()
    return ((stat.st_mtime_ns, stat.st_size),)


def _former_copy(settings: Settings, provider: Provider) -> Path:
    """Where versions that had tables in memory kept the last good one."""
    return settings.data / "tables" / f"{provider.name}.csv"
