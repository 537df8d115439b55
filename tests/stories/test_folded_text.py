"""What is folded of a letter, its signature and quotes, opens for whoever reads the case."""

from __future__ import annotations

import pytest

from tests.peers.botapi import Message
from tests.peers.mail_servers import MailServers
from tests.stories.desk import AgentsGroup, Desk
from tests.stories.subscribers import MailSubscriber
from tests.stories.test_agents import audited
from tests.stories.test_pending_letters import option

pytestmark = pytest.mark.channels("mail", because="only letters have signatures and quotes")

WORDS = "роутер мигает красным, что делать?"
SIGNATURE = "-- \nВера Соколова\nООО «Ромашка», +7 912 345-67-89"
QUOTE = "пт, 20 нояб. 2026 г. в 10:15, Сеть <support@sever.test>:\n> Мастер приходил вчера\n> и ничего не сделал"


async def writes_with_a_quote(desk: Desk, agents: AgentsGroup) -> Message:
    """Vera has a case that an agent took, and answers by a letter with a signature and a quote: it is passed on."""
    vera = MailSubscriber(desk, "Вера")
    await vera.person.writes("Нет интернета", "нет интернета, оператор")
    registered = await vera.gets("registered")
    card = await agents.sees("card")
    await agents.presses(card, "take", says="taken")
    await vera.person.writes("", f"{WORDS}\n\n{SIGNATURE}\n\n{QUOTE}", reply_to=registered)
    return await agents.reads(WORDS)


async def test_an_agent_opens_what_is_folded_of_a_letter(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """The new words are passed on; a tap answers with the rest, marked as such, and the case is not touched."""
    passed_on = await writes_with_a_quote(desk, agents)
    assert "Мастер приходил" not in passed_on.words
    assert "Ромашка" not in passed_on.words
    await agents.presses(passed_on, option(passed_on, "folded"), says="folded_shown")
    shown = await agents.sees("agents_folded")
    assert "Мастер приходил вчера" in shown.words
    assert "ООО «Ромашка»" in shown.words
    assert WORDS not in shown.words
    (case,) = await desk.cases()
    assert ("agent:ivanova", "read_folded", case.number, "done") in await audited(desk)


async def test_five_taps_show_it_once(desk: Desk, mail_servers: MailServers, agents: AgentsGroup) -> None:
    """Whoever taps, and however often: one answer in the group, and each tap has its notice."""
    passed_on = await writes_with_a_quote(desk, agents)
    wanted = option(passed_on, "folded")
    data = next(one.data or "" for one in passed_on.buttons if (one.data or "").endswith(wanted))
    for query in [await agents.agent.presses(passed_on, data, stale=True) for _ in range(5)]:
        assert await query.reply()
    await desk.settled()
    assert len(agents.said("agents_folded")) == 1


async def test_the_card_opens_it_too(desk: Desk, mail_servers: MailServers, agents: AgentsGroup) -> None:
    """From the card that of all letters of the case is shown."""
    await writes_with_a_quote(desk, agents)
    card = agents.said("card")[-1]
    await agents.presses(card, "folded", says="folded_shown")
    shown = await agents.sees("agents_folded")
    assert "Мастер приходил вчера" in shown.words


async def test_where_nothing_is_folded_the_agent_reads_that(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    vera = MailSubscriber(desk, "Вера")
    await vera.person.writes("Нет интернета", "нет интернета, оператор")
    await vera.gets("registered")
    card = await agents.sees("card")
    await agents.presses(card, "folded", says="refused_nothing_folded")
