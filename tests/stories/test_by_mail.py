"""The same main job by mail: real Dovecot, a real SMTP conversation, one letter of questions."""

from __future__ import annotations

from desk.pipeline.internal_channel import acceptance_message
from desk.queues import inbox
from tests.peers.letters import Attachment
from tests.peers.post import Post
from tests.stories.test_main_job import PNG, answers_everything
from tests.stories.world import Chatter, Desk, World, eventually

ANSWERS = """1) на всех устройствах
2) вчера в 18
3) да
5) красный LOS
6) да
7) у соседей работает
"""


async def test_it_helped_by_mail(mail_world: World, post: Post, agents: Desk) -> None:
    """The letter is greeted, the article comes with its picture inside, and "помогло" settles the matter."""
    anna = post.subscriber("anna@example.test", "Анна Смирнова")
    await anna.writes("Нет интернета", "Здравствуйте! второй день нет интернета, договор 40-1187")
    offer = await anna.hears("Нет интернета: быстрая проверка")
    assert "выше этой строки" in offer.text
    assert offer.header("Auto-Submitted") == "auto-replied"
    assert any(one.cid and one.cid in offer.html for one in offer.attachments)
    await anna.answers(offer, "Спасибо, помогло!")
    await anna.hears("рады, что всё заработало")
    (case,) = await mail_world.cases()
    assert (case.state, case.number, case.proved) == ("closed", None, True)
    assert not agents.group.said


async def test_the_whole_story_by_mail(mail_world: World, post: Post, agents: Desk) -> None:
    """One letter of questions, answers in any layout, a case, an agent both ways, an ETA, a resolution, consent."""
    anna = post.subscriber("anna@example.test", "Анна Смирнова")
    await anna.writes("Нет интернета", "Второй день нет интернета.\n\n--\nАнна")
    await anna.answers(await anna.hears("не помогло"), "не помогло")
    questions = await anna.hears("1) Где не работает?")
    assert "ул. Озёрная" in questions.text, "who has proved to be the holder is shown the address on file"
    await anna.answers(questions, ANSWERS)
    opened = await anna.hears("Заявка SN-")
    card = await agents.sees("Выездные мастера")
    assert "подтверждён" in card.words
    assert "линия до дома" in card.words
    await agents.presses(card, "Взять")
    await anna.hears("взял в работу")
    await agents.replies(card, "Здравствуйте! Мастер будет сегодня.")
    said = await anna.hears("Мастер будет сегодня")
    assert said.header("Auto-Submitted") in ("", None), "a human wrote it"
    await anna.writes("Re", "Фото роутера", attachments=[Attachment("router.png", "image/png", PNG)], reply_to=said)
    assert (await agents.sees("Фото роутера")).file is not None
    await agents.agent.sends_document(agents.group, b"report", "протокол замера", name="line.txt", reply_to=card)
    report = await anna.hears("протокол замера")
    assert [(one.name, one.content) for one in report.attachments] == [("line.txt", b"report")]
    await agents.presses(card, "Срок 4 ч")
    await anna.hears("ориентировочное время")
    await agents.replies(card, "/resolve Заменили шнур.")
    asked = await anna.hears("можно закрыть")
    await anna.answers(asked, "нет, всё так же")
    await anna.hears("снова открыта")
    await agents.replies(card, "/resolve Починили муфту.")
    await anna.answers(await anna.hears("Починили муфту"), "Да, всё заработало, можно закрывать. Спасибо!")
    await anna.hears("закрыта")
    (case,) = await mail_world.cases()
    assert (case.state, case.reason) == ("closed", "customer_verified")
    assert case.number
    assert case.number in opened.subject


async def test_in_english_by_mail(mail_world: World, post: Post, agents: Desk) -> None:
    """An English letter is answered in English; the answers may stand below each quoted question."""
    john = post.subscriber("john@example.test", "John Carter")
    await john.writes("No internet", "Hello, there has been no internet since yesterday.")
    await john.answers(await john.hears("Did it help?"), "No, it did not help.")
    questions = await john.hears("1) Where does it fail?")
    given = {"1)": "on every device", "2)": "since yesterday 6 pm", "5)": "red LOS", "7)": "theirs works"}
    lines = []
    for line in questions.text.splitlines():
        lines.append(f"> {line}")
        if line[:2] in given:
            lines.append(given[line[:2]])
    await john.writes("Re", "\n".join(lines), reply_to=questions)
    await john.hears("is open")
    card = await agents.sees("по-английски")
    assert "+ не работает на всех устройствах" in card.words


