"""``entitlement sources``: where the accounts of each provider come from, and how old they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from console.commands.entitlement.lookup_and_search import source_and_age
from console.terminal.command_context import DeskFolder, json_option, open_database, pass_folder, print_json, run, told
from desk.clock import now
from desk.language.translatable import counted, sentence

if TYPE_CHECKING:
    from intake.identity.index.import_accounts import StoredTable


@click.command()
@click.option("--provider", default="", help="Only those of this provider.")
@json_option
@pass_folder
def sources(folder: DeskFolder, provider: str, as_json: bool) -> None:
    """List where accounts come from: the table in use with its age, why a newer one was not taken, and which systems of
    the client are asked.

    \b
    Examples:
      firstline entitlement sources
      firstline entitlement sources --provider sever --json
    """
    folder.require_provider(provider)
    from console.runtime.channel_kinds import sources_of_providers  # noqa: PLC0415 (help comes at once)

    stored = run(_stored(folder, provider))
    asked = sources_of_providers(folder.settings())
    whose = [provider] if provider else list(folder.providers())
    if as_json:
        print_json([{**_as_json(name, stored.get(name)), "asked": list(asked.get(name, ()))} for name in whose])
    else:
        _print(whose, stored, asked)


async def _stored(folder: DeskFolder, provider: str) -> Mapping[str, StoredTable]:
    from intake.identity.index.import_accounts import stored_tables  # noqa: PLC0415 (help comes at once)

    async with open_database(folder.settings()) as database:
        return await stored_tables(database, [provider] if provider else list(folder.providers()))


def _as_json(name: str, table: StoredTable | None) -> dict[str, Any]:
    if table is None:
        return {"provider": name, "accounts": 0, "source": None, "read_at": None, "refused": []}
    return {
        "provider": name,
        "accounts": table.number,
        "source": table.source,
        "read_at": table.read_at,
        "refused": [told(one) for one in refusals(table)],
    }


def refusals(table: StoredTable) -> list[str]:
    """Why the table of the provider's folder is not the one in use."""
    from intake.identity.index.read_table import faults_from_json  # noqa: PLC0415 (help comes at once)

    return [one.sentence for one in faults_from_json(table.findings.get("refused", ()), "")]


def _print(whose: list[str], stored: Mapping[str, StoredTable], asked: Mapping[str, Sequence[str]]) -> None:
    from console.terminal.rich_output import Output, indented, one_line, text  # noqa: PLC0415

    output = Output()
    for name in whose:
        table = stored.get(name)
        number = table.number if table else 0
        words = told(counted("{number} account|{number} accounts|no accounts: nobody is found", number))
        output.print(one_line(f"{name} · {words}", "bold"))
        if table and table.source:
            output.print(indented(text(told(source_and_age(table.source, table.read_at, now())))))
        for one in refusals(table) if table else ():
            output.print(indented(text(told(sentence("not taken: {why}", why=one)), "red")))
        for one in asked.get(name, ()):
            output.print(indented(text(told(sentence("asked for what no table has: {source}", source=one)))))
