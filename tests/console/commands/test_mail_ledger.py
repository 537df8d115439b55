"""`firstline mail ledger` says what became of each mail; `mail pending` and `mail quarantine` let a person decide."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.model.messages import RawMessage
from desk.queues import inbox
from desk.storage.database import Database
from mail.receiving import ledger
from mail.receiving.watermarks import Watermark
from mail.transport.imap import MessageMetadata
from tests.console.command_line import Terminal
from tests.console.commands.test_pending_mail import adds_mailbox, waiting
from tests.console.conftest import Typist
from tests.peers.mail_servers import MailServers

NOW = datetime.now(UTC)


@pytest.fixture
def terminal(folder: Path, mail_servers: MailServers) -> Terminal:
    """A terminal in a desk folder that has a mailbox."""
    return adds_mailbox(folder, mail_servers)


async def test_the_ledger_tells_what_became_of_each_mail(terminal: Terminal, mail_servers: MailServers) -> None:
    """Summed up for people and machines, found by UID and by Message-ID, and changed by an agent's decision."""
    await terminal.types("migrate")
    anna = mail_servers.subscriber("anna@example.test", "Анна Смирнова")
    async with terminal.serving() as service:
        await service.logs("connected for the first time")
        await anna.writes("Нет интернета", "Второй день нет интернета, договор 40-1187")
        await anna.hears("быстрая проверка")
        for subject in ("Ещё", "Деньги"):
            await anna.writes(subject, "Это точно я", authentication="fail")
        first, second = await waiting(terminal, 2)
        (sums,) = (await terminal.types("mail", "ledger", "--json")).json()
        assert (sums["mailbox"], sums["outcomes"]) == ("mail:support", {"case": 1, "pending": 2})
        assert sums["reconciled_at"]
        assert sums["difference"] == ""
        released = await terminal.types("mail", "pending", "release", str(first["id"]))
        assert released.code == 0, released.err
        rejected = await terminal.types("mail", "pending", "reject", str(second["id"]))
        assert rejected.code == 0, rejected.err
    told = await terminal.types("mail", "ledger", "--mailbox", "support")
    assert told.code == 0
    for words in ("1  began a case", "1  joined a case", "1  left out by an agent"):
        assert words in told.out
    (reply,) = (await terminal.types("mail", "ledger", "--outcome", "reply", "--json")).json()
    assert (reply["uid"], reply["arrival"]) == (mail_servers.dovecot.uids(mail_servers.box)[1], first["id"])
    (by_uid,) = (await terminal.types("mail", "ledger", "--uid", str(reply["uid"]), "--json")).json()
    (by_id,) = (await terminal.types("mail", "ledger", "--message-id", reply["message_id"], "--json")).json()
    assert by_uid == by_id == reply
    nobody = await terminal.types("mail", "ledger", "--message-id", "<nobody@example.test>")
    assert (nobody.code, "no such mail" in nobody.err) == (3, True)


@pytest.fixture
def typist(folder: Path) -> Typist:
    """Somebody at a desk folder with a mailbox whose server is away."""
    section = """
[[mailbox]]
name = "support"
address = "support@sever.test"
provider = "sever"
imap = "imaps://localhost:1"
smtp = "smtps://localhost:1"
password = "env:SUPPORT_PASSWORD"
"""
    path = folder / "firstline.toml"
    path.write_text(path.read_text("utf-8") + section, "utf-8")
    return Typist(folder)


def types(typist: Typist, *words: str) -> tuple[int, str]:
    """Exit code and output of one command."""
    result = typist.types(*words, env={"SUPPORT_PASSWORD": "a long password"})
    return result.exit_code, result.output


async def _taken_in(folder: Path, at: datetime, problem: str = "") -> None:
    """One mail as the listener stores it."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'data' / 'firstline.db'}")
    mark = Watermark("mail:support", 7, 1, 2, at, difference="2 mails below the mark", differed_at=at, reconciled_at=at)
    async with database.work() as connection:
        await mark.insert(connection)
        await ledger.insert_rows(connection, "mail:support", "7", [MessageMetadata(1, 100)], at)
    await inbox.accept(
        database, [RawMessage("mail:support", "7:1", "mail:support:7:1", b"From: a@b.test\r\n\r\nx", at, problem)]
    )
    await database.close()


def test_a_mail_in_quarantine_is_seen_and_left_out(typist: Typist) -> None:
    assert types(typist, "migrate")[0] == 0
    asyncio.run(_taken_in(typist.folder, NOW, problem="three children died over it"))
    (listed,) = json.loads(types(typist, "mail", "quarantine", "list", "--json")[1])
    (sums,) = json.loads(types(typist, "mail", "ledger", "--json")[1])
    assert sums["outcomes"] == {"quarantine": 1}
    assert "three children died" in types(typist, "mail", "ledger", "--uid", "1")[1]
    assert types(typist, "mail", "quarantine", "reject", str(listed["id"]))[0] == 0
    assert types(typist, "mail", "quarantine", "reject", str(listed["id"]))[0] == 3
    (sums,) = json.loads(types(typist, "mail", "ledger", "--json")[1])
    assert sums["outcomes"] == {"refused": 1}


def test_a_mail_nobody_decides_about_and_a_difference_are_told(typist: Typist) -> None:
    """The ledger ends with 1 for the first; `check` warns of both."""
    assert types(typist, "migrate")[0] == 0
    asyncio.run(_taken_in(typist.folder, NOW - timedelta(minutes=20)))
    code, told = types(typist, "mail", "ledger")
    assert (code, "2 mails below the mark" in told, "a mail waits" in told) == (1, True, True)
    checked = " ".join(types(typist, "check", "--offline")[1].split())
    assert "differed from the server: 2 mails below the mark" in checked
    assert "a mail waits to be decided since" in checked


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('after = "delete"', 'write "seen", "leave" or "move:Folder"'),
        ('after = "move:INBOX"', "name another folder"),
        ("look_every = 0", "write the seconds between two looks"),
        ('folder = "a\\nb"', "no control characters"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_one_sentence(typist: Typist, line: str, sentence: str) -> None:
    path = typist.folder / "firstline.toml"
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    code, told = types(typist, "mail", "ledger")
    assert (code, sentence in " ".join(told.split())) == (1, True), told
