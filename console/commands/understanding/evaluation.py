"""How well sentences are understood: recall and precision by act and language over a labelled file. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desk.language.detect import language_of

Line = Mapping[str, Any]

ANY_VALUE = "*"
_SIGNS = " .,;:!?\"'()«»"


@dataclass(slots=True)
class Tally:
    """Of one act (or slot) in one language: how often it was right, missed, and seen where it is not."""

    hit: int = 0
    missed: int = 0
    false: int = 0
    negatives: int = 0

    @property
    def recall(self) -> float | None:
        """Found of those that are there; None where there are none."""
        total = self.hit + self.missed
        return self.hit / total if total else None

    @property
    def false_rate(self) -> float | None:
        """Seen of those where it is not; None where there are none."""
        return self.false / self.negatives if self.negatives else None


@dataclass(slots=True)
class EvaluationTallies:
    """The tallies by (name, language), and the sentences that were misunderstood."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    mistakes: list[str] = field(default_factory=list)
    count: int = 0

    def note(self, name: str, language: str, expected: bool, seen: bool, text: str) -> None:
        """One expectation, met or not."""
        tally = self.tallies[name, language]
        tally.negatives += not expected
        if expected and seen:
            tally.hit += 1
        elif expected:
            tally.missed += 1
            self.mistakes.append(f"missed {name}: {text}")
        elif seen:
            tally.false += 1
            self.mistakes.append(f"false {name}: {text}")

    def as_json(self) -> dict[str, Any]:
        """All of it, for machines."""
        rows = [
            {"name": name, "language": language, "hit": one.hit, "missed": one.missed, "false": one.false}
            | {"negatives": one.negatives, "recall": one.recall, "false_rate": one.false_rate}
            for (name, language), one in sorted(self.tallies.items())
        ]
        return {"lines": self.count, "scores": rows, "mistakes": self.mistakes}

    def lines(self) -> list[str]:
        """A table to be read, and what was misunderstood."""
        head = f"{'':24} {'':4} {'right':>6} {'missed':>6} {'recall':>7} {'false':>6} {'of':>6}"
        rows = [
            f"{name:24} {language or '-':4} {one.hit:6} {one.missed:6} {_share(one.recall):>7} {one.false:6} "
            f"{one.negatives:6}"
            for (name, language), one in sorted(self.tallies.items())
        ]
        return [f"{self.count} sentences", head, *rows, *(f"  {one}" for one in self.mistakes)]


def score_lines(lines: Sequence[Line], understood: Callable[[Line], Line]) -> EvaluationTallies:
    """Scores a labelled file. A line may tell "acts" (all that are there, of those the file speaks of), "not_acts",
    "closes", and "slots" and "keys" with their values: null where there must be none, `ANY_VALUE` where any will do."""
    scores = EvaluationTallies(count=len(lines))
    spoken_of = {act for line in lines for act in (*line.get("acts", ()), *line.get("not_acts", ()))}
    for line in lines:
        found, text = understood(line), str(line["text"])
        language = line.get("language") or language_of(text)
        if "closes" in line:
            scores.note("closes", language, bool(line["closes"]), bool(found["closes"]), text)
        denied = set(line.get("not_acts", ())) | (spoken_of - set(line["acts"]) if "acts" in line else set())
        for act in sorted({*line.get("acts", ()), *denied}):
            scores.note(act, language, act in line.get("acts", ()), act in found["acts"], text)
        for kind in ("slots", "keys"):
            for name, value in line.get(kind, {}).items():
                seen = found[kind].get(name)
                right = _is_same(seen, value) if value is not None else seen is not None
                scores.note(f"{kind[:-1]} {name}", language, value is not None, right, f"{text} -> {seen!r}")
    return scores


def _is_same(seen: Any, expected: Any) -> bool:
    """Words are the same whatever their case and the signs around them."""
    if expected == ANY_VALUE:
        return seen is not None
    if isinstance(seen, str) and isinstance(expected, str):
        return seen.strip(_SIGNS).casefold() == expected.strip(_SIGNS).casefold()
    return bool(seen == expected)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
