"""One letter, read: from bytes to a `Letter`, purely, for any bytes at all.

Nothing here raises, knows a wire or looks at a clock. It is run in a child process that can be killed (`mail.readers`),
so it imports little. Over budget it degrades and says so in ``problems``; it never drops.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from desk.messages import Proof
from mail import authentication, charsets, html, machines, quotes
from mail.addresses import Mailbox, mailboxes
from mail.mime import Headers, Part, heading, readable, taken_apart
from mail.reports import Bounced

TEXT_BYTES = 1024 * 1024
DEGRADED_BYTES = 64 * 1024
REFERENCES = 50
_CYRILLIC, _LATIN = re.compile("[а-яё]"), re.compile("[a-z]")
STUB = b"X-Firstline-Stub:"
"""The line put before the headers of a mail too large to fetch; its value is the size in bytes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader must know of the mailbox: its own address, and the authserv-id of its border ("" for none)."""

    address: str
    authserv_id: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a letter. ``number`` finds it again with `part`; ``size`` is in bytes, as sent."""

    number: int
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, read. ``text`` is what is new in it, ``full_text`` everything.

    ``text_and_signature`` has only the quotes folded, ``quoted`` is what was folded (see `mail.quotes.Folded`).
    ``html_text`` is the whole of its HTML as text, "" when it has none; a letter of HTML alone has it as full text.

    ``sender`` has the name and address of From; its address is "" when there is none to be used. ``to`` are the
    addresses in To, ``recipients`` all it was sent or delivered to, lower case. ``tokens`` are candidates, not
    verified. ``stub`` is the size in bytes of a mail that was left on the server, else 0. ``message_id``,
    ``in_reply_to`` and ``references`` keep their angle brackets. ``automatic``, ``report_class`` and ``bounced`` are as
    in `mail.machines.Machine`.
    """

    sender: Mailbox
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
    bounced: tuple[Bounced, ...] = ()
    proof: Proof = Proof.CLAIMED
    language: str = ""
    fingerprint: str = ""
    stub: int = 0
    problems: tuple[str, ...] = ()


def read(raw: bytes, reading: Reading) -> Letter:
    """The letter in ``raw``. Any bytes give a letter; what was wrong with them stands in its ``problems``."""
    try:
        return _read(raw, reading)
    except Exception as error:  # a fault of ours must not cost anybody their letter
        return degraded(raw, reading, f"{type(error).__name__} while reading")


def degraded(raw: bytes, reading: Reading, why: str) -> Letter:
    """The least that can be told: the headers, and the first 64 KB as text."""
    raw, stub = _without_stub(raw)
    headers = heading(raw)
    text = charsets.decoded(raw[:DEGRADED_BYTES])
    senders = _mailboxes(headers, "from")
    return Letter(
        sender=senders[0] if senders else Mailbox("", ""),
        subject=headers.text("subject"),
        text=text,
        text_and_signature=text,
        full_text=text,
        automatic="" if senders else "nobody",
        proof=Proof.DOUBTED if reading.authserv_id else Proof.CLAIMED,
        fingerprint=hashlib.sha256(raw).hexdigest(),
        stub=stub,
        problems=(why,),
    )


def part(raw: bytes, number: int) -> bytes:
    """The content of one part. Raises LookupError when the letter has no such part."""
    tree, _ = taken_apart(_without_stub(raw)[0])
    for one in tree.walk():
        if one.number == number and not one.parts:
            return one.content()
    raise LookupError(f"the letter has no part {number}")


def _read(raw: bytes, reading: Reading) -> Letter:
    raw, stub = _without_stub(raw)
    tree, problems = taken_apart(raw)
    headers = tree.headers
    charset = tree.parameters.get("charset", "")
    senders = _mailboxes(headers, "from", charset)
    sender = senders[0] if senders else Mailbox("", "")
    full, more = _full_text(tree)
    view = quotes.folded(full)
    message_id = _ids(headers.first("message-id"))[:1]
    in_reply_to = _ids(headers.first("in-reply-to"))
    references = _ids(headers.first("references"))[-REFERENCES:]
    sent_to = machines.recipients(headers)
    machine = machines.told(tree, sender.address, reading.address)
    return Letter(
        sender=sender,
        subject=headers.text("subject", charset),
        message_id="".join(message_id),
        in_reply_to="".join(in_reply_to[:1]),
        references=tuple(references),
        to=tuple(one.address for one in _mailboxes(headers, "to", charset)),
        recipients=sent_to,
        date=_date(headers),
        text=view.text,
        text_and_signature=view.text_and_signature,
        full_text=full,
        quoted=view.quoted,
        signature=view.signature,
        html_text=_html_text(tree),
        attachments=tuple(_attachments(tree)),
        tokens=_tokens(sent_to, (*reversed(references), *in_reply_to), reading.address),
        automatic=machine.automatic,
        report_class=machine.report_class,
        bounced=machine.bounced,
        proof=authentication.proof(headers, [one.address for one in senders], reading.authserv_id),
        language=language(view.text or headers.text("subject", charset)),
        fingerprint=_fingerprint("".join(message_id), headers, raw),
        stub=stub,
        problems=problems + more,
    )


def _without_stub(raw: bytes) -> tuple[bytes, int]:
    if not raw.startswith(STUB):
        return raw, 0
    line, _, rest = raw.partition(b"\n")
    size = line[len(STUB) :].strip()
    return rest, int(size) if size.isdigit() and len(size) < 16 else 0


def _mailboxes(headers: Headers, name: str, charset: str = "") -> list[Mailbox]:
    """The mailboxes in all headers of a name, five of them at most."""
    found = []
    for value in headers.all(name)[:5]:
        shown = value.decode("ascii") if value.isascii() else _characters(value, charset)
        found += mailboxes(shown)
    return found


def _characters(value: bytes, charset: str) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return charsets.decoded(value, charset)


def _ids(value: bytes) -> list[str]:
    """Message-IDs, angle brackets kept; words without them are taken too, as some senders forget them."""
    found = []
    for word in readable(value).replace("><", "> <").split():
        bare = word.strip("<>,;\"'")
        if bare and len(bare) < 500 and "<" not in bare and ">" not in bare:
            found.append(f"<{bare}>")
    return found


def _date(headers: Headers) -> datetime | None:
    try:
        found = parsedate_to_datetime(headers.text("date")[:100])
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None


def _texts(node: Part) -> list[Part]:
    """The parts a reader would be shown as the letter's text, in order."""
    if node.kind == "multipart/alternative":
        choices = [_texts(one) for one in node.parts]
        plain = [choice for choice in choices if any(_is_plain(one) and one.body.strip() for one in choice)]
        return next(iter(plain or [choice for choice in choices if choice]), [])
    if node.parts:
        return [text for one in node.parts for text in _texts(one)]
    shown = node.kind in ("text/plain", "text/html", "text") and node.disposition[0] != "attachment" and not node.name
    return [node] if shown else []


