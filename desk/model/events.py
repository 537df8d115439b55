"""What may come in, one frozen type for each kind of event, and the envelope `Inbound` around every one of them.

A channel's parser makes an `Inbound` from the stored bytes of an arrival, purely. Rules are registered for the kinds of
events they hear (`desk.pipeline.rulebook`), so none of them asks who speaks or what was done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from desk.model.agent_operations import AddNote, EditWords, Reply, ReportChange, Resolve
from desk.model.messages import FRONT, Address, File, SenderAssurance
from desk.model.operations.base import AgentOperation


@dataclass(frozen=True, slots=True)
class ForwardedLetter:
    """A letter within a letter: whom its head names, its subject and text, and the forwarder's ``note`` above it."""

    sender: str
    name: str
    subject: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A subscriber wrote something, or sent files.

    ``text`` is what is new in the message, ``full_text`` everything, both without a command of the channel.
    ``edited`` when an earlier message was changed, ``forwarded`` when somebody else wrote it. ``lost`` says what of it
    could not be read. ``report`` is what a mail server's report says ("delayed", "delivered"), for automatic mail
    alone. ``references`` are the Message-IDs of the thread, oldest first. ``content`` is the channel's name of what was
    sent ("text", "photo", "contact"), ``album`` names the album it belongs to. ``phone`` is a number shared as a
    contact, ``phone_is_own`` when the channel itself says that it is the sender's. ``offered`` are words of another
    matter said earlier: they are come back to, and their person is asked whether to; ``kept`` are matters behind it.
    ``letter`` is the letter that this one forwards; where an agent of the provider forwarded it, it has taken the place
    of the agent's own words, and ``forwarded_by`` is the agent's id.
    ``origin`` says who wrote what was forwarded, ``quote`` is the part of an earlier message that is answered, where
    the channel tells of them. ``folded`` is what of a letter is no new word: its signature and what it quotes.
    """

    text: str = ""
    full_text: str = ""
    subject: str = ""
    files: tuple[File, ...] = ()
    edited: bool = False
    forwarded: bool = False
    lost: str = ""
    report: str = ""
    references: tuple[str, ...] = ()
    content: str = "text"
    album: str = ""
    phone: str = ""
    phone_is_own: bool = False
    offered: bool = False
    kept: tuple[Mapping[str, Any], ...] = ()
    letter: ForwardedLetter | None = None
    forwarded_by: str = ""
    origin: str = ""
    quote: str = ""
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A subscriber pressed a button: of which case, under which prompt of it, which option.

    ``on_media`` when the button hung on a photo or file, whose text cannot be replaced.
    """

    case_id: int
    prompt: int
    option: str
    on_media: bool = False


@dataclass(frozen=True, slots=True)
class OpenedChat:
    """A subscriber opened the chat (``payload`` of the link they followed), or unblocked the bot (``returned``)."""

    payload: str = ""
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Reacted:
    """A subscriber set an ``emoji`` on a message of the desk: no words, and no answer to anything."""

    emoji: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryFailed:
    """Something of ours did not reach a person.

    ``lane``, ``channel`` and ``departure`` name what was sent, each "" where the report does not say. ``gone`` when
    nobody is reached there any more. ``suspects`` are the addresses it may have been sent to. ``by_person`` when the
    person left by themselves (blocked the bot).
    """

    why: str = ""
    gone: bool = False
    lane: str = ""
    channel: str = ""
    departure: str = ""
    suspects: tuple[str, ...] = ()
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class MaybeSent:
    """The answer to a departure was lost: it may have been sent or not."""

    lane: str = ""
    departure: str = ""


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer of a case fired. ``version`` counts how often it was set under this ``key``."""

    kind: str
    key: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class OperationOrdered:
    """An agent ordered an operation. ``pressed`` is the button's option where it was one; ``nameless`` when it was
    ordered in the name of a group or a channel, so that nobody knows by whom."""

    operation: AgentOperation
    pressed: str = ""
    nameless: bool = False


@dataclass(frozen=True, slots=True)
class NotForDesk:
    """Nothing that is meant for the desk: a service message, agents talking among themselves, a foreign button.

    ``agents`` when it was said in the agents' group.
    """

    agents: bool = False


@dataclass(frozen=True, slots=True)
class AgentsGroupChanged:
    """The bot was let into the agents' group (``present``), or put out of it."""

    present: bool


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """One alarm in the words of a template, for one address."""

    to: Address
    template: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AlarmsDue:
    """Alarms that are to be told now: what each address is told, in order (`desk.alarms`)."""

    words: tuple[AlarmWords, ...]


