"""Mailboxes in a header: names and addresses, taken apart by one walk over the characters (RFC 5322, section 3.4)."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import lru_cache

from mail.mime import charsets, encoded_words

MOST = 200
"""Mailboxes of one header that are looked at."""
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_UNUSABLE = re.compile(r"[\x00-\x20<>,;\x7f]")
_MARKS = re.compile(r'\\.|["(),;<>]|[^\\"(),;<>]+|\\', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox: the name shown, and the address as written ("" when there is none to be used)."""

    name: str
    address: str


def mailboxes(value: str) -> list[Mailbox]:
    """All usable mailboxes of a raw header value, `MOST` at most. Commas are seen before encoded words are decoded."""
    return list(_mailboxes(value))


@lru_cache(maxsize=256)  # most letters go to the same address, and it stands in several headers
def _mailboxes(value: str) -> tuple[Mailbox, ...]:
    found: list[Mailbox] = []
    group = ";" in value
    before = ""  # words that a comma cut off, as in "Smith, Anna <anna@mail.test>"
    for piece, comment in _separated(value)[:MOST]:
        name, address = _taken(piece, group)
        if usable(address):
            found.append(Mailbox(_shown(f"{before}, {name}" if before and name else name or comment), address))
            before = ""
        else:
            before = piece.strip() if "@" not in piece and "<" not in piece else ""
    return tuple(found)


def authors(value: str) -> list[Mailbox]:
    """The mailboxes of a From. Where there is none that could be used, what is written there as a name."""
    if found := mailboxes(value):
        return found
    plain = encoded_words.decoded(value)
    if "=?" in value and "@" in plain and (found := mailboxes(" ".join(plain.split()))):
        return found  # somebody encoded the address too
    piece, comment = _separated(value)[0]
    written = _shown((piece.rpartition(":")[2] if ";" in value else piece) or comment)
    return [Mailbox(written, "")] if written else []


def _shown(name: str) -> str:
    """A name as it is read: without quotes, encoded words decoded, on one line."""
    if '"' in name:
        name = _unquoted(name)
    return " ".join(charsets.clean(encoded_words.decoded(" ".join(name.split()))).strip("\"' ").split())


def usable(address: str) -> bool:
    """Whether something could be sent there: one @, both sides, no space or control character, 254 at most."""
    local, at, domain = address.rpartition("@")
    return (
        bool(at and local and domain)
        and len(address) <= 254
        and "@" not in local.strip('"')
        and not _UNUSABLE.search(address)
        and not domain.startswith((".", "-"))
    )


def folded(address: str) -> str:
    """The address as it is compared: A to Z as a to z, and nothing else, since to Python a Kelvin sign is a k too."""
    return address.translate(_LOWER)


def _separated(value: str) -> list[tuple[str, str]]:
    """What commas and semicolons separate, outside quotes, comments and angles, each with its first comment."""
    if not any(char in value for char in '"(\\') and "<@" not in value:
        return [(piece, "") for piece in value.replace(";", ",").split(",")]
    walk = _Walk()
    for match in _MARKS.finditer(value):
        walk.take(match[0])
    walk.end()
    return walk.pieces


class _Walk:
    """One walk over a value: quotes, nested comments and angles, each mark looked at once."""

    def __init__(self) -> None:
        self.pieces: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.comment: list[str] = []
        self.comments = 0
        self.quoted = self.angle = False
        self.depth = 0

    def take(self, mark: str) -> None:
        """A mark, or what stands between two."""
        if self.depth:
            self.in_comment(mark)
        elif self.quoted:
            self.quoted = mark != '"'
            self.words.append(mark)
        elif mark == "(":
            self.depth = 1
            self.comments += 1
        elif mark in (",", ";") and not self.angle:
            self.end()
        else:
            self.quoted = mark == '"'
            self.angle = mark == "<" or (self.angle and mark != ">")
            self.words.append(mark)

    def in_comment(self, mark: str) -> None:
        """Comments nest (RFC 5322, section 3.2.2); only the first is a name."""
        self.depth += (mark == "(") - (mark == ")")
        if self.depth and self.comments == 1:
            self.comment.append(mark[1:] if mark[0] == "\\" else mark)

    def end(self) -> None:
        """One mailbox is complete."""
        self.pieces.append(("".join(self.words), "".join(self.comment)))
        self.words, self.comment, self.comments, self.angle = [], [], 0, False


def _taken(piece: str, group: bool) -> tuple[str, str]:
    """The name and the address of one mailbox; the label of a group is left out."""
    open_at = piece.rfind("<")
    if open_at >= 0:
        inner = piece[open_at + 1 :].partition(">")[0].strip()
        name = piece[:open_at].strip(" \t<")
        if group and ":" in name and '"' not in name:
            name = name.rpartition(":")[2]
        return name, _address(inner.rpartition(":")[2] if inner.startswith("@") else inner)
    found = (piece.rpartition(":")[2] if "mailto:" not in piece else piece).split()
    for number, word in enumerate(found):
        if "@" in word:
            return " ".join(found[:number]), _address(word.strip("[]'"))
    return "", ""


def _address(inner: str) -> str:
    """An address without what people and programs put around it."""
    bare = inner.removeprefix("mailto:")
    return "@".join(side.strip() for side in bare.split("@")) if " " in bare else bare


def _unquoted(name: str) -> str:
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
