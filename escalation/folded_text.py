"""What is folded of a subscriber's letters, signatures and quotes: any agent of the case can open it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from desk.model.acts import (
    Addressee,
    Button,
    Buttons,
    Decision,
    Facts,
    PopupNotice,
    RefuseOperation,
    SayTemplate,
    decide,
)
from desk.model.agent_operations import ReadFolded
from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.case import Case
from desk.model.events import Inbound, OperationOrdered
from desk.model.journal import DialogueMessageLogged, JournalEntry
from desk.pipeline.arrival_round import Round
from desk.storage.audit import DONE, AuditRow
from desk.storage.database import Database

SAME_TAP = timedelta(seconds=30)
"""Taps of one button within so much time are one tap, whoever taps."""
MOST_LETTERS = 20
"""So many letters of a case are looked at, the latest ones."""
SHOWN_AT_ONCE = 8_000
"""Characters that people can read at once; of a case with more the latest letters are shown."""


@dataclass(frozen=True, slots=True)
class FoldedText:
    """What is folded of the letters that were asked for, oldest first; ``just_shown`` when it was moments ago."""

    letters: tuple[str, ...] = ()
    just_shown: bool = False


def folded_button(letter: int) -> Buttons:
    """What opens the folded text of the letter that came in as this arrival."""
    return ((Button(f"folded:{letter}", "button_folded"),),)


def read_folded(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """The folded text is shown among agents; the case is not touched, and nobody else hears of it."""
    folded = facts.get(FoldedText)
    if folded is None or not folded.letters:
        return decide(RefuseOperation(OperationRefusalCode.NOTHING_FOLDED))
    if folded.just_shown:
        return decide(PopupNotice("folded_shown"))
    shown = [
        SayTemplate("agents_folded", {"lines": tuple(letter.splitlines())}, Addressee.AGENTS, apart="folded")
        for letter in folded.letters
    ]
    return decide(*shown, PopupNotice("folded_shown"))


class FoldedTextLookup:
    """Reads what is folded of a case's letters, for an agent who asks for it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, round_: Round) -> object | None:
        """The `FoldedText`; None where nobody asks."""
        event = round_.inbound.event
        operation = event.operation if isinstance(event, OperationOrdered) else None
        if round_.is_new or not isinstance(operation, ReadFolded):
            return None
        said = (
            select(JournalEntry)
            .where(JournalEntry.case_id == round_.case.id, JournalEntry.kind == DialogueMessageLogged.kind)
            .order_by(JournalEntry.id.desc())
        )
        if operation.letter:
            said = said.where(JournalEntry.arrival_id == operation.letter)
        asked = select(AuditRow.details).where(
            AuditRow.case_id == round_.case.id,
            AuditRow.operation == ReadFolded.name,
            AuditRow.outcome == DONE,
            AuditRow.at > round_.now - SAME_TAP,
        )
        async with self._database.read(round_.case.provider) as session:
            entries = (await session.scalars(said.limit(10 * MOST_LETTERS))).all()
            before = (await session.scalars(asked)).all()
        folded = [text for entry in entries if (text := str(entry.data.get("folded") or ""))]
        return FoldedText(_latest(folded), any(one.get("letter") == operation.letter for one in before))


def _latest(folded: list[str]) -> tuple[str, ...]:
    """Of texts, latest first, those that can be read at once, oldest first; one at least."""
    kept: list[str] = []
    for text in folded[:MOST_LETTERS]:
        if kept and sum(map(len, kept)) + len(text) > SHOWN_AT_ONCE:
            break
        kept.append(text)
    return tuple(kept[::-1])
