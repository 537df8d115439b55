"""What the desk expects to hear next in a case, and how far its questions have come: a table of its own.

Whoever is named as the owner of the expectation hears the next answer first (`desk.pipeline.rulebook`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from desk.storage.base import Base, ProviderScopedRow

PROBLEM, IDENTIFIER, CATEGORY, SELF_HELP = "problem", "identifier", "category", "self_help"
QUESTION, SUMMARY, CONSENT, CHANGE, ARTICLE = "question", "summary", "consent", "change", "article"
"""The owners of expectations: what happened; whose contract; what it is about; whether an article helped; the answer
to a dialog's question; whether the summary is right; whether the case may be closed; whether a window for a change
suits. ``ARTICLE`` lives within a round only: the dialog wants an article shown, and the knowledge base shows it."""
SETTLED, RESUME, RESTART, OTHER = "settled", "resume", "restart", "other"
MEANT, BALANCE = "meant", "balance"
"""Questions put in between, while `DialogState.paused` holds what waits behind them: whether the matter is settled, now
that it works; whether to go on after a silence; whether to begin anew; whether to turn to another matter now; which key
on file was meant by one that looks like it; whether how the account stands is the reason."""


@dataclass(frozen=True, slots=True)
class Expecting:
    """Who hears the next answer first, and which question was put; both "" when nothing was asked."""

    owner: str = ""
    question: str = ""

    def __bool__(self) -> bool:
        return bool(self.owner)


NOTHING_ASKED = Expecting()


@dataclass(slots=True)
class DialogState:
    """Where the talk stands. ``prompt`` grows by one with every prompt shown, so that a stale button is known.

    ``tries`` counts how often the question was put again, ``asked`` lists the questions of the last prompt, and
    ``dialog_hash`` is the version of the dialog they come from. ``put`` lists the questions put so far, once for each
    time, and ``rephrased`` counts how often that was because an answer was not understood. ``angry`` counts the
    messages in anger, ``waits`` those that ask for time. ``heard`` are the messages said before a dialog began
    (`intake.engine.rules.message_answers`). ``paused`` is the expectation behind a question put in between: its owner,
    its question, and ``asked``. ``kept`` are other matters to come back to: {"words": ...} that were said of one, or
    {"case": ...} that waits.
    """

    expecting: Expecting = NOTHING_ASKED
    prompt: int = 0
    tries: int = 0
    asked: list[str] = field(default_factory=list)
    dialog_hash: str = ""
    put: list[str] = field(default_factory=list)
    rephrased: int = 0
    angry: int = 0
    waits: int = 0
    heard: list[dict[str, Any]] = field(default_factory=list)
    paused: list[str] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)

    def change(self, changes: Mapping[str, Any]) -> None:
        """Sets several fields. Raises AttributeError for a name that is none, so that no change is lost silently."""
        for name, value in changes.items():
            if name not in _FIELDS:
                raise AttributeError(f"a dialog state has no field {name!r}")
            setattr(self, name, value)

    def as_row(self) -> dict[str, Any]:
        """The columns of `DialogStateRow` without its key."""
        return {
            "owner": self.expecting.owner,
            "question": self.expecting.question,
            "prompt": self.prompt,
            "tries": self.tries,
            "asked": list(self.asked),
            "dialog_hash": self.dialog_hash,
            **{name: getattr(self, name) for name in ("rephrased", "angry", "waits")},
            **{name: list(getattr(self, name)) for name in ("put", "heard", "paused", "kept")},
        }


_FIELDS = frozenset(one.name for one in fields(DialogState))


class DialogStateRow(ProviderScopedRow, Base):
    """The stored `DialogState` of a case."""

    __tablename__ = "dialog_states"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner: Mapped[str] = mapped_column(String(16), default="")
    question: Mapped[str] = mapped_column(String(80), default="")
    prompt: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    asked: Mapped[list[str]] = mapped_column(JSON, default=list)
    dialog_hash: Mapped[str] = mapped_column(String(64), default="")
    put: Mapped[list[str]] = mapped_column(JSON, default=list)
    rephrased: Mapped[int] = mapped_column(default=0)
    angry: Mapped[int] = mapped_column(default=0)
    waits: Mapped[int] = mapped_column(default=0)
    heard: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    paused: Mapped[list[str]] = mapped_column(JSON, default=list)
    kept: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)

    __table_args__ = (
        ForeignKeyConstraint(["provider", "case_id"], ["cases.provider", "cases.id"], onupdate="CASCADE"),
    )


def dialog_state_of(row: DialogStateRow | None) -> DialogState:
    """The state a row holds; a fresh one where there is no row."""
    if row is None:
        return DialogState()
    return DialogState(
        Expecting(row.owner, row.question),
        row.prompt,
        row.tries,
        list(row.asked),
        row.dialog_hash,
        list(row.put),
        row.rephrased,
        row.angry,
        row.waits,
        list(row.heard),
        list(row.paused),
        list(row.kept),
    )
