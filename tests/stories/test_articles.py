"""An article reaches a person as it was written: its words, its provider's facts, and its pictures in their order."""

from __future__ import annotations

from pathlib import Path

import kb
from tests.peers.post import Post
from tests.stories.world import Chatter, Desk, World

PACKAGED = Path(kb.__file__).parent / "articles"
DROPS = [(PACKAGED / "drops" / name).read_bytes() for name in ("diary.png", "compare.png")]


async def test_the_pictures_of_an_article_come_as_one_album_before_its_words(
    world: World, anna: Chatter, desk: Desk
) -> None:
    """Each picture says what it shows; the words and the buttons stand below, and name the provider's own address."""
    await anna.says("связь рвётся каждые полчаса, договор 40-1187")
    offer = await anna.hears("Получилось?")
    assert "ping -t 192.0.2.1" in offer.words
    album = [one for one in anna.user.dialog(anna.bot).messages.values() if one.media_group_id]
    assert [one.photo for one in album] == DROPS
    assert len({one.media_group_id for one in album}) == 1
    assert album[0].words == "Дневник обрывов: время, лампочки, сколько минут"
    assert max(one.message_id for one in album) < offer.message_id


async def test_the_pictures_of_an_article_stand_in_the_letter_and_say_what_they_show(
    mail_world: World, post: Post, agents: Desk
) -> None:
    john = post.subscriber("john@example.test", "John Carter")
    await john.writes("Internet", "Hello! My internet keeps dropping, it comes and goes all day.")
    letter = await john.hears("Drops: how to collect data")
    pictures = [one for one in letter.attachments if one.cid]
    assert [one.content for one in pictures] == DROPS
    places = [letter.html.index(f"cid:{one.cid}") for one in pictures]
    assert places == sorted(places)
    assert 'alt="A diary of drops: time, lights, how many minutes"' in letter.html
