"""One message parsed from bytes to a `MailMessage`, for any bytes at all. Pure.

Nothing here raises, uses the network or reads a clock. It runs in a child process that can be killed
(`mail.reading.sandbox`), so it imports little. Over a limit it reads less and says so in ``problems``; it never drops.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from desk.language.detect import language_of
from desk.model.messages import SenderAssurance
from mail.automatic import classify
from mail.automatic.dsn import ReportedRecipient
from mail.automatic.header_features import has_reply_prefix
from mail.automatic.original_message import OriginalMessage
from mail.content import attachments
from mail.content import body as texts
from mail.content.attachments import Attachment
from mail.mime import charsets
from mail.mime.addresses import Mailbox, parse_from, parse_mailboxes
from mail.mime.headers import Headers, decode_header, parse_headers, to_characters
from mail.mime.parser import MimePart, parse_message
from mail.mime.reference_mark import split_reference_mark
from mail.reading import authentication
from mail.reading.author_behind_sender import LetterAuthor, find_author
from mail.reading.forwarded import ForwardedLetter, find_forwarded
from mail.replies import attribution, quotes

DEGRADED_BYTES = 64 * 1024
BEGINNING_BYTES = 4 * 1024 * 1024
TOO_LARGE = "too large to be read whole: its first 4 MB are read"
MAX_REFERENCES = 50
HARMLESS_PROBLEMS = frozenset({
    "headers cut", "a header cut", "too many headers", "a line among the headers is none", "no parts", "no boundary",
    "wrong boundary", "too many boundaries", "parts behind the last", "parts in no multipart", "certificates only",
})  # fmt: skip
"""Problems of messages in which everything that was said is read all the same."""
STUB_HEADER = b"X-Firstline-Stub:"
"""The line put before the headers of a mail too large to fetch; its value is the size in bytes."""


@dataclass(frozen=True, slots=True)
class MailboxReadingOptions:
    """What a reader must know of the mailbox: its own address, and the authserv-id of its border ("" for none).

    Without ``html`` the text of the HTML is not made where the message says the same in plain text. ``forms`` are the
    addresses of web forms, ``groups`` those of groups through which people write (`mail.reading.author_behind_sender`).
    """

    address: str
    authserv_id: str = ""
    html: bool = True
    forms: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A message, read. ``text`` is what is new in it, ``full_text`` everything.

    ``text_and_signature`` has only the quotes folded, ``quoted`` is what was folded (see
    `mail.replies.quotes.ReplySections`). ``html_text`` is the whole of its HTML as text, "" when it has none; a message
    of HTML alone has it as full text.

    ``sender`` has the name and address of From, or of the author whom ``sent_on_by``, the address in From, sent it on
    for; its address is "" when there is none to be used. ``forwarded`` is the letter inside it. ``to`` are the
    addresses in To, ``recipients`` all it was sent or delivered to, lower case. ``tokens`` are candidates, not
    verified. ``stub`` is the size in bytes of a mail that was left on the server, else 0. ``message_id``,
    ``in_reply_to`` and ``references`` keep their angle brackets. ``automatic``, ``report_class`` and ``bounced`` are as
    in `mail.automatic.classify.SenderVerdict`.
    """

    sender: Mailbox
    sent_on_by: str = ""
    forwarded: ForwardedLetter | None = None
    subject: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    date: datetime | None = None
    text: str = ""
    text_and_signature: str = ""
    full_text: str = ""
    quoted: str = ""
    signature: str = ""
    html_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    tokens: tuple[str, ...] = ()
    automatic: str = ""
    report_class: str = "none"
    failed_recipients: tuple[ReportedRecipient, ...] = ()
    original: OriginalMessage = OriginalMessage()  # noqa: RUF009 - frozen
    proof: SenderAssurance = SenderAssurance.CLAIMED
    language: str = ""
    fingerprint: str = ""
    stub: int = 0
    problems: tuple[str, ...] = ()

    @property
    def missing_parts(self) -> str:
        """What of it is not read, for whoever answers it; "" when all is."""
        left = (f"{self.stub} bytes were left on the mail server",) if self.stub else ()
        return "; ".join((*left, *(one for one in self.problems if one not in HARMLESS_PROBLEMS)))


def read_message(raw: bytes, reading: MailboxReadingOptions) -> MailMessage:
    """The message in ``raw``. Any bytes give a message; what was wrong with them stands in its ``problems``."""
    try:
        return _read_parts(raw, reading)
    except MemoryError:
        return _read_beginning(raw, reading)
    except Exception as error:  # a fault of ours must not cost anybody their message
        return read_degraded(raw, reading, f"{type(error).__name__} while reading")


