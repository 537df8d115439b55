"""What comes back: a true bounce marks the address, tells the agents, goes another way; a forged one does nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from desk.model.subscribers import PersonAddress
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals
from tests import wording
from tests.peers.mail_servers import MailServers
from tests.peers.received_mail import ReceivedMail
from tests.stories.desk import AgentsGroup, Desk, eventually
from tests.stories.subscribers import MailSubscriber

pytestmark = pytest.mark.channels("mail", because="only mail comes back")

ANNA = "anna@example.test"
HOME, WORK = "irina.ustinova@example.test", "ustinova85@example.org"
"""On file for one contract, the first of them as the address for notices."""


def report(
    of: ReceivedMail, *, action: str = "failed", status: str = "5.1.1", to: str = ANNA, whole: bool = True
) -> bytes:
    """The delivery report of a subscriber's server about one of the desk's letters."""
    back = b"\r\n".join(of.raw.partition(b"\r\n\r\n")[0].split(b"\r\n")) if whole else b"Subject: lost\r\n"
    return (
        f"Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.test>\r\nTo: <{of.sender}>\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <{action}{status}{whole}@mx.test>\r\n"
        "MIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is the mail system at host mx.test.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
    ).encode() + back + b"\r\n\r\n--b--\r\n"  # fmt: skip


async def marks(desk: Desk) -> dict[str, str]:
    """Why nothing reaches each known address; "" while it is open."""
    database = Database(desk.settings.database)
    try:
        async with database.read("sever") as session:
            return {one.value: one.blocked for one in (await session.scalars(select(PersonAddress))).all()}
    finally:
        await database.close()


async def outcomes(desk: Desk) -> list[str]:
    """What became of every letter so far, in order."""
    database = Database(desk.settings.database)
    query = select(arrivals.c.outcome).where(arrivals.c.channel == "mail:support").order_by(arrivals.c.id)
    try:
        async with database.look() as connection:
            return [str(one) for one in (await connection.execute(query)).scalars() if one]
    finally:
        await database.close()


async def handled(desk: Desk, count: int) -> list[str]:
    """Waits until so many letters have an outcome."""

    async def enough() -> list[str]:
        found = await outcomes(desk)
        return found if len(found) >= count else []

    return await eventually(enough)


async def test_a_true_bounce_marks_the_address_and_tells_the_agents(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """T30. No case is opened for it and nobody answers it; who writes again is reached again."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "нет интернета, оператор")
    letter = await anna.gets("registered")
    before = len(mail_servers.sink.letters)
    mail_servers.receives(report(letter), to=letter.sender)
    told = await agents.sees("agents_undelivered", again="")
    assert "5.1.1" in told.words
    assert wording.template("unreachable", "ru").is_in(told.words)
    assert (await marks(desk))[ANNA].startswith("5.1.1")
    assert len(await desk.cases()) == 1
    await desk.settled()
    assert len(mail_servers.sink.letters) == before
    await anna.person.answers(letter, "Я снова здесь, ящик починили. Оператор!")
    await anna.hears("operator_soon")
    assert (await marks(desk))[ANNA] == ""


async def test_a_report_without_the_letter_counts_by_the_address_it_came_to(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """Some servers return nothing, and name only whom the letter was forwarded to: the return path is keyed."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "нет интернета, оператор")
    letter = await anna.gets("registered")
    mail_servers.receives(report(letter, to="anna.private@far.test", whole=False), to=letter.sender)
    await agents.sees("agents_undelivered")
    assert (await marks(desk))[ANNA]


async def test_a_forged_bounce_changes_nothing(desk: Desk, mail_servers: MailServers, agents: AgentsGroup) -> None:
    """T30. Neither without a token, nor with a made-up one, nor with one that was written to somebody else."""
    anna, eve = MailSubscriber(desk, "Анна"), MailSubscriber(desk, "Ева")
    await anna.person.writes("Нет интернета", "нет интернета, оператор")
    await anna.gets("registered")
    await eve.person.writes("Нет интернета", "нет интернета, оператор")
    hers = await eve.gets("registered")
    local, _, domain = mail_servers.box.address.partition("@")
    plain = report(hers, whole=False)
    sent = hers.sender.encode()
    for victim in (mail_servers.box.address, f"{local}+k1a-abcdefghijklmnop@{domain}"):
        mail_servers.receives(
            plain.replace(sent, victim.encode()).replace(b"<failed", f"<{victim}".encode()), to=victim
        )
    mail_servers.receives(report(hers, to=ANNA, status="5.1.2", whole=False), to=hers.sender)
    assert (await handled(desk, 5))[2:4] == ["bounce", "bounce"]
    assert (await marks(desk))[ANNA] == "", "Eve's own token speaks for nobody but Eve"


async def test_a_delayed_letter_changes_nothing(desk: Desk, mail_servers: MailServers, agents: AgentsGroup) -> None:
    """T30. A server that still tries says so, and that is all."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", "нет интернета, оператор")
    letter = await anna.gets("registered")
    (case,) = await desk.cases()
    mail_servers.receives(report(letter, action="delayed", status="4.4.1"), to=letter.sender)
    assert (await handled(desk, 2))[1] == "bounce"
    assert (await marks(desk))[ANNA] == ""
    assert (await desk.cases())[0].revision == case.revision


async def test_what_came_back_goes_to_the_other_address(
    desk: Desk, mail_servers: MailServers, agents: AgentsGroup
) -> None:
    """C12. The holder wrote from work; that address is closed, so the same words go to the address on file."""
    at_work = MailSubscriber(desk, "Ирина", address=WORK)
    await at_work.person.writes("Нет интернета", "нет интернета, договор 40-1078, оператор")
    letter = await at_work.gets("registered")
    mail_servers.receives(report(letter, to=WORK), to=letter.sender)
    at_home = MailSubscriber(desk, "Ирина", address=HOME)
    again = await at_home.hears("sent_again")
    assert wording.template("registered", "ru").is_in(again.text)
    await agents.sees("agents_undelivered", again="1")
    card = await agents.sees("card", state="acknowledged")
    await agents.presses(card, "take")
    await agents.replies(card, "Здравствуйте! Мастер будет сегодня.")
    await at_home.reads("Мастер будет сегодня")
