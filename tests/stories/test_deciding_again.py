"""Deciding can be done again, and a difference is found. That every story comes to the same is seen at its end."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, delete, func, select, update

from console.runtime import rule_order, wiring
from console.runtime.compare_decisions import ReplayDifference, UndecidableArrivals
from desk.model.dialog_state import SELF_HELP
from desk.pipeline.rulebook import Rulebook
from desk.pipeline.write_buffer import JOURNAL
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals
from tests.prepared_desks import PreparedDesks
from tests.stories.deciding_again import differences
from tests.stories.desk import Desk
from tests.stories.subscribers import Subscriber

pytestmark = [
    pytest.mark.channels("terminal", because="each story is decided again over its own channel"),
    pytest.mark.parametrize("desk_files", ["sqlite"], indirect=True),
]
Compared = Callable[..., Awaitable[list[ReplayDifference | UndecidableArrivals]]]


@pytest.fixture
async def compared(desk: Desk, subscriber: Subscriber, prepared_desks: PreparedDesks, tmp_path: Path) -> Compared:
    """A story in which self-help settles the matter; called with statements, what is stored is altered by them and
    decided again."""
    await subscriber.says("нет интернета, договор 40-1187")
    await subscriber.hears("did_it_help")
    await subscriber.answers("helped")
    await subscriber.hears("settled_thanks")
    await desk.settled()
    await desk.closes()

    async def found(*statements: Executable) -> list[ReplayDifference | UndecidableArrivals]:
        copy = tmp_path / "altered.db"
        shutil.copyfile(desk.settings.database.partition("///")[2], copy)
        altered = Database(f"sqlite+aiosqlite:///{copy}")
        async with altered.work() as connection:
            for statement in statements:
                await connection.execute(statement)
        await altered.close()
        settings = dataclasses.replace(desk.settings, database=altered.url)
        return await differences(
            dataclasses.replace(desk, settings=settings), prepared_desks.database_copy(tmp_path / "compared.db")
        )

    return found


async def test_what_is_untouched_is_decided_to_the_same(compared: Compared) -> None:
    assert await compared() == []


async def test_another_rule_is_found(compared: Compared, monkeypatch: pytest.MonkeyPatch) -> None:
    """The outcome, the rules, the case and what is said differ, and each is told in a sentence."""
    answers = {**rule_order.ANSWERS, SELF_HELP: ()}
    stages = [
        dataclasses.replace(one, rules=answers) if one.rules is rule_order.ANSWERS else one
        for one in rule_order.RULEBOOK.stages
    ]
    monkeypatch.setattr(wiring, "RULEBOOK", Rulebook(stages, rule_order.RULEBOOK.without_case))
    found = await compared()
    columns = {(one.table, one.column) for one in found if isinstance(one, ReplayDifference)}
    assert {("arrivals", "decided_by"), ("cases", "state"), ("departures", "body")} <= columns
    assert any("state is 'closed', decided again 'acknowledged'" in str(one) for one in found)


async def test_an_altered_journal_entry_is_found(compared: Compared) -> None:
    last = select(func.max(JOURNAL.c.id)).scalar_subquery()
    (one,) = await compared(update(JOURNAL).where(JOURNAL.c.id == last).values(text="nobody said this"))
    assert isinstance(one, ReplayDifference)
    assert (one.table, one.column, one.stored) == ("journal", "text", "nobody said this")
    assert str(one).startswith(f"journal {one.key}: text is 'nobody said this', decided again ")


async def test_a_missing_arrival_is_found(compared: Compared) -> None:
    """What was written with it is stored, and nothing writes it again."""
    last: Any = select(func.max(arrivals.c.id)).scalar_subquery()
    found = await compared(delete(arrivals).where(arrivals.c.id == last))
    tables = {one.table for one in found if isinstance(one, ReplayDifference) and not one.column and one.again is None}
    assert {"journal", "departures"} <= tables
    assert any("is stored, and was not written when decided again" in str(one) for one in found)


async def test_an_arrival_that_cannot_be_decided_any_more_is_told(compared: Compared) -> None:
    first: Any = select(func.min(arrivals.c.id)).scalar_subquery()
    found = await compared(update(arrivals).where(arrivals.c.id == first).values(body=b"not JSON"))
    failure = next(one for one in found if isinstance(one, UndecidableArrivals))
    assert "cannot be decided again: UnreadableMessage" in str(failure)
