"""Mailboxes as people have them: groups that rewrite From, web forms, forwarding agents, reactions, plain senders."""

from __future__ import annotations

import base64
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

import pytest

from tests.peers.botapi import BotApi
from tests.peers.mail_servers import MailServers
from tests.peers.received_mail import ReceivedMail
from tests.prepared_desks import DeskFiles, SharedReaders
from tests.stories.desk import AGENTS, IVANOVA, AgentsGroup, Desk, new_desk
from tests.stories.subscribers import MailSubscriber

pytestmark = pytest.mark.channels("mail", because="how a mailbox is set up")

GALINA = "galina.medvedeva@example.test"


def letter(sender: str, subject: str, text: str, **headers: str) -> EmailMessage:
    """A letter with further headers; "_" in their names stands for "-"."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, headers.pop("To"), subject
    made["Date"], made["Message-ID"] = formatdate(), make_msgid(domain="x.test")
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


async def test_a_group_that_rewrites_from_hides_nobody(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """A letter that a Google group sent on in its own name is its author's: answered there, and proves nothing."""
    galina, group = mail_servers.subscriber(GALINA), mail_servers.box.address
    raw = letter(
        f"'Галина Медведева' via Поддержка <{group}>",
        "Нет интернета",
        "Нет интернета, договор 40-3716, оператор",
        To=group,
        Reply_To=f"Галина Медведева <{GALINA}>",
        X_Original_From=f"Галина Медведева <{GALINA}>",
        List_ID=f"<{group.replace('@', '.')}>",
        Precedence="list",
    )
    await mail_servers.subscriber(group).sends(raw.as_bytes(policy=SMTP))
    await galina.hears("заявку SN-")
    (case,) = await desk.cases()
    assert (case.contract, case.proved) == ("40-3716", False)
    await agents.sees("card")


@pytest.mark.parametrize("automatic", ["", "auto-generated"])
async def test_a_web_form_is_answered_at_the_persons_address(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup, automatic: str
) -> None:
    """What a form of the provider's site sends is the person's whom Reply-To names."""
    headers = {"Auto_Submitted": automatic} if automatic else {}
    raw = letter(
        "Сайт sever.test <noreply@sever.test>",
        "Заявка с сайта",
        "Имя: Полина Трофимова\nТелефон: +7 000 555-01-46\nДоговор: 40-3903\nСообщение: нет интернета со вчера",
        To=mail_servers.box.address,
        Reply_To="polina.trofimova@example.test",
        **headers,
    )
    await mail_servers.subscriber("noreply@sever.test").sends(raw.as_bytes(policy=SMTP), authentication="none")
    await mail_servers.subscriber("polina.trofimova@example.test").hears()
    assert not mail_servers.subscriber("noreply@sever.test").unread()
    (case,) = await desk.cases()
    assert not case.proved


async def test_agents_see_that_a_letter_waits(desk: Desk, mail_servers: MailServers, agents: AgentsGroup) -> None:
    """An answer from another address of the person waits for an agent, and the agents' group says so."""
    vera = MailSubscriber(desk, "Вера")
    await vera.person.writes("Нет интернета", "нет интернета, оператор")
    registered = await vera.gets("registered")
    await agents.sees("card")
    at_work = mail_servers.subscriber("vera.work@firma.test")
    await at_work.writes("", "это я с работы, дома буду в 18", reply_to=registered)
    await agents.sees("agents_letter_waits", sender="vera.work@firma.test")
    assert len(await desk.pending()) == 1


async def test_a_sender_refused_after_the_data_is_replaced_by_the_plain_one(
    desk: Desk, mail_servers: MailServers
) -> None:
    """Exchange says only after DATA that the mailbox may not send as support+tag@: then it sends as support@."""
    mail_servers.sink.refuse_sender("554 5.2.252 SendAsDenied; support@sever.test not allowed to send as", at="data")
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "Здравствуйте! второй день нет интернета, договор 40-1187")
    offer = await anna.gets("did_it_help")
    assert offer.sender == mail_servers.box.address


def reaction(sender: str, asked: ReceivedMail, kind: str) -> bytes:
    """A tap on a reaction under the desk's letter, as Gmail and Outlook send it."""
    ids = {"In_Reply_To": asked.message_id, "References": asked.message_id, "To": asked.reply_to}
    if kind == "outlook":
        text = "Икс отреагировал(а) на ваше сообщение:\n👍\n\nЗаменили муфту.\n"
        more = {"X_MS_Exchange_MessageReaction": "like"}
        return letter(sender, "Реакция Икс на ваше сообщение", text, **ids, **more).as_bytes(policy=SMTP)
    made = letter(sender, f"Re: {asked.subject}", "👍\n\nИкс отреагировал(а) через Gmail\n\n> текст\n", **ids)
    part = '{"emoji":"👍","version":1}'.encode()
    made.add_alternative(part, maintype="text", subtype="vnd.google.email-reaction+json")
    made.add_alternative("<p>👍</p><p><i>Икс отреагировал(а) через Gmail</i></p>", subtype="html")
    return made.as_bytes(policy=SMTP)


