"""``pend``, ``hold``, ``resume``, ``reject``, ``cancel`` and ``undo``: a case waits, goes on, or ends."""

from __future__ import annotations

from collections.abc import Sequence

import click

from console.commands.agent import options, perform, report
from console.terminal.command_context import DeskFolder, run
from desk.language.translatable import sentence
from desk.model.agent_operations import TakeBackWords
from desk.model.operations.case_operations import (
    HELD_REASONS,
    PENDING_REASONS,
    REJECTED_REASONS,
    Cancel,
    Hold,
    Pend,
    Reject,
    Resume,
)


@click.command()
@options
@click.argument("reason", type=click.Choice(PENDING_REASONS))
@click.argument("text", nargs=-1)
def pend(
    folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, reason: str, text: Sequence[str]
) -> None:
    """Wait for the subscriber of case N, who reads what is needed; TEXT is said to them too.

    Their answer goes on with the case by itself.

    \b
    Example:
      firstline pend 12 info_required --as ivanova "Пришлите фото роутера"
    """
    done = run(perform(folder, Pend(reason, " ".join(text)), number, agent, provider))
    report(folder, done, sentence("{number} waits for the subscriber, who is told", number=done.case.number), as_json)


@click.command()
@options
@click.argument("reason", type=click.Choice(HELD_REASONS))
@click.argument("text", nargs=-1)
def hold(
    folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, reason: str, text: Sequence[str]
) -> None:
    """Put case N on hold for REASON. TEXT is for agents alone; the subscriber reads in plain words what is waited for.

    \b
    Example:
      firstline hold 12 third_party --as ivanova "ждём подрядчика, наряд 77"
    """
    done = run(perform(folder, Hold(reason, " ".join(text)), number, agent, provider))
    report(folder, done, sentence("{number} is on hold; the subscriber is told", number=done.case.number), as_json)


@click.command()
@options
@click.argument("text", nargs=-1)
def resume(folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, text: Sequence[str]) -> None:
    """Go on with case N, which waited. TEXT is for agents alone.

    \b
    Example:
      firstline resume 12 --as ivanova
    """
    done = run(perform(folder, Resume(" ".join(text)), number, agent, provider))
    report(folder, done, sentence("{number} is in progress again", number=done.case.number), as_json)


@click.command()
@options
@click.argument("reason", type=click.Choice(REJECTED_REASONS))
@click.argument("text", nargs=-1)
def reject(
    folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, reason: str, text: Sequence[str]
) -> None:
    """End case N, which is none of the desk's. Whoever sent spam hears nothing; everybody else is told.

    \b
    Example:
      firstline reject 12 spam --as ivanova
    """
    done = run(perform(folder, Reject(reason, " ".join(text)), number, agent, provider))
    report(folder, done, sentence("{number} is rejected", number=done.case.number), as_json)


@click.command()
@options
@click.argument("text", nargs=-1)
def cancel(folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, text: Sequence[str]) -> None:
    """Cancel case N, which its subscriber withdrew. TEXT is for agents alone.

    \b
    Example:
      firstline cancel 12 --as ivanova "позвонил, что передумал"
    """
    done = run(perform(folder, Cancel(" ".join(text)), number, agent, provider))
    report(folder, done, sentence("{number} is cancelled; the subscriber is told", number=done.case.number), as_json)


@click.command()
@options
def undo(folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool) -> None:
    """Take back what you last did to case N, within a minute: a state, a release, a hand-over, a merge.

    \b
    Example:
      firstline undo 12 --as ivanova
    """
    done = run(perform(folder, TakeBackWords(), number, agent, provider))
    report(folder, done, sentence("{number} is as it was before", number=done.case.number), as_json)
