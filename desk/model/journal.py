"""The journal of a case: every entry is an event with typed data, an actor, and the rule that decided it.

An entry is put into words, in the reader's language, when it is read (`desk.api.journal_text`); only what a person or
the desk said is kept as text. Entries are never changed, and their ids rise, so that (provider, id) is a cursor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from desk.model.journal_data import Category, JournalEntryData
from desk.model.operations.journal_of_moves import CaseClassified, CaseMoved, CasesRelated, Consulted, MoveUndone
from desk.storage.base import Base, Instant, ProviderScopedRow


@dataclass(frozen=True, slots=True)
class DialogueMessageLogged(JournalEntryData):
    """Something was said between the subscriber and the desk or an agent; the entry's text has the words.

    ``message`` is the channel's id of a subscriber's or an agent's message, ``answered`` the question it was taken as
    an answer to, as ``owner:question``. ``origin`` says who wrote what was forwarded, ``quote`` what was answered,
    ``folded`` is the signature and the quotes of a letter, which the entry's text has not got. ``edited`` says that the
    words change an earlier message.
    """

    kind: ClassVar[str] = "dialogue"
    category: ClassVar[Category] = Category.DIALOGUE
    message: str = ""
    answered: str = ""
    origin: str = ""
    quote: str = ""
    folded: str = ""
    edited: bool = False


@dataclass(frozen=True, slots=True)
class SubscriberReacted(JournalEntryData):
    """The subscriber set an ``emoji`` on a message of the desk; the entry's text has the beginning of that message."""

    kind: ClassVar[str] = "subscriber_reacted"
    category: ClassVar[Category] = Category.DIALOGUE
    emoji: str = ""


@dataclass(frozen=True, slots=True)
class WordsHeld(JournalEntryData):
    """An agent wrote to the subscriber and may still take it back, or has ``taken_back`` what they wrote."""

    kind: ClassVar[str] = "words_held"
    category: ClassVar[Category] = Category.NOTE
    message: str = ""
    taken_back: bool = False


@dataclass(frozen=True, slots=True)
class WordsCorrected(JournalEntryData):
    """An agent changed what they had said to the subscriber; the entry's text has the new words."""

    kind: ClassVar[str] = "words_corrected"
    category: ClassVar[Category] = Category.DIALOGUE
    message: str = ""


@dataclass(frozen=True, slots=True)
class ButtonPressed(JournalEntryData):
    """The subscriber pressed a button; ``option`` is its id."""

    kind: ClassVar[str] = "button_pressed"
    category: ClassVar[Category] = Category.DIALOGUE
    option: str = ""


@dataclass(frozen=True, slots=True)
class SubscriberOpenedChat(JournalEntryData):
    """The subscriber opened the chat, with the ``payload`` of the link they followed."""

    kind: ClassVar[str] = "chat_opened"
    category: ClassVar[Category] = Category.DIALOGUE
    payload: str = ""


@dataclass(frozen=True, slots=True)
class UnaskedNoticeSent(JournalEntryData):
    """The desk told somebody of something unasked; the entry's text has the words."""

    kind: ClassVar[str] = "notified"
    category: ClassVar[Category] = Category.NOTIFICATION


@dataclass(frozen=True, slots=True)
class NoteAdded(JournalEntryData):
    """An agent left a note; the entry's text has the words, ``message`` the channel's id of what they wrote."""

    kind: ClassVar[str] = "note_added"
    category: ClassVar[Category] = Category.NOTE
    message: str = ""


