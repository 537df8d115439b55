"""A letter leaves as it was meant, over an encrypted and reused connection, and its fate is SMTP's own word."""

from __future__ import annotations

import asyncio
import email
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.errors import MultipartInvariantViolationDefect
from email.parser import BytesHeaderParser
from email.policy import default

import pytest

from desk.language.rich_text import parse_markdown
from desk.model.messages import (
    Address,
    ClaimedDeparture,
    File,
    OutboundMessage,
    Rejected,
    RenderedButton,
    RenderedCall,
    RetryLater,
    SendResult,
    Sent,
)
from mail.sending import compose
from mail.sending.compose import UnsendableMessage, compose_message, encode_header
from mail.transport.smtp import SmtpConnection, retry_later
from tests.mail.conftest import Hall, eventually
from tests.peers.mail_servers import MailServers

LETTER = b"Subject: x\r\n\r\nx\r\n"
TOKEN = "k1a-abcdefghijklmnop"
IVAN = Address("mail", "mail:support", "ivan@mail.test")
PHOTO = File("роутер.png", "photo", "image/png", 4, "content:router.png")
CONTRACT = File("договор.pdf", "file", "application/pdf", 3, "content:contract.pdf")


def outgoing(text: str = "Здравствуйте! **Проверьте** кабель.", **more: object) -> OutboundMessage:
    whole = {"key": "12.1", "subject": "Нет интернета", "token": TOKEN} | more
    return OutboundMessage(to=IVAN, text=parse_markdown(text), **whole)  # type: ignore[arg-type]


def departure(call: RenderedCall, attempts: int = 1) -> ClaimedDeparture:
    return ClaimedDeparture(
        1, "12.1", "sever", "mail:support", call.lane, call.kind, call.policy, call.body, 5, attempts
    )


async def sent(hall: Hall, what: OutboundMessage, attempts: int = 1) -> SendResult:
    (call,) = hall.channel.render(what)
    return await hall.channel.send(departure(call, attempts), {})


async def test_a_letter_carries_its_words_twice_its_token_and_that_a_machine_wrote_it(
    hall: Hall, mail_servers: MailServers
) -> None:
    options = ((RenderedButton("y", "Помогло"), RenderedButton("n", "Не помогло")),)
    fate = await sent(hall, outgoing(subject="[1042] Нет интернета", options=options, thread=("<a@mail.test>",)))
    letter = await mail_servers.sink.hears(to="ivan@mail.test")
    local, _, domain = mail_servers.box.address.rpartition("@")
    assert fate == Sent(f"<12.1.{TOKEN}@{domain}>")
    assert letter.message_id == f"<12.1.{TOKEN}@{domain}>"
    assert letter.reply_to == f"{local}+{TOKEN}@{domain}"
    assert letter.subject == "[1042] Нет интернета"
    assert letter.header("In-Reply-To") == letter.header("References") == "<a@mail.test>"
    assert letter.header("Auto-Submitted") == "auto-replied"
    assert letter.sender == letter.reply_to, "what cannot be delivered comes back with the token"
    assert letter.text.startswith("Здравствуйте! Проверьте кабель.\n"), "nothing stands above the greeting"
    assert letter.html.index("Здравствуйте!") < letter.html.index("##- Отвечайте, пожалуйста, выше этой строки -##")
    assert "например:\n• Помогло\n• Не помогло\n" in letter.text
    assert "Номер заявки: 1042" in letter.text
    assert "<strong>Проверьте</strong>" in letter.html


@pytest.mark.parametrize(
    ("stage", "answer"),
    [("mail", "553 5.7.1 not owned by user"), ("rcpt", "553 5.7.1 <help>: Sender address rejected: not owned by user")],
)
async def test_a_server_that_knows_only_the_mailbox_itself_gets_that_as_sender(
    hall: Hall, mail_servers: MailServers, stage: str, answer: str
) -> None:
    mail_servers.sink.refuse(answer, at=stage, times=1)
    for _ in range(2):
        assert isinstance(await sent(hall, outgoing()), Sent)
        assert (await mail_servers.sink.hears(to="ivan@mail.test")).sender == mail_servers.box.address


