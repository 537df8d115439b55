"""What the world around the desk knows of a run: what people wrote, and the logs of the servers.

None of it is the desk's. It is kept in a folder as lines of JSON, one file a kind, so that a long run can be judged
again without being repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.kills.telegram_process import SENDS
from tests.peers.received_mail import ReceivedMail


@dataclass(frozen=True)
class Said:
    """One thing a subscriber wrote. ``at`` is Unix time; ``bot`` is 0 for mail.

    ``who`` is the chat's id or the mail address, ``key`` the update's id or the Message-ID.
    """

    at: float
    bot: int
    who: str
    key: str
    words: str


@dataclass(frozen=True)
class AgentWords:
    """What the agent wrote to the subscriber of a case."""

    at: float
    number: str
    words: str


@dataclass(frozen=True)
class Shown:
    """One message that the Bot API took from the desk. ``answered``: whether the desk lived to hear of it."""

    at: float
    took: float
    bot: int
    chat: str
    method: str
    words: str
    answered: bool


@dataclass(frozen=True)
class Letter:
    """One letter that the desk brought to the SMTP server."""

    at: float
    to: str
    message_id: str
    references: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class OutsideRecord:
    """Everything of one run. ``kills`` are Unix times; ``flags`` are Dovecot's of each letter in the desk's mailbox."""

    said: Sequence[Said]
    agent: Sequence[AgentWords]
    shown: Sequence[Shown]
    letters: Sequence[Letter]
    kills: Sequence[float]
    flags: Sequence[tuple[int, str]]
    unconfirmed: int
    refused: int
    """How many calls were refused for coming too fast."""

    def save(self, folder: Path) -> None:
        """Writes it; the folder may be there already."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("said", "agent", "shown", "letters"):
            _write(folder / f"{name}.jsonl", (asdict(one) for one in getattr(self, name)))
        _write(folder / "kills.jsonl", self.kills)
        _write(folder / "flags.jsonl", self.flags)
        _write(folder / "counts.jsonl", [{"unconfirmed": self.unconfirmed, "refused": self.refused}])

    @classmethod
    def load(cls, folder: Path) -> OutsideRecord:
        """What `save` wrote."""
        return cls(
            [Said(**one) for one in _read(folder / "said.jsonl")],
            [AgentWords(**one) for one in _read(folder / "agent.jsonl")],
            [Shown(**one) for one in _read(folder / "shown.jsonl")],
            [Letter(**{**one, "references": tuple(one["references"])}) for one in _read(folder / "letters.jsonl")],
            _read(folder / "kills.jsonl"),
            [(uid, flags) for uid, flags in _read(folder / "flags.jsonl")],
            **_read(folder / "counts.jsonl")[0],
        )


def shown_of(calls: Iterable[Any]) -> list[Shown]:
    """What people were shown, by the log of the Bot API."""
    return [
        Shown(
            call["wall"],
            call["took"],
            call["bot_id"],
            str(call["params"].get("chat_id", "")),
            call["method"],
            str(call["params"].get("text") or call["params"].get("caption") or ""),
            call["answered"],
        )
        for call in calls
        if call["ok"] and call["method"] in (*SENDS, "editMessageText", "editMessageCaption")
    ]


def letters_of(letters: Iterable[ReceivedMail]) -> list[Letter]:
    """What came over SMTP."""
    return [
        Letter(one.at, ", ".join(one.recipients), one.message_id, one.references, f"{one.subject}\n{one.text}")
        for one in letters
    ]


def _write(path: Path, lines: Iterable[Any]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")


def _read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
