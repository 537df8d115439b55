"""What an agent may order: one frozen type for each operation, and one table of who may do it in which states.

Telegram, mail and the terminal all parse into these types, so an operation and its limits exist once. An order that
is not allowed is refused with an `OperationRefusalCode`, which the agent reads as a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.messages import File
from desk.model.operations.base import AgentOperation, OperationConditions, in_final
from desk.model.operations.case_operations import CASE_POLICIES
from desk.model.states import CaseState

if TYPE_CHECKING:
    from desk.model.case import Case

MIN_ETA, MAX_ETA = timedelta(minutes=5), timedelta(days=30)
"""The bounds of a promised time. What lies outside is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class Take(AgentOperation):
    """Makes the agent the owner of the case."""

    name: ClassVar[str] = "take"


@dataclass(frozen=True, slots=True)
class Reply(AgentOperation):
    """Says something to the subscriber, in the agent's own words."""

    name: ClassVar[str] = "reply"
    text: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class AddNote(AgentOperation):
    """Leaves a note that only agents read."""

    name: ClassVar[str] = "add_note"
    text: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class EditWords(AgentOperation):
    """Changes an earlier message of the agent's. ``reads_as`` names the operation that the new words would be.

    An edit changes what that message said, and never says or orders anything anew.
    """

    name: ClassVar[str] = "edit_words"
    text: str = ""
    reads_as: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class TakeBackWords(AgentOperation):
    """Takes back words to the subscriber that have not gone out yet: of this ``message``, or "" for the last ones."""

    name: ClassVar[str] = "take_back_words"
    message: str = ""


@dataclass(frozen=True, slots=True)
class SayNote(AgentOperation):
    """Says to the subscriber what was kept as a note: the words of this ``message``."""

    name: ClassVar[str] = "say_note"
    message: str = ""


@dataclass(frozen=True, slots=True)
class ReadUnread(AgentOperation):
    """Shows the agents what the subscriber wrote and what was only counted so far."""

    name: ClassVar[str] = "read_unread"


@dataclass(frozen=True, slots=True)
class ReadFolded(AgentOperation):
    """Shows what is folded of a letter: signature and quotes. ``letter`` is its arrival, 0 for all of the case's."""

    name: ClassVar[str] = "read_folded"
    letter: int = 0


@dataclass(frozen=True, slots=True)
class ShowHelp(AgentOperation):
    """Says how agents work in their group."""

    name: ClassVar[str] = "show_help"


@dataclass(frozen=True, slots=True)
class UnknownCommand(AgentOperation):
    """A command that the desk does not know, as it was typed."""

    name: ClassVar[str] = "unknown_command"
    typed: str = ""


@dataclass(frozen=True, slots=True)
class AcceptLetter(AgentOperation):
    """Lets a pending mail into the case it names, or begin one. ``letter`` is the arrival it came in as."""

    name: ClassVar[str] = "accept_letter"
    letter: int = 0


@dataclass(frozen=True, slots=True)
class RefuseLetter(AgentOperation):
    """Leaves a pending mail out for good; nobody is answered. ``letter`` is the arrival it came in as."""

    name: ClassVar[str] = "refuse_letter"
    letter: int = 0


@dataclass(frozen=True, slots=True)
class SetEta(AgentOperation):
    """Promises the subscriber a time, in whole ``minutes`` from now; None where what was typed is no duration."""

    name: ClassVar[str] = "set_eta"
    minutes: int | None = None

    @property
    def span(self) -> timedelta | None:
        """The promised duration; None where it is unreadable or outside `MIN_ETA` and `MAX_ETA`."""
        if self.minutes is None or not MIN_ETA <= (span := timedelta(minutes=self.minutes)) <= MAX_ETA:
            return None
        return span


@dataclass(frozen=True, slots=True)
class CallDone(AgentOperation):
    """Says how a call to the subscriber ended: ``result`` is "reached", "no_answer" or "wrong_number"; with a note."""

    name: ClassVar[str] = "call_done"
    result: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProposeChange(AgentOperation):
    """Makes a case a change request, with a window that both sides have to agree to, or names another window.

    ``begins`` and ``ends`` are times of the provider's zone as "2026-12-03T02:00"; "" where what was typed is none.
    """

    name: ClassVar[str] = "propose_change"
    begins: str = ""
    ends: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class ApproveChange(AgentOperation):
    """The provider's own approval of a window. ``version`` is the window's, 0 for the one that stands now."""

    name: ClassVar[str] = "approve_change"
    version: int = 0


@dataclass(frozen=True, slots=True)
class ReportChange(AgentOperation):
    """Says whether the change was made, and how or why not (``text``). ``version`` as in `ApproveChange`."""

    name: ClassVar[str] = "report_change"
    done: bool = False
    text: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class LinkArticle(AgentOperation):
    """Says which article solved the case: its id, or the short tag that a button carries."""

    name: ClassVar[str] = "link_article"
    article: str = ""


@dataclass(frozen=True, slots=True)
class DraftArticle(AgentOperation):
    """Begins an article from the case."""

    name: ClassVar[str] = "draft_article"


@dataclass(frozen=True, slots=True)
class DeclareNoArticle(AgentOperation):
    """Says that no article belongs to the case, and why; without ``why`` the agent is asked for it."""

    name: ClassVar[str] = "decline_article"
    why: str = ""


