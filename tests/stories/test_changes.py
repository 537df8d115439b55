"""A change request has no clock of a contract: it has a window that both sides agree to, and what came of it (D6)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from desk.api.submit_operation import submit
from desk.model.agent_operations import ApproveChange, ProposeChange
from desk.model.journal import ChangeAnswered
from desk.model.operations.base import AgentOperation
from desk.model.operations.case_operations import Classify
from desk.storage.database import Database
from escalation.sla.rebuild import rebuild
from tests.peers.botapi import BotApi
from tests.prepared_desks import DeskFiles
from tests.stories.desk import AgentsGroup, Desk
from tests.stories.subscribers import Subscriber
from tests.stories.test_service_levels import FIRST, clocks

PETROV = 700002
KINDS = {"telegram": "telegram", "mail": "mail", "terminal": "chat"}
"""The kinds of the channels of stories."""


@pytest.fixture(autouse=True)
def petrov_leads(desk_files: DeskFiles) -> None:
    """Oleg Petrov is a lead."""
    teams = desk_files.root / "providers" / "sever" / "teams.toml"
    told = teams.read_text("utf-8")
    teams.write_text(told.replace('id = "petrov"\n', 'id = "petrov"\nrole = "lead"\n'), "utf-8")


@pytest.fixture
def lead(desk: Desk, api: BotApi, agents: AgentsGroup) -> AgentsGroup:
    """The same group as Oleg Petrov sees it."""
    return AgentsGroup(desk, agents.group, api.user(PETROV, "Олег", language_code="ru"))


def window(desk: Desk, days: int = 3, hour: int = 2) -> tuple[datetime, datetime]:
    """Two hours of a coming night, by the provider's clock."""
    assert desk.application is not None
    now = desk.clock().astimezone(desk.application.providers[desk.provider].timezone)
    begins = (now + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
    return begins, begins + timedelta(hours=2)


async def orders(desk: Desk, operation: AgentOperation, agent: str) -> None:
    """An order through the desk's own interface."""
    (case,) = await desk.cases()
    database = Database(desk.settings.database)
    try:
        await submit(database, operation, desk.clock(), actor=agent, provider=desk.provider, number=case.number or "")
    finally:
        await database.close()
    await desk.settled()


async def approvals(desk: Desk) -> list[tuple[str, bool, int, str]]:
    """Who answered which window, as the journal tells: the actor, whether they agreed, its version, the channel."""
    (case,) = await desk.cases()
    lines = [one for one in await desk.journal(case) if one.kind == ChangeAnswered.kind]
    assert all(one.data["words"] and one.data["address"] for one in lines)
    return [(one.actor, one.data["agreed"], one.data["version"], one.data["channel"]) for one in lines]


async def journal_tells_the_same_clocks(desk: Desk) -> None:
    """The table of clocks is what the journal says."""
    assert desk.application is not None
    database = Database(desk.settings.database)
    try:
        assert await rebuild(database, desk.application.providers[desk.provider], write=False) == (1, 0)
    finally:
        await database.close()


async def test_a_change_request_has_two_approvals_and_no_clock(
    desk: Desk, channel: str, subscriber: Subscriber, agents: AgentsGroup, lead: AgentsGroup
) -> None:
    """Proposed, agreed to by both, reminded of, done, and closed with the subscriber's consent."""
    await subscriber.says(FIRST)
    await subscriber.hears("registered")
    card = await agents.sees("card", state="acknowledged")
    await desk.settled()
    assert (await clocks(desk))["resolution"] == ("running", False)
    begins, ends = window(desk)
    await agents.replies(card, f"/change {begins:%Y-%m-%d} 04:00-02:00 замена узла")
    await agents.sees("refused_change_ends_first")
    await agents.replies(card, "/change 2026-01-03 02:00-04:00 замена узла")
    await agents.sees("refused_change_in_past")
    await agents.replies(card, f"/change {begins:%Y-%m-%d} 02:00-04:00 замена узла")
    await subscriber.hears("change_ask", what="замена узла", until="04:00")
    notice = await agents.sees("agents_change_proposed", what="замена узла")
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.ticket_type, case.state, case.reason) == ("change_request", "held", "change_window")
    assert {state for state, _ in (await clocks(desk)).values()} == {"cancelled"}
    assert (case.sla, case.due_at) == ("", None)
    await agents.replies(card, "/change ok")
    await agents.sees("refused_change_not_lead")
    await agents.replies(card, "/resolve Заменили.")
    await agents.sees("refused_change_not_agreed")
    await agents.replies(card, "/resume")
    await agents.sees("refused_change_window_open")
    await subscriber.answers("change_yes")
    await subscriber.hears("change_yours")
    await lead.presses(notice, "change:ok:1", says="change_noted")
    await subscriber.hears("change_agreed", what="замена узла")
    await agents.sees("agents_change_agreed")
    await desk.settled()
    assert await approvals(desk) == [("subscriber", True, 1, KINDS[channel]), ("agent:petrov", True, 1, "telegram")]
    assert subscriber.heard("change_agreed") == 1
    desk.clock.ahead += begins - timedelta(hours=12) - desk.clock()
    await subscriber.hears("change_reminder", what="замена узла")
    await agents.sees("agents_change_reminder")
    desk.clock.ahead += ends + timedelta(minutes=1) - desk.clock()
    asked = await agents.sees("agents_change_result")
    await agents.presses(asked, "change:done:1")
    await subscriber.hears("resolved_ask")
    await subscriber.answers("consent_yes")
    await subscriber.hears("closed_thanks")
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.state, case.reason) == ("closed", "customer_verified")
    assert {state for state, _ in (await clocks(desk)).values()} == {"cancelled"}
    await journal_tells_the_same_clocks(desk)


