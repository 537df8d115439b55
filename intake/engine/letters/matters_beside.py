"""Other matters that a letter speaks of beside the one at hand: by mail each gets a letter of its own. Pure."""

from __future__ import annotations

import re

from desk.understanding.reading.observations import Act, Situation, TalkStage
from desk.understanding.understand import understand
from intake.engine.dialog_set import DialogSet
from intake.engine.model import Dialog
from intake.engine.phrase_matching import JOINING

_OF_MONEY = ("charge", "plan")
"""What is a matter of its own beside a trouble; a payment or a balance may only be told of."""


def matters_beside(text: str, dialogs: DialogSet, dialog: Dialog) -> list[str]:
    """The sentences of a letter in a talk about ``dialog`` that begin another matter, as they stand there."""
    announced = understand(text, Situation(TalkStage.QUESTION)).says(Act.OTHER_MATTER)
    return [
        piece
        for piece, about in dialogs.matters(text)
        if dialogs.is_another_matter(about, dialog) and (announced or _asks_about_money(piece))
    ]


def _asks_about_money(piece: str) -> bool:
    told = understand(piece, Situation(TalkStage.QUESTION)).value("money_matter")
    return told is not None and told.value in _OF_MONEY


def without_them(text: str, pieces: list[str]) -> str:
    """The text without these sentences, and without the words that joined them to it."""
    for piece in pieces:
        text = re.sub(rf"(?:[\s,;]*\b{JOINING})?{re.escape(piece)}", "", text, count=1, flags=re.IGNORECASE)
    return text.strip().rstrip(" .,;")