def _read_beginning(raw: bytes, reading: MailboxReadingOptions) -> MailMessage:
    """What stands in the first megabytes of a message for which memory is short: its words come before its files."""
    try:
        message = _read_parts(raw[:BEGINNING_BYTES], reading)
        return replace(message, fingerprint=hashlib.sha256(raw).hexdigest(), problems=(*message.problems, TOO_LARGE))
    except MemoryError:
        return read_degraded(raw, reading, "too large to be read whole: its headers and first 64 KB are shown")


def read_degraded(raw: bytes, reading: MailboxReadingOptions, why: str) -> MailMessage:
    """The least that can be told: the headers, and the first 64 KB as text."""
    raw, stub = _split_stub(raw)
    headers = parse_headers(raw)
    text = charsets.decode(raw[:DEGRADED_BYTES])
    senders = _read_mailboxes(headers, "from")
    return MailMessage(
        sender=senders[0] if senders else Mailbox("", ""),
        subject=headers.get_text("subject"),
        text=text,
        text_and_signature=text,
        full_text=text,
        automatic="" if senders and senders[0].address else "nobody",
        proof=SenderAssurance.DOUBTED if reading.authserv_id else SenderAssurance.CLAIMED,
        fingerprint=hashlib.sha256(raw).hexdigest(),
        stub=stub,
        problems=(why,),
    )


def read_part(raw: bytes, number: int) -> bytes:
    """The content of one part. Raises LookupError when the message has no such part."""
    tree, _ = parse_message(_split_stub(raw)[0])
    return attachments.read_attachment(tree, texts.extract_body(tree), number)


def _read_parts(raw: bytes, reading: MailboxReadingOptions) -> MailMessage:
    raw, stub = _split_stub(raw)
    tree, problems = parse_message(raw)
    headers = tree.headers
    charset = _choose_header_charset(tree)
    senders = _read_mailboxes(headers, "from", charset)
    sender = senders[0] if senders else Mailbox("", "")
    shown = texts.extract_body(tree)
    subject, marked = split_reference_mark(headers.get_text("subject", charset))
    author = find_author(headers, sender, reading.address, reading.forms, reading.groups)
    message_id = _parse_message_ids(headers.get_first("message-id"))[:1]
    in_reply_to = _parse_message_ids(headers.get_first("in-reply-to"))
    references = _parse_message_ids(headers.get_first("references"))[-MAX_REFERENCES:]
    sent_to = classify.list_recipients(headers)
    answered = marked or in_reply_to or references or _find_tokens(sent_to, (), reading.address)
    view = _fold_body(shown, author.mailbox, subject, bool(answered or has_reply_prefix(subject)))
    machine = classify.classify_sender(
        tree, author.mailbox, reading.address, subject, shown.text, in_group=author.is_group
    )
    back, automatic = machine.original, _kind_of_sender(machine.kind, author, headers)
    return MailMessage(
        sender=author.mailbox,
        sent_on_by=author.sent_on_by,
        forwarded=None if automatic else find_forwarded(tree, subject, shown.unflowed),
        subject=subject,
        message_id="".join(message_id),
        in_reply_to="".join(in_reply_to[:1]),
        references=tuple(references),
        to=tuple(_keep_addresses(_read_mailboxes(headers, "to", charset))),
        recipients=sent_to,
        date=_parse_date(headers),
        text=view.text,
        text_and_signature=view.text_and_signature,
        full_text=shown.text,
        quoted=view.quoted,
        signature=view.signature,
        html_text=texts.extract_html_text(tree) if reading.html else "",
        attachments=attachments.list_attachments(tree, shown),
        tokens=_find_tokens(
            (*sent_to, *back.senders), (*back.message_ids, *reversed(references), *in_reply_to), reading.address, marked
        ),
        automatic=automatic,
        report_class=machine.report_class if automatic == machine.kind else "none",
        failed_recipients=machine.failed_recipients,
        original=back,
        proof=_assurance_of_author(
            authentication.check_sender(headers, _keep_addresses(senders), reading.authserv_id, raw), author
        ),
        language=language_of(view.text) or language_of(subject),
        fingerprint=_compute_fingerprint("".join(message_id), headers, raw),
        stub=stub,
        problems=tuple(dict.fromkeys([*problems, *shown.problems])),
    )


def _kind_of_sender(kind: str, author: LetterAuthor, headers: Headers) -> str:
    """The kind of machine, where its marks are not those of the form or group that sent a person's letter on."""
    if author.is_group and kind == "list":
        return ""
    if author.is_form and kind in ("auto-reply", "list") and not _is_submitted_reply(headers):
        return ""
    return kind


