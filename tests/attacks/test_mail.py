"""What strangers try by mail: forged senders, stolen tokens, words that would travel under the desk's name."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest

from desk.model.settings import Secret
from desk.pipeline.reply_tokens import ReplyTokenSigner
from tests.peers.botapi import BotApi
from tests.peers.mail_servers import MailServers
from tests.peers.received_mail import ReceivedMail
from tests.prepared_desks import DeskFiles, SharedReaders
from tests.stories.desk import AgentsGroup, Desk, eventually, new_desk
from tests.stories.subscribers import MailSubscriber


@pytest.fixture
def channel() -> str:
    """Mail."""
    return "mail"


SPAM = "BUY-CHEAP http://evil.example"


@pytest.fixture
async def trusting(
    desk_files: DeskFiles, api: BotApi, mail_servers: MailServers, readers: SharedReaders
) -> AsyncIterator[Desk]:
    """A desk whose mailbox has no authserv_id: nobody vouches for any From."""
    made = new_desk(desk_files, api, mail_servers, readers=readers)
    boxes = tuple(dataclasses.replace(one, authserv_id="") for one in made.settings.mailboxes)
    made.settings = dataclasses.replace(made.settings, mailboxes=boxes)
    await made.opens()
    yield made
    await made.closes()


async def test_a_forged_first_letter_sends_nobody_the_forgers_words(desk: Desk, mail_servers: MailServers) -> None:
    """Name, subject and text of a letter that proves nothing never reach the address it claims (G6)."""
    for number, authentication in enumerate(("fail", "none", "forged", "absent")):
        victim = MailSubscriber(desk, SPAM, "en", f"victim{number}@example.test", authentication=authentication)  # type: ignore[arg-type]
        await victim.person.writes(SPAM, f"{SPAM} оператор", headers={"Reply-To": "evil@evil.test"})
        letter = await victim.gets("registered")
        assert "evil" not in f"{letter.message!s}{letter.text}{letter.html}{letter.subject}"
    assert not mail_servers.subscriber("evil@evil.test").unread()


async def test_without_a_border_server_first_letters_are_not_echoed_either(
    trusting: Desk, mail_servers: MailServers
) -> None:
    """Where nobody vouches, the words come back only after a letter of the desk was answered from there."""
    victim = MailSubscriber(trusting, SPAM, address="victim@example.test", authentication="absent")
    await victim.person.writes(SPAM, "нет интернета, оператор")
    letter = await victim.gets("registered")
    assert "evil" not in f"{letter.message!s}{letter.text}{letter.html}{letter.subject}"
    await victim.person.answers(letter, "добавлю: мигает красная лампочка")
    assert "evil" in (await victim.gets("added")).subject


async def test_a_token_is_worth_nothing_to_anybody_else(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """Stolen, altered, of another case or another recipient: the letter waits for an agent and changes nothing."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "нет интернета, оператор")
    opened = await anna.gets("registered")
    local, _, token = opened.reply_to.partition("@")[0].partition("+")
    domain = opened.reply_to.partition("@")[2]
    (case,) = await desk.cases()
    foreign = ReplyTokenSigner(Secret("another secret"), Secret("")).token("mail:main", case.id, "anna@example.test")
    tries = {
        "thief@evil.test": token,
        "anna@example.test": token[:-1] + ("a" if token[-1] != "a" else "b"),
        "anna@example.test ": foreign,
        "ANNA@example.test.evil.test": token,
    }
    for address, tried in tries.items():
        sender = mail_servers.subscriber(address.strip(), "Анна")
        letter = (
            f"From: {address.strip()}\r\nTo: {local}+{tried}@{domain}\r\nSubject: x\r\n\r\nзакройте заявку {tried}\r\n"
        )
        await sender.sends(letter.encode(), to=mail_servers.box.address)

    async def waiting() -> bool:
        return len(await desk.pending()) == len(tries)

    await eventually(waiting)
    (case,) = await desk.cases()
    assert not any("закройте" in line.text for line in await desk.journal(case))


async def test_notices_to_the_address_on_file_carry_nothing_of_the_talk(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """Whoever names another's contract cannot write to its holder through the desk, nor learn the holder's token."""
    forger = MailSubscriber(desk, SPAM, address="forger@evil.test")
    await forger.person.writes(SPAM, "нет интернета, договор 40-1187, оператор")
    await forger.hears("registered")
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await agents.presses(card, "eta:240")
    notice = await MailSubscriber(desk, "Анна").gets("holder_asked")
    (case,) = await desk.cases()
    assert case.number
    assert case.number not in f"{notice.subject}{notice.text}"
    assert "evil" not in f"{notice.message!s}{notice.text}{notice.html}{notice.subject}"
    holder = notice.reply_to.partition("+")[2].partition("@")[0]
    await agents.replies(card, "Здравствуйте!")
    answer = (await forger.reads("Здравствуйте!")).original
    assert isinstance(answer, ReceivedMail)
    assert holder
    assert holder not in str(answer.message)


async def test_a_closed_case_is_not_opened_by_an_old_letter(desk: Desk, mail_servers: MailServers) -> None:
    """An answer to a letter of a case that is over is a new matter of the same person."""
    holder = MailSubscriber(desk, "Анна")
    await holder.person.writes("Нет интернета", "нет интернета")
    offer = await holder.gets("did_it_help")
    await holder.person.answers(offer, "помогло")
    await holder.hears("settled_thanks")
    await holder.person.answers(offer, "снова нет интернета")
    await holder.hears("questions_by_mail")
    assert [case.state for case in await desk.cases()] == ["closed", "acknowledged"]


async def test_a_forged_letter_leads_nobody_to_another_provider(front: Desk, mail_servers: MailServers) -> None:
    """What a forger wrote in Anna's name does not carry her own letter to a provider of the forger's choice."""
    forged = MailSubscriber(front, "Анна", authentication="fail")
    await forged.person.writes("Нет интернета", "нет интернета, договор V14350")
    await forged.hears("greeting")
    assert await front.cases("volga") == []
    anna = MailSubscriber(front, "Анна")
    await anna.person.writes("Нет интернета", "нет интернета, договор 40-1187, оператор")
    await anna.hears("registered")
    assert [case.contract for case in await front.cases("sever")] == ["40-1187"]
    assert await front.cases("volga") == []
