"""What every entry of the journal is: typed data of one kind, in one category of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Category(StrEnum):
    """The categories of entries that a protocol of a case must have (C9)."""

    DIALOGUE = "dialogue"
    TEST = "test"
    MEASURE = "measure"
    FINDING = "finding"
    STATUS = "status"
    NOTIFICATION = "notification"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class JournalEntryData:
    """What one entry tells. ``kind`` is how it is stored, and names its template ``journal_<kind>``."""

    kind: ClassVar[str] = ""
    category: ClassVar[Category] = Category.FINDING