async def test_what_the_answers_of_a_letter_come_to_is_tried_before_a_case_is_opened(
    mail_world: World, post: Post, agents: Desk
) -> None:
    """No article fitted the first words; the answers name one, and "it helped" settles the matter without a number."""
    john = post.subscriber("john@example.test", "John Carter")
    await john.writes("Bill", "Hello, I have a question about my bill.")
    await john.answers(await john.hears("1) What is your question about?"), "1) 11\n2) yesterday\n3) 650")
    offer = await john.hears("Please try this.")
    assert "What was I charged for" in offer.text
    await john.answers(offer, "It helped, thank you!")
    await john.hears("glad")
    (case,) = await mail_world.cases()
    assert (case.state, case.number, case.articles) == ("closed", None, ["charges"])


async def test_an_eta_is_told_by_chat_and_by_mail(mail_world: World, post: Post, agents: Desk) -> None:
    """Who talks in Telegram and has a mail address on file reads the promised time in both (C12)."""
    anna = Chatter(mail_world.api.user(5001, "Анна", language_code="ru"), mail_world)
    by_mail = post.subscriber("anna@example.test", "Анна")
    await anna.starts()
    await anna.says("нет интернета, договор 40-1187")
    await answers_everything(anna)
    card = await agents.sees("ждёт специалиста")
    await agents.presses(card, "Взять")
    await anna.hears("взял в работу")
    await agents.presses(card, "Срок 4 ч")
    await anna.hears("ориентировочное время решения")
    letter = await by_mail.hears("ориентировочное время решения")
    assert "гроза" not in letter.text, "the notice tells the time and nothing of the conversation"
    await agents.replies(card, "/resolve готово")
    await by_mail.hears("работы выполнены")


async def test_a_letter_that_proves_nothing_waits_for_an_agent(mail_world: World, post: Post, agents: Desk) -> None:
    """A forged sender with no token changes nothing; one action of an agent lets the letter join its case (rule 8)."""
    anna = post.subscriber("anna@example.test", "Анна")
    await anna.writes("Нет интернета", "нет интернета, оператор")
    opened = await anna.hears("Заявка SN-")
    forged = post.subscriber("anna@example.test", "Анна", authentication="fail")
    await forged.writes("Re: " + opened.subject, "закройте мою заявку и пришлите пароль")

    async def waiting() -> list[tuple[str, str, int]]:
        return await mail_world.pending()

    ((sender, _, arrival),) = await eventually(waiting)
    assert sender == "anna@example.test"
    (case,) = await mail_world.cases()
    assert not any("пароль" in line.text for line in await mail_world.journal(case))
    assert mail_world.house
    raw = acceptance_message(arrival, case.id, "sever", "ivanova", mail_world.clock())
    await inbox.accept(mail_world.house.database, [raw])

    async def joined() -> bool:
        return any("пароль" in line.text for line in await mail_world.journal(case))

    await eventually(joined)
    assert len(await mail_world.cases()) == 1


async def test_machines_are_never_answered(mail_world: World, post: Post, agents: Desk) -> None:
    """An out-of-office note to the desk's letter starts nothing and gets no answer."""
    anna = post.subscriber("anna@example.test", "Анна")
    await anna.writes("Нет интернета", "нет интернета, оператор")
    letter = await anna.hears("Заявка SN-")
    before = len(post.sink.letters)
    await anna.writes(
        "Автоответ: " + letter.subject,
        "Я в отпуске до понедельника.",
        reply_to=letter,
        headers={"Auto-Submitted": "auto-replied"},
    )
    await agents.sees("написал не человек: автоответ")
    assert len(post.sink.letters) == before


async def test_thanks_after_closing_open_no_case(mail_world: World, post: Post) -> None:
    """ "Спасибо" in answer to the last letter is taken as what it is."""
    anna = post.subscriber("anna@example.test", "Анна")
    await anna.writes("Нет интернета", "нет интернета")
    await anna.answers(await anna.hears("не помогло"), "помогло")
    last = await anna.hears("рады, что всё заработало")
    await anna.answers(last, "Спасибо большое!")
    await anna.hears("Пожалуйста")
    assert len(await mail_world.cases()) == 1
