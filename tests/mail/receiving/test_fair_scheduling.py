"""Mailboxes with a backlog take turns, and nobody gives up a turn that no other wants."""

from __future__ import annotations

import asyncio

from mail.receiving.mailbox_memory_shares import LARGE_BATCH, SMALL_BATCH, FetchScheduler


async def test_a_turn_is_over_once_another_mailbox_waits_for_it() -> None:
    turns = FetchScheduler(backlogs=1, patience=60)
    async with turns.take_turn(1000) as first:
        assert first.batch_size == LARGE_BATCH
        assert not first.is_over()
        second = asyncio.create_task(turns.take_turn(1000).__aenter__())
        await asyncio.sleep(0)
        assert first.is_over()
    assert (await second).batch_size == LARGE_BATCH


async def test_without_a_turn_one_goes_on_in_small_steps() -> None:
    turns = FetchScheduler(backlogs=1, patience=0.01)
    async with turns.take_turn(1000) as first, turns.take_turn(1000) as second:
        assert second.batch_size == SMALL_BATCH
        assert second.is_over()
        assert not first.is_over()


async def test_a_few_mails_need_no_turn() -> None:
    turns = FetchScheduler(backlogs=1)
    async with turns.take_turn(1000), turns.take_turn(SMALL_BATCH) as few:
        assert few.batch_size == SMALL_BATCH
