"""Help and usage in the language of the command: click's own words, and what commands say of themselves.

The English stands in the code; ``templates/<language>/help.toml`` has the words of every paragraph, option and
placeholder, as a message catalog of gettext does. What it lacks stays English, and a test names it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

from console.terminal.language import catalog
from desk.language.translatable import Catalog, form_for

_SPEAKING = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
)
"""Click's modules that speak. Each asks gettext, as ``_`` and ``ngettext``, which reads files of its own kind only; so
they are given the catalog instead."""
_RAW = "\b"
"""Begins a paragraph that click prints line by line."""


def folder_named(arguments: Sequence[str]) -> Path:
    """The desk folder that ``-C`` names anywhere among the arguments: usage is told before they are parsed."""
    for at, one in enumerate(arguments[:-1]):
        if one == "-C":
            return Path(arguments[at + 1])
    return next((Path(one[2:]) for one in arguments if one.startswith("-C") and len(one) > 2), Path())


def teach_click(language: str) -> None:
    """Lets click speak this language, for the whole process."""
    words = catalog(language, "help")
    for module in _SPEAKING:
        names = vars(module)
        if "_" in names:
            names["_"] = _plain(words)
        if "ngettext" in names:
            names["ngettext"] = _counted(words)


def _plain(words: Catalog) -> Callable[[str], str]:
    return lambda text: words.get(text, text)


def _counted(words: Catalog) -> Callable[[str, str, int], str]:
    def counted(one: str, several: str, number: int) -> str:
        forms = words.get(one)
        return form_for(forms.split("|"), number) if forms else one if number == 1 else several

    return counted


def translate_help(command: click.Command, language: str) -> None:
    """Puts what a command says of itself and of its parameters into this language. English is what it is made in."""
    words = catalog(language, "help")
    if not words:
        return
    command.help, command.epilog = _told(command.help, words), _told(command.epilog, words)
    command.options_metavar = words.get(command.options_metavar or "", command.options_metavar)
    if isinstance(command, click.Group):
        command.subcommand_metavar = words.get(command.subcommand_metavar, command.subcommand_metavar)
    context = click.Context(command)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            parameter.help = words.get(parameter.help or "", parameter.help)
        if not getattr(parameter, "is_flag", False):
            shown = parameter.make_metavar(context)
            parameter.metavar = words.get(shown, parameter.metavar)


def _told(text: str | None, words: Catalog) -> str | None:
    """Help in other words, paragraph by paragraph."""
    return text and "\n\n".join(_paragraph(one, words) for one in inspect.cleandoc(text).split("\n\n"))


def _paragraph(text: str, words: Catalog) -> str:
    if not text.startswith(_RAW):
        return words.get(one_line(text), text)
    lines = ((line, line.strip()) for line in text.splitlines())
    return "\n".join(line.replace(bare, words.get(bare, bare)) if bare else line for line, bare in lines)


def one_line(paragraph: str) -> str:
    """A paragraph as the catalog has it."""
    return " ".join(paragraph.split())
