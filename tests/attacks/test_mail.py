"""What strangers try by mail: forged senders, stolen tokens, words that would travel under the desk's name."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest

from desk.model.settings import Secret
from desk.pipeline.reply_tokens import ReplyTokens
from tests.peers.botapi import BotApi
from tests.peers.post import Post
from tests.ready import Ground
from tests.stories.world import AGENTS, Desk, World, eventually, new_world

SPAM = "BUY-CHEAP http://evil.example"


@pytest.fixture
async def trusting(ground: Ground, api: BotApi, post: Post) -> AsyncIterator[World]:
    """A desk whose mailbox has no authserv_id: nobody vouches for any From."""
    settings = dataclasses.replace(post.settings(), authserv_id="")
    made = await new_world(ground, api, [settings])
    api.group(AGENTS, "Агенты")
    await made.opens()
    await made.has_looked_into_its_mailbox()
    yield made
    await made.closes()


async def test_a_forged_first_letter_sends_nobody_the_forgers_words(mail_world: World, post: Post) -> None:
    """Name, subject and text of a letter that proves nothing never reach the address it claims (G6)."""
    for number, authentication in enumerate(("fail", "none", "forged", "absent")):
        victim = post.subscriber(f"victim{number}@example.test", SPAM, authentication=authentication)  # type: ignore[arg-type]
        await victim.writes(SPAM, f"{SPAM} оператор", headers={"Reply-To": "evil@evil.test"})
        letter = await victim.hears("SN-")
        assert "evil" not in f"{letter.message!s}{letter.text}{letter.html}{letter.subject}"
    assert not post.subscriber("evil@evil.test").unread()


async def test_without_a_border_server_first_letters_are_not_echoed_either(trusting: World, post: Post) -> None:
    """Where nobody vouches, the words come back only after a letter of the desk was answered from there."""
    victim = post.subscriber("victim@example.test", SPAM, authentication="absent")
    await victim.writes(SPAM, "нет интернета, оператор")
    letter = await victim.hears("SN-")
    assert "evil" not in f"{letter.message!s}{letter.text}{letter.html}{letter.subject}"
    await victim.answers(letter, "добавлю: мигает красная лампочка")
    assert "evil" in (await victim.hears("")).subject


async def test_a_token_is_worth_nothing_to_anybody_else(mail_world: World, post: Post, agents: Desk) -> None:
    """Stolen, altered, of another case or another recipient: the letter waits for an agent and changes nothing."""
    anna = post.subscriber("anna@example.test", "Анна")
    await anna.writes("Нет интернета", "нет интернета, оператор")
    opened = await anna.hears("Заявка SN-")
    local, _, token = opened.reply_to.partition("@")[0].partition("+")
    domain = opened.reply_to.partition("@")[2]
    (case,) = await mail_world.cases()
    foreign = ReplyTokens(Secret("another secret"), Secret("")).token("mail:main", case.id, "anna@example.test")
    tries = {
        "thief@evil.test": token,
        "anna@example.test": token[:-1] + ("a" if token[-1] != "a" else "b"),
        "anna@example.test ": foreign,
        "ANNA@example.test.evil.test": token,
    }
    for address, tried in tries.items():
        sender = post.subscriber(address.strip(), "Анна")
        letter = (
            f"From: {address.strip()}\r\nTo: {local}+{tried}@{domain}\r\nSubject: x\r\n\r\nзакройте заявку {tried}\r\n"
        )
        await sender.sends(letter.encode(), to=post.box.address)

    async def waiting() -> bool:
        return len(await mail_world.pending()) == len(tries)

    await eventually(waiting)
    (case,) = await mail_world.cases()
    assert not any("закройте" in line.text for line in await mail_world.journal(case))


async def test_notices_to_the_address_on_file_carry_nothing_of_the_talk(
    mail_world: World, post: Post, agents: Desk
) -> None:
    """Whoever names another's contract cannot write to its holder through the desk, nor learn the holder's token."""
    forger = post.subscriber("forger@evil.test", SPAM)
    await forger.writes(SPAM, "нет интернета, договор 40-1187, оператор")
    await forger.hears("Заявка SN-")
    card = await agents.sees("ждёт специалиста")
    await agents.presses(card, "Взять")
    await agents.presses(card, "Срок 4 ч")
    notice = await post.subscriber("anna@example.test").hears("ориентировочное время")
    assert "evil" not in f"{notice.message!s}{notice.text}{notice.html}{notice.subject}"
    holder = notice.reply_to.partition("+")[2].partition("@")[0]
    await agents.replies(card, "Здравствуйте!")
    answer = await forger.hears("Здравствуйте!")
    assert holder
    assert holder not in str(answer.message)


async def test_a_closed_case_is_not_opened_by_an_old_letter(mail_world: World, post: Post) -> None:
    """An answer to a letter of a case that is over is a new matter of the same person."""
    holder = post.subscriber("anna@example.test", "Анна")
    await holder.writes("Нет интернета", "нет интернета")
    offer = await holder.hears("не помогло")
    await holder.answers(offer, "помогло")
    await holder.hears("рады, что всё заработало")
    await holder.answers(offer, "снова нет интернета")
    await holder.hears("не помогло")
    assert [case.state for case in await mail_world.cases()] == ["closed", "acknowledged"]


@pytest.fixture
async def front(ground: Ground, api: BotApi, post: Post) -> AsyncIterator[World]:
    """A desk whose mailbox is shared by all providers."""
    settings = dataclasses.replace(post.settings(), provider="_front")
    made = await new_world(ground, api, [settings], shared=True)
    api.group(AGENTS, "Агенты")
    await made.opens()
    await made.has_looked_into_its_mailbox()
    yield made
    await made.closes()


async def test_a_forged_letter_leads_nobody_to_another_provider(front: World, post: Post) -> None:
    """What a forger wrote in Anna's name does not carry her own letter to a provider of the forger's choice."""
    forged = post.subscriber("anna@example.test", "Анна", authentication="fail")
    await forged.writes("Нет интернета", "нет интернета, договор V14350")
    await forged.hears("")
    assert await front.cases("volga") == []
    anna = post.subscriber("anna@example.test", "Анна")
    await anna.writes("Нет интернета", "нет интернета, договор 40-1187, оператор")
    await anna.hears("Заявка SN-")
    assert [case.contract for case in await front.cases("sever")] == ["40-1187"]
    assert await front.cases("volga") == []
