"""Confirmed words become phrasings, within bounds that keep an article from being talked away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.runtime.migrate import migrate
from desk.model.case import Case
from desk.model.people import Person
from desk.model.shared_facts import Account
from desk.storage.database import Database
from kb.learning.phrase_acceptance import (
    OF_ARTICLE,
    OF_DAY,
    OF_PERSON,
    OF_STRANGERS,
    AcceptanceVerdict,
    ConfirmedWords,
    KnownPhrasings,
    judge_phrase,
)
from kb.phrase_learner import RETURNS, PhraseLearner
from kb.storage import article_store
from kb.storage.article_versions import stamp
from kb.storage.phrase_store import CAME_BACK, FORGOTTEN, forget, forget_person, learned, phrases, taught
from kb.storage.tables import ArticleLinkRow, PhrasingRow, SuggestionRow
from tests.kb.article_factory import article, put

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SAID = ConfirmedWords("sever", 1, "kettle", 7, "subscriber", "", "ru")
WORDS = "чайник гудит и не греет воду"


def verdict(
    known: KnownPhrasings, one: ConfirmedWords = SAID, leads: Sequence[str] = ("kettle", "lamp")
) -> AcceptanceVerdict:
    return judge_phrase(one, WORDS, known, leads)


def test_new_words_are_taken_and_a_repeat_is_not() -> None:
    assert verdict(KnownPhrasings(["the kettle is cold"])) == AcceptanceVerdict(WORDS)
    assert verdict(KnownPhrasings(["Чайник гудит, и воду не греет"])) == AcceptanceVerdict(refused="a repeat")
    assert verdict(KnownPhrasings(elsewhere=frozenset([WORDS]))) == AcceptanceVerdict(refused="said of another article")


def test_who_says_the_same_again_confirms_it() -> None:
    assert verdict(KnownPhrasings(learned={12: "чайник воду не греет и гудит"}, of_person=9)) == AcceptanceVerdict(
        WORDS, repeats=12
    )


def test_a_subscribers_words_must_lead_to_the_article_by_themselves() -> None:
    """What could make people find another article than now is for agents to say."""
    assert (
        verdict(KnownPhrasings(), leads=())
        == verdict(KnownPhrasings(), leads=("lamp", "kettle"))
        == AcceptanceVerdict(refused="it leads elsewhere")
    )
    assert verdict(KnownPhrasings(), replace(SAID, author="agent:ivanova"), ()) == AcceptanceVerdict(WORDS)


def test_one_person_and_one_article_learn_only_so_much() -> None:
    full = {case: f"words {case} of many" for case in range(OF_ARTICLE)}
    assert verdict(KnownPhrasings(of_person=OF_PERSON)) == AcceptanceVerdict(refused="enough of this person")
    assert verdict(KnownPhrasings(of_day=OF_DAY)) == AcceptanceVerdict(refused="enough for a day")
    assert verdict(KnownPhrasings(learned=full)) == AcceptanceVerdict(refused="enough of this article")
    assert (
        verdict(KnownPhrasings(learned=full), replace(SAID, author="agent:ivanova")).refused == "enough of this article"
    )


def test_people_who_prove_nothing_leave_room_for_those_who_do() -> None:
    assert verdict(KnownPhrasings(of_strangers=OF_STRANGERS)) == AcceptanceVerdict(refused="enough of strangers")
    assert verdict(KnownPhrasings(of_strangers=OF_STRANGERS), replace(SAID, proved=True)) == AcceptanceVerdict(WORDS)
    assert OF_STRANGERS * 2 <= OF_ARTICLE


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


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A desk's database with one article on its shelf."""
    made = Database(database_url)
    await migrate(made)
    put(tmp_path / "articles")
    async with made.work() as connection:
        await article_store.import_folder(connection, "", tmp_path / "articles", NOW)
    yield made
    await made.close()


def phrase_learner(database: Database, *providers: str) -> PhraseLearner:
    """One for whom all words lead to the kettle."""
    return PhraseLearner(database, providers or ["sever", "volga"], lambda *_: None, lambda *_: ["kettle"])


async def helped(
    database: Database,
    case: int,
    words: str,
    provider: str = "sever",
    person: int = 7,
    contract: str = "",
    at: datetime = NOW,
) -> None:
    """Somebody wrote these words, was offered the kettle's article, and said that it helped."""
    async with database.write(provider) as session:
        session.add(
            Case(
                **{"provider": provider, "id": case, "person_id": person, "description": words, "language": "en"},
                **{"opened_at": at, "updated_at": at, "contract": contract, "articles": ["kettle"]},
            )
        )
        if await session.get(Person, (provider, person)) is None:
            session.add(Person(provider=provider, id=person, name="Anna Petrova", created_at=at))
        session.add(
            SuggestionRow(
                **{"provider": provider, "case_id": case, "article": "kettle", "language": "en", "score": 0.9},
                **{"offered_at": at, "outcome": "helped", "outcome_at": at},
            )
        )


