"""``firstline case`` shows what is folded of letters to who asks, marked as such; else how much of it there is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from console.commands.case_printing import folded_lines
from console.terminal.table_labels import labels
from desk.model.journal import DialogueMessageLogged, JournalEntry, stored_data

ENTRY = JournalEntry(
    provider="sever",
    id=1,
    case_id=2,
    at=datetime(2026, 11, 20, tzinfo=UTC).astimezone(ZoneInfo("Europe/Moscow")),
    kind=DialogueMessageLogged.kind,
    data=stored_data(DialogueMessageLogged(folded="-- \nИван\n\n> Горит лампочка?\n> Сеть")),
    text="да, горит",
)


def printed(unfold: bool, language: str = "ru") -> str:
    """What stands below the words of a letter."""
    console = Console(width=80, file=None, record=True, quiet=True)
    with console.capture() as capture:
        console.quiet = False
        console.print(*folded_lines(ENTRY, labels(language), unfold), sep="\n")
    return capture.get()


@pytest.mark.parametrize(("language", "told"), [("ru", "свёрнуто строк: 4"), ("en", "4 lines are folded")])
def test_how_much_is_folded_stands_below_a_letter(language: str, told: str) -> None:
    assert told in printed(unfold=False, language=language)
    assert "Горит" not in printed(unfold=False, language=language)


def test_what_is_folded_is_shown_and_marked() -> None:
    shown = printed(unfold=True).splitlines()
    assert shown == ["[свёрнуто: подпись и цитаты]", "┊ -- ", "┊ Иван", "┊ > Горит лампочка?", "┊ > Сеть"]
