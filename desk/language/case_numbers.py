"""Case numbers within a text: "SN-2026-000123-4", whatever stands around them. Pure."""

from __future__ import annotations

import re

from stdnum import damm

LONGEST = 20_000
"""So many characters are looked through: no message of a chat is longer."""
_NUMBER = re.compile(r"(?<![A-Za-z0-9-])([A-Za-z0-9]{1,8})-(20[0-9]{2})-([0-9]{6,9})-([0-9])(?![A-Za-z0-9-])")


def case_numbers(text: str) -> tuple[str, ...]:
    """The numbers of cases that a text names, in capitals, each once and in order; a mistyped one is none."""
    found = (
        f"{prefix}-{year}-{count}-{check}".upper()
        for prefix, year, count, check in _NUMBER.findall(text[:LONGEST])
        if damm.is_valid(f"{year}{count}{check}")
    )
    return tuple(dict.fromkeys(found))