async def known(database: Database, *providers: str) -> list[tuple[str, str]]:
    async with database.read(*providers) as session:
        return [(provider, text) for provider, _, _, text in await learned(session)]


async def test_what_helped_is_learned_once_and_every_worker_is_told(database: Database) -> None:
    await helped(database, 1, "Hello, Anna here. the water in my pot stays icy, contract 40-1187")
    await helped(database, 2, "the kettle is cold")
    pupil = phrase_learner(database)
    async with database.look() as connection:
        before = await stamp(connection)
    assert await pupil.learn(NOW + timedelta(seconds=5)) == 1
    assert await known(database, "sever") == [("sever", "the water in my pot stays icy")]
    async with database.look() as connection:
        assert await stamp(connection) == before + 1
    assert await pupil.learn(NOW + timedelta(seconds=10)) == 0
    async with database.read("sever") as session:
        rows = (
            await session.get(PhrasingRow, ("sever", 2, "kettle")),
            await session.get(PhrasingRow, ("sever", 1, "kettle")),
        )
    assert rows[0] is not None
    assert rows[1] is not None
    assert (rows[0].text, rows[0].refused, rows[1].author) == ("", "a repeat", "subscriber")


async def test_an_agents_link_teaches_too_and_no_provider_sees_anothers_words(database: Database) -> None:
    await helped(database, 1, "my pot hums and stays icy")
    await helped(database, 3, "a samovar full of sand", provider="volga", person=9)
    async with database.write("sever") as session:
        session.add(
            ArticleLinkRow(
                **{"provider": "sever", "case_id": 1, "article": "kettle", "kind": "linked", "agent": "ivanova"},
                **{"note": "", "at": NOW},
            )
        )
    assert await phrase_learner(database).learn(NOW) == 2
    assert await known(database, "sever") == [("sever", "my pot hums and stays icy")]
    assert await known(database, "volga") == [("volga", "a samovar full of sand")]
    async with database.read("sever") as session:
        row = await session.get(PhrasingRow, ("sever", 1, "kettle"))
    assert row is not None
    assert row.author == "agent:ivanova", "an agent's word counts more than a tap"


async def test_one_person_cannot_teach_without_end(database: Database) -> None:
    for case, words in enumerate(
        ("red mice eat cables", "blue cats drink lamps", "old dogs sing loud", "ten hens fly"), 1
    ):
        await helped(database, case, words)
    pupil = phrase_learner(database, "sever")
    assert await pupil.learn(NOW) == OF_PERSON
    assert len(await known(database, "sever")) == OF_PERSON


async def row(database: Database, case: int, provider: str = "sever") -> PhrasingRow:
    async with database.read(provider) as session:
        found = await session.get(PhrasingRow, (provider, case, "kettle"))
    assert found is not None
    return found


async def test_who_writes_under_one_contract_is_one_person(database: Database) -> None:
    """Ten accounts that name the same contract teach what one of them may."""
    for case, words in enumerate(
        ("red mice eat it", "blue cats drink it", "old dogs sing to it", "ten hens fly to it"), 1
    ):
        await helped(database, case, words, person=100 + case, contract="40-1187")
    account = Account("sever", "40-1187")
    pupil = PhraseLearner(database, ["sever"], lambda *_: account, lambda *_: ["kettle"])
    assert await pupil.learn(NOW) == OF_PERSON


async def test_many_accounts_teach_an_article_only_slowly(database: Database) -> None:
    animals = ("red mice", "blue cats", "old dogs", "ten hens", "wet frogs", "odd goats", "sad foxes", "big bears")
    for case, animal in enumerate(animals, 1):
        await helped(database, case, f"{animal} sleep inside of it", person=100 + case)
    pupil = phrase_learner(database, "sever")
    assert await pupil.learn(NOW) == OF_DAY
    assert (await row(database, len(animals))).refused == "enough for a day"


async def test_what_several_say_is_one_phrase_that_they_confirm(database: Database) -> None:
    await helped(database, 1, "my pot hums and stays icy")
    await helped(database, 2, "my pot stays icy and hums", person=8)
    await helped(database, 3, "my pot hums and stays icy", person=8)
    assert await phrase_learner(database).learn(NOW) == 1
    async with database.read("sever", "volga") as session:
        (phrase,) = await phrases(session)
        assert await phrases(session, "lamp") == []
    assert (phrase.text, phrase.people, phrase.author, phrase.case_id) == (
        "my pot hums and stays icy",
        2,
        "subscriber",
        1,
    )


