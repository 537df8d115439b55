"""The chat of a terminal as a channel: what is typed comes in here, and a terminal that is open prints what goes out.

Every process knows this channel, so that any worker can decide what was typed; only a process with an open terminal
sends through it. Until one opens, answers wait in the outbox.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from desk.clock import Clock, now
from desk.language.rich_text import RichText, TextSpan
from desk.language.translatable import sentence
from desk.model.channel_interface import ChannelCapabilities, OpenFile, StoreMessages
from desk.model.events import NO_REFERENCE, CaseReference, Event, Inbound, OpenedChat, Pressed, Said
from desk.model.media_types import file_kind_of, media_type_of
from desk.model.messages import (
    Address,
    ClaimedArrival,
    ClaimedDeparture,
    File,
    OutboundMessage,
    RawMessage,
    RedeliveryPolicy,
    RenderedButton,
    RenderedCall,
    RetryLater,
    SendResult,
    Sent,
    UnreadableMessage,
)

NO_TERMINAL_RETRY = 3600.0
"""Seconds until a departure is tried again that came to a process without a terminal."""


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A picture or file of a message, and where it lies to be looked at; None when it is gone."""

    name: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """One message as a terminal gets it, ``to`` whom it goes there. ``alert`` is a short notice instead of a message.

    ``reaction`` is an emoji on what was typed, instead of words. ``edit`` when it brings an earlier message up to date,
    ``in_place`` when elsewhere it would take the place of the message whose button was pressed.
    """

    text: RichText
    to: str = ""
    options: tuple[RenderedButton, ...] = ()
    case: int = 0
    prompt: int = 0
    files: tuple[ShownFile, ...] = ()
    human: bool = False
    edit: bool = False
    in_place: bool = False
    alert: str = ""
    reaction: str = ""


