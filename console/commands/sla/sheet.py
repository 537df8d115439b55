"""``sla sheet``: the page of a contract that a client can read and sign, and how it was kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.commands.sla.backtest_and_rebuild import one_provider
from console.runtime.content_folders import TEMPLATES
from console.terminal.command_context import USAGE, DeskFolder, open_database, pass_folder, refuse, run, tell
from console.terminal.table_labels import labels
from desk.clock import now
from desk.language.time_words import date_in_words
from desk.language.translatable import sentence
from desk.model.calendars.business_calendar import Intervals
from desk.model.calendars.typed_hours import WEEKDAYS, written_interval
from desk.model.provider_files import Provider
from desk.model.service_levels.clocks import ClockKind
from desk.model.service_levels.policy import ALL, ROUND_THE_CLOCK, ServiceLevel, SlaException
from desk.model.service_levels.policy_file import PROMISED, SEVERITIES
from desk.model.service_levels.targets import Target
from escalation.sla.calendar_version_table import with_calendar_versions
from escalation.sla.past_cases import cases_registered
from escalation.sla.replay import ReplayedCase, replay, results


@dataclass(frozen=True, slots=True)
class _Month:
    """A calendar month of the provider's zone."""

    first: datetime
    after: datetime
    name: str


@click.command()
@click.option("--provider", default="", help="Whose contracts; may be left out where there is but one provider.")
@click.option("--language", type=click.Choice(["ru", "en"]), help="In this language.  [default: the provider's]")
@click.option("--month", default="", help="Add how it was kept in a month: 2026-11.")
@click.option(
    "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The page to write, .html."
)
@pass_folder
def sheet(folder: DeskFolder, provider: str, language: str | None, month: str, output: Path) -> None:
    """Write the service levels of a provider as one page: to be read, printed and signed.

    \b
    Examples:
      firstline sla sheet --output sla.html
      firstline sla sheet --provider sever --month 2026-11 --output sla.html
    """
    name = one_provider(folder, provider)
    whose, replayed, span = run(_read(folder, name, month))
    if not whose.service.levels:
        refuse(sentence("{provider} has no service levels: add [[sla]] to its policy.toml", provider=name), USAGE)
    page = _page(whose, language or whose.language, replayed, span)
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(page)
    except FileExistsError:
        refuse(sentence("{path} is there already: choose another name", path=output), USAGE)
    tell(sentence("Written: {path}.", path=output))


async def _read(folder: DeskFolder, name: str, month: str) -> tuple[Provider, list[ReplayedCase] | None, _Month | None]:
    whose = folder.providers()[name]
    if not month:
        return whose, None, None
    span = _month(month, whose)
    async with open_database(folder.settings()) as database:
        whose = (await with_calendar_versions(database, {name: whose}, now(), store=False))[name]
        cases = [
            replay(case, entries, whose.service, whose.timezone, now())
            async for case, entries in cases_registered(database, name, span.first, span.after)
        ]
    return whose, cases, span


def _month(text: str, provider: Provider) -> _Month:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        refuse(sentence("{typed} is no month: write 2026-11", typed=repr(text)), USAGE)
    after = (first + timedelta(days=32)).replace(day=1)
    bounds = [
        datetime(day.year, day.month, day.day, tzinfo=provider.timezone).astimezone(UTC) for day in (first, after)
    ]
    return _Month(bounds[0], bounds[1], text)


def _page(provider: Provider, language: str, replayed: list[ReplayedCase] | None, month: _Month | None) -> str:
    say = labels(language)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kept = results(replayed or ())
    return environment.get_template("sla_sheet.html").render(
        language=language,
        provider=provider.title(language),
        colour=provider.brand.colour or "#2f6fed",
        version=provider.policy_version.split(" ")[0],
        levels=[_level(one, provider, language, say) for one in provider.service.levels],
        exceptions=[_exception(one, language, say) for one in provider.service.exceptions],
        month=month.name if month else "",
        cases=len(replayed or ()),
        kept=[
            {
                "clock": say[f"clock_{kind.value}"],
                "kept": one.kept,
                "breached": one.breached,
                "open": one.open,
                "share": "–" if one.share_kept is None else f"{one.share_kept:.1%}".replace(".", say["decimal_point"]),
            }
            for kind, one in kept.items()
        ],
    )


def _level(level: ServiceLevel, provider: Provider, language: str, say: Mapping[str, str]) -> dict[str, Any]:
    calendar = provider.service.versions_of(level.calendar).last.calendar
    kinds = [kind for kind in PROMISED if kind in level.targets and kind is not ClockKind.ACCEPTANCE]
    by_severity = [kind for kind in kinds if set(level.targets[kind]) != {ALL}]
    return {
        "title": level.titles.get(language) or level.id,
        "types": [say[f"type_{one}"] for one in level.applies_to],
        "calendar": say["round_the_clock"] if level.calendar == ROUND_THE_CLOCK else calendar.name,
        "zone": calendar.zone.key,
        "week": [] if level.calendar == ROUND_THE_CLOCK else _week(calendar.weekly, say),
        "closed": len(calendar.closed),
        "plain": [
            (say[f"clock_{kind.value}"], _told(level.targets[kind][ALL], say))
            for kind in kinds
            if kind not in by_severity
        ],
        "severities": [say[one] for one in SEVERITIES],
        "by_severity": [
            (
                say[f"clock_{kind.value}"],
                [_told(target, say) if (target := level.target(kind, one)) else "–" for one in SEVERITIES],
            )
            for kind in by_severity
        ],
    }


def _week(weekly: Mapping[int, Intervals], say: Mapping[str, str]) -> list[tuple[str, str]]:
    """The hours of a week, days that are alike together: ("Mon–Fri", "09:00–18:00")."""
    days = [(day, weekly[day]) for day in range(7) if weekly.get(day)]
    told = []
    for (_, hours), alike in groupby(enumerate(days), key=lambda one: (one[1][0] - one[0], one[1][1])):
        names = [say[f"day_{WEEKDAYS[day]}"] for _, (day, _) in alike]
        span = names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}"
        told.append((span, ", ".join(written_interval(*one).replace("-", "–") for one in hours)))
    return told


def _exception(exception: SlaException, language: str, say: Mapping[str, str]) -> dict[str, str]:
    today = now().date()
    return {
        "when": exception.when.source,
        "clocks": ", ".join(say[f"clock_{one.value}"] for one in exception.clocks),
        "effect": exception.effect.value,
        "until": "" if exception.valid_to == date.max else date_in_words(exception.valid_to, today, language),
        "since": "" if exception.valid_from == date.min else date_in_words(exception.valid_from, today, language),
        "author": exception.author,
        "why": say.get(exception.why, exception.why),
    }


def _told(target: Target, say: Mapping[str, str]) -> str:
    """A target in words: "30 min", "3 h", "next working day by 18:00"."""
    if target.release:
        return say["with_next_release"]
    if target.amount is None:
        at = "" if target.minute is None else f" {target.minute // 60:02}:{target.minute % 60:02}"
        return f"{say['working_day']} {target.days}{at}"
    minutes, seconds = divmod(target.amount // timedelta(seconds=1), 60)
    if seconds or minutes < 1:
        return f"{minutes * 60 + seconds} {say['unit_seconds']}"
    return f"{minutes // 60} {say['unit_hours']}" if minutes % 60 == 0 else f"{minutes} {say['unit_minutes']}"