async def test_another_time_voids_what_was_agreed_and_what_is_not_done_goes_back_to_work(
    desk: Desk, channel: str, subscriber: Subscriber, agents: AgentsGroup
) -> None:
    """The subscriber wants another time in words, the window is moved, and the parts do not come."""
    await subscriber.says(FIRST)
    await subscriber.hears("registered")
    card = await agents.sees("card", state="acknowledged")
    begins, ends = window(desk)
    first = ProposeChange(f"{begins:%Y-%m-%dT%H:%M}", f"{ends:%Y-%m-%dT%H:%M}", "замена узла")
    await orders(desk, first, "ivanova")
    await subscriber.hears("change_ask", again="")
    await orders(desk, ApproveChange(), "petrov")
    await subscriber.says("нет, лучше днём в пятницу")
    await subscriber.hears("change_passed_on")
    await agents.reads("лучше днём в пятницу")
    later, end = window(desk, 4)
    await agents.replies(card, f"/change {later:%d.%m.%Y} {later:%H:%M}-{end:%H:%M} замена узла")
    await subscriber.hears("change_ask", again="1")
    await subscriber.says("да, подходит, спасибо")
    await subscriber.hears("change_yours")
    await desk.settled()
    (case,) = await desk.cases()
    assert case.planned_change["version"] == 2
    assert case.planned_change["provider"] == {}, "an approval does not outlive its window"
    await orders(desk, ApproveChange(), "petrov")
    await subscriber.hears("change_agreed")
    assert await approvals(desk) == [
        ("agent:petrov", True, 1, "desk"),
        ("subscriber", False, 1, KINDS[channel]),
        ("subscriber", True, 2, KINDS[channel]),
        ("agent:petrov", True, 2, "desk"),
    ]
    desk.clock.ahead += end + timedelta(minutes=1) - desk.clock()
    await agents.sees("agents_change_result")
    await agents.replies(card, "/change не сделано Не привезли деталь.")
    await subscriber.hears("change_not_done", agreed="1", why="Не привезли деталь.")
    await desk.settled()
    (case,) = await desk.cases()
    assert (case.state, case.reason, case.ticket_type) == ("inProgress", "change_not_done", "change_request")
    assert {state for state, _ in (await clocks(desk)).values()} == {"cancelled"}
    await orders(desk, Classify(ticket_type="incident", why="не плановые работы"), "ivanova")
    begun = await clocks(desk)
    assert begun["resolution"] == begun["first_response"] == ("running", False), "an incident again, from now on"
    assert begun["acceptance"] == ("fulfilled", False), "an agent has it"
    await journal_tells_the_same_clocks(desk)
