"""The words of a letter that the person wrote, whatever of the desk's own letters stands around them. Pure."""

from __future__ import annotations

from functools import lru_cache

from intake.engine.letters.answer_fit import shown_options
from intake.engine.letters.answer_parts import split_at_own_text
from intake.engine.letters.desk_text_in_answer import DeskSentences, DeskTextKind, find_own_text
from intake.engine.model import Dialog


def person_words(text: str, dialog: Dialog | None, written: DeskSentences) -> str:
    """The text without the questions of the dialog, their options and the sentences of the desk's templates."""
    return _person_words(text, _Known(dialog), written)


class _Known:
    """A dialog as the key of a cache: of one version all are alike."""

    def __init__(self, dialog: Dialog | None) -> None:
        self.dialog = dialog
        self.hash = dialog.hash if dialog else ""

    def __hash__(self) -> int:
        return hash(self.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.hash == self.hash


@lru_cache(maxsize=32)
def _person_words(text: str, known: _Known, written: DeskSentences) -> str:
    questions = (*known.dialog.questions, *known.dialog.requests) if known.dialog else ()
    own = find_own_text(text, questions, [shown_options(one) for one in questions], written.sentences)
    # An option alone in a line, without its bullet, is an answer.
    own = [one for one in own if one.part is not DeskTextKind.OPTION or one.listed or one.quoted]
    return "\n".join(part.text for part in split_at_own_text(text, own, lambda number: -1))
