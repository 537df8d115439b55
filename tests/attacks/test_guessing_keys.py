"""Ten thousand guesses over every key and proof: nothing is proved, and hardly any of them reaches an account."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta

import pytest

from desk.model.case import Case
from desk.model.dialog_state import IDENTIFIER, DialogState, Expecting
from desk.model.events import Event, Inbound, OpenedChat, Said
from desk.model.messages import Address, ClaimedArrival
from desk.model.provider_files import Provider
from desk.model.shared_facts import Account, Identification
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage.database import Database
from desk.storage.ids import RepeatableRoundIds
from intake.identity.guess_budget import CountGuess
from intake.identity.guess_limiter import GuessLimiter, write_counted_guess
from intake.identity.identification_lookup import IdentificationLookup
from intake.identity.proof.code_lookup import DAY, CodeLookup, code_writer, delete_old_proofs, write_code_try
from intake.identity.proof.codes import GOOD_FOR, MOST_ATTEMPTS, CodeState, SendCode, TryCode
from intake.identity.proof.one_time_links import new_token
from intake.identity.proof.read_proofs import ProofReader
from tests.prepared_desks import DeskFiles

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
GUESSES, GUESSERS = 10_000, 400
PROVIDER = Provider("sever", {"ru": "Север"}, contract_shape="99-9999")


class Accounts:
    """An index in which nobody is found, and that counts who asks."""

    def __init__(self) -> None:
        self.asked = 0

    async def find(self, providers: Collection[str], kind: str, value: str) -> tuple[Account, ...]:
        """Nobody."""
        self.asked += 1
        return ()

    async def find_folded(self, providers: Collection[str], kind: str, folded: str) -> tuple[Account, ...]:
        """Nobody."""
        self.asked += 1
        return ()


@pytest.fixture
async def database(desk_files: DeskFiles) -> AsyncIterator[Database]:
    """A ready database."""
    opened = Database(desk_files.database)
    yield opened
    await opened.close()


def guess(chance: random.Random) -> Event:
    """One try: a key of any kind, a look-alike, a code, or a link."""
    number = chance.randrange(10_000)
    words = chance.choice(
        [
            f"договор 41-{number:04d}",
            f"договор 4О-{number:04d}",
            f"серийный номер SNGP{number:08X}",
            f"логин sn{number:06d}",
            f"+7 000 55{number % 10}-{number % 100:02d}-{number // 100:02d}",
            f"nobody{number}@example.test",
            f"SNGP00{number:04d}BEEF",
            f"{chance.randrange(1_000_000):06d}",
            "",
        ]
    )
    return Said(text=words, full_text=words) if words else OpenedChat(new_token())


def round_of(number: int, who: int, event: Event) -> Round:
    """The round in which somebody tries, asked for their contract."""
    sender, at = Address("telegram", "telegram:main", str(who)), NOW + number * timedelta(minutes=50) / GUESSES
    inbound = Inbound("telegram:main", sender, at, event, provider="sever")
    case = Case(provider="sever", id=number + 1, person_id=who, contract="", entitlement="unverified", proved=False)
    case.keys = []
    case.dialog_state = DialogState(Expecting(IDENTIFIER))
    arrival = ClaimedArrival(number + 1, "telegram:main", str(number), f"telegram:main:{who}", b"", at)
    return Round(arrival, inbound, PROVIDER, at, RepeatableRoundIds(at, number + 1), case, person_is_new=False)


async def test_ten_thousand_guesses_come_to_nothing(database: Database) -> None:
    """Twenty at most reach an account, no code and no link is met, and each guesser had a code sent first."""
    accounts, chance = Accounts(), random.Random(1)
    codes, write_code = CodeLookup(database, "key"), code_writer("key")
    lookup = IdentificationLookup(
        accounts, {"sever": PROVIDER}, GuessLimiter(database), ProofReader(database, "link key")
    )
    async with database.write("sever") as session:
        rows = WriteBuffer()
        for who in range(GUESSERS):
            made = round_of(0, who, Said(text="/code"))
            write_code(SendCode(who + 1, f"{chance.randrange(1_000_000):06d}", "40-1187"), made, rows)
        await rows.write(await session.connection())
    reached, proved, tried = 0, 0, 0
    for number in range(GUESSES):
        round_ = round_of(number, number % GUESSERS, guess(chance))
        rows = WriteBuffer()
        state = await codes(round_)
        if isinstance(state, CodeState):
            round_.facts.put(state)
            tried += 1
            proved += state.is_right
            write_code_try(TryCode(state.open_number, state.attempt, state.is_right), round_, rows)
        before = accounts.asked
        found = await lookup(round_)
        assert isinstance(found, Identification)
        proved += found.proved or found.account is not None or bool(found.meant)
        reached += accounts.asked > before
        if found.guess:
            write_counted_guess(CountGuess(found.guess), round_, rows)
        if found.guess or state:
            async with database.write("sever") as session:
                await rows.write(await session.connection())
    assert proved == 0
    assert 0 < reached <= 20
    assert 0 < tried <= 5 * GUESSERS


async def test_attempts_at_an_old_code_are_none_at_the_next(database: Database) -> None:
    """Whoever guessed at the end of a code's time shuts nobody out of the one that gets its number a day later."""
    codes, write_code = CodeLookup(database, "key"), code_writer("key")

    async def sent(code: str, at: datetime, attempts: int) -> None:
        asked = round_of(0, 1, Said(text="/code"))
        asked.now = at
        state = await codes(asked)
        assert isinstance(state, CodeState)
        rows = WriteBuffer()
        write_code(SendCode(state.number, code, "40-1187"), asked, rows)
        asked.now = at + GOOD_FOR - timedelta(minutes=1)
        for attempt in range(1, attempts + 1):
            write_code_try(TryCode(state.number, attempt, False), asked, rows)
        async with database.write("sever") as session:
            await rows.write(await session.connection())

    await sent("111111", NOW, MOST_ATTEMPTS)
    later = NOW + DAY + timedelta(minutes=5)
    await delete_old_proofs(database, ["sever"], later)
    await sent("222222", later, 0)
    typed = round_of(0, 1, Said(text="222222"))
    typed.now = later + timedelta(minutes=1)
    given = await codes(typed)
    assert isinstance(given, CodeState)
    assert (given.is_right, given.attempt) == (True, 1)