ShowMessage = Callable[[ShownMessage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class TerminalUser:
    """Who sits at a terminal. ``id`` is what the desk knows them by; name and language may be empty."""

    provider: str
    id: str
    name: str = ""
    language: str = ""

    @property
    def channel(self) -> str:
        """The channel's name."""
        return channel_name(self.provider)

    @property
    def lane(self) -> str:
        """The lane of what they type, and of what is said to them."""
        return f"{self.channel}:{self.id}"

    def opens(self, now: datetime) -> RawMessage:
        """Opens the chat."""
        return self._raw(now, event="opened")

    def says(self, text: str, now: datetime, files: tuple[File, ...] = ()) -> RawMessage:
        """Types a line, or shows a file."""
        return self._raw(now, event="said", text=text, files=[asdict(one) for one in files])

    def presses(self, shown: ShownMessage, option: str, now: datetime) -> RawMessage:
        """Presses a button of a message."""
        return self._raw(now, event="pressed", press=[shown.case, shown.prompt, option])

    def _raw(self, now: datetime, **said: Any) -> RawMessage:
        body = {"id": self.id, "name": self.name, "language": self.language, **said}
        return RawMessage(self.channel, uuid4().hex, self.lane, json.dumps(body, ensure_ascii=False).encode(), now)


class TerminalChannel:
    """A `desk.model.channel_interface.Channel`. ``show`` is set by the process in whose terminal the chat is open.

    Files that lie nowhere yet (an agent's photo from Telegram) are laid below ``folder`` to be looked at.
    """

    channel_kind = "chat"
    capabilities = ChannelCapabilities(buttons=True, letters=False)

    def __init__(self, provider: str, open_file: OpenFile, folder: Path, clock: Clock = now) -> None:
        self.name = channel_name(provider)
        self.provider = provider
        self.show: ShowMessage | None = None
        self._open_file = open_file
        self._folder = folder
        self._clock = clock

    async def hear(self, arrival: ClaimedArrival) -> Inbound[Event]:
        """Reads what `TerminalUser` made. Raises `UnreadableMessage` for anything else."""
        try:
            body = json.loads(arrival.body)
            return self._inbound(arrival, body)
        except (ValueError, LookupError, TypeError) as error:
            raise UnreadableMessage(f"not a message of a chat: {type(error).__name__}: {error}") from None

    def _inbound(self, arrival: ClaimedArrival, body: Mapping[str, Any]) -> Inbound[Event]:
        event = _event(body)
        return Inbound(
            channel=self.name,
            sender=Address(self.channel_kind, self.name, str(body["id"])),
            at=arrival.received_at,
            event=event,
            provider=self.provider,
            name=str(body.get("name", "")),
            language=str(body.get("language", "")),
            reference=CaseReference(case_id=event.case_id, button=True) if isinstance(event, Pressed) else NO_REFERENCE,
            message=arrival.key,
            callback=arrival.key if isinstance(event, Pressed) else "",
        )

    def render(self, outgoing: OutboundMessage) -> tuple[RenderedCall, ...]:
        """One message; for a button's notice one of its own, and nothing where nothing is to be said."""
        return render(self.name, outgoing)

    async def send(self, departure: ClaimedDeparture, remotes: Mapping[str, str]) -> SendResult:
        """Shows it in the open terminal."""
        if self.show is None:
            return RetryLater(NO_TERMINAL_RETRY, sentence("no terminal is open"), tried=False)
        message = await self.read(departure.body)
        at = self._clock()
        await self.show(message)
        return Sent(departure.key, at)

    async def read(self, body: Mapping[str, Any]) -> ShownMessage:
        """The message in the body of a call."""
        return await terminal_message(body, self._folder, self._open_file)

    async def listen(self, accept: StoreMessages) -> None:
        """Nothing comes by itself: whoever reads the terminal accepts what is typed."""


def _event(body: Mapping[str, Any]) -> Event:
    """What was done at a terminal. Raises ValueError for anything that cannot be done there."""
    if body["event"] == "opened":
        return OpenedChat()
    if body["event"] == "pressed":
        case, prompt, option = body["press"]
        return Pressed(int(case), int(prompt), str(option))
    if body["event"] != "said":
        raise ValueError(f"nobody can do {body['event']!r} in a chat")
    text = str(body.get("text", ""))
    return Said(text=text, full_text=text, files=tuple(File(**one) for one in body.get("files", ())))


def channel_name(provider: str) -> str:
    """The name of a provider's chat."""
    return f"chat:{provider}"


def render(channel: str, outgoing: OutboundMessage) -> tuple[RenderedCall, ...]:
    """What is to be said, as one call on a terminal, where nothing can be edited in place: an edit is said anew."""
    without_content = not outgoing.text and not outgoing.files
    if without_content and not (outgoing.alert or outgoing.reaction):
        return ()
    body = {
        "to": outgoing.to.value,
        "text": outgoing.text.plain,
        "marks": [[mark.kind, mark.start, mark.end, mark.url] for mark in outgoing.text.marks],
        "options": [[option.id, option.label] for row in outgoing.options for option in row],
        "case": outgoing.case,
        "prompt": outgoing.prompt,
        "files": [asdict(file) for file in outgoing.files],
        "human": not outgoing.automatic,
        "edit": bool(outgoing.edits) and not outgoing.edits.startswith("remote:"),
        "in_place": outgoing.edits.startswith("remote:") and not outgoing.keeps,
        "alert": outgoing.alert if without_content else "",
        "reaction": outgoing.reaction,
    }
    kind: Literal["callback", "text"] = "callback" if without_content else "text"
    policy = RedeliveryPolicy.EDIT if without_content else outgoing.policy
    return (RenderedCall(f"{channel}:{outgoing.to.value}", kind, policy, body),)


async def terminal_message(body: Mapping[str, Any], folder: Path, open_file: OpenFile) -> ShownMessage:
    """The message in the body of a call. Its files are laid below ``folder`` where they lie nowhere yet."""
    files = [File(**file) for file in body["files"]]
    places = [await file_path(file, folder, open_file) for file in files]
    return ShownMessage(
        text=RichText(body["text"], tuple(TextSpan(*mark) for mark in body["marks"])),
        to=body["to"],
        options=tuple(RenderedButton(*option) for option in body["options"]),
        case=body["case"],
        prompt=body["prompt"],
        files=tuple(ShownFile(file.name, path) for file, path in zip(files, places, strict=True)),
        human=body["human"],
        edit=body["edit"],
        in_place=body["in_place"],
        alert=body["alert"],
        reaction=body["reaction"],
    )


def without_echo(message: ShownMessage, pressed_label: str) -> ShownMessage:
    """The message without the question just answered, where the button ``pressed_label`` stands above it anyway."""
    first, _, rest = message.text.plain.partition("\n\n")
    if not (
        message.in_place and rest and pressed_label and first.rstrip().casefold().endswith(pressed_label.casefold())
    ):
        return message
    return replace(message, text=message.text.part(len(first) + 2, len(message.text.plain)))


def copy_file(path: Path, folder: Path) -> File:
    """A copy of somebody's file that stays as long as the case may need it, below ``folder``. Raises OSError."""
    content = path.read_bytes()
    stored = _store_copy(content, path.name, folder)
    media_type = media_type_of(path.name)
    return File(path.name, file_kind_of(media_type), media_type, len(content), f"content:{stored}")


async def file_path(file: File, folder: Path, open_file: OpenFile) -> Path | None:
    """Where a file can be looked at: its own place, or a copy below ``folder``. None when it is gone."""
    if file.source.startswith("content:"):
        return Path(file.source.removeprefix("content:"))
    try:
        return _store_copy(await open_file(file.source), file.name, folder)
    except LookupError:
        return None


def _store_copy(content: bytes, name: str, folder: Path) -> Path:
    """A file named by its content, so that a name somebody chose leads nowhere else."""
    stored = folder.resolve() / f"{sha256(content).hexdigest()[:16]}{Path(name).suffix.lower()[:10]}"
    stored.parent.mkdir(parents=True, exist_ok=True)
    stored.write_bytes(content)
    return stored
