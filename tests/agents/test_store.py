"""Agents in both databases: imported, changed, kept apart by provider; and an audit that only grows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Executable, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from desk.agents import changes_of_agents as save
from desk.agents import load_from_database
from desk.agents.front_desk_provider import staffed
from desk.agents.tables import (
    AGENTS,
    IDENTITIES,
    MEMBERSHIPS,
    PRESENCE,
    TEAMS,
    ProviderMembershipRow,
    TeamRow,
    TeamsFileImportRow,
)
from desk.agents.teams_file_serialization import Entry, of_agent
from desk.model.messages import FRONT
from desk.model.provider_files import Provider, load_all
from desk.model.provider_sections.members import Agent
from desk.storage import audit
from desk.storage.audit import AUDIT, DESK, AuditRow
from desk.storage.base import ProviderScopedRow
from desk.storage.database import Database
from tests.prepared_desks import PROVIDERS, DeskFiles

NOW = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
BOTH = ("sever", "volga")


@pytest.fixture
async def database(desk_files: DeskFiles) -> AsyncIterator[Database]:
    """A desk whose sample providers were imported when it was first started."""
    opened = Database(desk_files.database)
    yield opened
    await opened.close()


@pytest.fixture
def files() -> dict[str, Provider]:
    """The sample providers as their files have them."""
    return load_all(PROVIDERS)


def with_agent(files: Mapping[str, Provider], provider: str, agent: Agent) -> dict[str, Provider]:
    """The files with one agent of a provider changed or added."""
    others = [one for one in files[provider].agents if one.id != agent.id]
    return {**files, provider: replace(files[provider], agents=(*others, agent))}


def without_agent(files: Mapping[str, Provider], provider: str, id: str) -> dict[str, Provider]:
    """The files after an agent has left a provider."""
    left = tuple(one for one in files[provider].agents if one.id != id)
    return {**files, provider: replace(files[provider], agents=left)}


async def imported(database: Database, files: Mapping[str, Provider]) -> dict[str, Any]:
    return await save.import_files(database, files, NOW, "operator:tests")


async def agent(database: Database, files: Mapping[str, Provider], provider: str, id: str) -> Agent | None:
    return (await load_from_database.with_agents(database, files))[provider].agent(id)


async def test_what_a_started_desk_knows_is_what_its_files_say(database: Database, files: dict[str, Provider]) -> None:
    """Agents and teams come back whole, the front desk has everybody, and there is nothing left to import."""
    front = {**files, FRONT: staffed(Provider(FRONT, {}), {}, files)}
    found = await load_from_database.with_agents(database, front)
    for name in BOTH:
        assert sorted(found[name].agents, key=lambda one: one.id) == sorted(files[name].agents, key=lambda one: one.id)
        assert sorted(found[name].teams, key=lambda one: one.id) == sorted(files[name].teams, key=lambda one: one.id)
    assert {one.id for one in found[FRONT].agents} == {one.id for name in BOTH for one in files[name].agents}
    assert await imported(database, files) == {}
    assert await save.differences(database, files) == {}


async def test_what_only_one_side_changed_is_taken_or_stays(database: Database, files: dict[str, Provider]) -> None:
    ivanova, petrov = files["sever"].agent("ivanova"), files["sever"].agent("petrov")
    assert ivanova
    assert petrov
    async with database.look() as connection:
        before = await load_from_database.stamp(connection)
    await save.change_agent(database, files, "sever", of_agent(replace(petrov, skills=("gpon",))), NOW, "operator:x")
    changed = with_agent(files, "sever", replace(ivanova, telegram=7, role="lead"))
    await imported(database, changed)
    assert await agent(database, changed, "sever", "ivanova") == replace(ivanova, telegram=7, role="lead")
    assert await agent(database, changed, "sever", "petrov") == replace(petrov, skills=("gpon",))
    assert await save.differences(database, changed) == {"sever": [("agent", "petrov")]}
    async with database.look() as connection:
        assert await load_from_database.stamp(connection) > before, "other processes hear of it"


async def test_what_both_sides_changed_is_refused_and_the_rest_is_taken(
    database: Database, files: dict[str, Provider]
) -> None:
    """Each time anew, until one of them gives way; an agent who was let go meanwhile is gone all the same."""
    petrov = files["sever"].agent("petrov")
    assert petrov
    here, there = replace(petrov, skills=("gpon",)), replace(petrov, telegram=9)
    await save.change_agent(database, files, "sever", of_agent(here), NOW, "operator:x")
    changed = without_agent(with_agent(files, "sever", there), "sever", "ivanova")
    for taken in ([("agent", "ivanova")], []):
        done = (await imported(database, changed))["sever"]
        assert (list(done.taken), list(done.conflicts)) == (taken, [("agent", "petrov")])
        assert "+telegram = 9" in done.conflicts["agent", "petrov"].difference
    assert await agent(database, changed, "sever", "petrov") == here
    assert await agent(database, changed, "sever", "ivanova") is None
    await save.import_files(database, changed, NOW, "operator:tests", overwrite=True)
    assert await agent(database, changed, "sever", "petrov") == there


async def test_an_agent_of_two_providers_is_one_person(database: Database, files: dict[str, Provider]) -> None:
    """One row, two memberships; a name changed at one is changed at both, and who leaves the last is known no more."""
    ivanova = files["sever"].agent("ivanova")
    assert ivanova
    shared = with_agent(files, "volga", replace(ivanova, role="lead", teams=("billing",)))
    await imported(database, shared)
    renamed = replace(ivanova, names={"ru": "Мария Белова", "en": "Maria Belova"})
    await save.change_agent(database, shared, "sever", of_agent(renamed), NOW, "operator:x")
    found = await load_from_database.with_agents(database, shared)
    at_volga = found["volga"].agent_on_telegram(str(ivanova.telegram))
    assert at_volga
    assert (at_volga.names, at_volga.role, at_volga.teams) == (renamed.names, "lead", ("billing",))
    assert found["volga"].agent("petrov") is None, "the others of Sever are nobody at Volga"
    async with database.read(*BOTH) as session:
        (record,) = [one for one in await load_from_database.agent_records(session) if one.id == "ivanova"]
    assert [(one.provider, one.role) for one in record.memberships] == [("sever", "agent"), ("volga", "lead")]
    await save.import_files(database, without_agent(shared, "sever", "ivanova"), NOW, "operator:x", overwrite=True)
    assert await agent(database, shared, "volga", "ivanova")
    await save.import_files(database, without_agent(files, "sever", "ivanova"), NOW, "operator:x", overwrite=True)
    async with database.look() as connection:
        known = (await connection.execute(select(IDENTITIES.c.value).where(IDENTITIES.c.agent == "ivanova"))).all()
        active = (await connection.execute(select(AGENTS.c.active).where(AGENTS.c.id == "ivanova"))).scalar()
    assert (known, active) == ([], False)


async def test_no_provider_reads_what_is_anothers(database: Database, files: dict[str, Provider]) -> None:
    """Memberships, teams, files and audit; on PostgreSQL for plain SQL too, and without naming a provider at all."""
    async with database.write("sever") as session:
        await audit.record(session, at=NOW, actor="agent:ivanova", operation="take", provider="sever")
    async with database.read("volga") as session:
        kinds: tuple[type[ProviderScopedRow], ...] = (ProviderMembershipRow, TeamRow, TeamsFileImportRow, AuditRow)
        for kind in kinds:
            rows = (await session.scalars(select(kind))).all()
            assert {row.provider for row in rows} == {"volga"}, kind
        assert {one.id for one in await load_from_database.agent_records(session)} == {"lugovaya"}
        assert set(await load_from_database.load(session)) == {"volga"}
    if database.sqlite:
        return
    tables = ("memberships", "teams", "team_files", "audit")
    async with database.look() as connection:
        for table in tables:
            assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar() == 0
    async with database.read("volga") as session:
        for table in tables:
            query = text(f"SELECT count(*) FROM {table} WHERE provider <> 'volga'")
            assert (await session.execute(query)).scalar() == 0


@pytest.mark.parametrize(
    "statement",
    [
        insert(IDENTITIES).values(channel_kind="telegram", value="700001", agent="petrov"),
        insert(IDENTITIES).values(channel_kind="telegram", value="5", agent="petrov"),
        insert(IDENTITIES).values(channel_kind="terminal", value="", agent="petrov"),
        insert(IDENTITIES).values(channel_kind="terminal", value="root", agent="nobody"),
        update(MEMBERSHIPS).values(role="owner"),
        insert(MEMBERSHIPS).values(provider="sever", agent="nobody", role="agent", teams=[], skills=[]),
        delete(AGENTS).where(AGENTS.c.id == "petrov"),
        insert(PRESENCE).values(agent="petrov", state="asleep", since=NOW, set_by="x"),
        update(TEAMS).values(kind="crowd"),
    ],
)
async def test_the_database_itself_refuses_what_cannot_be(database: Database, statement: Executable) -> None:
    """An identity of two agents, two of a kind, an empty one; roles, states and kinds that are none; nobody's rows."""
    with pytest.raises(IntegrityError):
        async with database.write(*BOTH) as session:
            await session.execute(statement)


