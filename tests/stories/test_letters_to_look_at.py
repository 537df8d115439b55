"""A letter looks like its provider's, and an answer picked in it is a letter like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

import console.sample
from tests.peers.botapi import Message
from tests.peers.mail_servers import MailServers
from tests.peers.received_mail import Attachment, prefilled_answers
from tests.stories.conftest import Newcomer
from tests.stories.desk import AgentsGroup, Desk
from tests.stories.subscribers import MailSubscriber, TelegramSubscriber
from tests.stories.test_main_job import PNG, becomes_a_case
from tests.wording import labels

pytestmark = pytest.mark.channels("mail", because="how a letter looks")

LOGO = (Path(console.sample.__file__).parent / "providers" / "sever" / "logo.png").read_bytes()
HELPED, NOT_HELPED = labels("helped", "ru")[0], labels("not_helped", "ru")[0]
YES, NO = labels("consent_yes", "ru")[0], labels("consent_no", "ru")[0]


async def resolved(anna: MailSubscriber, agents: AgentsGroup) -> Message:
    """Anna's case is registered, taken and said to be solved. Returns its card."""
    await anna.person.writes("Нет интернета", "нет интернета, оператор")
    await anna.gets("registered")
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await agents.replies(card, "/resolve Заменили шнур.")
    return card


async def test_a_letter_has_its_providers_name_colour_and_logo(
    desk: Desk, mail_servers: MailServers, newcomer: Newcomer
) -> None:
    john = MailSubscriber(desk, "John", "en")
    await john.person.writes("Drops", "Hello! My internet keeps dropping, it comes and goes all day.")
    letter = await john.gets("did_it_help")
    logo, *pictures = letter.attachments
    assert (logo.content, logo.cid in letter.html) == (LOGO, True)
    assert pictures
    assert 'alt="Sever Net"' in letter.html
    assert "#0e7490" in letter.html
    assert [one.label for one in prefilled_answers(letter.html)][:2] == ["It helped", "It didn't help"]


@pytest.mark.parametrize("threads", [True, False])
async def test_it_helped_picked_in_the_letter_settles_the_matter(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup, threads: bool
) -> None:
    """Whether the mail program keeps the In-Reply-To of the link or not; and with a signature below."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "Здравствуйте! второй день нет интернета, договор 40-1187")
    offer = await anna.gets("did_it_help")
    await anna.person.clicks(offer, HELPED, threads=threads, more="\n-- \nАнна, отправлено с телефона")
    await anna.gets("settled_thanks")
    (case,) = await desk.cases()
    assert (case.state, case.number) == ("closed", None)
    assert case.consent["words"] == HELPED


async def test_it_did_not_help_picked_in_the_letter_brings_the_questions(desk: Desk, mail_servers: MailServers) -> None:
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "Второй день нет интернета.")
    await anna.person.clicks(await anna.gets("did_it_help"), NOT_HELPED)
    asked = await anna.gets("questions_by_mail")
    assert "<strong>1) " in asked.html
    assert "##-" not in asked.html, "answers may stand below each question"


async def test_a_picked_yes_closes_and_a_picked_no_reopens(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    anna = MailSubscriber(desk, "Анна")
    card = await resolved(anna, agents)
    await anna.person.clicks(await anna.gets("resolved_ask"), NO)
    await anna.gets("reopened")
    (case,) = await desk.cases()
    assert case.state != "closed"
    await agents.replies(card, "/resolve Заменили муфту.")
    await anna.person.clicks(await anna.gets("resolved_ask", what="Заменили муфту."), YES)
    await anna.gets("closed_thanks")
    (case,) = await desk.cases()
    assert (case.state, case.reason, case.consent["words"]) == ("closed", "customer_verified", YES)


async def test_a_picked_yes_with_an_objection_written_below_closes_nothing(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """The link only prefills a letter: what its person adds counts, by the same rule as typed words."""
    anna = MailSubscriber(desk, "Анна")
    await resolved(anna, agents)
    await anna.person.clicks(await anna.gets("resolved_ask"), YES, more="Хотя нет, опять пропал интернет.")
    await anna.person.mail_servers.sink.hears(to=anna.person.address, timeout=60)
    (case,) = await desk.cases()
    assert case.state != "closed"


async def test_a_yes_picked_in_an_older_letter_closes_nothing(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """The case was reopened meanwhile: whoever finds the old letter and picks "yes" is asked what they mean."""
    anna = MailSubscriber(desk, "Анна")
    await resolved(anna, agents)
    old = await anna.gets("resolved_ask")
    await anna.person.clicks(old, NO)
    await anna.gets("reopened")
    await anna.person.clicks(old, YES)
    await anna.gets("works_ask")
    (case,) = await desk.cases()
    assert case.state != "closed"


async def test_pictures_that_a_mail_program_sends_back_are_no_files_of_the_person(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """Logo and pictures come back with the quoted letter; a photo of the person's own beside them is theirs."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "Второй день нет интернета.")
    offer = await anna.gets("did_it_help")
    back = [Attachment(f"image00{at}.png", one.media_type, one.content) for at, one in enumerate(offer.attachments, 1)]
    assert len(back) > 1
    await anna.person.writes("", "не помогло", attachments=back, reply_to=offer)
    asked = await anna.gets("questions_by_mail")
    photo = Attachment("router.png", "image/png", PNG)
    await anna.person.writes("", "1) на всех устройствах", attachments=[*back, photo], reply_to=asked)
    await anna.gets("questions_by_mail")
    (case,) = await desk.cases()
    files = [one["name"] for entry in await desk.journal(case) for one in entry.files if entry.actor == "subscriber"]
    assert files == ["router.png"]


async def test_a_stranger_who_follows_the_link_closes_nothing(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """Whoever the letter was forwarded to may pick an answer too; the case knows whose word it waits for."""
    anna, boris = MailSubscriber(desk, "Анна"), MailSubscriber(desk, "Борис")
    await resolved(anna, agents)
    asked = await anna.gets("resolved_ask")
    await boris.person.clicks(asked, YES)
    await desk.settled()
    assert all(case.state != "closed" for case in await desk.cases())


async def test_not_me_picked_in_the_neutral_letter_reaches_an_agent(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    anna, by_mail = TelegramSubscriber(desk, "Анна"), MailSubscriber(desk, "Анна")
    await becomes_a_case(anna)
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await agents.presses(card, "eta:240")
    letter = await by_mail.gets("holder_asked")
    await by_mail.person.clicks(letter, labels("not_me", "ru")[0])
    await agents.sees("agents_letter_waits", sender=by_mail.person.address)
