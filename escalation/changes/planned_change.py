"""The window of a change request, and who has agreed to it. Pure.

It stands in `Case.planned_change`: ``version`` counts the windows of the case, ``begins``, ``ends`` and ``asked_at``
are instants, ``proposer`` is an agent's id, ``customer`` and ``provider`` are the two approvals, each ``{"channel",
"address", "message", "words", "at"}``, or empty. Another window is another value: no approval outlives its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from desk.language.rich_text import literal
from desk.language.time_labels import time_labels
from desk.model.acts import Names
from desk.model.case import Case
from desk.model.events import Event, Inbound, OperationOrdered
from desk.model.provider_files import Provider
from desk.model.service_levels.policy import CHANGE_REQUEST
from desk.model.states import CaseState

CHANGE_WINDOW = "change_window"
"""The reason of a case that is held for its window."""
CUSTOMER, PROVIDER = "customer", "provider"
"""The two sides."""


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A window and its approvals; see the module."""

    version: int
    begins: datetime
    ends: datetime
    what: str
    proposer: str
    asked_at: datetime
    customer: Mapping[str, str]
    provider: Mapping[str, str]

    @property
    def agreed(self) -> bool:
        """Whether both sides have agreed."""
        return bool(self.customer and self.provider)

    def agreed_by(self, side: str, approval: Mapping[str, str]) -> PlannedChange:
        """The same with this side's approval."""
        return replace(self, customer=approval) if side == CUSTOMER else replace(self, provider=approval)

    def stored(self) -> dict[str, Any]:
        """As `Case.planned_change` keeps it."""
        return {
            "version": self.version,
            "begins": self.begins.isoformat(),
            "ends": self.ends.isoformat(),
            "what": self.what,
            "proposer": self.proposer,
            "asked_at": self.asked_at.isoformat(),
            CUSTOMER: dict(self.customer),
            PROVIDER: dict(self.provider),
        }


def planned_change(case: Case) -> PlannedChange | None:
    """The window that a case is held for; None where it is held for none, or is no change request any more."""
    held = case.ticket_type == CHANGE_REQUEST and case.state == CaseState.HELD and case.reason == CHANGE_WINDOW
    kept = case.planned_change
    if not (held and kept):
        return None
    begins, ends, asked_at = (datetime.fromisoformat(kept[name]) for name in ("begins", "ends", "asked_at"))
    return PlannedChange(
        kept["version"], begins, ends, kept["what"], kept["proposer"], asked_at, kept[CUSTOMER], kept[PROVIDER]
    )


def approval(inbound: Inbound[Event], at: datetime) -> dict[str, str]:
    """Who agreed, how and when."""
    event = inbound.event
    ordered = "change_approve" if isinstance(event, OperationOrdered) else ""
    return {
        "channel": inbound.sender.channel_kind,
        "address": inbound.sender.value,
        "message": inbound.message,
        "words": ordered or inbound.option or inbound.text[:400],
        "at": at.isoformat(),
    }


def window_labels(change: PlannedChange, now: datetime, provider: Provider, language: str) -> dict[str, Any]:
    """Names for a template: ``what``, ``date``, ``time`` and ``until``; ``until_date`` is "" where it ends that day."""
    first = time_labels(change.begins, now, provider.timezone, language)
    last = time_labels(change.ends, now, provider.timezone, language)
    return {
        "what": literal(change.what),
        "date": first["date"],
        "time": first["time"],
        "until": last["time"],
        "until_date": "" if last["date"] == first["date"] else last["date"],
    }


def card_labels(case: Case, provider: Provider) -> Names:
    """Names for the card: ``window`` is "" without one; ``window_customer`` and ``window_provider`` say who agreed."""
    change = planned_change(case)
    if change is None:
        return {"window": "", "window_customer": "", "window_provider": ""}
    first, last = (one.astimezone(provider.timezone) for one in (change.begins, change.ends))
    until = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%d.%m %H:%M}"
    return {
        "window": f"{first:%d.%m.%Y %H:%M}\u2013{until}",
        "window_customer": "1" if change.customer else "",
        "window_provider": "1" if change.provider else "",
    }
