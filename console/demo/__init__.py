"""``firstline demo``: everything on one machine, with nothing else of ours."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from console.terminal.command_context import WRONG, DeskFolder, pass_folder, refuse, run
from console.terminal.extras import require_extra
from desk.language.translatable import sentence


@click.command()
@click.option("--play", is_flag=True, help="Play the whole story by itself, also in a terminal.")
@pass_folder
def demo(_folder: DeskFolder, play: bool) -> None:
    """See the whole desk at work, in a temporary folder.

    In a terminal you are the subscriber, and are told what to try. Without one, or with --play, a story is played:
    subscribers in the chat and by mail, agents, every message as it passes. It ends with 0 when all of it happened.

    \b
    Examples:
      firstline demo
      firstline demo --play
    """
    require_extra("demo")
    # Only now: what is missing must be told in a sentence.
    from console.demo.desk import StepDidNotHappen  # noqa: PLC0415
    from console.demo.interactive import play_live  # noqa: PLC0415
    from console.demo.script import play_script  # noqa: PLC0415
    from console.terminal.rich_output import READABLE, Output  # noqa: PLC0415

    output = Output(widest=READABLE)
    scripted = play or not (sys.stdin.isatty() and output.is_terminal)
    try:
        with _signals_as_ctrl_c():
            run(play_script(output) if scripted else play_live(output))
    except KeyboardInterrupt:
        if scripted:
            raise
    except StepDidNotHappen as error:
        refuse(sentence("the demo stopped: {why}", why=error), WRONG)


@contextmanager
def _signals_as_ctrl_c() -> Iterator[None]:
    """A terminal that is closed, or a kill, ends the demo as Ctrl-C does, so that its folder goes too."""
    signals = [one for name in ("SIGTERM", "SIGHUP") if (one := getattr(signal, name, None))]
    previous = {one: signal.signal(one, signal.default_int_handler) for one in signals}
    try:
        yield
    finally:
        for one, handler in previous.items():
            signal.signal(one, handler)
