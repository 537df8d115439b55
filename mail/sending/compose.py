"""Outgoing mail composed into bytes; every header is written here and verified by a second parser.

Subjects are encoded as UTF-8 words here, so that an encoded word typed by a person stays the characters they typed.
Control and bidirectional characters are removed. The finished headers are parsed by another parser and compared: a
message with one header more, or another recipient, than was meant is not sent.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MultipartInvariantViolationDefect
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses
from html import escape
from typing import Any
from urllib.parse import quote

from desk.language.translatable import sentence
from desk.language.unsafe_characters import one_line
from desk.model.branding.picture_header import read_picture_header
from mail.mime.domains_and_recipients import to_deliverable_address

END_OF_TEXT = "<!-- end of words -->"
"""Stands in the frame of every message, and in no words, since those are escaped."""
TOO_LARGE_NOTICE = {
    "ru": "Файл «{}» слишком большой для письма, поэтому его здесь нет. Напишите нам, и мы передадим его иначе.",
    "en": "The file “{}” is too large for an email, so it is not here. Write to us, and we will find another way.",
}
_BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
UNSUBSCRIBE = "unsubscribe"
MAX_SUBJECT_LENGTH = 250
MAX_PICTURE_WIDTH = 568
"""Pixels of the letter's column."""
MAX_REFERENCES = 20


class UnsendableMessage(ValueError):
    """This message must not go out as it is; the text says why."""


@dataclass(frozen=True, slots=True)
class OutboundAttachment:
    """A file with its bytes; with a ``cid`` the HTML shows it in its place."""

    name: str
    media_type: str
    content: bytes
    cid: str = ""


def compose_message(
    body: Mapping[str, Any],
    sender: str,
    files: Sequence[OutboundAttachment],
    now: datetime,
    answers: str = "",
    left_out: Sequence[str] = (),
) -> bytes:
    """The message from the body of a call. ``answers`` is the Message-ID it replies to, "" for its last reference.

    ``left_out`` are names of files too large to be enclosed: a sentence says so. Raises `UnsendableMessage`.
    """
    recipient = to_deliverable_address(str(body["to"]))
    if not recipient:
        raise UnsendableMessage(sentence("nothing can be sent to {address}", address=repr(str(body["to"])[:250])))
    whole = {**body, "html": _with_picture_widths(str(body["html"]), files)}
    content_type, content = _build_content({**whole, **_add_left_out_notice(whole, left_out)}, files)
    fields = _build_header_fields(body, recipient, sender, now, answers)
    fields += [("MIME-Version", "1.0"), ("Content-Type", content_type)]
    head = _join_header_fields(fields)
    _verify_headers(head, [name for name, _ in fields], recipient)
    message = head + b"\r\n" + content
    if _BARE_LINE_END.search(message):
        raise UnsendableMessage(sentence("a line of the letter does not end in CRLF"))
    return message


def _with_picture_widths(html: str, files: Sequence[OutboundAttachment]) -> str:
    """The HTML with the width of each picture in its tag: Outlook knows no other bounds, and draws a photo as it is."""
    for file in files:
        if file.cid and (header := read_picture_header(file.content)):
            tag = f'<img src="cid:{file.cid}"'
            html = html.replace(tag, f'{tag} width="{min(header.width, MAX_PICTURE_WIDTH)}"')
    return html


def _add_left_out_notice(body: Mapping[str, Any], left_out: Sequence[str]) -> dict[str, str]:
    """The text and the HTML with a sentence about each file that was too large, where their own words end."""
    if not left_out:
        return {}
    words = [
        TOO_LARGE_NOTICE.get(str(body["language"]), TOO_LARGE_NOTICE["en"]).format(one_line(name)[:150])
        for name in left_out
    ]
    text, rule, frame = str(body["text"]).rpartition("\n_____\n")
    html, mark, rest = str(body["html"]).rpartition(END_OF_TEXT)
    told = "".join(f'<p style="margin:0 0 14px;">{escape(one)}</p>\n' for one in words)
    plain = "\n".join(words)
    return {
        "text": f"{text}\n{plain}\n{rule}{frame}" if rule else f"{frame}\n\n{plain}\n",
        "html": f"{html}{told}{mark}{rest}" if mark else f"{rest}{told}",
    }


def _build_header_fields(
    body: Mapping[str, Any], recipient: str, sender: str, now: datetime, answers: str
) -> list[tuple[str, str]]:
    fields = [
        ("From", _format_named_address(str(body.get("from_name", "")), sender)),
        ("To", f"<{recipient}>"),
        ("Subject", encode_header(str(body["subject"]), len("Subject: "))),
        ("Date", format_datetime(now.astimezone(UTC))),
        ("Message-ID", str(body["message_id"])),
    ]
    references = [one for one in body["references"] if _is_message_id(one)]
    if answers and _is_message_id(answers) and answers not in references:
        references.append(answers)
    if references:
        kept = references if len(references) <= MAX_REFERENCES else [references[0], *references[1 - MAX_REFERENCES :]]
        fields += [("In-Reply-To", answers or references[-1]), ("References", "\r\n ".join(kept))]
    if body["reply_to"]:
        fields.append(("Reply-To", f"<{body['reply_to']}>"))
    if body["automatic"]:
        fields += [("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")]
    decline = body.get("decline") or (f"{body['reply_to']}?subject={UNSUBSCRIBE}" if body["reply_to"] else "")
    if body.get("notice") and decline:
        # Only what answers nothing can be declined: who writes to the desk wants an answer (RFC 2369, section 3.2).
        fields.append(("List-Unsubscribe", f"<mailto:{decline}>"))
    if str(body["language"]).isalpha():
        fields.append(("Content-Language", str(body["language"])))
    return fields


