"""Turns in time: pieces sent together are one message, what is older than a question does not answer it, and an edit
corrects what it edits."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from desk.model.case import Case
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals
from tests.peers.botapi import BotApi, Message
from tests.prepared_desks import DeskFiles
from tests.stories.conftest import Afterwards
from tests.stories.desk import AgentsGroup, Desk, new_desk
from tests.stories.subscribers import TelegramSubscriber
from tests.stories.test_main_job import PNG

pytestmark = pytest.mark.channels("telegram", because="only there people write in pieces, and edit them")

PAUSE = 0.7
"""Seconds that the desk of these stories waits for more."""
LONG_PAUSE = 10.0
"""Seconds for the story of who does not wait, which must not fail on a slow machine."""
NO_INTERNET = "нет интернета, договор 40-1187"
PING = "64 bytes from 192.0.2.1: icmp_seq={} ttl=57 time=31 ms\n"


@pytest.fixture
def pause() -> float:
    """How long the desk of the story waits for more."""
    return PAUSE


@pytest.fixture
async def desk(desk_files: DeskFiles, api: BotApi, decided_again: Afterwards, pause: float) -> AsyncIterator[Desk]:
    """A desk that waits for more."""
    made = new_desk(desk_files, api, wait_for_more_ms=int(pause * 1000))
    await made.opens()
    yield made
    await made.closes()
    await decided_again(made)


@pytest.fixture
def anna(desk: Desk) -> TelegramSubscriber:
    return TelegramSubscriber(desk, "Анна")


async def only_case(desk: Desk) -> Case:
    (case,) = await desk.cases()
    return case


async def outcomes(desk: Desk) -> list[str]:
    """What became of each arrival of the bot, in order; of a piece that was joined also to which."""
    database = Database(desk.settings.database)
    query = select(arrivals.c.id, arrivals.c.outcome, arrivals.c.joined_to)
    async with database.look() as connection:
        rows = (
            await connection.execute(query.where(arrivals.c.channel == "telegram:main").order_by(arrivals.c.id))
        ).all()
    await database.close()
    first = rows[0].id
    return [f"{row.outcome} to {row.joined_to - first}" if row.joined_to else row.outcome for row in rows]


async def writes(anna: TelegramSubscriber, *texts: str) -> list[Message]:
    """Several messages, faster than anybody answers."""
    return [await anna.user.says(anna.bot, text) for text in texts]


async def is_asked_since(anna: TelegramSubscriber) -> None:
    """Up to the question since when."""
    await anna.says(NO_INTERNET)
    await anna.hears("did_it_help")
    await anna.answers("not_helped")
    await anna.is_asked("scope")
    await anna.answers("all")
    await anna.is_asked("since")
    await anna.catches_up()


async def test_the_words_beside_the_number_are_the_matter_after_a_greeting(
    desk: Desk, anna: TelegramSubscriber
) -> None:
    """F01: in two messages with a pause between them."""
    await anna.says("Здравствуйте")
    await anna.catches_up()
    await anna.says("нет интернета, договор 40-1187")
    await anna.is_shown("no-internet")
    case = await only_case(desk)
    assert (case.description, case.contract) == ("нет интернета, договор 40-1187", "40-1187")


async def test_a_burst_in_pieces_is_one_message(desk: Desk, anna: TelegramSubscriber) -> None:
    """F02: one greeting, one article; each piece stands in the journal, and says what it was joined to."""
    await writes(anna, "Здравствуйте", "у меня", "интернет не работает", "договор 40-1187")
    await anna.is_shown("no-internet")
    await anna.catches_up()
    case = await only_case(desk)
    assert case.contract == "40-1187"
    assert "интернет не работает" in case.description
    assert (anna.heard("greeting"), anna.heard("did_it_help")) == (1, 1)
    said = [one.text for one in await desk.journal(case) if one.actor == "subscriber"]
    assert said == ["Здравствуйте", "у меня", "интернет не работает", "договор 40-1187"]
    assert await outcomes(desk) == ["case", "joined to 0", "joined to 0", "joined to 0"]


async def test_five_forwards_at_once_are_one_matter(desk: Desk, anna: TelegramSubscriber) -> None:
    """F03."""
    origin = {"type": "hidden_user", "sender_user_name": "Сын", "date": int(time.time())}
    texts = ("нет интернета", "уже второй день", "роутер моргает", "ничего не открывается", "договор 40-1187")
    for text in texts:
        await anna.user.says(anna.bot, text, extra={"forward_origin": origin})
    await anna.is_shown("no-internet")
    await anna.catches_up()
    case = await only_case(desk)
    assert all(text in case.description for text in texts[:4])
    assert not case.answers
    assert anna.heard("did_it_help") == 1


async def test_an_album_is_one_answer(desk: Desk, anna: TelegramSubscriber) -> None:
    """F04: three photos in answer to one question are its photos, and answer nothing else."""
    await is_asked_since(anna)
    await anna.user.sends_album(anna.bot, [PNG, PNG, PNG], "со вчерашнего вечера")
    await anna.is_asked("place")
    case = await only_case(desk)
    assert set(case.answers) == {"scope", "since"}
    said = [one for one in await desk.journal(case) if one.actor == "subscriber" and one.files]
    assert [one.text for one in said] == ["со вчерашнего вечера", "", ""]
    assert (await outcomes(desk))[-3:] == ["reply", "joined to 3", "joined to 3"]


async def test_a_long_paste_that_was_split_is_one_text(desk: Desk, anna: TelegramSubscriber) -> None:
    """F05: the parts are one output, whose end is read too."""
    whole = "".join(PING.format(number) for number in range(160)) + "10% packet loss"
    parts = [whole[at : at + 4096] for at in range(0, len(whole), 4096)]
    await anna.says("нет интернета, договор 40-1187")
    await anna.hears("did_it_help")
    await writes(anna, *parts)
    await anna.catches_up()
    assert len(parts) == 3
    assert (await outcomes(desk))[1:] == ["reply", "joined to 1", "joined to 1"]


@pytest.mark.parametrize("pause", [LONG_PAUSE])
async def test_a_press_ends_the_wait(desk: Desk, anna: TelegramSubscriber) -> None:
    """Nor does a command: what was written before is decided first, and neither waits."""
    await anna.starts()
    await anna.hears("welcome")
    before = time.monotonic()
    await anna.user.says(anna.bot, NO_INTERNET)
    await anna.says("/status")
    await anna.hears("status_intake")
    offered = anna.last
    await anna.catches_up()
    await anna.user.says(anna.bot, "роутер моргает")
    await anna.presses(offered if "operator" in offered.options else anna.last, "operator")
    await anna.catches_up()
    assert time.monotonic() - before < LONG_PAUSE
    assert (await outcomes(desk))[1:4] == ["reply", "status", "reply"]
    assert "роутер моргает" in [one.text for one in await desk.journal(await only_case(desk))]


async def test_a_press_counts_that_followed_words_under_one_question(desk: Desk, anna: TelegramSubscriber) -> None:
    """The words are decided first and have the question put again; what was pressed is what was asked all the same."""
    await anna.says(NO_INTERNET)
    await anna.hears("did_it_help")
    await anna.answers("not_helped")
    scope = await anna.is_asked("scope")
    await anna.user.says(anna.bot, "роутер стоит в коридоре")
    await anna.presses(scope, "all")
    await anna.is_asked("since")
    assert (await only_case(desk)).answers["scope"]["value"] == "all"
    assert "stale button" not in await outcomes(desk)


async def test_words_from_before_the_question_do_not_answer_it(desk: Desk, anna: TelegramSubscriber) -> None:
    """A message that its sender wrote a minute ago, and that came only now, cannot have read what was asked since."""
    await is_asked_since(anna)
    await anna.user.says(anna.bot, "роутер стоит в коридоре на полке", date=time.time() - 60)
    await anna.user.says(anna.bot, "2", date=time.time() - 60)
    await anna.hears_nothing()
    case = await only_case(desk)
    assert "since" not in case.answers
    assert "в коридоре на полке" in case.description
    await anna.says("вчера вечером")
    await anna.is_asked("place")
    assert "since" in (await only_case(desk)).answers


async def test_an_older_yes_closes_nothing(desk: Desk, anna: TelegramSubscriber, agents: AgentsGroup) -> None:
    """Neither "it helped" nor consent: a "да" from before the question settles nothing, one from after it does."""
    await anna.says(NO_INTERNET)
    await anna.hears("did_it_help")
    await anna.catches_up()
    await anna.user.says(anna.bot, "да", date=time.time() - 60)
    await anna.hears_nothing()
    assert (await only_case(desk)).open
    await anna.says("/operator")
    await anna.hears("registered")
    card = await agents.sees("card")
    await agents.presses(card, "take")
    await anna.hears("agent_took")
    await agents.replies(card, "/resolve Заменили разъём")
    await anna.hears("resolved_ask")
    await anna.user.says(anna.bot, "да", date=time.time() - 60)
    await desk.settled()
    await agents.reads("да")
    assert (await only_case(desk)).state == "resolved"
    await anna.says("да")
    await anna.hears("closed_thanks")
    assert (await only_case(desk)).state == "closed"


async def test_a_reply_to_an_earlier_question_answers_that_one(desk: Desk, anna: TelegramSubscriber) -> None:
    """F08: and the open question stays open."""
    await anna.says(NO_INTERNET)
    await anna.hears("did_it_help")
    await anna.answers("not_helped")
    await anna.is_asked("scope")
    await anna.says("на всех устройствах")
    since = await anna.is_asked("since")
    await anna.says("вчера")
    await anna.is_asked("place")
    assert isinstance(since.original, Message)
    await anna.user.says(anna.bot, "точнее, позавчера", reply_to=since.original)
    await anna.hears("corrected")
    case = await only_case(desk)
    assert case.answers["since"]["text"].endswith("позавчера")
    assert "place" not in case.answers


async def test_an_edited_answer_is_changed(desk: Desk, anna: TelegramSubscriber) -> None:
    """F09: the person is told in a word, and the open question stays open."""
    await is_asked_since(anna)
    said = await anna.user.says(anna.bot, "вчера в 18")
    await anna.is_asked("place")
    await anna.user.edits(said, "позавчера в 8 утра")
    await anna.hears("corrected")
    case = await only_case(desk)
    assert case.answers["since"]["text"] == "позавчера в 8 утра"
    assert "8 утра" not in case.description
    await anna.user.edits(said, "позавчера в 9 утра")
    await anna.hears("corrected")
    assert (await only_case(desk)).answers["since"]["text"] == "позавчера в 9 утра"


async def test_an_edited_first_message_gives_the_contract(desk: Desk, anna: TelegramSubscriber) -> None:
    """F10."""
    said = await anna.user.says(anna.bot, "нет интернет")
    await anna.hears("ask_contract")
    await anna.user.edits(said, "нет интернета, договор 40-1187")
    await anna.is_shown("no-internet")
    case = await only_case(desk)
    assert (case.contract, case.description) == ("40-1187", "нет интернета, договор 40-1187")


async def test_what_is_edited_while_the_desk_waits_is_read_once(desk: Desk, anna: TelegramSubscriber) -> None:
    said = await anna.user.says(anna.bot, "нет инета, договор 40-1178")
    await anna.user.edits(said, "нет интернета, договор 40-1187")
    await anna.is_shown("no-internet")
    case = await only_case(desk)
    assert (case.contract, case.description) == ("40-1187", "нет интернета, договор 40-1187")
    assert anna.heard("corrected") == 0
