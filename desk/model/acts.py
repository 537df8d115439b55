"""What a rule may decide: acts, as frozen values. The worker alone carries them out, all in one transaction.

A rule is ``(Case, Inbound, Facts) -> Decision | None`` and pure. None means that it has nothing to decide. The first
decision that is ``done`` ends the round; the others leave their acts applied and let the next rule go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

from desk.language.rich_text import RichText
from desk.model.arrival_outcomes import IgnoredCode, OperationRefusalCode
from desk.model.case import Case
from desk.model.events import Event, Inbound
from desk.model.journal_data import JournalEntryData
from desk.model.messages import Address, File, RawMessage, RedeliveryPolicy, SendPriority
from desk.model.shared_facts import SuppressionReason

T = TypeVar("T")
Names = Mapping[str, "str | RichText | Sequence[str]"]


class Addressee(StrEnum):
    """Whom an act addresses."""

    SPEAKER = "speaker"  # whoever this arrival is from, at that channel
    SUBSCRIBER = "subscriber"  # the case's person, at the channel they last wrote from
    ON_FILE = "on_file"  # the case's person at the mail address on file, if it is another one
    ALTERNATIVE = "other"  # the case's person at another address, since the channel they last wrote from is closed
    AGENTS = "agents_group"  # the agents' group of the case's provider


@dataclass(frozen=True, slots=True)
class TeamAddressee:
    """A team of the case's provider; the agents' group where the team has no place of its own."""

    id: str


@dataclass(frozen=True, slots=True)
class AgentAddressee:
    """One agent of the case's provider; the agents' group where no way to them alone is known."""

    id: str


@dataclass(frozen=True, slots=True)
class TopicAddressee:
    """A topic of the agents' group, where that is a forum of Telegram; else the group itself."""

    id: int


@dataclass(frozen=True, slots=True)
class ExternalAddressee:
    """Somebody outside: a contractor, a carrier. They get what is said to them, and are no party to the case."""

    channel_kind: str
    value: str


@dataclass(frozen=True, slots=True)
class OperatorAddressee:
    """An address of the settings at which somebody looks after the desk. Alarms name agents' groups so, too."""

    address: Address


Audience = Addressee | TeamAddressee | AgentAddressee | TopicAddressee | ExternalAddressee | OperatorAddressee


def is_for_agents(to: Audience) -> bool:
    """Whether only agents, or an operator, are addressed. A speaker may be an agent too: that the arrival tells."""
    inside = (TeamAddressee, AgentAddressee, TopicAddressee, OperatorAddressee)
    return to is Addressee.AGENTS or isinstance(to, inside)


class RuleAct:
    """Anything a decision may contain. Packages may add their own kinds, with a handler registered in the wiring."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A button to offer: its id, and its label by a template's name or literally."""

    id: str
    template: str = ""
    label: str = ""


Buttons = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class SayTemplate(RuleAct):
    """Says one sentence of the templates, by name. Several to the same recipient become one message, in order; those
    with another ``apart`` become another one (`desk.model.messages.OutboundMessage.about`).

    ``human`` marks words that a person wrote, and the channel is told so. ``edits`` is the key of an earlier departure
    that is to be changed into this, where the channel can; elsewhere this is said below it.
    ``priority`` None is what `desk.pipeline.recipients.priority_of` says; of several to one person the most urgent one
    counts.
    """

    template: str
    names: Names = field(default_factory=dict)
    to: Audience = Addressee.SPEAKER
    buttons: Buttons = ()
    files: tuple[File, ...] = ()
    policy: RedeliveryPolicy = RedeliveryPolicy.RETRY
    human: bool = False
    priority: SendPriority | None = None
    apart: str = ""
    edits: str = ""


@dataclass(frozen=True, slots=True)
class SayReadyText(RuleAct):
    """Says a text that stands already: an article, a question of a dialog."""

    text: RichText
    to: Audience = Addressee.SPEAKER
    buttons: Buttons = ()
    files: tuple[File, ...] = ()
    policy: RedeliveryPolicy = RedeliveryPolicy.RETRY
    priority: SendPriority | None = None


@dataclass(frozen=True, slots=True)
class SuppressedAct(RuleAct):
    """Something that was to be said and is not: an act filter put this in its place. The journal keeps what and why."""

    what: SayTemplate | SayReadyText
    why: SuppressionReason


@dataclass(frozen=True, slots=True)
class PopupNotice(RuleAct):
    """A short notice to whoever pressed a button, shown over the chat and kept nowhere."""

    template: str
    names: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReplacePressedMessage(RuleAct):
    """What is said takes the place of the message whose button was pressed; without it, only that button goes."""


@dataclass(frozen=True, slots=True)
class AddReaction(RuleAct):
    """Sets an emoji on the message just received, where the channel can: it arrived, and needs no answer in words.

    ``message`` is the id of an earlier message of the agents' group instead.
    """

    emoji: str = "👌"
    message: str = ""


@dataclass(frozen=True, slots=True)
class RemoveNotice(RuleAct):
    """Takes a message of the desk out of the agents' group: by its departure's key, or ``remote:`` and its id."""

    key: str


