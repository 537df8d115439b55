"""A letter goes in at one end and comes out at the other: what a subscriber wrote is heard, and their answer too."""

from __future__ import annotations

from desk.language.rich_text import parse_markdown
from desk.model.events import Said
from desk.model.messages import Address, SenderAssurance
from mail.reading.sandbox import MessageReaderPool
from tests.mail.conftest import Hall
from tests.mail.sending.test_sending import departure, outgoing
from tests.peers.mail_servers import MailServers
from tests.peers.received_mail import Attachment


async def test_a_subscribers_first_letter_is_heard_with_everything_in_it(
    hall: Hall, mail_servers: MailServers, readers: MessageReaderPool
) -> None:
    ivan = mail_servers.subscriber("ivan@mail.test", "Иван Петров")
    async with hall.listening():
        await hall.connected()
        message = await ivan.writes(
            "Нет интернета", "Договор 40-1187", attachments=[Attachment("роутер.jpg", "image/jpeg", b"JPEG")]
        )
        (arrival,) = await hall.arrived(1)
    inbound = await hall.channel.hear(arrival)
    assert inbound.sender == Address("mail", "mail:support", "ivan@mail.test")
    assert isinstance(inbound.event, Said)
    assert (inbound.name, inbound.event.subject, inbound.text) == ("Иван Петров", "Нет интернета", "Договор 40-1187")
    assert (inbound.provider, inbound.proof, inbound.language) == ("sever", SenderAssurance.SURE, "ru")
    assert (inbound.message, inbound.automatic, inbound.reference.tokens) == (message, "", ())
    assert inbound.at == arrival.received_at
    (photo,) = inbound.files
    assert (photo.name, photo.kind, photo.size) == ("роутер.jpg", "photo", 4)
    kind, number, part = photo.source.split(":")
    assert (kind, int(number)) == ("arrival", arrival.id)
    assert await readers.read_part(arrival.body, int(part)) == b"JPEG"


async def test_an_answer_to_our_letter_brings_its_token_and_only_what_is_new(
    hall: Hall, mail_servers: MailServers
) -> None:
    ivan = mail_servers.subscriber("ivan@mail.test", "Иван", authentication="forged")
    (call,) = hall.channel.render(outgoing("1) Номер договора?", subject="[1042] Нет интернета"))
    await hall.channel.send(departure(call), {})
    letter = await ivan.hears("Номер договора")
    async with hall.listening():
        await hall.connected()
        for quoting in ("gmail-ru", "gmail-en"):
            await ivan.answers(letter, "40-1187", quoting=quoting)
        found = await hall.arrived(2)
    for arrival in found:
        inbound = await hall.channel.hear(arrival)
        assert isinstance(inbound.event, Said)
        assert inbound.text == "40-1187"
        assert "1) Номер договора?" in inbound.event.full_text
        assert inbound.reference.tokens == ("k1a-abcdefghijklmnop",)
        assert inbound.proof is SenderAssurance.DOUBTED
        assert inbound.event.references == (call.remote, inbound.message)


async def test_a_letter_answers_what_it_is_told_to_answer(hall: Hall, mail_servers: MailServers) -> None:
    (call,) = hall.channel.render(outgoing(answers="12.0", thread=("<a@mail.test>",)))
    await hall.channel.send(departure(call), {"12.0": "<b@sever.test>"})
    letter = await mail_servers.sink.hears(to="ivan@mail.test")
    assert letter.header("In-Reply-To") == "<b@sever.test>"
    assert letter.references == ("<a@mail.test>", "<b@sever.test>")


async def test_a_letter_of_nobody_is_heard_as_nobodys(hall: Hall, mail_servers: MailServers) -> None:
    async with hall.listening():
        await hall.connected()
        mail_servers.receives(b"Subject: ?\r\nFrom: <>\r\n\r\nhello\r\n")
        (arrival,) = await hall.arrived(1)
    inbound = await hall.channel.hear(arrival)
    assert (inbound.sender.value, inbound.automatic, inbound.text) == ("", "nobody", "hello")


async def test_our_own_letter_coming_back_is_known_as_ours(hall: Hall, mail_servers: MailServers) -> None:
    (call,) = hall.channel.render(outgoing(text=parse_markdown("x").plain))
    await hall.channel.send(departure(call), {})
    letter = await mail_servers.sink.hears(to="ivan@mail.test")
    async with hall.listening():
        await hall.connected()
        mail_servers.receives(letter.raw)
        (arrival,) = await hall.arrived(1)
    assert (await hall.channel.hear(arrival)).automatic == "own"
