"""``firstline change``: an agent proposes a window for a change, approves it, and says what came of it."""

from __future__ import annotations

import click

from console.commands.agent import options, perform, report
from console.terminal.command_context import USAGE, DeskFolder, refuse, run
from desk.language.translatable import sentence
from desk.model.agent_operations import ApproveChange, ProposeChange, ReportChange
from desk.model.calendars.typed_windows import typed_moment
from desk.model.operations.base import AgentOperation


@click.command()
@options
@click.option("--from", "begins", metavar="TIME", default="", help="When the window begins: '2026-12-03 02:00'.")
@click.option("--to", "ends", metavar="TIME", default="", help="When the window ends, in the provider's zone too.")
@click.option("--approve", is_flag=True, help="Approve the window for the provider, as a lead or an admin.")
@click.option("--done", is_flag=True, help="The change was made: TEXT says how.")
@click.option("--not-done", "undone", is_flag=True, help="It was not, or is called off: TEXT says why.")
@click.argument("text", nargs=-1)
def change(
    folder: DeskFolder,
    number: str,
    agent: str,
    provider: str,
    as_json: bool,
    begins: str,
    ends: str,
    approve: bool,
    done: bool,
    undone: bool,
    text: tuple[str, ...],
) -> None:
    """Make case N a change request with a window, for what TEXT says; approve its window; say what came of it.

    The subscriber and a second person of the provider agree to the window, else nothing is done in it.

    \b
    Examples:
      firstline change 12 --from "2026-12-03 02:00" --to "2026-12-03 04:00" "узел"
      firstline change 12 --as petrova --approve
      firstline change 12 --as ivanova --done "Узел заменили"
      firstline change 12 --as ivanova --not-done "Не привезли деталь"
    """
    if sum((bool(begins or ends), approve, done, undone)) != 1:
        refuse(sentence("say one of --from with --to, --approve, --done and --not-done"), USAGE)
    words = " ".join(text)
    operation: AgentOperation = ProposeChange(typed_moment(begins), typed_moment(ends), words)
    if not (begins or ends):
        operation = ApproveChange() if approve else ReportChange(done, words)
    outcome = run(perform(folder, operation, number, agent, provider))
    case = outcome.case.number
    said = sentence("{number}: the window is proposed; the subscriber is asked", number=case)
    if approve:
        said = sentence("{number}: the window is approved for the provider", number=case)
    elif not begins:
        said = sentence("{number}: what came of the change is noted", number=case)
    report(folder, outcome, said, as_json)
