"""What commands print for a person, by rich: tables, labelled values, messages beside a bar, cards in a frame.

Where the output is no terminal there are neither colours nor drawn lines, and no spaces at the ends of lines.
``NO_COLOR`` and ``COLUMNS`` are honoured. Importing rich takes a while, so a command imports this when it prints.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.control import Control
from rich.padding import Padding
from rich.panel import Panel
from rich.segment import ControlType, Segment
from rich.table import Table
from rich.text import Text

from console.terminal.command_context import told
from desk.language.rich_text import RichText
from desk.language.unsafe_characters import safe_for_terminal

NARROWEST, WIDEST = 40, 120
"""Columns. In a wider window lines would be hard to read, so they are not made any longer."""
READABLE = 96
"""Columns that running text takes at most."""
_BULLET = re.compile(r" *(?:[•–—+−>-]|\d{1,3}[.)]) (?=\S)")
_MARK_STYLES = {"bold": "bold", "code": "cyan", "link": ""}


class Output:
    """One terminal, or a file or pipe in its place."""

    def __init__(self, file: TextIO | None = None, width: int = 0, widest: int = WIDEST) -> None:
        self._file = file or sys.stdout
        if isinstance(self._file, io.TextIOWrapper):
            self._file.reconfigure(errors="replace")  # what the terminal cannot write is replaced, never refused
        self._console = Console(file=self._file, highlight=False, markup=False, emoji=False)
        self._console.width = max(NARROWEST, min(width or self._console.width, widest))
        self.is_terminal = self._console.is_terminal

    @property
    def width(self) -> int:
        """Columns of a line."""
        return self._console.width

    def print(self, *renderables: RenderableType) -> None:
        """Prints these below each other, at once; without any, an empty line. A str is printed as it is."""
        content = Group(*renderables or ("",))  # rich joins bare texts and forgets how they are to be wrapped
        if self.is_terminal:
            self._console.print(content)
        else:
            with self._console.capture() as captured:
                self._console.print(content)
            self._file.writelines(f"{line.rstrip()}\n" for line in captured.get().split("\n")[:-1])
        self._file.flush()

    def prompt(self, characters: str) -> None:
        """Prints a prompt and stays in its line."""
        self._file.write(characters)
        self._file.flush()

    def erase_line(self) -> None:
        """Erases the line the cursor is in."""
        self._console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 0)))

    def card(self, title: str, *content: RenderableType, style: str = "") -> Panel:
        """A frame as wide as its content needs."""
        frame = box.ROUNDED if self.is_terminal else box.ASCII
        return Panel(Group(*content), frame, title=text(title), title_align="left", expand=False, border_style=style)

    def beside_bar(self, *content: RenderableType, style: str = "") -> RenderableType:
        """The content with a vertical bar to its left."""
        return _BesideBar(Group(*content), "▌" if self.is_terminal else "|", style)


class _BesideBar:
    def __init__(self, content: RenderableType, bar: str, style: str) -> None:
        self._content, self._bar, self._style = content, bar, style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        bar = Segment(f"{self._bar} ", console.get_style(self._style))
        inner = options.update(width=options.max_width - 2)
        for line in console.render_lines(self._content, inner, pad=False):
            yield from (bar, *line, Segment.line())


def text(words: str, style: str = "") -> Text:
    """Anybody's words; nothing in them can act on the terminal. A sentence is told in the command's language."""
    return Text(safe_for_terminal(told(words)).expandtabs(4), style)


def one_line(words: str, style: str = "") -> Text:
    """Anybody's words in one line, cut with an ellipsis where it ends."""
    return Text(" ".join(safe_for_terminal(told(words)).split()), style, no_wrap=True, overflow="ellipsis")


def indented(content: RenderableType, columns: int = 2) -> Padding:
    """The content, so many columns to the right."""
    return Padding(content, (0, 0, 0, columns))


def message(source: RichText) -> Group:
    """A text with its marks, line by line. A numbered or bulleted line goes on below its words."""
    lines, start = [], 0
    for line in source.plain.split("\n"):
        lines.append(_line(source.part(start, start + len(line))))
        start += len(line) + 1
    return Group(*lines)


def _line(line: RichText) -> RenderableType:
    bullet = _BULLET.match(line.plain)
    if not bullet:
        return _marked(line)
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(_marked(line.part(0, bullet.end())), _marked(line.part(bullet.end(), len(line.plain))))
    return grid


def _marked(line: RichText) -> Text:
    """A link is followed by its address."""
    marked, end = Text(), 0
    for mark in line.marks:
        words = line.plain[mark.start : mark.end]
        marked.append(text(line.plain[end : mark.start])).append(text(words, _MARK_STYLES[mark.kind]))
        if mark.kind == "link" and mark.url not in ("", words):
            marked.append(text(f" ({mark.url})"))
        end = mark.end
    return marked.append(text(line.plain[end:]))


def labelled(pairs: Iterable[tuple[str, str | RenderableType]]) -> Table:
    """Labels in one column, their values in the next; a pair whose value is empty is left out."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column()
    for label, value in pairs:
        if value:
            grid.add_row(text(label), text(value) if isinstance(value, str) else value)
    return grid


def table(heads: Sequence[str], numbers: Sequence[str] = ()) -> Table:
    """A table with these heads. The columns of ``numbers`` are set to the right."""
    made = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for head in heads:
        made.add_column(text(head), justify="right" if head in numbers else "left")
    return made


def button_lines(labels: Iterable[str], width: int, between: str = "  ") -> Iterator[Text]:
    """Buttons, as many in a line as fit."""
    line = ""
    for label in map(safe_for_terminal, labels):
        if line and len(line) + len(between) + len(label) > width:
            yield Text(line, "bold")
            line = ""
        line += between + label if line else label
    if line:
        yield Text(line, "bold")
