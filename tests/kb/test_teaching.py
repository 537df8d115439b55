"""Confirmed words become phrasings, within bounds that keep an article from being talked away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.migrating import migrate
from desk.case import Case
from desk.database import Database
from desk.people import Person
from kb import shelf
from kb.tables import LearnedRow, LinkRow, SuggestionRow
from kb.teaching import OF_ARTICLE, OF_PERSON, Confirmed, Known, Teacher, judged, learned, taught
from kb.versions import stamp
from tests.kb.examples import article, put

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SAID = Confirmed("sever", 1, "kettle", 7, "subscriber", "чайник гудит и не греет воду", "ru")


def test_new_words_are_taken_and_a_repeat_is_not() -> None:
    assert judged(SAID, Known(["the kettle is cold"])) == ("чайник гудит и не греет воду", "")
    assert judged(SAID, Known(["Чайник гудит, и воду не греет"])) == ("", "a repeat")
    assert judged(SAID, Known([], elsewhere=frozenset(["чайник гудит и не греет воду"]))) == (
        "",
        "said of another article",
    )


def test_one_person_and_one_article_learn_only_so_much() -> None:
    assert judged(SAID, Known([], of_person=OF_PERSON)) == ("", "enough of this person")
    assert judged(SAID, Known([], of_article=OF_ARTICLE)) == ("", "enough of this article")


def test_a_provider_whose_people_taught_a_shared_article_gets_its_own_copy() -> None:
    shared, other = article("kettle", "the kettle is cold"), article("lamp", "the lamp is dark")
    those = taught([shared, other], [("sever", "kettle", "en", "no tea for two days"), ("sever", "gone", "en", "x y")])
    found = {(one.provider, one.id): one.edition("en").phrasings for one in those}
    assert found == {
        ("", "kettle"): ("the kettle is cold",),
        ("", "lamp"): ("the lamp is dark",),
        ("sever", "kettle"): ("the kettle is cold", "no tea for two days"),
    }


def test_a_providers_own_article_learns_itself() -> None:
    own = article("kettle", "the kettle is cold", provider="sever")
    (found,) = taught([own], [("sever", "kettle", "ru", "чайник остыл совсем")])
    assert found.edition("en").phrasings[-1] == "чайник остыл совсем", "in whatever language it has"


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A desk's database with one article on its shelf."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    else:
        server = request.getfixturevalue("postgres")
        name = f"teaching_{abs(hash(str(tmp_path)))}"
        url = server.database(name).replace("postgresql://", "postgresql+asyncpg://")
    made = Database(url)
    await migrate(made)
    put(tmp_path / "articles")
    async with made.work() as connection:
        await shelf.import_folder(connection, "", tmp_path / "articles", NOW)
    yield made
    await made.close()


async def helped(database: Database, case: int, words: str, provider: str = "sever", person: int = 7) -> None:
    """Somebody wrote these words, was offered the kettle's article, and said that it helped."""
    async with database.write(provider) as session:
        session.add(
            Case(
                **{"provider": provider, "id": case, "person_id": person, "description": words, "language": "en"},
                **{"opened_at": NOW, "updated_at": NOW, "contract": "40-1187"},
            )
        )
        if await session.get(Person, (provider, person)) is None:
            session.add(Person(provider=provider, id=person, name="Anna Petrova", created_at=NOW))
        session.add(
            SuggestionRow(
                **{"provider": provider, "case_id": case, "article": "kettle", "language": "en", "score": 0.9},
                **{"offered_at": NOW, "outcome": "helped", "outcome_at": NOW},
            )
        )


async def known(database: Database, *providers: str) -> list[tuple[str, str]]:
    async with database.read(*providers) as session:
        return [(provider, text) for provider, _, _, text in await learned(session)]


async def test_what_helped_is_learned_once_and_every_worker_is_told(database: Database) -> None:
    await helped(database, 1, "Hello, Anna here. the water in my pot stays icy, contract 40-1187")
    await helped(database, 2, "the kettle is cold")
    teacher = Teacher(database, ["sever", "volga"], lambda provider, contract: None)
    async with database.look() as connection:
        before = await stamp(connection)
    assert await teacher.learn(NOW + timedelta(seconds=5)) == 1
    assert await known(database, "sever") == [("sever", "the water in my pot stays icy")]
    async with database.look() as connection:
        assert await stamp(connection) == before + 1
    assert await teacher.learn(NOW + timedelta(seconds=10)) == 0
    async with database.read("sever") as session:
        rows = (
            await session.get(LearnedRow, ("sever", 2, "kettle")),
            await session.get(LearnedRow, ("sever", 1, "kettle")),
        )
    assert rows[0] is not None
    assert rows[1] is not None
    assert (rows[0].text, rows[0].refused, rows[1].author) == ("", "a repeat", "subscriber")


async def test_an_agents_link_teaches_too_and_no_provider_sees_anothers_words(database: Database) -> None:
    await helped(database, 1, "my pot hums and stays icy")
    await helped(database, 3, "a samovar full of sand", provider="volga", person=9)
    async with database.write("sever") as session:
        session.add(
            LinkRow(
                **{"provider": "sever", "case_id": 1, "article": "kettle", "kind": "linked", "agent": "ivanova"},
                **{"note": "", "at": NOW},
            )
        )
    assert await Teacher(database, ["sever", "volga"], lambda provider, contract: None).learn(NOW) == 2
    assert await known(database, "sever") == [("sever", "my pot hums and stays icy")]
    assert await known(database, "volga") == [("volga", "a samovar full of sand")]
    async with database.read("sever") as session:
        row = await session.get(LearnedRow, ("sever", 1, "kettle"))
    assert row is not None
    assert row.author == "agent:ivanova", "an agent's word counts more than a tap"


async def test_one_person_cannot_teach_without_end(database: Database) -> None:
    for case, words in enumerate(
        ("red mice eat cables", "blue cats drink lamps", "old dogs sing loud", "ten hens fly"), 1
    ):
        await helped(database, case, words)
    teacher = Teacher(database, ["sever"], lambda provider, contract: None)
    assert await teacher.learn(NOW) == OF_PERSON
    assert len(await known(database, "sever")) == OF_PERSON
