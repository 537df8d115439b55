"""A mailbox writes to itself, and the desk learns whether its provider has sub-addresses."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.model.settings import MailboxSettings
from mail import self_test
from mail.diagnostics import check_mailbox
from mail.mime.reference_mark import reference_mark, split_reference_mark
from mail.self_test import SelfTestResult, write_to_itself
from mail.sending.compose import compose_message
from mail.sending.untagged_letters import without_tag
from mail.transport.remembered_server_abilities import AbilitiesFile
from mail.transport.smtp import SmtpConnection
from tests.peers.mail_servers import MailServers
from tests.peers.received_mail import ReceivedMail

TOKEN = "4a7-0123456789abcdef"


FORGED = re.compile(rb"(?mi)^Authentication-Results: mx\.sever\.test;.*\r\n")
Border = Callable[[bytes], bytes]


def strips(raw: bytes) -> bytes:
    """What a border must do."""
    return FORGED.sub(b"", raw)


def post_office(mail_servers: MailServers, tags: bool, border: Border = strips) -> Callable[[ReceivedMail], None]:
    """Brings letters home; those to tagged addresses only where the provider knows ``tags``."""

    def deliver(letter: ReceivedMail) -> None:
        for to in letter.recipients:
            if tags or "+" not in to:
                mail_servers.receives(border(letter.raw), to=to)

    return deliver


@pytest.fixture
def box(mail_servers: MailServers, tmp_path: Path) -> MailboxSettings:
    """A mailbox of which nobody knows yet."""
    return replace(mail_servers.settings(), plus_addresses="auto", abilities_file=tmp_path / "mailboxes/support.json")


async def test_where_tags_arrive_they_are_used(mail_servers: MailServers, box: MailboxSettings) -> None:
    mail_servers.sink.deliver = post_office(mail_servers, tags=True)
    found = await check_mailbox(box)
    assert [one.level for one in found] == ["ok"] * 5
    assert AbilitiesFile(box).known.tags_arrive is True
    assert AbilitiesFile(box).uses_tags
    flags = mail_servers.dovecot.flags(mail_servers.box)
    assert all("\\Seen" in one for one in flags.values()), "they wait for nobody to read them"


@pytest.mark.parametrize("refusal", ["", "550 5.1.1 User unknown"])
async def test_where_they_are_lost_the_tag_is_left_out(
    mail_servers: MailServers, box: MailboxSettings, refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A running desk, which knows the file, learns of it at once."""
    monkeypatch.setattr(self_test, "AFTER_FIRST_SECONDS", 2.0)
    running = AbilitiesFile(box)
    assert running.uses_tags, "until somebody has tried"
    mail_servers.sink.deliver = post_office(mail_servers, tags=False)
    if refusal:
        mail_servers.sink.refuse_recipient(refusal, having="+")
    (finding,) = [one for one in await check_mailbox(box) if "does not arrive" in one.what]
    assert finding.level == "ok"
    assert refusal in finding.what
    assert AbilitiesFile(box).known.tags_arrive is False
    assert running.known.tags_arrive is False
    assert AbilitiesFile(replace(box, plus_addresses="yes")).uses_tags, "the settings have the last word"


async def test_a_letter_that_is_slow_decides_nothing(mail_servers: MailServers, box: MailboxSettings) -> None:
    report = await write_to_itself(box, seconds=1.5)
    assert report.result is SelfTestResult.NOTHING_ARRIVED
    mail_servers.sink.refuse("550 5.7.1 no", at="rcpt")
    report = await write_to_itself(box, seconds=1.5)
    assert (report.result, "5.7.1" in report.why) == (SelfTestResult.NOT_SENT, True)


async def test_letters_that_a_running_desk_moves_are_found(mail_servers: MailServers, box: MailboxSettings) -> None:
    moving = replace(box, after="move:Done")

    def deliver(letter: ReceivedMail) -> None:
        mail_servers.receives(letter.raw, to=letter.recipients[0])
        with mail_servers.dovecot.connection(mail_servers.box, readonly=False) as imap:
            imap.create("Done")
            imap.uid("MOVE", "1:*", "Done")

    mail_servers.sink.deliver = deliver
    assert (await write_to_itself(moving)).result is SelfTestResult.TAGS_ARRIVE


