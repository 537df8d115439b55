"""``route``: which rule takes a case, and why the ones before it did not."""

from __future__ import annotations

from collections.abc import Sequence

import click

from console.commands.routing.print_routing import for_machine, print_one, print_several
from console.commands.routing.routing_questions import RoutingQuestion, content_of, of_case, of_last, provider_meant
from console.commands.routing.thought_case import thought_case
from console.terminal.command_context import USAGE, DeskFolder, json_option, pass_folder, print_json, refuse, run
from desk.clock import now
from desk.language.translatable import sentence


@click.group()
def route() -> None:
    """Routing: where cases go, and by which rule.

    \b
    Examples:
      firstline route try 12
      firstline route try --last 100
      firstline route try --contract 40-1187 --set dialog=no_internet
    """


@route.command("try")
@click.argument("number", metavar="[N]", required=False)
@click.option("--last", type=click.IntRange(1, 10_000), help="The cases that got their numbers last, so many.")
@click.option("--contract", default="", help="A case of this contract that is only thought of.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="What that case is like; several times.")
@click.option("--provider", default="", help="Whose rules, where the desk has several providers.")
@json_option
@pass_folder
def try_(
    folder: DeskFolder,
    /,
    number: str | None,
    last: int | None,
    contract: str,
    settings: tuple[str, ...],
    provider: str,
    as_json: bool,
) -> None:
    """Show which rule of policy.toml takes a case, and why each one before it did not. Nothing is changed.

    Of case N, or of the --last cases, beside where each went when it was registered. Or of a case that is only thought
    of: --set takes every name that a condition can name, columns of the table among them, and with dialog=ID also the
    questions of that dialog; what is not set is what contract and dialog make of it.

    \b
    Examples:
      firstline route try 12
      firstline route try --last 100
      firstline route try --contract 40-1187 --set dialog=no_internet
      firstline route try --set dialog=no_internet --set scope=all --json
    """
    thought = bool(contract or settings)
    if bool(number) + bool(last) + thought != 1:
        refuse(sentence("name a case N, or --last N, or --contract and --set"), USAGE)
    if last:
        found = run(of_last(folder, last, provider))
    elif number:
        found = [run(of_case(folder, number, provider))]
    else:
        content = run(content_of(folder.settings(), provider_meant(folder, provider), [contract]))
        found = [thought_case(content, contract, settings, now())]
    _show(folder, found, several=bool(last), as_json=as_json)


def _show(folder: DeskFolder, found: Sequence[RoutingQuestion], several: bool, as_json: bool) -> None:
    if as_json:
        shown = [for_machine(folder.root, one) for one in found]
        print_json(shown if several else shown[0])
    elif several:
        print_several(folder.root, found)
    else:
        print_one(folder.root, found[0], folder.language)
