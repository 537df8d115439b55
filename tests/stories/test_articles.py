"""An article reaches a person as it was written: its words, its provider's facts, and its pictures in their order."""

from __future__ import annotations

from pathlib import Path

import pytest

import kb
from tests.peers.botapi import Message
from tests.peers.received_mail import ReceivedMail
from tests.stories.conftest import Newcomer
from tests.stories.desk import Desk
from tests.stories.subscribers import TelegramSubscriber

PACKAGED = Path(kb.__file__).parent / "articles"
DROPS = [(PACKAGED / "drops" / name).read_bytes() for name in ("diary.png", "compare.png")]


@pytest.mark.channels("telegram", because="an album is Telegram's; how a letter has its pictures is told below")
async def test_the_pictures_of_an_article_come_as_one_album_between_its_words_and_the_question(
    desk: Desk, subscriber: TelegramSubscriber
) -> None:
    """The greeting and the words come first, and name the provider's own address; each picture says what it shows; the
    question stands last, with its buttons."""
    await subscriber.says("связь рвётся каждые полчаса, договор 40-1187")
    words = await subscriber.is_shown("drops")
    assert "ping -t 192.0.2.1" in words.text
    assert not words.options
    offer = await subscriber.hears("did_it_help")
    assert offer.options
    album = [one for one in subscriber.user.dialog(subscriber.bot).messages.values() if one.media_group_id]
    assert [one.photo for one in album] == DROPS
    assert len({one.media_group_id for one in album}) == 1
    assert album[0].words == "Дневник обрывов: время, лампочки, сколько минут"
    assert isinstance(words.original, Message)
    assert isinstance(offer.original, Message)
    ids = [one.message_id for one in album]
    assert words.original.message_id < min(ids) <= max(ids) < offer.original.message_id


@pytest.mark.channels("mail", because="pictures stand within the words only in a letter")
async def test_the_pictures_of_an_article_stand_in_the_letter_and_say_what_they_show(
    desk: Desk, newcomer: Newcomer
) -> None:
    john = newcomer("John", "en")
    await john.says("Hello! My internet keeps dropping, it comes and goes all day.")
    letter = (await john.is_shown("drops")).original
    assert isinstance(letter, ReceivedMail)
    pictures = [one for one in letter.files if one.cid]
    assert [one.content for one in pictures] == DROPS
    places = [letter.html.index(f"cid:{one.cid}") for one in pictures]
    assert places == sorted(places)
    assert 'alt="A diary of drops: time, lights, how many minutes"' in letter.html