async def test_a_plain_sender_is_kept_over_a_restart(mail_servers: MailServers, box: MailboxSettings) -> None:
    """A server that refused the tagged sender once is not tried again by the next process."""
    mail_servers.sink.refuse_sender("550 5.7.60 Client does not have permissions to send as this sender", at="data")
    local, _, domain = box.address.rpartition("@")
    for tries in (2, 1):
        outbound, before = SmtpConnection(box), len(mail_servers.sink.refused)
        await outbound.send("anna@example.test", b"Subject: x\r\n\r\nx\r\n", 1, f"{local}+{TOKEN}@{domain}")
        await outbound.close()
        assert len(mail_servers.sink.refused) - before == tries - 1
    assert [one.sender for one in mail_servers.sink.letters] == [box.address] * 2


OWN_WORD = b"Authentication-Results: mx.sever.test; dmarc=none header.from=sever.test\r\n"


@pytest.mark.parametrize(
    ("border", "level", "word"),
    [
        (strips, "ok", "removed"),
        (lambda raw: raw, "warning", "came through as proved"),
        (lambda raw: OWN_WORD + raw, "warning", "proved nothing"),
        (lambda raw: OWN_WORD + b"Received: from x by mx.sever.test\r\n" + raw, "warning", "proved nothing"),
        (lambda raw: OWN_WORD + strips(raw), "ok", "removed"),
        (lambda raw: b"X-Spam: no\r\n" + raw, "warning", "came through as proved"),
    ],
    ids=["strips", "leaves", "on top", "on top and Received", "strips and writes", "writes none"],
)
@pytest.mark.parametrize("plus", ["auto", "yes"])
async def test_a_forged_letter_tells_whether_the_border_can_be_believed(
    mail_servers: MailServers, box: MailboxSettings, border: Border, level: str, word: str, plus: str
) -> None:
    mail_servers.sink.deliver = post_office(mail_servers, tags=True, border=border)
    found = await check_mailbox(replace(box, plus_addresses=plus))
    (last,) = [one for one in found if "forged" in one.what]
    assert (last.level, word in last.what) == (level, True)
    assert ("remove every" in last.todo) is (level == "warning")
    assert len(mail_servers.sink.letters) == (3 if plus == "auto" else 2)


@pytest.mark.parametrize(
    "subject",
    [
        f"Re: [SN-2026-000001-5] Нет интернета {reference_mark(TOKEN)}",
        f"Нет интернета {reference_mark(TOKEN.upper())}",
        f"Re: Нет интернета [ref: {TOKEN} ]",
        f"{reference_mark(TOKEN)} Нет интернета",
    ],
)
def test_the_mark_is_found_and_taken_out(subject: str) -> None:
    bare, token = split_reference_mark(subject)
    assert token == TOKEN
    assert bare.endswith("Нет интернета")
    assert "ref" not in bare


def test_a_letter_without_a_tag_has_its_mark_in_the_subject_and_declines_by_it() -> None:
    body = {
        "to": "anna@example.test", "subject": "Нет интернета " * 30, "text": "x", "html": "<p>x</p>", "references": [],
        "message_id": f"<12.{TOKEN}@sever.test>", "reply_to": f"support+{TOKEN}@sever.test", "language": "ru",
        "automatic": True, "notice": True, "files": [], "from_name": "",
    }  # fmt: skip
    plain = without_tag(body, "support@sever.test")
    letter = ReceivedMail("", (), compose_message(plain, "support@sever.test", [], datetime.now(UTC)))
    assert split_reference_mark(letter.subject)[1] == TOKEN
    assert not letter.header("Reply-To")
    assert f"+{TOKEN}" not in letter.raw.decode()
    assert letter.header("List-Unsubscribe") == (
        f"<mailto:support@sever.test?subject=unsubscribe%20%5Bref%3A{TOKEN}%5D>"
    )


async def test_the_abilities_survive_nonsense(box: MailboxSettings) -> None:
    assert box.abilities_file is not None
    box.abilities_file.parent.mkdir()
    for nonsense in ("", "[]", '{"tags_arrive": "no"}', "null"):
        box.abilities_file.write_text(nonsense)
        assert AbilitiesFile(box).known.tags_arrive is None
        await asyncio.sleep(0)
