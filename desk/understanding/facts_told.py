"""Values for the questions of a dialog, found wherever in a message they stand: since when, on what, which lamps."""

from __future__ import annotations

from desk.understanding.observations import ObservedValue, Situation


def facts_told(text: str, situation: Situation) -> tuple[ObservedValue, ...]:
    """All values of known meaning in the text, each with its words; those of the open question may be terse."""
    return ()
