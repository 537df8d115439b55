"""Looks up which dialogs the provider has, in the version a running case began with."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import select

from desk.model.case import Case
from desk.model.provider_files import Provider
from desk.pipeline.arrival_round import Round
from desk.storage.database import Database, insert_ignoring_duplicates
from desk.storage.queue_and_lease_tables import contents
from intake.engine.dialog_file import InvalidDialog, parse_dialog
from intake.engine.dialog_set import DialogSet
from intake.engine.model import Dialog

log = logging.getLogger(__name__)


class DialogSetLookup:
    """The dialogs of each provider; a version that a running case began with is found by its hash."""

    def __init__(self, database: Database, folders: Mapping[str, Sequence[Path]]) -> None:
        """``folders`` lists for each provider its dialog folders, the nearest first. Raises
        `intake.engine.model.InvalidDialog`."""
        self._database = database
        read: dict[tuple[Path, ...], DialogSet] = {}
        self._dialogs: dict[str, DialogSet] = {}
        for provider, paths in folders.items():
            here = tuple(path for path in paths if path.is_dir())
            self._dialogs[provider] = read[here] if here in read else read.setdefault(here, DialogSet.of(here))

    async def __call__(self, round_: Round) -> object | None:
        """The provider's `DialogSet`."""
        case, provider_name = round_.case, round_.facts.need(Provider).name
        dialogs, begun_with = self._dialogs.get(provider_name), case.dialog_state.dialog_hash
        if dialogs and begun_with and begun_with not in dialogs.by_hash and not case.registered:
            dialogs = dialogs.with_former_versions(await self._former_versions(case, dialogs.in_use.get(case.dialog)))
            self._dialogs[provider_name] = dialogs
        return dialogs

    async def _former_versions(self, case: Case, now: Dialog | None) -> list[Dialog]:
        """The version the case began with. One that this desk cannot read any more gives way to the one in use."""
        query = select(contents.c.source).where(contents.c.hash == case.dialog_state.dialog_hash)
        async with self._database.look() as connection:
            source = (await connection.execute(query)).scalar()
        try:
            former = parse_dialog(source.encode(), case.dialog) if source else None
        except InvalidDialog as error:
            log.warning("a case goes on by the dialog in use, since it began with one that is no good now: %s", error)
            return []
        return [former.with_pictures_of(now)] if former else []

    def sources_by_hash(self) -> dict[str, str]:
        """Every dialog in use: its source by its hash, to be kept once used."""
        return {dialog.hash: dialog.source for dialogs in self._dialogs.values() for dialog in dialogs.in_use.values()}


def articles_named(round_: Round) -> tuple[str, ...]:
    """The articles that the dialog of the case in hand names, and those it was shown, by their ids."""
    dialogs, case = round_.facts.get(DialogSet), round_.case
    dialog = dialogs.get(case.dialog, case.dialog_state.dialog_hash) if dialogs and case.dialog else None
    return tuple(dict.fromkeys([*(dialog.articles if dialog else ()), *case.articles]))


def articles_of_zone(round_: Round) -> tuple[str, ...]:
    """The articles that the dialog of the case in hand suggests for the zone its fault lies in."""
    dialogs, case = round_.facts.get(DialogSet), round_.case
    dialog = dialogs.get(case.dialog, case.dialog_state.dialog_hash) if dialogs and case.dialog else None
    return tuple(one.value for one in dialog.suggested_articles.get(case.fault_zone, ())) if dialog else ()


async def store_dialog_sources(database: Database, sources: Mapping[str, str]) -> None:
    """Keeps the versions now in use (docs/house.md, decision 9): cases that begin with one can be ended with it."""
    rows = [{"hash": digest, "kind": "dialog", "source": source} for digest, source in sources.items()]
    if rows:
        async with database.work() as connection:
            await connection.execute(insert_ignoring_duplicates(connection, contents).values(rows))
