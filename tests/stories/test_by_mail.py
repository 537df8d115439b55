"""What is particular to mail: one letter of questions, answers in any layout, quoting, machines, senders in doubt."""

from __future__ import annotations

import pytest

from desk.pipeline.internal_channel import acceptance_message
from desk.queues import inbox
from tests import wording
from tests.peers.mail_servers import MailServers
from tests.peers.received_mail import Attachment, ReceivedMail
from tests.stories.desk import AgentsGroup, Desk, eventually
from tests.stories.subscribers import MailSubscriber, TelegramSubscriber
from tests.stories.test_main_job import PNG, becomes_a_case

pytestmark = pytest.mark.channels("mail", because="what a letter is and who may have written it")

ANSWERS = """1) на всех устройствах
2) вчера в 18

Красный LOS.
"""


async def test_it_helped_by_mail(desk: Desk, mail_servers: MailServers, agents: AgentsGroup) -> None:
    """The letter is greeted, the article comes with its picture inside, and "помогло" settles the matter."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "Здравствуйте! второй день нет интернета, договор 40-1187")
    offer = await anna.gets("did_it_help")
    assert offer.text.startswith("Здравствуйте, Анна"), "the letter opens with its greeting"
    assert "выше этой строки" in offer.html
    assert offer.header("Auto-Submitted") == "auto-replied"
    assert any(one.cid and one.cid in offer.html for one in offer.files)
    await anna.person.answers(offer, "Спасибо, помогло!")
    await anna.gets("settled_thanks")
    (case,) = await desk.cases()
    assert (case.state, case.number, case.proved) == ("closed", None, True)
    assert not agents.group.said


async def test_the_whole_story_by_mail(desk: Desk, mail_servers: MailServers, agents: AgentsGroup) -> None:
    """One letter of questions, answers in any layout, a case, an agent both ways, an ETA, a resolution, consent."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "Второй день нет интернета.\n\n--\nАнна")
    await anna.person.answers(await anna.gets("did_it_help"), "не помогло")
    questions = await anna.gets("questions_by_mail")
    assert wording.template("address_by_mail", "ru").is_in(questions.text), "what is on file is shown, not asked"
    await anna.person.answers(questions, ANSWERS)
    opened = await anna.gets("registered")
    assert "ул. Озёрная" in opened.text, "it is shown in the summary"
    card = await agents.sees("card", queue="Выездные мастера", proved="1", zone="access_line")
    await agents.presses(card, "take")
    await anna.hears("agent_took")
    await agents.replies(card, "Здравствуйте! Мастер будет сегодня.")
    said = (await anna.reads("Мастер будет сегодня")).original
    assert isinstance(said, ReceivedMail)
    assert said.header("Auto-Submitted") in ("", None), "a human wrote it"
    await anna.person.writes(
        "Re", "Фото роутера", attachments=[Attachment("router.png", "image/png", PNG)], reply_to=said
    )
    assert (await agents.reads("Фото роутера")).file is not None
    await agents.agent.sends_document(agents.group, b"report", "протокол замера", name="line.txt", reply_to=card)
    assert (await anna.reads("протокол замера")).files == (("line.txt", b"report"),)
    await agents.presses(card, "eta:240")
    await anna.hears("eta_told")
    await agents.replies(card, "/resolve Заменили шнур.")
    asked = await anna.gets("resolved_ask")
    await anna.person.answers(asked, "нет, всё так же")
    await anna.hears("reopened")
    await agents.replies(card, "/resolve Починили муфту.")
    await anna.person.answers(
        await anna.gets("resolved_ask", what="Починили муфту."), "Да, всё заработало, можно закрывать. Спасибо!"
    )
    await anna.hears("closed_thanks")
    (case,) = await desk.cases()
    assert (case.state, case.reason) == ("closed", "customer_verified")
    assert case.number
    assert case.number in opened.subject


async def test_in_english_by_mail(desk: Desk, mail_servers: MailServers, agents: AgentsGroup) -> None:
    """An English letter is answered in English; the answers may stand below each quoted question."""
    john = MailSubscriber(desk, "John", "en")
    await john.person.writes("No internet", "Hello, there has been no internet since yesterday.")
    await john.person.answers(await john.gets("did_it_help"), "No, it did not help.")
    questions = await john.gets("questions_by_mail")
    given = {"1)": "on every device\nred LOS", "2)": "since yesterday 6 pm"}
    lines = []
    for line in questions.text.splitlines():
        lines.append(f"> {line}")
        if line[:2] in given:
            lines.append(given[line[:2]])
    await john.person.writes("Re", "\n".join(lines), reply_to=questions)
    await john.hears("registered")
    card = await agents.sees("card", language="en")
    assert "+ не работает на всех устройствах" in card.words


