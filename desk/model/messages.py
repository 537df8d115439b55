"""What comes in and what goes out, as frozen values that every channel and every rule shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from desk.language.rich_text import RichText
from desk.language.translatable import sentence
from desk.model.branding.brand import NO_BRAND, Brand

FRONT = "_front"
"""The reserved provider of a shared front desk: whoever writes there is not identified yet."""


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message as a channel hands it in, before anyone has read it.

    ``key`` tells a repeat from a new one, for ever, within the channel. ``lane`` names whose message it is as far as
    that can be told without reading: arrivals of one lane are decided strictly in the order they were accepted.
    ``problem`` is empty, or says why the message cannot be read at all: then it is kept, visible and replayable.
    ``quiet_ms`` makes it a piece: it waits until nothing more has come in its lane for so long, and what came meanwhile
    is heard with it as one message (`desk.queues.message_pieces`). ``ends_wait`` when what waits in its lane waits no
    longer.
    """

    channel: str
    key: str
    lane: str
    body: bytes
    received_at: datetime
    problem: str = ""
    quiet_ms: int = 0
    ends_wait: bool = False


@dataclass(frozen=True, slots=True)
class ClaimedArrival:
    """A stored `RawMessage` that a worker has claimed. ``pieces`` came behind it and are claimed with it."""

    id: int
    channel: str
    key: str
    lane: str
    body: bytes
    received_at: datetime
    attempts: int = 0
    quiet_ms: int = 0
    pieces: tuple[ClaimedArrival, ...] = ()

    @property
    def ids(self) -> tuple[int, ...]:
        """Its id, and those of the pieces claimed with it."""
        return (self.id, *(one.id for one in self.pieces))


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person is reached: the kind of channel ("telegram", "mail", "chat"), the channel, the chat id or address.

    ``topic`` is a topic of a group that is a forum; 0 for the group as a whole.
    """

    channel_kind: str
    channel: str
    value: str
    topic: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """A photo or file by reference: its bytes are fetched when they are sent, never kept in a decision.

    ``source`` is ``telegram:<bot>:<file id>``, ``arrival:<arrival id>:<part number>`` or ``content:<path>``; the
    wiring knows who opens which. ``kind`` is "photo", "voice", "video" or "file". ``size`` is in bytes, 0 if unknown.
    ``shows`` says in words what is to be seen, for who cannot see it; "" where nobody said.
    """

    name: str
    kind: str
    media_type: str
    size: int
    source: str
    shows: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it can be looked at, sent as a photo or not."""
        return self.kind == "photo" or self.media_type.startswith("image/")

    @property
    def is_document(self) -> bool:
        """Whether it is a page to be read: banks send receipts so."""
        return self.media_type == "application/pdf" or self.name.lower().endswith(_DOCUMENTS)


_DOCUMENTS = (".pdf", ".doc", ".docx", ".odt", ".rtf")
VOICES = ("voice", "audio", "video_note")
"""Kinds of files that are listened to."""


def kind_seen(files: Sequence[File]) -> str:
    """What came, as an answer names it: "voice", "photo", or "file" for anything else."""
    if any(one.kind in VOICES for one in files):
        return "voice"
    return "photo" if any(one.is_picture for one in files) else "file"


class SenderAssurance(StrEnum):
    """How sure it is that the sender is who the address says."""

    SURE = "sure"  # the channel itself knows (Telegram), or an aligned pass, or an agent accepted it
    CLAIMED = "claimed"  # a mail's From where no authserv_id is configured
    DOUBTED = "doubted"  # an authserv_id is configured, and it gave no aligned pass


class UnreadableMessage(Exception):
    """The message cannot be read and never will be by this parser: quarantine it. The text says why."""


class RedeliveryPolicy(StrEnum):
    """What to do with a departure of which nobody knows after a crash whether it was sent."""

    RETRY = "retry"  # answers and prompts: a duplicate is better than silence
    HOLD = "hold"  # relays and notices of money or state: shown to the agent as "maybe sent"
    EDIT = "edit"  # repeatable: "message is not modified" is success


class SendPriority(IntEnum):
    """How urgent a departure is. How the places of a channel are shared by it says `desk.queues.send_quotas`."""

    DIALOG = 0  # an answer to somebody who waits for it, and what the agents are to see
    NOTICE = 1  # what concerns one person and answers nothing
    BULK = 2  # the same to many
    STRANGER = 3  # an answer to somebody the desk has never met, in a time of many


