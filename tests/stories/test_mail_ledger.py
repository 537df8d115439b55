"""Every mail has exactly one outcome in the ledger, written with the decision that gave it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from desk.pipeline.internal_channel import acceptance_message
from desk.queues import inbox
from desk.storage.database import Database
from mail.receiving.ledger import count_outcomes, fetch_rows, mark_refused, select_rows
from mail.receiving.tables import ledger
from tests.peers.mail_servers import MailServers
from tests.stories.desk import Desk, eventually
from tests.stories.subscribers import MailSubscriber

pytestmark = pytest.mark.channels("mail", because="the ledger is of mail")

FIRST = "Второй день нет интернета, договор 40-1187"


def raw(text: str = "", **headers: str) -> bytes:
    """A letter by hand, as machines write them."""
    fields = {"From": "anna@example.test", "Subject": "x", "Message-ID": "<machine@example.test>"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n" + text.encode()


async def outcomes(desk: Desk) -> dict[str, int]:
    """How many mails became what."""
    database = Database(desk.settings.database)
    try:
        async with database.look() as connection:
            return await count_outcomes(connection, "mail:support")
    finally:
        await database.close()


async def comes_to(desk: Desk, **expected: int) -> None:
    """Waits until the ledger says this."""

    async def same() -> bool:
        return await outcomes(desk) == expected

    try:
        await eventually(same)
    except AssertionError:
        raise AssertionError(f"the ledger says {await outcomes(desk)}, not {expected}") from None


async def test_each_mail_has_one_outcome(desk: Desk, mail_servers: MailServers) -> None:
    """A case, its reply, the same letter again, a machine, our own mail, a doubtful one, thanks without a case."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", FIRST)
    offer = await anna.gets("did_it_help")
    await comes_to(desk, case=1)
    await anna.person.answers(offer, "не помогло")
    await comes_to(desk, case=1, reply=1)
    twice = mail_servers.dovecot.raw(mail_servers.box, mail_servers.dovecot.uids(mail_servers.box)[0])
    mail_servers.receives(b"Delivered-To: office@sever.test\r\n" + twice)
    await comes_to(desk, case=1, reply=1, repeat=1)
    mail_servers.receives(raw("Я в отпуске", From="bob@example.test", Auto_Submitted="auto-replied", Precedence="bulk"))
    mail_servers.receives(raw("Наше письмо", From=mail_servers.box.address))
    await anna.person.writes("Ещё", "Это точно я", authentication="fail")
    sums = await eventually(lambda: _all_decided(desk, 6))
    assert sums.get("own") == 1, sums
    assert sums.get("machine", 0) + sums["pending"] == 2, sums
    assert sum(sums.values()) == 6
    assert "anna@example.test" in [sender for sender, *_ in await desk.pending()]


async def _all_decided(desk: Desk, mails: int) -> dict[str, int]:
    """What became of the mails, once so many are there and none of them waits: each sender's are decided apart."""
    sums = await outcomes(desk)
    return sums if sum(sums.values()) == mails and "waiting" not in sums else {}


async def test_a_pending_letter_has_another_outcome_once_an_agent_decided(
    desk: Desk, mail_servers: MailServers
) -> None:
    """Released it is a reply, with its case; rejected it is left out."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", FIRST)
    await anna.gets("did_it_help")
    await anna.person.writes("Ещё", "Лампочка красная", authentication="fail")
    await comes_to(desk, case=1, pending=1)
    ((_, _, letter),) = await desk.pending()
    (case,) = await desk.cases()
    database = Database(desk.settings.database)
    await inbox.accept(database, [acceptance_message(letter, case.id, "sever", "ivanova", desk.clock())])
    await comes_to(desk, case=1, reply=1)
    async with database.work() as connection:
        rows = await fetch_rows(connection, select_rows("mail:support", outcome="reply"))
        assert [(row.case_id, row.arrival_id, row.uid) for row in rows] == [(case.id, letter, 2)]
        assert len(await fetch_rows(connection, select_rows("mail:support", message_id=rows[0].message_id))) == 1
        await mark_refused(connection, letter)
    assert await outcomes(desk) == {"case": 1, "refused": 1}
    await database.close()


async def test_what_cannot_be_read_is_in_quarantine_until_it_is_replayed(desk: Desk, mail_servers: MailServers) -> None:
    """The ledger says so for as long as it is quarantined, and then what really became of it."""
    assert desk.application is not None
    read = desk.application.readers.read

    async def broken(*_: object) -> object:
        raise RuntimeError("a fault of ours")

    desk.application.readers.read = broken  # type: ignore[method-assign, assignment]
    await MailSubscriber(desk, "Анна").person.writes("Нет интернета", FIRST)
    await comes_to(desk, quarantine=1)
    desk.application.readers.read = read  # type: ignore[method-assign]
    await inbox.replay(desk.application.database, [], desk.clock())
    await comes_to(desk, case=1)


async def test_after_a_renumbering_every_mail_is_known_again(desk: Desk, mail_servers: MailServers) -> None:
    """The folder is made anew and its mail read again: each UID has a row, and no case is opened twice."""
    anna = MailSubscriber(desk, "Анна")
    await anna.person.writes("Нет интернета", FIRST)
    await comes_to(desk, case=1)
    await desk.closes()
    mail_servers.dovecot.forget_uids(mail_servers.box)
    await desk.opens()
    await comes_to(desk, case=1, repeat=1)
    assert len(await desk.cases()) == 1
    database = Database(desk.settings.database)
    async with database.look() as connection:
        epochs = (await connection.execute(select(func.count(ledger.c.epoch.distinct())))).scalar_one()
    await database.close()
    assert epochs == 2
