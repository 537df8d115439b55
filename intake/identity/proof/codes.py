"""One-time codes: sent to the mail address on file, typed back in the chat that asked for it. Pure.

The same is said whether a code went out or not, so that nobody learns which contracts have an address. A code is good
for a quarter of an hour and five attempts; so many are sent to one chat and for one contract in a day, and of a
provider in an hour. Who has proved the contract before, in this chat or as this person, is held by the limit of their
own chat alone: others cannot use up the holder's codes. Whoever is stopped here still has the phone, the link, and a
letter from the address on file.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

from desk.model.acts import RuleAct

GOOD_FOR = timedelta(minutes=15)
MOST_ATTEMPTS = 5
OF_CHAT, OF_CONTRACT, OF_PROVIDER = 3, 5, 60
"""Codes of one chat and of one contract in a day, and of a provider in an hour."""
_CODE = re.compile(r"(?<!\d)(\d{3})[ -]?(\d{3})(?!\d)")
_ONLY_CODE = re.compile(r"\D{0,30}\d{3}[ -]?\d{3}\D{0,10}")


@dataclass(frozen=True, slots=True)
class CodeState:
    """What is known of codes in a round that is about one.

    ``code`` is the one to be sent now under ``number``, "" where none may be; ``open_number`` is that of the code which
    was sent last and is still good, 0 for none, for this ``contract``; ``attempt`` counts this one, and ``is_right``
    whether it is the code.
    """

    number: int = 0
    code: str = ""
    open_number: int = 0
    contract: str = ""
    attempt: int = 0
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class SendCode(RuleAct):
    """A code is asked for: it counts under this number, for the ``contract`` that it can prove, "" for none."""

    number: int
    code: str
    contract: str


@dataclass(frozen=True, slots=True)
class TryCode(RuleAct):
    """A code was typed: one more attempt at it."""

    number: int
    attempt: int
    is_right: bool


def typed_code(text: str) -> str:
    """The code that a message consists of, or ""."""
    found = _CODE.search(text) if _ONLY_CODE.fullmatch(text.strip()) else None
    return found[1] + found[2] if found else ""


def code_for(key: str, provider: str, number: int, arrival: int) -> str:
    """Six digits that nobody knows without the desk's key, and that come out the same when decided again."""
    made = hmac.new(key.encode(), f"code:{provider}:{number}:{arrival}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(made[:8], 'big') % 1_000_000:06d}"


def code_hash(key: str, provider: str, number: int, code: str) -> str:
    """What is stored of a code."""
    return hmac.new(key.encode(), f"hash:{provider}:{number}:{code}".encode(), hashlib.sha256).hexdigest()