@dataclass(frozen=True, slots=True)
class RenderedButton:
    """A button: a short id for the channel, a label for the person."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class QuotedHistoryMessage:
    """Something said earlier, as a mail quotes it: by whom, when (in the provider's own time), and what."""

    who: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One thing the desk says, before a channel renders it.

    ``case`` and ``prompt`` go into every button, so that a stale one is known. ``edits`` and ``answers`` name an
    earlier departure by its key (or ``remote:<id>`` by the id the network gave it): edited in place, or replied to.
    ``keeps`` says that the message named by ``edits`` keeps its words, and only its buttons go; what is said follows
    below it. ``reaction`` is an emoji to be set on that message instead of saying anything.
    ``callback`` is a press to acknowledge, with ``alert`` shown over the chat; with no text nothing else is said.
    ``token`` is the keyed Reply-To token of this case and recipient, ``thread`` the Message-IDs so far, oldest first,
    ``key`` this departure's own unique key. ``automatic`` is False for an agent's own words. ``sender`` is the
    provider's title, in whose name the desk speaks. ``history`` is what was said before, oldest first, where a channel
    quotes it. ``notice`` marks what answers nothing and may be declined. ``file_places`` are the places in the text
    below which the files stand, one for each, where a channel can show them there; empty: below all of it.
    ``about`` says what it is, to whoever is answered with it: a case's "card", a subscriber's "words", a way to "undo",
    or "" for a notice. ``removes`` takes the message named by ``edits`` away. ``label`` is put to files that stand
    outside the text, so that they are known by themselves. ``brand`` is how the provider's letters look.
    """

    to: Address
    text: RichText
    key: str = ""
    policy: RedeliveryPolicy = RedeliveryPolicy.RETRY
    options: tuple[tuple[RenderedButton, ...], ...] = ()
    files: tuple[File, ...] = ()
    file_places: tuple[int, ...] = ()
    subject: str = ""
    language: str = "ru"
    case: int = 0
    prompt: int = 0
    edits: str = ""
    keeps: bool = False
    reaction: str = ""
    answers: str = ""
    callback: str = ""
    alert: str = ""
    token: str = ""
    thread: tuple[str, ...] = ()
    automatic: bool = True
    sender: str = ""
    history: tuple[QuotedHistoryMessage, ...] = ()
    notice: bool = False
    about: str = ""
    removes: bool = False
    label: str = ""
    brand: Brand = NO_BRAND


@dataclass(frozen=True, slots=True)
class RenderedCall:
    """An `OutboundMessage` rendered: exactly one call to the Bot API, the mail server or the terminal.

    ``body`` is JSON-able and all the sender needs.

    ``remote`` is the id of the message where we choose it ourselves (a Message-ID), else "".
    """

    lane: str
    kind: str
    policy: RedeliveryPolicy
    body: Mapping[str, Any]
    supersedes: str = ""
    remote: str = ""


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ClaimedDeparture:
    """A stored `RenderedCall` that a sender has claimed.

    ``attempts`` counts the tries, this one included; ``doubts`` those before it of which nobody knows what they did.
    ``since`` is when it was written, ``priority`` the one it was claimed under. ``still_ours`` is the fence: asked
    right before the network is touched, it tells whether this process may still send through the channel.
    """

    id: int
    key: str
    provider: str
    channel: str
    lane: str
    kind: str
    policy: RedeliveryPolicy
    body: Mapping[str, Any]
    case_id: int
    attempts: int
    doubts: int = 0
    since: datetime | None = None
    priority: SendPriority = SendPriority.DIALOG
    still_ours: Callable[[], bool] = field(default=_always, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel's server took it; ``remote`` is its id of the message, ``at`` when it was there by its own clock."""

    remote: str = ""
    at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Not now: try again after ``seconds``. ``whole_channel`` when the server asked all to wait, not this lane only.

    ``tried`` is False when nothing was attempted, since our own limits said to wait. ``too_many`` when the server said
    that it has had too many calls.
    """

    seconds: float
    why: str
    whole_channel: bool = False
    tried: bool = True
    too_many: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Never: the server said no for good. ``gone`` when the person cannot be reached there any more."""

    why: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class ResultUnknown:
    """The answer was lost: it may have been sent or not. The departure's policy decides."""

    why: str


FENCED = RetryLater(0.0, sentence("another process sends through this channel now"), tried=False)
"""What became of a departure whose fence (`ClaimedDeparture.still_ours`) said no."""

SendResult = Sent | RetryLater | Rejected | ResultUnknown
