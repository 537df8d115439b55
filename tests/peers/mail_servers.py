"""The mail servers around the desk, and correspondents who write mail and read what the desk answers.

What a subscriber sends lies in the desk's mailbox on a real Dovecot, with the Authentication-Results that a border
server adds on top (RFC 8601); what the desk sends is read from a real SMTP conversation.
"""

from __future__ import annotations

import html
import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from pathlib import Path
from typing import Literal

from desk.model.settings import MailboxSettings, MailServer, Secret
from tests.peers.certificates import Authority
from tests.peers.dovecot import Dovecot, Mailbox
from tests.peers.received_mail import Attachment, ReceivedMail, prefilled_answers
from tests.peers.smtp import SmtpSink

BORDER = "mx.sever.test"

Authentication = Literal["pass", "none", "fail", "forged", "absent"]
"""What the border server found. "forged": it found a failure, and below stands a pass that the sender wrote himself.
"absent": there is no border server."""

Quoting = Literal["gmail-ru", "gmail-en", "none"]
"""How an answer quotes the letter it answers."""

DAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
MONTHS = ("янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек.")


class MailServers:
    """Dovecot and the SMTP sink joined. ``box`` is the desk's own mailbox, where letters go by default."""

    def __init__(self, dovecot: Dovecot, sink: SmtpSink, box: Mailbox) -> None:
        self.dovecot, self.sink, self.box = dovecot, sink, box
        self._numbers = itertools.count(1)
        sink.account(box.address, box.password)

    @classmethod
    def launch(cls, address: str = "support@sever.test", password: str = "correct horse") -> MailServers:
        """Both servers under one certificate authority, and the desk's mailbox."""
        authority = Authority()
        dovecot = Dovecot.launch(authority)
        return cls(dovecot, SmtpSink.launch(authority), dovecot.mailbox(address, password))

    def settings(self, name: str = "support", provider: str = "sever", *, starttls: bool = False) -> MailboxSettings:
        """The mailbox as the desk's settings have it."""
        scheme, port = ("smtp+starttls", self.sink.starttls_port) if starttls else ("smtps", self.sink.tls_port)
        return MailboxSettings(
            name=name,
            address=self.box.address,
            imap=MailServer("imaps", self.box.address, self.dovecot.host, self.dovecot.port),
            smtp=MailServer(scheme, self.box.address, self.sink.host, port),
            password=Secret(self.box.password),
            provider=provider,
            authserv_id=BORDER,
            ca_file=str(self.dovecot.ca_file),
        )

    @property
    def ca_file(self) -> Path:
        """What a client is to trust."""
        return self.dovecot.ca_file

    def subscriber(self, address: str, name: str = "", authentication: Authentication = "pass") -> Correspondent:
        """A person with a mail programme."""
        return Correspondent(self, address, name, authentication)

    def receives(self, raw: bytes, *, to: str = "", at: datetime | None = None) -> None:
        """Puts finished bytes into the mailbox of ``to``, where ``local+anything@domain`` belongs to ``local@domain``.

        Raises `LookupError` when nobody here has that address: a real server would bounce the letter.
        """
        self.dovecot.deliver(self._box(to), raw, at)

    def message_id(self, domain: str) -> str:
        """A new Message-ID."""
        return f"<{next(self._numbers)}.{datetime.now(UTC):%Y%m%d%H%M%S%f}@{domain}>"

    def stop(self) -> None:
        """Ends both servers."""
        self.sink.stop()
        self.dovecot.remove()

    def _box(self, to: str) -> Mailbox:
        if not to:
            return self.box
        local, _, domain = to.rpartition("@")
        for address in (to, f"{local.partition('+')[0]}@{domain}"):
            if address in self.dovecot.mailboxes:
                return self.dovecot.mailboxes[address]
        raise LookupError(f"no mailbox here for {to}")


