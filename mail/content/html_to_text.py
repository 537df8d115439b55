"""HTML converted to plain text in one pass over the source, in linear time; nothing is fetched.

Block quotes become lines with ``>``, so that one scanner finds what is new in text and HTML replies.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import unescape

from mail.content.mail_program_markup import (
    ElementMeaning,
    LineMark,
    find_attribute,
    find_element_meaning,
    has_no_margin,
)

# fmt: off
BLOCK_ELEMENTS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section",
    "table", "tbody", "tfoot", "thead", "tr", "ul",
})
# fmt: on
INLINE_ELEMENTS = frozenset({"span", "body", "font"})
"""They say something in some programs, and break no line."""
VOID_ELEMENTS = frozenset({"hr"})
PARAGRAPH_ELEMENTS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"})
HIDDEN_ELEMENTS = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg"})
MAX_QUOTE_DEPTH = 10
MAX_OPEN_ELEMENTS = 400
"""So many open elements are remembered, and this far back an end looks for its beginning:"""
MAX_ELEMENTS_SEARCHED = 60


def html_to_text(source: str) -> str:
    """The text a reader would see."""
    return html_to_marked_text(source)[0]


def html_to_marked_text(source: str) -> tuple[str, list[LineMark]]:
    """The same text, and what the markup says of each of its lines."""
    walk = _HtmlConverter(source)
    walk.convert()
    return walk.result()


@dataclass(slots=True)
class _OpenElement:
    """An open element; ``cited`` once a block quote inside has begun."""

    name: str
    meaning: ElementMeaning
    has_no_margin: bool = False
    blockquote_begun: bool = False


class _HtmlConverter:
    def __init__(self, source: str) -> None:
        self.source = source
        self.lines: list[str] = []
        self.marks: list[LineMark] = []
        self.current_line: list[str] = []
        self.open_elements: list[_OpenElement] = []
        self.open_meanings: Counter[ElementMeaning] = Counter()
        self.history_begins = False
        self.preformatted_depth = 0
        self.links: list[str] = []
        self.link_start = 0
        self.not_found: set[str] = set()  # ends that do not come any more: never looked for twice

    def convert(self) -> None:
        source, at = self.source, 0
        while at < len(source):
            open_at = source.find("<", at)
            if open_at < 0:
                self.add_text(source[at:])
                return
            if open_at > at:
                self.add_text(source[at:open_at])
            at = self.read_tag(open_at)

    def find_once(self, what: str, start: int) -> int:
        """Where ``what`` comes next, -1 for nowhere; a second search in vain costs nothing."""
        if what in self.not_found:
            return -1
        found = self.source.find(what, start)
        if found < 0:
            self.not_found.add(what)
        return found

    def read_tag(self, at: int) -> int:
        source = self.source
        if source.startswith("<!--", at):
            end = self.find_once("-->", at + 4)
            return end + 3 if end >= 0 else len(source)
        follows = source[at + 1 : at + 2]
        if not (follows.isalpha() or follows in ("/", "!", "?")) or not follows:
            self.add_text("<")
            return at + 1
        end = self.find_once(">", at)
        if end < 0:
            self.add_text(source[at:])
            return len(source)
        closing = follows == "/"
        content = source[at + 1 + closing : min(end, at + 2000)]
        name = content.split(None, 1)[0].rstrip("/").lower() if content.split() else ""
        if closing:
            self.close_tag(name)
        elif name in HIDDEN_ELEMENTS and not content.endswith("/"):
            return self.skip_element(name, end + 1)
        else:
            self.open_tag(name, content)
        return end + 1

    def skip_element(self, name: str, at: int) -> int:
        for spelled in (f"</{name}", f"</{name.upper()}", f"</{name.capitalize()}"):
            if (end := self.find_once(spelled, at)) >= 0:
                close = self.find_once(">", end)
                return close + 1 if close >= 0 else len(self.source)
        return at

    def open_tag(self, name: str, content: str) -> None:
        if name == "br":
            self.end_line()
        elif name in BLOCK_ELEMENTS or name in INLINE_ELEMENTS:
            self.begin_element(_OpenElement(name, find_element_meaning(name, content), has_no_margin(name, content)))
        elif name in ("td", "th") and self.current_line:
            self.current_line.append(" ")
        elif name == "a":
            self.links = [_unescape_html(find_attribute(content, "href")).strip()]  # links do not nest
            self.link_start = len(self.current_line)
        elif name == "img":
            self.add_image(_unescape_html(find_attribute(content, "alt")))
        if name == "pre":
            self.preformatted_depth += 1
        elif name == "li":
            self.current_line.append("- ")

    def begin_element(self, element: _OpenElement) -> None:
        """A block begins; what it means begins with it."""
        if element.name in BLOCK_ELEMENTS:
            self.break_line()
            if element.name in PARAGRAPH_ELEMENTS and not element.has_no_margin:
                self.add_blank_line()
        if element.meaning is ElementMeaning.HISTORY:
            self.history_begins = True
        if element.meaning is ElementMeaning.BLOCKQUOTE:
            for outer in self.open_elements[-MAX_ELEMENTS_SEARCHED:]:
                outer.blockquote_begun = True
        if element.name not in VOID_ELEMENTS and len(self.open_elements) < MAX_OPEN_ELEMENTS:
            self.open_elements.append(element)
            self.open_meanings[element.meaning] += 1

    def close_tag(self, name: str) -> None:
        if name in BLOCK_ELEMENTS:
            self.break_line()
        if name in BLOCK_ELEMENTS or name in INLINE_ELEMENTS:
            loose = self.end_element(name)
            if name in PARAGRAPH_ELEMENTS and loose:
                self.add_blank_line()
        if name == "pre":
            self.preformatted_depth = max(0, self.preformatted_depth - 1)
        elif name == "a" and self.links:
            self.add_link_address(self.links.pop())
            self.link_start = len(self.current_line)

    def end_element(self, name: str) -> bool:
        """Ends the innermost element of a name and all inside it; whether space follows it."""
        for back, element in enumerate(reversed(self.open_elements[-MAX_ELEMENTS_SEARCHED:]), 1):
            if element.name == name:
                for ended in self.open_elements[-back:]:
                    self.open_meanings[ended.meaning] -= 1
                del self.open_elements[-back:]
                return not element.has_no_margin
        return True

    def add_image(self, told: str) -> None:
        """Of pictures only those that are a character: smileys."""
        if 0 < len(told) <= 4 and not told.isascii():
            self.current_line.append(told)

    def add_link_address(self, address: str) -> None:
        """Says where a link leads, unless its words do."""
        shown = "".join(self.current_line[self.link_start :]).strip()
        said = {shown, f"http://{shown}", f"https://{shown}"}
        if shown and address.startswith(("http://", "https://")) and address.rstrip("/") not in said:
            self.current_line.append(f" ({address[:500]})")

    def add_text(self, piece: str) -> None:
        text = _unescape_html(piece).replace("\u200b", "") if "&" in piece else piece
        if self.preformatted_depth:
            self.add_preformatted(text)
            return
        flat = " ".join(text.split())
        if not flat:
            if "\xa0" in text and not self.current_line:
                self.current_line.append("\xa0")
            elif text and self.current_line and not self.current_line[-1].endswith(" "):
                self.current_line.append(" ")
            return
        before = " " if text[0].isspace() and self.current_line and not self.current_line[-1].endswith(" ") else ""
        self.current_line.append(before + flat + (" " if text[-1].isspace() else ""))

    def add_preformatted(self, text: str) -> None:
        """Inside ``pre`` a line's end is one."""
        first, *rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.current_line.append(first)
        for line in rest:
            self.end_line()
            self.current_line.append(line)

    def break_line(self) -> None:
        joined = "".join(self.current_line)
        if joined.strip() or "\xa0" in joined:
            self.end_line()
        self.current_line = []

    def end_line(self) -> None:
        joined = "".join(self.current_line).replace("\xa0", " ")
        text = joined.rstrip() if self.preformatted_depth else joined.strip()
        self.add_line(self.quote_prefix() + text if text else self.quote_prefix().rstrip(), self.choose_line_mark(text))
        self.current_line = []
        self.link_start = 0

    def choose_line_mark(self, text: str) -> LineMark:
        """What is meant of the line that ends here."""
        if self.history_begins and text:
            self.history_begins = False
            return LineMark.HISTORY
        if self.open_meanings[ElementMeaning.QUOTE] or (
            self.open_meanings[ElementMeaning.QUOTE_OPENING] and not self.has_blockquote_begun()
        ):
            return LineMark.QUOTE
        return (
            LineMark.SIGNATURE
            if self.open_meanings[ElementMeaning.SIGNATURE] and not self.open_meanings[ElementMeaning.BLOCKQUOTE]
            else LineMark.NONE
        )

    def has_blockquote_begun(self) -> bool:
        """Whether a block quote has begun in the innermost element that opens one."""
        return next(
            (
                one.blockquote_begun
                for one in reversed(self.open_elements)
                if one.meaning is ElementMeaning.QUOTE_OPENING
            ),
            False,
        )

    def add_line(self, line: str, mark: LineMark) -> None:
        self.lines.append(line)
        self.marks.append(mark)

    def add_blank_line(self) -> None:
        blank = self.quote_prefix().rstrip()
        if self.lines and self.lines[-1].strip(">"):
            self.add_line(blank, self.choose_line_mark(""))
        elif self.lines and not blank:
            self.lines[-1], self.marks[-1] = "", self.choose_line_mark("")

    def quote_prefix(self) -> str:
        depth = min(self.open_meanings[ElementMeaning.BLOCKQUOTE], MAX_QUOTE_DEPTH)
        return ">" * depth + " " if depth else ""

    def result(self) -> tuple[str, list[LineMark]]:
        self.break_line()
        start, end = 0, len(self.lines)
        while start < end and not self.lines[start]:
            start += 1
        while start < end and not self.lines[end - 1]:
            end -= 1
        return "\n".join(self.lines[start:end]), self.marks[start:end] or [LineMark.NONE]


def _unescape_html(piece: str) -> str:
    try:
        return unescape(piece)
    except ValueError:  # a number of more digits than Python reads
        return piece
