"""Inverted lists in flat arrays: which places hold a key, and what it weighs there. Pure.

Built once, then only read; they can be saved as they are, and mapped back into memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
WEIGHT_STEPS = 65_535
"""A weight is stored as a whole number of so many steps."""
SHORT_LIST = 100
"""Lists of at most so many places on average are faster read all together than one by one."""
Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Postings:
    """``keys`` are sorted; the places of key ``i`` are ``places[starts[i]:starts[i + 1]]``, ascending.

    ``weights`` go with the places, as whole numbers of ``unit``. ``counts`` are in how many places each key is: more
    than its list has where that would be so long that it says nothing.
    """

    keys: Array
    starts: Array
    counts: Array
    places: Array
    weights: Array
    unit: float

    @classmethod
    def build(
        cls, keys: Array, places: Array, weights: Array, max_list_length: int = 1 << 62, max_weight: float | None = None
    ) -> Postings:
        """Builds the lists from pairs sorted by key, then place. Lists longer than ``max_list_length`` are left empty.
        ``max_weight`` is the largest possible weight; without it, the largest there is."""
        if not len(keys):
            empty = np.zeros(0, np.uint16)
            return cls(
                keys, np.zeros(1, np.int64), np.zeros(0, np.int64), empty, empty, (max_weight or 1.0) / WEIGHT_STEPS
            )
        begins = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        counts = np.diff(np.append(begins, len(keys)))
        is_kept = counts <= max_list_length
        if not is_kept.all():
            kept = np.repeat(is_kept, counts)
            places, weights = places[kept], weights[kept]
        starts = np.concatenate(([0], np.cumsum(np.where(is_kept, counts, 0))))
        unit = (max_weight or float(weights.max(initial=0.0)) or 1.0) / WEIGHT_STEPS
        return cls(
            keys=keys[begins],
            starts=narrowest_dtype(starts),
            counts=narrowest_dtype(counts),
            places=narrowest_dtype(places),
            weights=np.rint(weights / unit).astype(np.uint16),
            unit=unit,
        )

    @classmethod
    def concatenate(cls, parts: Sequence[Postings]) -> Postings:
        """Joins parts with the same unit, each with greater keys than the one before."""
        before = np.cumsum([0, *(len(part.places) for part in parts)])
        starts = [part.starts[:-1].astype(np.int64) + shift for part, shift in zip(parts, before, strict=False)]
        return cls(
            keys=np.concatenate([part.keys for part in parts]),
            starts=narrowest_dtype(np.concatenate([*starts, before[-1:]])),
            counts=narrowest_dtype(np.concatenate([part.counts for part in parts])),
            places=narrowest_dtype(np.concatenate([part.places for part in parts])),
            weights=np.concatenate([part.weights for part in parts]),
            unit=parts[0].unit,
        )

    def find(self, wanted: Array) -> Ints:
        """The position of each wanted key, -1 where it is not there."""
        if not len(self.keys):
            return np.full(len(wanted), -1)
        at = self.keys.searchsorted(wanted)
        at[at == len(self.keys)] = 0
        at[self.keys[at] != wanted] = -1
        return at

    def has(self, wanted: Array) -> npt.NDArray[np.bool_]:
        """Whether each wanted key is there."""
        return self.find(wanted) >= 0

    def document_counts(self, found: Ints) -> Ints:
        """In how many places each found key is; 0 for position -1."""
        return np.where(found >= 0, self.counts[found] if len(self.counts) else 0, 0).astype(np.int64)

    def sum_weights(
        self, found: Ints, factors: Floats, size: int, max_postings: int, rows: Ints | None = None
    ) -> Floats:
        """For each of ``size`` places the sum of its weights times the factors of the found keys.

        Keys of the shortest lists go first; no more than ``max_postings`` places are visited, which bounds the time.
        With ``rows``, each key is added in that row of sums, the rows one after another in the result.
        """
        here = np.flatnonzero(found >= 0)
        begins, lengths = self._list_bounds(found[here])
        if lengths.sum() > max_postings:
            order = np.argsort(lengths, kind="stable")
            order = order[np.cumsum(lengths[order]) <= max_postings]
            here, begins, lengths = here[order], begins[order], lengths[order]
        sums = size if rows is None else size * (int(rows.max(initial=0)) + 1)
        if not len(begins):
            return np.zeros(sums)
        places, weights = self._gather(begins, lengths)
        if rows is not None:
            places = places + np.repeat(rows[here] * size, lengths)
        total = np.bincount(places, weights * np.repeat(factors[here] * self.unit, lengths), sums)
        return total.astype(np.float64, copy=False)

    def weights_at(self, found: Ints, wanted: Ints, size: int) -> Floats:
        """The weight of each found key (a row) at each of the wanted places (a column) of ``size``, 0 where it is not
        there."""
        weights = np.zeros((len(found), len(wanted)))
        rows = np.flatnonzero(found >= 0)
        begins, lengths = self._list_bounds(found[rows])
        if lengths.sum() <= SHORT_LIST * len(lengths):
            columns = np.full(size, -1)
            columns[wanted] = np.arange(len(wanted))
            places, values = self._gather(begins, lengths)
            column = columns[places]
            here = column >= 0
            weights[np.repeat(rows, lengths)[here], column[here]] = values[here]
            return weights * self.unit
        wanted_narrow = wanted.astype(self.places.dtype)
        for row, begin, length in zip(rows.tolist(), begins.tolist(), lengths.tolist(), strict=True):
            places = self.places[begin : begin + length]
            near = np.minimum(np.searchsorted(places, wanted_narrow), max(length - 1, 0))
            weights[row] = (
                np.where(places[near] == wanted_narrow, self.weights[begin : begin + length][near], 0) if length else 0
            )
        return weights * self.unit

    def _list_bounds(self, found: Ints) -> tuple[Ints, Ints]:
        """Where the lists of these keys begin, and how long they are."""
        begins = self.starts[found].astype(np.int64)
        return begins, self.starts[found + 1].astype(np.int64) - begins

    def _gather(self, begins: Ints, lengths: Ints) -> tuple[Array, Array]:
        """The places and weights of several lists, one after another."""
        if lengths.sum() <= SHORT_LIST * len(lengths):
            at = expand_ranges(begins, lengths)
            return self.places[at], self.weights[at]
        slices = list(zip(begins.tolist(), (begins + lengths).tolist(), strict=True))
        return (
            np.concatenate([self.places[begin:end] for begin, end in slices]),
            np.concatenate([self.weights[begin:end] for begin, end in slices]),
        )

    def counts_in_range(self, found: Ints, begin: int, end: int) -> Ints:
        """How many places of each found key lie in ``begin`` to ``end``."""
        totals = np.zeros(len(found), np.int64)
        known = np.flatnonzero(found >= 0)
        begins, lengths = self._list_bounds(found[known])
        if lengths.sum() <= SHORT_LIST * len(lengths):
            places = self.places[expand_ranges(begins, lengths)]
            inside = (places >= begin) & (places < end)
            totals += np.bincount(np.repeat(known, lengths)[inside], minlength=len(found))
            return totals
        for at, first, length in zip(known.tolist(), begins.tolist(), lengths.tolist(), strict=True):
            low, high = self.places[first : first + length].searchsorted((begin, end))
            totals[at] = high - low
        return totals

    def arrays(self, name: str) -> dict[str, Array]:
        """The lists as arrays, to be saved."""
        fields = {one: getattr(self, one) for one in ("keys", "starts", "counts", "places", "weights")}
        return {f"{name}.{one}": array for one, array in fields.items()} | {f"{name}.unit": np.array([self.unit])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], name: str) -> Postings:
        """From what `arrays` gave."""
        fields = {one: arrays[f"{name}.{one}"] for one in ("keys", "starts", "counts", "places", "weights")}
        return cls(**fields, unit=float(arrays[f"{name}.unit"][0]))


def expand_ranges(begins: Ints, lengths: Ints) -> Ints:
    """All the numbers of several ranges, one after another."""
    at = np.repeat(begins - (np.cumsum(lengths) - lengths), lengths)
    at += np.arange(len(at))
    return at


def narrowest_dtype(numbers: Array) -> Array:
    """The numbers in the smallest unsigned type that can hold the largest."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))
