"""Letters that prove nothing wait in the agents' group, with two buttons: one lets them in, one leaves them out."""

from __future__ import annotations

from email.policy import SMTP

import pytest

from tests.peers.botapi import BotApi, Message
from tests.peers.mail_servers import MailServers
from tests.peers.received_mail import ReceivedMail
from tests.stories.desk import AgentsGroup, Desk
from tests.stories.subscribers import MailSubscriber
from tests.stories.test_agents import audited
from tests.stories.test_mail_ledger import outcomes
from tests.stories.test_mail_setups import letter

pytestmark = pytest.mark.channels("mail", because="letters that prove nothing come by mail")

WORDS = "это я с работы, дома буду в 18"


async def answers_from_work(desk: Desk, mail_servers: MailServers, agents: AgentsGroup) -> tuple[Message, ReceivedMail]:
    """Vera has a case, and answers its letter from her address at work: the notice in the group, and the letter."""
    vera = MailSubscriber(desk, "Вера")
    await vera.person.writes("Нет интернета", "нет интернета, оператор")
    registered = await vera.gets("registered")
    await agents.sees("card")
    await mail_servers.subscriber("vera.work@firma.test").writes("", WORDS, reply_to=registered)
    (case,) = await desk.cases()
    assert case.number
    notice = await agents.sees("agents_letter_waits", number=case.number, sender="vera.work@firma.test")
    return notice, registered


def option(notice: Message, name: str) -> str:
    """The id of the button of this name, which ends with the letter's own number."""
    return next(one for one in _ids(notice) if one.startswith(f"{name}:"))


def _ids(notice: Message) -> list[str]:
    return [(one.data or "").split(":", 2)[-1] for one in notice.buttons]


async def test_an_agent_lets_a_letter_from_another_address_into_its_case(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """The notice names the case whose token the letter carries. Accepted, its words join; its sender gets nothing."""
    notice, _ = await answers_from_work(desk, mail_servers, agents)
    assert WORDS in notice.words
    assert "firstline" not in notice.words, "who has buttons needs no command"
    await agents.presses(notice, option(notice, "accept"), says="letter_decided")
    await agents.sees("agents_letter_decided", accepted="1", sender="vera.work@firma.test", agent="Мария Иванова")
    await desk.settled()
    assert not notice.buttons, "the notice itself says what became of it"
    assert not await desk.pending()
    (case,) = await desk.cases()
    assert any(WORDS in one.text for one in await desk.journal(case))
    assert not mail_servers.subscriber("vera.work@firma.test").unread()
    assert ("agent:ivanova", "accept_letter", case.number, "done") in await audited(desk)


async def test_an_agent_leaves_a_letter_out(desk: Desk, mail_servers: MailServers, agents: AgentsGroup) -> None:
    """Refused, it changes nothing and is answered by nobody; the ledger says who it was refused by an agent."""
    notice, _ = await answers_from_work(desk, mail_servers, agents)
    await agents.presses(notice, option(notice, "refuse"), says="letter_decided")
    await agents.sees("agents_letter_decided", accepted="", sender="vera.work@firma.test")
    await desk.settled()
    assert not await desk.pending()
    (case,) = await desk.cases()
    assert not any(WORDS in one.text for one in await desk.journal(case))
    assert not mail_servers.subscriber("vera.work@firma.test").unread()
    assert (await outcomes(desk))["refused"] == 1


async def test_a_letter_is_decided_once(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup, api: BotApi
) -> None:
    """Five taps of two agents on both buttons at once: the first counts, the others read that it is decided."""
    notice, _ = await answers_from_work(desk, mail_servers, agents)
    accept, refuse = option(notice, "accept"), option(notice, "refuse")
    data = {
        name: next(one.data or "" for one in notice.buttons if (one.data or "").endswith(name))
        for name in (accept, refuse)
    }
    other = api.user(700002, "Олег", language_code="ru")
    taps = [(agents.agent, accept), (other, refuse), (agents.agent, accept), (other, accept), (other, refuse)]
    for query in [await user.presses(notice, data[name], stale=True) for user, name in taps]:
        assert await query.reply()
    await desk.settled()
    assert len(agents.said("agents_letter_decided")) == 1
    (case,) = await desk.cases()
    operations = [row for row in await audited(desk) if row[1].endswith("_letter")]
    assert sorted(row[3] for row in operations) == ["done", *["refused:letter_decided"] * 4]
    done = next(row for row in operations if row[3] == "done")
    joined = sum(WORDS in one.text for one in await desk.journal(case))
    assert joined == (1 if done[1] == "accept_letter" else 0)


async def test_who_is_no_agent_decides_about_no_letter(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup, api: BotApi
) -> None:
    """Somebody in the group whom the desk does not know is told so, and the letter waits on."""
    notice, _ = await answers_from_work(desk, mail_servers, agents)
    stranger = AgentsGroup(desk, agents.group, api.user(666, "Чужой", language_code="ru"))
    await stranger.presses(notice, option(notice, "accept"), says="refused_not_an_agent")
    assert len(await desk.pending()) == 1


async def test_a_letter_of_no_case_begins_one_when_it_is_accepted(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """A token that nobody was given: once an agent lets the letter in, it is a matter of its own and is answered."""
    olga = mail_servers.subscriber("olga@example.test", "Ольга")
    tagged = mail_servers.box.address.replace("@", "+k0123456789-abcdefghijklmnop@")
    words = "нет интернета с утра, договор 40-7522, оператор"
    await olga.sends(letter(olga.address, "Нет интернета", words, To=tagged).as_bytes(policy=SMTP), to=tagged)
    notice = await agents.sees("agents_letter_waits", number="", sender="olga@example.test")
    assert not await desk.cases()
    await agents.presses(notice, option(notice, "accept"), says="letter_decided")
    await agents.sees("agents_letter_decided", accepted="1", sender="olga@example.test")
    await olga.hears("заявку SN-")
    (case,) = await desk.cases()
    assert "нет интернета с утра" in case.description
    await desk.settled()
    assert not notice.buttons
