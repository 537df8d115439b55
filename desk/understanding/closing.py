"""Agreement, reservation and denial: what closes a case, by accounting for every word."""

from __future__ import annotations

from desk.language.intents import parse_yes_no
from desk.understanding.observations import Act, Context, ObservedAct, Situation


def closing_acts(text: str, situation: Situation) -> tuple[tuple[ObservedAct, ...], bool]:
    """The acts of agreeing, denying, waiting and "it works already", and whether the words close the matter."""
    answer = parse_yes_no(text)
    if answer is None or situation.context not in (Context.CONSENT, Context.HELPED):
        return (), False
    act = Act.AGREE if answer else Act.DENY
    return (ObservedAct(act, 0, len(text)),), answer
