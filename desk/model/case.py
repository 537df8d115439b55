"""The one aggregate: a `Case`, which begins with the first message.

Its number is empty until it is registered; a case settled by self-help never gets one. States and their moves are
TMF621's (v5), with the sub-state as the reason of the last change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from desk.language.translatable import sentence
from desk.model.dialog_state import DialogState, Expecting
from desk.model.states import DUPLICATE, FINAL, CaseState, ForbiddenTransition, may_follow
from desk.storage.base import Base, Instant, ProviderScopedRow

TRIAGE = "triage"
"""The reason of a case whose intake is over: the same round gives it its number."""

BESIDE = "beside"
"""How a case is related to the one that was open when it began."""

DUPLICATE_OF = "duplicateOf"
"""How a case that was merged is related to the one it goes on in: its number is an alias of that one's."""

LIVE_TALK = timedelta(minutes=10)
"""So long after an agent's words the talk is between two people: the desk puts in no word of its own."""

_IN_INTAKE = text("state = 'acknowledged' AND registered_at IS NULL")
OVER = "state IN ('closed', 'rejected', 'cancelled') AND purged_at IS NULL"
PURGED = "purged_at IS NOT NULL"
"""Cases that are over and not purged yet, and those that were: conditions of an index, to be repeated as they are."""


class Case(ProviderScopedRow, Base):
    """One matter of one person with one provider, from the first word to the consent.

    ``answers`` maps a question's id to ``{"value": ..., "text": ...}``. ``articles`` are those shown, the last one
    last. ``queue`` is the target of its routing, as "queue:field"; until it is registered, the team its dialog
    proposes, as "field". ``eta_version`` counts the times that were promised. ``unread`` counts what the subscriber
    said since an agent last answered. What the desk expects to hear is kept apart, in `dialog_state`.

    ``keys`` are what was typed beside a contract number, as ``{"kind", "value"}``, and what the desk asked about, as
    ``{"meant": [provider, kind, value]}`` (`intake.identity.meant_keys`).

    ``last_acknowledgement`` names the one said last, so that none is said twice in a row. ``asked_at`` is when the
    desk last asked in this case, or an agent last spoke: a message that names no case means the one asked last.
    ``answered_at`` is when an agent last spoke, ``taken_at`` when one first took it, ``reminded_at`` when the agents
    were last reminded that it waits. ``eta_told`` is the last version of the ETA whose lapse was told. ``phone``,
    ``service_level``, ``plan`` and ``holder`` are those on file when it was registered; ``callback_phone`` is a number
    the person wants to be called at, and ``preferred_way`` how they want to be answered. ``related`` are other cases as
    ``{"case", "number", "kind"}``, ``history`` the person's earlier ones as of its registration
    (`escalation.earlier_cases`), ``recurrences`` how often it was taken up again after closing, the last time at
    ``taken_up_at``. ``purged_at`` is when everything that told of its person was taken out of it; ``erased`` if the
    person asked for that.
    ``sla`` is the id of its service level, "" where none is for it; ``level`` the level of support that has it, and
    ``due_at`` when its resolution is due, None while that clock stands; ``responsibility`` whose part the fault is in,
    "customer" or "provider", "" while nobody said. ``impact`` is how many are hit and ``urgency`` how soon it is
    needed, each "" while nobody said; ``priority`` one that an agent set, "" where it follows from those two
    (`desk.model.operations.classes.priority_of`). ``account_source`` is the table or system that what is on file came
    from, "" for none, and ``account_known_at`` when that was true;
    ``account_last_good`` that its system gave no answer of its own then, and this is its last good one.
    ``planned_change`` is the window of a change request and who agreed to it (`escalation.changes.planned_change`).
    """

    __tablename__ = "cases"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[str | None] = mapped_column(String(40))
    revision: Mapped[int] = mapped_column(default=1)

    person_id: Mapped[int] = mapped_column(BigInteger)
    language: Mapped[str] = mapped_column(String(8), default="ru")
    channel: Mapped[str] = mapped_column(String(80), default="")
    channel_kind: Mapped[str] = mapped_column(String(16), default="")
    address: Mapped[str] = mapped_column(String(320), default="")
    thread: Mapped[list[str]] = mapped_column(JSON, default=list)

    state: Mapped[str] = mapped_column(String(16), default=CaseState.ACKNOWLEDGED.value)
    reason: Mapped[str] = mapped_column(String(40), default="intake")

    contract: Mapped[str] = mapped_column(String(80), default="")
    entitlement: Mapped[str] = mapped_column(String(16), default="unverified")
    proved: Mapped[bool] = mapped_column(Boolean, default=False)
    keys: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    upset: Mapped[bool] = mapped_column(Boolean, default=False)

    subject: Mapped[str] = mapped_column(String(400), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(40), default="")
    ticket_type: Mapped[str] = mapped_column(String(24), default="")
    dialog: Mapped[str] = mapped_column(String(64), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    occurred: Mapped[str] = mapped_column(String(400), default="")
    place: Mapped[str] = mapped_column(String(400), default="")
    circumstances: Mapped[str] = mapped_column(Text, default="")
    present: Mapped[list[str]] = mapped_column(JSON, default=list)
    absent: Mapped[list[str]] = mapped_column(JSON, default=list)
    fault_zone: Mapped[str] = mapped_column(String(32), default="")
    zone_sure: Mapped[float] = mapped_column(default=0.0)
    severity: Mapped[str] = mapped_column(String(16), default="")
    articles: Mapped[list[str]] = mapped_column(JSON, default=list)

    queue: Mapped[str] = mapped_column(String(80), default="")
    owner: Mapped[str] = mapped_column(String(80), default="")
    eta: Mapped[datetime | None] = mapped_column(Instant)
    eta_version: Mapped[int] = mapped_column(default=0)
    card: Mapped[str] = mapped_column(String(64), default="")
    unread: Mapped[int] = mapped_column(default=0)
    last_acknowledgement: Mapped[str] = mapped_column(String(60), default="")
    eta_told: Mapped[int] = mapped_column(default=0)
    phone: Mapped[str] = mapped_column(String(40), default="")
    service_level: Mapped[str] = mapped_column(String(40), default="")
    plan: Mapped[str] = mapped_column(String(200), default="")
    holder: Mapped[str] = mapped_column(String(200), default="")
    callback_phone: Mapped[str] = mapped_column(String(40), default="")
    preferred_way: Mapped[str] = mapped_column(String(16), default="")
    related: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    history: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    recurrences: Mapped[int] = mapped_column(default=0)
    taken_up_at: Mapped[datetime | None] = mapped_column(Instant)

    opened_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    registered_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    consent: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sla: Mapped[str] = mapped_column(String(64), default="", server_default="")
    level: Mapped[str] = mapped_column(String(4), default="L1", server_default="L1")
    responsibility: Mapped[str] = mapped_column(String(16), default="", server_default="")
    planned_change: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default=text("'{}'"))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    impact: Mapped[str] = mapped_column(String(16), default="", server_default="")
    urgency: Mapped[str] = mapped_column(String(8), default="", server_default="")
    priority: Mapped[str] = mapped_column(String(4), default="", server_default="")
    account_source: Mapped[str] = mapped_column(String(120), default="", server_default="")
    account_known_at: Mapped[datetime | None] = mapped_column(Instant)
    account_last_good: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    purged_at: Mapped[datetime | None] = mapped_column(Instant)
    erased: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    __table_args__ = (
        UniqueConstraint("provider", "number"),
        Index("cases_of_person", "provider", "person_id", "state"),
        Index("cases_in_intake", "provider", "updated_at", sqlite_where=_IN_INTAKE, postgresql_where=_IN_INTAKE),
        Index("cases_over", "provider", "updated_at", sqlite_where=text(OVER), postgresql_where=text(OVER)),
        Index("cases_purged", "provider", "updated_at", sqlite_where=text(PURGED), postgresql_where=text(PURGED)),
    )
    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    @property
    def dialog_state(self) -> DialogState:
        """What is expected next; a fresh one until the stored one is attached."""
        state = self.__dict__.get("_dialog_state")
        if not isinstance(state, DialogState):
            state = self.__dict__["_dialog_state"] = DialogState()
        return state

    @dialog_state.setter
    def dialog_state(self, state: DialogState) -> None:
        self.__dict__["_dialog_state"] = state

    @property
    def expecting(self) -> Expecting:
        """Whose question is open."""
        return self.dialog_state.expecting

    def change(self, changes: Mapping[str, Any]) -> None:
        """Sets several fields. Raises AttributeError for a name that is none, so that no change is lost silently."""
        for name, value in changes.items():
            if name not in _FIELDS:
                raise AttributeError(f"a case has no field {name!r}")
            setattr(self, name, value)

    @property
    def names_account(self) -> bool:
        """Whether its person said whose it is, be it found or not: both are heard alike."""
        return bool(self.contract) or any("value" in one for one in self.keys or ())

    @property
    def open(self) -> bool:
        """Whether anything may still happen to it."""
        return self.state not in _FINAL_STATES

    @property
    def registered(self) -> bool:
        """Whether it has its number, or gets it in this very round."""
        return self.registered_at is not None


