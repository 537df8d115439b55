"""``entitlement import``: a table of subscribers is taken in, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from console.commands.command_actor import acting, actor_of
from console.commands.maintenance.progress import telling_progress
from console.terminal.command_context import (
    OK,
    REFUSED,
    USAGE,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
    told,
)
from desk.clock import now
from desk.language.translatable import counted, sentence

if TYPE_CHECKING:
    from desk.model.provider_files import Provider
    from desk.model.settings import Settings
    from intake.identity.index.import_accounts import ImportReport, TableFile
    from intake.identity.index.read_table import TableReading


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--provider", default="", help="Whose table it is, where the desk has several providers.")
@click.option(
    "--map",
    "mapping",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='What its columns mean, in TOML: [columns] contract = "customerID".',
)
@click.option("--dry-run", is_flag=True, help="Only say what was understood and what would change.")
@click.option("--keys", is_flag=True, help="Keep nothing but what accounts are found by, and their status.")
@click.option(
    "--shrink-at-most",
    metavar="PERCENT",
    type=click.IntRange(0, 100),
    help="How many of the accounts may vanish, instead of what policy.toml says.",
)
@acting
@json_option
@pass_folder
def import_(
    folder: DeskFolder,
    file: Path,
    provider: str,
    mapping: Path | None,
    dry_run: bool,
    keys: bool,
    shrink_at_most: int | None,
    agent: str,
    as_json: bool,
) -> None:
    """Take FILE, CSV or XLSX, as the accounts of a provider: whole, or not at all.

    Whatever program saved it: any delimiter and charset, titles above the header, days as numbers, phones in any
    spelling, rows that stand twice. It says which column it took for what, and how many accounts are new, changed and
    gone; it ends with 4 where more would vanish than may. A desk that serves goes on meanwhile with the former table.

    With --keys the client keeps names and addresses: whose key it is will be known, and what is due will not.

    \b
    Examples:
      firstline entitlement import subscribers.csv --dry-run
      firstline entitlement import customers.xlsx --map customers.toml
      firstline entitlement import keys.csv --keys --provider sever
    """
    report = run(_import(folder, file, provider, mapping, dry_run, keys, shrink_at_most, agent))
    if as_json:
        print_json(_as_json(report, dry_run))
    else:
        _print(report, dry_run)
    click.get_current_context().exit(REFUSED if report.refused else OK)


async def _import(
    folder: DeskFolder,
    path: Path,
    name: str,
    mapping: Path | None,
    dry_run: bool,
    keys: bool,
    shrink_at_most: int | None,
    agent: str,
) -> ImportReport:
    from console.runtime.accounts.own_tables import import_folder  # noqa: PLC0415 (help and usage come at once)
    from desk.storage import audit  # noqa: PLC0415 (the same)
    from intake.identity.index.import_accounts import ImportBusy, import_table  # noqa: PLC0415 (the same)
    from intake.identity.index.verify_waiting import verify_waiting  # noqa: PLC0415 (the same)

    settings = folder.settings()
    provider = _meant(folder, name)
    file = _file(settings, provider, path, mapping)
    file = replace(
        file, keys_only=keys, shrink_at_most=file.shrink_at_most if shrink_at_most is None else shrink_at_most
    )
    async with open_database(settings) as database:
        actor = await actor_of(folder, database, agent, provider.name)
        try:
            with telling_progress() as progress:
                work = import_table(
                    *(database, file, import_folder(settings), now),
                    dry_run=dry_run,
                    progress=lambda done, total: progress(path.name, done, total),
                )
                report = await work
        except ImportBusy:
            refuse(sentence("another process takes a table of {provider} just now", provider=provider.name), REFUSED)
        if report.is_taken:
            await verify_waiting(database, provider.name, now)
            details = {"file": path.name, **_numbers(report)}
            async with database.write(provider.name) as session:
                values = {"actor": actor, "operation": "entitlement import", "provider": provider.name}
                await audit.record(session, at=now(), **values, details=details)
    return report


def _meant(folder: DeskFolder, name: str) -> Provider:
    """The provider named, or the only one of the desk."""
    folder.require_provider(name)
    providers = folder.providers()
    if not name and len(providers) != 1:
        refuse(sentence("say whose table, with --provider: there are {known}", known=", ".join(providers)), USAGE)
    return providers[name or next(iter(providers))]


def _file(settings: Settings, provider: Provider, path: Path, mapping: Path | None) -> TableFile:
    """The file, with what is known of it. That of the provider's own folder is taken as the desk itself would."""
    from console.runtime.accounts.own_tables import own_table, table_file  # noqa: PLC0415 (help comes at once)
    from intake.identity.sources.account_columns import COLUMNS  # noqa: PLC0415 (the same)
    from intake.identity.sources.table_mapping import read_mapping  # noqa: PLC0415 (the same)

    own = own_table(settings.root / "providers" / provider.name)
    is_own = own is not None and own.resolve() == path.resolve()
    file = table_file(provider, path) if is_own else table_file(provider, path, beside=False)
    return replace(file, mapping=read_mapping(mapping, COLUMNS), is_own=False) if mapping else file


