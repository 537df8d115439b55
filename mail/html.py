"""HTML of letters as plain text: one walk, each character looked at a bounded number of times, nothing fetched.

Block quotes become lines with ``>``, so that one scanner finds the new part of text and HTML replies alike.
"""

from __future__ import annotations

from enum import Enum
from html import unescape

# fmt: off
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
})
# fmt: on
PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"})
SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg"})
DEEPEST_QUOTE = 10


class Mark(Enum):
    """What HTML says of one line of its text."""

    NONE = ""
    QUOTE = "quote"
    """It belongs to an older letter."""
    HISTORY = "history"
    """From here on everything is older."""
    SIGNATURE = "signature"


def plain(source: str) -> str:
    """The text a reader would see."""
    walk = _Walk(source)
    walk.run()
    return walk.text()


class _Walk:
    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quote = 0
        self.pre = 0
        self.links: list[str] = []
        self.link_start = 0
        self.missing: set[str] = set()  # ends that do not come any more: never looked for twice

    def run(self) -> None:
        source, at = self.source, 0
        while at < len(source):
            open_at = source.find("<", at)
            if open_at < 0:
                self.words(source[at:])
                return
            if open_at > at:
                self.words(source[at:open_at])
            at = self.tag(open_at)

    def find(self, what: str, start: int) -> int:
        """Where ``what`` comes next, -1 for nowhere; a second search in vain costs nothing."""
        if what in self.missing:
            return -1
        found = self.source.find(what, start)
        if found < 0:
            self.missing.add(what)
        return found

    def tag(self, at: int) -> int:
        source = self.source
        if source.startswith("<!--", at):
            end = self.find("-->", at + 4)
            return end + 3 if end >= 0 else len(source)
        follows = source[at + 1 : at + 2]
        if not (follows.isalpha() or follows in ("/", "!", "?")) or not follows:
            self.words("<")
            return at + 1
        end = self.find(">", at)
        if end < 0:
            self.words(source[at:])
            return len(source)
        closing = follows == "/"
        content = source[at + 1 + closing : min(end, at + 2000)]
        name = content.split(None, 1)[0].rstrip("/").lower() if content.split() else ""
        if closing:
            self.close(name)
        elif name in SILENT and not content.endswith("/"):
            return self.skipped(name, end + 1)
        else:
            self.open(name, content)
        return end + 1

    def skipped(self, name: str, at: int) -> int:
        for spelled in (f"</{name}", f"</{name.upper()}", f"</{name.capitalize()}"):
            if (end := self.find(spelled, at)) >= 0:
                close = self.find(">", end)
                return close + 1 if close >= 0 else len(self.source)
        return at

    def open(self, name: str, content: str) -> None:
        if name == "br":
            self.end_line()
        elif name in BLOCKS:
            self.break_line()
            if name in PARAGRAPHS:
                self.gap()
        elif name in ("td", "th") and self.line:
            self.line.append(" ")
        elif name == "a":
            self.links = [_attribute(content, "href")]  # links do not nest
            self.link_start = len(self.line)
        if name == "blockquote":
            self.quote += 1
        elif name == "pre":
            self.pre += 1
        elif name == "li":
            self.line.append("- ")

    def close(self, name: str) -> None:
        if name in BLOCKS:
            self.break_line()
        if name == "blockquote":
            self.quote = max(0, self.quote - 1)
        if name in PARAGRAPHS:
            self.gap()
        if name == "pre":
            self.pre = max(0, self.pre - 1)
        elif name == "a" and self.links:
            self.end_link(self.links.pop())
            self.link_start = len(self.line)

    def end_link(self, address: str) -> None:
        shown = "".join(self.line[self.link_start :]).strip()
        if (
            address.startswith(("http://", "https://"))
            and shown
            and address.rstrip("/")
            not in (
                shown,
                "http://" + shown,
                "https://" + shown,
            )
        ):
            self.line.append(f" ({address[:500]})")

    def words(self, piece: str) -> None:
        text = (
            _unescaped(piece).replace("\xa0", " ").replace("\u200b", "") if "&" in piece else piece.replace("\xa0", " ")
        )
        if self.pre:
            first, *rest = text.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            if rest:
                self.end_line()
                prefix = self.prefix()
                self.lines += [(prefix + line).rstrip() for line in rest[:-1]]
                self.line.append(rest[-1])
            return
        flat = " ".join(text.split())
        if not flat:
            if text and self.line and not self.line[-1].endswith(" "):
                self.line.append(" ")
            return
        before = " " if text[0].isspace() and self.line and not self.line[-1].endswith(" ") else ""
        self.line.append(before + flat + (" " if text[-1].isspace() else ""))

    def break_line(self) -> None:
        if "".join(self.line).strip():
            self.end_line()
        self.line = []

    def end_line(self) -> None:
        text = "".join(self.line).rstrip() if self.pre else "".join(self.line).strip()
        self.lines.append(self.prefix() + text if text else self.prefix().rstrip())
        self.line = []
        self.link_start = 0

    def gap(self) -> None:
        blank = self.prefix().rstrip()
        if self.lines and self.lines[-1] != blank:
            self.lines.append(blank)

    def prefix(self) -> str:
        depth = min(self.quote, DEEPEST_QUOTE)
        return ">" * depth + " " if depth else ""

    def text(self) -> str:
        self.break_line()
        return "\n".join(self.lines).strip("\n")


def _attribute(content: str, name: str) -> str:
    at = content.lower().find(name + "=")
    if at < 0:
        return ""
    value = content[at + len(name) + 1 :]
    if value[:1] in ("'", '"'):
        return _unescaped(value[1:].partition(value[0])[0]).strip()
    return _unescaped(value.split(None, 1)[0]) if value.split() else ""


def _unescaped(piece: str) -> str:
    try:
        return unescape(piece)
    except ValueError:  # a number of more digits than Python reads
        return piece


def marked(source: str) -> tuple[str, list[Mark]]:
    """The same text, and what the markup says of each of its lines."""
    text = plain(source)
    return text, [Mark.NONE] * (text.count("\n") + 1)
