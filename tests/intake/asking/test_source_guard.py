"""A client's system that is slow, down, lying and back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from desk.model.shared_facts import Account
from intake.identity.asking.source_guard import GuardedSource, SourceTrouble

START = datetime(2026, 12, 1, tzinfo=UTC)


class System:
    """A client's system and the time."""

    def __init__(self) -> None:
        self.at, self.is_down, self.asked = START, False, list[str]()
        self.guarded = GuardedSource("billing", self.ask, lambda: self.at)

    async def ask(self, kind: str, value: str) -> tuple[Account, ...]:
        self.asked.append(value)
        if self.is_down:
            raise SourceTrouble("down")
        return (Account("sever", value),)

    async def finds(self, value: str) -> bool:
        try:
            return bool(await self.guarded.find("contract", value))
        except SourceTrouble:
            return False


async def test_an_answer_is_remembered_for_ten_minutes() -> None:
    system = System()
    for minutes in (0, 9, 10, 11):
        system.at = START + timedelta(minutes=minutes)
        (account,) = await system.guarded.find("contract", "1")
        assert (account.source, account.known_at) == ("billing", START if minutes < 11 else system.at)
    assert len(system.asked) == 2


async def test_the_last_good_answer_serves_a_day_and_says_its_age() -> None:
    system = System()
    await system.finds("1")
    system.is_down = True
    system.at = START + timedelta(hours=23)
    (account,) = await system.guarded.find("contract", "1")
    assert account.known_at == START
    assert system.guarded.age == timedelta(hours=23)
    assert not await system.finds("2")
    system.at = START + timedelta(hours=25)
    assert not await system.finds("1")


async def test_five_failures_leave_it_alone_for_a_minute() -> None:
    system = System()
    system.is_down = True
    for one in range(8):
        assert not await system.finds(str(one))
    assert len(system.asked) == 5
    system.at += timedelta(seconds=59)
    assert not await system.finds("9")
    assert len(system.asked) == 5
    system.at += timedelta(seconds=2)
    assert not await system.finds("9"), "one try, and it is left alone again"
    assert not await system.finds("10")
    assert len(system.asked) == 6
    system.is_down = False
    system.at += timedelta(seconds=61)
    assert await system.finds("11")
    assert await system.finds("12")


async def test_at_most_five_questions_are_in_flight() -> None:
    running, most, full, go_on = 0, 0, asyncio.Event(), asyncio.Event()

    async def ask(kind: str, value: str) -> tuple[Account, ...]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 5:
            full.set()
        await go_on.wait()
        running -= 1
        return ()

    guarded = GuardedSource("billing", ask, lambda: START)
    tasks = [asyncio.create_task(guarded.find("contract", str(one))) for one in range(20)]
    await full.wait()
    go_on.set()
    await asyncio.gather(*tasks)
    assert most == 5


async def test_nothing_that_only_looks_alike_is_asked_for() -> None:
    system = System()
    assert await system.guarded.find_folded("contract", "1") == ()
    assert system.asked == []


@pytest.mark.parametrize("number", [3])
async def test_answers_are_not_kept_without_end(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.identity.asking.source_guard.KEPT", number)
    system = System()
    for one in range(6):
        await system.finds(str(one))
    assert len(system.guarded._answers) == number
