"""A letter inside a letter: who wrote what somebody sends on, and what stood above it. Pure.

The head of a forwarded letter is words that anybody can type: whom it names is claimed, never proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mail.content import body as texts
from mail.mime.addresses import Mailbox, parse_from, parse_mailboxes
from mail.mime.headers import to_characters
from mail.mime.parser import MimePart, parse_message
from mail.replies import attribution, quoted_headers
from mail.replies.attribution import AttributionKind
from mail.replies.phrase_tables import normalize_line

MAX_LINES_ABOVE = 60
"""Lines of the forwarder's own words below which no forwarded letter is looked for."""
MAX_HEAD_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class ForwardedLetter:
    """What somebody sent on: its author (as its head says), subject and text, and the forwarder's ``note`` above."""

    author: Mailbox
    subject: str
    text: str
    note: str = ""


def find_forwarded(tree: MimePart, subject: str, text: str) -> ForwardedLetter | None:
    """The one letter that is forwarded here; None where nothing is, or its head does not say who wrote it."""
    return _find_in_text(text, attribution.is_forward_subject(subject)) or _find_attached(tree, text)


def _find_in_text(text: str, says_so: bool) -> ForwardedLetter | None:
    lines = text.split("\n")
    for at, line in enumerate(lines[:MAX_LINES_ABOVE]):
        if not line.strip() or not attribution.may_be_attribution(line):
            continue
        opened = attribution.find_attribution(lines, at)
        if opened is None or (opened.kind is not AttributionKind.FORWARD and not says_so):
            continue
        start = next((here for here in range(at, min(len(lines), at + 6)) if _is_head_line(lines[here])), len(lines))
        end = quoted_headers.find_headers_end(lines, start) if start < len(lines) else 0
        if not end:
            return None
        fields = _read_fields(lines[start:end])
        authors = parse_mailboxes(fields.get("from", ""))
        if len(authors) != 1:
            return None
        note = "\n".join(lines[:at]).strip()
        return ForwardedLetter(authors[0], fields.get("subject", ""), "\n".join(lines[end:]).strip(), note)
    return None


def _is_head_line(line: str) -> bool:
    return bool(quoted_headers.find_header_label(line))


def _read_fields(lines: Sequence[str]) -> dict[str, str]:
    """The values of a head's labelled lines, continued ones joined."""
    fields: dict[str, str] = {}
    last = ""
    for line in lines:
        if name := quoted_headers.find_header_label(line):
            last = name
            fields.setdefault(name, line.replace("\uff1a", ":").partition(":")[2].strip(" *"))
        elif last and line.strip():
            fields[last] = f"{fields[last]} {normalize_line(line) if last == 'from' else line.strip()}".strip()
    return fields


def _find_attached(tree: MimePart, text: str) -> ForwardedLetter | None:
    """The letter that is attached as a whole, where it is the only one."""
    letters = [one for one in tree.walk() if one.number and one.media_type == "message/rfc822"]
    if len(letters) != 1:
        return None
    inner, _ = parse_message(letters[0].content(MAX_HEAD_BYTES))
    authors = parse_from(to_characters(inner.headers.get_first("from")))
    if len(authors) != 1 or not authors[0].address:
        return None
    shown = texts.extract_body(inner)
    note = "" if text.strip() == shown.text.strip() else text.strip()
    return ForwardedLetter(authors[0], inner.headers.get_text("subject"), shown.unflowed.strip(), note)