@dataclass(frozen=True, slots=True)
class StateChanged(JournalEntryData):
    """The case went from ``before`` to ``state``, for this ``reason``."""

    kind: ClassVar[str] = "state_changed"
    category: ClassVar[Category] = Category.STATUS
    state: str = ""
    reason: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class ClosingAgreed(JournalEntryData):
    """The subscriber agreed to closing: by which channel, address and message, and in which words (C7)."""

    kind: ClassVar[str] = "consent_given"
    category: ClassVar[Category] = Category.STATUS
    channel: str = ""
    address: str = ""
    message: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class CaseRouted(JournalEntryData):
    """The case was routed to ``target`` ("queue:l1") by ``decided_by``: policy, dialog or default; ``source`` is the
    version of the policy or the id of the dialog."""

    kind: ClassVar[str] = "case_routed"
    category: ClassVar[Category] = Category.MEASURE
    target: str = ""
    decided_by: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class DialogStarted(JournalEntryData):
    """The questions come from this dialog, in this version."""

    kind: ClassVar[str] = "dialog_started"
    category: ClassVar[Category] = Category.MEASURE
    dialog: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class EtaPromised(JournalEntryData):
    """A time was promised: ``at`` in ISO 8601 with its offset; ``version`` counts the promises of the case."""

    kind: ClassVar[str] = "eta_promised"
    category: ClassVar[Category] = Category.MEASURE
    at: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class CallbackPromised(JournalEntryData):
    """The subscriber asked to be called, or is to be called again; ``at`` is by when, as local ISO 8601, "" where no
    time was promised."""

    kind: ClassVar[str] = "callback_promised"
    category: ClassVar[Category] = Category.NOTIFICATION
    at: str = ""


@dataclass(frozen=True, slots=True)
class CallMade(JournalEntryData):
    """An agent called: ``result`` is "reached", "no_answer" or "wrong_number". The entry's text is the agent's note."""

    kind: ClassVar[str] = "call_made"
    category: ClassVar[Category] = Category.NOTIFICATION
    result: str = ""
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class CallbackEnded(JournalEntryData):
    """The call that was asked for is needed no more: its case is over."""

    kind: ClassVar[str] = "callback_ended"
    category: ClassVar[Category] = Category.NOTIFICATION


@dataclass(frozen=True, slots=True)
class ChangeProposed(JournalEntryData):
    """A window for a change was proposed: from ``begins`` to ``ends``, ISO 8601 with its offset; the entry's text says
    what for. ``version`` counts the windows of the case."""

    kind: ClassVar[str] = "change_proposed"
    category: ClassVar[Category] = Category.MEASURE
    begins: str = ""
    ends: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class ChangeAnswered(JournalEntryData):
    """A side, "customer" or "provider", ``agreed`` to the window of this ``version`` or not: by which channel, address
    and message, and in which words or by which button."""

    kind: ClassVar[str] = "change_answered"
    category: ClassVar[Category] = Category.STATUS
    side: str = ""
    agreed: bool = True
    version: int = 1
    channel: str = ""
    address: str = ""
    message: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class ChangeReported(JournalEntryData):
    """An agent said whether the change was made; the entry's text has the words. ``lapsed`` where its window came and
    was not agreed to."""

    kind: ClassVar[str] = "change_reported"
    category: ClassVar[Category] = Category.MEASURE
    done: bool = False
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class SolutionNoted(JournalEntryData):
    """What an agent did to solve the case; the entry's text has the words."""

    kind: ClassVar[str] = "solution_noted"
    category: ClassVar[Category] = Category.MEASURE


@dataclass(frozen=True, slots=True)
class ArticleShown(JournalEntryData):
    """An article was offered to the subscriber."""

    kind: ClassVar[str] = "article_shown"
    category: ClassVar[Category] = Category.TEST
    article: str = ""


@dataclass(frozen=True, slots=True)
class ArticleTried(JournalEntryData):
    """What the subscriber said of an article: whether it helped."""

    kind: ClassVar[str] = "article_tried"
    category: ClassVar[Category] = Category.TEST
    article: str = ""
    helped: bool = False


@dataclass(frozen=True, slots=True)
class ArticleLinked(JournalEntryData):
    """An agent linked the article that solved the case."""

    kind: ClassVar[str] = "article_linked"
    category: ClassVar[Category] = Category.MEASURE
    article: str = ""


