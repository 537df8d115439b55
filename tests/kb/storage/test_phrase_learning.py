"""Confirmed words become phrasings, within limits that keep an article from being spoiled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.runtime.migrate import migrate
from desk.model.case import Case
from desk.model.shared_facts import Account
from desk.model.subscribers import Person
from desk.storage.database import Database
from kb.learning.phrase_acceptance import (
    MAX_FROM_UNPROVED,
    MAX_PER_ARTICLE,
    MAX_PER_DAY,
    MAX_PER_PERSON,
    AcceptanceVerdict,
    ConfirmedWords,
    KnownPhrasings,
    judge_phrase,
)
from kb.phrase_learner import RETURN_CHECK_INTERVAL, FindAccount, PhraseLearner
from kb.storage import article_store
from kb.storage.article_versions import read_knowledge_counter
from kb.storage.phrase_store import (
    FORGOTTEN_BY_COMMAND,
    PERSON_RETURNED,
    forget_person,
    forget_phrase,
    load_learned_phrasings,
    load_phrases,
    with_learned_phrasings,
)
from kb.storage.usage_tables import AgentArticleUseRow, ArticleOfferRow, PhrasingRow
from tests.kb.article_factory import make_article, write_article

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CONFIRMED = ConfirmedWords("sever", 1, "kettle", 7, "subscriber", "", "ru")
WORDS = "чайник гудит и не греет воду"


def judge(
    known: KnownPhrasings, one: ConfirmedWords = CONFIRMED, leads: Sequence[str] = ("kettle", "lamp")
) -> AcceptanceVerdict:
    return judge_phrase(one, WORDS, known, leads)


def test_new_words_are_taken_and_a_repeat_is_not() -> None:
    assert judge(KnownPhrasings(["the kettle is cold"])) == AcceptanceVerdict(WORDS)
    assert judge(KnownPhrasings(["Чайник гудит, и воду не греет"])) == AcceptanceVerdict(refusal="a repeat")
    assert judge(KnownPhrasings(other_articles=frozenset([WORDS]))) == AcceptanceVerdict(
        refusal="said of another article"
    )


def test_who_says_the_same_again_confirms_it() -> None:
    assert judge(KnownPhrasings(learned={12: "чайник воду не греет и гудит"}, count_of_person=9)) == AcceptanceVerdict(
        WORDS, repeats=12
    )


def test_a_subscribers_words_must_lead_to_the_article_by_themselves() -> None:
    """What could make people find another article than now is for agents to say."""
    assert (
        judge(KnownPhrasings(), leads=())
        == judge(KnownPhrasings(), leads=("lamp", "kettle"))
        == AcceptanceVerdict(refusal="it leads elsewhere")
    )
    assert judge(KnownPhrasings(), replace(CONFIRMED, author="agent:ivanova"), ()) == AcceptanceVerdict(WORDS)


def test_one_person_and_one_article_learn_only_so_much() -> None:
    full = {case: f"words {case} of many" for case in range(MAX_PER_ARTICLE)}
    assert judge(KnownPhrasings(count_of_person=MAX_PER_PERSON)) == AcceptanceVerdict(refusal="enough of this person")
    assert judge(KnownPhrasings(count_of_day=MAX_PER_DAY)) == AcceptanceVerdict(refusal="enough for a day")
    assert judge(KnownPhrasings(learned=full)) == AcceptanceVerdict(refusal="enough of this article")
    assert (
        judge(KnownPhrasings(learned=full), replace(CONFIRMED, author="agent:ivanova")).refusal
        == "enough of this article"
    )


def test_people_who_prove_nothing_leave_room_for_those_who_do() -> None:
    assert judge(KnownPhrasings(count_of_unproved=MAX_FROM_UNPROVED)) == AcceptanceVerdict(
        refusal="enough of strangers"
    )
    assert judge(
        KnownPhrasings(count_of_unproved=MAX_FROM_UNPROVED), replace(CONFIRMED, is_proved=True)
    ) == AcceptanceVerdict(WORDS)
    assert MAX_FROM_UNPROVED * 2 <= MAX_PER_ARTICLE


def test_a_provider_whose_people_taught_a_shared_article_gets_its_own_copy() -> None:
    shared, other = make_article("kettle", "the kettle is cold"), make_article("lamp", "the lamp is dark")
    those = with_learned_phrasings(
        [shared, other], [("sever", "kettle", "en", "no tea for two days"), ("sever", "gone", "en", "x y")]
    )
    found = {(one.provider, one.id): one.edition("en").phrasings for one in those}
    assert found == {
        ("", "kettle"): ("the kettle is cold",),
        ("", "lamp"): ("the lamp is dark",),
        ("sever", "kettle"): ("the kettle is cold", "no tea for two days"),
    }


def test_a_providers_own_article_learns_itself() -> None:
    own = make_article("kettle", "the kettle is cold", provider="sever")
    (found,) = with_learned_phrasings([own], [("sever", "kettle", "ru", "чайник остыл совсем")])
    assert found.edition("en").phrasings[-1] == "чайник остыл совсем", "in whatever language it has"


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A desk's database with one article on its shelf."""
    made = Database(database_url)
    await migrate(made)
    write_article(tmp_path / "articles")
    async with made.work() as connection:
        await article_store.import_folder(connection, "", tmp_path / "articles", NOW)
    yield made
    await made.close()


