"""A text as people read it: plain characters, and marks that say which of them are bold, code or a link.

Our own sentences and articles are written in a small Markdown: ``**bold**``, `` `code` ``, ``[label](address)``,
``# heading`` and a backslash before a character that shall stay itself. Nothing else has a meaning. A stranger's
words enter through `literal`, or through `escape_markdown` when a template is filled, and can never become a mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MARKUP_CHARACTERS = "\\*`[]#"
_MARKUP_START = re.compile(r"[\\*`\[]")
"""Where a mark may begin, or a character is escaped."""


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A range of a text that is bold, code or a link: ``start`` and ``end`` count code points of the plain text,
    ``end`` exclusive."""

    kind: Literal["bold", "code", "link"]
    start: int
    end: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class RichText:
    """Plain characters with marks, sorted by start and never overlapping. Channels render it; the journal keeps
    `plain`."""

    plain: str = ""
    marks: tuple[TextSpan, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.plain)

    def part(self, start: int, end: int) -> RichText:
        """The characters from ``start`` to ``end`` with whatever of the marks lies there."""
        kept = (
            TextSpan(mark.kind, max(mark.start, start) - start, min(mark.end, end) - start, mark.url)
            for mark in self.marks
            if mark.start < end and mark.end > start
        )
        return RichText(self.plain[start:end], tuple(kept))


def literal(words: str) -> RichText:
    """A stranger's words, each character meaning itself."""
    return RichText(words)


def escape_markdown(words: str) -> str:
    """Words to be put inside a template: no character of them can become a mark."""
    return "".join("\\" + char if char in MARKUP_CHARACTERS else char for char in words)


def join_texts(texts: Iterable[RichText], between: str = "\n\n") -> RichText:
    """Several texts one below the other; empty ones leave no gap."""
    plain = ""
    marks: list[TextSpan] = []
    for text in texts:
        if not text:
            continue
        if plain:
            plain += between
        marks += (TextSpan(m.kind, m.start + len(plain), m.end + len(plain), m.url) for m in text.marks)
        plain += text.plain
    return RichText(plain, tuple(marks))


def parse_markdown(source: str) -> RichText:
    """Reads our small Markdown. Anything unfinished (a lone ``**``) stays as it is written; nothing raises."""
    parser = _MarkdownParser()
    for number, line in enumerate(source.strip("\n").split("\n")):
        if number:
            parser.plain.append("\n")
        heading = line.startswith("# ")
        parser.parse_line(line[2:] if heading else line, heading)
    return RichText("".join(parser.plain), tuple(sorted(parser.marks, key=lambda mark: mark.start)))


class _MarkdownParser:
    """One walk over the source, each character looked at a bounded number of times."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.marks: list[TextSpan] = []
        self._ends: dict[str, tuple[int, int]] = {}

    def parse_line(self, line: str, heading: bool) -> None:
        start = len(self.plain)
        before = len(self.marks)
        self._ends.clear()
        at = 0
        while found := _MARKUP_START.search(line, at):
            self.plain.extend(line[at : found.start()])
            at = self._parse_at(line, found.start())
        self.plain.extend(line[at:])
        if heading and len(self.plain) > start:
            del self.marks[before:]
            self.marks.append(TextSpan("bold", start, len(self.plain)))

    def _parse_at(self, line: str, at: int) -> int:
        char = line[at]
        if char == "\\" and at + 1 < len(line):
            self.plain.append(line[at + 1])
            return at + 2
        if line.startswith("**", at):
            return self._parse_marked(line, at, "**", "bold")
        if char == "`":
            return self._parse_marked(line, at, "`", "code")
        if char == "[":
            return self._parse_link(line, at)
        self.plain.append(char)
        return at + 1

    def _parse_marked(self, line: str, at: int, delimiter: str, kind: Literal["bold", "code"]) -> int:
        inner = at + len(delimiter)
        end = self._find_end(line, delimiter, inner)
        if end <= inner:
            self.plain.extend(delimiter)
            return inner
        self._add_marked(line[inner:end], kind)
        return end + len(delimiter)

    def _parse_link(self, line: str, at: int) -> int:
        middle = self._find_end(line, "](", at + 1)
        end = line.find(")", middle + 2) if middle > 0 else -1
        if end < 0:
            self.plain.append("[")
            return at + 1
        self._add_marked(line[at + 1 : middle], "link", line[middle + 2 : end])
        return end + 1

    def _find_end(self, line: str, delimiter: str, start: int) -> int:
        """`_find_unescaped`, remembering what was found: many openings share the one end they look for."""
        since, found = self._ends.get(delimiter, (len(line) + 1, -1))
        if start < since or 0 <= found < start:
            found = _find_unescaped(line, delimiter, start)
            self._ends[delimiter] = start, found
        return found

    def _add_marked(self, inner: str, kind: Literal["bold", "code", "link"], url: str = "") -> None:
        start = len(self.plain)
        at = 0
        while at < len(inner):
            if inner[at] == "\\" and at + 1 < len(inner):
                at += 1
            self.plain.append(inner[at])
            at += 1
        self.marks.append(TextSpan(kind, start, len(self.plain), url))


def _find_unescaped(line: str, delimiter: str, start: int) -> int:
    """Where the fence stands next, not counting one after a backslash; -1 when nowhere."""
    at = start
    while at < len(line):
        if line[at] == "\\":
            at += 2
        elif line.startswith(delimiter, at):
            return at
        else:
            at += 1
    return -1