def _html_text(tree: Part) -> str:
    """All HTML that a reader may choose to be shown, as text: also where the letter has the same in plain text."""
    pieces, left = [], TEXT_BYTES
    for one in tree.walk():
        if one.kind == "text/html" and one.disposition[0] != "attachment" and not one.name and left > 0:
            data = one.content(left)[:left]
            left -= len(data)
            pieces.append(html.plain(charsets.decoded(data, one.parameters.get("charset", ""))))
    return charsets.clean("\n\n".join(pieces))


def _is_plain(node: Part) -> bool:
    return node.kind != "text/html"


def _full_text(tree: Part) -> tuple[str, tuple[str, ...]]:
    pieces, problems, left = [], [], TEXT_BYTES
    for one in _texts(tree):
        if left <= 0:
            problems.append("text cut")
            break
        data = one.content(left + 1)
        if len(data) > left:
            problems.append("text cut")
        left -= len(data)
        text = charsets.decoded(data[:TEXT_BYTES], one.parameters.get("charset", ""))
        if one.kind == "text/html":
            text = html.plain(text)
        elif one.parameters.get("format", "").lower() == "flowed":
            text = _unflowed(text, one.parameters.get("delsp", "").lower() == "yes")
        if text := text.replace("\r\n", "\n").replace("\r", "\n").strip("\n"):
            pieces.append(text)
    return charsets.clean("\n\n".join(pieces)), tuple(dict.fromkeys(problems))


