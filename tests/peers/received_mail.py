"""A letter as its receiver sees it: parsed with the standard library, kindly."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter. ``cid`` is set when the HTML shows it in its place."""

    name: str
    media_type: str
    content: bytes
    cid: str = ""


@dataclass(frozen=True)
class ReceivedMail:
    """What came over SMTP: the envelope, the bytes as they were sent (CRLF, dots unstuffed), and the Unix time."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    at: float = field(default_factory=time.time, compare=False)

    @cached_property
    def message(self) -> EmailMessage:
        """The parsed letter."""
        return message_from_bytes(self.raw, policy=default)

    def header(self, name: str) -> str:
        """One header, decoded and unfolded, "" when there is none."""
        return str(self.message.get(name, ""))

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return self.header("Subject")

    @property
    def message_id(self) -> str:
        """The Message-ID with its angle brackets."""
        return self.header("Message-ID").strip()

    @property
    def reply_to(self) -> str:
        """The address that an answer goes to: that of Reply-To, or of From."""
        header = self.message.get("Reply-To") or self.message["From"]
        return str(header.addresses[0].addr_spec)

    @property
    def references(self) -> tuple[str, ...]:
        """The Message-IDs of the letters before this one, oldest first."""
        return tuple(self.header("References").split())

    @cached_property
    def text(self) -> str:
        """The plain text with ``\\n`` line ends, "" when there is none."""
        return self._body("plain")

    @cached_property
    def html(self) -> str:
        """The HTML text, "" when there is none."""
        return self._body("html")

    @cached_property
    def attachments(self) -> tuple[Attachment, ...]:
        """Every part that has a file name or is no text, in order."""
        return tuple(
            Attachment(
                part.get_filename() or "",
                part.get_content_type(),
                bytes(part.get_payload(decode=True) or b""),
                str(part.get("Content-ID", "")).strip("<> "),
            )
            for part in self.message.walk()
            if not part.is_multipart() and (part.get_filename() or part.get_content_maintype() != "text")
        )

    @property
    def files(self) -> tuple[Attachment, ...]:
        """The attachments but for the provider's logo."""
        return tuple(one for one in self.attachments if not one.cid.startswith("logo."))

    def is_to(self, address: str) -> bool:
        """Whether the envelope names this address."""
        return address.casefold() in (one.casefold() for one in self.recipients)

    def says(self, words: str) -> bool:
        """Whether subject or text hold these words. Line breaks count as spaces; the HTML counts without plain text."""
        return _flat(words) in _flat(f"{self.subject}\n{self.text or self.html}")

    def __str__(self) -> str:
        return f"to {', '.join(self.recipients)}: {self.subject} | {_flat(self.text or self.html)[:200]}"

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _flat(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class PrefilledAnswer:
    """A mailto link of a letter, as a mail program opens it. ``label`` stands on it, ``address`` is the whole link."""

    label: str
    address: str
    to: str
    subject: str
    body: str
    in_reply_to: str


def prefilled_answers(html: str) -> list[PrefilledAnswer]:
    """The mailto links of a letter, in order."""
    reader = _LinkReader()
    reader.feed(html)
    return [_opened(address, label) for address, label in reader.links if address.startswith("mailto:")]


def _opened(address: str, label: str) -> PrefilledAnswer:
    # RFC 6068: "+" means itself, so it is no form's blank.
    parts = urlsplit(address)
    fields = {name.lower(): unquote(value) for name, _, value in (one.partition("=") for one in parts.query.split("&"))}
    return PrefilledAnswer(
        label, address, unquote(parts.path), fields["subject"], fields["body"], fields.get("in-reply-to", "")
    )


class _LinkReader(HTMLParser):
    """Links with what stands on them."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._inside = True
            self.links.append((dict(attrs).get("href") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._inside:
            address, label = self.links[-1]
            self.links[-1] = (address, label + data)
