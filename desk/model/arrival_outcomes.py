"""What became of an arrival, as a typed value: done, refused, kept pending, or ignored with a reason.

The codes are stored with the arrival; their words are templates (``refused_<code>``), in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class DoneCode(StrEnum):
    """What was done."""

    CASE = "case"  # a case began with it
    REPLY = "reply"  # it joined a case
    JOINED = "joined"  # a piece of a message: it was decided with the one before it
    NOTHING = "nothing"  # no rule had anything to decide


class OperationRefusalCode(StrEnum):
    """Why an agent's order was not carried out. The words of each are the template ``refused_<code>``."""

    NOT_AN_AGENT = "not_an_agent"
    CASE_NOT_NAMED = "which_case"
    NO_SUCH_CASE = "no_such_case"
    CASE_CLOSED = "case_closed"
    CASE_RESOLVED = "case_resolved"
    ALREADY_TAKEN = "already_taken"
    ALREADY_RESOLVED = "already_resolved"
    ETA_UNCLEAR = "eta_unclear"
    CALL_RESULT_UNCLEAR = "call_result_unclear"
    NO_CALL_AWAITED = "no_call_awaited"
    CHANGE_UNCLEAR = "change_unclear"
    CHANGE_IN_PAST = "change_in_past"
    CHANGE_ENDS_FIRST = "change_ends_first"
    CHANGE_NONE = "change_none"
    CHANGE_REPLACED = "change_replaced"
    CHANGE_OWN = "change_own"
    CHANGE_NOT_LEAD = "change_not_lead"
    CHANGE_NOT_AGREED = "change_not_agreed"
    CHANGE_NOT_BEGUN = "change_not_begun"
    CHANGE_WINDOW_OPEN = "change_window_open"
    NOTHING_SAID = "nothing_said"
    NAMELESS = "nameless"
    OTHER_CASE_NAMED = "other_case_named"
    EDIT_ORDERS_NOTHING = "edit_orders_nothing"
    ALREADY_SAID = "already_said"
    NOTHING_TO_TAKE_BACK = "nothing_to_take_back"
    NOTHING_UNREAD = "nothing_unread"
    NOTHING_FOLDED = "nothing_folded"
    UNKNOWN_COMMAND = "unknown_command"
    NO_SUCH_ARTICLE = "no_such_article"
    LETTER_DECIDED = "letter_decided"
    FORBIDDEN_TRANSITION = "forbidden_transition"
    REASON_UNKNOWN = "reason_unknown"
    TOO_LATE_TO_REJECT = "too_late_to_reject"
    NOT_WAITING = "not_waiting"
    NOBODY_HAS_IT = "nobody_has_it"
    SUMMARY_MISSING = "summary_missing"
    NO_SUCH_RECEIVER = "no_such_receiver"
    ALREADY_THERE = "already_there"
    LEVEL_HIGHEST = "level_highest"
    FACTS_MISSING = "facts_missing"
    CLASS_UNKNOWN = "class_unknown"
    CANNOT_MERGE = "cannot_merge"
    NO_MOVE_TO_UNDO = "no_move_to_undo"


class IgnoredCode(StrEnum):
    """Why nothing was to be done about an arrival."""

    DUPLICATE = "repeat"
    EMPTY = "empty"
    NOT_FOR_DESK = "not for the desk"
    AGENTS_TALK = "talk among agents"
    NO_SUCH_CASE = "no such case"
    STALE_BUTTON = "stale button"
    AGENT_IN_PRIVATE = "an agent in private"
    OLD_EDIT = "edit of an old message"
    HELP = "help"
    STATUS = "status"
    THANKS = "thanks"
    RETURNED = "back"
    TIMER_OBSOLETE = "timer without a reason"
    GROUP_REFUSED = "the agents' group refused it"
    LEFT = "they left"
    OWN_MAIL = "own"
    FEEDBACK_REPORT = "feedback"
    BOUNCE = "bounce"
    REACTION = "reaction"  # an emoji under a letter of no case
    NOTICES_DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Done:
    """The arrival was decided, and what it meant was written."""

    code: DoneCode = DoneCode.NOTHING


@dataclass(frozen=True, slots=True)
class OperationRefused:
    """An agent's order was refused. ``names`` are what its sentence says, such as the owner of a taken case."""

    code: OperationRefusalCode
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeldForAgent:
    """It waits until an agent says whose it is."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing was to be done about it."""

    code: IgnoredCode


Outcome = Done | OperationRefused | HeldForAgent | Ignored

_PENDING, _REFUSED = "pending", "refused:"


def stored_outcome(outcome: Outcome) -> str:
    """An outcome as `arrivals.outcome` keeps it, at most 40 characters."""
    if isinstance(outcome, HeldForAgent):
        return _PENDING
    return f"{_REFUSED}{outcome.code}" if isinstance(outcome, OperationRefused) else str(outcome.code)


def outcome_from(stored: str, names: Mapping[str, str] | None = None) -> Outcome:
    """What `stored_outcome` wrote. Raises ValueError for anything else."""
    if stored == _PENDING:
        return HeldForAgent()
    if stored.startswith(_REFUSED):
        return OperationRefused(OperationRefusalCode(stored.removeprefix(_REFUSED)), names or {})
    done = next((one for one in DoneCode if one.value == stored), None)
    return Done(done) if done else Ignored(IgnoredCode(stored))