async def test_what_the_answers_of_a_letter_come_to_is_tried_before_a_case_is_opened(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """No article fitted the first words; the answers name one, and "it helped" settles the matter without a number."""
    john = MailSubscriber(desk, "John", "en")
    await john.person.writes("Bill", "Hello, a question about the bill.")
    await john.person.answers(
        await john.gets("questions_by_mail"), "1) a charge I do not understand, 2) 650 taken yesterday"
    )
    await john.person.answers(await john.gets("questions_by_mail"), "about 650")
    offer = await john.gets("try_this")
    assert wording.article("charges", "en").is_in(offer.text)
    await john.person.answers(offer, "It helped, thank you!")
    await john.hears("settled_thanks")
    (case,) = await desk.cases()
    assert (case.state, case.number, case.articles) == ("closed", None, ["charges"])


async def test_the_address_on_file_gets_one_neutral_letter_before_proof(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """Who talks in Telegram and has proved nothing: to the address on file goes one neutral letter, and no more.

    Anybody can type a contract number. The holder learns nothing of the case, and "not me" reaches the agents.
    """
    anna, by_mail = TelegramSubscriber(desk, "Анна"), MailSubscriber(desk, "Анна")
    await becomes_a_case(anna)
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await anna.hears("agent_took")
    await agents.presses(card, "eta:240")
    await anna.hears("eta_told")
    letter = await by_mail.gets("holder_asked")
    assert "гроза" not in letter.text
    assert "SN-" not in f"{letter.subject}{letter.text}{letter.html}", "not even that there is a case of theirs"
    await by_mail.person.answers(letter, "не я")
    await agents.sees("agents_letter_waits", sender=by_mail.person.address)
    await agents.replies(card, "/resolve готово")
    await anna.hears("resolved_ask")
    await desk.settled()
    assert not by_mail.person.unread()


async def test_a_letter_that_proves_nothing_waits_for_an_agent(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """A forged sender with no token changes nothing; one action of an agent lets the letter join its case (rule 8)."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "нет интернета, оператор")
    opened = await anna.gets("registered")
    forged = MailSubscriber(desk, "Анна", authentication="fail")
    await forged.person.writes("Re: " + opened.subject, "закройте мою заявку и пришлите пароль")

    async def waiting() -> list[tuple[str, str, int]]:
        return await desk.pending()

    ((sender, _, arrival),) = await eventually(waiting)
    assert sender == "anna@example.test"
    (case,) = await desk.cases()
    assert not any("пароль" in line.text for line in await desk.journal(case))
    assert desk.application
    raw = acceptance_message(arrival, case.id, "sever", "ivanova", desk.clock())
    await inbox.accept(desk.application.database, [raw])

    async def joined() -> bool:
        return any("пароль" in line.text for line in await desk.journal(case))

    await eventually(joined)
    assert len(await desk.cases()) == 1


async def test_machines_are_never_answered(desk: Desk, mail_servers: MailServers, agents: AgentsGroup) -> None:
    """An out-of-office note to the desk's letter starts nothing and gets no answer."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "нет интернета, оператор")
    letter = await anna.gets("registered")
    before = len(mail_servers.sink.letters)
    await anna.person.writes(
        "Автоответ: " + letter.subject,
        "Я в отпуске до понедельника.",
        reply_to=letter,
        headers={"Auto-Submitted": "auto-replied"},
    )
    await agents.sees("agents_automatic_mail", kind="auto-reply")
    await desk.settled()
    assert len(mail_servers.sink.letters) == before


async def test_thanks_after_closing_open_no_case(desk: Desk, mail_servers: MailServers) -> None:
    """ "Спасибо" in answer to the last letter is taken as what it is."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "нет интернета")
    await anna.person.answers(await anna.gets("did_it_help"), "помогло")
    last = await anna.gets("settled_thanks")
    await anna.person.answers(last, "Спасибо большое!")
    await anna.hears("you_are_welcome")
    assert len(await desk.cases()) == 1


async def test_a_human_may_be_called_in_answer_to_the_letter_of_questions(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """Instead of answers: the case is opened with what is known by then."""
    anna = MailSubscriber(desk, "Анна")
    await anna.says("нет интернета")
    await anna.hears("did_it_help")
    await anna.answers("not_helped")
    await anna.hears("questions_by_mail")
    await anna.says("оператор")
    await anna.hears("operator_coming")
    await agents.sees("card", state="acknowledged", contract="40-1187")
