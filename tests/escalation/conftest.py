"""What messages of these tests are understood as, so that a rule is tried apart from the understanding of words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from desk.model.acts import Facts
from desk.model.case import Case
from desk.model.events import Inbound
from desk.understanding.reading.observations import Act, ObservedAct, ObservedKey, ObservedValue, Understanding

Understands = Callable[..., str]
"""Makes a sentence mean these acts, and gives it back."""
SENTENCES: dict[str, Understanding] = {}


def _understood(case: Case, inbound: Inbound[Any], facts: Facts, question: str = "") -> Understanding:
    return SENTENCES.get(inbound.text, Understanding(inbound.text))


@pytest.fixture
def meaning(monkeypatch: pytest.MonkeyPatch) -> Understands:
    """``meaning("ну что там?", Act.STATUS)``: every word of it is covered, unless there is to be a leftover."""

    def means(text: str, *acts: Act, closes: bool = False, leftover: bool = False, **known: str) -> str:
        end = 0 if leftover else len(text)
        values = tuple(ObservedValue(slot, value, 0, end) for slot, value in known.items() if slot != "phone")
        keys = (ObservedKey("phone", known["phone"], 0, end),) if "phone" in known else ()
        SENTENCES[text] = Understanding(text, tuple(ObservedAct(one, 0, end) for one in acts), values, keys, closes)
        return text

    SENTENCES.clear()
    for module in ("consent_rules", "registered_case_rules"):
        monkeypatch.setattr(f"escalation.{module}.understood", _understood)
    return means