def _format_named_address(name: str, address: str) -> str:
    """An address with its name before it; the name is always encoded, so that it can be no second address."""
    name = one_line(name)[:60]
    if not name:
        return f"<{address}>"
    word = b64encode(name.encode()[:45].decode("utf-8", "ignore").encode()).decode()
    return f"=?utf-8?b?{word}?= <{address}>"


def encode_header(text: str, room_taken: int = 0) -> str:
    """Unstructured words as a header carries them (RFC 2047), folded; what looks like an encoded word is encoded."""
    shown = one_line(text)[:MAX_SUBJECT_LENGTH]
    if shown.isascii() and "=?" not in shown and len(shown) + room_taken <= 76:
        return shown
    words: list[str] = []
    piece = ""
    for char in shown:
        if len((piece + char).encode()) > 36:
            words.append(piece)
            piece = ""
        piece += char
    words.append(piece)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word.encode()).decode()}?=" for word in words)


def _is_message_id(words: Any) -> bool:
    if not isinstance(words, str) or len(words) > 500 or not words.isascii() or not words.isprintable():
        return False
    return words.startswith("<") and words.endswith(">") and " " not in words and words.count("<") == 1


def _join_header_fields(fields: Sequence[tuple[str, str]]) -> bytes:
    return b"".join(f"{name}: {value}\r\n".encode() for name, value in fields)


def _verify_headers(head: bytes, names: list[str], recipient: str) -> None:
    """Reads the headers with the standard library's parser: exactly ours, and exactly this recipient."""
    read = BytesHeaderParser().parsebytes(head + b"\r\n")
    if [name.lower() for name in read.keys()] != [name.lower() for name in names]:  # noqa: SIM118 - repeated headers count
        raise UnsendableMessage(sentence("the headers of the letter do not read as they were meant"))
    to = head.partition(b"\r\nTo: ")[2].partition(b"\r\n")[0].decode()
    # Early releases of Python 3.11 also note that a multipart has no parts here, where only its headers are read.
    defects = [one for one in read.defects if not isinstance(one, MultipartInvariantViolationDefect)]
    if [address for _, address in getaddresses([to])] != [recipient] or read.is_multipart() or defects:
        raise UnsendableMessage(sentence("the recipient of the letter does not read as it was meant"))


def _build_content(body: Mapping[str, Any], files: Sequence[OutboundAttachment]) -> tuple[str, bytes]:
    """Content-Type and content of the whole message, a multipart."""
    seed = str(body["message_id"])
    pictures = [file for file in files if file.cid]
    others = [file for file in files if not file.cid]
    whole = _build_multipart(
        "alternative",
        seed,
        [_build_text_part("text/plain", str(body["text"])), _build_text_part("text/html", str(body["html"]))],
    )
    if pictures:
        whole = _build_multipart("related", seed, [_build_part(*whole), *map(_build_file_part, pictures)])
    if others:
        whole = _build_multipart("mixed", seed, [_build_part(*whole), *map(_build_file_part, others)])
    return whole


def _build_multipart(kind: str, seed: str, parts: Sequence[bytes]) -> tuple[str, bytes]:
    # "=_" never comes in base64 or quoted-printable, so no content can hold the boundary; retries are byte for byte.
    boundary = f"=_{kind}_{hashlib.sha256(seed.encode()).hexdigest()[:24]}"
    fence = f"--{boundary}".encode()
    content = b"".join(fence + b"\r\n" + part + b"\r\n" for part in parts) + fence + b"--\r\n"
    return f'multipart/{kind};\r\n boundary="{boundary}"', content


def _build_part(content_type: str, content: bytes) -> bytes:
    return f"Content-Type: {content_type}\r\n\r\n".encode() + content


def _build_text_part(kind: str, text: str) -> bytes:
    data = ("".join(char for char in text if char >= " " or char in "\n\t").rstrip() + "\n").encode("utf-8", "replace")
    data = data.replace(b"\n", b"\r\n")
    if sum(byte > 0x7F for byte in data) * 6 > len(data):
        return _add_part_headers(f"{kind}; charset=utf-8", "base64", _encode_base64(data))
    return _add_part_headers(f"{kind}; charset=utf-8", "quoted-printable", binascii.b2a_qp(data, istext=True))


def _build_file_part(file: OutboundAttachment) -> bytes:
    name = one_line(file.name)[:150] or "file"
    kind = file.media_type if _is_media_type(file.media_type) else "application/octet-stream"
    disposition = f"{'inline' if file.cid else 'attachment'};\r\n {_format_parameter('filename', name)}"
    more = f"Content-Disposition: {disposition}\r\n"
    if file.cid:
        more += f"Content-ID: <{file.cid}>\r\n"
    return _add_part_headers(kind, "base64", _encode_base64(file.content), more)


def _format_parameter(key: str, value: str) -> str:
    """A parameter for every reader: plain where it is plain, else RFC 2231."""
    if value.isascii() and not any(char in '"\\' for char in value):
        return f'{key}="{value}"'
    return f"{key}*=utf-8''{quote(value, safe='')}"


def _add_part_headers(content_type: str, encoding: str, content: bytes, more: str = "") -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n{more}\r\n"
    return head.encode("ascii") + content


def _encode_base64(data: bytes) -> bytes:
    letters = b64encode(data)
    return b"\r\n".join(letters[at : at + 76] for at in range(0, len(letters), 76))


def _is_media_type(kind: str) -> bool:
    major, slash, minor = kind.partition("/")
    plain = all(char.isascii() and (char.isalnum() or char in "+-._") for char in major + minor)
    return bool(slash and major and minor and plain) and major != "multipart" and len(kind) < 100