async def test_an_agents_own_words_are_not_marked_as_a_machines(hall: Hall, mail_servers: MailServers) -> None:
    await sent(hall, outgoing(automatic=False))
    letter = await mail_servers.sink.hears(to="ivan@mail.test")
    assert letter.header("Auto-Submitted") == letter.header("X-Auto-Response-Suppress") == ""


async def test_pictures_are_shown_in_the_letter_and_files_are_attached(hall: Hall, mail_servers: MailServers) -> None:
    hall.files = {PHOTO.source: b"\x89PNG", CONTRACT.source: b"%PD"}
    await sent(hall, outgoing(files=(PHOTO, CONTRACT)))
    letter = await mail_servers.sink.hears(to="ivan@mail.test")
    picture, contract = letter.attachments
    assert (picture.name, picture.content, contract.name, contract.content) == (
        "роутер.png", b"\x89PNG", "договор.pdf", b"%PD",
    )  # fmt: skip
    assert f'src="cid:{picture.cid}"' in letter.html
    assert letter.message.get_content_type() == "multipart/mixed"


async def test_a_file_that_is_gone_does_not_keep_the_words_back(hall: Hall, mail_servers: MailServers) -> None:
    assert isinstance(await sent(hall, outgoing(files=(CONTRACT,))), Sent)
    assert (await mail_servers.sink.hears(to="ivan@mail.test")).attachments == ()


async def test_files_too_large_for_a_letter_are_left_out_and_a_sentence_says_so(
    hall: Hall, mail_servers: MailServers
) -> None:
    """Whether their size was known or not; the small one goes, and the words stand where the letter's own end."""
    unknown, known = replace(CONTRACT, name="<видео>.mp4", size=0, source="content:v"), replace(PHOTO, size=99_000_000)
    hall.files = {"content:v": b"x" * (11 * 1024 * 1024), CONTRACT.source: b"%PD"}
    await sent(hall, outgoing(files=(unknown, known, CONTRACT)))
    letter = await mail_servers.sink.hears(to="ivan@mail.test")
    assert [one.name for one in letter.attachments] == ["договор.pdf"]
    said = "Файл «<видео>.mp4» слишком большой для письма"
    assert letter.text.index("Проверьте") < letter.text.index(said) < letter.text.index("_____")
    assert "Файл «роутер.png» слишком большой" in letter.text
    assert ">Файл «&lt;видео&gt;.mp4» слишком большой" in letter.html


async def test_a_notice_can_be_declined_and_an_answer_cannot(hall: Hall, mail_servers: MailServers) -> None:
    """List-Unsubscribe stands only in what answers nothing (RFC 2369)."""
    local, _, domain = mail_servers.box.address.rpartition("@")
    await sent(hall, outgoing(notice=True))
    notice = await mail_servers.sink.hears(to="ivan@mail.test")
    assert notice.header("List-Unsubscribe") == f"<mailto:{local}+{TOKEN}@{domain}?subject=unsubscribe>"
    assert "ответьте словом «отписаться»" in notice.text
    await sent(hall, outgoing())
    answer = await mail_servers.sink.hears(to="ivan@mail.test")
    assert answer.header("List-Unsubscribe") in ("", None)
    assert "отписаться" not in answer.text + answer.html


async def test_one_connection_serves_many_letters_and_is_made_again_after_the_server_was_away(
    hall: Hall, mail_servers: MailServers
) -> None:
    for _ in range(5):
        assert isinstance(await sent(hall, outgoing()), Sent)
    assert mail_servers.sink.connections == 1
    mail_servers.sink.stop()
    away = await sent(hall, outgoing())
    assert isinstance(away, RetryLater)
    assert away.whole_channel
    mail_servers.sink.start_again()
    assert isinstance(await sent(hall, outgoing()), Sent)
    assert len(mail_servers.sink.letters) == 6


