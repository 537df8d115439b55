"""A press that came behind words: it counts where nothing newer can have been read when it was pressed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from desk.model.case import Case
from desk.model.core_facts import PressedInTime
from desk.model.dialog_state import CONSENT, QUESTION, SELF_HELP, DialogState, Expecting
from desk.model.events import Inbound, Pressed
from desk.model.messages import Address, ClaimedArrival
from desk.model.provider_files import Provider
from desk.pipeline.arrival_round import Round
from desk.pipeline.reply_timing import put_presses
from desk.queues.question_delivery_times import is_pressed_in_time, stored_question
from desk.storage.database import Database
from desk.storage.ids import RepeatableRoundIds
from desk.storage.queue_and_lease_tables import departures

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SCOPE, SINCE = Expecting(QUESTION, "scope"), Expecting(QUESTION, "since")
BEFORE, AFTER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)


async def _said(database: Database, *rows: dict[str, Any]) -> None:
    common = {"provider": "sever", "channel": "telegram:main", "lane": "telegram:main:1", "kind": "text", "case_id": 1}
    common |= {"policy": "retry", "body": {}, "due_at": NOW, "created_at": NOW, "remote": ""}
    async with database.work() as connection:
        for number, row in enumerate(rows):
            asks = stored_question(row.pop("question", SCOPE))
            await connection.execute(departures.insert().values(**common | {"key": f"1.{number}", "asks": asks} | row))


ASKED: dict[str, Any] = {"state": "sent", "sent_at": BEFORE, "remote": "50"}


@pytest.mark.parametrize(
    ("since", "counts"),
    [
        ({"state": "pending"}, True),
        ({"state": "sent", "sent_at": AFTER, "remote": "51"}, True),
        ({"state": "sent", "sent_at": NOW, "remote": "51"}, False),
        ({"state": "sending"}, True),
        ({"state": "unknown"}, False),
        ({"state": "failed"}, True),
        ({"state": "sent", "sent_at": BEFORE, "remote": "50"}, False),
    ],
    ids=["not yet", "sent after", "sent before", "on its way", "who knows", "refused", "edited"],
)
async def test_a_press_counts_if_nothing_newer_was_there(
    database: Database, since: dict[str, Any], counts: bool
) -> None:
    await _said(database, dict(ASKED), dict(since))
    async with database.look() as connection:
        assert await is_pressed_in_time(connection, 1, SCOPE, "50", NOW) is counts


async def test_a_press_answers_no_other_question_than_its_own(database: Database) -> None:
    await _said(database, dict(ASKED), {"state": "pending", "question": SINCE})
    async with database.look() as connection:
        assert not await is_pressed_in_time(connection, 1, SINCE, "50", NOW)
        assert not await is_pressed_in_time(connection, 1, SCOPE, "49", NOW), "nobody knows that message"
        assert not await is_pressed_in_time(connection, 2, SCOPE, "50", NOW), "another case"


@pytest.mark.parametrize("owner", [CONSENT, SELF_HELP])
async def test_nothing_is_closed_by_a_press_of_an_earlier_prompt(owner: str) -> None:
    """Whether it helped and whether a case may be closed is asked of one certain prompt: the database is not asked."""
    press = Inbound("telegram:main", Address("telegram", "telegram:main", "1"), NOW, Pressed(1, 1, "yes"), message="50")
    case = Case(provider="sever", id=1, person_id=1, language="ru", opened_at=NOW, updated_at=NOW)
    case.dialog_state = DialogState(Expecting(owner), prompt=2)
    arrival = ClaimedArrival(1, "telegram:main", "1", "telegram:main:1", b"{}", NOW)
    ids = RepeatableRoundIds(NOW, 1)
    late = Round(arrival, press, cast(Provider, None), NOW, ids, case, is_new=False)
    await put_presses(cast(AsyncSession, None), [late])
    assert late.facts.get(PressedInTime) is None
