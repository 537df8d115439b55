"""Facts that the core of the desk gathers for the rules, beside those of the look-ups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from desk.language.translatable import sentence
from desk.model.dialog_state import NOTHING_ASKED, Expecting
from desk.model.messages import Address
from desk.model.provider_sections.members import Agent

if TYPE_CHECKING:
    from desk.model.acts import AgentAddressee, TeamAddressee
    from desk.model.case import Case


@dataclass(frozen=True, slots=True)
class Now:
    """The instant of this round: rules read no clock."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ThisArrival:
    """The arrival being decided, by its id."""

    id: int


@dataclass(frozen=True, slots=True)
class CaseMatch:
    """How the case was found: "token", "button", "reply", "number", "named", "only", "new" or "none".

    "only" is the person's open case, the latest of several; "named" is one that the desk's own message names. ``doubt``
    says why a mail does not prove that it belongs there, or that an order names another case than the one it answers
    (`TWO_CASES`). "again" and "courtesy" are a case closed lately, whose trouble
    is back, or whose person only says thanks.
    """

    how: str
    doubt: str = ""


TWO_CASES = sentence("it answers one case and names another")


@dataclass(frozen=True, slots=True)
class AnsweredMessage:
    """The desk's own message that an agent answers or a subscriber reacted to, as the outbox knows it.

    ``about`` says what it is: `CARD` of a case, the subscriber's `WORDS`, or "" for a notice. ``text`` is its
    beginning.
    """

    about: str = ""
    text: str = ""


CARD, WORDS = "card", "words"


@dataclass(frozen=True, slots=True)
class EditedMessage:
    """The message that an edit changes, as it was: its words, and what it was taken as an answer to."""

    text: str
    answered: Expecting = NOTHING_ASKED


@dataclass(frozen=True, slots=True)
class ReplyTiming:
    """What a subscriber's message can be an answer to, by the times of its channel. A press answers what it hangs on.

    ``after_question`` when the open question had arrived before the message, or the last piece of it, was written, or
    when the message replies to it; else no word of it is an answer to that question. ``wholly_after`` when all pieces
    were: only then may the words close a case or settle a matter. ``replied`` is an earlier question of a dialog that
    the message replies to: it answers that one, in the place of the open one. ``corrects`` is the message that an edit
    changes; an edit answers nothing anew. ``undelivered`` when it is not known yet whether the question has been sent:
    the message waits for that.
    """

    after_question: bool = True
    wholly_after: bool = True
    replied: Expecting = NOTHING_ASKED
    corrects: EditedMessage | None = None
    undelivered: bool = False

    @property
    def may_answer(self) -> bool:
        """Whether the message may be the answer to the open question or to the one it replies to."""
        return self.after_question or bool(self.replied)


@dataclass(frozen=True, slots=True)
class PressedInTime:
    """A button of an earlier prompt was pressed before any later one was there to be read, and the question of that
    prompt is still the open one: words written just before the press have only had it put again."""


@dataclass(frozen=True, slots=True)
class ActingAgent:
    """The agent who speaks, when it is one; `agent` is None for a stranger in the agents' group."""

    agent: Agent | None


@dataclass(frozen=True, slots=True)
class CaseContacts:
    """The ways to the case's person and to its agents.

    ``current`` is the channel last written from, None once it is blocked; ``on_file`` the mail address of the account,
    where it is another one and the provider has a mailbox; ``agents_group`` the agents' group. ``returned`` when the
    speaker's own address was marked as closed, and yet they speak. ``alternative`` is another open address that
    proved to be the person's own. ``outlets`` are the provider's channels to whom it does not know, by kind;
    ``places`` where a team or
    an agent is reached alone.
    """

    current: Address | None
    on_file: Address | None
    agents_group: Address | None
    returned: bool = False
    alternative: Address | None = None
    outlets: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[TeamAddressee | AgentAddressee, Address] = field(default_factory=dict)

    def to(self, case: Case) -> Address | None:
        """Where the conversation itself goes: the channel last written from; with that closed, another address."""
        return self.current or self.alternative_for(case)

    def alternative_for(self, case: Case) -> Address | None:
        """Another address than the channel last written from: the person's other one, or the one on file.

        The one on file only for a person who proved that the account is theirs: to the holder of somebody else's
        contract it is no business.
        """
        return self.alternative or (self.on_file if case.proved else None)


@dataclass(frozen=True, slots=True)
class HandledBefore:
    """This very mail was handled before, under another key."""

    arrival_id: int


@dataclass(frozen=True, slots=True)
class RecentCaseCount:
    """How many cases a person who begins a new one has opened within a day."""

    cases: int


@dataclass(frozen=True, slots=True)
class DialogueLine:
    """A line of the dialogue; ``actor`` as in the journal."""

    actor: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class RecentDialogue:
    """The last lines that people said in the dialogue and the case's person may read, oldest first: never a note, nor a
    stranger's words, nor the desk's."""

    lines: tuple[DialogueLine, ...]
