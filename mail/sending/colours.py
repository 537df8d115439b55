"""A provider's colour made readable as words, on a light page and on a dark one. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

WHITE, DARK_PAGE = "#ffffff", "#16181c"
"""What letters stand on."""
USUAL = "#1a5fb4"
"""The colour of links where a provider has none."""
READABLE, READABLE_IN_THE_DARK = 4.5, 6.0
"""The contrast that words need (WCAG 2.2, 1.4.3); coloured ones on a dark page look dim with no more."""
_STEPS = 40


@dataclass(frozen=True, slots=True)
class Accent:
    """One colour for words, links and lines: on white, and on the dark page."""

    light: str
    dark: str


@lru_cache(maxsize=1024)
def accent_of(colour: str) -> Accent:
    """The colour, darkened until it is readable on white, and lightened until it is on the dark page."""
    chosen = colour or USUAL
    return Accent(
        _until_readable(chosen, WHITE, READABLE, lambda part, share: part * (1 - share)),
        _until_readable(chosen, DARK_PAGE, READABLE_IN_THE_DARK, lambda part, share: part + (255 - part) * share),
    )


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _until_readable(colour: str, page: str, wanted: float, moved: Callable[[float, float], float]) -> str:
    tries = ("#" + "".join(f"{round(moved(p, n / _STEPS)):02x}" for p in _parts(colour)) for n in range(_STEPS + 1))
    return next((one for one in tries if contrast(one, page) >= wanted), colour)


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _luminance(colour: str) -> float:
    shares = (part / 255 for part in _parts(colour))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
