"""Features of a single line: a date, a mail address, a word for "wrote", a separator.

Every pattern is bounded and is applied to lines of bounded length.
"""

from __future__ import annotations

import re

from mail.replies.phrase_tables import get_single_words, get_substrings

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2500_=*~#+\u2022\u00b7"

NUMERIC_DATE = re.compile(
    r"(?<![\d.])(?:\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2,4}|\d{4}[./-] ?\d{1,2}[./-] ?\d{1,2})(?!\d)|\d{4} ?[年년] ?\d{1,2}"
)
TIME_OF_DAY = re.compile(r"(?<!\d)\d{1,2}(?:[:.h]|(?:時|时|点|點|시) ?)\d{2}(?!\d)|\d{1,2} ?[ap]\.?m\b")
_YEAR = re.compile(r"(?<!\d)(?:1[34]|19|20|25)\d\d(?!\d)")
_DAY = re.compile(r"(?<![\d:.])\d{1,2}(?![\d:])")
_ADDRESS = re.compile(r"[^\s@<>()\[\]:;,\"]{1,64}@[^\s@<>()\[\]:;,\"]{2,255}")
_WORD = re.compile(r"[^\W\d_]+")


def has_date(said: str) -> bool:
    """Whether a `spoken` line names a day: a numeric date, or a year or a time beside another number."""
    if NUMERIC_DATE.search(said):
        return True
    if _YEAR.search(said) or TIME_OF_DAY.search(said):
        return _DAY.search(TIME_OF_DAY.sub(" ", said)) is not None
    return False


def has_address(said: str) -> bool:
    """Whether a line holds a mail address."""
    return "@" in said and _ADDRESS.search(said) is not None


def is_separator_line(line: str) -> bool:
    """A line of dashes, underscores or stars alone."""
    bare = line.strip()
    return len(bare) >= 3 and all(char in DASHES or char == " " for char in bare[:400])


def has_wrote_word(said: str) -> bool:
    """Whether somebody "wrote", in any language."""
    return not get_single_words("wrote").isdisjoint(_WORD.findall(said)) or any(
        run in said for run in get_substrings("wrote")
    )
