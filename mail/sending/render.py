"""Outgoing messages rendered as mail: one text and one HTML body from the same content, in a template.

Numbers of questions stay plain characters, never an HTML list: they must survive when somebody quotes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from desk.language.rich_text import RichText, TextSpan, join_texts, literal
from desk.language.unsafe_characters import one_line
from desk.model.messages import OutboundMessage, QuotedHistoryMessage, RedeliveryPolicy, RenderedCall
from desk.model.settings import MailboxSettings
from mail.replies.quotes import REPLY_ABOVE_MARKERS

MAX_TEXT_LENGTH = 60_000
"""Characters of one message."""
MAX_QUOTED_CHARACTERS, MAX_QUOTED_LINES = 800, 20
"""Characters and lines of each message that a message quotes."""
_STEP = re.compile(r"\d{1,2}\. ")
_STEP_STYLE = "margin:0 0 8px; padding-left:22px; text-indent:-22px;"
_STEP_CONTINUED = '<br>\n<span style="display:inline-block; text-indent:0;">'
SAFE_LINKS = ("https://", "http://", "mailto:", "tel:")


class MailRenderer:
    """Makes messages of one mailbox. The templates are read once."""

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        environment = Environment(
            loader=PackageLoader("templates", ""),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # or each message looks whether the files have changed
        )
        self._html = environment.get_template("letter.html")
        self._text = environment.get_template("letter.txt")
        # Imported by a template they would be looked up for each message, at the cost of the rest of it.
        self._frame: Mapping[str, Mapping[str, str]] = vars(environment.get_template("letter_words.jinja").module)[
            "words"
        ]

    def render(self, outgoing: OutboundMessage) -> tuple[RenderedCall, ...]:
        """One message; none when there is nothing to be said (a mail cannot be edited in place or acknowledged)."""
        if not outgoing.text and not outgoing.files:
            return ()
        local, _, domain = self._settings.address.rpartition("@")
        message_id = f"<{outgoing.key}.{outgoing.token or '0'}@{domain}>"
        files = [
            {**asdict(file), "cid": f"{index}.{outgoing.key}@{domain}" if file.is_picture else ""}
            for index, file in enumerate(outgoing.files, 1)
        ]
        names, text = self._template_values(outgoing, files), _shorten_text(outgoing.text)
        body = {
            "to": outgoing.to.value,
            "from_name": outgoing.sender,
            "subject": outgoing.subject,
            "text": self._text.render(**names, body=text_with_links(text)).lstrip(),
            "html": self._html.render(**names, parts=_parts_with_pictures(text, files, outgoing.file_places)).lstrip(),
            "message_id": message_id,
            "references": list(outgoing.thread),
            "reply_to": f"{local}+{outgoing.token}@{domain}" if outgoing.token else "",
            "language": outgoing.language,
            "automatic": outgoing.automatic,
            "notice": outgoing.notice,
            "answers": outgoing.answers,
            "files": files,
        }
        lane = f"{self._settings.channel}:{outgoing.to.value}"
        return (RenderedCall(lane, "mail", RedeliveryPolicy.RETRY, body, remote=message_id),)

    def _template_values(self, outgoing: OutboundMessage, files: list[dict[str, Any]]) -> dict[str, Any]:
        number, bracket, _ = outgoing.subject.removeprefix("[").partition("]")
        return {
            "language": outgoing.language,
            "say": self._frame.get(outgoing.language, self._frame["en"]),
            "marker": REPLY_ABOVE_MARKERS.get(outgoing.language, REPLY_ABOVE_MARKERS["en"]),
            "options": [option.label for row in outgoing.options for option in row],
            "files": [file["name"] for file in files if not file["cid"]],
            "number": number if bracket and outgoing.subject.startswith("[") else "",
            "address": self._settings.address,
            "sender": outgoing.sender,
            "answerable": bool(outgoing.token),
            "notice": outgoing.notice and bool(outgoing.token),
            "history": [_quote_values(one) for one in outgoing.history],
        }


def _shorten_text(text: RichText) -> RichText:
    """As much as anybody reads in a message; the journal has the rest."""
    return text if len(text.plain) <= MAX_TEXT_LENGTH else join_texts([text.part(0, MAX_TEXT_LENGTH), literal("…")])


def _parts_with_pictures(text: RichText, files: list[dict[str, Any]], places: tuple[int, ...]) -> list[dict[str, Any]]:
    """The text as HTML in pieces, each with the pictures that stand below it; the first piece is the first paragraph
    alone, since our own line stands below that."""
    end = len(text.plain)
    below: dict[int, list[dict[str, Any]]] = {}
    for file, place in zip(files, (*places, *([end] * len(files))), strict=False):
        if file["cid"]:
            below.setdefault(min(place, end), []).append(file)
    first = text.plain.find("\n\n")
    cuts = sorted({first if first > 0 else end, end, *below})
    starts = [0, *cuts[:-1]]
    return [
        {"html": text_to_html(text.part(start, cut)), "pictures": below.get(cut, [])}
        for start, cut in zip(starts, cuts, strict=True)
    ]


def _quote_values(one: QuotedHistoryMessage) -> dict[str, Any]:
    """Something said earlier, shortened, its lines apart and without characters that would turn others around."""
    text = one.text if len(one.text) <= MAX_QUOTED_CHARACTERS else f"{one.text[:MAX_QUOTED_CHARACTERS].rstrip()} …"
    return {
        "who": one_line(one.who),
        "when": one.when,
        "lines": [one_line(line) for line in text.splitlines()[:MAX_QUOTED_LINES]],
    }


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


def text_to_html(text: RichText) -> Markup:
    """Paragraphs, bulleted lists, numbered steps, bold, code and links; every character of the text escaped."""
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
            lines[-1] += (
                f"{_STEP_CONTINUED}{_inline_to_html(text.part(at + len(line) - len(line.lstrip()), end))}</span>"
            )
        else:
            if found != kind:
                close()
                kind = found
            if found == "bullets":
                lines.append(_inline_to_html(text.part(at + 2, end)))
            elif found:
                lines.append(_indent_line(_inline_to_html(text.part(at + len(line) - len(line.lstrip()), end)), line))
        at = end + 1
    close()
    return Markup("\n".join(blocks))  # noqa: S704 - each piece of it was escaped


def _kind_of_line(line: str) -> str:
    """What a line belongs to; "" for one that parts paragraphs."""
    if line.startswith(("- ", "• ")):
        return "bullets"
    if _STEP.match(line):
        return "steps"
    return "words" if line.strip() else ""


def _block_to_html(kind: str, lines: Sequence[str]) -> str:
    """Steps are set out from their numbers, which stay in the text, so that whoever quotes the letter quotes them."""
    if kind == "bullets":
        items = "\n".join(f"<li>{item}</li>" for item in lines)
        return f"<ul>\n{items}\n</ul>"
    if kind == "steps":
        return "\n".join(f'<div style="{_STEP_STYLE}">{line}</div>' for line in lines)
    paragraph = "<br>\n".join(lines)
    return f"<p>{paragraph}</p>"


def _indent_line(inner: str, line: str) -> str:
    """What is set in under a question stays so in HTML, which swallows spaces."""
    if not line.startswith("  "):
        return inner
    return f'<span style="display:inline-block; padding-left:20px;">{inner}</span>'


def _inline_to_html(text: RichText) -> str:
    if not text.marks:
        return escape(text.plain)
    out, at = [], 0
    for mark in text.marks:
        out += [escape(text.plain[at : mark.start]), _mark_to_html(mark, escape(text.plain[mark.start : mark.end]))]
        at = mark.end
    return "".join([*out, escape(text.plain[at:])])


def _mark_to_html(mark: TextSpan, words: str) -> str:
    """``words`` are escaped already."""
    if mark.kind == "bold":
        return f"<strong>{words}</strong>"
    if mark.kind == "code":
        return f"<code>{words}</code>"
    if mark.url.lower().startswith(SAFE_LINKS):
        return f'<a href="{escape(mark.url)}">{words}</a>'
    return words