async def test_letters_leave_over_starttls_too(mail_servers: MailServers) -> None:
    outbound = SmtpConnection(mail_servers.settings(starttls=True))
    assert await outbound.send("ivan@mail.test", b"Subject: x\r\n\r\n.x\r\n", 1) == Sent()
    await outbound.close()
    assert mail_servers.sink.logins == ["over TLS"]
    assert (await mail_servers.sink.hears(to="ivan@mail.test")).text.strip() == ".x"


async def test_a_stripped_starttls_means_later_and_never_a_password_in_clear(mail_servers: MailServers) -> None:
    mail_servers.sink.offers_starttls = False
    fate = await SmtpConnection(mail_servers.settings(starttls=True)).send(
        "ivan@mail.test", b"Subject: x\r\n\r\nx\r\n", 1
    )
    assert isinstance(fate, RetryLater)
    assert mail_servers.sink.logins == []


async def test_addresses_with_russian_letters_are_written_to(hall: Hall, mail_servers: MailServers) -> None:
    to = Address("mail", "mail:support", "иван@почта.test")
    (call,) = hall.channel.render(replace(outgoing(), to=to))
    assert isinstance(await hall.channel.send(departure(call), {}), Sent)
    assert mail_servers.sink.letters[0].recipients == ("иван@xn--80a1acny.test",)


async def test_a_file_that_cannot_be_fetched_just_now_is_waited_for(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_source: str) -> bytes:
        raise ConnectionError("the database is away")

    monkeypatch.setattr(hall.channel, "_open_file", away)
    assert isinstance(await sent(hall, outgoing(files=(CONTRACT,))), RetryLater)


