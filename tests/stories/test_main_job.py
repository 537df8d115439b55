"""The main job: from the first words to self-help, or to a case that an agent solves and the subscriber closes."""

from __future__ import annotations

from tests.stories.world import Chatter, Desk, World, eventually

FIRST = "Здравствуйте! второй день нет интернета, договор 40-1187"
OFFERED = "Предложено: Нет интернета"
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\3\1\1\0"
    b"\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82"
)


async def answers_everything(anna: Chatter) -> str:
    """Goes through the questions of "no internet" and sends the summary; returns what it said."""
    offer = await anna.hears("Получилось?")
    await anna.presses(offer, "Не помогло")
    await anna.presses(await anna.hears("Где не работает"), "На всех устройствах")
    await anna.hears("С какого времени")
    await anna.says("вчера в 18")
    await anna.hears("По какому адресу")
    await anna.says("ул. Лесная, 5")
    await anna.presses(await anna.hears("что на нём горит"), "Красный LOS")
    await anna.presses(await anna.hears("Перезагружали роутер"), "Да")
    await anna.presses(await anna.hears("У соседей"), "Да, работает")
    await anna.hears("Что-нибудь менялось")
    await anna.says("ночью была гроза")
    await anna.presses(await anna.hears("фото"), "Пропустить")
    await anna.presses(await anna.hears("Горит красный LOS"), "Не помогло")
    summary = await anna.hears("Проверьте, всё ли верно")
    await anna.presses(summary, "Всё верно, отправить")
    return summary.words


async def test_self_help_settles_the_matter_and_nobody_asks_again(world: World, anna: Chatter, desk: Desk) -> None:
    """ "Помогло" settles the matter: counted, without a number, and thanks open no new case."""
    await anna.says(FIRST)
    offer = await anna.hears("Получилось?")
    assert "Нет интернета" in offer.words
    await anna.presses(offer, "Помогло")
    await anna.hears("рады, что всё заработало")
    await anna.says("спасибо!")
    await anna.hears("Пожалуйста")
    (case,) = await world.cases()
    assert (case.state, case.number, case.contract, case.entitlement) == ("closed", None, "40-1187", "ok")
    assert case.consent["words"] == "helped"
    assert not desk.group.said, "agents see nothing of what self-help settled"


async def test_what_was_not_tried_yet_is_shown_in_the_midst_of_the_questions(world: World, anna: Chatter) -> None:
    """A "no" brings its question's article, with the router's picture before it; "помогло" there settles the matter."""
    await anna.says(FIRST)
    await anna.presses(await anna.hears("Получилось?"), "Не помогло")
    await anna.presses(await anna.hears("Где не работает"), "На всех устройствах")
    await anna.presses(await anna.hears("С какого времени"), "Только что")
    await anna.hears("По какому адресу")
    await anna.says("ул. Лесная, 5")
    lights = await anna.hears("что на нём горит")
    assert lights.photo
    await anna.presses(lights, "Всё как обычно")
    await anna.presses(await anna.hears("Перезагружали роутер"), "Нет")
    await anna.presses(await anna.hears("Как правильно перезагрузить роутер"), "Помогло")
    await anna.hears("рады, что всё заработало")

    async def counted() -> bool:
        return sorted(await world.suggestions()) == [("no-internet", "not_helped"), ("router-restart", "helped")]

    await eventually(counted)


async def test_questions_become_a_numbered_case_with_a_structured_card(world: World, anna: Chatter, desk: Desk) -> None:
    """What, since when, where, what does and does not happen, and the fault zone stand on the agents' card."""
    await anna.says(FIRST)
    said = await answers_everything(anna)
    assert "ул. Лесная, 5" in said
    assert "вчера в 18" in said
    await anna.hears("Заявка SN-")
    card = await desk.sees("Выездные мастера")
    for words in ("40-1187", "личность не подтверждена", "вчера в 18", "ул. Лесная, 5", "ночью была гроза", OFFERED):
        assert words in card.words
    assert "+ не работает на всех устройствах" in card.words
    assert "− у соседей работает" in card.words
    (case,) = await world.cases()
    assert any("by policy 2026-11-1 " in line.text for line in await world.journal(case)), (
        "which policy decided is kept"
    )
    assert "линия до дома" in card.words
    (case,) = await world.cases()
    assert (case.queue, case.state, case.reason) == ("queue:field", "acknowledged", "queued")
    assert case.number is not None
    assert case.number.startswith("SN-")


