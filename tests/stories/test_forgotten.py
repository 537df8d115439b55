"""A person asks to be forgotten: not a byte of theirs is left, and everybody else goes on as before."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from console.runtime.personal_data.compact_database import compact
from console.runtime.personal_data.erase_person import ErasureReport, PersonErasure
from console.runtime.personal_data.find_person import FoundPerson, find_people
from desk.model.messages import FRONT
from desk.storage.database import Database
from tests.peers.postgres import Postgres
from tests.stories.conftest import Newcomer
from tests.stories.desk import AgentsGroup, Desk
from tests.stories.subscribers import MailSubscriber, Subscriber, TelegramSubscriber, TerminalSubscriber
from tests.stories.test_main_job import ANSWERS, PNG

CONTRACT, HOLDER, PHONE = "42-9375", "Константин Пономарёв", "+7 000 555-00-83"
WORDS = ("канареечный", "Канарейкина", "заменили канарейку", "желтоклюв", CONTRACT, HOLDER, PHONE)
PICTURE = "снимок.png"
FIRST = f"Здравствуйте! второй день нет интернета, канареечный роутер, договор {CONTRACT}"


def address_of(subscriber: Subscriber) -> str:
    if isinstance(subscriber, TelegramSubscriber):
        return str(subscriber.user.id)
    if isinstance(subscriber, MailSubscriber):
        return subscriber.person.address
    assert isinstance(subscriber, TerminalSubscriber)
    return subscriber.typist.id


async def is_forgotten(desk: Desk, key: str) -> tuple[list[FoundPerson], ErasureReport]:
    """What `firstline forget` does, while the desk serves."""
    assert desk.application is not None
    database = Database(desk.settings.database)
    providers = {name: one for name, one in desk.application.providers.items() if name != FRONT}
    erasure = PersonErasure(database, desk.settings, providers)
    async with database.read(*providers, FRONT) as session:
        people = await find_people(session, key)
    lanes = {f"{channel}:{value}" for one in people for channel, value in one.addresses}
    assert await erasure.obstacles(people, lanes) == []
    report = await erasure.erase(people, lanes, desk.clock(), "operator:test", key)
    assert await compact(database)
    await erasure.ended()
    await database.close()
    return people, report


async def leaves_the_table(desk: Desk) -> None:
    """The provider's next table has the account no more: what the desk has of it is the provider's own word, which
    nobody is erased from by being forgotten here."""
    assert desk.application is not None
    table = desk.settings.root / "providers" / "sever" / "entitlements.csv"
    rows = table.read_text("utf-8").splitlines(keepends=True)
    table.write_text("".join(one for one in rows if not one.startswith(CONTRACT)), "utf-8")
    await desk.application.tables.refresh()
    database = Database(desk.settings.database)
    assert await compact(database)
    await database.close()


def spellings(words: Sequence[str]) -> list[bytes]:
    return [one for word in words for one in (word.encode(), json.dumps(word)[1:-1].encode())]


def bytes_of_files(desk: Desk) -> dict[Path, bytes]:
    """Every file of the desk: its folder, and the database with its log."""
    database = Path(desk.settings.database.partition("///")[2])
    beside = database.parent.glob(f"{database.name}*") if desk.settings.database.startswith("sqlite") else ()
    files = [*beside, *(path for path in desk.settings.root.rglob("*") if path.is_file())]
    return {path: path.read_bytes() for path in files}


async def found(desk: Desk, words: Sequence[str], request: pytest.FixtureRequest) -> list[str]:
    """Where any of these words stands in what the desk keeps."""
    files = await asyncio.to_thread(bytes_of_files, desk)
    if not desk.settings.database.startswith("sqlite"):
        postgres: Postgres = request.getfixturevalue("postgres")
        files[Path("dump")] = postgres.dump(desk.settings.database.rpartition("/")[2])
    every = spellings(words)
    every += [word.hex().encode() for word in every]
    # The provider's own table; what somebody at a terminal sent is their own file.
    others = (desk.settings.root / "providers", desk.settings.root / PICTURE)
    of_desk = {path: content for path, content in files.items() if not any(map(path.is_relative_to, others))}
    return [f"{word!r} in {path.name}" for path, content in of_desk.items() for word in every if word in content]


async def test_of_who_is_forgotten_nothing_is_left_and_the_numbers_stay(
    desk: Desk,
    newcomer: Newcomer,
    subscriber: Subscriber,
    agents: AgentsGroup,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Words, name, address, phone, pictures; in the database, its free pages and log, in every file of the desk."""
    monkeypatch.setattr(TelegramSubscriber, "_ids", itertools.count(7310460917))
    monkeypatch.setattr(TerminalSubscriber, "_ids", itertools.count(7310460917))
    gone = newcomer("Жанна Канарейкина")
    await gone.starts()
    await subscriber.says("нет интернета, договор 40-1187")
    await gone.says(FIRST)
    await gone.goes_through({**ANSWERS, "place": "ул. Желтоклюва, 5"}, until="registered")
    await gone.says("вот ещё снимок", [(PICTURE, PNG + b"canarypicture")])
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await agents.replies(card, "/note желтоклюв просил перезвонить")
    await agents.replies(card, "Добрый день, заменили канарейку в роутере")
    await gone.reads("заменили канарейку")
    await agents.replies(card, "/resolve заменили канарейку")
    await gone.hears("resolved_ask")
    await gone.says("да, всё работает, закрывайте")
    await subscriber.catches_up()
    words = (*WORDS, "canarypicture", address_of(gone))
    before = await found(desk, words, request)
    assert before, "what is looked for can be found"

    people, report = await is_forgotten(desk, address_of(gone))
    await leaves_the_table(desk)

    assert [len(one.cases) for one in people] == [1]
    assert report.cases == 1
    assert await found(desk, words, request) == []
    shell = next(case for case in await desk.cases() if case.erased)
    assert (shell.number, shell.state, shell.description) == (people[0].cases[0].number, "closed", "")
    await subscriber.says("оператор")
    await subscriber.hears("registered")
