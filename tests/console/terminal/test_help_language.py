"""Help and usage are in one language: Russian has words for all of it, and neither shows a line of the other."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from console.main import COMMANDS, cli
from console.terminal.help_language import _SPEAKING, folder_named, one_line
from console.terminal.language import catalog

PAGES = """
import json, sys
import click
from console.main import cli, speak
speak(sys.argv[1])
pages = {}
def walk(command, context, path):
    pages[path] = command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            walk(found, click.Context(found, info_name=name, parent=context), f"{path} {name}")
walk(cli, click.Context(cli, info_name="firstline", max_content_width=80, terminal_width=80), "firstline")
print(json.dumps(pages))
"""
"""Prints the help of every command as JSON; a process speaks one language."""


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """This command and all below it."""
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found
            yield from commands(found, click.Context(found, info_name=name, parent=context))


def texts(command: click.Command, context: click.Context) -> Iterator[str]:
    """Whatever a command shows in its help and is no name, as the catalog has it."""
    for whole in (command.help, command.epilog):
        for paragraph in inspect.cleandoc(whole or "").split("\n\n"):
            lines = paragraph.splitlines() if paragraph.startswith("\b") else [one_line(paragraph)]
            yield from (line.strip() for line in lines if line.strip("\b ") and not is_typed(line))
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            yield parameter.help
        if not getattr(parameter, "is_flag", False):
            yield from placeholder(parameter.make_metavar(context))
    yield from placeholder(command.options_metavar or "")
    if isinstance(command, click.Group):
        yield from placeholder(command.subcommand_metavar)


def placeholder(shown: str) -> Iterator[str]:
    """A placeholder, where it has a word in it: choices are typed as they stand, and N and ID are no words."""
    if re.search(r"[A-Z]{3}", shown):
        yield shown


def is_typed(line: str) -> bool:
    """Whether a line shows what is typed into a terminal."""
    return bool(re.match(r"\s+(firstline|find|echo) ", line))


def english() -> dict[str, str]:
    """Every text of the help, with the command that shows it."""
    found = {
        text: context.command_path
        for one, context in commands(cli, click.Context(cli, info_name="firstline"))
        for text in texts(one, context)
    }
    return {**found, **{told: "firstline" for _, told in COMMANDS.values()}}


def of_click() -> set[str]:
    """Click's own words, of the modules that can speak."""
    found = {"required"}  # which click asks for by a name
    for module in _SPEAKING:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
                found |= {str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant)}
    return {one for one in found if not WRONG_PROGRAM.search(one)}


WRONG_PROGRAM = re.compile("Deprecat|declar|twice|same flag|iterable|colou?r|^Choice\\(|UUID|standard stream")
"""What click says to who writes a command wrong, and never to who runs one."""


def test_all_help_has_russian_words() -> None:
    missing = [f"{where}: {text}" for text, where in english().items() if text not in catalog("ru", "help")]
    assert not missing, "write them into templates/ru/help.toml:\n" + "\n".join(missing)


def test_all_that_click_says_has_russian_words() -> None:
    assert not of_click() - set(catalog("ru", "help"))


def test_the_catalog_has_nothing_that_nobody_says() -> None:
    assert not set(catalog("ru", "help")) - set(english()) - of_click()


def test_a_new_option_without_russian_words_is_found() -> None:
    @click.command()
    @click.option("--louder", metavar="LOUDNESS", help="Say it louder.")
    def shout(louder: str) -> None:
        """Shout at somebody."""

    found = set(texts(shout, click.Context(shout)))
    assert found - set(catalog("ru", "help")) == {"Say it louder.", "LOUDNESS", "Shout at somebody."}


@pytest.mark.parametrize(
    ("language", "foreign"), [("ru", re.compile(r"\b[A-Za-z]+ [a-z]{2,}\b")), ("en", re.compile("[А-яё]"))]
)
async def test_no_page_of_help_shows_a_line_of_the_other_language(language: str, foreign: re.Pattern[str]) -> None:
    """Names of commands, options, files and values stand in both; examples are typed as they stand."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PAGES, language), stdout=asyncio.subprocess.PIPE, env=environment()
    )
    out, _ = await process.communicate()
    pages = json.loads(out)
    assert len(pages) > 60
    shown = [f"{path}: {line}" for path, page in pages.items() for line in prose(page) if foreign.search(line)]
    assert not shown, "\n".join(shown)


def prose(page: str) -> Iterator[str]:
    """The lines of a page that say something, without what is typed: examples, quoted words, options, names."""
    lines = [line for line in page.splitlines()[1:] if not is_typed(line)]
    said = re.sub("«[^»]*»|'[^'\n]*'|\"[^\"\n]*\"|firstline( [a-z-]+)+", " ", "\n".join(lines))
    for line in said.splitlines():
        yield re.sub(r"^ +-{1,2}\S+( [A-Z-]+)?|, --\S+|^  [a-z]+  ", " ", line)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("case",), "Ошибка: Не хватает аргумента 'N'."),
        (("case", "12", "--wy"), "Ошибка: Нет параметра '--wy'. Может быть, '--why'?"),
        (("cases", "--limit", "many"), "Ошибка: Неверное значение '--limit': 'many' это не число."),
        (("kb", "serch"), "Ошибка: Нет команды 'serch'. Может быть, 'search'?"),
        (("serve", "--only", "everything"), "Ошибка: Неверное значение '--only': 'everything' здесь не бывает"),
        (("migrate", "now"), "Ошибка: Лишний аргумент (now)"),
        (("case",), "Справка: firstline case --help"),
    ],
)
async def test_usage_is_told_in_the_desks_language(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """Where LANG says nothing the desk's language counts, also with -C behind the mistake."""
    (tmp_path / "firstline.toml").write_text('[desk]\nlanguage = "ru"\n', "utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "console.main", *words, "-C", str(tmp_path)),
        stderr=asyncio.subprocess.PIPE,
        env=environment(),
    )
    _, err = await process.communicate()
    assert process.returncode == 2
    assert said in err.decode()
    assert "Usage" not in err.decode()


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [("-C desk case 12", "desk"), ("case 12 -C desk", "desk"), ("case -Cdesk", "desk"), ("case 12", "."), ("-C", ".")],
)
def test_the_folder_is_known_before_the_arguments_are_parsed(arguments: str, folder: str) -> None:
    assert folder_named(arguments.split()) == Path(folder)


def environment() -> dict[str, str]:
    """Without anything that says in which language to speak."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LANG", "LC_", "FIRSTLINE"))}
    return {**kept, "PYTHONPATH": str(Path.cwd()), "PYTHONUTF8": "1"}