def phrase_learner(database: Database, *providers: str) -> PhraseLearner:
    """One for whom all words lead to the kettle."""
    return PhraseLearner(database, providers or ["sever", "volga"], finding(None), lambda *_: ["kettle"])


def finding(account: Account | None) -> FindAccount:
    """Finds this account under every contract."""

    async def find(provider: str, contract: str) -> Account | None:
        return account

    return find


async def record_help(
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
            ArticleOfferRow(
                **{"provider": provider, "case_id": case, "article": "kettle", "language": "en", "score": 0.9},
                **{"offered_at": at, "outcome": "helped", "outcome_at": at},
            )
        )


async def learned_phrases(database: Database, *providers: str) -> list[tuple[str, str]]:
    async with database.read(*providers) as session:
        return [(provider, text) for provider, _, _, text in await load_learned_phrasings(session)]


async def test_what_helped_is_learned_once_and_every_worker_is_told(database: Database) -> None:
    await record_help(database, 1, "Hello, Anna here. the water in my pot stays icy, contract 40-1187")
    await record_help(database, 2, "the kettle is cold")
    pupil = phrase_learner(database)
    async with database.look() as connection:
        before = await read_knowledge_counter(connection)
    assert await pupil.learn(NOW + timedelta(seconds=5)) == 1
    assert await learned_phrases(database, "sever") == [("sever", "the water in my pot stays icy")]
    async with database.look() as connection:
        assert await read_knowledge_counter(connection) == before + 1
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
    await record_help(database, 1, "my pot hums and stays icy")
    await record_help(database, 3, "a samovar full of sand", provider="volga", person=9)
    async with database.write("sever") as session:
        session.add(
            AgentArticleUseRow(
                **{"provider": "sever", "case_id": 1, "article": "kettle", "kind": "linked", "agent": "ivanova"},
                **{"note": "", "at": NOW},
            )
        )
    assert await phrase_learner(database).learn(NOW) == 2
    assert await learned_phrases(database, "sever") == [("sever", "my pot hums and stays icy")]
    assert await learned_phrases(database, "volga") == [("volga", "a samovar full of sand")]
    async with database.read("sever") as session:
        row = await session.get(PhrasingRow, ("sever", 1, "kettle"))
    assert row is not None
    assert row.author == "agent:ivanova", "an agent's word counts more than a tap"


async def test_one_person_cannot_teach_without_end(database: Database) -> None:
    for case, words in enumerate(
        ("red mice eat cables", "blue cats drink lamps", "old dogs sing loud", "ten hens fly"), 1
    ):
        await record_help(database, case, words)
    pupil = phrase_learner(database, "sever")
    assert await pupil.learn(NOW) == MAX_PER_PERSON
    assert len(await learned_phrases(database, "sever")) == MAX_PER_PERSON


async def phrasing_row(database: Database, case: int, provider: str = "sever") -> PhrasingRow:
    async with database.read(provider) as session:
        found = await session.get(PhrasingRow, (provider, case, "kettle"))
    assert found is not None
    return found


async def test_who_writes_under_one_contract_is_one_person(database: Database) -> None:
    """Ten accounts that name the same contract teach what one of them may."""
    for case, words in enumerate(
        ("red mice eat it", "blue cats drink it", "old dogs sing to it", "ten hens fly to it"), 1
    ):
        await record_help(database, case, words, person=100 + case, contract="40-1187")
    pupil = PhraseLearner(database, ["sever"], finding(Account("sever", "40-1187")), lambda *_: ["kettle"])
    assert await pupil.learn(NOW) == MAX_PER_PERSON


async def test_many_accounts_teach_an_article_only_slowly(database: Database) -> None:
    animals = ("red mice", "blue cats", "old dogs", "ten hens", "wet frogs", "odd goats", "sad foxes", "big bears")
    for case, animal in enumerate(animals, 1):
        await record_help(database, case, f"{animal} sleep inside of it", person=100 + case)
    pupil = phrase_learner(database, "sever")
    assert await pupil.learn(NOW) == MAX_PER_DAY
    assert (await phrasing_row(database, len(animals))).refused == "enough for a day"


