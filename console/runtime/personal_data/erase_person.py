"""A person is erased: rows, words that articles learned, files, archives, and what the database's files still had.

Numbers, times and categories of their cases stay, each in a row that is marked as erased. What is to go is planned
first (`erasure_plan`), so that whatever interrupts it, the next `firstline forget` ends it.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from console.runtime.personal_data import erasure_list, erasure_plan
from console.runtime.personal_data.erasure_plan import ErasurePlan
from console.runtime.personal_data.find_person import FoundPerson, load_person
from console.runtime.personal_data.purge_archive import PurgeArchive
from console.runtime.personal_data.retention_purge import is_file_referenced
from console.runtime.personal_data.rows_of_cases import (
    HOLDS,
    LINKS,
    PHRASINGS,
    StoredRow,
    arrivals_of_cases,
    delete_people,
    delete_rows_of_cases,
    delete_traces_of_addresses,
    empty_cases,
    waiting_lanes,
)
from console.runtime.personal_data.traces import NamesOfPerson, Traces, delete_traces, remove_from_archive
from desk.language.translatable import one_after_another, sentence
from desk.model.messages import FRONT
from desk.model.settings import Settings
from desk.model.states import FINAL, CaseState
from desk.pipeline.write_buffer import CASES, JOURNAL, PEOPLE
from desk.storage import audit
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals
from kb.storage import phrase_store

ERASED = "erased"
"""The reason of a case that was cancelled because its person is erased."""
AT_ONCE = 20
"""Cases in one transaction."""
_FILE = re.compile(rb"/chat/([0-9a-f]{16}(?:\.[0-9A-Za-z]{1,9})?)")


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What went: rows of each table, and files. ``drafts`` are articles that were written from cases of the person,
    which somebody should look over."""

    rows: Counter[str]
    cases: int
    files: int
    archived: int
    drafts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What there was of people besides their cases: messages of no case, departures, files, drafted articles, and
    whether articles learned from their words."""

    traces: Traces
    loose: Sequence[StoredRow]
    said: Sequence[int]
    files: frozenset[str]
    drafts: tuple[str, ...]
    learned: bool


RebuildIndexes = Callable[[set[str]], Awaitable[None]]
"""Erases the saved indexes of these providers, and makes them anew."""


class PersonErasure:
    """Erases people of one desk, also while it serves. ``providers`` are their names; ``rebuild`` is called where words
    that articles learned are gone, unless no index was saved yet."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        providers: Collection[str],
        rebuild: RebuildIndexes | None = None,
    ) -> None:
        self._database, self._settings, self._rebuild = database, settings, rebuild
        self._names = tuple({*providers, FRONT})
        self._archive = PurgeArchive(settings.data / "archive")
        self._under_way: list[Path] = []

    async def obstacles(
        self, people: Sequence[FoundPerson], lanes: Collection[str], open_too: bool = False
    ) -> list[str]:
        """Why it cannot be done now, in sentences that say what to do; empty when it can."""
        cases = [case for one in people for case in one.cases]
        found: list[str] = []
        if (opened := [case.name for case in cases if case.open]) and not open_too:
            what = (
                "{cases}: not over yet. Bring it to its end first ('firstline resolve N'), or cancel it without a word "
                "with --cancel-open"
            )
            found.append(sentence(what, cases=one_after_another(opened)))
        async with self._database.read(*self._names) as session:
            held = select(HOLDS.c.id, HOLDS.c.case_id, HOLDS.c.person_id)
            mine, ids = {one.id for one in people}, {case.id for case in cases}
            holds = [row.id for row in await session.execute(held) if row.person_id in mine or row.case_id in ids]
            waiting = await waiting_lanes(await session.connection(), lanes)
        if holds:
            what = "legal hold {id}: 'firstline retention release {id}' ends it, if whoever set it agrees"
            found += [sentence(what, id=id) for id in holds]
        if waiting:
            found.append(sentence("a message of theirs waits to be decided: try again when it is"))
        return found

    async def erase(
        self,
        people: Sequence[FoundPerson],
        lanes: Collection[str],
        now: datetime,
        actor: str,
        key: str = "",
        open_too: bool = False,
    ) -> ErasureReport:
        """Erases these people, and what came in these lanes from nobody the desk knows. Open cases are cancelled.

        It is noted and planned first: what a kill interrupts is ended by `resume`, and carried out again after a
        restore. Once the database is written anew too, call `ended`. Raises OSError.
        """
        plan = await self._plan(people, lanes, key)
        erasure_list.note(self._settings.root, now, [one.id for one in people], plan.lanes, self._secret)
        found = await self._look(plan)
        plan = replace(plan, files=found.files, open_too=open_too, learned=found.learned)
        self._under_way.append(await asyncio.to_thread(erasure_plan.write, self._settings.data, plan))
        return await self._carry_out(plan, found, now, actor)

    async def resume(self, now: datetime, actor: str) -> AsyncIterator[tuple[ErasurePlan, ErasureReport | list[str]]]:
        """Ends the erasures that were interrupted, one after the other: what went, or what hinders it now."""
        for path, before in await asyncio.to_thread(lambda: list(erasure_plan.read(self._settings.data))):
            async with self._database.read(*self._names) as session:
                people = await _people_of_ids(session, [id for _, id in before.people])
            plan = before.joined(await self._plan(people, ()))
            if hindered := await self.obstacles(people, plan.lanes, plan.open_too):
                yield plan, hindered
                continue
            found = await self._look(plan)
            plan = replace(plan, files=before.files | found.files)
            yield plan, await self._carry_out(plan, found, now, actor, resumed=True)
            self._under_way.append(path)

    async def ended(self) -> None:
        """Nothing is left of the people erased here, in the files of the database either: their plans go."""
        for path in self._under_way:
            await asyncio.to_thread(erasure_plan.drop, path)
        self._under_way.clear()

    async def _plan(self, people: Sequence[FoundPerson], lanes: Collection[str], *names: str) -> ErasurePlan:
        named = {name for one in people for name in one.identifiers} | await self._own_contracts(people)
        return ErasurePlan.of(people, frozenset(lanes), frozenset({*named, *names}))

    async def again(self, erasures: Iterable[erasure_list.Erasure], now: datetime, actor: str) -> int:
        """Carries out noted erasures once more, after a restore. Returns how many people were there again.

        Whoever came after the erasure is somebody new: only people of these ids, and messages from before, go.
        """
        again, by_hash = 0, await self._lanes_by_hash()
        for erasure in erasures:
            async with self._database.read(*self._names) as session:
                from_ids = await _people_of_ids(session, erasure.people)
            lanes = {by_hash[one] for one in erasure.lanes & by_hash.keys()}
            if not from_ids and not lanes:
                continue
            plan = await self._plan(from_ids, lanes)
            found = await self._look(plan, erasure.at)
            await self._carry_out(replace(plan, files=found.files), found, now, actor)
            again += len(from_ids)
        return again

    @property
    def _secret(self) -> str:
        return self._settings.secret.reveal()

    async def _lanes_by_hash(self) -> dict[str, str]:
        """The lanes in which messages of no case came, by their hashes under both secrets."""
        async with self._database.look() as connection:
            query = select(arrivals.c.lane).where(arrivals.c.case_id.is_(None)).distinct()
            lanes = (await connection.execute(query)).scalars().all()
        secrets = (self._secret, self._settings.former_secret.reveal())
        return {erasure_list.lane_hash(lane, secret): lane for secret in secrets for lane in lanes}

    async def _own_contracts(self, people: Sequence[FoundPerson]) -> set[str]:
        """Contracts that nobody else writes about: a message that names one of these is theirs."""
        contracts = {contract for one in people for contract in one.contracts}
        ids = [one.id for one in people]
        async with self._database.read(*self._names) as session:
            query = select(PEOPLE.c.contract).where(PEOPLE.c.contract.in_(contracts), PEOPLE.c.id.not_in(ids))
            return contracts - set((await session.execute(query)).scalars())

    async def _look(self, plan: ErasurePlan, until: datetime | None = None) -> _Found:
        """What there is of them besides their cases, while those are still there."""
        traces, cases = Traces(plan.lanes, NamesOfPerson(plan.names), until), _ids(plan)
        async with self._database.read(*self._names) as session:
            connection = await session.connection()
            came = [
                row
                for provider, ids in plan.cases.items()
                for row in await arrivals_of_cases(connection, provider, ids)
            ]
            loose, said = await traces.arrivals(connection), await traces.departures(connection)
            files = await _files_named(connection, cases, [row.id for row in (*came, *loose)])
            drafted = select(LINKS.c.article).where(LINKS.c.case_id.in_(cases), LINKS.c.kind == "drafted").distinct()
            drafts = tuple((await session.execute(drafted)).scalars())
            phrases = select(PHRASINGS.c.person_id).where(PHRASINGS.c.person_id.in_([id for _, id in plan.people]))
            learned = (await session.execute(phrases.limit(1))).first() is not None
        return _Found(traces, loose, said, frozenset(files), drafts, learned)

    async def _carry_out(
        self, plan: ErasurePlan, found: _Found, now: datetime, actor: str, resumed: bool = False
    ) -> ErasureReport:
        gone, ids = Counter[str](), _ids(plan)
        for provider, mine in plan.cases.items():
            for at in range(0, len(mine), AT_ONCE):
                gone += await self._erase_cases(provider, mine[at : at + AT_ONCE], now)
        last, phrases = await self._erase_people(plan, found, now, actor, resumed)
        gone += last + Counter({PHRASINGS.name: phrases})
        providers = {provider for provider, _ in plan.people}
        if self._rebuild and (phrases or plan.learned):
            await self._rebuild(providers)
        removed = [name for name in sorted(plan.files) if await self._remove_file(name)]
        people = [id for _, id in plan.people]
        archived = await asyncio.to_thread(remove_from_archive, self._archive, found.traces, ids, people)
        return ErasureReport(+gone, len(ids), len(removed), archived, found.drafts)

    async def _erase_people(
        self, plan: ErasurePlan, found: _Found, now: datetime, actor: str, resumed: bool
    ) -> tuple[Counter[str], int]:
        """The people, what they wrote in no case's name, and the row of the audit: all or nothing. Returns how many
        rows of each table, and how many learned phrasings."""
        gone, phrases = Counter[str](), 0
        async with self._database.write(*self._names) as session:
            connection = await session.connection()
            for provider, id in sorted(plan.people):
                phrases += await phrase_store.forget_person(session, provider, id)
            await session.flush()
            for provider, id in sorted(plan.people):
                gone += await delete_people(connection, provider, [id])
            gone += await delete_traces(connection, found.loose, found.said)
            await delete_traces_of_addresses(connection, [_address(lane) for lane in plan.lanes])
            if resumed and not (gone[PEOPLE.name] if plan.people else +gone):
                return gone, phrases  # what was interrupted had come further than this, and is in the audit
            for whose in sorted({provider for provider, _ in plan.people}) or [""]:
                here = sum(provider == whose for provider, _ in plan.people)
                details = {"people": here, "cases": len(plan.cases.get(whose, ()))}
                values = {"at": now, "actor": actor, "operation": "forget", "provider": whose, "details": details}
                await audit.record(session, **values)
        return gone, phrases

    async def _erase_cases(self, provider: str, ids: Sequence[int], now: datetime) -> Counter[str]:
        async with self._database.write(*self._names) as session:
            connection = await session.connection()
            await empty_cases(connection, provider, ids, now, erased=True)
            mine = and_(CASES.c.provider == provider, CASES.c.id.in_(ids))
            await connection.execute(update(CASES).where(mine).values(erased=True))
            over = {"state": CaseState.CANCELLED.value, "reason": ERASED}
            ended = [state.value for state in FINAL]
            await connection.execute(update(CASES).where(mine, CASES.c.state.not_in(ended)).values(**over))
            return await delete_rows_of_cases(connection, provider, ids)

    async def _remove_file(self, name: str) -> bool:
        """Takes away what was sent from a terminal, unless somebody else sent the same."""
        path: Path = self._settings.data / "chat" / name
        if await is_file_referenced(self._database, self._names, name):
            return False
        await asyncio.to_thread(path.unlink, missing_ok=True)
        return True