@dataclass(frozen=True, slots=True)
class SetFields(RuleAct):
    """Sets fields of the case. Field names are those of `desk.model.case.Case`; a wrong one raises where it is made."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expect(RuleAct):
    """From now on ``owner`` (of `desk.model.dialog_state`) hears the next answer first; "" when nothing is open.

    ``question`` names the question put, ``asked`` all questions of the prompt.
    """

    owner: str = ""
    question: str = ""
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetDialogState(RuleAct):
    """Sets other fields of the case's `desk.model.dialog_state.DialogState`."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangeState(RuleAct):
    """Moves the case to another state; a move the table of states does not know raises `ForbiddenTransition`."""

    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class AddJournalEntry(RuleAct):
    """Adds an entry to the journal beside the dialogue itself; ``text`` and ``files`` are what belongs to it.

    ``actor`` is in whose name it stands, where that is not who this arrival is from.
    """

    event: JournalEntryData
    text: str = ""
    public: bool = False
    files: tuple[File, ...] = ()
    actor: str = ""


@dataclass(frozen=True, slots=True)
class AssignCaseNumber(RuleAct):
    """Gives the case its number, once. A case that has one keeps it."""


@dataclass(frozen=True, slots=True)
class UpdateCard(RuleAct):
    """Shows the case's card to the agents, or brings the card they have up to date."""


@dataclass(frozen=True, slots=True)
class SetTimer(RuleAct):
    """A timer for this case. ``key`` is unique within the case: set again, it moves and its version grows.

    ``version`` comes back with the timer when it fires, so that a rule that keeps its own count can tell an outdated
    one. 0 leaves the counting to the table: one more than that of the timer which waits under this key.
    """

    kind: str
    at: datetime
    key: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class CancelTimer(RuleAct):
    """Takes a timer of this case back; none under this key is fine. One that fired just now is decided all the same."""

    key: str


@dataclass(frozen=True, slots=True)
class EmitArrival(RuleAct):
    """A further arrival, stored with this decision and decided like any other.

    Its key is made from the arrival it comes from (`desk.pipeline.write.emitted_key`), so that nothing repeats it; the
    one in ``message`` only makes it easier to read.
    """

    message: RawMessage


@dataclass(frozen=True, slots=True)
class SetCaseAccount(RuleAct):
    """Whose case it is, as far as is known: an exact identifier identifies, and only proof discloses.

    ``provider`` differs from the case's own only at a shared front desk; the case and its journal then move once.
    """

    provider: str
    contract: str


@dataclass(frozen=True, slots=True)
class MarkAddress(RuleAct):
    """Whether a person can be reached at an address: marked when the server said they are gone, unmarked when back."""

    address: Address
    blocked: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class KeepPending(RuleAct):
    """Keeps the message apart, visible to agents, with no effect on the case it names until one accepts it."""

    why: str
    case_id: int = 0


@dataclass(frozen=True, slots=True)
class Ignore(RuleAct):
    """Nothing is to be done about this arrival, and no case is opened for it; ``code`` becomes its outcome."""

    code: IgnoredCode


@dataclass(frozen=True, slots=True)
class RefuseOperation(RuleAct):
    """An agent's order is not carried out; the agent reads the template ``refused_<code>``. Nothing is changed."""

    code: OperationRefusalCode
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Postpone(RuleAct):
    """Nothing is decided yet: the arrival, and with it its lane, waits until then and is processed anew."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What one rule wants done, in order, and whether the round ends here.

    ``words_used`` when the rule has taken care of what the subscriber said; words that no rule used are kept with the
    case by `desk.pipeline.decide`.
    """

    acts: tuple[RuleAct, ...]
    done: bool = True
    words_used: bool = False


class FactNeeded(Exception):
    """A rule asked for a fact that is looked up only when somebody wants it: ``kind`` is its type."""

    def __init__(self, kind: type) -> None:
        super().__init__(f"a {kind.__name__} is wanted")
        self.kind = kind


class Facts:
    """What is known when the rules are asked: at most one value of each type."""

    __slots__ = ("_later", "_values")

    def __init__(self, values: Sequence[object] = ()) -> None:
        self._values = {type(value): value for value in values}
        self._later: set[type] = set()

    def get(self, kind: type[T]) -> T | None:
        """The fact of this type, or None where nobody knows. Raises `FactNeeded` when nobody has looked yet."""
        value = self._values.get(kind)
        if value is None and kind in self._later:
            raise FactNeeded(kind)
        return cast("T | None", value)  # each stands under its own type

    def postpone(self, kinds: Iterable[type]) -> None:
        """These cost much to find: a rule that asks for one is interrupted, and asked again once it was looked for."""
        self._later.update(kinds)

    def looked_for(self, kind: type, found: object | None) -> None:
        """From now on this type is known, or known to be unknown."""
        self._later.discard(kind)
        if found is not None:
            self._values[kind] = found

    def need(self, kind: type[T]) -> T:
        """The fact of this type; LookupError when the wiring forgot its look-up."""
        value = self.get(kind)
        if value is None:
            raise LookupError(f"no look-up gives a {kind.__name__}: add it to the wiring")
        return value

    def put(self, value: object) -> None:
        """Adds a fact, or replaces the one of the same type."""
        self._values[type(value)] = value


Rule = Callable[["Case", Inbound[Any], Facts], Decision | None]
RuleWithoutCase = Callable[[Inbound[Any], Facts], Decision | None]
"""A rule for arrivals that belong to no case."""
Consequence = Callable[["Case", Inbound[Any], Facts, Sequence[RuleAct]], Decision | None]
"""What follows from all acts of a round, whichever rules decided them: clocks that start and stop."""
ActFilter = Callable[["Case", Inbound[Event], Facts, Sequence[RuleAct]], Sequence[RuleAct]]
"""Has the last word on a round: gives its acts back, some of them `SuppressedAct`. It adds none that changes the
case."""


def decide(*acts: RuleAct, done: bool = True, words_used: bool = False) -> Decision:
    """A `Decision`, spelled shortly."""
    return Decision(acts, done, words_used)
