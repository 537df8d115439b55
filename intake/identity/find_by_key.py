"""Which account a typed key names, or which it may mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from desk.model.shared_facts import Account, MeantKey
from intake.identity.guess_limiter import FoundAccounts
from intake.identity.key_folding import KINDS, fits, fold, may_mean
from intake.identity.named_keys import NamedKey
from intake.identity.sources import AccountFinder

MOST_MEANT = 4
"""So many look-alikes are asked about; whoever has more of them is asked to look again."""


async def find_named(accounts: AccountFinder, keys: Mapping[NamedKey, Sequence[str]]) -> FoundAccounts:
    """The one account that has one of these keys exactly; else the keys on file that look like one of them.

    ``keys`` have the providers to look in. A key that two accounts of a provider share names neither.
    """
    found: list[Account] = []
    for key, providers in keys.items():
        if not key.folded:
            for kind in _kinds(key):
                found += one_of_each_provider(await accounts.find(providers, kind, key.value))
    different = {(one.provider, one.contract): one for one in found}
    if different:
        return FoundAccounts(next(iter(different.values())) if len(different) == 1 else None)
    meant: dict[MeantKey, None] = {}
    for key, providers in keys.items():
        for kind in _kinds(key):
            alike = await accounts.find_folded(providers, kind, fold(kind, key.typed))
            meant |= dict.fromkeys(_meant(one_of_each_key(alike, kind), kind, key))
    return FoundAccounts(None, tuple(meant) if len(meant) <= MOST_MEANT else ())


def _kinds(key: NamedKey) -> Sequence[str]:
    return KINDS if key.of_any_kind else (key.kind,)


def _meant(accounts: Iterable[Account], kind: str, key: NamedKey) -> Iterable[MeantKey]:
    """The values of these accounts that the typed words may mean, by the shapes of the provider. Of a value on file
    that has none of these shapes they tell nothing."""
    for account in accounts:
        for value in account.keys(kind):
            shapes = key.shapes if any(fits(kind, value, one) for one in key.shapes) else (None,)
            if any(may_mean(kind, key.typed, value, shape) for shape in shapes):
                yield MeantKey(account.provider, kind, value)


def one_of_each_provider(accounts: Iterable[Account]) -> list[Account]:
    """The accounts of the providers that have one only: what two accounts of a provider share names neither."""
    found = [*accounts]
    number = Counter(one.provider for one in found)
    return [one for one in found if number[one.provider] == 1]


def one_of_each_key(accounts: Iterable[Account], kind: str) -> list[Account]:
    """The accounts that share no value of this kind with another one: such a value would name neither."""
    found = [*accounts]
    number = Counter((one.provider, value) for one in found for value in {*one.keys(kind)})
    return [one for one in found if all(number[one.provider, value] == 1 for value in one.keys(kind))]