def _ids(plan: ErasurePlan) -> list[int]:
    return [id for ids in plan.cases.values() for id in ids]


def _address(lane: str) -> tuple[str, str]:
    """The channel and the address of a lane: "mail:support:anna@example.org"."""
    kind, _, rest = lane.partition(":")
    name, _, value = rest.partition(":")
    return f"{kind}:{name}", value


async def _files_named(connection: AsyncConnection, cases: Collection[int], messages: Sequence[int]) -> set[str]:
    """Names of files from terminals that these cases and messages speak of."""
    found: set[str] = set()
    for files in (await connection.execute(select(JOURNAL.c.files).where(JOURNAL.c.case_id.in_(cases)))).scalars():
        found |= {name.decode() for name in _FILE.findall(repr(files).encode())}
    for at in range(0, len(messages), AT_ONCE):
        query = select(arrivals.c.body).where(arrivals.c.id.in_(messages[at : at + AT_ONCE]))
        for body in (await connection.execute(query.where(arrivals.c.channel.like("chat:%")))).scalars():
            found |= {name.decode() for name in _FILE.findall(body)}
    return found


async def _people_of_ids(session: AsyncSession, ids: Collection[int]) -> list[FoundPerson]:
    query = select(PEOPLE.c.provider, PEOPLE.c.id).where(PEOPLE.c.id.in_(ids))
    found = [await load_person(session, row.provider, row.id) for row in (await session.execute(query)).all()]
    return [one for one in found if one is not None]
