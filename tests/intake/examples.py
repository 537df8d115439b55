"""What the tests of this room share: the packaged dialogs, a clock, and how people's files look."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import intake
from desk.model.messages import File
from intake.engine.answer_parsing import NotUnderstood, ParsedAnswer, parse_answer
from intake.engine.dialog_file import parse_dialog
from intake.engine.dialog_set import DialogSet
from intake.engine.model import Dialog, Question

DIALOG_FOLDER = Path(intake.__file__).parent / "dialogs"
PACKAGED = DialogSet.of([DIALOG_FOLDER])
NO_INTERNET = PACKAGED.in_use["no_internet"]
MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 21, 15, 40, tzinfo=MOSCOW)

PHOTO = File("router.jpg", "photo", "image/jpeg", 1000, "telegram:bot:1")
LOG = File("trace.txt", "file", "text/plain", 1000, "telegram:bot:2")

SMALL_DIALOG = """
schema = 1
[form]
id = "small"
version = 1
category = "technical"
ticket_type = "incident"
title = { ru = "Проба", en = "A trial" }
match = ["проба"]

[[ask]]
id = "scope"
type = "choice"
text = { ru = "Где?", en = "Where?" }
options = [
  { id = "here", ru = "Здесь", en = "Here" },
  { id = "there", ru = "Там", en = "There" },
]

[[ask]]
id = "note"
type = "text"
when = "scope == 'here'"
text = { ru = "Что?", en = "What?" }

[[zone]]
id = "unknown"
when = "True"
sure = 0.0

[outcome]
severity = [{ when = "True", set = "minor" }]
route = [{ when = "True", queue = "l1" }]
"""


def small_dialog(*changes: tuple[str, str]) -> Dialog:
    """The small dialog, with pieces of its text replaced."""
    return parse_dialog(small_dialog_text(*changes).encode(), "small.toml")


def small_dialog_text(*changes: tuple[str, str]) -> str:
    text = SMALL_DIALOG
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def question(name: str, dialog: Dialog = NO_INTERNET) -> Question:
    found = dialog.question(name)
    assert found is not None, name
    return found


def value_of(one: Question, words: str = "", **more: Any) -> Any:
    """The value of an answer, or "not understood"."""
    found = parse_answer(one, words, NOW, zone=MOSCOW, **more)
    return "not understood" if isinstance(found, NotUnderstood) else found.value


def parsed(found: ParsedAnswer | NotUnderstood) -> ParsedAnswer:
    assert isinstance(found, ParsedAnswer), found
    return found
