"""What calendars said when clocks ran in them: each version that the desk has read, so that an edit changes no past."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, String, Table, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from desk.model.calendars.business_calendar import WorkingTime
from desk.model.calendars.calendar_json import calendar_of_json, json_of_calendar
from desk.model.calendars.versions import CalendarVersion, CalendarVersions
from desk.model.provider_files import Provider
from desk.storage.base import Base, Instant, ProviderScopedRow
from desk.storage.database import Database


class CalendarVersionRow(ProviderScopedRow, Base):
    """A version of a provider's calendar, as `desk.model.calendars.calendar_json`, valid from ``since`` on."""

    __tablename__ = "calendar_versions"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    since: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


VERSIONS = cast(Table, CalendarVersionRow.__table__)


async def with_calendar_versions(
    database: Database, providers: Mapping[str, Provider], now: datetime, store: bool = True
) -> dict[str, Provider]:
    """The providers with all versions of their calendars. One that is new, or was edited, is stored as of ``now``, but
    for whoever only looks (``store`` False)."""
    found = dict(providers)
    with_levels = {name: one for name, one in providers.items() if one.service.levels}
    if not with_levels:
        return found
    async with database.read(*with_levels) as session:
        rows = (await session.execute(select(VERSIONS).where(VERSIONS.c.provider.in_(with_levels)))).all()
    for name, provider in with_levels.items():
        stored = _bodies_by_name(row for row in rows if row.provider == name)
        added = _added(provider, stored, now)
        if added and store:
            async with database.write(name) as session:
                await session.execute(insert(VERSIONS), added)
        for row in added:
            stored.setdefault(row["name"], []).append((row["since"], row["body"]))
        calendars = {one: _versions(kept, provider, one) for one, kept in stored.items()}
        service = replace(provider.service, calendars={**provider.service.calendars, **calendars})
        found[name] = replace(provider, service=service)
    return found


def _bodies_by_name(rows: Iterable[Any]) -> dict[str, list[tuple[datetime, dict[str, Any]]]]:
    found: dict[str, list[tuple[datetime, dict[str, Any]]]] = {}
    for row in sorted(rows, key=lambda one: one.since):
        found.setdefault(row.name, []).append((row.since, row.body))
    return found


def _added(
    provider: Provider, stored: Mapping[str, list[tuple[datetime, dict[str, Any]]]], now: datetime
) -> list[dict[str, Any]]:
    """The rows of calendars whose file says otherwise than their last version."""
    added = []
    for name, versions in provider.service.calendars.items():
        body = json_of_calendar(versions.last.calendar)
        known = stored.get(name)
        if not known or json.dumps(known[-1][1], sort_keys=True) != json.dumps(body, sort_keys=True):
            added.append({"provider": provider.name, "name": name, "since": now, "body": body})
    return added


def _versions(kept: list[tuple[datetime, dict[str, Any]]], provider: Provider, name: str) -> CalendarVersions:
    """All versions; the last is the one of the file, which has the names of its days."""
    current = provider.service.calendars.get(name)
    made = [CalendarVersion(since, WorkingTime(calendar_of_json(body))) for since, body in kept]
    if current is not None:
        made[-1] = CalendarVersion(made[-1].since, current.last)
    return CalendarVersions(made)