def _is_submitted_reply(headers: Headers) -> bool:
    return headers.get_first("auto-submitted").strip().lower().startswith(b"auto-replied")


def _assurance_of_author(proof: SenderAssurance, author: LetterAuthor) -> SenderAssurance:
    """How sure the author is. Who is only named by what sent the letter on is claimed at most, never proved."""
    if not author.sent_on_by:
        return proof
    vouched = author.is_trusted and proof is not SenderAssurance.DOUBTED
    return SenderAssurance.CLAIMED if vouched or proof is SenderAssurance.CLAIMED else SenderAssurance.DOUBTED


def _fold_body(shown: texts.BodyContent, sender: Mailbox, subject: str, answers: bool) -> quotes.ReplySections:
    """What is new in the message; one that ``answers`` none has no quotes."""
    text = texts.strip_pgp_armor(shown.unflowed)
    marks = shown.line_marks if text is shown.unflowed else []
    return quotes.fold_quotes(
        text,
        author=sender.name[:200],
        forwarded=attribution.is_forward_subject(subject),
        marks=marks,
        answers=answers,
    )


def _split_stub(raw: bytes) -> tuple[bytes, int]:
    if not raw.startswith(STUB_HEADER):
        return raw, 0
    line, _, rest = raw.partition(b"\n")
    size = line[len(STUB_HEADER) :].strip()
    return rest, int(size) if size.isdigit() and len(size) < 16 else 0


def _read_mailboxes(headers: Headers, name: str, charset: str = "") -> list[Mailbox]:
    """The mailboxes in all headers of a name, five of them at most."""
    read = parse_from if name == "from" else parse_mailboxes
    return [one for value in headers.get_all(name)[:5] for one in read(to_characters(value, charset))]


def _keep_addresses(boxes: list[Mailbox]) -> list[str]:
    return [one.address for one in boxes if one.address]


def _choose_header_charset(tree: MimePart) -> str:
    """The charset of what is written raw in the headers: that of the first text, or what both look like together."""
    text = next((one for one in tree.walk() if not one.parts and one.media_type.startswith("text/")), tree)
    declared = text.parameters.get("charset", "")
    raw = b" ".join(value for value in map(tree.headers.get_first, ("subject", "from", "to")) if not value.isascii())
    return charsets.choose_header_charset(raw + b"\n" + text.content(1000), declared) if raw else declared


def _parse_message_ids(value: bytes) -> list[str]:
    """Message-IDs, angle brackets kept. Where there are brackets only what stands in them counts, else every word."""
    text = decode_header(value)
    pieces = [piece.rpartition("<")[2] for piece in text.split(">")[:-1] if "<" in piece] or text.split()
    found = ["".join(piece.split()).strip("<>,;\"'") for piece in pieces]
    return [f"<{bare}>" for bare in found if bare and len(bare) < 500]


def _parse_date(headers: Headers) -> datetime | None:
    try:
        found = parsedate_to_datetime(headers.get_text("date")[:100])
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None


def _find_tokens(sent_to: tuple[str, ...], ids: tuple[str, ...], address: str, marked: str = "") -> tuple[str, ...]:
    """Candidates for keyed tokens, the recipients' first: ``local+TOKEN@domain``, then our own Message-IDs, then the
    one ``marked`` in the subject."""
    local, _, domain = address.lower().rpartition("@")
    found: dict[str, None] = {}
    for one in sent_to:
        name, _, host = one.rpartition("@")
        if host == domain and name.startswith(local + "+"):
            found[name[len(local) + 1 :]] = None
    for one in ids:
        if (token := classify.find_token(one, domain)) not in ("", "0"):
            found[token] = None
    if marked:
        found[marked] = None
    return tuple(found)[:20]


def _compute_fingerprint(message_id: str, headers: Headers, raw: bytes) -> str:
    """Equal for a message delivered twice: from From, Subject, body and Message-ID; without an ID, from Date instead.

    A Message-ID alone proves nothing: some programs give the same one to letters of several people.
    """
    known = [b" ".join(headers.get_first(name).split()) for name in ("from", "subject")]
    known.append(message_id.encode() or headers.get_first("date"))
    end = min((at for at in (raw.find(b"\n\n"), raw.find(b"\n\r\n")) if at >= 0), default=len(raw))
    body = raw[end:].replace(b"\r\n", b"\n").rstrip()
    return hashlib.sha256(b"\0".join([*known, body.lstrip()])).hexdigest()