async def test_an_agent_takes_over_talks_promises_and_resolves(world: World, anna: Chatter, desk: Desk) -> None:
    """The same chat, both ways, with text and photo; an ETA; no reopens under the same number; yes closes."""
    await anna.says(FIRST)
    await answers_everything(anna)
    card = await desk.sees("ждёт специалиста")
    assert await desk.presses(card, "Взять") == "Заявка ваша."
    await anna.hears("взял в работу специалист: Мария Иванова")
    await desk.replies(card, "Добрый день! Проверяю линию.")
    assert "Мария Иванова" in (await anna.hears("Проверяю линию")).words
    await anna.user.sends_photo(anna.bot, PNG, "вот лампочки")
    relayed = await desk.sees("вот лампочки")
    assert relayed.photo
    await desk.agent.sends_document(desk.group, b"report", "протокол замера", name="line.txt", reply_to=relayed)
    assert (await anna.hears("протокол замера")).document == b"report"
    await desk.replies(card, "// сосед тоже жаловался")
    await desk.replies(card, "/eta 2h")
    await anna.hears("ориентировочное время решения")
    await desk.replies(card, "/resolve Заменили патч-корд.")
    asked = await anna.hears("заявку можно закрыть?")
    assert "Заменили патч-корд." in asked.words
    await anna.presses(asked, "Нет, не работает")
    again = await anna.hears("снова открыта, номер прежний")
    (case,) = await world.cases()
    assert case.number
    assert case.number in again.words
    await desk.sees("снова открыта")
    await desk.sees("снова в работе")
    await desk.presses(card, "Решено")
    await anna.hears("заявку можно закрыть?")
    await anna.says("да, теперь всё работает, спасибо")
    await anna.hears("закрыта")
    (case,) = await world.cases()
    assert (case.state, case.reason, case.consent["words"]) == (
        "closed",
        "customer_verified",
        "да, теперь всё работает, спасибо",
    )
    journal = await world.journal(case)
    notes = [line for line in journal if line.kind == "note"]
    assert [line.text for line in notes] == ["сосед тоже жаловался"]
    assert not any(line.public for line in notes)
    assert not any("сосед тоже" in words for words in await anna.all_words())


async def test_unknown_people_get_an_unverified_case(world: World, anna: Chatter, desk: Desk) -> None:
    """Who has no number at hand is helped all the same, and the card says that nothing is proved."""
    await anna.says("пропал интернет, ничего не открывается")
    await anna.presses(await anna.hears("номер договора"), "Нет под рукой")
    await answers_everything(anna)
    card = await desk.sees("Договор не назван")
    assert "ждёт специалиста" in card.words
    (case,) = await world.cases()
    assert case.entitlement == "unverified"


async def test_a_wrong_number_and_a_right_one_sound_alike(world: World, anna: Chatter) -> None:
    """Nobody learns from the desk which contracts exist (G8): the answers differ only in the number typed."""
    stranger = Chatter(world.api.user(5002, "Анна", language_code="ru"), world)
    answers = []
    for person, contract in ((anna, "40-1187"), (stranger, "41-0001")):
        await person.starts()
        await person.says(f"нет интернета, договор {contract}")
        inbound = await person.hears("Получилось?")
        answers.append(inbound.words.replace(contract, "N"))
    assert answers[0] == answers[1]