class Correspondent:
    """A person who writes to the desk and reads its letters."""

    def __init__(self, mail_servers: MailServers, address: str, name: str, authentication: Authentication) -> None:
        self.mail_servers, self.address, self.name, self.authentication = mail_servers, address, name, authentication

    async def writes(
        self,
        subject: str,
        text: str,
        *,
        attachments: Sequence[Attachment] = (),
        reply_to: ReceivedMail | None = None,
        quoting: Quoting = "gmail-ru",
        authentication: Authentication | None = None,
        headers: Mapping[str, str] | None = None,
        at: datetime | None = None,
    ) -> str:
        """Sends a letter and returns its Message-ID.

        With ``reply_to`` it answers that letter: to its Reply-To, with In-Reply-To and References, quoting it below;
        an empty subject then becomes "Re: ...". ``headers`` are added or replace what stands there.
        """
        to = reply_to.reply_to if reply_to else self.mail_servers.box.address
        letter = self._letter(to, subject, text, reply_to, quoting)
        for one in attachments:
            kind, _, rest = one.media_type.partition("/")
            letter.add_attachment(one.content, kind, rest, filename=one.name)
        for name, value in (headers or {}).items():
            del letter[name]
            letter[name] = value
        await self.sends(letter.as_bytes(policy=SMTP), to=to, authentication=authentication, at=at)
        return str(letter["Message-ID"])

    async def sends(
        self, raw: bytes, *, to: str = "", authentication: Authentication | None = None, at: datetime | None = None
    ) -> None:
        """Sends bytes that may be no proper letter at all; only the border server's lines are put on top."""
        lines = self._border(authentication or self.authentication)
        self.mail_servers.receives("".join(f"{line}\r\n" for line in lines).encode() + raw, to=to, at=at)

    async def answers(self, letter: ReceivedMail, text: str, *, quoting: Quoting = "gmail-ru") -> str:
        """`writes` in reply to ``letter``."""
        return await self.writes("", text, reply_to=letter, quoting=quoting)

    async def clicks(self, letter: ReceivedMail, label: str, *, threads: bool = False, more: str = "") -> str:
        """Follows the link with that label in the letter, adds ``more`` below, and sends what the mail program opened.

        Few programs keep the In-Reply-To of a link; those that ``threads`` do.
        """
        (link,) = [one for one in prefilled_answers(letter.html) if one.label == label]
        answer = self._letter(link.to, link.subject, f"{link.body}\n{more}", None, "none")
        if threads:
            answer["In-Reply-To"] = link.in_reply_to
        await self.sends(answer.as_bytes(policy=SMTP), to=link.to)
        return str(answer["Message-ID"])

    async def hears(self, containing: str = "", timeout: float = 60) -> ReceivedMail:
        """The next unread letter to this person that says ``containing``. Raises `AssertionError` if none comes."""
        return await self.mail_servers.sink.hears(to=self.address, containing=containing, timeout=timeout)

    def unread(self) -> list[ReceivedMail]:
        """Letters to this person that were not heard yet."""
        return list(self.mail_servers.sink.unread(self.address))

    @property
    def domain(self) -> str:
        """The domain of this person's address."""
        return self.address.rpartition("@")[2]

    def _letter(
        self, to: str, subject: str, text: str, answered: ReceivedMail | None, quoting: Quoting
    ) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = formataddr((self.name, self.address))
        letter["To"] = to
        letter["Subject"] = subject or (f"Re: {_bare(answered.subject)}" if answered else "")
        letter["Date"] = format_datetime(datetime.now(UTC))
        letter["Message-ID"] = self.mail_servers.message_id(self.domain)
        if answered is None or quoting == "none":
            letter.set_content(text + "\n")
        else:
            plain, rich = _quoted(text, answered, quoting)
            letter.set_content(plain)
            letter.add_alternative(rich, subtype="html")
        if answered is not None:
            letter["In-Reply-To"] = answered.message_id
            letter["References"] = " ".join((*answered.references, answered.message_id))
        return letter

    def _border(self, found: Authentication) -> list[str]:
        passed = (
            f"Authentication-Results: {BORDER}; dkim=pass header.d={self.domain} header.s=mail; "
            f"spf=pass smtp.mailfrom={self.address}; dmarc=pass header.from={self.domain}"
        )
        failed = (
            f"Authentication-Results: {BORDER}; dkim=fail header.d={self.domain} header.s=mail; "
            f"spf=softfail smtp.mailfrom={self.address}; dmarc=fail header.from={self.domain}"
        )
        nothing = f"Authentication-Results: {BORDER}; dkim=none; spf=none smtp.mailfrom={self.address}"
        received = f"Received: from mail.{self.domain} by {BORDER} with ESMTPS; {format_datetime(datetime.now(UTC))}"
        return {
            "pass": [passed, received],
            "fail": [failed, received],
            "forged": [failed, received, passed],
            "none": [nothing, received],
            "absent": [],
        }[found]


def _bare(subject: str) -> str:
    return subject[3:].lstrip() if subject[:3].casefold() == "re:" else subject


def _quoted(text: str, letter: ReceivedMail, quoting: Quoting) -> tuple[str, str]:
    """An answer as Gmail writes it: new words on top, a line of attribution, the old letter below; text and HTML."""
    sender = letter.message["From"].addresses[0]
    written = letter.message["Date"].datetime if letter.message["Date"] else datetime.now(UTC)
    who, address = sender.display_name or sender.username, sender.addr_spec
    if quoting == "gmail-ru":
        day = f"{DAYS[written.weekday()]}, {written.day} {MONTHS[written.month - 1]} {written.year} г."
        before, after = f"{day} в {written:%H:%M}, {who} ", ":"
    else:
        before, after = f"On {written:%a, %b} {written.day}, {written.year} at {written:%I:%M %p} {who} ", " wrote:"
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in letter.text.splitlines())
    plain = f"{text}\n\n{before}<{address}>{after}\n\n{quoted}"
    old = letter.html or html.escape(letter.text).replace("\n", "<br>\n")
    rich = (
        f'<div dir="ltr">{html.escape(text).replace(chr(10), "<br>")}</div><br>\n'
        f'<div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{html.escape(before)}'
        f'&lt;<a href="mailto:{address}">{address}</a>&gt;{after}<br></div>\n'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">\n'
        f"{old}\n</blockquote></div>\n"
    )
    return plain, rich