async def test_a_phrase_goes_when_its_person_has_the_same_again_within_the_week(database: Database) -> None:
    """And nobody is taught by a word that was taken back: its case stays looked at."""
    await helped(database, 1, "my pot hums and stays icy")
    pupil = phrase_learner(database)
    assert await pupil.learn(NOW) == 1
    async with database.look() as connection:
        before = await stamp(connection)
    later = NOW + timedelta(days=6)
    await helped(database, 2, "the kettle is cold", at=later)
    await pupil.learn(later + RETURNS)
    assert await known(database, "sever") == []
    assert ((await row(database, 1)).text, (await row(database, 1)).refused) == ("", CAME_BACK)
    async with database.look() as connection:
        assert await stamp(connection) == before + 1, "every worker is told"
    assert await pupil.learn(later + 2 * RETURNS) == 0


async def test_a_phrase_stays_when_the_week_is_over_or_the_matter_is_another(database: Database) -> None:
    await helped(database, 1, "my pot hums and stays icy")
    pupil = phrase_learner(database)
    await pupil.learn(NOW)
    async with database.write("sever") as session:
        session.add(
            Case(
                **{"provider": "sever", "id": 2, "person_id": 7, "description": "a bill", "dialog": "billing"},
                **{"opened_at": NOW + timedelta(days=1), "updated_at": NOW, "articles": ["bill"]},
            )
        )
        await session.flush()
    await pupil.learn(NOW + timedelta(days=1, hours=1))
    assert len(await known(database, "sever")) == 1
    await helped(database, 3, "the kettle is cold", at=NOW + timedelta(days=8))
    await pupil.learn(NOW + timedelta(days=8, hours=1))
    assert len(await known(database, "sever")) == 1


async def test_a_case_of_which_nobody_knows_what_it_is_about_counts_after_a_day(database: Database) -> None:
    await helped(database, 1, "my pot hums and stays icy", contract="40-1187")
    pupil = phrase_learner(database)
    await pupil.learn(NOW)
    at = NOW + timedelta(days=1)
    async with database.write("sever") as session:
        session.add(
            Case(
                **{"provider": "sever", "id": int(1e18), "person_id": 9, "contract": "40-1187"},
                **{"opened_at": at, "updated_at": at, "description": "hello?"},
            )
        )
    await pupil.learn(at + timedelta(hours=1))
    assert len(await known(database, "sever")) == 1
    await pupil.learn(at + timedelta(hours=25))
    assert await known(database, "sever") == [], "it came from another address, under the same contract"


async def test_what_one_takes_back_another_still_says(database: Database) -> None:
    """The words of who came back go; those of who said about the same take their place."""
    await helped(database, 1, "my pot hums and stays icy")
    await helped(database, 2, "my pot stays icy and hums", person=8)
    await helped(database, 3, "My pot hums, and stays icy", person=9)
    pupil = phrase_learner(database)
    await pupil.learn(NOW)
    await helped(database, 4, "the kettle is cold", at=NOW + timedelta(days=2))
    await pupil.learn(NOW + timedelta(days=2))
    async with database.read("sever") as session:
        (phrase,) = await phrases(session)
    assert (phrase.text, phrase.case_id, phrase.people) == ("my pot stays icy and hums", 2, 2)


async def test_a_forgotten_phrase_goes_with_all_who_said_it(database: Database) -> None:
    await helped(database, 1, "my pot hums and stays icy")
    await helped(database, 2, "my pot stays icy and hums", person=8)
    await helped(database, 3, "a samovar full of sand", person=8)
    pupil = phrase_learner(database)
    await pupil.learn(NOW)
    async with database.write("sever") as session:
        gone = next(one for one in await phrases(session) if "pot" in one.text)
        assert await forget(session, gone) == 2
    assert await known(database, "sever") == [("sever", "a samovar full of sand")]
    assert [(await row(database, case)).text for case in (1, 2)] == ["", ""]
    assert await pupil.learn(NOW) == 0


async def test_a_persons_words_are_erased_and_others_keep_theirs(database: Database) -> None:
    """Also what they wrote from elsewhere under their contract; another provider's person of that number is another."""
    await helped(database, 1, "my pot hums and stays icy", contract="40-1187")
    await helped(database, 2, "my pot stays icy and hums", person=8)
    await helped(database, 3, "a samovar full of sand", person=9, contract="40-1187")
    await helped(database, 4, "the spout drips on my cat", provider="volga", person=7)
    await phrase_learner(database).learn(NOW)
    async with database.write("sever", "volga") as session:
        assert await forget_person(session, "sever", 7, "40-1187") == 2
    assert await known(database, "sever", "volga") == [
        ("sever", "my pot stays icy and hums"),
        ("volga", "the spout drips on my cat"),
    ]
    assert (await row(database, 3)).refused == FORGOTTEN
