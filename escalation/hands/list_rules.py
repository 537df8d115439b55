"""What an agent asks the desk in their group: their own cases, a queue, a search. The rules are pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from desk.language.rich_text import literal
from desk.language.time_labels import span_labels
from desk.model.acts import Addressee, Decision, Facts, Names, RuleAct, SayTemplate, decide
from desk.model.case import Case
from desk.model.core_facts import ActingAgent, Now
from desk.model.events import Event, Inbound, OperationOrdered
from desk.model.messages import FRONT
from desk.model.operations.base import AgentOperation
from desk.model.operations.case_operations import FindCases, ListMine, ListQueue
from desk.model.operations.classes import priority_of
from desk.model.provider_files import Provider
from desk.model.provider_sections.members import Agent
from desk.model.states import FINAL, CaseState
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database
from escalation.hands.hand_over_rules import receiver
from escalation.names_and_times import owner_name

SHOWN = 10
"""Cases that one answer lists."""
LOOKED_THROUGH = 2000
"""The latest cases in which words are looked for; numbers, contracts and phones are found in all."""
_OPEN = Case.state.not_in([state.value for state in FINAL])
LISTS = (ListMine, ListQueue, FindCases)


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One line of a list."""

    number: str
    state: str
    owner: str
    queue: str
    priority: str
    level: str
    since: datetime
    about: str


@dataclass(frozen=True, slots=True)
class CaseList:
    """The cases found, the first `SHOWN` of ``count``."""

    cases: tuple[ListedCase, ...]
    count: int


@dataclass(frozen=True, slots=True)
class OwnCases:
    """The numbers of the acting agent's open cases, for an order that names none."""

    numbers: tuple[str, ...]


def list_cases(case: Case, inbound: Inbound[OperationOrdered], facts: Facts) -> Decision | None:
    """The list that was asked for; the case whose message was answered is not touched."""
    return listed(inbound, facts)