_FINAL_STATES = frozenset({*FINAL, *(state.value for state in FINAL)})
"""As a rule sets them, and as a row has them: the two are equal, and hash differently."""
_FIELDS = frozenset(Case.__table__.columns.keys())


def number_beside(case: Case) -> str:
    """The number of the case that was open when this one began; "" where there was none."""
    return next((one["number"] for one in case.related if one["kind"] == BESIDE), "")


def name_of_case(number: str | None, id: int) -> str:
    """How operators are told which case it is: its number, or that it has none yet, with its id."""
    return number or sentence("one without a number yet ({id})", id=id)


def goes_on_in(case: Case) -> int:
    """The id of the case that this one was merged into; 0 where it was not."""
    merged = case.state == CaseState.REJECTED and case.reason == DUPLICATE
    return next((int(one["case"]) for one in reversed(case.related) if merged and one["kind"] == DUPLICATE_OF), 0)


ENOUGH = 8000
"""Characters a case keeps of what was said about it; the journal has everything."""


def append_words(text: str, added: str) -> str:
    """What was said, and what was said besides, as much as a case keeps: nobody makes it grow without end."""
    return f"{text}\n{added}".strip()[:ENOUGH]


def state_change(case: Case, state: str, reason: str, at: datetime) -> dict[str, Any]:
    """The fields a move to another state changes. Raises `ForbiddenTransition` where
    `desk.model.states.may_follow` does not allow it."""
    now, then = CaseState(case.state), CaseState(state)
    if not may_follow(now, then, reason):
        raise ForbiddenTransition(f"a case cannot go from {now} to {then}")
    changes: dict[str, Any] = {"state": then.value, "reason": reason}
    if then is CaseState.RESOLVED:
        changes["resolved_at"] = at
    elif then is CaseState.CLOSED:
        changes["closed_at"] = at
    elif now in (CaseState.RESOLVED, CaseState.CLOSED):
        changes |= {"resolved_at": None, "closed_at": None}
    return changes
