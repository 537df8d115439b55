"""The question "did you mean М14350?", and which of the keys asked about an answer chooses. Pure.

What was asked about is kept with the case (`Case.keys`), so that the answer is the same whenever it is decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desk.language.plain_answers import is_agreement
from desk.model.acts import Button, Buttons
from desk.model.case import Case
from desk.model.dialog_state import MEANT
from desk.model.events import Inbound, Pressed, Said
from desk.model.shared_facts import MeantKey
from intake.identity.key_folding import is_same

OPTION = "meant_"


def asked_keys(case: Case) -> tuple[MeantKey, ...]:
    """The keys that the desk asked about last."""
    return tuple(MeantKey(*one["meant"]) for one in case.keys or () if "meant" in one)


def remembered(case: Case, meant: Sequence[MeantKey]) -> list[dict[str, Any]]:
    """`Case.keys` with these keys asked about instead of others."""
    kept = [one for one in case.keys or () if "meant" not in one]
    return [*kept, *({"meant": [one.provider, one.kind, one.value]} for one in meant)]


def chosen_key(case: Case, inbound: Inbound[Any]) -> MeantKey | None:
    """The key that an answer chooses: by its button, by a plain "yes" where there is one only, or by its own
    spelling. None for anything else."""
    asked = asked_keys(case)
    if not asked or not inbound.from_subscriber:
        return None
    event = inbound.event
    if isinstance(event, Pressed):
        number = event.option.removeprefix(OPTION)
        pressed = case.expecting.owner == MEANT and event.option.startswith(OPTION) and number.isdecimal()
        return asked[int(number)] if pressed and int(number) < len(asked) else None
    if not isinstance(event, Said) or case.expecting.owner != MEANT:
        return None
    words = event.text.split()
    spelled = [key for key in asked if any(is_same(key.kind, word.strip(".,!?()"), key.value) for word in words)]
    if len(spelled) == 1:
        return spelled[0]
    return asked[0] if len(asked) == 1 and is_agreement(event.text) else None


def buttons_for(meant: Sequence[MeantKey]) -> Buttons:
    """One for each key, and one for none of them."""
    if len(meant) == 1:
        return ((Button(f"{OPTION}0", "button_meant_yes"), Button("meant_none", "button_meant_no")),)
    rows = tuple((Button(f"{OPTION}{place}", label=one.value),) for place, one in enumerate(meant))
    return (*rows, (Button("meant_none", "button_meant_none"),))
