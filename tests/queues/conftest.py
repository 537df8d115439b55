"""A desk on each kind of database that nobody serves: the tests decide and send by hand."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from sqlalchemy import select

from console.runtime.wiring import Application, build_application
from desk.model.acts import AssignCaseNumber, Decision, Facts, RuleAct, decide
from desk.model.case import Case
from desk.model.events import Event, Inbound
from desk.model.messages import RawMessage
from desk.model.settings import Secret, Settings
from desk.pipeline.compose import MessageComposer
from desk.pipeline.lookup import CASES_WITH_STATE, SenderAndCaseLookup, read_cases
from desk.pipeline.rulebook import Rulebook, Stage
from desk.pipeline.worker import Lookup, Worker
from desk.pipeline.write import DecisionWriter
from desk.queues import inbox
from desk.storage.queue_and_lease_tables import arrivals
from escalation.cards import case_card
from tests.prepared_desks import DeskFiles

START = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@dataclass
class Bench:
    """A desk whose only rule carries out what the test wants done about each arrival, by its text."""

    house: Application
    now: datetime = START
    plans: dict[str, tuple[RuleAct, ...]] = field(default_factory=dict)
    heard: list[Inbound[Event]] = field(default_factory=list)
    refuse: Callable[[], None] = lambda: None
    count: int = 0
    lookups: Sequence[Lookup] = ()

    async def says(self, text: str, *acts: RuleAct, person: str = "anna", work: bool = True) -> None:
        """Somebody types this at a terminal, and the rule will do that about it."""
        self.count += 1
        self.plans[text] = acts
        body = {"id": person, "name": person, "event": "said", "text": text}
        raw = RawMessage("chat:sever", f"{self.count}", f"chat:sever:{person}", json.dumps(body).encode(), self.now)
        await inbox.accept(self.house.database, [raw])
        if work:
            await self.works()

    async def works(self) -> None:
        """Decides whatever waits, as far as it can be decided."""
        while await self.worker().work():
            pass

    def worker(self) -> Worker:
        """A worker with the rule of the test."""
        house = self.house
        composer = MessageComposer(
            house.templates, house.registry, house.reply_tokens, lambda case, provider: case_card(case, provider, str)
        )
        writer = DecisionWriter(house.database, house.registry, composer, {})
        lookup = SenderAndCaseLookup(house.reply_tokens)
        rulebook = Rulebook((Stage("test", get_args(Event), (self._rule,)),))
        return Worker(
            house.database,
            house.registry,
            lookup,
            self.lookups,
            {},
            (),
            rulebook,
            writer,
            house.holder,
            lambda: self.now,
        )

    def _rule(self, case: Case, inbound: Inbound[Event], facts: Facts) -> Decision:
        self.heard.append(inbound)
        acts = self.plans.get(inbound.text, ())
        return decide(*acts, *([] if case.registered else [AssignCaseNumber()]))

    def later(self, **time: float) -> None:
        """The clock moves on."""
        self.now += timedelta(**time)

    async def rows(self, query: Any) -> Sequence[Any]:
        """Looks into the workers' tables."""
        async with self.house.database.look() as connection:
            return (await connection.execute(query)).all()

    async def cases(self) -> Sequence[Case]:
        """Every case of Sever Net, oldest first, each with what it expects."""
        async with self.house.database.read("sever") as session:
            return await read_cases(session, CASES_WITH_STATE.order_by(Case.id))

    async def inbox(self, channel: str) -> Sequence[Mapping[str, Any]]:
        """The arrivals of a channel, oldest first."""
        found = await self.rows(select(arrivals).where(arrivals.c.channel == channel).order_by(arrivals.c.id))
        return [row._mapping for row in found]


@pytest.fixture
async def bench(desk_files: DeskFiles) -> AsyncIterator[Bench]:
    """Such a desk."""
    data = desk_files.root / "data"
    house = await build_application(
        Settings(desk_files.root, desk_files.database, data, secret=Secret("a secret for tests"))
    )
    yield Bench(house)
    await house.close()
