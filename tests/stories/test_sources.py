"""Whose case it is, is asked of a client's own system, or told by a later table; nobody waits for either."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from desk.model.case import Case
from desk.model.journal import AccountVerified, JournalEntry, SourceSilent
from desk.model.settings import Secret
from desk.storage.database import Database
from intake.identity.asking.allowed_addresses import networks
from intake.identity.asking.source_settings import HttpSourceSettings
from tests.peers.botapi import BotApi
from tests.prepared_desks import DeskFiles
from tests.stories.conftest import Afterwards
from tests.stories.desk import Desk, eventually, new_desk
from tests.stories.subscribers import TelegramSubscriber

UNKNOWN = "49-7777"


@dataclass
class ClientSystem:
    """A client's billing: it knows some accounts, and can be slow, down, or lie."""

    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    is_down: bool = False
    lies: bool = False
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        value = request.query["contract"]
        self.asked.append(value)
        await self.may_answer.wait()
        if self.is_down:
            return web.Response(status=503)
        if self.lies:
            return web.json_response([{"contract": "40-1187", "name": "somebody else"}])
        return web.json_response([self.accounts[value]] if value in self.accounts else [])


@pytest.fixture
async def system() -> AsyncIterator[tuple[ClientSystem, int]]:
    """The system, answering at once, and its port."""
    made = ClientSystem({UNKNOWN: {"contract": UNKNOWN, "name": "Егор", "status": "active"}})
    made.may_answer.set()
    application = web.Application()
    application.router.add_get("/accounts", made.handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield made, runner.addresses[0][1]
    made.may_answer.set()
    await runner.cleanup()


@pytest.fixture
async def asking(
    desk_files: DeskFiles, api: BotApi, system: tuple[ClientSystem, int], decided_again: Afterwards
) -> AsyncIterator[Desk]:
    """A desk whose provider has a system of its own."""
    url = f"http://127.0.0.1:{system[1]}/accounts?{{kind}}={{value}}"
    source = HttpSourceSettings("billing", "sever", url, Secret(""), ("contract",), private=networks(["127.0.0.1"]))
    made = new_desk(desk_files, api)
    made.settings = replace(made.settings, more={"http_source": (source,)})
    await made.opens()
    yield made
    await made.closes()
    await decided_again(made)


async def the_case(desk: Desk) -> Case:
    (case,) = await desk.cases()
    return case


async def entries(desk: Desk, kind: str) -> list[dict[str, Any]]:
    database = Database(desk.settings.database)
    async with database.read("sever") as session:
        query = select(JournalEntry.data).where(JournalEntry.kind == kind).order_by(JournalEntry.id)
        found = list((await session.execute(query)).scalars())
    await database.close()
    return found


async def test_a_contract_that_no_table_has_is_asked_for_and_verified_by_itself(
    asking: Desk, system: tuple[ClientSystem, int]
) -> None:
    """The person is answered at once, and the same is said to them as of any number; the journal tells who knew."""
    billing, _ = system
    billing.may_answer.clear()
    anna = TelegramSubscriber(asking, "Анна")
    await anna.says(f"нет интернета, договор {UNKNOWN}")
    await anna.hears("contract_noted")
    assert (await the_case(asking)).entitlement == "unverified"
    billing.may_answer.set()

    async def verified() -> bool:
        return (await the_case(asking)).entitlement == "ok"

    await eventually(verified)
    assert billing.asked == [UNKNOWN]
    (told,) = await entries(asking, AccountVerified.kind)
    assert (told["source"], told["status"]) == ("billing", "ok")
    heard = anna.everything()
    assert not any("Егор" in one for one in heard), "nothing of an account is said before proof"


async def test_a_system_that_lies_or_knows_nobody_verifies_nobody(
    asking: Desk, system: tuple[ClientSystem, int]
) -> None:
    billing, _ = system
    billing.lies = True
    anna = TelegramSubscriber(asking, "Анна")
    await anna.says(f"нет интернета, договор {UNKNOWN}")

    async def told() -> bool:
        return bool(await entries(asking, AccountVerified.kind))

    await eventually(told)
    case = await the_case(asking)
    assert (case.entitlement, case.contract) == ("unverified", UNKNOWN)
    assert [one["status"] for one in await entries(asking, AccountVerified.kind)] == [""]


async def test_a_contract_of_the_table_reaches_no_other_system(asking: Desk, system: tuple[ClientSystem, int]) -> None:
    anna = TelegramSubscriber(asking, "Анна")
    await anna.says("нет интернета, договор 40-1187")
    await anna.hears("did_it_help")
    await anna.catches_up()
    assert system[0].asked == []


async def test_a_system_that_is_down_delays_nobody_and_the_journal_says_so(
    asking: Desk, system: tuple[ClientSystem, int]
) -> None:
    billing, _ = system
    billing.is_down = True
    anna = TelegramSubscriber(asking, "Анна")
    await anna.says(f"нет интернета, договор {UNKNOWN}")
    await anna.hears("contract_noted")

    async def asked() -> bool:
        return bool(billing.asked)

    await eventually(asked)
    asking.clock.ahead += timedelta(seconds=20)

    async def silent() -> bool:
        return bool(await entries(asking, SourceSilent.kind))

    await eventually(silent)
    billing.is_down = False
    asking.clock.ahead += timedelta(seconds=40)

    async def verified() -> bool:
        return (await the_case(asking)).entitlement == "ok"

    await eventually(verified)


async def test_a_later_table_verifies_who_waited_for_it(desk_files: DeskFiles, api: BotApi) -> None:
    desk = new_desk(desk_files, api)
    await desk.opens()
    anna = TelegramSubscriber(desk, "Анна")
    await anna.says(f"нет интернета, договор {UNKNOWN}")
    await anna.hears("contract_noted")
    table = desk.settings.root / "providers" / "sever" / "entitlements.csv"
    table.write_text(table.read_text("utf-8") + f"{UNKNOWN},Егор,blocked\n", "utf-8")

    async def verified() -> bool:
        return (await the_case(desk)).entitlement == "blocked"

    await eventually(verified)
    (told,) = await entries(desk, AccountVerified.kind)
    assert (told["source"], told["status"]) == ("entitlements.csv", "blocked")
    await desk.closes()
