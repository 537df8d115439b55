"""Where each line of a case comes from: the words of a message, a button, or what was on file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desk.model.case import Case
from desk.model.journal import DialogueMessageLogged, JournalEntry

Labels = Mapping[str, str]


def origin_lines(case: Case, journal: Sequence[JournalEntry], say: Labels) -> list[tuple[str, str]]:
    """Each answer with its value, and below that its origin: the words, and the message they stand in."""
    messages = {
        str(entry.data["message"]): entry.text
        for entry in journal
        if entry.kind == DialogueMessageLogged.kind and entry.actor == "subscriber" and entry.data.get("message")
    }
    return [(name, f"{_value(answer)}\n{_origin(answer, messages, say)}") for name, answer in case.answers.items()]


def _value(answer: Mapping[str, Any]) -> str:
    value = answer.get("value")
    return ", ".join(map(str, value)) if isinstance(value, list) else "-" if value is None else str(value)


def _origin(answer: Mapping[str, Any], messages: Mapping[str, str], say: Labels) -> str:
    origin = answer.get("from") or {}
    if "button" in origin:
        return f"{say['from_button']}: {origin['button']}"
    if "file" in origin:
        return f"{say['from_file']}: {origin['file']}"
    said = messages.get(str(origin.get("message")), "")
    start, end = origin.get("span") or (0, 0)
    words = said[start:end] or str(answer.get("text", ""))
    if not words:
        return say["from_nothing"]
    return f"«{words}»" + (f" {say['from_message']}: {_short(said)}" if said and said != words else "")


def _short(text: str, longest: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
