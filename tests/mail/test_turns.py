"""Mailboxes with a backlog take turns, and nobody gives up a turn that no other wants."""

from __future__ import annotations

import asyncio

from mail.receiving.fair_scheduling import FEW, MANY, FetchScheduler


async def test_a_turn_is_over_once_another_mailbox_waits_for_it() -> None:
    turns = FetchScheduler(backlogs=1, patience=60)
    async with turns.stretch(1000) as first:
        assert first.many == MANY
        assert not first.over()
        second = asyncio.create_task(turns.stretch(1000).__aenter__())
        await asyncio.sleep(0)
        assert first.over()
    assert (await second).many == MANY


async def test_without_a_turn_one_goes_on_in_small_steps() -> None:
    turns = FetchScheduler(backlogs=1, patience=0.01)
    async with turns.stretch(1000) as first, turns.stretch(1000) as second:
        assert second.many == FEW
        assert second.over()
        assert not first.over()


async def test_a_few_mails_need_no_turn() -> None:
    turns = FetchScheduler(backlogs=1)
    async with turns.stretch(1000), turns.stretch(FEW) as few:
        assert few.many == FEW