@dataclass(frozen=True, slots=True)
class ArticleDrafted(JournalEntryData):
    """An agent began an article from the case."""

    kind: ClassVar[str] = "article_drafted"
    category: ClassVar[Category] = Category.MEASURE
    article: str = ""


@dataclass(frozen=True, slots=True)
class NoArticleApplies(JournalEntryData):
    """An agent said that no article belongs to the case, and why: a known reason or the agent's own words."""

    kind: ClassVar[str] = "article_declined"
    category: ClassVar[Category] = Category.MEASURE
    why: str = ""


@dataclass(frozen=True, slots=True)
class NotDelivered(JournalEntryData):
    """A message did not reach the person; ``why`` is the channel's own word for it."""

    kind: ClassVar[str] = "not_delivered"
    why: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryUnknown(JournalEntryData):
    """A message was perhaps sent, perhaps not."""

    kind: ClassVar[str] = "delivery_unknown"


@dataclass(frozen=True, slots=True)
class AutomaticMailCame(JournalEntryData):
    """A machine wrote: ``machine`` is what kind of machine."""

    kind: ClassVar[str] = "automatic_mail"
    machine: str = ""


@dataclass(frozen=True, slots=True)
class LetterForwarded(JournalEntryData):
    """An agent sent on a subscriber's letter; the entry's text is what the agent wrote above it."""

    kind: ClassVar[str] = "letter_forwarded"
    category: ClassVar[Category] = Category.NOTE
    agent: str = ""


@dataclass(frozen=True, slots=True)
class MailIncomplete(JournalEntryData):
    """Not all of a mail could be read; ``lost`` is what the reader noted."""

    kind: ClassVar[str] = "mail_incomplete"
    lost: str = ""


@dataclass(frozen=True, slots=True)
class SendingSuppressed(JournalEntryData):
    """What would have been said was not sent, for this ``reason``; the entry's text has the words."""

    kind: ClassVar[str] = "sending_suppressed"
    reason: str = ""
    count: int = 0
    domain: str = ""


@dataclass(frozen=True, slots=True)
class PeerMuted(JournalEntryData):
    """Nothing automatic goes to this address any more, for this ``reason``."""

    kind: ClassVar[str] = "peer_muted"
    peer: str = ""
    reason: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class FloodQuarantined(JournalEntryData):
    """``count`` more messages came at once and were quarantined unread."""

    kind: ClassVar[str] = "backlog_quarantined"
    count: int = 0


@dataclass(frozen=True, slots=True)
class KeptSilent(JournalEntryData):
    """The desk answered nothing, for this ``reason``: "thanks", "agreed"."""

    kind: ClassVar[str] = "kept_silent"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EtaLapseTold(JournalEntryData):
    """The subscriber was told that the ETA of this ``version`` is not kept."""

    kind: ClassVar[str] = "eta_lapsed"
    category: ClassVar[Category] = Category.MEASURE
    version: int = 1


@dataclass(frozen=True, slots=True)
class TakenUpAgain(JournalEntryData):
    """The case was closed, and its trouble came back; ``times`` counts how often."""

    kind: ClassVar[str] = "taken_up_again"
    category: ClassVar[Category] = Category.STATUS
    times: int = 1


@dataclass(frozen=True, slots=True)
class GuessingSuspected(JournalEntryData):
    """Contract numbers seem to be guessed; for a while they are not looked up."""

    kind: ClassVar[str] = "guessing_suspected"


@dataclass(frozen=True, slots=True)
class ClocksMoved(JournalEntryData):
    """Clocks of the service level ``sla`` moved: each a `desk.model.service_levels.clocks.ClockEvent` as texts.

    ``steps`` are the escalation steps that were taken, as "resolution/<id>".
    """

    kind: ClassVar[str] = "clocks_moved"
    category: ClassVar[Category] = Category.STATUS
    moves: tuple[Mapping[str, str], ...] = ()
    sla: str = ""
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LevelRaised(JournalEntryData):
    """The case went up to ``level`` ("L2"), as the escalation ``step`` of a ``clock`` says."""

    kind: ClassVar[str] = "level_raised"
    category: ClassVar[Category] = Category.STATUS
    level: str = ""
    before: str = ""
    step: str = ""
    clock: str = ""


