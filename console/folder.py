"""What every command knows: the desk folder it works in, and how its troubles end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from desk.settings import Settings, load

T = TypeVar("T")

OK, WRONG, USAGE, NO_SUCH, REFUSED, NO_DATABASE = range(6)
"""Exit codes; `EXIT_CODES` tells them to people."""

EXIT_CODES = """\b
Exit codes:
  0  done
  1  something is wrong with the desk: settings, providers, content, servers
  2  wrong usage of the command
  3  no such case, arrival or letter
  4  the desk refused it (say, the case is taken by somebody else)
  5  the database is not reachable, or belongs to another version
"""


class Trouble(click.ClickException):
    """One sentence on stderr, and an exit code that means something."""

    def __init__(self, sentence: str, exit_code: int = WRONG) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code  # type: ignore[misc]  # click keeps one a class, we one a sentence


def refuse(sentence: str, exit_code: int) -> NoReturn:
    """Ends the command with a sentence and a code."""
    raise Trouble(sentence, exit_code)


@dataclass(slots=True)
class Folder:
    """The desk folder a command was given with ``-C``; the current one by default."""

    root: Path = Path()
    debug: bool = False

    def settings(self) -> Settings:
        """Its settings. Raises `BadSettings`."""
        return load(self.root)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs one command's work to its end."""
    return asyncio.run(work)


pass_folder: Callable[[Callable[..., T]], Callable[..., T]] = click.make_pass_decorator(Folder, ensure=True)
