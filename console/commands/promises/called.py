"""``called``: an agent says how a call to the subscriber ended."""

from __future__ import annotations

import click

from console.commands.agent import options, perform, report
from console.terminal.command_context import DeskFolder, run
from desk.language.translatable import sentence
from desk.model.agent_operations import CallDone

RESULTS = ("reached", "no-answer", "wrong-number")


@click.command()
@options
@click.argument("result", type=click.Choice(RESULTS))
@click.option("--note", default="", help="What was said, for agents only.")
def called(folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, result: str, note: str) -> None:
    """Say how the call that the subscriber of case N asked for ended.

    Where nobody answered, it is tried again, and the subscriber is told when.

    \b
    Examples:
      firstline called 12 reached --as ivanova --note "договорились на вечер"
      firstline called 12 no-answer --as ivanova
    """
    done = run(perform(folder, CallDone(result.replace("-", "_"), note.strip()), number, agent, provider))
    report(folder, done, sentence("{number}: how the call ended is noted", number=done.case.number), as_json)
