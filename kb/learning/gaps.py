"""Finds gaps: groups of similar solved cases that no article covers, each with its most typical case first. Pure.

Two cases are as similar as the words they share, weighted by how rare those are among the cases: stems count fully,
runs of three and four letters a little, so that typing errors and endings do not separate similar cases. Groups are
joined by average linkage while their members are on average `MIN_SIMILARITY`. What is similar in meaning alone is not
found.

On the evaluation phrases (tests/kb/evaluation: 520 Russian and 371 English ones by many imagined kinds of people, each
in words of its own) this threshold gives a B-cubed precision of .88 and .87 at a recall of .09 and .13; real cases
repeat each other's words, and the answers of the dialogs, far more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import Stemmer
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import csr_matrix
from scipy.spatial.distance import squareform

from kb.search.tokenize import query_words

MIN_SIMILARITY = 0.2
"""Cosine, 0 to 1."""
NGRAM_WEIGHT, FACT_WEIGHT = 0.3, 0.5
"""The weights of a run of letters and of a word of a dialog's answer; a word of the person's own has 1."""
MAX_CASES = 2000
"""Cases that are compared, the latest: their similarities are in memory all at once, 32 MB of them."""


@dataclass(frozen=True, slots=True)
class UnlinkedSolvedCase:
    """A solved case that no article is linked to. ``facts`` are the dialog's answers."""

    provider: str
    case_id: int
    number: str
    person: int
    language: str
    text: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnowledgeGap:
    """Similar cases, the most typical one first. ``people`` counts the people they are from."""

    cases: tuple[UnlinkedSolvedCase, ...]
    people: int = field(default=0)


def find_gaps(solved: Sequence[UnlinkedSolvedCase], min_people: int = 2) -> list[KnowledgeGap]:
    """Groups with cases of at least so many people, the largest first, by provider and language."""
    found: list[KnowledgeGap] = []
    for key in sorted({(one.provider, one.language) for one in solved}):
        those = [one for one in solved if (one.provider, one.language) == key][-MAX_CASES:]
        found += _group_cases(those, key[1])
    found = [one for one in found if one.people >= min_people]
    return sorted(found, key=lambda one: (-one.people, -len(one.cases), one.cases[0].case_id))


def _group_cases(solved: Sequence[UnlinkedSolvedCase], language: str) -> list[KnowledgeGap]:
    told = [(one, features) for one in solved if (features := _features(one, language))]
    if len(told) < 2:
        return []
    alike = _cosine_similarity([features for _, features in told])
    apart = np.clip(1.0 - alike, 0.0, None)
    np.fill_diagonal(apart, 0.0)
    groups = fcluster(linkage(squareform(apart, checks=False), "average"), 1.0 - MIN_SIMILARITY, "distance")
    return [
        _build_gap([told[at][0] for at in members], alike[np.ix_(members, members)])
        for members in _members_by_group(groups)
    ]


def _members_by_group(groups: np.ndarray[tuple[int], np.dtype[np.int32]]) -> list[list[int]]:
    members: dict[int, list[int]] = {}
    for at, group in enumerate(groups.tolist()):
        members.setdefault(group, []).append(at)
    return [those for those in members.values() if len(those) > 1]


def _build_gap(
    cases: Sequence[UnlinkedSolvedCase], alike: np.ndarray[tuple[int, int], np.dtype[np.float64]]
) -> KnowledgeGap:
    middle = int(alike.sum(axis=1).argmax())
    ordered = (cases[middle], *(one for at, one in enumerate(cases) if at != middle))
    return KnowledgeGap(ordered, len({one.person for one in cases}))


def _features(one: UnlinkedSolvedCase, language: str) -> Counter[str]:
    """The features a case is compared by, each with its weight."""
    stem = Stemmer.Stemmer("russian" if language == "ru" else "english").stemWord
    features: Counter[str] = Counter()
    for word in query_words(one.text):
        features[stem(word)] += 1.0  # type: ignore[assignment]  # a Counter adds up weights as well
        shown = f" {word} "
        for long in (3, 4):
            for at in range(len(shown) - long + 1):
                features[f"#{shown[at : at + long]}"] += NGRAM_WEIGHT  # type: ignore[assignment]
    for fact in one.facts:
        for word in query_words(fact):
            features[stem(word)] += FACT_WEIGHT  # type: ignore[assignment]
    return features


def _cosine_similarity(features: Sequence[Counter[str]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The cosine similarity of each with each."""
    seen = Counter(name for one in features for name in one)
    places = {name: at for at, name in enumerate(seen)}
    weights = {name: math.log(1 + len(features) / count) for name, count in seen.items()}
    rows, columns, values = [], [], []
    for row, one in enumerate(features):
        weighed = {name: count * weights[name] for name, count in one.items()}
        length = math.sqrt(sum(value * value for value in weighed.values())) or 1.0
        rows += [row] * len(weighed)
        columns += [places[name] for name in weighed]
        values += [value / length for value in weighed.values()]
    matrix = csr_matrix((values, (rows, columns)), shape=(len(features), len(places)))
    return np.asarray((matrix @ matrix.T).todense())
