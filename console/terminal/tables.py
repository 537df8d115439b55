"""How the commands write to a terminal: tables and paragraphs that stand in columns, whatever the script."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from desk.language.characters import safe_for_terminal

GAP = "  "


def width() -> int:
    """The terminal's width; 80 where there is none. Very wide ones are not used up: lines would be hard to read."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 120))


def columns(text: str) -> int:
    """How many columns a text takes: East Asian and emoji are two wide, accents and joiners none."""
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def cut(text: str, longest: int) -> str:
    """One line of at most so many columns, with an ellipsis where something is missing."""
    text = " ".join(safe_for_terminal(text).split())
    if columns(text) <= longest:
        return text
    taken, used = [], 1
    for char in text:
        used += _columns(char)
        if used > longest:
            break
        taken.append(char)
    return "".join(taken).rstrip() + "…"


def padded(text: str, wide: int) -> str:
    """Filled with spaces to so many columns."""
    return text + " " * max(0, wide - columns(text))


def row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """One line of a table; what is too long is cut."""
    return GAP.join(padded(cut(cell, wide), wide) for cell, wide in zip(cells, widths, strict=True)).rstrip()


def wrapped(text: str, indent: str = "", first: str | None = None, wide: int = 0) -> str:
    """A text in lines of the terminal's width, line breaks of its own kept; ``first`` begins the first line."""
    wide = wide or width()
    lines: list[str] = []
    for paragraph in safe_for_terminal(text).expandtabs(4).split("\n"):
        lines += list(_lines(paragraph, wide - columns(indent)))
    configure = indent if first is None else first
    return "\n".join(((configure if not number else indent) + line).rstrip() for number, line in enumerate(lines))


def _lines(paragraph: str, wide: int) -> Iterable[str]:
    line, used = "", 0
    for word in paragraph.split(" "):
        for piece in _pieces(word, wide):
            long = columns(piece)
            if line and used + 1 + long > wide:
                yield line
                line, used = piece, long
            else:
                line, used = (f"{line} {piece}", used + 1 + long) if line else (piece, long)
    yield line


def _pieces(word: str, wide: int) -> Iterable[str]:
    """A word too long for a line (an address, a key) in pieces that are not."""
    piece, used = "", 0
    for char in word:
        if used + _columns(char) > wide:
            yield piece
            piece, used = "", 0
        piece, used = piece + char, used + _columns(char)
    yield piece


def labelled(pairs: Iterable[tuple[str, str]], indent: str = "") -> str:
    """Labels in one column, their texts in the next; a pair without a text is left out."""
    kept = [(label, text) for label, text in pairs if text]
    wide = max((columns(label) for label, _ in kept), default=0)
    blank = indent + " " * (wide + len(GAP))
    return "\n".join(wrapped(text, blank, f"{indent}{padded(label, wide)}{GAP}") for label, text in kept)


def local(at: datetime | None, zone: tzinfo) -> str:
    """An instant as a clock on the wall there shows it, day first: ``21.11 18:04``; "" for none."""
    return at.astimezone(zone).strftime("%d.%m %H:%M") if at else ""


def local_long(at: datetime | None, zone: tzinfo) -> str:
    """The same with year and zone: ``21.11.2026 18:04 MSK``; "" for none."""
    return at.astimezone(zone).strftime("%d.%m.%Y %H:%M %Z").strip() if at else ""
