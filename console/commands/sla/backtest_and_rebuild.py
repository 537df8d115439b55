"""``sla backtest``: past cases under another policy. ``sla rebuild``: the table of clocks anew from the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click

from console.terminal.command_context import (
    USAGE,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
)
from console.terminal.table_labels import labels
from desk.clock import now
from desk.language.operator_file_faults import FileFaults
from desk.language.translatable import sentence
from desk.model.provider_files import InvalidProvider, Provider
from desk.model.service_levels.policy import ServicePolicy
from desk.model.service_levels.policy_file import read_service_policy
from desk.model.toml_table import TomlTable, read_toml
from escalation.sla.calendar_version_table import with_calendar_versions
from escalation.sla.past_cases import cases_registered
from escalation.sla.rebuild import rebuild as rebuild_clocks
from escalation.sla.replay import ReplayedCase, breached_clocks, replay, results

LONGEST_LIST = 50
"""Cases that are listed by number."""


@click.command()
@click.option("--policy", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Another policy.toml.")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="How far to look back.")
@click.option("--provider", default="", help="Whose cases; may be left out where there is but one provider.")
@json_option
@pass_folder
def backtest(folder: DeskFolder, policy: Path | None, days: int, provider: str, as_json: bool) -> None:
    """Say how the desk's own cases would have been kept under another policy.

    Both policies are run over what the journals tell: registrations, words of people, states, promised times. Severity
    and responsibility are taken as each case has them at last, and every message of a subscriber waits for a next
    response. Without --policy only today's is run.

    \b
    Examples:
      firstline sla backtest --policy new/policy.toml --days 90
    """
    name = one_provider(folder, provider)
    today, other = run(_both(folder, name, policy, days))
    say = labels(folder.language)
    worse = [
        one.number for one, new in zip(today, other or [], strict=False) if breached_clocks(new) - breached_clocks(one)
    ]
    if as_json:
        print_json(
            {
                "provider": name,
                "cases": len(today),
                "today": _as_json(today),
                "policy": None if other is None else _as_json(other),
                "breached_only_then": worse,
            }
        )
        return
    tell(sentence("{number} cases of {provider} in {days} days", number=len(today), provider=name, days=days))
    _print_results(sentence("Under today's policy:"), today, say)
    if other is not None and policy is not None:
        _print_results(sentence("Under {policy}:", policy=policy.name), other, say)
        tell(sentence("Kept today and breached then: {number}", number=len(worse)))
        for number in worse[:LONGEST_LIST]:
            click.echo(f"  {number}")


@click.command()
@click.option("--dry-run", is_flag=True, help="Only count what would change.")
@pass_folder
def rebuild(folder: DeskFolder, dry_run: bool) -> None:
    """Make the table of clocks anew from the journal.

    It is a projection: nothing is lost by it. Do it while nobody serves.

    \b
    Example:
      firstline sla rebuild --dry-run
    """
    for name, (cases, changed) in run(_rebuilt(folder, not dry_run)).items():
        tell(
            sentence(
                "{provider}: {cases} cases have clocks, {changed} differ from their journal",
                provider=name,
                cases=cases,
                changed=changed,
            )
        )


async def _both(
    folder: DeskFolder, name: str, path: Path | None, days: int
) -> tuple[list[ReplayedCase], list[ReplayedCase] | None]:
    async with open_database(folder.settings()) as database:
        at = now()
        provider = (await with_calendar_versions(database, {name: folder.providers()[name]}, at, store=False))[name]
        other = _other_policy(folder, provider, path) if path else None
        mine: list[ReplayedCase] = []
        theirs: list[ReplayedCase] = []
        async for case, entries in cases_registered(database, name, at - timedelta(days=days), at):
            mine.append(replay(case, entries, provider.service, provider.timezone, at))
            if other is not None:
                theirs.append(replay(case, entries, other, provider.timezone, at))
    return mine, None if other is None else theirs


def _other_policy(folder: DeskFolder, provider: Provider, path: Path) -> ServicePolicy:
    """The service levels of another file; calendars are looked for beside it, and where the provider has its own."""
    try:
        values, source = read_toml(path, path.name, InvalidProvider)
    except InvalidProvider as error:
        refuse("\n".join(error.problems), USAGE)
    faults = FileFaults(path.name, source)
    beside = path.parent if (path.parent / "calendars").is_dir() else folder.root / "providers" / provider.name
    policy = read_service_policy(TomlTable(values, faults), beside, provider.timezone)
    if faults.found:
        refuse("\n".join(map(str, faults.found)), USAGE)
    return policy


async def _rebuilt(folder: DeskFolder, write: bool) -> Mapping[str, tuple[int, int]]:
    async with open_database(folder.settings()) as database:
        providers = await with_calendar_versions(database, folder.desks(), now(), store=False)
        return {
            name: await rebuild_clocks(database, one, write) for name, one in providers.items() if one.service.levels
        }


def one_provider(folder: DeskFolder, name: str) -> str:
    """The provider that is named, or the only one. Ends the command where that is not clear."""
    providers = [*folder.providers()]
    folder.require_provider(name)
    if not name and len(providers) != 1:
        refuse(sentence("say whose with --provider: there are {names}", names=", ".join(providers)), USAGE)
    return name or providers[0]


def _print_results(title: str, cases: list[ReplayedCase], say: Mapping[str, str]) -> None:
    click.echo()
    tell(title)
    for kind, one in results(cases).items():
        share = "-" if one.share_kept is None else f"{one.share_kept:.1%}"
        tell(
            sentence(
                "  {clock:<26} kept {kept:>6}  breached {breached:>6}  open {open:>6}  {share:>7}",
                clock=say.get(f"clock_{kind.value}", kind.value),
                kept=one.kept,
                breached=one.breached,
                open=one.open,
                share=share,
            )
        )


def _as_json(cases: list[ReplayedCase]) -> dict[str, object]:
    return {kind.value: {**asdict(one), "share_kept": one.share_kept} for kind, one in results(cases).items()}
