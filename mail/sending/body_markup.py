"""A rich text as the HTML and the plain characters of a letter. Every character of the text is escaped. Pure.

Styles stand in the tags, since programs drop those of the head when a letter is forwarded or shown in part; paragraphs
and lists are of the kinds that Outlook draws too. Numbers of steps and questions stay plain characters, never an HTML
list: they must survive when somebody quotes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from markupsafe import Markup, escape

from desk.language.rich_text import RichText, TextSpan

SAFE_LINKS = ("https://", "http://", "mailto:", "tel:")
_STEP = re.compile(r"\d{1,2}\. ")
_QUESTION = re.compile(r"[1-9]\) ")
_STYLES = {
    "words": "margin:0 0 14px;",
    "question": "margin:18px 0 14px;",
    "question and more": "margin:18px 0 4px;",
    # The number hangs out to the left, so that the steps stand in line.
    "steps": "margin:0 0 10px 18px; text-indent:-18px;",
}
_LIST, _ITEM = "margin:0 0 14px; padding:0 0 0 22px;", "margin:0 0 4px;"
_SET_IN = Markup("&nbsp;&nbsp;&nbsp;")


def asks_questions(text: RichText) -> bool:
    """Whether numbered questions stand in it, which may be answered below each."""
    return any(_QUESTION.match(line) for line in text.plain.split("\n"))


def text_with_links(text: RichText) -> str:
    """The plain characters, with a link's address after its label."""
    out, at = [], 0
    for mark in text.marks:
        out.append(text.plain[at : mark.end])
        at = mark.end
        if mark.kind == "link" and mark.url and mark.url != text.plain[mark.start : mark.end]:
            out.append(f" ({mark.url})")
    out.append(text.plain[at:])
    return "".join(out)


def text_to_html(text: RichText, link_colour: str) -> Markup:
    """Paragraphs, bulleted lists, numbered steps and questions, bold, code and links."""
    inline = partial(_inline_to_html, link_colour=link_colour)
    blocks: list[str] = []
    lines: list[str] = []
    kind = ""

    def close() -> None:
        if lines:
            blocks.append(_block_to_html(kind, lines))
        lines.clear()

    at = 0
    for line in text.plain.split("\n"):
        end = at + len(line)
        found = _kind_of_line(line)
        if found == "words" and kind == "steps" and lines and line.startswith("  "):
            lines[-1] += f"<br>\n{inline(text.part(at + len(line) - len(line.lstrip()), end))}"
        else:
            if found != kind:
                kind = "question and more" if kind == "question" and found else kind
                close()
                kind = found
            if found == "bullets":
                lines.append(inline(text.part(at + 2, end)))
            elif found:
                lines.append(_indented(text.part(at, end), inline))
        at = end + 1
    close()
    return Markup("\n".join(blocks))  # noqa: S704 - each piece of it was escaped


def _kind_of_line(line: str) -> str:
    """What a line belongs to; "" for one that parts paragraphs."""
    if line.startswith(("- ", "• ")):
        return "bullets"
    if _STEP.match(line):
        return "steps"
    if _QUESTION.match(line):
        return "question"
    return "words" if line.strip() else ""


def _block_to_html(kind: str, lines: Sequence[str]) -> str:
    if kind == "bullets":
        items = "\n".join(f'<li style="{_ITEM}">{item}</li>' for item in lines)
        return f'<ul style="{_LIST}">\n{items}\n</ul>'
    if kind == "words":
        paragraph = "<br>\n".join(lines)
        return f'<p style="{_STYLES[kind]}">{paragraph}</p>'
    return "\n".join(f'<p style="{_STYLES[kind]}">{line}</p>' for line in lines)


def _indented(line: RichText, inline: Callable[[RichText], str]) -> str:
    """What is set in under a line stays so in HTML, which swallows spaces."""
    if not line.plain.startswith("  "):
        return inline(line)
    return _SET_IN + inline(line.part(len(line.plain) - len(line.plain.lstrip()), len(line.plain)))


def _inline_to_html(text: RichText, link_colour: str) -> str:
    out, at = [], 0
    for mark in text.marks:
        words = escape(text.plain[mark.start : mark.end])
        out += [escape(text.plain[at : mark.start]), _mark_to_html(mark, words, link_colour)]
        at = mark.end
    return "".join([*out, escape(text.plain[at:])])


def _mark_to_html(mark: TextSpan, words: str, link_colour: str) -> str:
    """``words`` are escaped already."""
    if mark.kind == "bold":
        return f"<strong>{words}</strong>"
    if mark.kind == "code":
        return f"<code>{words}</code>"
    if mark.url.lower().startswith(SAFE_LINKS):
        return f'<a class="accent" href="{escape(mark.url)}" style="color:{link_colour};">{words}</a>'
    return words
