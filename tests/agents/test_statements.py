"""What agents cost the database while messages are decided: nothing, but the audit's one row for each order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, event

from chat.terminal_channel import TerminalUser
from console.runtime.wiring import Application, build_application
from desk.clock import now
from desk.model.agent_operations import AddNote
from desk.model.messages import RawMessage
from desk.model.settings import Secret, Settings
from desk.pipeline.internal_channel import order_message
from desk.queues import inbox
from tests.prepared_desks import DeskFiles

TABLES = ("agents", "agent_identities", "memberships", "teams", "team_files", "presence", "audit")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement, on whichever connection."""
    found: list[str] = []

    def hears(*said: object) -> None:
        found.append(str(said[2]).replace('"', " ").replace("\n", " "))

    event.listen(Engine, "before_cursor_execute", hears)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", hears)


async def decided(house: Application, message: RawMessage) -> list[str]:
    """The statements about agents that it took to store and decide a message."""
    with statements() as found:
        await inbox.accept(house.database, [message])
        while await house.worker.work():
            pass
    return [one for one in found if any(f" {table} " in f"{one} " for table in TABLES)]


async def test_agents_are_in_memory_and_an_order_leaves_one_row(desk_files: DeskFiles, tmp_path: Path) -> None:
    settings = Settings(desk_files.root, desk_files.database, tmp_path / "data", secret=Secret("of no token yet"))
    house = await build_application(settings, workers=1)
    try:
        anna = TerminalUser("sever", "anna", "Анна", "ru")
        for words in ("Здравствуйте!", "второй день нет интернета, договор 40-1187"):
            assert await decided(house, anna.says(words, now())) == []
        order = order_message(AddNote("обрыв"), now(), provider="sever", number="SN-1", agent="ivanova")
        (row,) = await decided(house, order)
        assert row.startswith("INSERT INTO audit ")
    finally:
        await house.close()