@dataclass(frozen=True, slots=True)
class AccountAnswered:
    """A source answered whose a key is: ``accounts`` as it keeps them, true at ``known_at`` (ISO 8601, "" for now).
    ``failed`` says why it gave no answer at all. Also what a new table says of a case that waited for it."""

    kind: str
    value: str
    source: str
    accounts: tuple[Mapping[str, Any], ...] = ()
    known_at: str = ""
    failed: str = ""


Event = (
    Said
    | Pressed
    | OpenedChat
    | Reacted
    | DeliveryFailed
    | MaybeSent
    | TimerFired
    | OperationOrdered
    | NotForDesk
    | AgentsGroupChanged
    | AlarmsDue
    | AccountAnswered
)
OfSubscriber = (Said, Pressed, OpenedChat)
"""Events in which a subscriber speaks."""

E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class CaseReference:
    """What an inbound message says about the case it belongs to; nothing of it is verified yet.

    ``tokens`` are keyed tokens found in recipients and references, ``reply_to`` the channel's id of the message this
    one answers, looked up among the departures of ``lane``. ``number`` is a case number an agent typed,
    ``quoted_number`` one in the desk's own message that is answered (``to_desk``; ``to_card`` where that is plainly a
    case's card), ``quoted_text`` that message's words; ``case_id`` is named by the desk itself, ``button`` when it
    comes from a button. ``anew`` when it begins a matter of its own, whatever is open.
    """

    tokens: tuple[str, ...] = ()
    reply_to: str = ""
    lane: str = ""
    number: str = ""
    quoted_number: str = ""
    quoted_text: str = ""
    to_desk: bool = False
    to_card: bool = False
    case_id: int = 0
    button: bool = False
    anew: bool = False


NO_REFERENCE = CaseReference()


@dataclass(frozen=True, slots=True)
class MessagePiece:
    """One of several messages that were sent together: its arrival, the channel's id of it, when its server had it, and
    what it says."""

    arrival_id: int
    message: str
    written: datetime | None
    text: str
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Inbound(Generic[E_co]):
    """One arrival, read: an event with who sent it, when, and what it refers to.

    ``at`` is when the desk received it, ``written`` when the channel's server did, by its own clock; None where that
    tells nothing better. ``pieces`` are the messages that were sent together and are heard as this one, oldest first;
    empty for a single message. Of several ``written`` is the first one's, ``message`` the last one's.
    ``message`` is the channel's id of this message, or of the message whose button was pressed, and ``callback`` the
    press to be acknowledged. ``automatic`` says what kind of machine wrote it ("" for a person), ``truncated`` that
    the rest of it lies on the server. ``fingerprint`` tells the same mail delivered twice. ``accepted_by`` is the
    agent who accepted a mail whose sender was not proved, ``accepted_key`` the key of that mail's own arrival.
    """

    channel: str
    sender: Address
    at: datetime
    event: E_co
    provider: str = FRONT
    proof: SenderAssurance = SenderAssurance.SURE
    name: str = ""
    language: str = ""
    reference: CaseReference = NO_REFERENCE
    message: str = ""
    callback: str = ""
    automatic: str = ""
    truncated: bool = False
    fingerprint: str = ""
    accepted_by: str = ""
    accepted_key: str = ""
    written: datetime | None = None
    pieces: tuple[MessagePiece, ...] = ()

    @property
    def from_subscriber(self) -> bool:
        """Whether a subscriber acts: says, presses, opens, or has left."""
        event = self.event
        return isinstance(event, OfSubscriber) or (isinstance(event, DeliveryFailed) and event.by_person)

    @property
    def from_agent(self) -> bool:
        """Whether an agent acts."""
        return isinstance(self.event, OperationOrdered)

    @property
    def text(self) -> str:
        """The words said, by a subscriber or by an agent; "" for events without words."""
        event = self.event
        if isinstance(event, Said):
            return event.text
        if isinstance(event, OperationOrdered) and isinstance(
            event.operation, (Reply, AddNote, Resolve, EditWords, ReportChange)
        ):
            return event.operation.text
        return ""

    @property
    def files(self) -> tuple[File, ...]:
        """The files that came with it."""
        event = self.event
        if isinstance(event, Said):
            return event.files
        if isinstance(event, OperationOrdered) and isinstance(event.operation, (Reply, AddNote, Resolve, EditWords)):
            return event.operation.files
        return ()

    @property
    def option(self) -> str:
        """The option of the button a subscriber pressed; "" for any other event."""
        return self.event.option if isinstance(self.event, Pressed) else ""