async def test_what_several_say_is_one_phrase_that_they_confirm(database: Database) -> None:
    await record_help(database, 1, "my pot hums and stays icy")
    await record_help(database, 2, "my pot stays icy and hums", person=8)
    await record_help(database, 3, "my pot hums and stays icy", person=8)
    assert await phrase_learner(database).learn(NOW) == 1
    async with database.read("sever", "volga") as session:
        (phrase,) = await load_phrases(session)
        assert await load_phrases(session, "lamp") == []
    assert (phrase.text, phrase.people, phrase.author, phrase.case_id) == (
        "my pot hums and stays icy",
        2,
        "subscriber",
        1,
    )


async def test_a_phrase_goes_when_its_person_has_the_same_again_within_the_week(database: Database) -> None:
    """And nobody is taught by a word that was taken back: its case stays looked at."""
    await record_help(database, 1, "my pot hums and stays icy")
    pupil = phrase_learner(database)
    assert await pupil.learn(NOW) == 1
    async with database.look() as connection:
        before = await read_knowledge_counter(connection)
    later = NOW + timedelta(days=6)
    await record_help(database, 2, "the kettle is cold", at=later)
    await pupil.learn(later + RETURN_CHECK_INTERVAL)
    assert await learned_phrases(database, "sever") == []
    assert ((await phrasing_row(database, 1)).text, (await phrasing_row(database, 1)).refused) == ("", PERSON_RETURNED)
    async with database.look() as connection:
        assert await read_knowledge_counter(connection) == before + 1, "every worker is told"
    assert await pupil.learn(later + 2 * RETURN_CHECK_INTERVAL) == 0


async def test_a_phrase_stays_when_the_week_is_over_or_the_matter_is_another(database: Database) -> None:
    await record_help(database, 1, "my pot hums and stays icy")
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
    assert len(await learned_phrases(database, "sever")) == 1
    await record_help(database, 3, "the kettle is cold", at=NOW + timedelta(days=8))
    await pupil.learn(NOW + timedelta(days=8, hours=1))
    assert len(await learned_phrases(database, "sever")) == 1


async def test_a_case_of_which_nobody_knows_what_it_is_about_counts_after_a_day(database: Database) -> None:
    await record_help(database, 1, "my pot hums and stays icy", contract="40-1187")
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
    assert len(await learned_phrases(database, "sever")) == 1
    await pupil.learn(at + timedelta(hours=25))
    assert await learned_phrases(database, "sever") == [], "it came from another address, under the same contract"


async def test_what_one_takes_back_another_still_says(database: Database) -> None:
    """The words of who came back go; those of who said about the same take their place."""
    await record_help(database, 1, "my pot hums and stays icy")
    await record_help(database, 2, "my pot stays icy and hums", person=8)
    await record_help(database, 3, "My pot hums, and stays icy", person=9)
    pupil = phrase_learner(database)
    await pupil.learn(NOW)
    await record_help(database, 4, "the kettle is cold", at=NOW + timedelta(days=2))
    await pupil.learn(NOW + timedelta(days=2))
    async with database.read("sever") as session:
        (phrase,) = await load_phrases(session)
    assert (phrase.text, phrase.case_id, phrase.people) == ("my pot stays icy and hums", 2, 2)


async def test_a_forgotten_phrase_goes_with_all_who_said_it(database: Database) -> None:
    await record_help(database, 1, "my pot hums and stays icy")
    await record_help(database, 2, "my pot stays icy and hums", person=8)
    await record_help(database, 3, "a samovar full of sand", person=8)
    pupil = phrase_learner(database)
    await pupil.learn(NOW)
    async with database.write("sever") as session:
        gone = next(one for one in await load_phrases(session) if "pot" in one.text)
        assert await forget_phrase(session, gone) == 2
    assert await learned_phrases(database, "sever") == [("sever", "a samovar full of sand")]
    assert [(await phrasing_row(database, case)).text for case in (1, 2)] == ["", ""]
    assert await pupil.learn(NOW) == 0


async def test_a_persons_words_are_erased_and_others_keep_theirs(database: Database) -> None:
    """Also what they wrote from elsewhere under their contract; another provider's person of that number is another."""
    await record_help(database, 1, "my pot hums and stays icy", contract="40-1187")
    await record_help(database, 2, "my pot stays icy and hums", person=8)
    await record_help(database, 3, "a samovar full of sand", person=9, contract="40-1187")
    await record_help(database, 4, "the spout drips on my cat", provider="volga", person=7)
    await phrase_learner(database).learn(NOW)
    async with database.write("sever", "volga") as session:
        assert await forget_person(session, "sever", 7, "40-1187") == 2
    assert await learned_phrases(database, "sever", "volga") == [
        ("sever", "my pot stays icy and hums"),
        ("volga", "the spout drips on my cat"),
    ]
    assert (await phrasing_row(database, 3)).refused == FORGOTTEN_BY_COMMAND
