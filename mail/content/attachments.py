"""The attachments of a message: every part that is not shown as its text, under the names the sender gave.

A file packed into another (Outlook's winmail.dat, uuencode in a text) is listed beside the part that contains it, so
that nothing is lost when that is misread. Names are exactly the sender's: whoever stores a file chooses its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from desk.model.media_types import OCTET_STREAM, file_ending
from mail.content import tnef
from mail.content.body import BodyContent, is_body_text
from mail.mime.headers import parse_headers
from mail.mime.parser import SMIME_TYPES, MimePart

KINDS = {
    "text/calendar": "calendar.ics", "message/delivery-status": "status.txt", "text/rfc822-headers": "headers.txt",
    "application/pgp-signature": "signature.asc", "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s", "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m", "application/pgp-encrypted": "encryption.asc",
    "application/pgp-keys": "keys.asc", "application/ms-tnef": "winmail.dat",
    "message/disposition-notification": "notification.txt", "message/feedback-report": "report.txt",
}  # fmt: skip
"""Names for what has none, where its kind says what it is."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a message. ``number`` is for `mail.reading.message.read_part`; ``size`` is in bytes, decoded."""

    number: int
    name: str
    media_type: str
    size: int


def list_attachments(tree: MimePart, shown: BodyContent) -> tuple[Attachment, ...]:
    """Every file, in the order of the message; packed ones last."""
    files = [
        Attachment(one.number, one.filename or _default_name(one), one.media_type, _decoded_size(one))
        for one in _find_file_parts(tree, shown)
    ]
    packed = [
        Attachment(number, name, kind, len(content))
        for number, name, kind, content in _find_embedded_files(tree, shown)
    ]
    return (*files, *packed)


def read_attachment(tree: MimePart, shown: BodyContent, number: int) -> bytes:
    """The bytes of one file. Raises LookupError when there is none of this number."""
    for one in tree.walk():
        if one.number == number and not one.media_type.startswith("multipart/"):
            return one.content()
    for known, _, _, packed in _find_embedded_files(tree, shown):
        if known == number:
            return packed
    raise LookupError(f"the letter has no part {number}")


def _find_file_parts(tree: MimePart, shown: BodyContent) -> Iterator[MimePart]:
    """The parts that are files. What else could be shown as the same text is none, unless it has a name."""
    alternatives: set[int] = set()
    for one in tree.walk():
        if one.media_type == "multipart/alternative":
            alternatives |= {choice.number for choice in one.walk() if _is_text_alternative(choice)}
        if (
            (one.parts and one.media_type not in SMIME_TYPES)
            or one.number in shown.parts
            or one.media_type.startswith("multipart/")
        ):
            continue
        if one.filename or not (one.number in alternatives or _is_blank(one)):
            yield one


def _is_text_alternative(one: MimePart) -> bool:
    """Whether an alternative is only another look of the same text."""
    return (is_body_text(one) or one.media_type == "text/x-amp-html") and one.disposition[0] != "attachment"


def _is_blank(one: MimePart) -> bool:
    return not one.raw[one.start : min(one.end, one.start + 1000)].strip() and not one.body.strip()


def _find_embedded_files(tree: MimePart, shown: BodyContent) -> Iterator[tuple[int, str, str, bytes]]:
    """Files inside files, numbered behind all parts: number, name, media type, content."""
    parts = list(tree.walk())
    number = len(parts)
    for one in parts:
        if tnef.is_tnef(one):
            for name, content in tnef.parse_tnef(one.content()).files:
                yield number, name, OCTET_STREAM, content
                number += 1
    for file in shown.files:
        yield number, file.name, OCTET_STREAM, file.content
        number += 1


def _default_name(one: MimePart) -> str:
    """A sensible name for what has none."""
    if one.media_type == "message/rfc822":
        return _subject_as_name(one) + ".eml"
    location = one.headers.get_text("content-location").rstrip("/").rpartition("/")[2].partition("?")[0]
    if location and not is_body_text(one):
        return location[:200]
    if one.media_type in KINDS:
        return KINDS[one.media_type]
    described = one.headers.get_text("content-description")
    if 0 < len(described.rpartition(".")[2]) < 5 < len(described) < 200 and "." in described[-5:]:
        return described
    return f"{'picture' if one.media_type.startswith('image/') else 'file'}-{one.number}{file_ending(one.media_type)}"


def _subject_as_name(one: MimePart) -> str:
    subject = parse_headers(one.content(64 * 1024)).get_text("subject").replace("/", "-").replace("\\", "-")
    return subject[:100].strip() or "message"


def _decoded_size(one: MimePart) -> int:
    if one.encoding == "base64" and not one.is_text_or_message:
        line_ends = one.raw.count(b"\n", one.start, one.end) + one.raw.count(b"\r", one.start, one.end)
        tail = one.raw[max(one.start, one.end - 8) : one.end]
        return max(0, (one.size - line_ends) * 3 // 4 - tail.count(b"="))
    return len(one.content()) if one.encoding else one.size
