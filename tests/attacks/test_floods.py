"""A public bot is abused: by floods, guesses, endless matters, and groups. Nothing is lost by any of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence

import pytest
from sqlalchemy import select

from desk.model.journal import FloodQuarantined
from desk.model.shared_facts import Account
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures
from intake.identity.index.find_accounts import IndexedAccounts
from tests import wording
from tests.peers.botapi import BotApi
from tests.prepared_desks import DeskFiles
from tests.stories.desk import AGENTS, IVANOVA, AgentsGroup, Desk, eventually, new_desk
from tests.stories.subscribers import TelegramSubscriber

LIMITS = {
    "guesses_of_person": "3",
    "guesses_of_all": "5",
    "cases_of_person": "2",
    "waiting": "30",
    "silent_after": '"3d"',
}
FLOOD = 120


@pytest.fixture
async def narrow(desk_files: DeskFiles, api: BotApi) -> AsyncIterator[Desk]:
    """A desk with narrow limits, serving."""
    made = new_desk(desk_files, api)
    policy = made.settings.root / "providers" / "sever" / "policy.toml"
    lines = [one.partition(" = ") for one in policy.read_text("utf-8").splitlines()]
    narrowed = (f"{name}{equals}{LIMITS.get(name, value)}" for name, equals, value in lines)
    policy.write_text("\n".join(narrowed), "utf-8")
    await made.opens()
    yield made
    await made.closes()


@pytest.fixture
def agents_group(narrow: Desk, api: BotApi) -> AgentsGroup:
    """The agents' group of that desk."""
    return AgentsGroup(narrow, api.group(AGENTS, "Агенты"), api.user(IVANOVA, "Мария", language_code="ru"))


async def states(desk: Desk) -> Counter[str]:
    """What became of everything that came through the bot."""
    database = Database(desk.settings.database)
    async with database.look() as connection:
        query = select(arrivals.c.state).where(arrivals.c.channel == "telegram:main")
        found = Counter((await connection.execute(query)).scalars().all())
    await database.close()
    return found


async def decided(desk: Desk, count: int) -> Counter[str]:
    """The same, once so many came and none of them waits any more."""

    async def nothing_waits() -> bool:
        found = await states(desk)
        return found.total() >= count and not found["waiting"]

    await eventually(nothing_waits, 60)
    return await states(desk)


async def test_a_flood_of_one_person_is_folded_and_nobody_waits_for_it(narrow: Desk) -> None:
    """A hundred messages at once: the first are heard, the rest is quarantined, and one sentence tells it, once."""
    flooder, other = TelegramSubscriber(narrow, "Анна"), TelegramSubscriber(narrow, "Борис")
    await narrow.closes()
    for number in range(FLOOD):
        await flooder.says(f"почините интернет {'!' * (number % 7 + 1)}")
    await narrow.opens()
    await other.says("пропал интернет, ничего не открывается")
    await other.hears("ask_contract")
    await flooder.hears("too_many")
    found = await decided(narrow, FLOOD + 1)
    assert found.total() == FLOOD + 1, "all of it is stored, and once"
    assert found["quarantined"] >= FLOOD - 60
    assert flooder.heard("too_many") == 1
    (case,) = [one for one in await narrow.cases() if one.address == str(flooder.user.id)]
    assert any(line.kind == FloodQuarantined.kind for line in await narrow.journal(case)), "the agents can see it"


async def test_a_dialog_that_fell_silent_ends_without_a_word(narrow: Desk) -> None:
    """Half-done dialogs are over after days; a case with a number is not; who comes back is greeted anew."""
    half, whole = TelegramSubscriber(narrow, "Анна"), TelegramSubscriber(narrow, "Борис")
    await half.says("пропал интернет, ничего не открывается")
    await half.hears("ask_contract")
    await whole.says("пропал интернет, оператор")
    await whole.hears("registered")
    narrow.later(days=4)

    async def ended() -> bool:
        return any(one.state == "cancelled" for one in await narrow.cases())

    await eventually(ended, 60)
    by_person = {one.address: (one.state, one.reason) for one in await narrow.cases()}
    assert by_person == {
        str(half.user.id): ("cancelled", "silent"),
        str(whole.user.id): ("acknowledged", "queued"),
    }
    said = len(half.everything())
    await half.says("снова нет интернета")
    await half.hears("ask_contract")
    assert len(half.everything()) == said + 1, "nothing was said between"


