"""``release``, ``handover``, ``escalate``, ``consult``, ``merge`` and ``relate``: from hand to hand, case to case."""

from __future__ import annotations

from collections.abc import Sequence

import click

from console.commands.agent import options, perform, report
from console.terminal.command_context import DeskFolder, run
from desk.language.translatable import sentence
from desk.model.operations.case_operations import RELATIONS, Consult, Escalate, HandOver, Merge, Relate, Release


@click.command()
@options
@click.argument("text", nargs=-1)
def release(folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, text: Sequence[str]) -> None:
    """Give case N back to its queue. TEXT says why, to agents alone.

    \b
    Example:
      firstline release 12 --as ivanova "заканчиваю смену"
    """
    done = run(perform(folder, Release(" ".join(text)), number, agent, provider))
    report(folder, done, sentence("{number} is in its queue again", number=done.case.number), as_json)


@click.command()
@options
@click.argument("to", metavar="WHO")
@click.argument("text", nargs=-1, required=True)
def handover(
    folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, to: str, text: Sequence[str]
) -> None:
    """Hand case N to WHO, an agent or a team of teams.toml, with what is known so far (TEXT). The subscriber notices
    nothing but the name, when the new agent first writes.

    \b
    Example:
      firstline handover 12 l2 --as ivanova "порт проверен, затухание 28 дБ"
    """
    done = run(perform(folder, HandOver(to, " ".join(text)), number, agent, provider))
    report(folder, done, sentence("{number} is handed over", number=done.case.number), as_json)


@click.command()
@options
@click.argument("text", nargs=-1)
def escalate(folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, text: Sequence[str]) -> None:
    """Raise case N by one level of support. Level two wants to know what, since when and where; critical cases are
    taken anyway.

    \b
    Example:
      firstline escalate 12 --as ivanova "нужна сеть"
    """
    done = run(perform(folder, Escalate(" ".join(text)), number, agent, provider))
    said = sentence("{number} is on level {level} now", number=done.case.number, level=done.case.level)
    report(folder, done, said, as_json)


@click.command()
@options
@click.argument("whom", metavar="WHOM")
@click.argument("text", nargs=-1, required=True)
def consult(
    folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, whom: str, text: Sequence[str]
) -> None:
    """Ask WHOM, an agent or a team, about case N (TEXT). It stays whose it is.

    \b
    Example:
      firstline consult 12 l2 --as ivanova "видели такое на этом узле?"
    """
    done = run(perform(folder, Consult(whom, " ".join(text)), number, agent, provider))
    report(folder, done, sentence("{number}: asked; the subscriber does not see it", number=done.case.number), as_json)


@click.command()
@options
@click.argument("into", metavar="OTHER")
@click.argument("text", nargs=-1)
def merge(
    folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, into: str, text: Sequence[str]
) -> None:
    """Go on with case N under the number OTHER, another open case of the same subscriber. N still leads to it.

    \b
    Example:
      firstline merge SN-2026-000012-3 SN-2026-000010-1 --as ivanova
    """
    done = run(perform(folder, Merge(into.upper(), " ".join(text)), number, agent, provider))
    report(folder, done, sentence("{number} goes on as {other}", number=done.case.number, other=into.upper()), as_json)


@click.command()
@options
@click.argument("kind", type=click.Choice([*RELATIONS]))
@click.argument("to", metavar="OTHER")
@click.argument("text", nargs=-1)
def relate(
    folder: DeskFolder,
    number: str,
    agent: str,
    provider: str,
    as_json: bool,
    kind: str,
    to: str,
    text: Sequence[str],
) -> None:
    """Note how case N is related to OTHER; both cards show it.

    \b
    Example:
      firstline relate SN-2026-000012-3 causedBy SN-2026-000010-1 --as ivanova
    """
    done = run(perform(folder, Relate(to.upper(), kind, " ".join(text)), number, agent, provider))
    said = sentence("{number} is related to {other}", number=done.case.number, other=to.upper())
    report(folder, done, said, as_json)
