"""A secret that shows itself only when asked."""

from __future__ import annotations


class Secret:
    """A secret that shows itself only when asked. Not part of any repr, log line or message."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(...)"

    def __bool__(self) -> bool:
        return bool(self._value)
