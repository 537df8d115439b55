"""An account as a row of the index keeps it, and the keys it is found by. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from desk.language.look_alikes import READ_ANYWHERE
from desk.model.shared_facts import Account
from intake.identity.key_folding import fold, normalise

KEYS_VERSION = 1
"""Grows whenever keys are folded otherwise: then they are all written anew."""
MAX_KEY = 254
"""Characters of a value that is a key; a longer one is no mail address and no number."""
_LISTS = ("phones", "emails", "logins", "serials", "references", "licences", "products")
_TEXTS = ("name", "status", "service_level", "language", "address")
_COLUMNS = (
    *(("phone", "phones"), ("email", "emails"), ("login", "logins"), ("serial", "serials")),
    *(("reference", "references"), ("licence", "licences")),
)
_LETTERS_AND_DIGITS = frozenset({"contract", "serial", "reference", "licence"})
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else None for code in range(128)}
"""What `normalise` makes of each ASCII character of a key of these kinds."""


def index_key(kind: str, folded: str) -> str:
    """What the index is asked for."""
    return f"{kind}:{folded}"


def key_and_value(kind: str, value: str) -> tuple[str, str]:
    """What stands in the index for a value: "" for one that finds nobody. A million are made in a minute, so what is
    ASCII goes a short way to the same."""
    if not value.isascii():
        return _by_rule(kind, value)
    if kind in _LETTERS_AND_DIGITS:
        normal = value.translate(_PLAIN)
        folded = normal.translate(READ_ANYWHERE)
    elif kind in ("email", "login"):
        normal = "".join(value.lower().split())
        folded = (normal.translate(_PLAIN) if kind == "login" else normal).translate(READ_ANYWHERE)
    elif kind == "phone" and (digits := value.translate(_PLAIN)).isdigit():
        normal = folded = normalise(kind, digits)
    else:
        return _by_rule(kind, value)
    return (f"{kind}:{folded}", normal) if folded else ("", "")


def _by_rule(kind: str, value: str) -> tuple[str, str]:
    normal, folded = normalise(kind, value), fold(kind, value)
    return (index_key(kind, folded), normal) if normal and folded else ("", "")


def keys_of(account: Account) -> set[tuple[str, str]]:
    """Every (key, value) an account is found by."""
    found = {key_and_value("contract", account.contract)}
    for kind, column in _COLUMNS:
        if values := getattr(account, column):
            found.update(key_and_value(kind, one) for one in values if len(one) <= MAX_KEY)
    found.discard(("", ""))
    return found


def as_data(account: Account) -> dict[str, Any]:
    """What a row keeps of an account; what is empty is left out."""
    data: dict[str, Any] = {"contract": account.contract}
    for name in (*_TEXTS, *_LISTS):
        if value := getattr(account, name):
            data[name] = value
    if account.valid_to:
        data["valid_to"] = account.valid_to.isoformat()
    if account.characteristics:
        data["characteristics"] = {**account.characteristics}
    return data


def from_json(provider: str, stored: str, source: str = "", known_at: datetime | None = None) -> Account:
    """The account of a row."""
    return from_data(provider, json.loads(stored), source, known_at)


def from_data(provider: str, data: Mapping[str, Any], source: str = "", known_at: datetime | None = None) -> Account:
    """The account of what `as_data` keeps."""
    known: dict[str, Any] = {name: str(data[name]) for name in _TEXTS if name in data}
    known |= {name: tuple(data[name]) for name in _LISTS if name in data}
    if "valid_to" in data:
        known["valid_to"] = date.fromisoformat(data["valid_to"])
    characteristics = data.get("characteristics", {})
    return Account(
        provider, str(data["contract"]), **known, characteristics=characteristics, source=source, known_at=known_at
    )


def fingerprint(data: str) -> int:
    """A number of 8 bytes that differs where the data differ, as good as surely."""
    return int.from_bytes(blake2b(data.encode(), digest_size=8).digest(), "big", signed=True)


def as_json(account: Account) -> str:
    """`as_data` as the text that is stored."""
    return _ENCODER.encode(as_data(account))


def searched(account: Account) -> str:
    """What agents search in, in small letters: contract, name, address, and what else names the person."""
    words = (account.contract, account.name, account.address, *account.phones, *account.emails, *account.logins)
    return " ".join(filter(None, (*words, *account.serials))).casefold()
