"""Where entitlements come from. A source is one module here with the one small protocol."""

from __future__ import annotations

from typing import Protocol

from desk.model.shared_facts import Account

KINDS = ("contract", "email", "phone", "login", "serial")
"""What an account can be found by."""


class EntitlementSource(Protocol):
    """A table of subscribers that answers from memory, at once. A slow one is asked by an act instead."""

    def find(self, kind: str, value: str) -> tuple[Account, ...]:
        """All accounts with this value of one of `KINDS`; values are compared normalized. Empty if there is none."""
        ...
