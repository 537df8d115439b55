"""A story's desk is decided again by a second one, on a copy of the prepared database, without any server."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from console.runtime.compare_decisions import ReplayClock, ReplayDifference, UndecidableArrivals, decide_again
from console.runtime.wiring import build_application
from desk.storage.database import Database
from tests.stories.desk import Desk

NOT_DECIDED_AGAIN: Mapping[str, str] = {
    "test_a_link_proves_once": "links are made beside the arrivals",
    "test_a_link_that_is_over_proves_nothing": "links are made beside the arrivals",
    "test_an_unknown_number_is_verified_by_a_later_table": "the table of subscribers changes beside the arrivals",
    "test_of_who_is_forgotten_nothing_is_left_and_the_numbers_stay": "the account leaves its table beside the arrivals",
    "test_who_is_let_go_in_the_database_commands_nothing_a_moment_later": "agents are changed beside the arrivals",
}
"""Stories that cannot be decided again, and on what their decisions depend that is not stored."""


async def differences(desk: Desk, database: str) -> list[ReplayDifference | UndecidableArrivals]:
    """How what the desk decided differs from what is decided of its arrivals in this prepared database."""
    clock = ReplayClock()
    recorded = Database(desk.settings.database)
    again = await build_application(dataclasses.replace(desk.settings, database=database), clock, workers=1)
    if desk.readers:
        desk.readers.lend(again.readers)
    try:
        return await decide_again(recorded, again, clock)
    finally:
        if desk.readers:
            desk.readers.take_back(again.readers)
        await again.close()
        await recorded.close()
