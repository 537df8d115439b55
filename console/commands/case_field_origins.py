"""Where each line of a case comes from: the words of a message, a button, or what was on file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from desk.model.case import Case
from desk.model.journal import DialogueMessageLogged, JournalEntry
from desk.understanding.contract_numbers import contract_told

Labels = Mapping[str, str]


def origin_lines(
    case: Case, journal: Sequence[JournalEntry], say: Labels, contract_shapes: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Contract, own words, number for the call and each answer with its value, and below that its origin: the words,
    and the message they stand in. ``contract_shapes`` are those of the case's provider."""
    said = [one for one in journal if one.kind == DialogueMessageLogged.kind and one.actor == "subscriber"]
    messages = {str(entry.data["message"]): entry.text for entry in said if entry.data.get("message")}
    texts = [entry.text for entry in said]
    lines = []
    if case.contract:
        named = (text for text in reversed(texts) if _names(text, case.contract, contract_shapes))
        lines.append((say["contract"], f"{case.contract}\n{_in_message(next(named, ''), say, say['from_sender'])}"))
    if case.description:
        lines.append((say["what"], "\n".join(_told(case.description, texts, say))))
    if case.callback_phone:
        digits = _digits(case.callback_phone)[-10:]
        told = next((text for text in reversed(texts) if digits in _digits(text)), "")
        lines.append((say["callback_phone"], f"{case.callback_phone}\n{_in_message(told, say, say['from_file'])}"))
    return lines + [
        (name, f"{_value(answer)}\n{_origin(answer, messages, say)}") for name, answer in case.answers.items()
    ]


def _names(text: str, contract: str, shapes: Sequence[str]) -> bool:
    found = contract_told(text, shapes, asked=True)
    return contract in text or (found is not None and found.number == contract)


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _in_message(text: str, say: Labels, otherwise: str) -> str:
    return f"{say['from_message']}: {_short(text)}" if text else otherwise


def _told(description: str, texts: Sequence[str], say: Labels) -> Iterable[str]:
    """Each line of a description as «words», and those that no message of the subscriber's has by themselves."""
    for line in filter(None, map(str.strip, description.splitlines())):
        known = any(line in text for text in texts)
        yield f"«{_short(line)}»" if known else f"{_short(line)} ({say['from_unknown']})"


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
