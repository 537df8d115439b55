"""An outcome is stored with its arrival and read again, and what is refused has its words in every language."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.model.arrival_outcomes import (
    Done,
    DoneCode,
    HeldForAgent,
    Ignored,
    IgnoredCode,
    OperationRefusalCode,
    OperationRefused,
    Outcome,
    outcome_from,
    stored_outcome,
)
from desk.storage.queue_and_lease_tables import arrivals
from templates import __file__ as templates

LENGTH = arrivals.c.outcome.type.length  # type: ignore[attr-defined]
DONE: list[Outcome] = [Done(code) for code in DoneCode]
IGNORED: list[Outcome] = [Ignored(code) for code in IgnoredCode if code.value not in {one.value for one in DoneCode}]
REFUSED: list[Outcome] = [OperationRefused(code) for code in OperationRefusalCode]


@pytest.mark.parametrize("outcome", [*DONE, *IGNORED, *REFUSED, HeldForAgent()], ids=stored_outcome)
def test_an_outcome_is_the_same_after_it_was_stored(outcome: Outcome) -> None:
    stored = stored_outcome(outcome)
    assert outcome_from(stored) == outcome
    assert 0 < len(stored) <= LENGTH


def test_what_the_sentence_of_a_refusal_names_comes_back_with_it() -> None:
    refused = OperationRefused(OperationRefusalCode.ALREADY_TAKEN, {"agent": "Мария"})
    assert outcome_from(stored_outcome(refused), {"agent": "Мария"}) == refused


def test_no_two_outcomes_are_stored_alike() -> None:
    stored = [stored_outcome(one) for one in (*DONE, *map(Ignored, IgnoredCode), *REFUSED, HeldForAgent())]
    assert len(set(stored)) == len(stored)


@pytest.mark.parametrize("stored", ["", "refused:", "refused:because", "lost", "Pending", "refused:Which_case"])
def test_what_is_no_outcome_is_not_taken_for_one(stored: str) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        outcome_from(stored)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("code", OperationRefusalCode)
def test_every_refusal_has_its_words(code: OperationRefusalCode, language: str) -> None:
    assert (Path(templates).parent / language / f"refused_{code}.txt").read_text("utf-8").strip()
