"""What an import of teams.toml takes: each team and agent of the file, the database and the last import compared.

What only the file changed is taken, what only the database changed stays, both the same again is peace; what both
sides changed is a conflict and is not taken. An agent who works for several providers has one name, one Telegram id
and one address at all of them, and an identity is one agent's: what would break that is a conflict too.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from desk.agents.teams_file_serialization import Entry, Key, as_toml, by_key, identities, of_provider, shared_part
from desk.language.operator_file_faults import Fault
from desk.language.translatable import sentence
from desk.model.provider_files import InvalidProvider, Provider

Entries = Mapping[Key, Entry]


@dataclass(frozen=True, slots=True)
class ImportConflict:
    """An entry changed on both sides since the last import: the file was not taken. ``difference`` is a unified diff
    from the database's entry to the file's."""

    type: str
    id: str
    difference: str


@dataclass(slots=True)
class ImportResult:
    """What an import of one provider's file does. ``taken`` maps an entry to what it becomes, None where it goes;
    those of ``added`` were not there before. ``kept`` are those that only the database has changed."""

    taken: dict[Key, Entry | None] = field(default_factory=dict)
    added: set[Key] = field(default_factory=set)
    kept: list[Key] = field(default_factory=list)
    conflicts: dict[Key, ImportConflict] = field(default_factory=dict)

    def stands(self, tables: Entries) -> dict[Key, Entry]:
        """The entries of the provider once this is written."""
        merged: dict[Key, Entry | None] = {**tables, **self.taken}
        return {key: entry for key, entry in merged.items() if entry is not None}

    def remembered(self, brought: Entries, file: Entries) -> list[Entry]:
        """What the next import compares with: the file, but for its conflicts, which are not settled by being seen."""
        settled = [entry for key, entry in file.items() if key not in self.conflicts]
        return settled + [brought[key] for key in self.conflicts if key in brought]


@dataclass(frozen=True, slots=True)
class AgentEntriesCompared:
    """One provider's entries: in the ``file``, in the ``tables``, and as the last import ``brought`` them."""

    file: Entries
    tables: Entries
    brought: Entries


def merge(states: Mapping[str, AgentEntriesCompared], overwrite: bool = False) -> dict[str, ImportResult]:
    """What the import of all providers' files does, by provider. With ``overwrite`` the files are taken as they are."""
    results = {name: _of_provider(state, overwrite) for name, state in states.items()}
    # What is not taken may stand in the way of something else: each turn leaves less, until nothing clashes.
    while _refuse_clashes(states, results):
        pass
    return results


def _of_provider(state: AgentEntriesCompared, overwrite: bool) -> ImportResult:
    result = ImportResult()
    for key in {**state.file, **state.tables, **state.brought}:
        file, tables, brought = state.file.get(key), state.tables.get(key), state.brought.get(key)
        if file == tables:
            continue
        if file == brought and not overwrite:
            result.kept.append(key)
        elif tables == brought or overwrite:
            result.taken[key] = file
            result.added |= {key} if tables is None else set()
        else:
            result.conflicts[key] = _conflict(key, tables, file)
    return result


def _refuse_clashes(states: Mapping[str, AgentEntriesCompared], results: Mapping[str, ImportResult]) -> bool:
    """Makes conflicts of what was to be taken and contradicts another entry. Returns whether there was any."""
    if not any(result.taken for result in results.values()):
        return False
    standing = {name: results[name].stands(state.tables) for name, state in states.items()}
    clashing = [one for one in _clashing(standing) if one[1] in results[one[0]].taken]
    for name, key in clashing:
        state, result = states[name], results[name]
        if result.taken.pop(key, None):
            result.conflicts[key] = _conflict(key, state.tables.get(key), state.file.get(key))
    return bool(clashing)


def _clashing(standing: Mapping[str, Entries]) -> Iterator[tuple[str, Key]]:
    """Agents of whom two providers say different things, and agents who share an identity."""
    for several in _said(standing).values():
        if any(said != several[0][2] for _, _, said in several):
            yield from ((name, key) for name, key, _ in several)


def _said(standing: Mapping[str, Entries]) -> dict[tuple[str, str], list[tuple[str, Key, object]]]:
    """What must be the same wherever it is said: of each id what is shared, of each identity whose it is."""
    said: dict[tuple[str, str], list[tuple[str, Key, object]]] = defaultdict(list)
    for name, entries in standing.items():
        for key, entry in entries.items():
            if key[0] == "agent":
                said["id", key[1]].append((name, key, shared_part(entry)))
                for identity in identities(entry).items():
                    said[identity].append((name, key, key[1]))
    return said


def require_consistent(providers: Mapping[str, Provider]) -> None:
    """Raises `InvalidProvider` where the files contradict each other: one agent two names, or one identity two agents.

    Within one file too: two entries of one id.
    """
    faults = [
        Fault(f"{name}/teams.toml", 0, sentence("[[{kind}]] {id} is there twice", kind=kind, id=id))
        for name, provider in providers.items()
        for kind, ids in (("team", [one.id for one in provider.teams]), ("agent", [one.id for one in provider.agents]))
        for id in dict.fromkeys(ids)
        if ids.count(id) > 1
    ]
    if faults := faults or [Fault(f"{name}/teams.toml", 0, what) for name, _, _, what in inconsistencies(providers)]:
        raise InvalidProvider(faults)


def inconsistencies(providers: Mapping[str, Provider]) -> Iterator[tuple[str, str, str, str]]:
    """What files say of an agent in contradiction to another: the provider, the agent's id, the key, and a sentence."""
    for (kind, value), several in _said({name: by_key(of_provider(one)) for name, one in providers.items()}).items():
        first, (_, agent), said = several[0]
        for name, (_, other), theirs in several[1:]:
            if theirs != said:
                if kind == "id":
                    pattern = "is not as in {file}: one agent has one name, telegram, mail and active"
                    what = sentence(pattern, file=f"{first}/teams.toml")
                else:
                    pattern = "has the {kind} of {agent} in {file}: {value} is one person, and has one id"
                    what = sentence(pattern, kind=kind, agent=agent, file=f"{first}/teams.toml", value=value)
                yield name, other, kind, sentence("[[agent]] {agent} {what}", agent=other, what=what)


def _conflict(key: Key, tables: Entry | None, file: Entry | None) -> ImportConflict:
    lines = difflib.unified_diff(_lines(tables), _lines(file), "database", "teams.toml", lineterm="", n=20)
    return ImportConflict(*key, "\n".join(lines))


def _lines(entry: Entry | None) -> list[str]:
    return as_toml(entry).splitlines() if entry else []