async def test_who_comes_with_one_matter_after_the_other_gets_a_human(narrow: Desk) -> None:
    """The third matter within a day is a case for a specialist, and what follows joins it.

    By then the person is a stranger no more, whose answers stand behind all others in the outbox.
    """
    anna = TelegramSubscriber(narrow, "Анна")
    for _ in range(2):
        await anna.says("второй день нет интернета, договор 40-1187")
        await anna.hears("did_it_help")
        await anna.answers("helped")
        await anna.hears("settled_thanks")
    await anna.says("опять нет интернета")
    assert wording.template("registered", "ru").is_in((await anna.hears("often_today")).text)
    await anna.says("и ещё телевизор не работает")
    await anna.hears("added")
    assert [one.number is not None for one in await narrow.cases()] == [False, False, True]
    database = Database(narrow.settings.database)
    async with database.look() as connection:
        query = (
            select(departures.c.priority)
            .where(departures.c.lane == f"telegram:main:{anna.user.id}")
            .order_by(departures.c.id)
        )
        priorities = (await connection.execute(query)).scalars().all()
    await database.close()
    assert (priorities[0], priorities[-1]) == (3, 0)


async def test_a_group_that_takes_the_bot_in_hears_nothing(desk: Desk, anna: TelegramSubscriber, api: BotApi) -> None:
    """Neither being added, nor commands, nor talk opens a dialog there."""
    bot, group = desk.api.bots["1000:telegram-canary"], api.group(-4242, "Чужая группа")
    member = api.user(8006, "Пётр", language_code="ru")
    await group.admits(bot, admin=False)
    for words in ("/start", "/help", "нет интернета, договор 40-1187", "оператор"):
        await member.says(group, words)
    await group.kicks(bot)
    await anna.says("пропал интернет, ничего не открывается")
    await anna.hears("ask_contract")
    assert [one.address for one in await desk.cases()] == [str(anna.user.id)]
    assert [call for call in api.calls("sendMessage") if call.params.get("chat_id") == -4242] == []


def spied(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which values the index of accounts is asked for from now on."""
    asked: list[str] = []
    find = IndexedAccounts.find

    async def noted(self: IndexedAccounts, providers: Collection[str], kind: str, value: str) -> tuple[Account, ...]:
        asked.append(value)
        return await find(self, providers, kind, value)

    monkeypatch.setattr(IndexedAccounts, "find", noted)
    return asked


async def guesses(desk: Desk, guesser: TelegramSubscriber, numbers: Sequence[str]) -> list[str]:
    """Tries one number after the other, each once the last was answered; returns what the desk said, without the
    numbers, in order of the alphabet."""
    before = (await states(desk)).total()
    for count, number in enumerate(numbers, 1):
        await guesser.says(f"нет интернета, договор {number}")
        await decided(desk, before + count)
        await desk.settled()
    words = [one for one in guesser.everything() if one]
    for number in numbers:
        words = [one.replace(number, "#") for one in words]
    return sorted(words)


async def test_guessing_goes_unanswered_and_soon_unasked(
    narrow: Desk, agents_group: AgentsGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one person's numbers the fourth is not looked up, whoever has it; the agents read it once, over a restart."""
    asked = spied(narrow, monkeypatch)
    guesser, again = TelegramSubscriber(narrow, "Анна"), TelegramSubscriber(narrow, "Анна")
    wrong = ["41-0001", "41-0002", "41-0003"]
    inbound = await guesses(narrow, guesser, [*wrong, "40-1370"])
    assert set(asked) == set(wrong)
    await agents_group.sees("agents_guessing_person")
    await narrow.closes()
    await narrow.opens()
    asked = spied(narrow, monkeypatch)
    await guesser.says("договор 40-1187, оператор")
    await guesser.hears("registered")
    assert asked == []
    (case,) = await narrow.cases()
    assert (case.entitlement, case.proved) == ("unverified", False)
    assert await guesses(narrow, again, [wrong[0], "40-1187", *wrong[1:]]) == inbound, "one that exists sounds alike"
    assert asked == [wrong[0], "40-1187"], "all strangers together have a budget too"
    await agents_group.sees("agents_guessing_all")
    assert len(agents_group.said("agents_guessing_person")) == 1