def _unflowed(text: str, delsp: bool) -> str:
    """RFC 3676: a line that ends with a space goes on in the next, at the same depth of quoting."""
    out: list[str] = []
    open_depth = -1
    for ended in text.split("\n"):
        line = ended.rstrip("\r")
        level = len(line) - len(line.lstrip(">"))
        content = line[level:].removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        if flows and delsp:
            content = content[:-1]
        if open_depth == level and content != "-- ":
            out.append(content)
        else:
            out.append(("\n" if out else "") + (">" * level + " " if level else "") + content)
        open_depth = level if flows else -1
    return "".join(out)


def _attachments(tree: Part) -> list[Attachment]:
    texts = {one.number for one in _texts(tree)}
    alternatives = {
        one.number for node in tree.walk() if node.kind == "multipart/alternative" for one in node.parts
        if one.kind in ("text/plain", "text/html")
    }  # fmt: skip
    found = []
    for one in tree.walk():
        if one.parts or one.number in texts or (one.number in alternatives and not one.name):
            continue
        if not one.body.strip() and not one.name:
            continue
        name = one.name or _default_name(one)
        found.append(Attachment(one.number, name, one.kind, _size(one)))
    return found


def _default_name(one: Part) -> str:
    known = {"message/rfc822": "message.eml", "text/calendar": "calendar.ics", "message/delivery-status": "status.txt"}
    if one.kind in known:
        return known[one.kind]
    kind, _, subtype = one.kind.partition("/")
    ending = subtype if subtype.isalnum() and len(subtype) < 6 else "txt" if kind == "text" else "bin"
    return f"{'picture' if kind == 'image' else 'file'}-{one.number}.{ending}"


def _size(one: Part) -> int:
    encoded = one.headers.first("content-transfer-encoding").strip().lower() == b"base64"
    if not encoded:
        return len(one.body)
    return (len(one.body) - one.body.count(b"\n") - one.body.count(b"\r")) * 3 // 4 - one.body[-4:].count(b"=")


def _tokens(sent_to: tuple[str, ...], ids: tuple[str, ...], address: str) -> tuple[str, ...]:
    """Candidates for keyed tokens, the recipients' first: ``local+TOKEN@domain``, then our own Message-IDs."""
    local, _, domain = address.lower().rpartition("@")
    found: dict[str, None] = {}
    for one in sent_to:
        name, _, host = one.rpartition("@")
        if host == domain and name.startswith(local + "+"):
            found[name[len(local) + 1 :]] = None
    for one in ids:
        if (token := machines.token(one, domain)) not in ("", "0"):
            found[token] = None
    return tuple(found)[:20]


def _fingerprint(message_id: str, headers: Headers, raw: bytes) -> str:
    """The same letter delivered twice has it twice. Never the Message-ID alone; without one, From, Date and Subject."""
    known = [message_id.encode()] if message_id else [headers.first(name) for name in ("from", "date", "subject")]
    end = min((at for at in (raw.find(b"\n\n"), raw.find(b"\n\r\n")) if at >= 0), default=len(raw))
    body = raw[end:].replace(b"\r\n", b"\n").rstrip()
    return hashlib.sha256(b"\0".join([*known, body.lstrip()])).hexdigest()


def language(text: str) -> str:
    """ "ru" or "en" by the letters used, "" when they do not tell."""
    sample = text[:4000].lower()
    cyrillic, latin = len(_CYRILLIC.findall(sample)), len(_LATIN.findall(sample))
    if cyrillic + latin < 3:
        return ""
    return "ru" if cyrillic * 3 >= latin else "en"
