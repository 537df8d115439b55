"""Mailboxes in a header, parsed into names and addresses in one pass (RFC 5322, section 3.4)."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import lru_cache

from mail.mime import charsets, encoded_words

MAX_MAILBOXES = 200
"""Mailboxes of one header that are looked at."""
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_FORBIDDEN_IN_ADDRESS = re.compile(r"[\x00-\x20<>,;\x7f]")
_TOKEN = re.compile(r'\\.|["(),;<>]|[^\\"(),;<>]+|\\', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox: the name shown, and the address as written ("" when there is none to be used)."""

    name: str
    address: str


def parse_mailboxes(value: str) -> list[Mailbox]:
    """All usable mailboxes of a raw header value, `MAX_MAILBOXES` at most.

    The value is split at commas before encoded words are decoded.
    """
    return list(_parse_mailboxes(value))


@lru_cache(maxsize=256)  # most messages go to the same address, and it stands in several headers
def _parse_mailboxes(value: str) -> tuple[Mailbox, ...]:
    found: list[Mailbox] = []
    group = ";" in value
    before = ""  # words that a comma cut off, as in "Smith, Anna <anna@mail.test>"
    for piece, comment in _split_mailboxes(value)[:MAX_MAILBOXES]:
        name, address = _split_name_and_address(piece, group)
        if is_usable_address(address):
            found.append(Mailbox(_decode_name(f"{before}, {name}" if before and name else name or comment), address))
            before = ""
        else:
            before = piece.strip() if "@" not in piece and "<" not in piece else ""
    return tuple(found)


def parse_from(value: str) -> list[Mailbox]:
    """The mailboxes of a From. Where there is none that could be used, what is written there as a name."""
    if found := parse_mailboxes(value):
        return found
    plain = encoded_words.decode_encoded_words(value)
    if "=?" in value and "@" in plain and (found := parse_mailboxes(" ".join(plain.split()))):
        return found  # somebody encoded the address too
    piece, comment = _split_mailboxes(value)[0]
    written = _decode_name((piece.rpartition(":")[2] if ";" in value else piece) or comment)
    return [Mailbox(written, "")] if written else []


def _decode_name(name: str) -> str:
    """A name as it is read: without quotes, encoded words decoded, on one line."""
    if '"' in name:
        name = _remove_quotes(name)
    return " ".join(charsets.clean(encoded_words.decode_encoded_words(" ".join(name.split()))).strip("\"' ").split())


def is_usable_address(address: str) -> bool:
    """Whether something could be sent there: one @, both sides, no space or control character, 254 at most."""
    local, at, domain = address.rpartition("@")
    return (
        bool(at and local and domain)
        and len(address) <= 254
        and "@" not in local.strip('"')
        and not _FORBIDDEN_IN_ADDRESS.search(address)
        and not domain.startswith((".", "-"))
    )


def fold_address(address: str) -> str:
    """The address as it is compared: A to Z as a to z, and nothing else, since to Python a Kelvin sign is a k too."""
    return address.translate(_ASCII_LOWER)


def _split_mailboxes(value: str) -> list[tuple[str, str]]:
    """What commas and semicolons separate, outside quotes, comments and angles, each with its first comment."""
    if not any(char in value for char in '"(\\') and "<@" not in value:
        return [(piece, "") for piece in value.replace(";", ",").split(",")]
    walk = _MailboxSplitter()
    for match in _TOKEN.finditer(value):
        walk.feed(match[0])
    walk.end_mailbox()
    return walk.pieces


class _MailboxSplitter:
    """One walk over a value: quotes, nested comments and angles, each mark looked at once."""

    def __init__(self) -> None:
        self.pieces: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.comment: list[str] = []
        self.comments = 0
        self.quoted = self.angle = False
        self.depth = 0

    def feed(self, mark: str) -> None:
        """A mark, or what stands between two."""
        if self.depth:
            self.feed_comment(mark)
        elif self.quoted:
            self.quoted = mark != '"'
            self.words.append(mark)
        elif mark == "(":
            self.depth = 1
            self.comments += 1
        elif mark in (",", ";") and not self.angle:
            self.end_mailbox()
        else:
            self.quoted = mark == '"'
            self.angle = mark == "<" or (self.angle and mark != ">")
            self.words.append(mark)

    def feed_comment(self, mark: str) -> None:
        """Comments nest (RFC 5322, section 3.2.2); only the first is a name."""
        self.depth += (mark == "(") - (mark == ")")
        if self.depth and self.comments == 1:
            self.comment.append(mark[1:] if mark[0] == "\\" else mark)

    def end_mailbox(self) -> None:
        """One mailbox is complete."""
        self.pieces.append(("".join(self.words), "".join(self.comment)))
        self.words, self.comment, self.comments, self.angle = [], [], 0, False


def _split_name_and_address(piece: str, group: bool) -> tuple[str, str]:
    """The name and the address of one mailbox; the label of a group is left out."""
    open_at = piece.rfind("<")
    if open_at >= 0:
        inner = piece[open_at + 1 :].partition(">")[0].strip()
        name = piece[:open_at].strip(" \t<")
        if group and ":" in name and '"' not in name:
            name = name.rpartition(":")[2]
        return name, _strip_address(inner.rpartition(":")[2] if inner.startswith("@") else inner)
    found = (piece.rpartition(":")[2] if "mailto:" not in piece else piece).split()
    for number, word in enumerate(found):
        if "@" in word:
            return " ".join(found[:number]), _strip_address(word.strip("[]'"))
    return "", ""


def _strip_address(inner: str) -> str:
    """An address without what people and programs put around it."""
    bare = inner.removeprefix("mailto:")
    return "@".join(side.strip() for side in bare.split("@")) if " " in bare else bare


def _remove_quotes(name: str) -> str:
    out, at = [], 0
    while at < len(name):
        if name[at] == "\\" and at + 1 < len(name):
            at += 1
        elif name[at] == '"':
            at += 1
            continue
        out.append(name[at])
        at += 1
    return "".join(out)
