"""Trouble on order: what a test or the kill harness asks the emulator to do wrong."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Literal

from tests.peers.botapi.protocol import JSON

Kind = Literal["delay", "error", "close", "accept_then_close", "garbage"]
KINDS: frozenset[str] = frozenset({"delay", "error", "close", "accept_then_close", "garbage"})


@dataclass(slots=True, eq=False)
class Fault:
    """One thing to do wrong, for calls that match.

    ``delay``: wait ``seconds``, then serve. ``error``: answer ``code`` (with ``retry_after``) and do nothing.
    ``close``: cut the connection before anything is done. ``accept_then_close``: do it and lose the answer.
    ``garbage``: do it and answer with something that is not JSON. ``times`` is how often (None: always), after the
    first ``after`` matching calls; ``probability`` decides each time. Downloads go by the method name "file".
    """

    kind: Kind
    method: str | None = None
    chat_id: int | None = None
    bot_id: int | None = None
    times: int | None = 1
    after: int = 0
    probability: float = 1.0
    seconds: float = 0.0
    code: int = 502
    description: str = "Bad Gateway"
    retry_after: int | None = None
    hits: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no such fault: {self.kind}")

    def matches(self, bot_id: int, method: str, chat_id: int | None) -> bool:
        return (
            (self.method is None or self.method.lower() == method.lower())
            and (self.chat_id is None or self.chat_id == chat_id)
            and (self.bot_id is None or self.bot_id == bot_id)
        )


class Faults:
    """The faults on order, the oldest first; the first that strikes wins, and delays add up."""

    def __init__(self, seed: int = 0) -> None:
        self.ordered: list[Fault] = []
        self._random = random.Random(seed)

    def add(self, fault: Fault) -> Fault:
        self.ordered.append(fault)
        return fault

    def order(self, fields: JSON) -> Fault:
        """A fault as the control API describes it. Raises TypeError or ValueError."""
        return self.add(Fault(**fields))

    def lift(self, fault: Fault) -> None:
        """Ends one fault; nothing happens when it is used up already."""
        if fault in self.ordered:
            self.ordered.remove(fault)

    def clear(self) -> None:
        self.ordered.clear()

    def strike(self, bot_id: int, method: str, chat_id: int | None) -> tuple[float, Fault | None]:
        """The seconds to wait and the fault to commit, if any, for one call."""
        seconds = 0.0
        for fault in tuple(self.ordered):
            if not fault.matches(bot_id, method, chat_id) or not self._happens(fault):
                continue
            seconds += fault.seconds
            if fault.kind != "delay":
                return seconds, fault
        return seconds, None

    def _happens(self, fault: Fault) -> bool:
        if fault.after > 0:
            fault.after -= 1
            return False
        if fault.probability < 1 and self._random.random() >= fault.probability:
            return False
        fault.hits += 1
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.ordered.remove(fault)
        return True
