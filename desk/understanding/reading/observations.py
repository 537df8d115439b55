"""What was understood of a message: acts and values, each with the span of the text it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any

from desk.model.key_shapes import KeyShape


class Act(StrEnum):
    """What a person does with words, beside telling facts. The names are those of ``firstline understand``."""

    AGREE = "agree"
    """Agrees: the matter may be closed, the article helped, the summary is right."""
    RESERVED = "reserved"
    """Agrees with a reservation: "работает, но медленно"."""
    DENY = "deny"
    WORKS_ALREADY = "works_already"
    """Says unasked that the trouble is over."""
    WAIT = "wait"
    """Asks for time: "сейчас попробую", "I'll try tonight"."""
    THANKS = "thanks"
    GREETING = "greeting"
    HUMAN = "human"
    CALLBACK = "callback"
    STATUS = "status"
    CANCEL = "cancel"
    BOT_QUESTION = "bot_question"
    CONFUSED = "confused"
    """Does not understand the question or a word of it: "чего?", "что такое LOS?"."""
    OTHER_MATTER = "other_matter"
    CORRECTION = "correction"
    BACK = "back"
    RESTART = "restart"
    DONT_KNOW = "dont_know"
    SKIP = "skip"
    LANGUAGE = "language"
    """Wants another language; the value of slot "language" says which."""
    ANGRY = "angry"
    EMERGENCY = "emergency"
    """Danger to people or property: smoke, sparks, a hanging cable, an alarm line for somebody ill."""
    ANSWER = "answer"
    """Holds a value for some question."""


class TalkStage(StrEnum):
    """What the desk had asked, or said, when the message was written."""

    CONSENT = "consent"
    """Asked whether everything works and the case may be closed."""
    HELPED = "helped"
    """Asked whether the article helped."""
    WAITING = "waiting"
    """A registered case waits for an agent, or is with one."""
    QUESTION = "question"
    """A question of a dialog, or for the contract number, is open."""
    FIRST = "first"
    """Nothing was said yet."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What must be known beside the words in order to understand them.

    ``question`` is the meaning of the open question: "since", "scope", "lamps", "address", "rebooted", "neighbours",
    "changed", "phone", "site", "contract" and others; "" where none is open or it has no known meaning. ``now`` and
    ``zone`` are for times; without ``now`` no moment is computed. ``contract_shapes`` are those of
    `desk.understanding.contract_numbers` ("99-9999"), ``key_shapes`` those of the provider's other keys.
    """

    context: TalkStage = TalkStage.FIRST
    question: str = ""
    now: datetime | None = None
    zone: tzinfo = UTC
    contract_shapes: tuple[str, ...] = ()
    key_shapes: tuple[KeyShape, ...] = ()


@dataclass(frozen=True, slots=True)
class ObservedAct:
    """An act, and the words that show it: ``text[start:end]``."""

    act: Act
    start: int
    end: int


SAYS_LESS = "says_less"


@dataclass(frozen=True, slots=True)
class ObservedValue:
    """A value for a question of this meaning, and its words: ``text[start:end]``.

    ``value`` is what conditions of a dialog look at: "all", True, "ok", the words themselves. ``parsed`` has more where
    there is more: "from" and "to" of a moment (ISO, UTC), "currency" of an amount. `SAYS_LESS` is there, and true,
    where the words say less than an option of this value does: "по вайфаю" says nothing of the cable.
    """

    slot: str
    value: Any
    start: int
    end: int
    parsed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObservedKey:
    """A key of identity in its normal form, and its words.

    ``kind`` is "contract", "phone", "email", "login", "serial", "licence", "reference" or "case". ``folded`` where a
    letter was read as the digit it looks like: such a key is asked about, and never taken.
    """

    kind: str
    value: str
    start: int
    end: int
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything that was understood of one message."""

    text: str
    acts: tuple[ObservedAct, ...] = ()
    values: tuple[ObservedValue, ...] = ()
    keys: tuple[ObservedKey, ...] = ()
    closes: bool = False
    """Whether the desk closes a case, or settles a matter, on these words: each of them is understood, and all that
    is understood is agreement, thanks, greeting or a finished story."""

    def says(self, *acts: Act) -> bool:
        """Whether any of these acts was seen."""
        return any(one.act in acts for one in self.acts)

    def value(self, slot: str) -> ObservedValue | None:
        """The first value for a question of this meaning."""
        return next((one for one in self.values if one.slot == slot), None)

    def key(self, kind: str) -> ObservedKey | None:
        """The first key of this kind."""
        return next((one for one in self.keys if one.kind == kind), None)

    @property
    def leftover(self) -> str:
        """The words that no observation uses, pieces of the text joined by a blank."""
        observations: tuple[ObservedAct | ObservedValue | ObservedKey, ...] = (*self.acts, *self.values, *self.keys)
        covered = sorted((one.start, one.end) for one in observations)
        pieces, at = [], 0
        for start, end in (*covered, (len(self.text), len(self.text))):
            if start > at:
                pieces.append(self.text[at:start].strip(" \t\n\r.,;:!?…—–-"))
            at = max(at, end)
        return " ".join(piece for piece in pieces if piece)
