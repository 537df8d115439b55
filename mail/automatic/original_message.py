"""The original message inside a bounce: what the report returns of it, as a MIME part or within its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mail.automatic import bounce_phrases
from mail.mime.addresses import fold_address, parse_mailboxes
from mail.mime.headers import MAX_HEADER_BYTES, Headers, decode_header, parse_headers
from mail.mime.parser import MimePart

ORIGINAL_TYPES = frozenset({
    "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers",
    "text/rfc822", "text/rfc822-header", "message/partial", "message/news",
})  # fmt: skip
RECIPIENT_HEADERS = ("to", "cc", "bcc", "apparently-to", "resent-to", "x-original-to", "x-rcpt-to", "envelope-to")
SENDER_HEADERS = ("from", "sender", "return-path", "reply-to", "errors-to", "resent-from", "envelope-from", "x-sender")
FRAME_SIGNS = " \t-=*_#~+<>|.:[]()\"'&"
"""What lines are framed with."""


@dataclass(frozen=True, slots=True)
class OriginalMessage:
    """The headers of a returned message: folded addresses of its recipients and senders, and its Message-IDs.

    ``is_part`` when it came as a MIME part of its own.
    """

    recipients: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    is_part: bool = False


def read_original_headers(headers: Headers, whole: bool = True) -> OriginalMessage:
    """What the headers tell."""
    return OriginalMessage(
        recipients=_read_addresses(headers, RECIPIENT_HEADERS),
        senders=_read_addresses(headers, SENDER_HEADERS),
        message_ids=tuple(decode_header(value[:1000]) for value in headers.get_all("message-id")[:2]),
        is_part=whole,
    )


def find_in_parts(message: MimePart) -> OriginalMessage | None:
    """The returned message, where it is a part of the report."""
    for part in message.walk():
        if part.number == 0 or part.parts:
            continue
        if part.media_type in ORIGINAL_TYPES:
            return read_original_headers(parse_headers(part.content(MAX_HEADER_BYTES).lstrip()))
        if part.number > 1 and part.media_type != "text/html" and _is_header_block(part.content(4096)):
            return read_original_headers(parse_headers(part.content(MAX_HEADER_BYTES).lstrip()))
    return None


def split_notice(lines: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The notice, and what follows it: below a divider, or from where headers stand without one."""
    for at, line in enumerate(lines):
        bare = line.strip(FRAME_SIGNS).lower()
        if not bare:
            continue
        framed = line.strip()[:2].strip("-=*_#~+|<") == "" or bare != line.strip().lower()
        if (
            len(bare) < 100
            and bare.startswith(bounce_phrases.ORIGINAL_DIVIDERS)
            and _is_original_below(lines, at + 1, framed)
        ):
            return lines[:at], lines[at + 1 :]
        if line.removeprefix("> ")[:12].lower().startswith(("received:", "return-path:")):
            return lines[:at], lines[at:]
    return lines, ()


def find_in_text(lines: Sequence[str]) -> OriginalMessage | None:
    """The returned message, where its headers stand in the text below a divider."""
    start = next((at for at, line in enumerate(lines[:20]) if _is_header_line(line)), None)
    if start is None:
        return None
    found = []
    for line in lines[start : start + 300]:
        shown = line.strip("\r").removeprefix("> ").removeprefix(">")
        if not shown.strip():
            break
        found.append(shown if not _is_header_line(line) else shown.lstrip())
    headers = parse_headers("\n".join([*found, "", ""]).encode("utf-8", "replace"))
    return (
        read_original_headers(headers, whole=False)
        if "from" in headers or "to" in headers or "message-id" in headers
        else None
    )


def _is_original_below(lines: Sequence[str], at: int, framed: bool) -> bool:
    """Whether a message stands below a divider; below a framed one, it may be nothing but its text."""
    following = [line for line in lines[at : at + 12] if line.strip(FRAME_SIGNS)]
    if not following or _is_header_line(following[0]):
        return True
    return sum(_is_header_line(line) for line in following[:6]) > 1 or (framed and "@" not in " ".join(following))


def _is_header_line(line: str) -> bool:
    name, colon, _ = line.lstrip("> \t").partition(":")
    return bool(colon) and name.lower() in _HEADER_NAMES


_HEADER_NAMES = frozenset({
    "received", "return-path", "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "sender",
    "reply-to", "x-mailer", "delivered-to", "x-original-to", "dkim-signature", "references", "in-reply-to", "cc",
})  # fmt: skip


def _is_header_block(content: bytes) -> bool:
    head = parse_headers(content.lstrip())
    return "from" in head and ("received" in head or "message-id" in head or ("to" in head and "subject" in head))


def _read_addresses(headers: Headers, names: Sequence[str]) -> tuple[str, ...]:
    values = [value for name in names for value in headers.get_all(name)[:5]]
    found = [box.address for value in values for box in parse_mailboxes(value.decode("utf-8", "replace"))]
    return tuple(dict.fromkeys(fold_address(one) for one in found))