def listed(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """The same where no case is named. None for whatever else is ordered."""
    event, acting = inbound.event, facts.get(ActingAgent)
    if not isinstance(event, OperationOrdered) or not isinstance(event.operation, LISTS):
        return None
    if acting is None or acting.agent is None:
        return None
    found = facts.get(CaseList) or CaseList((), 0)
    return decide(*_lines(event.operation, found, facts))


def _lines(operation: AgentOperation, found: CaseList, facts: Facts) -> Iterator[RuleAct]:
    provider, now = facts.need(Provider), facts.need(Now).at
    asked = operation.text if isinstance(operation, FindCases) else getattr(operation, "team", "")
    head: Names = {
        "list": operation.name,
        "asked": literal(asked[:60]),
        "count": str(found.count) if found.count else "",
        "more": str(found.count - len(found.cases)) if found.count > len(found.cases) else "",
    }
    yield SayTemplate("agents_list", head, Addressee.AGENTS, apart="list")
    for one in found.cases:
        names: Names = {
            "listed": one.number,
            "state": one.state,
            "owner": one.owner,
            "queue": provider.team_title(one.queue, provider.language),
            "priority": one.priority,
            "level": one.level if one.level not in ("", "L1") else "",
            "about": literal(one.about),
            **span_labels(max(now - one.since, now - now)),
        }
        yield SayTemplate("agents_list_line", names, Addressee.AGENTS, apart="list")


class CaseListLookup:
    """Reads the cases that an agent asks for, of the providers that they serve; at a shared desk of all theirs."""

    def __init__(self, database: Database, providers: Mapping[str, Provider]) -> None:
        self._database = database
        self._providers = providers

    async def __call__(self, round_: Round) -> object | None:
        """A `CaseList`; `OwnCases` for an order that names no case; None where nothing asks."""
        event, acting = round_.inbound.event, round_.facts.get(ActingAgent)
        agent = acting.agent if acting else None
        if not isinstance(event, OperationOrdered) or agent is None:
            return None
        homes = self._served(round_, agent)
        if isinstance(event.operation, LISTS):
            return await self._list(homes, event.operation, agent)
        return OwnCases(await self._own(homes, agent)) if round_.subject is None else None

    def _served(self, round_: Round, agent: Agent) -> list[str]:
        home = round_.provider.name
        if home != FRONT:
            return [home]
        return [name for name, one in self._providers.items() if one.active_agent(agent.id) == agent]

    async def _list(self, homes: Sequence[str], operation: AgentOperation, agent: Agent) -> CaseList:
        query = _of(homes).order_by(Case.id)
        words = ""
        if isinstance(operation, ListMine):
            query = query.where(_OPEN, Case.owner == agent.id)
        elif isinstance(operation, ListQueue):
            query = query.where(_OPEN, Case.owner == "", *self._in_queue(homes, operation.team))
        elif isinstance(operation, FindCases):
            words = " ".join(operation.text.split())
            return await self._found(homes, words)
        async with self._database.read(*homes) as session:
            rows = list((await session.scalars(query.limit(LOOKED_THROUGH))).all())
        rows.sort(key=lambda one: (priority_of(one), one.registered_at or one.opened_at))
        return CaseList(tuple(map(self._line, rows[:SHOWN])), len(rows))

    def _in_queue(self, homes: Sequence[str], typed: str) -> list[ColumnElement[bool]]:
        if not typed:
            return []
        found = (receiver(self._providers[home], typed) for home in homes if home in self._providers)
        ids = {one.id for one in found if one is not None and not isinstance(one, Agent)} or {typed}
        return [or_(*(Case.queue.endswith(f":{id}", autoescape=True) for id in sorted(ids)))]

    async def _found(self, homes: Sequence[str], words: str) -> CaseList:
        digits = "".join(filter(str.isdigit, words))
        exact = [Case.number.startswith(words.lstrip("#№").upper(), autoescape=True), Case.contract == words]
        if len(digits) >= 4:
            exact += [Case.number.contains(digits, autoescape=True)]
            exact += [_digits(one).contains(digits[-10:]) for one in (Case.phone, Case.callback_phone)]
        latest = Case.id.desc()
        async with self._database.read(*homes) as session:
            named = (await session.scalars(_of(homes).where(or_(*exact)).order_by(latest).limit(SHOWN * 5))).all()
            others = (await session.scalars(_of(homes).order_by(latest).limit(LOOKED_THROUGH))).all()
        wanted = words.casefold().split()
        said = [one for one in others if wanted and all(word in _words_of(one) for word in wanted)]
        found = list({one.id: one for one in (*named, *said)}.values())
        return CaseList(tuple(map(self._line, found[:SHOWN])), len(found))

    async def _own(self, homes: Sequence[str], agent: Agent) -> tuple[str, ...]:
        query = select(Case.number).where(
            Case.provider.in_(homes), _OPEN, Case.owner == agent.id, Case.number.is_not(None)
        )
        async with self._database.read(*homes) as session:
            rows = (await session.scalars(query.order_by(Case.id).limit(SHOWN))).all()
        return tuple(number or "" for number in rows)

    def _line(self, case: Case) -> ListedCase:
        provider = self._providers.get(case.provider)
        return ListedCase(
            case.number or "",
            CaseState(case.state).value,
            owner_name(case, provider, provider.language) if provider else case.owner,
            case.queue,
            priority_of(case),
            case.level,
            case.registered_at or case.opened_at,
            " ".join((case.description or case.subject).split())[:70],
        )


def _of(homes: Sequence[str]) -> Select[Case]:
    """The registered cases of these providers that were not purged."""
    return select(Case).where(Case.provider.in_(homes), Case.registered_at.is_not(None), Case.purged_at.is_(None))


def _digits(phone: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    """A phone without what people put between its digits."""
    bare: Any = phone
    for sign in " -()":
        bare = func.replace(bare, sign, "")
    return cast("ColumnElement[str]", bare)


def _words_of(case: Case) -> str:
    told = (case.number, case.contract, case.subject, case.description, case.place, case.holder)
    return " ".join(one for one in told if one).casefold()