@pytest.mark.parametrize("kind", ["gmail", "outlook"])
async def test_a_reaction_is_noted_and_never_answered(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup, kind: str
) -> None:
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "нет интернета, оператор")
    await anna.gets("registered")
    card = await agents.sees("card")
    await agents.replies(card, "/resolve Заменили муфту.")
    asked = await anna.gets("resolved_ask")
    await desk.settled()
    await anna.person.sends(reaction(anna.person.address, asked, kind), to=asked.reply_to)
    await desk.settled()
    assert not anna.person.unread()
    (case,) = await desk.cases()
    assert case.state == "resolved"
    assert {"machine": "reaction"} in [one.data for one in await desk.journal(case)]


async def test_an_opaque_signature_named_only_by_its_file_is_read(desk: Desk, mail_servers: MailServers) -> None:
    """application/octet-stream; name=smime.p7m is read as application/pkcs7-mime is."""
    anna = MailSubscriber(desk, "Анна")
    head = (
        f"From: {anna.person.address}\r\nTo: {mail_servers.box.address}\r\nSubject: x\r\nMessage-ID: {make_msgid()}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: application/octet-stream; name="smime.p7m"\r\n'
        "Content-Disposition: attachment; filename=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    inner = "Content-Type: text/plain; charset=utf-8\r\n\r\nнет интернета, оператор, подписано\r\n".encode()
    await anna.person.sends(head.encode() + base64.encodebytes(signed(inner)))
    await anna.gets("registered")
    (case,) = await desk.cases()
    assert "подписано" in case.description


def signed(content: bytes) -> bytes:
    """CMS SignedData around a content, with nobody's signature (RFC 5652)."""

    def element(tag: int, *parts: bytes) -> bytes:
        body = b"".join(parts)
        size = len(body).to_bytes(4, "big")
        return bytes([tag, 0x84]) + size + body

    data_oid, signed_oid = bytes.fromhex("06092a864886f70d010701"), bytes.fromhex("06092a864886f70d010702")
    capsule = element(0x30, data_oid, element(0xA0, element(0x04, content)))
    body = element(0x30, element(0x02, b"\x01"), element(0x31), capsule, element(0x31))
    return element(0x30, signed_oid, element(0xA0, body))


async def test_a_letter_that_an_agent_forwards_is_its_authors(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """The case is opened for whom the forwarded head names, unproved, and the agent gets no questions."""
    maria = mail_servers.subscriber("ivanova@sever.test", "Мария Иванова")
    await maria.writes(
        "Fwd: нет интернета",
        "Коллеги, заведите заявку.\n\n---------- Пересланное сообщение ----------\n"
        "От: Ольга Денисова <olga.denisova@example.test>\nДата: 12.11.2026 10:00\nТема: нет интернета\n"
        "Кому: info@sever.test\n\nЗдравствуйте, договор 40-7522, нет интернета. Оператор!",
    )
    await mail_servers.subscriber("olga.denisova@example.test").hears()
    assert not maria.unread()
    (case,) = await desk.cases()
    assert (case.contract, case.proved) == ("40-7522", False)
    assert "нет интернета" in case.description


async def test_a_letter_with_a_new_subject_is_a_new_matter(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """Beside an open case a new letter with a new subject is a case of its own."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "нет интернета, оператор")
    await anna.gets("registered")
    await desk.settled()
    await anna.person.writes("Вопрос по счёту", "За что списали 650 рублей в октябре? Это другой вопрос.")
    await anna.gets("second_matter")
    assert len(await desk.cases()) == 2


async def test_without_plus_addresses_the_answer_finds_its_case(
    desk_files: DeskFiles, api: BotApi, mail_servers: MailServers, readers: SharedReaders
) -> None:
    """The token stands in the subject, for programs that drop the references, and in no address.

    There is no border server here, so without the token the answer would wait for an agent.
    """
    desk = new_desk(desk_files, api, mail_servers, readers=readers)
    box = replace(desk.settings.mailboxes[0], plus_addresses="no", authserv_id="")
    desk.settings = replace(desk.settings, mailboxes=(box,))
    await desk.opens()
    agents = AgentsGroup(desk, api.group(AGENTS, "Агенты"), api.user(IVANOVA, "Мария", language_code="ru"))
    try:
        anna = mail_servers.subscriber("anna@example.test", "Анна")
        await anna.writes("Нет интернета", "нет интернета, оператор")
        registered = await anna.hears("заявку SN-")
        assert "+" not in f"{registered.sender}{registered.header('Reply-To')}"
        assert "[ref:" in registered.subject
        await agents.sees("card")
        await anna.writes(f"Re: {registered.subject}", "Ещё у меня красная лампочка", authentication="absent")
        await desk.settled()
        assert not await desk.pending()
        (case,) = await desk.cases()
        assert any("красная лампочка" in one.text for one in await desk.journal(case))
    finally:
        await desk.closes()
