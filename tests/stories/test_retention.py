"""The desk purges by itself, beside all its other work, and what is kept is decided again to the same."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest

from desk.model.case import Case
from desk.model.retention import RetentionPolicy
from tests.peers.botapi import BotApi
from tests.prepared_desks import DeskFiles, SharedReaders
from tests.stories.conftest import Afterwards, Newcomer
from tests.stories.desk import AgentsGroup, Desk, eventually, new_desk
from tests.stories.subscribers import Subscriber
from tests.stories.test_main_job import ANSWERS

pytestmark = pytest.mark.channels("terminal", because="nothing of it depends on the channel")


@pytest.fixture
async def desk(
    desk_files: DeskFiles, api: BotApi, readers: SharedReaders, decided_again: Afterwards
) -> AsyncIterator[Desk]:
    """A desk that keeps words for ninety days."""
    made = new_desk(desk_files, api, readers=readers)
    made.settings = dataclasses.replace(made.settings, retention=RetentionPolicy(purge=True))
    await made.opens()
    yield made
    await made.closes()
    await decided_again(made)


async def test_who_was_helped_three_months_ago_is_gone_and_who_waits_is_not(
    desk: Desk, subscriber: Subscriber, newcomer: Newcomer, agents: AgentsGroup
) -> None:
    """The open case has its number and its words, and goes on; who comes back after that is somebody new."""
    await subscriber.says("нет интернета, договор 40-1187")
    await subscriber.hears("did_it_help")
    await subscriber.answers("helped")
    await subscriber.hears("settled_thanks")
    waiting = newcomer("Борис")
    await waiting.says("второй день нет интернета, договор 40-2210")
    await waiting.goes_through(ANSWERS, until="registered")
    await desk.settled()
    desk.later(days=92)

    async def purged() -> list[Case]:
        return [case for case in await desk.cases() if case.purged_at]

    (case,) = await eventually(purged)
    assert (case.state, case.description, case.contract, case.person_id) == ("closed", "", "", 0)
    await desk.settled()
    (kept,) = [one for one in await desk.cases() if not one.purged_at]
    assert (kept.number is not None, bool(kept.description)) == (True, True)
    archive = list((desk.settings.data / "archive").glob("*/*.jsonl.gz"))
    assert [path.parent.name for path in archive][:1] == ["sever"]
    await subscriber.says("нет интернета, договор 40-1187")
    await subscriber.hears("did_it_help")
    assert len(await desk.cases()) == 3
