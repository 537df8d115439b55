"""Mailboxes in a header: names and addresses, taken apart by one walk over the characters (RFC 5322, section 3.4)."""

from __future__ import annotations

from dataclasses import dataclass

from mail import charsets, words


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox: the name shown, and the address as written ("" when there is none to be used)."""

    name: str
    address: str


def mailboxes(value: str) -> list[Mailbox]:
    """All mailboxes of a raw header value, at most 200. Encoded words are decoded after the commas are seen."""
    found = []
    for piece in _separated(value)[:200]:
        name, address = _taken(piece)
        shown = charsets.clean(words.decoded(" ".join(name.split()))).strip("\"' ")
        if usable(address):
            found.append(Mailbox(" ".join(shown.split()), address))
    return found


def usable(address: str) -> bool:
    """Whether something could be sent there: one @, both sides, no space or control character, 254 at most."""
    local, at, domain = address.rpartition("@")
    return (
        bool(at and local and domain)
        and len(address) <= 254
        and "@" not in local.strip('"')
        and not any(char <= " " or char in "<>,;\x7f" for char in address)
        and not domain.startswith((".", "-"))
    )


def folded(address: str) -> str:
    """The address as it is compared: A to Z as a to z, and nothing else, since to Python a Kelvin sign is a k too."""
    return "".join(char.lower() if char.isascii() else char for char in address)


def _separated(value: str) -> list[str]:
    """What commas and semicolons separate, outside quotes, comments and angles; comments are dropped."""
    pieces: list[str] = []
    current: list[str] = []
    quoted, depth, angle = False, 0, False
    at = 0
    while at < len(value):
        char = value[at]
        if char == "\\" and (quoted or depth):
            if not depth:
                current.append(value[at : at + 2])
            at += 2
            continue
        if char == '"' and not depth:
            quoted = not quoted
        elif char == "(" and not quoted:
            depth += 1
        if not quoted and not depth:
            angle = char == "<" or (angle and char != ">")
            if char in ",;" and not angle:
                pieces.append("".join(current))
                current = []
                at += 1
                continue
        if not depth:
            current.append(char)
        if char == ")" and depth and not quoted:
            depth -= 1
        at += 1
    pieces.append("".join(current))
    return pieces


def _taken(piece: str) -> tuple[str, str]:
    """The name and the address of one mailbox; a group's label is left out."""
    open_at = piece.rfind("<")
    if open_at >= 0:
        inner = piece[open_at + 1 :].partition(">")[0].strip()
        name = piece[:open_at].strip()
        if name.startswith('"'):
            name = _unescaped(name.strip('"'))
        return name, inner.rpartition(":")[2].strip() if inner.startswith("@") else inner
    found = piece.rpartition(":")[2].split()
    return "", next((word for word in found if "@" in word), "")


def _unescaped(name: str) -> str:
    out, at = [], 0
    while at < len(name):
        if name[at] == "\\" and at + 1 < len(name):
            at += 1
        out.append(name[at])
        at += 1
    return "".join(out)
