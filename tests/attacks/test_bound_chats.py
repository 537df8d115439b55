"""A chat that is bound to a contract: shown and untied whenever its person asks, and by nobody else; and an account
whose fields were written to harm is shown as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.peers.botapi import BotApi
from tests.prepared_desks import DeskFiles
from tests.stories.desk import AGENTS, IVANOVA, AgentsGroup, Desk, new_desk
from tests.stories.subscribers import TelegramSubscriber

PHONE, CONTRACT = "+7 000 555-00-01", "40-1187"
HOSTILE_NAME, HOSTILE_PHONE = "{{7*7}} <script>x</script> {c.tenant} %(x)s *_[a](tg://user?id=1)", "+7 000 555-09-77"


async def proved(desk: Desk, person: TelegramSubscriber, phone: str) -> None:
    """The person tells of trouble and shares their phone, and an agent is called."""
    await person.says("второй день нет интернета")
    await person.hears("ask_contract")
    await person.user.shares_contact(person.bot, phone)
    await person.says("оператор")
    await person.hears("registered")
    await desk.settled()


async def test_a_chat_is_untied_while_a_case_waits(desk: Desk, anna: TelegramSubscriber) -> None:
    """A case that is registered changes nothing of what /me shows and /forget does; what another chat says does
    nothing to it."""
    await proved(desk, anna, PHONE)
    thief = TelegramSubscriber(desk, "Борис")
    for said in ("/me", "/forget", "/forget yes"):
        await thief.says(said)
        await thief.catches_up()
    assert not any(CONTRACT in one for one in thief.everything())
    await anna.says("/me")
    await anna.hears("me", bound=CONTRACT)
    await anna.says("/forget")
    await anna.hears("forget_ask", bound=CONTRACT)
    await anna.says("/forget yes")
    await anna.hears("forgotten")
    await anna.says("/me")
    assert CONTRACT not in (await anna.hears("me")).text
    await anna.says("всё ещё нет интернета")
    await desk.settled()
    assert [case.proved for case in await desk.cases() if case.address == str(anna.user.id)] == [False]


async def test_what_a_number_opens_sounds_like_one_that_opens_nothing(desk: Desk) -> None:
    """To the end: what is registered, what /me, /status and a question for the balance bring."""
    told = []
    for contract in (CONTRACT, "40-1370", "40-9999"):
        boris = TelegramSubscriber(desk, "Борис")
        await boris.says(f"второй день нет интернета, договор {contract}")
        await boris.hears("did_it_help")
        await boris.says("оператор")
        await boris.hears("registered")
        for said in ("/me", "/forget yes", "какой у меня баланс?"):
            await boris.says(said)
            await boris.catches_up()
        await desk.settled()
        number = next(str(case.number) for case in await desk.cases() if case.address == str(boris.user.id))
        told.append([one.replace(contract, "#").replace(number, "N") for one in boris.everything()])
    assert told[0] == told[1] == told[2]


@pytest.fixture
async def hostile(desk_files: DeskFiles, api: BotApi) -> AsyncIterator[Desk]:
    """A desk in whose table somebody has such a name."""
    made = new_desk(desk_files, api)
    table = made.settings.root / "providers" / "sever" / "entitlements.csv"
    row = f'40-7009,"{HOSTILE_NAME}",active,residential,ru,{HOSTILE_PHONE},,,,,,,,,\n'
    table.write_text(table.read_text("utf-8") + row, "utf-8")
    await made.opens()
    yield made
    await made.closes()


async def test_an_accounts_fields_are_no_templates(hostile: Desk, api: BotApi) -> None:
    """The name stands on the card letter for letter, with no link in it, and in nothing the person reads."""
    group = api.group(AGENTS, "Агенты")
    agents = AgentsGroup(hostile, group, api.user(IVANOVA, "Мария", language_code="ru"))
    irina = TelegramSubscriber(hostile, "Ирина")
    await proved(hostile, irina, HOSTILE_PHONE)
    card = (await agents.sees("card", state="acknowledged")).text or ""
    assert HOSTILE_NAME in card
    assert "49" not in card.replace("40-7009", "").replace(HOSTILE_PHONE, "")
    assert not any("7*7" in one for one in irina.everything())
