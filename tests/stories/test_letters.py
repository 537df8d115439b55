"""Letters of questions as people really answer them: the same words lead to the same case as in a chat."""

from __future__ import annotations

import pytest

from desk.model.case import Case
from tests import wording
from tests.peers.mail_servers import MailServers
from tests.peers.received_mail import Attachment, ReceivedMail
from tests.stories.desk import AgentsGroup, Desk
from tests.stories.subscribers import MailSubscriber, Subscriber
from tests.stories.test_main_job import PNG

by_mail = pytest.mark.channels("mail", because="what a letter of questions is answered with")

STORY = "Нет интернета нигде, ни на одном устройстве, роутер перезагружали. Договор 40-1187"
SAID = {
    "did_it_help": "not_helped",
    "did_this_help": "not_helped",
    "summary": "send",
    "since": "вчера в 18",
    "place": "Лесная 5, кв. 3",
    "lights": "красный LOS",
    "neighbours": "у соседей тоже нет",
    "changed": "ночью была гроза",
    "photo_lights": "пропустить",
}


def read_of(case: Case) -> dict[str, object]:
    return {name: one["value"] for name, one in case.answers.items() if one["value"] is not None}


@pytest.mark.channels("telegram", "mail", because="a terminal is a chat like Telegram")
async def test_the_same_words_lead_to_the_same_case(desk: Desk, subscriber: Subscriber, agents: AgentsGroup) -> None:
    """What the first words tell is not asked, in neither channel, and what decides the case is the same in both."""
    await subscriber.says(STORY)
    await subscriber.goes_through(SAID, until="registered")
    (case,) = await desk.cases()
    read = read_of(case)
    assert (read["scope"], read["reboot"], read["lights"]) == ("all", True, "los")
    assert (case.fault_zone, case.queue, case.severity) == ("access_line", "queue:field", "major")
    asked = wording.question("scope", "ru")
    assert not any(asked.is_in(words) for words in subscriber.everything()), "the first words told it"


async def _asked_by_letter(desk: Desk) -> tuple[MailSubscriber, ReceivedMail]:
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "Здравствуйте, нет интернета.")
    await anna.person.answers(await anna.gets("did_it_help"), "не помогло")
    return anna, await anna.gets("questions_by_mail")


@by_mail
async def test_answers_within_an_unmarked_copy_of_the_letter_are_told_from_it(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """Outlook copies the letter without a mark: what the desk wrote is neither an answer nor the description."""
    anna, letter = await _asked_by_letter(desk)
    own = letter.text.splitlines()
    copy = []
    for line in own:
        copy.append(line)
        copy += {"1)": ["Только по Wi-Fi"], "2)": ["с понедельника"]}.get(line[:2], [])
    head = ["From: Северная сеть <support@sever.test>", "Sent: Monday, November 30, 2026 10:15 AM"]
    head += ["To: anna@example.test", "Subject: Нет интернета", ""]
    await anna.person.writes("Re", "\n".join(["Ответила ниже.", "", *head, *copy]), reply_to=letter)
    await anna.person.answers(await anna.gets("questions_by_mail"), "всё как обычно")
    await anna.hears("registered")
    (case,) = await desk.cases()
    assert "changed" not in read_of(case)
    assert read_of(case)["scope"] == "wifi"
    assert read_of(case)["since"] == "с понедельника"
    assert not any(line in case.description for line in own if len(line) > 20)


@by_mail
async def test_it_works_already_in_answer_to_the_questions(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """The desk asks whether the matter is settled, and closes it on a plain yes."""
    anna, letter = await _asked_by_letter(desk)
    await anna.person.answers(letter, "Уже всё заработало, спасибо!")
    await anna.person.answers(await anna.gets("glad_may_close"), "Да, можно закрывать")
    await anna.hears("settled_thanks")
    (case,) = await desk.cases()
    assert case.state == "closed"


@by_mail
async def test_photos_in_place_of_answers_open_the_case(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    anna, letter = await _asked_by_letter(desk)
    picture = Attachment("router.png", "image/png", PNG)
    await anna.person.writes("Re", "Отправлено с iPhone", attachments=[picture], reply_to=letter)
    await anna.hears("registered")
    (case,) = await desk.cases()
    assert case.answers["photo_lights"]["files"][0]["name"] == "router.png"
    assert "iPhone" not in case.description


@by_mail
async def test_the_next_letter_tells_what_was_noted_and_asks_only_the_rest(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """No question comes twice, the picture stands below its own, and after the second letter the case opens."""
    anna, letter = await _asked_by_letter(desk)
    await anna.person.answers(letter, "везде, началось вчера вечером")
    second = await anna.gets("questions_by_mail")
    assert not wording.question("scope", "ru").is_in(second.text.partition("1)")[2])
    cid = next(one.cid for one in second.files if one.cid)
    assert second.html.index("1)") < second.html.index(cid) < second.html.index("2)"), "the picture of the first"
    await anna.person.answers(second, "не знаю, позвоните")
    await anna.hears("registered")
