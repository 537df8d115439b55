"""How a desk is, by its database: who serves it, what waits, what is in trouble. One look for `firstline status`, the
probes and the metrics."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from desk.alarms import alarm_table
from desk.alarms.alarm_condition_queries import FOUND_HERE, WhatWaits, alarms_of, look
from desk.alarms.alarm_policy import Alarm, AlarmKind
from desk.model.case import Case
from desk.model.messages import FRONT
from desk.model.provider_files import provider_folders
from desk.model.settings import Settings
from desk.model.states import FINAL, CaseState
from desk.queues.held_departures import count_held
from desk.storage.channel_leases import listen_lease, send_lease
from desk.storage.database import Database
from desk.storage.serving_processes import ServingProcess, serving_processes
from mail.receiving import ledger

OPEN_STATES = tuple(one.value for one in CaseState if one not in FINAL)


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """A configured channel: which processes listen at it and send through it, None where none does. ``trouble`` is why
    nothing is received, since ``failing_since``; "" and None while all is well."""

    channel: str
    listener: ServingProcess | None
    sender: ServingProcess | None
    trouble: str = ""
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """``processes`` are those that serve; ``silent`` ones live and give no sign of life. ``alarms`` are all that stand,
    those of ``waits`` too. ``ledger_gap`` counts for each mailbox the mails that have no outcome though they are
    `mail.receiving.ledger.LATE_AFTER` old; ``held`` the departures that a restored backup still had to send."""

    at: datetime
    processes: Sequence[ServingProcess]
    channels: Sequence[ChannelStatus]
    waits: WhatWaits
    alarms: Sequence[Alarm]
    ledger_gap: Mapping[str, int]
    held: int = 0
    silent: Sequence[ServingProcess] = ()

    def without(self, roles: Collection[str]) -> list[str]:
        """Which of these roles no process has."""
        return [one for one in roles if not any(one in process.roles for process in self.processes)]


def provider_names(settings: Settings) -> list[str]:
    """Whose rows a whole desk has. The folders tell, also where a file in them is broken."""
    return [*(one.name for one in provider_folders(settings.root / "providers")), FRONT]


async def load_desk_status(
    database: Database, settings: Settings, channels: Sequence[str], now: datetime
) -> DeskStatus:
    """How the desk is now. ``channels`` are the configured ones, by name."""
    async with database.read(*provider_names(settings)) as session:
        connection = await session.connection()
        found = await serving_processes(connection, now)
        processes = [one for one in found if not one.silent]
        waits, held = await look(session, now), await count_held(connection)
        kept = await alarm_table.load_alarms(connection)
        gap = {one.channel: await ledger.count_late(connection, one.channel, now) for one in settings.mailboxes}
    here = {(one.host, one.pid) for one in processes}  # one that has read its settings anew has a new lease
    told = [one for one in kept if one.over_at is None and (one.until is None or one.until > now)]
    raised = [one for one in told if one.alarm.kind not in FOUND_HERE or not one.alarm.key.startswith(one.alarm.kind)]
    troubles = {one.alarm.what: one for one in raised if one.alarm.kind is AlarmKind.CHANNEL}
    return DeskStatus(
        at=now,
        processes=processes,
        channels=[
            ChannelStatus(
                name,
                _holder_of(listen_lease(name), processes),
                _holder_of(send_lease(name), processes),
                troubles[name].alarm.why if name in troubles else "",
                troubles[name].since if name in troubles else None,
            )
            for name in channels
        ],
        waits=waits,
        alarms=[*alarms_of(waits), *(one.alarm for one in raised)],
        ledger_gap=gap,
        held=held,
        silent=[one for one in found if one.silent and (one.host, one.pid) not in here],
    )


async def count_cases(database: Database, settings: Settings) -> dict[tuple[str, str], int]:
    """How many open cases there are, by provider and state."""
    # Those that are over are by far the most: to sort them into groups is what would take long.
    query = select(Case.provider, Case.state, func.count()).where(Case.state.in_(OPEN_STATES))
    query = query.group_by(Case.provider, Case.state)
    async with database.read(*provider_names(settings)) as session:
        return {(provider, state): number for provider, state, number in (await session.execute(query)).all()}


def _holder_of(lease: str, processes: Sequence[ServingProcess]) -> ServingProcess | None:
    return next((one for one in processes if lease in one.leases), None)
