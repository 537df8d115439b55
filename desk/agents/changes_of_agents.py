"""Agents and teams changed in the database: imported from teams.toml, written back to it, edited."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from desk.agents.import_merge import AgentEntriesCompared, ImportResult, merge, require_consistent
from desk.agents.load_from_database import STAMP, load, own_providers
from desk.agents.tables import (
    AGENTS,
    IDENTITIES,
    MEMBERSHIPS,
    PRESENCE,
    TEAM_FILES,
    TEAMS,
    TeamsFileImportRow,
)
from desk.agents.teams_file_serialization import Entry, Key, by_key, hash_of, identities, of_provider, shared_part
from desk.model.provider_files import Provider
from desk.storage import audit
from desk.storage.database import Database, upsert
from desk.storage.queue_and_lease_tables import counters

IN_FILES = ("telegram", "mail")
"""The kinds of identities that a teams.toml has. Others are the database's alone, and an import leaves them."""


async def import_files(
    database: Database, providers: Mapping[str, Provider], now: datetime, actor: str, overwrite: bool = False
) -> dict[str, ImportResult]:
    """Takes what changed in the providers' teams.toml, as `providers` have read them. Returns what it did, by provider;
    nothing where no file changed since the last time.

    Raises `InvalidProvider` where the files contradict each other, and IntegrityError where another process imports.
    """
    require_consistent(providers)
    own = own_providers(providers)
    if not own or (not overwrite and not await _changed(database, own)):
        return {}
    async with database.write(*own) as session:
        states = await _states(session, own)
        results = merge(states, overwrite)
        await _apply(session, results)
        remembered = {name: one.remembered(states[name].brought, states[name].file) for name, one in results.items()}
        await _remember(session, remembered, now, {name for name, one in results.items() if one.conflicts})
        for name in (name for name, one in results.items() if one.taken):
            await audit.record(session, at=now, actor=actor, provider=name, **_told(results[name]))
    return results


async def differences(database: Database, providers: Mapping[str, Provider]) -> dict[str, list[Key]]:
    """The entries in which a provider's teams.toml and the database differ, by provider; of those that do."""
    own = own_providers(providers)
    if not own:
        return {}
    async with database.read(*own) as session:
        states = await _states(session, own)
    found = {
        name: [key for key in {**one.file, **one.tables} if one.file.get(key) != one.tables.get(key)]
        for name, one in states.items()
    }
    return {name: keys for name, keys in found.items() if keys}


async def export_file(
    database: Database,
    provider: Provider,
    write: Callable[[Sequence[Entry]], None],
    now: datetime,
    actor: str,
    overwrite: bool = False,
) -> list[Key]:
    """Lets ``write`` put the provider's entries into its teams.toml, in the file's order; it counts as imported then.

    ``provider`` is as its files have it. Nothing is written where the file says the same already, or where it has
    changes that the database lacks: those are returned, unless ``overwrite`` lets them go.
    """
    async with database.write(provider.name) as session:
        state = (await _states(session, {provider.name: provider}))[provider.name]
        lost = [key for key, one in state.file.items() if one not in (state.tables.get(key), state.brought.get(key))]
        lost += [key for key in state.brought if key not in state.file and key in state.tables]
        if state.file == state.tables or (lost and not overwrite):
            return lost
        order = {key: number for number, key in enumerate(state.file)}
        keys = sorted(state.tables, key=lambda key: (key[0] != "team", order.get(key, len(order))))
        entries = [state.tables[key] for key in keys]
        await _remember(session, {provider.name: entries}, now)
        row = {"actor": actor, "operation": "agents export", "provider": provider.name}
        await audit.record(session, at=now, **row)
        # Last, as it cannot be taken back: if it fails, nothing of this has happened.
        write(entries)
    return []


async def change_agent(
    database: Database, providers: Mapping[str, Provider], provider: str, entry: Entry, now: datetime, actor: str
) -> ImportResult:
    """Writes an agent's entry into the database only; what is shared changes at all their providers.

    Returns what was taken, or the conflict with another agent of whom the same would be said.
    """
    own = own_providers(providers)
    async with database.write(*own) as session:
        tables = await load(session)
        before = tables.get(provider, {}).get((entry["type"], entry["id"]), {})
        results = merge({name: _changed_state(tables.get(name, {}), entry, name == provider) for name in own})
        if not any(one.conflicts for one in results.values()):
            await _apply(session, results)
            fields = sorted(name for name, value in entry.items() if before.get(name) != value)
            told = {"operation": "agents edit", "details": {"agent": entry["id"], "fields": fields}}
            await audit.record(session, at=now, actor=actor, provider=provider, **told)
    return next((one for one in results.values() if one.conflicts), results[provider])


async def set_presence(database: Database, agent: str, state: str, now: datetime, actor: str) -> None:
    """Says that an agent is in, away or off."""
    async with database.work() as connection:
        row = {"agent": agent, "state": state, "since": now, "set_by": actor}
        await connection.execute(upsert(connection, PRESENCE), [row])
        told = {"operation": "agents presence", "details": {"agent": agent, "state": state}}
        await audit.record(connection, at=now, actor=actor, **told)


