"""Learns the weights of ``desk/understanding/likeness.tsv`` from the labelled sets that are tuned on. Deterministic.

Run as ``python tools/learn_likeness.py`` in the checkout after a change of ``*_dev*.jsonl``, ``*_breadth*.jsonl`` or of
the classes of words.
A logistic regression for each act; its threshold is the lowest at which, on sentences kept out of the learning, no more
than `FALSE` of those that lack the act, and that no phrase takes for it, reach it; nor more than `FALSE_OF_NEAR` of
those that the sets name as lacking it, most of which were made up to look as if they had it.
"""

from __future__ import annotations

import json
import math
import sys
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from desk.understanding import acts_by_likeness, wishes
from desk.understanding.phrase_patterns import overlaps
from desk.understanding.reading.message_words import Word
from desk.understanding.reading.observations import Act

ROOT = Path(__file__).resolve().parent.parent
SETS = ROOT / "tests" / "understanding" / "sets"
STRENGTH = 0.000001
"""How much large weights cost."""
FOLDS = 4
FALSE, FALSE_OF_NEAR = 0.003, 0.005
LEAST = 2
"""Sentences in which a feature must stand."""
SMALLEST = 1.0
"""Weights below are left out."""
LOWEST = 0.5
IMPLIED = {Act.CALLBACK: Act.HUMAN}


def by_phrases(words: Sequence[Word]) -> set[Act]:
    """The acts that phrases show, with those that they mean."""
    found = set(wishes.by_phrases(words, None))
    return found | {IMPLIED[act] for act in found if act in IMPLIED}


def open_units(act: Act, words: Sequence[Word], against: Mapping[str, Sequence[tuple[int, int]]]) -> list[bool]:
    """For each unit of a sentence whether no phrase says that it means something else than the act."""
    others = against.get(act, ())
    return [not overlaps(unit, others) for unit in acts_by_likeness.units(words)]


def examples() -> tuple[dict[str, dict[Act, bool]], dict[str, set[Act]]]:
    """Each sentence, with what is known of the acts it has and has not.

    A sentence of the acts' sets that names other acts lacks this one if no phrase finds it there either; and so does
    one of the sets about consent. Of a sentence of the sets of breadth no more is known than it names: each was written
    for one act, whatever else it does.
    """
    known: dict[str, dict[Act, bool]] = {}
    said_to_lack: dict[str, set[Act]] = {}
    is_told_whole: set[str] = set()
    for path in sorted((*SETS.glob("*_dev*.jsonl"), *SETS.glob("*_breadth*.jsonl"))):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            of_text = known.setdefault(row["text"], {})
            if "_breadth" not in path.stem:
                is_told_whole.add(row["text"])
            said_to_lack.setdefault(row["text"], set()).update(map(Act, row.get("not_acts", ())))
            for name, is_there in [(name, True) for name in row.get("acts", ())] + [
                (name, False) for name in row.get("not_acts", ())
            ]:
                act = Act(name)
                if act in acts_by_likeness.LEARNED:
                    of_text[act] = of_text.get(act, False) or is_there
                if is_there and act in IMPLIED:
                    of_text[IMPLIED[act]] = True
    for text in is_told_whole:
        of_text = known[text]
        by_phrase = by_phrases(wishes.mended_words(text))
        for act in acts_by_likeness.LEARNED:
            if act not in of_text and act not in by_phrase:
                of_text[act] = False
    return {text: of_text for text, of_text in known.items() if of_text}, said_to_lack


def learned(matrix: csr_matrix, labels: Any, cost: Any) -> Any:
    """The weights of the features, and the bias last."""

    def loss(point: Any) -> tuple[float, Any]:
        scores = matrix @ point[:-1] + point[-1]
        likelihood = np.logaddexp(0, -labels * scores)
        pull = -labels / (1 + np.exp(np.clip(labels * scores, -30, 30))) * cost
        total = cost.sum()
        gradient = np.append(matrix.T @ pull / total + STRENGTH * point[:-1], pull.sum() / total)
        return float((likelihood * cost).sum() / total + STRENGTH * (point[:-1] @ point[:-1]) / 2), gradient

    return minimize(loss, np.zeros(matrix.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 100}).x


