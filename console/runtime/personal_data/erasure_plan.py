"""Erasures that are under way: what each has to take away, so that one that a kill interrupts can be ended.

A plan lies in ``<data>/erasing`` from before the first row goes until nothing is left; it names the person, and is
itself the last to go.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from console.runtime.personal_data.find_person import FoundPerson, addresses_of
from console.runtime.personal_data.purge_archive import on_disk

FOLDER = "erasing"


@dataclass(frozen=True, slots=True)
class ErasurePlan:
    """``people`` are (provider, id); ``cases`` ids by provider; ``lanes``, ``names`` and ``files`` what they wrote
    from, what names them, and what they sent from terminals. ``open_too`` cancels what is open; ``learned`` says that
    articles learned from their words."""

    people: frozenset[tuple[str, int]]
    cases: Mapping[str, Sequence[int]]
    lanes: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    open_too: bool = False
    learned: bool = False

    @classmethod
    def of(cls, people: Sequence[FoundPerson], lanes: frozenset[str], names: frozenset[str]) -> ErasurePlan:
        """Of people as they are now; they also wrote from their addresses."""
        cases: dict[str, list[int]] = {}
        for one in people:
            cases.setdefault(one.provider, []).extend(case.id for case in one.cases)
        ids = frozenset((one.provider, one.id) for one in people)
        own = {f"{channel}:{value}" for channel, value in addresses_of(people)}
        return cls(ids, cases, lanes | own, names)

    def joined(self, now: ErasurePlan) -> ErasurePlan:
        """With what belongs to the same people by now: what is gone already is known from before."""
        both = {
            name: sorted({*self.cases.get(name, ()), *now.cases.get(name, ())}) for name in {*self.cases, *now.cases}
        }
        return replace(self, cases=both, lanes=self.lanes | now.lanes, names=self.names | now.names)

    def meant(self, key: str, lanes: frozenset[str]) -> bool:
        """Whether this person is the one whom the operator names now."""
        return key.strip() in self.names or not lanes.isdisjoint(self.lanes)


def write(data: Path, plan: ErasurePlan) -> Path:
    """Keeps a plan, on the disk when it returns. Raises OSError."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{secrets.token_hex(8)}.json"
    part = path.with_suffix(".part")
    values = {
        "people": sorted(plan.people),
        "cases": {name: list(ids) for name, ids in plan.cases.items()},
        "lanes": sorted(plan.lanes),
        "names": sorted(plan.names),
        "files": sorted(plan.files),
        "open_too": plan.open_too,
        "learned": plan.learned,
    }
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(values, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    on_disk(folder)
    return path


def read(data: Path) -> Iterator[tuple[Path, ErasurePlan]]:
    """The plans that were not ended. Raises OSError."""
    folder = data / FOLDER
    for part in folder.glob("*.part"):
        part.unlink(missing_ok=True)  # it was killed before it began
    for path in sorted(folder.glob("*.json")):
        values = json.loads(path.read_text("utf-8"))
        sets = {name: frozenset(values[name]) for name in ("lanes", "names", "files")}
        people = frozenset((str(provider), int(id)) for provider, id in values["people"])
        yield path, ErasurePlan(people, values["cases"], **sets, open_too=values["open_too"], learned=values["learned"])


def drop(path: Path) -> None:
    """Nothing is left of the person, but for this plan."""
    path.unlink(missing_ok=True)
    if not any(path.parent.iterdir()):
        path.parent.rmdir()
