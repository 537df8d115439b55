"""Looking numbers up for people of whom nothing is known yet, as often as the budgets of
`intake.identity.guess_budget` allow.

Each guess is a row under the provider's next number, so that of two workers who counted alike only one can write; the
other counts again. There are hardly more rows of a provider than a day's budget: older ones are deleted by and by.
How many strangers were found is remembered by each process for an hour: after a restart, and with several workers,
the budget is only the smaller.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from desk.model.messages import Address
from desk.model.provider_sections.limits_and_promises import AbuseLimits
from desk.model.shared_facts import Account, ContractGuess, MeantKey
from desk.pipeline.arrival_round import Round, address_of
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage.database import Database
from desk.storage.query_batching import QueryBatcher
from intake.identity.guess_budget import DAY, HOUR, CountedGuess, CountGuess, GuessBudget, is_lookup_allowed, next_guess
from intake.identity.guess_count_table import guesses

_COUNTED_GUESSES = select(guesses).where(guesses.c.provider.in_(bindparam("homes", expanding=True)))
"""All that are there: one that no budget looks at any more still holds its number until it is deleted."""


@dataclass(frozen=True, slots=True)
class FoundAccounts:
    """The account that was named, or those on file that look like it; nothing where nobody has such a number."""

    account: Account | None = None
    meant: tuple[MeantKey, ...] = ()


FindAccount = Callable[[], Awaitable[FoundAccounts]]
"""Looks for the account that was named."""


@dataclass(frozen=True, slots=True)
class LookupResult:
    """The account, None where nobody has it, and those that look like it; whether the source was asked; and the guess
    to be counted, if any."""

    account: Account | None = None
    source_asked: bool = False
    guess: ContractGuess | None = None
    meant: tuple[MeantKey, ...] = ()


@dataclass(frozen=True, slots=True)
class _LookupRequest:
    provider: str
    limits: AbuseLimits
    who: str
    addresses: frozenset[str]
    has_other_contract: bool
    find_account: FindAccount
    now: datetime


class GuessLimiter:
    """Asks a source for people who may be guessing; everybody of a batch shares one look at what was tried."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batcher = QueryBatcher(self._look_up_batch)
        self._found_at: defaultdict[str, deque[datetime]] = defaultdict(deque)

    async def look_up(self, round_: Round, find_account: FindAccount, has_other_contract: bool) -> LookupResult:
        """Looks, if this person may. ``has_other_contract`` when they were known by another number before."""
        who = _address_key(round_.inbound.sender)
        addresses = frozenset({who, *(_address_key(address_of(one)) for one in round_.addresses)})
        provider = round_.provider
        return await self._batcher.ask(
            _LookupRequest(provider.name, provider.limits, who, addresses, has_other_contract, find_account, round_.now)
        )

    async def _look_up_batch(self, requests: Sequence[_LookupRequest]) -> Sequence[LookupResult]:
        """In order: who asks later in a batch finds what was tried before, though it is not written yet."""
        provider_names = {one.provider for one in requests}
        counted: dict[str, list[CountedGuess]] = {provider: [] for provider in provider_names}
        async with self._database.read(*provider_names) as session:
            for row in (await session.execute(_COUNTED_GUESSES, {"homes": list(provider_names)})).all():
                counted[row.provider].append(CountedGuess(row.number, row.who, row.at))
        return [await _look_up(one, counted[one.provider], self._found_at[one.provider]) for one in requests]


async def _look_up(request: _LookupRequest, counted: list[CountedGuess], found_at: deque[datetime]) -> LookupResult:
    while found_at and request.now - found_at[0] >= HOUR:
        found_at.popleft()
    budget = GuessBudget.of(request.limits, len(found_at))
    if not is_lookup_allowed(counted, request.addresses, budget, request.now):
        return LookupResult()
    found = await request.find_account()
    account = found.account
    if account is not None and not request.has_other_contract:
        found_at.append(request.now)
        return LookupResult(account, source_asked=True)
    guess = next_guess(counted, request.who, request.addresses, budget, request.now)
    counted.append(CountedGuess(guess.number, guess.who, request.now))
    return LookupResult(account, source_asked=True, guess=guess, meant=found.meant)


def _address_key(address: Address) -> str:
    return f"{address.channel}:{address.value}"[:400]


def write_counted_guess(act: CountGuess, round_: Round, rows: WriteBuffer) -> None:
    """Counts one guess."""
    rows.insert(guesses, provider=round_.provider.name, number=act.guess.number, who=act.guess.who, at=round_.now)


async def delete_old_guesses(database: Database, providers: Iterable[str], now: datetime) -> None:
    """Drops what no budget of these providers looks at any more."""
    async with database.write(*providers) as session:
        await session.execute(delete(guesses).where(guesses.c.at < now - DAY))
