"""The watch: what stands is compared with what was told, and whatever is to be told becomes an arrival.

It is decided and said like anything else (`escalation.alarm_rules`). Everything a look finds is told in one message for
each provider, so a night's troubles are read in the morning as one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from desk.alarms import alarm_table
from desk.alarms.alarm_condition_queries import FOUND_HERE, standing_alarms
from desk.alarms.alarm_policy import POLICIES, Alarm, AlarmKind, AlarmTelling, KeptAlarm, is_gone, telling_of
from desk.clock import Clock
from desk.language.time_labels import age_labels
from desk.language.translatable import sentence
from desk.language.unsafe_characters import one_line
from desk.model.channel_registry import ChannelRegistry
from desk.model.messages import FRONT, Address, RawMessage
from desk.queues.inbox import store
from desk.storage.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AlarmWatch:
    """Looks for the whole desk: one process at a time does. ``operator`` are the addresses of the settings."""

    database: Database
    registry: ChannelRegistry
    operator: Sequence[Address]
    clock: Clock

    async def look(self) -> bool:
        """Compares and tells. Returns whether anything is to be told."""
        now = self.clock()
        async with self.database.read(*self.registry.providers) as session:
            standing = await standing_alarms(session, now)
            kept = await alarm_table.load_alarms(await session.connection())
        changed = _changes(_told_once(standing, kept), kept, now)
        tellings = [one for alarm in kept if (one := telling_of(alarm, now))]
        gone = [one.alarm.key for one in kept if is_gone(one, now)]
        if not (changed or tellings or gone):
            return False
        async with self.database.work() as connection:
            for alarm, stands in changed:
                if stands:
                    await alarm_table.write_standing(connection, alarm, now)
                else:
                    await alarm_table.write_end(connection, alarm.key, now)
            told = [one for one in tellings if await alarm_table.write_told(connection, one, now)]
            for key in gone:
                await alarm_table.write_gone(connection, key)
            await self._tell(connection, told, now)
        # What was found just now is told at the next look: by then it is known how often it was told before.
        return bool(told)

    async def _tell(self, connection: AsyncConnection, told: Sequence[AlarmTelling], now: datetime) -> None:
        by_provider: dict[str, dict[Address, list[Mapping[str, Any]]]] = {}
        for one in told:
            words = _words(one, now)
            log.log(logging.WARNING if one.over else logging.ERROR, "alarm %s: %s", one.kept.alarm.key, _logged(one))
            for address in self._audience(one.kept.alarm):
                by_provider.setdefault(one.kept.alarm.provider or FRONT, {}).setdefault(address, []).append(words)
        await store(connection, [_arrival(provider, to, now) for provider, to in by_provider.items()])

    def _audience(self, alarm: Alarm) -> Sequence[Address]:
        """The operator, or the agents' groups where there is none; and the group where it concerns its agents."""
        policy = POLICIES[alarm.kind]
        if alarm.provider:
            group = self.registry.agents_group_of(alarm.provider)
            groups = [group] if group else []
        else:
            groups = list(self.registry.agents_group.values())
        if not self.operator:
            return [] if policy.told_before else list(dict.fromkeys(groups))
        return list(dict.fromkeys([*self.operator, *(groups if policy.to_group else ())]))


def _told_once(standing: Sequence[Alarm], kept: Sequence[KeptAlarm]) -> list[Alarm]:
    """Without the cards that wait for a group of which Telegram has told already that the bot was put out of it."""
    lost = AlarmKind.GROUP_LOST
    by_rule = (one for one in kept if one.alarm.kind is lost and one.over_at is None)
    put_out = {one.alarm.provider for one in by_rule if not one.alarm.key.startswith(lost)}
    return [one for one in standing if one.kind is not lost or put_out.isdisjoint((one.provider, ""))]


def _changes(standing: Sequence[Alarm], kept: Sequence[KeptAlarm], now: datetime) -> list[tuple[Alarm, bool]]:
    """The alarms to be written, with whether they stand."""
    known = {one.alarm.key: one for one in kept}
    found = {one.key for one in standing}
    begun = [one for one in standing if one.key not in known or known[one.key].over_at or known[one.key].alarm != one]
    ended = [
        one.alarm
        for one in kept
        if one.over_at is None
        and ((one.until and one.until <= now) or (one.alarm.kind in FOUND_HERE and _not_found(one, found)))
    ]
    return [*((one, True) for one in begun), *((one, False) for one in ended)]


def _not_found(kept: KeptAlarm, found: set[str]) -> bool:
    """Whether what a look had found is not found any more; what a rule raised stands until a rule ends it."""
    return kept.alarm.key.startswith(kept.alarm.kind) and kept.alarm.key not in found


def _words(telling: AlarmTelling, now: datetime) -> Mapping[str, Any]:
    """What the template ``alarm_<kind>`` says."""
    alarm = telling.kept.alarm
    names = {
        **age_labels(now - telling.kept.since),
        "count": str(alarm.count),
        "what": one_line(alarm.what),
        "why": one_line(alarm.why),
        "loud": "1" if telling.step else "",
        "over": "1" if telling.over else "",
    }
    return {"template": f"alarm_{alarm.kind}", "names": names}


def _logged(telling: AlarmTelling) -> str:
    alarm = telling.kept.alarm
    return sentence("over") if telling.over else f"{alarm.count}; {alarm.what} {alarm.why}".rstrip()


def _arrival(provider: str, to: Mapping[Address, Sequence[Mapping[str, Any]]], now: datetime) -> RawMessage:
    said = [{"to": [one.channel_kind, one.channel, one.value], "words": list(words)} for one, words in to.items()]
    body = {"event": "alarms", "provider": provider, "said": said}
    return RawMessage("clock", f"alarms:{uuid4().hex}", f"alarms:{provider}", json.dumps(body).encode(), now)
