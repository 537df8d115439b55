"""``classify``: how bad a case is, how soon it is to be done, what kind it is, and whose part the fault is in."""

from __future__ import annotations

from typing import Any

import click

from console.commands.agent import options, perform, report
from console.terminal.command_context import USAGE, DeskFolder, refuse, run
from desk.language.translatable import sentence
from desk.model.operations import classes
from desk.model.operations.case_operations import Classify


@click.command()
@options
@click.option("--severity", type=click.Choice(classes.SEVERITIES), help="How bad it is.")
@click.option("--type", "ticket_type", type=click.Choice(classes.TICKET_TYPES), help="What kind it is.")
@click.option("--responsibility", type=click.Choice(classes.RESPONSIBILITIES), help="Whose part the fault is in.")
@click.option("--category", default="", help="What it is about.")
@click.option("--impact", type=click.Choice(classes.IMPACTS), help="How many are hit.")
@click.option("--urgency", type=click.Choice(classes.URGENCIES), help="How soon it is needed.")
@click.option("--priority", type=click.Choice(classes.PRIORITIES), help="Set it, whatever impact and urgency say.")
@click.option("--component", default="", help="Which component is down, for --affected.")
@click.option("--affected", default="", metavar="N/TOTAL", help="How many of its users are hit: 25/100.")
@click.option("--why", required=True, help="The reason, for the journal.")
def classify(
    folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, affected: str, **given: Any
) -> None:
    """Class case N anew, with a reason. --affected gives severity and impact by the provider's policy; the priority
    follows from impact and urgency until somebody sets it.

    \b
    Examples:
      firstline classify 12 --severity major --why "весь дом" --as ivanova
      firstline classify 12 --component core --affected 25/100 --why "узел лежит"
    """
    hit, slash, total = affected.partition("/")
    if affected and not (slash and hit.isdecimal() and total.isdecimal()):
        refuse(sentence("{typed} is no share: write 25/100", typed=repr(affected)), USAGE)
    counted: dict[str, Any] = {"affected": int(hit), "total": int(total)} if affected else {}
    named: dict[str, Any] = {name: value or "" for name, value in given.items()}
    done = run(perform(folder, Classify(**named, **counted), number, agent, provider))
    priority = classes.priority_of(done.case)
    said = sentence("{number} is classed anew: priority {priority}", number=done.case.number, priority=priority)
    report(folder, done, said, as_json)
