"""The mark in a subject that carries a keyed token where the provider has no sub-addresses: ``[ref:4a7-...]``. Pure."""

from __future__ import annotations

import re

_MARK = re.compile(r"\s{0,3}\[ref:\s?([0-9a-z]{1,14}-\s?[0-9a-z]{16})\s?\]", re.IGNORECASE)


def reference_mark(token: str) -> str:
    """The mark of a token, as it is put behind a subject."""
    return f"[ref:{token}]"


def split_reference_mark(subject: str) -> tuple[str, str]:
    """The subject without marks, and the token of the first one, "" for none."""
    found = _MARK.search(subject)
    if found is None:
        return subject, ""
    return _MARK.sub("", subject).strip(), "".join(found[1].split()).lower()
