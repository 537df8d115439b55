"""``entitlement lookup`` and ``search``: whose key it is, and which customers fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from console.terminal.command_context import (
    NO_SUCH,
    OK,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    run,
    tell,
    told,
)
from desk.clock import now
from desk.language.translatable import sentence

if TYPE_CHECKING:
    from desk.model.provider_files import Provider
    from desk.model.shared_facts import Account

STATUSES = ("active", "expired", "blocked", "unknown")


@click.command()
@click.argument("key")
@click.option("--provider", default="", help="Only among this provider's accounts.")
@json_option
@pass_folder
def lookup(folder: DeskFolder, key: str, provider: str, as_json: bool) -> None:
    """Say whose KEY it is: contract, serial, login, phone, mail address, reference or licence.

    Where nobody has it, accounts are named whose key looks like it: a subscriber would be asked whether one of them is
    meant. Ends with 3 where there is none at all.

    \b
    Examples:
      firstline entitlement lookup 40-1187
      firstline entitlement lookup "8 (921) 555-00-01" --json
    """
    folder.require_provider(provider)
    exact, alike = run(_lookup(folder, key, provider))
    if as_json:
        print_json({"found": _as_json(exact, folder), "look_alikes": _as_json(alike, folder)})
    else:
        _print(exact, folder)
        if alike:
            tell(sentence("Nobody has {key}; it looks like a key of:", key=repr(key)))
            _print(alike, folder)
        if not (exact or alike):
            tell(sentence("Nobody has {key}.", key=repr(key)))
    click.get_current_context().exit(OK if exact or alike else NO_SUCH)


@click.command()
@click.argument("text", nargs=-1)
@click.option("--level", default="", help="Only of this service level.")
@click.option("--status", type=click.Choice(STATUSES), default=None, help="Only of this status in the table.")
@click.option("--node", default="", help="Only on this node (the column node of the table).")
@click.option("--provider", default="", help="Only among this provider's accounts.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="At most so many.")
@json_option
@pass_folder
def search(
    folder: DeskFolder,
    text: tuple[str, ...],
    level: str,
    status: str | None,
    node: str,
    provider: str,
    limit: int,
    as_json: bool,
) -> None:
    """List customers that fit: whose key TEXT is, and those who have every word of it in name, address or keys.

    \b
    Examples:
      firstline entitlement search Смирнова Озёрная
      firstline entitlement search --level premium --status blocked
      firstline entitlement search --node TB-02 --limit 100 --json
    """
    folder.require_provider(provider)
    found = run(_search(folder, " ".join(text), level, status or "", node, provider, limit))
    if as_json:
        print_json(_as_json(found, folder))
    elif not found:
        tell(sentence("Nobody fits."))
    else:
        _print_table(found, folder)
        if len(found) == limit:
            tell(sentence("There may be more: --limit shows them."))


def _whose(folder: DeskFolder, provider: str) -> list[str]:
    return [provider] if provider else list(folder.providers())


async def _lookup(folder: DeskFolder, key: str, provider: str) -> tuple[Sequence[Account], Sequence[Account]]:
    from intake.identity.index.search_accounts import find_by_any_key  # noqa: PLC0415 (help comes at once)

    async with open_database(folder.settings()) as database:
        whose = _whose(folder, provider)
        exact = await find_by_any_key(database, whose, key)
        return exact, [] if exact else await find_by_any_key(database, whose, key, look_alikes=True)


async def _search(
    folder: DeskFolder, text: str, level: str, status: str, node: str, provider: str, limit: int
) -> Sequence[Account]:
    from intake.identity.index.search_accounts import AccountSearch, search_accounts  # noqa: PLC0415 (the same)

    async with open_database(folder.settings()) as database:
        wanted = AccountSearch(text, level, status, node)
        return await search_accounts(database, _whose(folder, provider), wanted, limit)


def _today(provider: Provider) -> date:
    return now().astimezone(provider.timezone).date()


def _as_json(found: Sequence[Account], folder: DeskFolder) -> list[dict[str, Any]]:
    from intake.identity.index.stored_accounts import as_data  # noqa: PLC0415 (help comes at once)

    providers = folder.providers()
    return [
        {
            "provider": one.provider,
            **as_data(one),
            "entitlement": one.standing(_today(providers[one.provider])).value,
            "source": one.source,
            "known_at": one.known_at,
        }
        for one in found
    ]


def _print(found: Sequence[Account], folder: DeskFolder) -> None:
    from console.terminal.rich_output import Output, indented, labelled, one_line  # noqa: PLC0415

    providers, output = folder.providers(), Output()
    for one in found:
        standing = one.standing(_today(providers[one.provider]))
        pairs = [
            (sentence("entitlement"), standing.value),
            (sentence("status"), one.status),
            (sentence("service level"), one.service_level),
            (sentence("valid to"), one.valid_to.isoformat() if one.valid_to else ""),
            (sentence("phones"), ", ".join(one.phones)),
            (sentence("mail"), ", ".join(one.emails)),
            (sentence("logins"), ", ".join(one.logins)),
            (sentence("serials"), ", ".join(one.serials)),
            (sentence("licences"), ", ".join((*one.licences, *one.references))),
            (sentence("address"), one.address),
            (sentence("products"), ", ".join(one.products)),
            *((name, value) for name, value in one.characteristics.items()),
            (sentence("source"), source_and_age(one.source, one.known_at, now())),
        ]
        head = one_line(" · ".join(filter(None, (one.provider, one.contract, one.name))), "bold")
        output.print(head, indented(labelled([(told(name), told(value)) for name, value in pairs if value])))


def _print_table(found: Sequence[Account], folder: DeskFolder) -> None:
    from console.terminal.rich_output import Output, table, text  # noqa: PLC0415

    providers = folder.providers()
    heads = ("provider", "contract", "name", "entitlement", "service level", "address")
    shown = table([told(sentence(one)) for one in heads])
    for one in found:
        standing = one.standing(_today(providers[one.provider])).value
        cells = (one.provider, one.contract, one.name, standing, one.service_level, one.address)
        shown.add_row(*map(text, cells))
    Output().print(shown)


def source_and_age(source: str, known_at: datetime | None, at: datetime) -> str:
    """Where an account came from, and how long ago that was read."""
    if known_at is None:
        return source
    hours = (at - known_at).total_seconds() / 3600
    age = sentence("{number} h ago", number=round(hours)) if hours >= 1 else sentence("just now")
    return sentence("{source}, {age}", source=source, age=age)
