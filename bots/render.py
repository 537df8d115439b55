"""What is to be said becomes Bot API calls, each one exactly one call. Pure, and without aiogram.

The body of a `RenderedCall` is ``{"method", "params", "files", "edits", "answers"}``: the method's name and its
parameters as JSON, the files to be opened while sending (``at`` names the parameter, or the place in an album), and
the keys of the earlier departures whose message ids belong into the call. ``about`` is what the message is
(`desk.model.messages.OutboundMessage`). Texts go with entities, never with a parse
mode, so no character of anybody's words can become markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bots.split_text import CAPTION, entities, split_text, units
from desk.language.rich_text import RichText, TextSpan, join_texts
from desk.model.messages import File, OutboundMessage, RedeliveryPolicy, RenderedButton, RenderedCall
from desk.pipeline.reply_tokens import encode_number

MOST_DATA = 64
MOST_ALERT = 200
MOST_IN_ALBUM = 10
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
_CAPTION_ABOVE = ("sendPhoto", "sendVideo")
"""What can have its words above it; what is read first stands first."""
_LARGEST_PICTURE = 10 * 1024 * 1024


def render(channel: str, outgoing: OutboundMessage) -> tuple[RenderedCall, ...]:
    """All calls for one `OutboundMessage`, in order; the buttons are on the last that can have any. Raises ValueError
    for a button too long."""
    return tuple(_Renderer(channel, outgoing).calls())


class _Renderer:
    """Renders one outgoing message; its first call is the reply to what it answers."""

    def __init__(self, channel: str, outgoing: OutboundMessage) -> None:
        self.channel = channel
        self.out = outgoing
        self.chat = _chat(outgoing.to.value)
        topic = outgoing.to.topic
        self.to: dict[str, Any] = {"chat_id": self.chat, **({"message_thread_id": topic} if topic else {})}
        self.keyboard = keyboard(outgoing)
        self.answers = outgoing.answers

    def calls(self) -> Iterator[RenderedCall]:
        if self.out.callback:
            yield self.acknowledged()
        if self.out.reaction or self.out.removes:
            yield self.reacted() if self.out.reaction else self.removed()
            return
        texts = split_text(self.out.text)
        if not texts and not self.out.files and self.out.callback:
            return
        if not self.out.edits:
            yield from self.with_files(texts)
        elif self.out.files or self.out.keeps:
            yield self.stripped()
            yield from self.with_files(texts)
        else:
            yield from self.edited(texts)

    def acknowledged(self) -> RenderedCall:
        """Stops the button's little clock. Has a lane of its own: the person is looking at it, so it never waits."""
        params = {"callback_query_id": self.out.callback}
        if self.out.alert:
            params["text"] = split_text(RichText(self.out.alert), MOST_ALERT)[0].plain if self.out.alert.strip() else ""
        lane = f"{self.channel}:callback:{self.out.callback}"
        return RenderedCall(lane, "callback", RedeliveryPolicy.EDIT, _body("answerCallbackQuery", params))

    def reacted(self) -> RenderedCall:
        """An emoji on the message that was received: the shortest way to say that it arrived."""
        reaction = [{"type": "emoji", "emoji": self.out.reaction}]
        body = _body("setMessageReaction", {"chat_id": self.chat, "reaction": reaction}) | {"edits": self.out.edits}
        lane = f"{self.channel}:reaction:{self.out.to.value}:{self.out.edits}"
        return RenderedCall(lane, "callback", RedeliveryPolicy.EDIT, body)

    def removed(self) -> RenderedCall:
        """Takes an old message away, in its order: it may not have been sent yet."""
        body = _body("deleteMessage", {"chat_id": self.chat}) | {"edits": self.out.edits}
        return RenderedCall(f"{self.channel}:{self.out.to.value}", "callback", RedeliveryPolicy.EDIT, body)

    def edited(self, texts: Sequence[RichText]) -> Iterator[RenderedCall]:
        """The old message changes its words and its buttons; what does not fit into it follows as new messages."""
        if not texts:
            yield self.stripped()
            return
        first, more = texts[0], texts[1:]
        params = {"chat_id": self.chat, **_words(first)}
        if self.keyboard and not more:
            params["reply_markup"] = self.keyboard
        body = _body("editMessageText", params) | {"edits": self.out.edits}
        yield self.call("edit", body, RedeliveryPolicy.EDIT, supersedes=self.out.edits)
        yield from self.written(more)

    def stripped(self) -> RenderedCall:
        """Takes the buttons off the old message; what is to be said follows below it as new messages."""
        body = _body("editMessageReplyMarkup", {"chat_id": self.chat}) | {"edits": self.out.edits}
        return self.call("strip", body, RedeliveryPolicy.EDIT, supersedes=self.out.edits)

    def with_files(self, texts: Sequence[RichText]) -> Iterator[RenderedCall]:
        """Words first, below them the files that belong to them, and below those what is said last, and asked."""
        if len(self.out.files) == 1 and len(texts) <= 1 and (not texts or units(texts[0].plain) <= CAPTION):
            yield self.file(self.out.files[0], texts[0] if texts else None, last=True)
            return
        parts = list(self.parts())
        for number, (words, files) in enumerate(parts, 1):
            yield from self.part(words, files, last=number == len(parts))

    def parts(self) -> Iterator[tuple[RichText, list[File]]]:
        """The text in pieces, each with the files that stand below it."""
        end = len(self.out.text.plain)
        below: dict[int, list[File]] = {}
        places = (*self.out.file_places, *([end] * len(self.out.files)))
        for file, place in zip(self.out.files, places, strict=False):
            below.setdefault(min(place, end), []).append(file)
        start = 0
        for cut in sorted({end, *below}):
            yield self.out.text.part(start, cut), below.get(cut, [])
            start = cut

    def part(self, words: RichText, files: Sequence[File], last: bool) -> Iterator[RenderedCall]:
        """One piece. The buttons are on the ``last`` message that can have any: an album cannot."""
        texts = split_text(words)
        pictures = [file for file in files if _method(file)[1] == "photo"]
        batches = [pictures[at : at + MOST_IN_ALBUM] for at in range(0, len(pictures), MOST_IN_ALBUM)]
        batches += [[file] for file in files if _method(file)[1] != "photo"]
        if len(batches) == len(texts) == 1 and len(batches[0]) == 1 and units(texts[0].plain) <= CAPTION:
            yield self.file(batches[0][0], texts[0], last)
            return
        on_file = bool(batches) and len(batches[-1]) == 1
        yield from self.written(texts, last and not on_file)
        for number, batch in enumerate(batches, 1):
            single = len(batch) == 1
            shows = self.caption(batch[0]) if single else None
            yield self.file(batch[0], shows, last and number == len(batches)) if single else self.album(batch)
        if last and self.keyboard and not texts and not on_file:
            yield from self.written([RichText("👆")])  # buttons need words to hang under

    def written(self, texts: Sequence[RichText], last: bool = True) -> Iterator[RenderedCall]:
        for number, text in enumerate(texts, 1):
            params = {**self.to, **_words(text)}
            if self.keyboard and last and number == len(texts):
                params["reply_markup"] = self.keyboard
            yield self.call("text", _body("sendMessage", params))

    def file(self, file: File, caption: RichText | None, last: bool) -> RenderedCall:
        method, field = _method(file)
        params = dict(self.to)
        if caption:
            params["caption"] = caption.plain
            if method in _CAPTION_ABOVE:
                params["show_caption_above_media"] = True
            if marks := entities(caption):
                params["caption_entities"] = marks
        if self.keyboard and last:
            params["reply_markup"] = self.keyboard
        return self.call("file", _body(method, params, [self.opened(file, field)]))

    def album(self, files: Sequence[File]) -> RenderedCall:
        # Telegram shows the caption of an album where it has a single one.
        captions = [_captioned(self.caption(file, labelled=at == 0)) for at, file in enumerate(files)]
        params = {**self.to, "media": [{"type": "photo"} | one for one in captions]}
        body = _body("sendMediaGroup", params, [self.opened(file, str(at)) for at, file in enumerate(files)])
        return self.call("album", body)

    def caption(self, file: File, labelled: bool = True) -> RichText:
        """What a file shows, for who opens it; where it stands apart from the text, with whose it is."""
        label = RichText(self.out.label, (TextSpan("bold", 0, len(self.out.label)),)) if self.out.label else RichText()
        words = join_texts([label if labelled else RichText(), RichText(file.shows)], "\n")
        return next(iter(split_text(words, CAPTION)), RichText())

    def opened(self, file: File, at: str) -> dict[str, str]:
        """A file to be put in while sending: by the file id if this very bot was given it, else by its bytes."""
        ours = f"{self.channel}:"
        held = file.source.removeprefix(ours) if file.source.startswith(ours) else ""
        return {"at": at, "source": file.source, "id": held, "name": file.name}

    def call(
        self, kind: str, body: dict[str, Any], policy: RedeliveryPolicy | None = None, supersedes: str = ""
    ) -> RenderedCall:
        if self.answers and not body.get("edits"):
            body["answers"], self.answers = self.answers, ""
        if self.out.about:
            body["about"] = self.out.about
        return RenderedCall(f"{self.channel}:{self.out.to.value}", kind, policy or self.out.policy, body, supersedes)


