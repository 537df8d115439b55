"""Outgoing messages rendered as mail: one text and one HTML body from the same content, in a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from desk.language.rich_text import RichText, join_texts, literal
from desk.language.unsafe_characters import one_line
from desk.model.branding.brand import Logo
from desk.model.messages import OutboundMessage, QuotedHistoryMessage, RedeliveryPolicy, RenderedCall
from desk.model.settings import MailboxSettings
from mail.replies.quotes import REPLY_ABOVE_MARKERS
from mail.sending.body_markup import asks_questions, text_to_html, text_with_links
from mail.sending.colours import accent_of
from mail.sending.reply_links import reply_head, reply_link

MAX_TEXT_LENGTH = 60_000
"""Characters of one message."""
MAX_HTML_BYTES = 100_000
"""Gmail clips a letter at 102 KB, and its foot with it."""
MAX_QUOTED_CHARACTERS, MAX_QUOTED_LINES = 300, 6
"""Characters and lines of each message that a message quotes."""
LOGO_WIDTH, LOGO_HEIGHT = 200, 44
"""Pixels that a logo fills at most."""


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
        reply_to = f"{local}+{outgoing.token}@{domain}" if outgoing.token else ""
        files = [
            {**asdict(file), "cid": f"{index}.{outgoing.key}@{domain}" if file.is_picture else ""}
            for index, file in enumerate(outgoing.files, 1)
        ]
        logo = _logo_values(outgoing.brand.logo, f"logo.{outgoing.key}@{domain}")
        names = self._template_values(outgoing, files, logo, message_id, reply_to)
        text, html = self._bodies(outgoing, files, names)
        body = {
            "to": outgoing.to.value,
            "from_name": outgoing.sender,
            "subject": outgoing.subject,
            "text": text,
            "html": html,
            "message_id": message_id,
            "references": list(outgoing.thread),
            "reply_to": reply_to,
            "language": outgoing.language,
            "automatic": outgoing.automatic,
            "notice": outgoing.notice,
            "answers": outgoing.answers,
            "files": [*([logo["file"]] if logo else []), *files],
        }
        lane = f"{self._settings.channel}:{outgoing.to.value}"
        return (RenderedCall(lane, "mail", RedeliveryPolicy.RETRY, body, remote=message_id),)

    def _bodies(
        self, outgoing: OutboundMessage, files: Sequence[dict[str, Any]], names: Mapping[str, Any]
    ) -> tuple[str, str]:
        """The text and the HTML, with as much of the words as a letter holds; the journal has the rest."""
        length = MAX_TEXT_LENGTH
        while True:
            words = _shorten_text(outgoing.text, length)
            parts = list(_parts_with_pictures(words, files, outgoing.file_places))
            html = self._html.render(**names, parts=parts).lstrip()
            if len(html.encode("utf-8", "replace")) <= MAX_HTML_BYTES or length < 1000:
                break
            length //= 2
        return self._text.render(**names, body=_text_of(parts, names["say"]["picture"])).lstrip(), html

    def _template_values(
        self,
        outgoing: OutboundMessage,
        files: Sequence[dict[str, Any]],
        logo: Mapping[str, Any] | None,
        message_id: str,
        reply_to: str,
    ) -> dict[str, Any]:
        number, bracket, _ = outgoing.subject.removeprefix("[").partition("]")
        say = self._frame.get(outgoing.language, self._frame["en"])
        head = reply_head(reply_to, outgoing.subject) if reply_to else ""
        accent = accent_of(outgoing.brand.colour)
        options = [one_line(option.label) for row in outgoing.options for option in row]
        return {
            "language": outgoing.language,
            "say": say,
            "accent": accent,
            "branded": bool(outgoing.brand.colour),
            "logo": logo,
            "markup": lambda words: text_to_html(words, accent.light),
            # Answers to numbered questions may stand below each of them.
            "marker": "" if asks_questions(outgoing.text) else _marker(outgoing.language),
            "options": [{"label": one, "link": reply_link(head, message_id, one) if head else ""} for one in options],
            "decline_link": reply_link(head, message_id, say["decline_words"]) if head else "",
            "files": [file["name"] for file in files if not file["cid"]],
            "number": number if bracket and outgoing.subject.startswith("[") else "",
            "address": self._settings.address,
            "sender": outgoing.sender,
            "answerable": bool(outgoing.token),
            "notice": outgoing.notice and bool(outgoing.token),
            "history": [_quote_values(one) for one in outgoing.history],
        }


def _marker(language: str) -> str:
    return REPLY_ABOVE_MARKERS.get(language, REPLY_ABOVE_MARKERS["en"])


def _logo_values(logo: Logo | None, cid: str) -> dict[str, Any] | None:
    """A logo as a file of the letter, and its size there in pixels."""
    if logo is None:
        return None
    share = min(1.0, LOGO_WIDTH / logo.width, LOGO_HEIGHT / logo.height)
    file = {"name": logo.name, "kind": "photo", "media_type": logo.media_type, "size": logo.size, "source": logo.source}
    width, height = max(1, round(logo.width * share)), max(1, round(logo.height * share))
    return {"file": {**file, "shows": "", "cid": cid}, "cid": cid, "width": width, "height": height}


def _shorten_text(text: RichText, length: int) -> RichText:
    return text if len(text.plain) <= length else join_texts([text.part(0, length), literal("…")])


def _parts_with_pictures(
    text: RichText, files: Sequence[dict[str, Any]], places: tuple[int, ...]
) -> Iterator[dict[str, Any]]:
    """The text in pieces, each with the pictures that stand below it; the first piece is the first paragraph alone,
    since our own line stands below that."""
    end = len(text.plain)
    below: dict[int, list[dict[str, Any]]] = {}
    for file, place in zip(files, (*places, *([end] * len(files))), strict=False):
        if file["cid"]:
            below.setdefault(min(place, end), []).append(file)
    first = text.plain.find("\n\n")
    cuts = sorted({first if first > 0 else end, end, *below})
    for start, cut in zip([0, *cuts[:-1]], cuts, strict=True):
        yield {"words": text.part(start, cut), "pictures": below.get(cut, [])}


def _text_of(parts: Sequence[Mapping[str, Any]], picture: str) -> str:
    """The pieces as plain characters, with a line in the place of each picture that says what it shows."""
    text = ""
    for part in parts:
        words = text_with_links(part["words"])
        text += words if not text or words.startswith("\n") else f"\n\n{words}" if words else ""
        for one in part["pictures"]:
            shows = f": {one_line(one['shows'])}" if one["shows"] else ""
            text += f"\n\n[{picture}{shows}]"
    return text


def _quote_values(one: QuotedHistoryMessage) -> dict[str, Any]:
    """Something said earlier, shortened, its lines apart, without what it quoted itself, and without characters that
    would turn others around."""
    own = "\n".join(line for line in one.text.splitlines() if line.strip() and not line.lstrip().startswith(">"))
    text = own if len(own) <= MAX_QUOTED_CHARACTERS else f"{own[:MAX_QUOTED_CHARACTERS].rstrip()} …"
    lines = [one_line(line) for line in text.splitlines()]
    cut = ["…"] if len(lines) > MAX_QUOTED_LINES else []
    return {"who": one_line(one.who), "when": one.when, "lines": [*lines[:MAX_QUOTED_LINES], *cut]}
