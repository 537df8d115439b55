"""What a person sees in a terminal: words with their marks, wrapped, in bars and boxes; plain where it is none.

Widths count characters: what the desk writes is Cyrillic, Latin and a few signs, each one column wide.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

import click

from desk.language.rich_text import RichText, TextMark

WIDEST = 96
NARROWEST = 40


@dataclass(frozen=True, slots=True)
class BoxCharacters:
    """The characters that bars and boxes are drawn with."""

    bar: str
    line: str
    corners: str  # top left, top right, bottom left, bottom right
    side: str


DRAWN = BoxCharacters("▌", "─", "╭╮╰╯", "│")
PLAIN = BoxCharacters("|", "-", "++++", "|")


class Screen:
    """One terminal, or a file or pipe in its place. Everything is written line by line, and at once."""

    def __init__(self, out: TextIO | None = None, width: int = 0, colours: bool | None = None) -> None:
        self._out = out or sys.stdout
        self.is_terminal = self._out.isatty()
        self.colours = colours if colours is not None else self.is_terminal and not os.environ.get("NO_COLOR")
        self.signs = DRAWN if self.is_terminal else PLAIN
        columns = width or (shutil.get_terminal_size((WIDEST, 24)).columns if self.is_terminal else WIDEST)
        self.width = max(NARROWEST, min(columns, WIDEST))

    def write(self, line: str = "") -> None:
        """One line. What the terminal cannot spell is replaced, never refused."""
        encoding = getattr(self._out, "encoding", None) or "utf-8"
        self._out.write(line.encode(encoding, "replace").decode(encoding) + "\n")
        self._out.flush()

    def raw(self, characters: str) -> None:
        """Characters without a new line: a prompt."""
        self._out.write(characters)
        self._out.flush()

    def style(self, words: str, colour: str = "", bold: bool = False, dim: bool = False) -> str:
        """Words in colour, where there are colours."""
        if not self.colours or not words:
            return words
        return click.style(words, fg=colour or None, bold=bold or None, dim=dim or None)

    def spelled(self, text: RichText) -> str:
        """One line with its marks: bold as bold, code as it is, a link with its address behind."""
        out, at = [], 0
        for mark in text.marks:
            words = text.plain[mark.start : mark.end]
            out += [text.plain[at : mark.start], self._marked(mark, words)]
            at = mark.end
        return "".join(out) + text.plain[at:]

    def _marked(self, mark: TextMark, words: str) -> str:
        if mark.kind == "link":
            return words if mark.url in ("", words) else f"{words} ({mark.url})"
        return self.style(words, bold=True) if mark.kind == "bold" else self.style(words, "cyan")

    def barred(self, text: RichText, colour: str = "", indent: int = 2, more: Sequence[str] = ()) -> None:
        """A message behind a coloured bar, with lines of its own kind below (buttons, pictures)."""
        bar = " " * indent + self.style(self.signs.bar, colour)
        for line in wrapped(text, self.width - indent - 3):
            self.write(f"{bar} {self.spelled(line)}".rstrip())
        for one in more:
            self.write(f"{bar} {one}")

    def barless(self, words: str, colour: str = "", indent: int = 3) -> None:
        """A sentence on its own, a little aside."""
        for line in wrapped(RichText(words), self.width - indent):
            self.write(" " * indent + self.style(line.plain, colour))

    def spoken(self, name: str, words: str, colour: str = "", indent: int = 2) -> None:
        """Words with the speaker's name before them; further lines stand below the first."""
        label = f"{name}: " if name else ""
        lines = list(wrapped(RichText(words), self.width - indent - len(label)))
        for number, line in enumerate(lines):
            before = self.style(label, colour, bold=True) if number == 0 else " " * len(label)
            self.write(" " * indent + before + line.plain)
        self.write()

    def boxed(self, title: str, text: RichText, colour: str = "", indent: int = 2, more: Sequence[str] = ()) -> None:
        """A card in a box as wide as its words need."""
        lines = list(wrapped(text, self.width - indent - 4))
        extra = [piece for one in more for piece in wrapped(RichText(one), self.width - indent - 4)]
        inner = max([len(title) + 4, *(len(line.plain) for line in [*lines, *extra])])
        corners, across, side = self.signs.corners, self.signs.line, self.style(self.signs.side, colour)
        margin = " " * indent
        top = corners[0] + across + f" {title} " + across * (inner - len(title) - 1) + corners[1]
        self.write(margin + self.style(top, colour))
        for line in lines:
            self.write(f"{margin}{side} {self.spelled(line)}{' ' * (inner - len(line.plain))} {side}")
        for piece in extra:
            self.write(f"{margin}{side} {self.style(piece.plain, dim=True)}{' ' * (inner - len(piece.plain))} {side}")
        self.write(margin + self.style(corners[2] + across * (inner + 2) + corners[3], colour))


def wrapped(text: RichText, width: int) -> Iterator[RichText]:
    """The lines of a text, each at most ``width`` wide, broken between words; a longer word is cut.

    What goes on below a number or a bullet stands under its words.
    """
    start = 0
    for line in text.plain.split("\n"):
        hanging = _hanging(line) if len(line) > width else 0
        first, end = start, start + len(line)
        while True:
            room = max(8, width - (hanging if first > start else 0))
            last, then = _cut(text.plain, first, end, room)
            piece = text.part(first, last)
            yield _moved(piece, hanging) if first > start else piece
            if then >= end:
                break
            first = then
        start = end + 1


def packed(pieces: Sequence[str], width: int, between: str = "  ") -> list[str]:
    """As many pieces in a line as fit: buttons."""
    lines: list[str] = []
    for piece in pieces:
        if lines and len(lines[-1]) + len(between) + len(piece) <= width:
            lines[-1] += between + piece
        else:
            lines.append(piece)
    return lines


def _cut(plain: str, first: int, end: int, room: int) -> tuple[int, int]:
    """Where a line that begins at ``first`` ends, and where the next begins."""
    if end - first <= room:
        return end, end
    space = plain.rfind(" ", first + 1, first + room + 1)
    return (space, space + 1) if space > first else (first + room, first + room)


def _hanging(line: str) -> int:
    """How far the words after a number, a bullet or a quotation mark stand from the left."""
    bare = line.lstrip(" ")
    mark, space, _ = bare.partition(" ")
    known = mark in ("•", "-", "–", "—", "+", "−", ">") or (mark[-1:] in ".)" and mark[:-1].isdecimal())
    return len(line) - len(bare) + len(mark) + 1 if space and known and len(mark) < 5 else len(line) - len(bare)


def _moved(text: RichText, columns: int) -> RichText:
    marks = (TextMark(mark.kind, mark.start + columns, mark.end + columns, mark.url) for mark in text.marks)
    return RichText(" " * columns + text.plain, tuple(marks))
