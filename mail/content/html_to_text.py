"""HTML of letters as plain text: one walk, each character looked at a bounded number of times, nothing fetched.

Block quotes become lines with ``>``, so that one scanner finds the new part of text and HTML replies alike.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import unescape

from mail.content.html_quotes import ElementMeaning, LineMark, attribute, meaning, tight

# fmt: off
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
})
# fmt: on
SECTIONS = frozenset({"span", "body", "font"})
"""They say something in some programs, and break no line."""
VOID = frozenset({"hr"})
PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"})
SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg"})
DEEPEST_QUOTE = 10
OPEN = 400
"""So many open elements are remembered, and this far back an end looks for its beginning:"""
REACH = 60


def plain(source: str) -> str:
    """The text a reader would see."""
    return marked(source)[0]


def marked(source: str) -> tuple[str, list[LineMark]]:
    """The same text, and what the markup says of each of its lines."""
    walk = _Walk(source)
    walk.run()
    return walk.text()


@dataclass(slots=True)
class _Element:
    """An open element; ``cited`` once a block quote inside has begun."""

    name: str
    meaning: ElementMeaning
    tight: bool = False
    cited: bool = False


class _Walk:
    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: list[str] = []
        self.marks: list[LineMark] = []
        self.line: list[str] = []
        self.open_elements: list[_Element] = []
        self.meant: Counter[ElementMeaning] = Counter()
        self.history = False
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
        elif name in BLOCKS or name in SECTIONS:
            self.begin(_Element(name, meaning(name, content), tight(name, content)))
        elif name in ("td", "th") and self.line:
            self.line.append(" ")
        elif name == "a":
            self.links = [_unescaped(attribute(content, "href")).strip()]  # links do not nest
            self.link_start = len(self.line)
        elif name == "img":
            self.picture(_unescaped(attribute(content, "alt")))
        if name == "pre":
            self.pre += 1
        elif name == "li":
            self.line.append("- ")

    def begin(self, element: _Element) -> None:
        """A block begins; what it means begins with it."""
        if element.name in BLOCKS:
            self.break_line()
            if element.name in PARAGRAPHS and not element.tight:
                self.gap()
        if element.meaning is ElementMeaning.HISTORY:
            self.history = True
        if element.meaning is ElementMeaning.CITED:
            for outer in self.open_elements[-REACH:]:
                outer.cited = True
        if element.name not in VOID and len(self.open_elements) < OPEN:
            self.open_elements.append(element)
            self.meant[element.meaning] += 1

    def close(self, name: str) -> None:
        if name in BLOCKS:
            self.break_line()
        if name in BLOCKS or name in SECTIONS:
            loose = self.end(name)
            if name in PARAGRAPHS and loose:
                self.gap()
        if name == "pre":
            self.pre = max(0, self.pre - 1)
        elif name == "a" and self.links:
            self.end_link(self.links.pop())
            self.link_start = len(self.line)

    def end(self, name: str) -> bool:
        """Ends the innermost element of a name and all inside it; whether space follows it."""
        for back, element in enumerate(reversed(self.open_elements[-REACH:]), 1):
            if element.name == name:
                for ended in self.open_elements[-back:]:
                    self.meant[ended.meaning] -= 1
                del self.open_elements[-back:]
                return not element.tight
        return True

    def picture(self, told: str) -> None:
        """Of pictures only those that are a character: smileys."""
        if 0 < len(told) <= 4 and not told.isascii():
            self.line.append(told)

    def end_link(self, address: str) -> None:
        """Says where a link leads, unless its words do."""
        shown = "".join(self.line[self.link_start :]).strip()
        said = {shown, f"http://{shown}", f"https://{shown}"}
        if shown and address.startswith(("http://", "https://")) and address.rstrip("/") not in said:
            self.line.append(f" ({address[:500]})")

    def words(self, piece: str) -> None:
        text = _unescaped(piece).replace("\u200b", "") if "&" in piece else piece
        if self.pre:
            self.lines_as_written(text)
            return
        flat = " ".join(text.split())
        if not flat:
            if "\xa0" in text and not self.line:
                self.line.append("\xa0")
            elif text and self.line and not self.line[-1].endswith(" "):
                self.line.append(" ")
            return
        before = " " if text[0].isspace() and self.line and not self.line[-1].endswith(" ") else ""
        self.line.append(before + flat + (" " if text[-1].isspace() else ""))

    def lines_as_written(self, text: str) -> None:
        """Inside ``pre`` a line's end is one."""
        first, *rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.line.append(first)
        for line in rest:
            self.end_line()
            self.line.append(line)

    def break_line(self) -> None:
        joined = "".join(self.line)
        if joined.strip() or "\xa0" in joined:
            self.end_line()
        self.line = []

    def end_line(self) -> None:
        joined = "".join(self.line).replace("\xa0", " ")
        text = joined.rstrip() if self.pre else joined.strip()
        self.put(self.prefix() + text if text else self.prefix().rstrip(), self.mark(text))
        self.line = []
        self.link_start = 0

    def mark(self, text: str) -> LineMark:
        """What is meant of the line that ends here."""
        if self.history and text:
            self.history = False
            return LineMark.HISTORY
        if self.meant[ElementMeaning.OLD] or (self.meant[ElementMeaning.OPENING] and not self.answering()):
            return LineMark.QUOTE
        return (
            LineMark.SIGNATURE
            if self.meant[ElementMeaning.SIGNED] and not self.meant[ElementMeaning.CITED]
            else LineMark.NONE
        )

    def answering(self) -> bool:
        """Whether a block quote has begun in the innermost element that opens one."""
        return next((one.cited for one in reversed(self.open_elements) if one.meaning is ElementMeaning.OPENING), False)

    def put(self, line: str, mark: LineMark) -> None:
        self.lines.append(line)
        self.marks.append(mark)

    def gap(self) -> None:
        blank = self.prefix().rstrip()
        if self.lines and self.lines[-1].strip(">"):
            self.put(blank, self.mark(""))
        elif self.lines and not blank:
            self.lines[-1], self.marks[-1] = "", self.mark("")

    def prefix(self) -> str:
        depth = min(self.meant[ElementMeaning.CITED], DEEPEST_QUOTE)
        return ">" * depth + " " if depth else ""

    def text(self) -> tuple[str, list[LineMark]]:
        self.break_line()
        start, end = 0, len(self.lines)
        while start < end and not self.lines[start]:
            start += 1
        while start < end and not self.lines[end - 1]:
            end -= 1
        return "\n".join(self.lines[start:end]), self.marks[start:end] or [LineMark.NONE]


def _unescaped(piece: str) -> str:
    try:
        return unescape(piece)
    except ValueError:  # a number of more digits than Python reads
        return piece
