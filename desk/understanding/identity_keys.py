"""Keys of identity in free text: a contract number, a phone, an email address, a login, a serial, a case number."""

from __future__ import annotations

from desk.understanding.observations import ObservedKey, Situation


def identity_keys(text: str, situation: Situation) -> tuple[ObservedKey, ...]:
    """The keys in the text, each once, with the words they come from."""
    return ()
