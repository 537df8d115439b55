"""Where entitlements come from, and how whoever decides looks accounts up.

`AccountFinder` is the index that the pipeline awaits: one indexed read. `EntitlementSource` is one source of accounts,
which may be as slow as a client's own system; the pipeline never awaits one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Protocol

from desk.model.shared_facts import Account

KINDS = ("contract", "email", "phone", "login", "serial")
"""What an account can be found by."""


class AccountFinder(Protocol):
    """Looks accounts up in all providers' tables, fast enough to be awaited while a message is decided."""

    async def find(self, providers: Collection[str], kind: str, value: str) -> tuple[Account, ...]:
        """All accounts of these providers with this value of one of `KINDS`; values are compared normalized. Empty if
        there is none."""
        ...

    async def find_folded(self, providers: Collection[str], kind: str, folded: str) -> tuple[Account, ...]:
        """All accounts of these providers with a value that folds to this: look-alikes, which are asked about and
        never taken."""
        ...


class EntitlementSource(Protocol):
    """One source of a provider's accounts."""

    @property
    def name(self) -> str:
        """What agents read where the account came from."""
        ...

    @property
    def age(self) -> timedelta | None:
        """How long ago its data was right; None while nobody knows."""
        ...

    async def find(self, kind: str, value: str) -> tuple[Account, ...]:
        """All accounts with this value of one of `KINDS`; values are compared normalized. Empty if there is none."""
        ...

    async def find_folded(self, kind: str, folded: str) -> tuple[Account, ...]:
        """All accounts with a value that folds to this; empty where the source cannot look for that."""
        ...
