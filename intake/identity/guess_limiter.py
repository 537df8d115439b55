"""Looking numbers up for people of whom nothing is known yet, as often as the budgets of
`intake.identity.guess_budget` allow.

Each guess is a row under the provider's next number, so that of two workers who counted alike only one can write; the
other counts again. There are never more rows of a provider than a day's budget. How many strangers were found is
remembered by each process for an hour: after a restart, and with several workers, the budget is only the smaller.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from desk.model.messages import Address
from desk.model.policy import FloodLimits
from desk.model.shared_facts import Account, ContractGuess
from desk.pipeline.batching import Batcher
from desk.pipeline.lookup import Round, address_of
from desk.pipeline.unit_of_work import RowBatch
from desk.storage.database import Database
from intake.identity.guess_budget import DAY, HOUR, CountedGuess, CountGuess, GuessBudget, allowed, counted
from intake.identity.tables import guesses

_TRIED = select(guesses).where(
    guesses.c.provider.in_(bindparam("homes", expanding=True)), guesses.c.at > bindparam("since")
)


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What a look gave: the account, None where nobody has it; whether a source was ``asked``, and how that counts."""

    account: Account | None = None
    asked: bool = False
    guess: ContractGuess | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    home: str
    limits: FloodLimits
    who: str
    whose: frozenset[str]
    another: bool
    look: Callable[[], Account | None]
    now: datetime


class GuessLimiter:
    """Asks a source for people who may be guessing; everybody of a batch shares one look at what was tried."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together = Batcher(self._looked)
        self._found: defaultdict[str, deque[datetime]] = defaultdict(deque)

    async def look(self, round_: Round, look: Callable[[], Account | None], another: bool) -> LookupResult:
        """Looks, if this person may. ``another`` when they were known by another number before."""
        who = _who(round_.inbound.sender)
        whose = frozenset({who, *(_who(address_of(one)) for one in round_.addresses)})
        provider = round_.provider
        return await self._together.ask(
            _Question(provider.name, provider.limits, who, whose, another, look, round_.now)
        )

    async def _looked(self, questions: Sequence[_Question]) -> Sequence[LookupResult]:
        """In order: who asks later in a batch finds what was tried before, though it is not written yet."""
        homes = {one.home for one in questions}
        values = {"homes": list(homes), "since": max(one.now for one in questions) - DAY}
        tried: dict[str, list[CountedGuess]] = {home: [] for home in homes}
        async with self._database.look() as connection:
            for row in (await connection.execute(_TRIED, values)).all():
                tried[row.provider].append(CountedGuess(row.number, row.who, row.at))
        return [_answer(one, tried[one.home], self._found[one.home]) for one in questions]


def _answer(question: _Question, tried: list[CountedGuess], found: deque[datetime]) -> LookupResult:
    while found and question.now - found[0] >= HOUR:
        found.popleft()
    budget = GuessBudget.of(question.limits, len(found))
    if not allowed(tried, question.whose, budget, question.now):
        return LookupResult()
    account = question.look()
    if account is not None and not question.another:
        found.append(question.now)
        return LookupResult(account, asked=True)
    guess = counted(tried, question.who, question.whose, budget, question.now)
    tried.append(CountedGuess(guess.number, guess.who, question.now))
    return LookupResult(account, asked=True, guess=guess)


def _who(address: Address) -> str:
    return f"{address.channel}:{address.value}"[:400]


def write_counted_guess(act: CountGuess, round_: Round, rows: RowBatch) -> None:
    """Counts one guess."""
    rows.insert(guesses, provider=round_.provider.name, number=act.guess.number, who=act.guess.who, at=round_.now)


async def forget(database: Database, now: datetime) -> None:
    """Drops what no budget looks at any more."""
    async with database.work() as connection:
        await connection.execute(delete(guesses).where(guesses.c.at < now - DAY))
