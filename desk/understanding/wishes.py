"""What a person wants of the desk: a human, a call, the state of things, another matter, another language."""

from __future__ import annotations

from desk.language.intents import is_only_thanks, is_upset, says_dont_know, wants_human, wants_to_skip
from desk.understanding.observations import Act, ObservedAct, Situation


def wishes(text: str, situation: Situation) -> tuple[ObservedAct, ...]:
    """The acts of asking, greeting, thanking, being angry or lost, each with its words."""
    found = (
        (Act.HUMAN, wants_human(text)),
        (Act.THANKS, is_only_thanks(text)),
        (Act.DONT_KNOW, says_dont_know(text)),
        (Act.SKIP, wants_to_skip(text)),
        (Act.ANGRY, is_upset(text)),
    )
    return tuple(ObservedAct(act, 0, len(text)) for act, seen in found if seen)
