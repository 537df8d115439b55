"""Agents find cases of the providers that they serve, and no case of another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from console.runtime.migrate import migrate
from desk.model.acts import Facts
from desk.model.case import Case
from desk.model.core_facts import ActingAgent
from desk.model.events import OperationOrdered
from desk.model.operations.base import AgentOperation
from desk.model.operations.case_operations import FindCases, ListMine, ListQueue
from desk.model.provider_files import Provider
from desk.model.subscribers import Person
from desk.storage.database import Database
from escalation.hands.list_rules import CaseList, CaseListLookup
from tests.escalation.hands.test_hands import PROVIDER
from tests.escalation.rounds import IVANOVA

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
VOLGA = Provider("volga", {"ru": "Волга"})


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Three cases of Sever, and one of Volga that has the same words, phone and contract."""
    made = Database(database_url)
    await migrate(made)
    rows: Sequence[tuple[str, int, str, str, str, str]] = (
        ("sever", 1, "SN-2026-000001-5", "Нет ИНТЕРНЕТА на Озёрной", "ivanova", "queue:l1"),
        ("sever", 2, "SN-2026-000002-1", "За что списали 300 рублей", "", "queue:l2"),
        ("sever", 3, "SN-2026-000003-8", "Пропадает скорость", "", "queue:l1"),
        ("volga", 4, "VG-2026-000001-0", "Нет интернета на Озёрной", "ivanova", "queue:l1"),
    )
    for provider, id, number, words, owner, queue in rows:
        async with made.write(provider) as session:
            session.add(Person(provider=provider, id=id, created_at=AT))
            case = Case(provider=provider, id=id, person_id=id, opened_at=AT, updated_at=AT, registered_at=AT)
            case.change({"number": number, "description": words, "owner": owner, "queue": queue})
            case.change({"contract": f"40-118{id % 3}", "phone": "+7 000 555-00-01" if id in (1, 4) else ""})
            case.change({"severity": "critical" if id == 3 else ""})
            session.add(case)
    yield made
    await made.close()


async def found(database: Database, operation: AgentOperation) -> list[str]:
    round_: Any = SimpleNamespace(
        inbound=SimpleNamespace(event=OperationOrdered(operation)),
        facts=Facts([ActingAgent(IVANOVA)]),
        provider=PROVIDER,
        subject=None,
    )
    answer = await CaseListLookup(database, {"sever": PROVIDER, "volga": VOLGA})(round_)
    assert isinstance(answer, CaseList)
    return [one.number for one in answer.cases]


@pytest.mark.parametrize(
    ("operation", "numbers"),
    [
        (ListMine(), ["SN-2026-000001-5"]),
        (ListQueue(), ["SN-2026-000003-8", "SN-2026-000002-1"]),
        (ListQueue("Сеть"), ["SN-2026-000002-1"]),
        (ListQueue("mars"), []),
        (FindCases("озёрной интернета"), ["SN-2026-000001-5"]),
        (FindCases("sn-2026-000002"), ["SN-2026-000002-1"]),
        (FindCases("40-1181"), ["SN-2026-000001-5"]),
        (FindCases("8 000 555-00-01"), ["SN-2026-000001-5"]),
        (FindCases("VG-2026-000001-0"), []),
        (FindCases("%"), []),
    ],
    ids=str,
)
async def test_each_list_has_the_cases_of_the_own_provider_the_most_urgent_first(
    database: Database, operation: AgentOperation, numbers: list[str]
) -> None:
    assert await found(database, operation) == numbers