class TestFates:
    @pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
    @pytest.mark.parametrize(
        "reply", ["450 4.2.0 Greylisted", "451 4.3.0 Later", "452 4.2.2 Full", "421 4.3.2 Closing"]
    )
    async def test_a_temporary_no_waits_five_minutes_first(
        self, hall: Hall, mail_servers: MailServers, stage: str, reply: str
    ) -> None:
        mail_servers.sink.refuse(reply, at=stage, times=1)
        fate = await sent(hall, outgoing())
        assert isinstance(fate, RetryLater)
        assert fate.seconds == 300
        assert not fate.whole_channel
        assert isinstance(await sent(hall, outgoing()), Sent)

    @pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
    async def test_a_lasting_no_is_final(self, hall: Hall, mail_servers: MailServers, stage: str) -> None:
        mail_servers.sink.refuse("554 5.7.1 No", at=stage)
        fate = await sent(hall, outgoing())
        assert isinstance(fate, Rejected)
        assert not fate.gone
        assert "554" in fate.why

    @pytest.mark.parametrize("reply", ["550 5.1.1 No such mailbox", "550 User unknown", "550 no such user here"])
    async def test_an_address_that_is_nobodys_is_told_as_gone(
        self, hall: Hall, mail_servers: MailServers, reply: str
    ) -> None:
        mail_servers.sink.refuse(reply, to="ivan@mail.test")
        assert await sent(hall, outgoing()) == Rejected(f"RCPT: {reply}", gone=True)

    async def test_an_answer_lost_after_the_letter_is_a_retry_under_the_same_message_id(
        self, hall: Hall, mail_servers: MailServers
    ) -> None:
        mail_servers.sink.drop(at="data")
        fate = await sent(hall, outgoing())
        assert isinstance(fate, RetryLater)
        await sent(hall, outgoing())
        first, second = mail_servers.sink.letters
        assert first.message_id == second.message_id

    async def test_a_login_that_is_refused_is_no_letters_fault(self, hall: Hall, mail_servers: MailServers) -> None:
        mail_servers.sink.account(mail_servers.box.address, "another")
        fate = await sent(hall, outgoing(), attempts=500)
        assert isinstance(fate, RetryLater)
        assert fate.whole_channel

    @pytest.mark.parametrize("trouble", ["hang", "drop"])
    @pytest.mark.parametrize("stage", ["connect", "mail", "rcpt", "data"])
    async def test_a_server_that_falls_silent_is_not_waited_for_for_ever(
        self, mail_servers: MailServers, stage: str, trouble: str
    ) -> None:
        """At whatever point of the conversation; the letter goes later, once, over a new connection."""
        getattr(mail_servers.sink, trouble)(at=stage, **({"kept": False} if trouble == "drop" else {}))
        outbound = SmtpConnection(mail_servers.settings(), patience=3)
        fate = await asyncio.wait_for(outbound.send("ivan@mail.test", LETTER, 1), 60)
        assert isinstance(fate, RetryLater)
        assert fate.whole_channel is (stage == "connect")
        assert await outbound.send("ivan@mail.test", LETTER, 2) == Sent()
        assert len(mail_servers.sink.letters) == 1
        await outbound.close()

    async def test_a_hanging_server_is_waited_for_once_and_not_by_each_letter(self, mail_servers: MailServers) -> None:
        """Those that queued behind the letter that met it are put off without a try that would count."""
        mail_servers.sink.hang(at="data", times=None)
        outbound = SmtpConnection(mail_servers.settings(), patience=3)
        fates = await asyncio.gather(*(outbound.send(f"p{one}@mail.test", LETTER, 1) for one in range(8)))
        assert all(isinstance(fate, RetryLater) for fate in fates)
        assert [getattr(fate, "tried", None) for fate in fates] == [True] + [False] * 7
        assert mail_servers.sink.connections == 1

    async def test_the_good_recipient_is_written_to_and_only_the_bad_one_again(
        self, hall: Hall, mail_servers: MailServers
    ) -> None:
        mail_servers.sink.refuse("450 4.2.1 Busy", to="busy@mail.test", times=1)
        mail_servers.sink.refuse("550 5.1.1 Nobody", to="nobody@mail.test")
        fates = {}
        for name in ("ivan", "busy", "nobody", "anna"):
            (call,) = hall.channel.render(replace(outgoing(), to=replace(IVAN, value=f"{name}@mail.test")))
            fates[name] = await hall.channel.send(departure(call), {})
        assert {name: type(fate).__name__ for name, fate in fates.items()} == {
            "ivan": "Sent", "busy": "RetryLater", "nobody": "Rejected", "anna": "Sent",
        }  # fmt: skip
        assert [letter.recipients for letter in mail_servers.sink.letters] == [("ivan@mail.test",), ("anna@mail.test",)]
        assert mail_servers.sink.connections == 1

    @pytest.mark.parametrize(("days", "kind"), [(4.9, RetryLater), (5.1, Rejected)])
    async def test_after_five_days_people_are_told_even_if_it_is_the_servers_fault(
        self, hall: Hall, mail_servers: MailServers, days: float, kind: type
    ) -> None:
        mail_servers.sink.stop()
        (call,) = hall.channel.render(outgoing())
        since = datetime.now(UTC) - timedelta(days=days)
        assert isinstance(await hall.channel.send(replace(departure(call), since=since), {}), kind)

    async def test_a_sending_that_is_cancelled_leaves_no_half_conversation(self, mail_servers: MailServers) -> None:
        mail_servers.sink.hang(at="data")
        outbound = SmtpConnection(mail_servers.settings())
        sending = asyncio.create_task(outbound.send("ivan@mail.test", b"Subject: x\r\n\r\nx\r\n", 1))
        await eventually(lambda: mail_servers.sink.spent)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert await outbound.send("ivan@mail.test", b"Subject: y\r\n\r\ny\r\n", 1) == Sent()
        await outbound.close()

    def test_retries_come_after_5_15_30_and_60_minutes_for_five_days(self) -> None:
        waits = []
        attempt = 1
        while isinstance(fate := retry_later(attempt, "450"), RetryLater):
            waits.append(fate.seconds / 60)
            attempt += 1
        assert waits[:6] == [5, 15, 30, 60, 60, 60]
        assert 4.9 * 24 * 60 < sum(waits) <= 5 * 24 * 60
        assert isinstance(fate, Rejected)


