"""``sla explain``: why the clocks of a case stand as they do, to the minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from console.commands.case_lookup import find
from console.terminal.command_context import (
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    run,
    tell,
)
from console.terminal.table_labels import labels
from desk.api.case_queries import case_view
from desk.clock import now
from desk.language.translatable import sentence
from desk.model.case import Case
from desk.model.provider_files import Provider
from desk.model.service_levels.clocks import ClockMove
from escalation.sla.calendar_version_table import with_calendar_versions
from escalation.sla.explain import ExplainedClock, clock_events
from escalation.sla.explain import explain as explain_clocks

_MINUTE = timedelta(minutes=1)


@click.command()
@click.argument("number", metavar="N")
@click.option("--provider", default="", help="Whose case, where two providers have that number.")
@json_option
@pass_folder
def explain(folder: DeskFolder, number: str, provider: str, as_json: bool) -> None:
    """Say why the clocks of case N stand as they do: every minute counted, outside of hours, or paused.

    The minutes of each clock add up to the time since it started.

    \b
    Examples:
      firstline sla explain SN-2026-000012-3
      firstline sla explain 12 --json
    """
    case, whose, clocks = run(_explained(folder, number, provider))
    if as_json:
        print_json({"number": case.number, "sla": case.sla, "clocks": [_as_json(one) for one in clocks]})
        return
    say = labels(folder.language)
    level = whose.service.level(case.sla)
    title = level.titles.get(folder.language, level.id) if level else case.sla
    if not clocks:
        tell(sentence("Case {number} has no clocks: no service level is for it.", number=case.number or case.id))
        return
    tell(sentence("Case {number}, service level {level}", number=case.number or case.id, level=title))
    for one in clocks:
        _print_clock(one, whose.timezone, say)


async def _explained(folder: DeskFolder, number: str, provider: str) -> tuple[Case, Provider, list[ExplainedClock]]:
    async with open_database(folder.settings()) as database:
        providers = folder.desks()
        case = await find(database, providers, number, provider)
        view = await case_view(database, case)
        at = now()
        mine = {case.provider: providers[case.provider]}
        whose = (await with_calendar_versions(database, mine, at, store=False))[case.provider]
    return case, whose, explain_clocks(clock_events(view.journal), whose.service, at)


def _print_clock(clock: ExplainedClock, zone: ZoneInfo, say: Mapping[str, str]) -> None:
    name = say.get(f"clock_{clock.kind.value}", clock.kind.value)
    click.echo()
    tell(sentence("{clock}: {target}, calendar {calendar}", clock=name, target=clock.target, calendar=clock.calendar))
    told = say.get(f"clock_state_{clock.state.value}", clock.state.value)
    if clock.breached_at:
        what = sentence("{state}, breached {at}", state=told, at=_local(clock.breached_at, zone))
    elif clock.due:
        what = sentence("{state}, due {at}", state=told, at=_local(clock.due, zone))
    else:
        what = sentence("{state}", state=told)
    tell(sentence("  {what}", what=what))
    for span in clock.spans:
        when = f"  {_local(span.start, zone)} – {_local(span.end, zone)}"
        if span.paused:
            tell(
                sentence(
                    "{when}  {minutes} stopped: {why}",
                    when=when,
                    minutes=_length(span.paused),
                    why=say.get(span.why, span.why),
                )
            )
        elif span.outside:
            tell(
                sentence(
                    "{when}  {counted} counted, {outside} outside of hours",
                    when=when,
                    counted=_length(span.counted),
                    outside=_length(span.outside),
                )
            )
        else:
            tell(sentence("{when}  {counted} counted", when=when, counted=_length(span.counted)))
    if len(clock.spans) > 1:
        tell(
            sentence(
                "  together {counted} counted + {outside} outside of hours + {paused} stopped = {all}",
                counted=_length(clock.used),
                outside=_length(clock.outside),
                paused=_length(clock.paused),
                all=_length(clock.used + clock.outside + clock.paused),
            )
        )
    late = False
    for move in clock.moves:
        name = "fulfil_late" if late and move.move is ClockMove.FULFIL else move.move.value
        late = late or move.move is ClockMove.BREACH
        moved = say.get(f"clock_move_{name}", name)
        tell(sentence("  {at}  {moved} ({rule})", at=_local(move.at, zone), moved=moved, rule=move.rule or "sla"))


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d.%m.%Y %H:%M:%S}"


def _length(span: timedelta) -> str:
    """ "3:20:05", hours without end."""
    seconds = span // timedelta(seconds=1)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _as_json(clock: ExplainedClock) -> dict[str, Any]:
    found = asdict(clock)
    for name in ("used", "outside", "paused"):
        found[f"{name}_s"] = found.pop(name).total_seconds()
    found["spans"] = [
        {**one, **{f"{name}_s": one.pop(name).total_seconds() for name in ("counted", "outside", "paused")}}
        for one in map(asdict, clock.spans)
    ]
    found["moves"] = [
        {"at": one.at, "move": one.move.value, "reason": one.reason, "rule": one.rule} for one in clock.moves
    ]
    return found
