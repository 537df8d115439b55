"""`firstline retention`: counted, purged, held and released, each of it audited."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.model.settings import load
from desk.storage.database import Database
from tests.console.conftest import Typist
from tests.console.personal_data.old_cases import NOW, OldCases

TODAY = datetime.now(UTC)


async def made(folder: Path, *days: float) -> list[str]:
    """Cases that ended so many days ago; their numbers."""
    database = Database(load(folder).database)
    old = OldCases(database)
    cases = [await old.add(one - (TODAY - NOW).days) for one in days]
    await database.close()
    return [case.number or "" for case in cases]


@pytest.fixture
def numbers(typist: Typist) -> list[str]:
    """A desk with a young case and two old ones."""
    assert typist.types("migrate").exit_code == 0
    return asyncio.run(made(typist.folder, 5, 100, 120))


def purged(typist: Typist, *options: str) -> dict[str, int]:
    result = typist.types("retention", "purge", "--json", *options)
    assert result.exit_code == 0, result.output
    found: dict[str, int] = json.loads(result.output)
    return found


def test_a_dry_run_counts_and_changes_nothing(typist: Typist, numbers: list[str]) -> None:
    assert purged(typist, "--dry-run")["cases"] == 2
    assert purged(typist, "--dry-run", "--provider", "volga") == {}
    told = typist.types("retention", "purge", "--dry-run").output
    assert "         2  journal\n" in told
    assert "Nothing was changed." in told
    assert purged(typist)["cases"] == 2
    assert "Nothing is older" in typist.types("retention", "purge").output


def test_what_is_held_stays_until_it_is_released(typist: Typist, numbers: list[str]) -> None:
    """The audit says who held it and why."""
    _, older, oldest = numbers
    assert typist.types("retention", "hold", oldest, "--why", "claim 12/26").exit_code == 0
    (hold,) = json.loads(typist.types("retention", "holds", "--json").output)
    assert (hold["of"], hold["why"], hold["set_by"].partition(":")[0]) == (oldest, "claim 12/26", "operator")
    assert purged(typist)["cases"] == 1
    assert typist.types("retention", "release", hold["id"]).exit_code == 0
    assert typist.types("retention", "release", hold["id"]).exit_code == 3
    assert purged(typist)["cases"] == 1
    operations = [(row["operation"], row["details"]) for row in json.loads(typist.types("audit", "--json").output)]
    assert ("retention hold", {"hold": hold["id"], "why": "claim 12/26"}) in operations
    assert {"retention purge", "retention release"} <= {name for name, _ in operations}
    assert older in typist.types("cases", "--all", "--json").output


def test_a_person_is_held_with_all_their_cases(typist: Typist, numbers: list[str]) -> None:
    held = typist.types("retention", "hold", "--person", "anna3@canary.test", "--why", "court order 7")
    assert held.exit_code == 0, held.output
    assert "person " in typist.types("retention", "holds").output
    assert purged(typist)["cases"] == 1


def test_a_key_that_names_several_or_nobody_is_refused(typist: Typist, numbers: list[str]) -> None:
    """Three people write about one contract; nobody by that name is known."""
    several = typist.types("retention", "hold", "--person", "40-1187", "--why", "x")
    assert (several.exit_code, "names several" in several.output) == (2, True)
    assert typist.types("retention", "hold", "--person", "nobody@example.org", "--why", "x").exit_code == 3
    assert typist.types("retention", "hold", "--why", "x").exit_code == 2
