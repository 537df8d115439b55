"""The letter that comes back: what a report carries of the letter it speaks of, as a part of its own or in its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mail.automatic import bounce_phrases
from mail.mime.addresses import folded, mailboxes
from mail.mime.headers import HEADER_BYTES, Headers, heading, readable
from mail.mime.parser import MimePart

KINDS = frozenset({
    "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers",
    "text/rfc822", "text/rfc822-header", "message/partial", "message/news",
})  # fmt: skip
WRITTEN_TO = ("to", "cc", "bcc", "apparently-to", "resent-to", "x-original-to", "x-rcpt-to", "envelope-to")
WRITTEN_BY = ("from", "sender", "return-path", "reply-to", "errors-to", "resent-from", "envelope-from", "x-sender")
FRAME = " \t-=*_#~+<>|.:[]()\"'&"
"""What lines are framed with."""


@dataclass(frozen=True, slots=True)
class OriginalMessage:
    """The headers of a returned letter: addresses it was written ``to`` and ``by``, folded, and its Message-IDs.

    ``whole`` when it came as a part of its own.
    """

    to: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    whole: bool = False


def of(headers: Headers, whole: bool = True) -> OriginalMessage:
    """What the headers tell."""
    return OriginalMessage(
        to=_addresses(headers, WRITTEN_TO),
        by=_addresses(headers, WRITTEN_BY),
        ids=tuple(readable(value[:1000]) for value in headers.all("message-id")[:2]),
        whole=whole,
    )


def in_parts(letter: MimePart) -> OriginalMessage | None:
    """The returned letter, where it is a part of the report."""
    for part in letter.walk():
        if part.number == 0 or part.parts:
            continue
        if part.kind in KINDS:
            return of(heading(part.content(HEADER_BYTES).lstrip()))
        if part.number > 1 and part.kind != "text/html" and _is_heading(part.content(4096)):
            return of(heading(part.content(HEADER_BYTES).lstrip()))
    return None


def divided(lines: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The notice, and what follows it: below a divider, or from where headers stand without one."""
    for at, line in enumerate(lines):
        bare = line.strip(FRAME).lower()
        if not bare:
            continue
        framed = line.strip()[:2].strip("-=*_#~+|<") == "" or bare != line.strip().lower()
        if len(bare) < 100 and bare.startswith(bounce_phrases.DIVIDERS) and _headers_follow(lines, at + 1, framed):
            return lines[:at], lines[at + 1 :]
        if line.removeprefix("> ")[:12].lower().startswith(("received:", "return-path:")):
            return lines[:at], lines[at:]
    return lines, ()


def in_lines(lines: Sequence[str]) -> OriginalMessage | None:
    """The returned letter, where its headers stand in the text below a divider."""
    start = next((at for at, line in enumerate(lines[:20]) if _names_header(line)), None)
    if start is None:
        return None
    found = []
    for line in lines[start : start + 300]:
        shown = line.strip("\r").removeprefix("> ").removeprefix(">")
        if not shown.strip():
            break
        found.append(shown if not _names_header(line) else shown.lstrip())
    headers = heading("\n".join([*found, "", ""]).encode("utf-8", "replace"))
    return of(headers, whole=False) if "from" in headers or "to" in headers or "message-id" in headers else None


def _headers_follow(lines: Sequence[str], at: int, framed: bool) -> bool:
    """Whether a letter stands below a divider; below a framed one, it may be nothing but its text."""
    following = [line for line in lines[at : at + 12] if line.strip(FRAME)]
    if not following or _names_header(following[0]):
        return True
    return sum(_names_header(line) for line in following[:6]) > 1 or (framed and "@" not in " ".join(following))


def _names_header(line: str) -> bool:
    name, colon, _ = line.lstrip("> \t").partition(":")
    return bool(colon) and name.lower() in _HEADERS


_HEADERS = frozenset({
    "received", "return-path", "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "sender",
    "reply-to", "x-mailer", "delivered-to", "x-original-to", "dkim-signature", "references", "in-reply-to", "cc",
})  # fmt: skip


def _is_heading(content: bytes) -> bool:
    head = heading(content.lstrip())
    return "from" in head and ("received" in head or "message-id" in head or ("to" in head and "subject" in head))


def _addresses(headers: Headers, names: Sequence[str]) -> tuple[str, ...]:
    values = [value for name in names for value in headers.all(name)[:5]]
    found = [box.address for value in values for box in mailboxes(value.decode("utf-8", "replace"))]
    return tuple(dict.fromkeys(folded(one) for one in found))
