"""IMAP syntax of commands: sets of UIDs, quoted strings and folder names. Pure."""

from __future__ import annotations

from collections.abc import Iterable


def format_uid_set(uids: Iterable[int]) -> str:
    """A set of UIDs as IMAP writes it: ``1:3,7``."""
    runs: list[list[int]] = []
    for uid in sorted(uids):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(f"{first}:{last}" if last > first else str(first) for first, last in runs)


def quote_string(text: str) -> str:
    """A quoted string (RFC 3501, section 4.3). Raises ValueError for what no quoted string can carry."""
    if any(char in "\0\r\n" for char in text):
        raise ValueError("NUL and line ends cannot be part of a name")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def quote_folder(name: str) -> str:
    """A folder's name, ready for a command."""
    return quote_string(encode_modified_utf7(name))


def encode_modified_utf7(name: str) -> str:
    """A folder's name as IMAP spells it (RFC 3501, section 5.1.3). Control characters are refused by ValueError."""
    if any(char < " " or char == "\x7f" for char in name):
        raise ValueError("a folder's name has no control characters")
    pieces: list[str] = []
    for char in name:
        if char == "&":
            pieces.append("&-")
        elif char.isascii():
            pieces.append(char)
        elif pieces and pieces[-1].startswith("\0"):
            pieces[-1] += char
        else:
            pieces.append("\0" + char)
    return "".join(_encode_shifted(piece[1:]) if piece.startswith("\0") else piece for piece in pieces)


def _encode_shifted(text: str) -> str:
    return "&" + text.encode("utf-7").decode("ascii")[1:].rstrip("-").replace("/", ",") + "-"
