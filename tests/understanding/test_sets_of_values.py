"""The labelled sentences on values and keys: how many are understood, and how few are seen where they are not."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.commands.understanding.evaluation import score_lines
from console.commands.understanding.understand import as_json
from desk.understanding.reading.observations import Situation, TalkStage
from desk.understanding.understand import understand
from tests.intake.examples import PACKAGED

SETS = Path(__file__).parent / "sets"


def understood(line: Any) -> dict[str, Any]:
    now = datetime.fromisoformat(line["now"]) if "now" in line else datetime(2026, 11, 30, 12, tzinfo=UTC)
    context = TalkStage(line.get("context", "first"))
    situation = Situation(context, line.get("question", ""), now, now.tzinfo or UTC, ("99-9999",))
    return as_json(understand(line["text"], situation), PACKAGED)


@pytest.mark.parametrize(
    ("name", "least"),
    [("slots_dev", 0.97), ("slots2_dev", 0.97), ("slots3_dev", 0.97), ("keys_dev", 0.97), ("slots_held", 0.8)],
)
def test_the_sets_are_understood(name: str, least: float) -> None:
    """The sets that were looked at while the grammars grew, and one that was not."""
    lines = [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text("utf-8").splitlines()]
    scores = score_lines(lines, understood)
    count: Counter[str] = Counter()
    for tally in scores.tallies.values():
        count.update(hit=tally.hit, missed=tally.missed, false=tally.false, negatives=tally.negatives)
    assert count["hit"] / (count["hit"] + count["missed"]) >= least, scores.mistakes
    assert count["false"] / count["negatives"] <= 0.03, scores.mistakes