@dataclass(frozen=True, slots=True)
class SuggestArticles(AgentOperation):
    """Asks which articles may fit the case."""

    name: ClassVar[str] = "list_articles"


@dataclass(frozen=True, slots=True)
class MarkArticlesNotUseful(AgentOperation):
    """Says that the articles just shown did not fit."""

    name: ClassVar[str] = "mark_articles_not_useful"


ArticleAnswer = LinkArticle | DraftArticle | DeclareNoArticle
"""What an agent may answer to "which article solved it?"."""


@dataclass(frozen=True, slots=True)
class Resolve(AgentOperation):
    """Says that the case is solved, how (``text`` and ``files``), and perhaps which article solved it."""

    name: ClassVar[str] = "resolve"
    text: str = ""
    article: ArticleAnswer | None = None
    files: tuple[File, ...] = ()


_KINDS: tuple[type[AgentOperation], ...] = (
    Take,
    Reply,
    AddNote,
    EditWords,
    TakeBackWords,
    SayNote,
    ReadUnread,
    ReadFolded,
    ShowHelp,
    UnknownCommand,
    AcceptLetter,
    RefuseLetter,
    SetEta,
    ProposeChange,
    ApproveChange,
    ReportChange,
    CallDone,
    Resolve,
    LinkArticle,
    DraftArticle,
    DeclareNoArticle,
    SuggestArticles,
    MarkArticlesNotUseful,
    *CASE_POLICIES,
)
OPERATIONS: Mapping[str, type[AgentOperation]] = {one.name: one for one in _KINDS}


def operation_as_json(operation: AgentOperation) -> dict[str, Any]:
    """An operation as JSON values: its name and its fields. Files travel with the message, not here."""
    values = {one.name: getattr(operation, one.name) for one in fields(operation) if one.name != "files"}
    nested = {key: operation_as_json(one) for key, one in values.items() if isinstance(one, AgentOperation)}
    return {"name": operation.name, **values, **nested}


def operation_from_json(stored: Mapping[str, Any]) -> AgentOperation:
    """The operation that `operation_as_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    kind = OPERATIONS[stored["name"]]
    known = {one.name for one in fields(kind)} - {"files"}
    values = {key: value for key, value in stored.items() if key != "name"}
    if unknown := values.keys() - known:
        raise ValueError(f"{kind.name} has no {', '.join(sorted(unknown))}")
    nested = {key: operation_from_json(one) for key, one in values.items() if isinstance(one, Mapping)}
    return kind(**{**values, **nested})


def _owner_free(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    return OperationRefusalCode.ALREADY_TAKEN if case.owner else None


def _not_asked_in_vain(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    """A resolved case is resolved again, and its subscriber asked again, only after words of theirs."""
    spoke = case.unread or case.last_acknowledgement
    return OperationRefusalCode.ALREADY_RESOLVED if case.state == CaseState.RESOLVED and not spoke else None


def _eta_in_bounds(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    return OperationRefusalCode.ETA_UNCLEAR if isinstance(operation, SetEta) and operation.span is None else None


def _has_words(case: Case, operation: AgentOperation) -> OperationRefusalCode | None:
    said = isinstance(operation, (Reply, AddNote)) and (operation.text.strip() or operation.files)
    return None if said else OperationRefusalCode.NOTHING_SAID


_CLOSED = in_final(OperationRefusalCode.CASE_CLOSED)
_RESOLVED_TOO = {**_CLOSED, CaseState.RESOLVED: OperationRefusalCode.CASE_RESOLVED}

POLICIES: Mapping[type[AgentOperation], OperationConditions] = {
    Take: OperationConditions(_CLOSED, _owner_free),
    Reply: OperationConditions(_CLOSED, _has_words),
    AddNote: OperationConditions({}, _has_words),
    EditWords: OperationConditions(),
    TakeBackWords: OperationConditions(),
    SayNote: OperationConditions(_CLOSED),
    ReadUnread: OperationConditions(),
    ReadFolded: OperationConditions(),
    ShowHelp: OperationConditions(),
    UnknownCommand: OperationConditions(),
    AcceptLetter: OperationConditions(),
    RefuseLetter: OperationConditions(),
    SetEta: OperationConditions(_RESOLVED_TOO, _eta_in_bounds),
    ProposeChange: OperationConditions(_RESOLVED_TOO),
    ApproveChange: OperationConditions(_RESOLVED_TOO),
    ReportChange: OperationConditions(_RESOLVED_TOO),
    CallDone: OperationConditions(),
    Resolve: OperationConditions(_CLOSED, _not_asked_in_vain),
    # Which article solved it may be said at any time, also when the case is closed.
    LinkArticle: OperationConditions(),
    DraftArticle: OperationConditions(),
    DeclareNoArticle: OperationConditions(),
    SuggestArticles: OperationConditions(),
    MarkArticlesNotUseful: OperationConditions(),
    **CASE_POLICIES,
}


def refusal_of(operation: AgentOperation, case: Case) -> OperationRefusalCode | None:
    """Why this operation is refused on this case; None where it is allowed."""
    policy = POLICIES[type(operation)]
    if code := policy.refused_in.get(CaseState(case.state)):
        return code
    return policy.check(case, operation) if policy.check else None
