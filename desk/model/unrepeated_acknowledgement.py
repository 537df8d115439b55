"""Acknowledgements, short messages that only say what was understood: none is said twice in a row. Pure."""

from __future__ import annotations

from desk.model.acts import Buttons, Names, RuleAct, SayTemplate, SetFields
from desk.model.case import Case

_AGAIN = " again"


def acknowledge(case: Case, template: str, names: Names | None = None, buttons: Buttons = ()) -> list[RuleAct]:
    """Says one to the speaker; where it was the last one said, in its other form (``again``)."""
    again = case.last_acknowledgement == template
    return [
        SayTemplate(template, {**(names or {}), "again": "1" if again else ""}, buttons=buttons),
        SetFields({"last_acknowledgement": template + _AGAIN if again else template}),
    ]


def was_acknowledged_last(case: Case, template: str) -> bool:
    """Whether this one, in one form or the other, was the last one said."""
    return case.last_acknowledgement in (template, template + _AGAIN)