class TestHeaders:
    def body(self, **more: object) -> dict[str, object]:
        plain: dict[str, object] = {
            "to": "ivan@mail.test", "subject": "x", "text": "x", "html": "x", "message_id": "<1.0@sever.test>",
            "references": [], "reply_to": "", "language": "ru", "automatic": True, "files": [],
        }  # fmt: skip
        return plain | more

    def read(self, **more: object) -> email.message.EmailMessage:
        raw = compose_message(self.body(**more), "help@sever.test", (), datetime(2026, 11, 20, tzinfo=UTC))
        return email.message_from_bytes(raw, policy=default)

    @pytest.mark.parametrize(
        "subject",
        [
            "=?utf-8?q?hi=0ABcc:_x=40evil.com?=",
            "hi\r\nBcc: x@evil.com",
            "hi\rBcc: x@evil.com",
            "hi\x0bBcc: x@evil.com\x85Bcc: y@evil.com\u2028Bcc: z@evil.com",
            "=?utf-8?b?aGkKQmNjOiB4QGV2aWwuY29t?=",
            "длинная тема " * 40 + "=?utf-8?q?a?=",
        ],
    )
    def test_no_subject_makes_another_header_or_another_recipient(self, subject: str) -> None:
        letter = self.read(subject=subject)
        assert [name for name in letter if name.lower() in ("bcc", "cc", "to")] == ["To"]
        assert letter["Bcc"] is None

    def test_an_encoded_word_that_a_person_typed_stays_what_they_typed(self) -> None:
        assert (
            self.read(subject="=?utf-8?q?hi=0ABcc:_x=40evil.com?=")["Subject"] == "=?utf-8?q?hi=0ABcc:_x=40evil.com?="
        )

    def test_a_long_russian_subject_comes_back_whole_in_lines_that_fit(self) -> None:
        subject = "Очень длинная тема письма о том, что интернет пропадает каждый вечер после восьми"
        assert self.read(subject=subject)["Subject"] == subject
        assert all(len(line) <= 76 for line in encode_header(subject, 9).split("\r\n"))

    def test_bidirectional_and_control_characters_are_taken_out(self) -> None:
        assert encode_header("invoice\u202efdp.exe\x00\x07") == "invoicefdp.exe"

    @pytest.mark.parametrize(
        "to", ["", "ivan", "a@b>\r\nRCPT TO:<x@y", "a@b, c@d", "a b@c", "a@b\x00", "<a@b>", "a@b;c@d", "a@b\u202e"]
    )
    def test_what_is_no_address_is_never_sent_to(self, to: str) -> None:
        with pytest.raises(UnsendableMessage):
            self.read(to=to)

    def test_a_parser_that_misses_the_parts_of_headers_alone_hinders_no_letter(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As that of Python 3.11.2 does, which Debian 12 has: it wants parts where only headers are read."""

        class Early(BytesHeaderParser):
            def parsebytes(self, text: bytes | bytearray, headersonly: bool = True) -> email.message.Message:
                read = super().parsebytes(text, headersonly)
                read.defects.append(MultipartInvariantViolationDefect())
                return read

        monkeypatch.setattr(compose, "BytesHeaderParser", Early)
        assert self.read()["To"] == "ivan@mail.test"

    def test_references_that_are_none_are_left_out(self) -> None:
        letter = self.read(references=["<a@b>\r\nBcc: x@evil.com", "no", "<ok@b>", "<a b@c>"])
        assert letter["References"] == "<ok@b>"

    @pytest.mark.parametrize(
        "words", ["a\rb", "a\r\n.\r\nb", "a\n.\nb", ".\n..\n", "a\x00b\x1b[2J\x0bb", "я\r.\r" * 99]
    )
    def test_every_line_of_a_letter_ends_in_crlf_and_is_short(self, words: str) -> None:
        raw = compose_message(
            self.body(text=words, html=words), "help@sever.test", (), datetime(2026, 11, 20, tzinfo=UTC)
        )
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert b"\r" not in raw.replace(b"\r\n", b"")
        assert all(len(line) <= 100 for line in raw.split(b"\r\n"))

    def test_a_retry_is_byte_for_byte_the_same_letter(self) -> None:
        assert bytes(self.read()) == bytes(self.read())