SHARE_CONTACT = "share_contact"
"""The option that stands for sharing the own contact."""


def keyboard(outgoing: OutboundMessage) -> dict[str, Any] | None:
    """The inline keyboard, where every button says which case and which prompt it belongs to; or the one below the chat
    that asks for the own contact."""
    if asks := [option.label for row in outgoing.options for option in row if option.id == SHARE_CONTACT]:
        # Only a keyboard below the chat can ask for a contact; it goes once it was pressed.
        contact = [[{"text": label, "request_contact": True}] for label in asks]
        return {"keyboard": contact, "resize_keyboard": True, "one_time_keyboard": True}
    rows = [[_button(outgoing, option) for option in row] for row in outgoing.options if row]
    return {"inline_keyboard": rows} if rows else None


def _button(outgoing: OutboundMessage, option: RenderedButton) -> dict[str, str]:
    data = f"{encode_number(outgoing.case)}:{outgoing.prompt}:{option.id}"
    if len(data.encode()) > MOST_DATA:
        raise ValueError(
            f"the option {option.id!r} is too long for a button: with its case it takes more than 64 bytes"
        )
    return {"text": option.label, "callback_data": data}


def _words(text: RichText) -> dict[str, Any]:
    words: dict[str, Any] = {"text": text.plain}
    if marks := entities(text):
        words["entities"] = marks
    if not any(mark.kind == "link" for mark in text.marks):
        # A stranger's address shall not draw a picture into our message.
        words["link_preview_options"] = {"is_disabled": True}
    return words


def _method(file: File) -> tuple[str, str]:
    """The method for a kind of file, and the parameter that takes the file."""
    if file.kind == "photo" and file.media_type in _PICTURES and file.size <= _LARGEST_PICTURE:
        return "sendPhoto", "photo"
    if file.kind == "voice" and file.media_type == "audio/ogg":
        return "sendVoice", "voice"
    if file.kind == "video" and file.media_type == "video/mp4":
        return "sendVideo", "video"
    if file.media_type in ("audio/mpeg", "audio/mp4"):
        return "sendAudio", "audio"
    return "sendDocument", "document"


def _captioned(caption: RichText) -> dict[str, Any]:
    marks = {"caption_entities": found} if (found := entities(caption)) else {}
    return {"caption": caption.plain, **marks} if caption else {}


def _body(method: str, params: dict[str, Any], files: Sequence[dict[str, str]] = ()) -> dict[str, Any]:
    return {"method": method, "params": params, "files": list(files)}


def _chat(value: str) -> int | str:
    """Chat ids are numbers; anything else (a public group's @name) Telegram takes as it is."""
    return int(value) if value.lstrip("-").isdecimal() else value
