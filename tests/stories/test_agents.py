"""Agents of a running desk: who they are is asked of the database, and what they order is audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from desk.agents import changes_of_agents as save
from desk.agents.teams_file_serialization import of_agent
from desk.model.provider_files import Provider, load_all
from desk.model.provider_sections.members import Agent
from desk.storage.audit import AuditRow
from desk.storage.database import Database
from tests.peers.botapi import BotApi
from tests.stories.desk import IVANOVA, AgentsGroup, Desk, eventually
from tests.stories.subscribers import Subscriber
from tests.stories.test_main_job import becomes_a_case


async def audited(desk: Desk) -> list[tuple[str, str, str, str]]:
    """Actor, operation, case and outcome of what was ordered of Sever's cases, oldest first."""
    database = Database(desk.settings.database)
    async with database.read("sever") as session:
        query = select(AuditRow).where(AuditRow.arrival_id.is_not(None)).order_by(AuditRow.id)
        rows = (await session.scalars(query)).all()
    await database.close()
    return [(row.actor, row.operation, row.case_number, row.outcome) for row in rows]


ANYWHERE = "agents work in their group, wherever the subscriber writes"


@pytest.mark.channels("telegram", because=ANYWHERE)
async def test_each_order_is_audited_and_who_is_no_agent_commands_nothing(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup, api: BotApi
) -> None:
    """Done or refused, by an agent or by a stranger in their group; what is not meant for the desk is no order."""
    await becomes_a_case(subscriber)
    card = await agents.sees("card", state="acknowledged")
    stranger = AgentsGroup(desk, agents.group, api.user(666, "Чужой", language_code="ru"))
    await stranger.presses(card, "take", says="refused_not_an_agent")
    await agents.presses(card, "take", says="taken")
    await agents.agent.says(agents.group, "коллеги, кто на смене?")
    await agents.replies(card, "/eta 2h")
    await subscriber.hears("eta_told")
    (case,) = await desk.cases()
    number, maria = str(case.number), "agent:ivanova"

    async def all_three() -> bool:
        return len(await audited(desk)) == 3

    await eventually(all_three)
    assert await audited(desk) == [
        ("telegram:666", "take", number, "refused:not_an_agent"),
        (maria, "take", number, "done"),
        (maria, "set_eta", number, "done"),
    ]


@pytest.mark.channels("telegram", because=ANYWHERE)
async def test_who_is_let_go_in_the_database_commands_nothing_a_moment_later(
    desk: Desk, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """No file was touched and nothing was started again; another person has the Telegram id then."""
    await becomes_a_case(subscriber)
    card = await agents.sees("card", state="acknowledged")
    files = load_all(desk.settings.root / "providers")
    ivanova, petrov = files["sever"].agent("ivanova"), files["sever"].agent("petrov")
    assert ivanova
    assert petrov
    await _changed(desk, files, replace(ivanova, active=False))
    await _known_on_telegram(desk, "")
    await agents.presses(card, "take", says="refused_not_an_agent")
    await _changed(desk, files, replace(ivanova, active=False, telegram=0))
    await _changed(desk, files, replace(petrov, telegram=IVANOVA))
    await _known_on_telegram(desk, "petrov")
    await agents.presses(card, "take", says="taken")
    assert "Олег Петров" in (await subscriber.hears("agent_took")).text


async def _changed(desk: Desk, files: Mapping[str, Provider], agent: Agent) -> None:
    """Somebody changes an agent in the database, beside the running desk."""
    database = Database(desk.settings.database)
    await save.change_agent(database, files, "sever", of_agent(agent), datetime.now(UTC), "operator:x")
    await database.close()


async def _known_on_telegram(desk: Desk, id: str) -> None:
    """Waits until the running desk takes Maria's Telegram account for this agent."""

    async def known() -> bool:
        assert desk.application
        found = desk.application.providers["sever"].agent_on_telegram(str(IVANOVA))
        return (found.id if found else "") == id

    await eventually(known)
