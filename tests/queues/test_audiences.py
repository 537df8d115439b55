"""What is said to a team, a topic or somebody outside leaves through the right channel, in the right words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from console.runtime.wiring import build_application
from desk.language.rich_text import RichText
from desk.model.acts import (
    Addressee,
    AgentAddressee,
    Button,
    ExternalAddressee,
    SayReadyText,
    TeamAddressee,
    TopicAddressee,
)
from desk.model.journal import JournalEntry
from desk.model.messages import SendPriority
from desk.model.settings import MailboxSettings, MailServer, Secret, Settings, TelegramBotSettings
from desk.pipeline.core_lookups import ReachableAddressesLookup
from desk.storage.queue_and_lease_tables import departures
from tests.prepared_desks import DeskFiles
from tests.queues.conftest import Bench

SERVER = MailServer("imaps", "support", "mail.invalid", 1)


@pytest.fixture
async def bench(desk_files: DeskFiles) -> AsyncIterator[Bench]:
    """A desk with a bot, whose group is a forum, and a mailbox."""
    bot = TelegramBotSettings("main", Secret("1:x"), "sever", "http://telegram.invalid", agents_chat=-1001)
    box = MailboxSettings("support", "support@sever.test", SERVER, SERVER, Secret("x"), "sever")
    application = await build_application(
        Settings(
            desk_files.root,
            desk_files.database,
            desk_files.root / "data",
            secret=Secret("a secret for tests"),
            telegram=(bot,),
            mailboxes=(box,),
        )
    )
    yield Bench(application, lookups=(ReachableAddressesLookup(application.registry),))
    await application.close()


async def sent(bench: Bench) -> dict[str, Any]:
    """Every departure by what it says."""
    rows = await bench.rows(select(departures).order_by(departures.c.id))
    return {row.body.get("params", row.body).get("text") or row.kind: row for row in rows}


async def test_agents_read_it_in_their_group_or_in_its_topic(bench: Bench) -> None:
    """Of a topic only the message knows: the lane is the chat's, so that replies find the case."""
    button = ((Button("ok", label="OK"),),)
    await bench.says(
        "first",
        SayReadyText(RichText("team"), TeamAddressee("l1"), button),
        SayReadyText(RichText("topic"), TopicAddressee(5), button),
        SayReadyText(RichText("agent"), AgentAddressee("ivanova")),
    )
    found = await sent(bench)
    assert {row.lane for row in found.values()} == {"telegram:main:-1001"}
    assert {row.priority for row in found.values()} == {int(SendPriority.STRANGER)}, "a stranger's round"
    assert found["topic"].body["params"]["message_thread_id"] == 5
    assert "message_thread_id" not in found["team\n\nagent"].body["params"]
    (case,) = await bench.cases()
    assert case.dialog_state.prompt == 0, "the subscriber was asked nothing"


async def test_somebody_outside_gets_mail_and_is_no_party_to_the_case(bench: Bench) -> None:
    """The journal has it, for agents only."""
    await bench.says("first", SayReadyText(RichText("help us"), ExternalAddressee("mail", "noc@carrier.test")))
    (row,) = (await sent(bench)).values()
    assert (row.channel, row.kind) == ("mail:support", "mail")
    assert "noc@carrier.test" in str(row.body)
    async with bench.house.database.read("sever") as session:
        entries = (await session.scalars(select(JournalEntry).where(JournalEntry.text == "help us"))).all()
    assert [(one.kind, one.public) for one in entries] == [("notified", False)]


async def test_what_is_said_to_the_person_stays_as_it_was(bench: Bench) -> None:
    await bench.says("first", SayReadyText(RichText("hello")), SayReadyText(RichText("card"), Addressee.AGENTS))
    assert {row.lane for row in (await sent(bench)).values()} == {"chat:sever:anna", "telegram:main:-1001"}