def _changed_state(tables: Mapping[Key, Entry], entry: Entry, own: bool) -> AgentEntriesCompared:
    """A provider's entries with one of them changed: the whole of it, or at another provider what is shared."""
    key = (entry["type"], entry["id"])
    if own:
        return AgentEntriesCompared({**tables, key: entry}, tables, tables)
    if key in tables:
        return AgentEntriesCompared({**tables, key: {**tables[key], **shared_part(entry)}}, tables, tables)
    return AgentEntriesCompared(tables, tables, tables)


async def _changed(database: Database, own: Mapping[str, Provider]) -> bool:
    async with database.read(*own) as session:
        rows = await session.execute(select(TeamsFileImportRow.provider, TeamsFileImportRow.hash))
        hashes = {row.provider: row.hash for row in rows}
    return any(hashes.get(name) != hash_of(of_provider(one)) for name, one in own.items())


async def _states(session: AsyncSession, own: Mapping[str, Provider]) -> dict[str, AgentEntriesCompared]:
    tables = await load(session)
    brought = {row.provider: by_key(row.entries) for row in await session.scalars(select(TeamsFileImportRow))}
    return {
        name: AgentEntriesCompared(by_key(of_provider(one)), tables.get(name, {}), brought.get(name, {}))
        for name, one in own.items()
    }


def _told(result: ImportResult) -> dict[str, object]:
    """What the audit says of an import."""
    details = {"taken": list(map("/".join, result.taken)), "conflicts": list(map("/".join, result.conflicts))}
    outcome = "conflicts" if result.conflicts else audit.DONE
    return {"operation": "agents import", "outcome": outcome, "details": details}


async def _apply(session: AsyncSession, results: Mapping[str, ImportResult]) -> None:
    """Writes what was taken, of all providers at once: an identity may move from one agent to another."""
    connection = await session.connection()
    taken = {
        kind: {
            (name, key[1]): entry
            for name, result in results.items()
            for key, entry in result.taken.items()
            if key[0] == kind
        }
        for kind in ("team", "agent")
    }
    if not any(taken.values()):
        return
    await _write_agents(connection, {id: one for (_, id), one in taken["agent"].items() if one})
    for kind, rows in taken.items():
        await _write_rows(connection, kind, rows)
    await _retire(connection, {id for (_, id), one in taken["agent"].items() if one is None})
    await connection.execute(update(counters).where(*STAMP).values(value=counters.c.value + 1))


async def _write_agents(connection: AsyncConnection, agents: Mapping[str, Entry]) -> None:
    """Writes what is the same at all providers. Who works for nobody any more loses an identity that is wanted now."""
    if not agents:
        return
    rows = [{"id": id, "names": one["name"], "active": one["active"]} for id, one in sorted(agents.items())]
    await connection.execute(upsert(connection, AGENTS), rows)
    known = [
        {"channel_kind": kind, "value": value, "agent": id}
        for id, one in agents.items()
        for kind, value in identities(one).items()
    ]
    mine = (IDENTITIES.c.agent == bindparam("id")) & (IDENTITIES.c.channel_kind == bindparam("kind"))
    await connection.execute(
        delete(IDENTITIES).where(mine), [{"id": id, "kind": kind} for id in agents for kind in IN_FILES]
    )
    if known:
        this = (IDENTITIES.c.channel_kind == bindparam("kind")) & (IDENTITIES.c.value == bindparam("known"))
        await connection.execute(
            delete(IDENTITIES).where(this), [{"kind": one["channel_kind"], "known": one["value"]} for one in known]
        )
        await connection.execute(insert(IDENTITIES), known)


async def _write_rows(connection: AsyncConnection, kind: str, taken: Mapping[tuple[str, str], Entry | None]) -> None:
    """Writes the rows of one type of entries, by provider and id: teams, or the memberships of agents."""
    table, id = (TEAMS, "id") if kind == "team" else (MEMBERSHIPS, "agent")
    columns = (
        {"kind": "kind", "titles": "title"} if kind == "team" else {one: one for one in ("role", "teams", "skills")}
    )
    gone = [{"whose": name, "which": key} for (name, key), entry in taken.items() if entry is None]
    rows = [
        {"provider": name, id: key, **{column: entry[field] for column, field in columns.items()}}
        for (name, key), entry in sorted(taken.items())
        if entry is not None
    ]
    if gone:
        this = (table.c.provider == bindparam("whose")) & (table.c[id] == bindparam("which"))
        await connection.execute(delete(table).where(this), gone)
    if rows:
        await connection.execute(upsert(connection, table), rows)


async def _retire(connection: AsyncConnection, gone: Collection[str]) -> None:
    """Who works for nobody any more is known by nothing; their name stays, for what they did."""
    if not gone:
        return
    left = AGENTS.c.id.in_(gone) & ~exists().where(MEMBERSHIPS.c.agent == AGENTS.c.id)
    await connection.execute(delete(IDENTITIES).where(IDENTITIES.c.agent.in_(select(AGENTS.c.id).where(left))))
    await connection.execute(update(AGENTS).where(left).values(active=False))


async def _remember(
    session: AsyncSession, files: Mapping[str, Sequence[Entry]], now: datetime, conflicting: Collection[str] = ()
) -> None:
    """Keeps what the providers' files have brought; of a file in conflict no hash, so that it is looked at again."""
    connection = await session.connection()
    rows = [
        {
            "provider": name,
            "hash": "" if name in conflicting else hash_of(entries),
            "entries": list(entries),
            "imported_at": now,
        }
        for name, entries in sorted(files.items())
    ]
    await connection.execute(upsert(connection, TEAM_FILES), rows)