@pytest.mark.parametrize("statement", [update(AUDIT).values(actor="agent:nobody"), delete(AUDIT)])
async def test_the_audit_only_grows(database: Database, statement: Executable) -> None:
    """Rows are added in any transaction, also in one that names no provider; none is changed or deleted."""
    async with database.work() as connection:
        await audit.record(connection, at=NOW, actor="operator:x" * 50, operation="replay", arrival_id=7)
    with pytest.raises(DBAPIError, match="the audit only grows"):
        async with database.write("sever", DESK) as session:
            await session.execute(statement)
    async with database.read(DESK) as session:
        (row,) = await audit.entries(session, 10)
    assert (row.operation, row.arrival_id, row.outcome, len(row.actor)) == ("replay", 7, "done", 100)


async def test_an_export_writes_all_or_nothing(database: Database, files: dict[str, Provider]) -> None:
    """Where the file cannot be written, nothing counts as imported; where it says more than the database, it stays."""
    petrov, written = files["sever"].agent("petrov"), list[Sequence[Entry]]()
    assert petrov
    here = replace(petrov, skills=("gpon",))
    await save.change_agent(database, files, "sever", of_agent(here), NOW, "operator:x")

    def broken(entries: object) -> None:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        await save.export_file(database, files["sever"], broken, NOW, "operator:x")
    newer = with_agent(files, "sever", replace(petrov, telegram=9))["sever"]
    assert await save.export_file(database, newer, written.append, NOW, "operator:x") == [("agent", "petrov")]
    assert await save.export_file(database, files["volga"], written.append, NOW, "operator:x") == []
    assert written == [], "Volga's file says the same already"
    assert await save.export_file(database, files["sever"], written.append, NOW, "operator:x") == []
    assert of_agent(here) in written[0]
    after = with_agent(files, "sever", here)
    assert {one: result.taken for one, result in (await imported(database, after)).items() if result.taken} == {}
    async with database.read("sever") as session:
        count = select(func.count()).select_from(AuditRow).where(AuditRow.operation == "agents export")
        assert (await session.execute(count)).scalar() == 1
