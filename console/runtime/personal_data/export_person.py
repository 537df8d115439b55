"""All that the desk knows of a person, as an archive that they can read: JSON, their letters, their files."""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.runtime.personal_data.find_person import FoundPerson, addresses_of
from console.runtime.personal_data.rows_of_cases import PHRASINGS, arrivals_of_cases
from desk.model.channel_interface import OpenFile
from desk.model.journal import KINDS
from desk.model.journal_data import Category
from desk.pipeline.write_buffer import ADDRESSES, CASES, JOURNAL, PEOPLE
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals
from intake.identity.index.account_tables import ACCOUNT_KEYS, ACCOUNT_TABLES, ACCOUNTS
from intake.identity.index.find_accounts import IN_USE
from intake.identity.index.stored_accounts import key_and_value
from intake.identity.key_folding import normalise
from mail.receiving.tables import unsubscribed_peers
from mail.sending.peer_of_address import peer_of

_NOT_SHOWN = frozenset(
    {"owner", "card", "revision", "erased", "purged_at", "last_acknowledgement", "unread", "eta_told"}
)
"""Columns of a case that tell how the desk works, or which agent has it, and nothing of the person."""
_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(slots=True)
class ExportReport:
    """What an archive has; ``missing`` are names of files that could not be fetched any more."""

    cases: int = 0
    messages: int = 0
    files: int = 0
    missing: list[str] = field(default_factory=list)


async def export_person(
    database: Database,
    open_file: OpenFile,
    people: Sequence[FoundPerson],
    path: Path,
    now: datetime,
    notes: bool = True,
) -> ExportReport:
    """Writes the archive of these people to ``path``, which must not be there and which only its owner may read. Their
    messages are those that came from their addresses; with ``notes`` what agents noted of them is in it.

    Raises FileExistsError and OSError.
    """
    report = ExportReport()
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as opened, zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
        async with database.read(*sorted({one.provider for one in people})) as session:
            connection = await session.connection()
            _write(
                archive,
                "person.json",
                {"exported_at": now, "people": [await _person(connection, one) for one in people]},
            )
            lanes = {f"{channel}:{value}" for channel, value in addresses_of(people)}
            for one in people:
                for case in one.cases:
                    journal = await _journal(connection, case.id, notes)
                    name = f"cases/{_file_name(case.number)}.json"
                    (row,) = await _rows(connection, CASES, CASES.c.id == case.id)
                    shown = {key: value for key, value in row.items() if key not in _NOT_SHOWN}
                    _write(archive, name, {**shown, "journal": journal})
                    report.cases += 1
                    await _add_files(archive, open_file, case.number, journal, report)
            report.messages += await _add_messages(connection, archive, people, lanes)
    return report


async def _person(connection: AsyncConnection, one: FoundPerson) -> Mapping[str, Any]:
    (person,) = await _rows(connection, PEOPLE, (PEOPLE.c.provider == one.provider) & (PEOPLE.c.id == one.id))
    phrases = await _rows(connection, PHRASINGS, PHRASINGS.c.person_id == one.id)
    peers = {peer_of(value) for _, value in one.addresses if "@" in value}
    declined = await _rows(connection, unsubscribed_peers, unsubscribed_peers.c.peer.in_(peers))
    return {
        **person,
        "addresses": await _rows(connection, ADDRESSES, ADDRESSES.c.person_id == one.id),
        "cases": [asdict(case) for case in one.cases],
        "words_that_articles_learned": [row["text"] for row in phrases if row["text"]],
        "wants_no_notices_since": [row["since"] for row in declined],
        "accounts": await _accounts(connection, one),
    }


async def _accounts(connection: AsyncConnection, one: FoundPerson) -> list[dict[str, Any]]:
    """What the provider's table says of the accounts whose holder this person has proved to be; of others it would be
    somebody else's."""
    proved = select(CASES.c.contract).where(
        CASES.c.provider == one.provider, CASES.c.id.in_([case.id for case in one.cases]), CASES.c.proved.is_(True)
    )
    contracts = {normalise("contract", each) for each in (await connection.execute(proved)).scalars() if each}
    keys = {key_and_value("contract", each)[0] for each in contracts}
    of_key = (ACCOUNT_KEYS.c.provider == ACCOUNTS.c.provider) & (ACCOUNT_KEYS.c.account_id == ACCOUNTS.c.id)
    held = (
        select(ACCOUNTS.c.data, ACCOUNTS.c.contract)
        .join(ACCOUNT_TABLES, ACCOUNT_TABLES.c.provider == ACCOUNTS.c.provider)
        .join(ACCOUNT_KEYS, of_key)
        .where(ACCOUNTS.c.provider == one.provider, ACCOUNT_KEYS.c.key.in_(keys), IN_USE)
    )
    rows = (await connection.execute(held)).all() if keys else []
    return [json.loads(row.data) for row in rows if row.contract in contracts]


async def _journal(connection: AsyncConnection, case: int, notes: bool) -> list[dict[str, Any]]:
    """The journal of a case; agents have no names in it."""
    query = select(JOURNAL).where(JOURNAL.c.case_id == case).order_by(JOURNAL.c.id)
    found = []
    for row in (await connection.execute(query)).mappings():
        kind = KINDS.get(row["kind"])
        if not notes and not row["public"] and kind is not None and kind.category is Category.NOTE:
            continue
        names = ("at", "kind", "data", "channel_kind", "text", "files", "public")
        found.append({"actor": row["actor"].partition(":")[0], **{name: row[name] for name in names}})
    return found


async def _add_files(
    archive: zipfile.ZipFile, open_file: OpenFile, case: str, journal: Sequence[Mapping[str, Any]], report: ExportReport
) -> None:
    files = [file for entry in journal for file in entry["files"]]
    for number, file in enumerate(files, 1):
        name = f"files/{_file_name(case)}/{number}-{_file_name(str(file.get('name') or 'file'))}"
        try:
            content = await open_file(str(file.get("source", "")))
        except Exception:  # whatever keeps a server from giving it: the archive says that it is missing
            report.missing.append(name)
        else:
            archive.writestr(name, content)
            report.files += 1


async def _add_messages(
    connection: AsyncConnection, archive: zipfile.ZipFile, people: Sequence[FoundPerson], lanes: set[str]
) -> int:
    """Messages as they came, from the person's own addresses: a letter whole, with what is attached to it."""
    loose = select(arrivals.c.id).where(arrivals.c.case_id.is_(None), arrivals.c.lane.in_(lanes))
    ids = set((await connection.execute(loose)).scalars())
    for one in people:
        ids |= {row.id for row in await arrivals_of_cases(connection, one.provider, [case.id for case in one.cases])}
    written = 0
    for id in sorted(ids):
        query = select(arrivals.c.channel, arrivals.c.lane, arrivals.c.body).where(arrivals.c.id == id)
        row = (await connection.execute(query)).first()
        if row is not None and row.lane in lanes:
            ending = "eml" if row.channel.startswith("mail:") else "json"
            archive.writestr(f"messages/{id}.{ending}", row.body)
            written += 1
    return written


async def _rows(connection: AsyncConnection, table: Table, condition: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(select(table).where(condition))).mappings()]


def _write(archive: zipfile.ZipFile, name: str, value: object) -> None:
    archive.writestr(name, json.dumps(value, ensure_ascii=False, indent=2, default=_encoded) + "\n")


def _encoded(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _file_name(name: str) -> str:
    """A name that leads nowhere else, whatever somebody called their file."""
    return _UNSAFE.sub("_", name).strip(".")[-80:] or "file"