async def test_operator_works_anywhere(world: World, anna: Chatter, desk: Desk) -> None:
    """ "Оператор" in the middle of the questions opens the case with what is known by then."""
    await anna.says(FIRST)
    await anna.presses(await anna.hears("Получилось?"), "Не помогло")
    await anna.presses(await anna.hears("Где не работает"), "Только на одном устройстве")
    await anna.hears("С какого времени")
    await anna.says("вчера в 18")
    await anna.hears("По какому адресу")
    await anna.says("оператор")
    inbound = await anna.hears("передаём человеку")
    assert "Заявка SN-" in inbound.words
    card = await desk.sees("нет интернета")
    assert "вчера в 18" in card.words, "what was answered until then is not lost"
    assert "+ не работает на одном устройстве" in card.words
    await anna.says("ну где же вы? позовите человека")
    await anna.hears("ждёт специалиста")
    await desk.sees("просит человека")


async def test_in_english(world: World, anna: Chatter) -> None:
    """Who writes in English is answered in English, with the same article."""
    john = Chatter(world.api.user(5003, "John", language_code="en"), world)
    await john.starts()
    await john.says("Hello, my internet is down since yesterday, contract 40-2203")
    offer = await john.hears("Did it help?")
    await john.presses(offer, "It did not help")
    await john.presses(await john.hears("Where does it fail"), "On one device only")
    await john.hears("Since when")


async def test_a_stale_button_says_so_and_changes_nothing(world: World, anna: Chatter) -> None:
    """A button of an earlier question, still on the phone's screen, decides nothing."""
    await anna.says(FIRST)
    offer = await anna.hears("Получилось?")
    await anna.presses(offer, "Не помогло")
    await anna.hears("Где не работает")
    query = await anna.user.presses(offer, "Помогло", stale=True)
    assert "уже не действует" in (await query.reply() or "")
    (case,) = await world.cases()
    assert case.state == "acknowledged"


async def test_strangers_in_the_agents_group_command_nothing(world: World, anna: Chatter, desk: Desk) -> None:
    """Membership of the group is no authority; only the provider's own list is."""
    await anna.says(FIRST)
    await answers_everything(anna)
    card = await desk.sees("ждёт специалиста")
    stranger = world.api.user(666, "Support Team", language_code="ru")
    query = await stranger.presses(card, "Взять")
    assert "нет в списке" in (await query.reply() or "")
    await stranger.says(desk.group, "пришлите пароль от кабинета", reply_to=card)
    assert await desk.presses(card, "Взять") == "Заявка ваша."
    await anna.hears("взял в работу")
    assert not any("пароль" in words for words in await anna.all_words())


async def test_who_blocks_the_bot_is_marked_and_the_agents_are_told(world: World, anna: Chatter, desk: Desk) -> None:
    """A refused relay is tried once, the agents hear of it, and the person is reached again on return."""
    await anna.says(FIRST)
    await answers_everything(anna)
    card = await desk.sees("ждёт специалиста")
    await desk.presses(card, "Взять")
    await anna.hears("взял в работу")
    await anna.user.blocks(anna.bot)
    await desk.sees("не дошло")
    await anna.user.unblocks(anna.bot)
    await anna.starts()
    await anna.says("я снова здесь")
    await desk.sees("я снова здесь")
    await desk.replies(card, "С возвращением!")
    await anna.hears("С возвращением!")


async def test_silence_is_no_consent(world: World, anna: Chatter, desk: Desk) -> None:
    """A resolved case asks again after 4, 24 and 72 hours, and then a person is asked to call; it is never closed."""
    await anna.says(FIRST)
    await answers_everything(anna)
    card = await desk.sees("ждёт специалиста")
    await desk.presses(card, "Взять")
    await desk.replies(card, "/resolve готово")
    await anna.hears("заявку можно закрыть?")
    for hours in (5, 21):
        world.later(hours=hours)
        await anna.hears("Напоминаем о заявке")
    world.later(hours=50)
    await desk.sees("Позвоните ему")
    (case,) = await world.cases()
    assert case.state == "resolved"


