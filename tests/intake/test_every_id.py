"""A table of 7,043 customers that nobody here numbered: every id is found however it is typed from paper.

What is typed in another case, with other dashes or blanks is taken. What only looks like an id is asked about, among
all whom it may mean, and never taken. It goes the way of the desk: the keys a message names, then the index.
"""

from __future__ import annotations

import asyncio
import random
import string
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import pytest

from desk.model.provider_files import Provider
from desk.model.shared_facts import Account, MeantKey
from desk.storage.database import Database
from intake.identity.find_by_key import find_named
from intake.identity.guess_limiter import FoundAccounts
from intake.identity.index.find_accounts import IndexedAccounts
from intake.identity.index.stored_accounts import index_key, key_and_value, keys_of
from intake.identity.key_folding import fits, is_same
from intake.identity.named_keys import named_keys
from intake.identity.sources import AccountFinder
from tests.intake.reading_tables import opened, taken

NUMBER = 7043
AT_ONCE = 100
"""Messages that the desk looks up together."""
LATIN_TO_CYRILLIC = str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ")
SHAPES = ("", "9999-AAAAA")
PAIRS = (("O", "0"), ("I", "1"), ("L", "1"), ("I", "L"), ("З", "3"), ("O", "О"))
"""What tells the two ids of a pair apart, by a place at which people confuse it."""


def _ids() -> tuple[list[str], list[tuple[str, str]]]:
    """All ids, and those pairs of them that look alike."""
    chance = random.Random(NUMBER)
    letters = string.ascii_uppercase

    def tail(length: int) -> str:
        return "".join(chance.choices(letters, k=length))

    pairs = []
    for one, other in PAIRS * 5:
        begin, rest = f"{chance.randrange(10_000):04d}-{tail(2)}", tail(2)
        pairs.append((f"{begin}{one}{rest}", f"{begin}{other}{rest}"))
    ids = {one: None for pair in pairs for one in pair}
    while len(ids) < NUMBER:
        ids[f"{chance.randrange(10_000):04d}-{tail(5)}"] = None
    return list(ids), pairs


IDS, ALIKE = _ids()
TWINS = {one: {*pair} for pair in ALIKE for one in pair}


@pytest.fixture(scope="module")
def desk_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the table in it, whose other cells are blank, numbers and words."""
    folder = tmp_path_factory.mktemp("ids")
    chance = random.Random(1)
    cells = ("Yes", "No", "", " ", "0", "29.85", "n/a")
    lines = (
        f"{one},{chance.choice(cells)},{chance.choice(('One year', 'Two year'))},{chance.choice(cells)}" for one in IDS
    )
    path = folder / "customers.csv"
    path.write_text("\n".join(("customerID,Partner,Contract,TotalCharges", *lines)), "utf-8")

    async def take() -> None:
        async with opened(f"sqlite+aiosqlite:///{folder / 'desk.db'}") as database:
            report = await taken(database, path)
            assert (report.is_taken, report.reading.number, report.reading.left_out) == (True, NUMBER, 0)

    asyncio.run(take())
    return folder / "desk.db"


class KeysInMemory:
    """An `AccountFinder` with the keys that the index keeps, for as many questions as there are spellings."""

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[str, Account]]] = {}
        for account in (Account("sever", one) for one in IDS):
            for key, value in keys_of(account):
                self._kept.setdefault(key, []).append((value, account))

    async def find(self, providers: Collection[str], kind: str, value: str) -> tuple[Account, ...]:
        """As `IndexedAccounts.find`."""
        key, normal = key_and_value(kind, value)
        return tuple(account for kept, account in self._kept.get(key, ()) if kept == normal)

    async def find_folded(self, providers: Collection[str], kind: str, folded: str) -> tuple[Account, ...]:
        """As `IndexedAccounts.find_folded`."""
        return tuple(account for _, account in self._kept.get(index_key(kind, folded), ()))


IN_MEMORY = KeysInMemory()


async def test_the_index_has_them_all(desk_file: Path) -> None:
    """With an O for each 0, and as it is: found in the database as in memory."""
    database = Database(f"sqlite+aiosqlite:///{desk_file}")
    for typed in (IDS, [one.replace("0", "O").lower() for one in IDS]):
        results = await found(IndexedAccounts(database), typed, "")
        wanted = await found(IN_MEMORY, typed, "")
        assert [_names(one) for one in results] == [_names(one) for one in wanted]
    await database.close()


def _names(result: FoundAccounts) -> tuple[str, set[MeantKey]]:
    return (result.account.contract if result.account else "", {*result.meant})


async def found(accounts: AccountFinder, typed: Iterable[str], shape: str) -> list[FoundAccounts]:
    """What the desk makes of each answer to "what is your contract?"."""
    provider = Provider("sever", {}, contract_shape=shape)
    results: list[FoundAccounts] = []
    for some in _some([*typed]):
        keys = [named_keys(one, [provider], asked=True) for one in some]
        results += await asyncio.gather(*(find_named(accounts, one) for one in keys))
    return results


def _some(typed: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(typed), AT_ONCE):
        yield typed[start : start + AT_ONCE]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "spelled",
    [str, str.lower, lambda one: one.replace("-", "–"), lambda one: one.replace("-", " - "), lambda one: f"№ {one}."],
    ids=["as it is", "small", "dash", "blanks", "signs"],
)
async def test_another_spelling_is_taken(spelled: Callable[[str], str], shape: str) -> None:
    results = await found(IN_MEMORY, map(spelled, IDS), shape)
    wrong = [
        (one, result)
        for one, result in zip(IDS, results, strict=True)
        if not result.account or result.account.contract != one
    ]
    assert not wrong, (len(wrong), wrong[:3])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "mistyped",
    [
        lambda one: one.replace("0", "O"),
        lambda one: one.replace("0", "о").lower(),
        lambda one: one.replace("O", "0"),
        lambda one: one.replace("1", "l").replace("3", "З"),
        lambda one: one.translate(LATIN_TO_CYRILLIC),
        lambda one: one.lower().translate(LATIN_TO_CYRILLIC).replace("-", ""),
    ],
    ids=["O for 0", "small o for 0", "0 for O", "l and З", "Cyrillic", "small Cyrillic without a dash"],
)
async def test_a_look_alike_is_asked_about(mistyped: Callable[[str], str], shape: str) -> None:
    """Also where it may mean two: then both are asked about. Who is taken has just that id."""
    typed = [(one, wrong) for one in IDS if (wrong := mistyped(one)) != one]
    results = await found(IN_MEMORY, (wrong for _, wrong in typed), shape)
    lost = [
        (one, wrong, result)
        for (one, wrong), result in zip(typed, results, strict=True)
        if not _is_asked(one, wrong, shape, result)
    ]
    assert not lost, (len(lost), len(typed), lost[:3])


def _is_asked(one: str, typed: str, shape: str, result: FoundAccounts) -> bool:
    if result.account:
        return is_same("contract", result.account.contract, typed)
    meant = {key.value for key in result.meant}
    others = {it for it in TWINS.get(one, ()) if not shape or not fits("contract", it, shape)}
    return {one, *others} <= meant
