"""What a simulated person is: a script of moves, answers, and what a good first line would make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Press:
    """Presses a button; by letter, where there are none, the words are said instead."""

    option: str
    words: str


@dataclass(frozen=True, slots=True)
class Photo:
    """Sends a photo with these words under it."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Comes back after so many hours."""

    hours: float


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes the last message; by letter, writes another."""

    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Answers what is asked: ``once``, or until nothing is asked any more; a letter also by typing the answers into
    what it asks, unmarked, as Outlook sends it."""

    once: bool = False
    into_letter: bool = False


ANSWER, ANSWERS = Answer(once=True), Answer()
Move = str | tuple[str, ...] | Press | Photo | Later | Edit | Answer

NOT_HELPED = Press("not_helped", "не помогло")
HELPED = Press("helped", "помогло")


@dataclass(frozen=True, slots=True)
class Expected:
    """What must have become of the matter at the end of the script.

    ``outcome`` is "registered" (a numbered case, open), "settled" (closed by consent, never numbered), "cancelled",
    "asking" (the desk still asks) or "" for any. ``values`` are answers by question id, of the last case; ``since`` is
    a local time that must lie within what was understood, as if it were 30 November ("2026-11-29T20:00"). ``kept`` are
    words that the description or the circumstances must have, ``never`` words that stand nowhere on the card. ``cases``
    is how many there are, 0 for any number.
    """

    outcome: str = "registered"
    values: Mapping[str, Any] = field(default_factory=dict)
    since: str = ""
    kept: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    contract: str = ""
    dialog: str = ""
    queue: str = ""
    language: str = ""
    cases: int = 1
    upset: bool | None = None
    articles_at_most: int = 2
    asked_never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Persona:
    """One person with one story."""

    id: str
    script: tuple[Move, ...]
    expected: Expected
    answers: Mapping[str, str] = field(default_factory=dict)
    language: str = "ru"
    channels: tuple[str, ...] = ("telegram", "mail")


HOME = {
    "contract": "40-1187",
    "self_help": "не помогло",
    "scope": "на всех устройствах",
    "since": "вчера вечером",
    "address": "Озёрная 70, кв 70",
    "lamps": "лос красный горит",
    "rebooted": "да, перезагружала, не помогло",
    "neighbours": "у соседей тоже нет",
    "changed": "ничего не менялось",
}
EN = {
    "contract": "40-1187",
    "self_help": "no, still nothing",
    "scope": "every device",
    "since": "since yesterday evening",
    "address": "Ozyornaya 70, apt 70",
    "lamps": "the LOS light is red",
    "rebooted": "yes, twice",
    "neighbours": "no idea",
    "changed": "nothing changed",
}
YESTERDAY_EVENING = "2026-11-29T20:00"