def main() -> int:  # noqa: PLR0915
    """Writes the weights and says what they do. Returns the exit code."""
    known, said_to_lack = examples()
    texts = sorted(known)
    words = [wishes.mended_words(text) for text in texts]
    classes = wishes.word_classes()
    units: list[tuple[int, list[str]]] = []
    for number, of_text in enumerate(words):
        spans = list(acts_by_likeness.units(of_text))
        units += [(number, sorted(acts_by_likeness.features(of_text[start:end], classes))) for start, end in spans]
    counts = Counter(feature for _, found in units for feature in found)
    names = sorted(feature for feature, count in counts.items() if count >= LEAST)
    place = {feature: number for number, feature in enumerate(names)}
    rows, columns, values = [], [], []
    for row, (_, found) in enumerate(units):
        kept = [place[feature] for feature in found if feature in place]
        rows += [row] * len(kept)
        columns += kept
        values += [1 / math.sqrt(len(found))] * len(kept)
    matrix = csr_matrix((values, (rows, columns)), shape=(len(units), len(names)))
    owner = np.array([number for number, _ in units])
    alone = Counter(owner.tolist())
    fold = np.array([zlib.crc32(texts[number].encode()) % FOLDS for number in owner])
    phrase_acts = [by_phrases(of_text) for of_text in words]
    against = [wishes.against(of_text) for of_text in words]
    bias, thresholds, weights = [], [], []
    for act in acts_by_likeness.LEARNED:
        label_of = [known[text].get(act) for text in texts]
        is_known = np.array(
            [label_of[number] is not None and not (label_of[number] and alone[number] > 1) for number in owner]
        )
        labels = np.array([1.0 if label_of[number] else -1.0 for number in owner])
        share = (labels[is_known] > 0).mean()
        cost = np.where(labels > 0, min(4.0, math.sqrt((1 - share) / share)), 1.0)
        held = np.full(len(units), -np.inf)
        for one in range(FOLDS):
            train = is_known & (fold != one)
            point = learned(matrix[train], labels[train], cost[train])
            held[fold == one] = matrix[fold == one] @ point[:-1] + point[-1]
        best = np.full(len(texts), -np.inf)
        open_of_text = [open_units(act, *both) for both in zip(words, against, strict=True)]
        is_open = np.array([is_open for of_text in open_of_text for is_open in of_text])
        np.maximum.at(best, owner[is_open], held[is_open])
        lacking = sorted(
            (best[n] for n in range(len(texts)) if label_of[n] is False and act not in phrase_acts[n]), reverse=True
        )
        nearly = sorted(
            (best[n] for n in range(len(texts)) if act in said_to_lack[texts[n]] and act not in phrase_acts[n]),
            reverse=True,
        )
        threshold = max(lacking[int(FALSE * len(lacking))], nearly[int(FALSE_OF_NEAR * len(nearly))], LOWEST) + 0.01
        having = [n for n in range(len(texts)) if label_of[n]]
        by_phrase = sum(act in phrase_acts[n] for n in having)
        both = sum(act in phrase_acts[n] or best[n] >= threshold for n in having)
        alike = sum(best[n] >= threshold for n in having)
        print(
            f"{act:14} {len(having):5} sentences, {by_phrase / len(having):.3f} by phrases, "
            f"{alike / len(having):.3f} by likeness, {both / len(having):.3f} by either; "
            f"{len(lacking)} without it, threshold {threshold:.2f}"
        )
        point = learned(matrix[is_known], labels[is_known], cost[is_known])
        weights.append(point[:-1])
        bias.append(float(point[-1]))
        thresholds.append(float(threshold))
    table = np.array(weights)
    lines = [
        "\t".join(acts_by_likeness.LEARNED),
        "\t".join(f"{one:.2f}" for one in bias),
        "\t".join(f"{one:.2f}" for one in thresholds),
    ]
    for column, name in enumerate(names):
        pairs = [f"{number}:{weight:.1f}" for number, weight in enumerate(table[:, column]) if abs(weight) >= SMALLEST]
        if pairs:
            lines.append("\t".join((name, *pairs)))
    acts_by_likeness.WEIGHTS.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines) - 3} features, {acts_by_likeness.WEIGHTS.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