@dataclass(frozen=True, slots=True)
class AccountVerified(JournalEntryData):
    """A source or a later table said whose case it is: ``status`` is what the holder is entitled to, "" where nobody
    has the key. ``hours`` is the age of what it said."""

    kind: ClassVar[str] = "account_verified"
    category: ClassVar[Category] = Category.FINDING
    source: str = ""
    status: str = ""
    hours: int = 0


@dataclass(frozen=True, slots=True)
class SourceSilent(JournalEntryData):
    """The provider's own system was asked whose case it is, and has not answered in time."""

    kind: ClassVar[str] = "source_silent"
    category: ClassVar[Category] = Category.FINDING


KINDS: Mapping[str, type[JournalEntryData]] = {
    one.kind: one
    for one in (
        DialogueMessageLogged,
        SubscriberReacted,
        WordsHeld,
        WordsCorrected,
        ButtonPressed,
        SubscriberOpenedChat,
        UnaskedNoticeSent,
        NoteAdded,
        StateChanged,
        ClosingAgreed,
        CaseRouted,
        DialogStarted,
        EtaPromised,
        CallbackPromised,
        CallMade,
        CallbackEnded,
        ChangeProposed,
        ChangeAnswered,
        ChangeReported,
        SolutionNoted,
        ArticleShown,
        ArticleTried,
        ArticleLinked,
        ArticleDrafted,
        NoArticleApplies,
        NotDelivered,
        DeliveryUnknown,
        AutomaticMailCame,
        LetterForwarded,
        MailIncomplete,
        SendingSuppressed,
        PeerMuted,
        FloodQuarantined,
        GuessingSuspected,
        KeptSilent,
        EtaLapseTold,
        TakenUpAgain,
        ClocksMoved,
        LevelRaised,
        AccountVerified,
        SourceSilent,
        CaseMoved,
        MoveUndone,
        CaseClassified,
        Consulted,
        CasesRelated,
    )
}


class JournalEntry(ProviderScopedRow, Base):
    """One entry of a case's journal: what happened, when, by whom. Never changed afterwards.

    ``kind`` and ``data`` are a `JournalEntryData`; ``text`` are words that were said. ``actor`` is "subscriber",
    "desk" or ``agent:<id>``; ``files`` are `desk.model.messages.File` as dictionaries. ``public`` entries may be
    shown to the subscriber. ``rule`` names the rule that decided it, "" for what was said. ``arrival_id`` is the
    arrival decided.
    """

    __tablename__ = "journal"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    case_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(String(24))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    actor: Mapped[str] = mapped_column(String(100))
    channel_kind: Mapped[str] = mapped_column(String(16), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    public: Mapped[bool] = mapped_column(Boolean, default=True)
    rule: Mapped[str] = mapped_column(String(60), default="")
    arrival_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(["provider", "case_id"], ["cases.provider", "cases.id"], onupdate="CASCADE"),
        Index("journal_of_case", "provider", "case_id", "id"),
    )

    @property
    def event(self) -> JournalEntryData:
        """The entry's event as a typed value. Raises KeyError for a kind of a later version."""
        data = {name: tuple(value) if isinstance(value, list) else value for name, value in self.data.items()}
        return KINDS[self.kind](**data)


_PLAIN = (str, int, float, bool, type(None))


def stored_data(event: JournalEntryData) -> dict[str, Any]:
    """An event's data as `JournalEntry.data` keeps it."""
    data = {one.name: getattr(event, one.name) for one in fields(event)}
    # Most have only words and numbers, of which asdict makes deep copies one by one.
    return data if all(isinstance(value, _PLAIN) for value in data.values()) else asdict(event)