def _numbers(report: ImportReport) -> dict[str, int]:
    rows = {str(kind): number for kind, number in report.reading.rows.items()}
    kinds = {name: rows.get(name, 0) for name in ("new", "changed", "same", "repeated")}
    return {
        "accounts": report.reading.number,
        **kinds,
        "gone": report.gone,
        "left_out": report.reading.left_out,
    }


def _as_json(report: ImportReport, dry_run: bool) -> dict[str, Any]:
    reading = report.reading
    return {
        "taken": report.is_taken,
        "dry_run": dry_run,
        "refused": str(report.refused) if report.refused else None,
        "header_line": reading.header_line,
        "columns": [{"heading": heading, "column": column} for heading, column in reading.columns],
        **_numbers(report),
        "before": report.before,
        "gone_contracts": list(report.gone_contracts),
        "odd_contracts": {"number": reading.odd, "some": list(reading.odd_contracts)},
        "shared": [{"value": value, "accounts": number} for value, number in report.shared],
        "faults": [{"line": one.line, "what": told(one.what)} for one in reading.warnings],
        "faults_untold": reading.untold,
    }


def _print(report: ImportReport, dry_run: bool) -> None:
    from console.terminal.rich_output import Output, indented, labelled, one_line, text  # noqa: PLC0415

    reading = report.reading
    output = Output()
    known, others = _columns(reading)
    pairs = [(told(sentence("header")), told(sentence("line {number}", number=reading.header_line)))]
    pairs += [(column, ", ".join(headings)) for column, headings in known]
    if others:
        pairs.append((told(sentence("kept as it is")), ", ".join(others)))
    output.print(one_line(told(sentence("What was understood")), "bold"), indented(labelled(pairs)))
    numbers = _numbers(report)
    words = counted("{number} account|{number} accounts|no accounts: nobody is found", reading.number)
    pattern = "{new} new, {changed} changed, {same} as before, {gone} gone, {repeated} rows repeated"
    output.print(one_line(told(words), "bold"), indented(text(told(sentence(pattern, **numbers)))))
    for line in _suspicious(report):
        output.print(indented(text(told(line))))
    for one in reading.warnings:
        what = sentence("left out: {what}", what=one.what)
        output.print(indented(text(told(sentence("line {number}: {what}", number=one.line, what=what)), "yellow")))
    if reading.untold:
        forms = "{number} more row has a fault|{number} more rows have faults|no more rows have faults"
        output.print(indented(text(told(counted(forms, reading.untold)), "yellow")))
    if report.refused:
        tell(sentence("Nothing was taken: {why}", why=report.refused.sentence), err=True, fg="red")
    elif dry_run:
        tell(sentence("Nothing was changed: this was only a trial."))
    else:
        tell(sentence("The table is in use."))


def _columns(reading: TableReading) -> tuple[Sequence[tuple[str, list[str]]], list[str]]:
    """The columns that were understood with their headings, and the headings of the others."""
    extra = set(reading.extra_columns)
    known: dict[str, list[str]] = {}
    for heading, column in reading.columns:
        if column and column not in extra:
            known.setdefault(column, []).append(heading)
    return list(known.items()), [heading for heading, column in reading.columns if column in extra]


def _suspicious(report: ImportReport) -> Iterator[str]:
    if report.gone:
        yield sentence("gone, among others: {contracts}", contracts=", ".join(report.gone_contracts))
    if report.reading.odd:
        contracts = ", ".join(report.reading.odd_contracts)
        pattern = "suspicious: {number} contracts are not of the shape in policy.toml, such as {contracts}"
        yield sentence(pattern, number=report.reading.odd, contracts=contracts)
    for value, number in report.shared:
        yield sentence("suspicious: {number} accounts share {value}", number=number, value=value)
