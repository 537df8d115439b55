"""The last short word the desk said in a case, so that the same one is never said twice in a row. Pure."""

from __future__ import annotations

from desk.model.acts import Buttons, Names, RuleAct, SayTemplate, SetFields
from desk.model.case import Case

_AGAIN = " again"


def short_word(case: Case, template: str, names: Names | None = None, buttons: Buttons = ()) -> list[RuleAct]:
    """Says a word to the speaker; where it was the last one said, in its other form (``again``)."""
    again = case.last_word == template
    return [
        SayTemplate(template, {**(names or {}), "again": "1" if again else ""}, buttons=buttons),
        SetFields({"last_word": template + _AGAIN if again else template}),
    ]


def was_said_last(case: Case, template: str) -> bool:
    """Whether this word, in one form or the other, was the last one said."""
    return case.last_word in (template, template + _AGAIN)