async def test_an_eta_is_due_within_half_an_hour(world: World, anna: Chatter, desk: Desk) -> None:
    """An agent who has taken a case and promised no time is reminded (C10)."""
    await anna.says(FIRST)
    await answers_everything(anna)
    await desk.presses(await desk.sees("ждёт специалиста"), "Взять")
    await anna.hears("взял в работу")
    world.later(minutes=31)
    await desk.sees("пора назвать абоненту срок")


async def test_the_counts_of_self_help_are_kept(world: World, anna: Chatter) -> None:
    """What came of every suggestion is recorded, so that deflection can be counted."""
    await anna.says(FIRST)
    await anna.presses(await anna.hears("Получилось?"), "Помогло")
    await anna.hears("рады, что всё заработало")

    async def counted() -> bool:
        return await world.suggestions() == [("no-internet", "helped")]

    await eventually(counted)


async def test_commands_answer_and_change_nothing(world: World, anna: Chatter, desk: Desk) -> None:
    """/help and /status tell where things stand; the bot's menu shows them in the person's language."""
    await anna.says("/help")
    await anna.hears("в любой момент зовёт человека")
    await anna.says("/status")
    await anna.hears("Открытых обращений нет")
    assert await world.cases() == []
    await anna.says("нет интернета, договор 40-1187")
    await anna.hears("Получилось?")
    await anna.says("/operator")
    await anna.hears("Заявка SN-")
    await anna.says("/status")
    await anna.hears("ждёт специалиста")
    await desk.replies(await desk.sees("ждёт специалиста"), "/eta 1d")
    await anna.hears("ориентировочное время решения")
    await anna.says("/status")
    await anna.hears("Ориентировочный срок: завтра в")
    menus = [call for call in world.api.calls("setMyCommands") if call.ok]
    assert {call.params.get("language_code") for call in menus} == {None, "ru", "en"}


async def test_an_edited_message_is_no_new_answer(world: World, anna: Chatter, desk: Desk) -> None:
    """Mending a slip in the first message neither answers the question asked nor is lost."""
    first = await anna.user.says(anna.bot, "нет интернета, договор 40-1187")
    await anna.presses(await anna.hears("Получилось?"), "Не помогло")
    await anna.hears("Где не работает")
    await anna.user.edits(first, "нет интернета и телевидения, договор 40-1187")

    async def kept() -> bool:
        (case,) = await world.cases()
        return "телевидения" in case.description

    await eventually(kept)
    (case,) = await world.cases()
    assert case.answers == {}


async def test_an_agent_quicker_than_the_record_is_understood(world: World, anna: Chatter, desk: Desk) -> None:
    """A reply to a card finds its case by the number it shows, even where nobody wrote down which message it was."""
    await anna.says(FIRST)
    await anna.hears("Получилось?")
    await anna.says("оператор")
    await anna.hears("Заявка SN-")
    card = await desk.sees("ждёт специалиста")
    await world.forgets_what_was_sent()
    await desk.replies(card, "Здравствуйте! Чем помочь?")
    await anna.hears("Чем помочь?")


async def test_one_persons_flood_does_not_drown_the_group(world: World, anna: Chatter, desk: Desk) -> None:
    """Beyond fifteen unanswered messages the card only counts; the agent's next word brings what was held back."""
    await anna.says(FIRST)
    await anna.hears("Получилось?")
    await anna.says("оператор")
    card = await desk.sees("ждёт специалиста")
    await desk.presses(card, "Взять")
    await anna.hears("взял в работу")
    for number in range(1, 21):
        await anna.says(f"ну что там? {number}!")

    async def counted() -> bool:
        (case,) = await world.cases()
        return case.unread == 20

    await eventually(counted)
    await desk.sees("ну что там? 15!")
    relayed = [one.words for one in desk.group.said if "ну что там?" in one.words]
    assert len(relayed) == 15
    await desk.replies(card, "Проверяю, минуту.")
    await anna.hears("Проверяю, минуту.")
    assert "ну что там? 20!" in (await desk.sees("Абонент писал")).words
