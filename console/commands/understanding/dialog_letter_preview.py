"""``dialog``: how a dialog reads as a letter, and what the desk makes of letters in answer to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from console.commands.understanding.json_lines import numbered_objects
from console.runtime.content_folders import DIALOGS, TEMPLATES, ContentSearchPath
from console.terminal.command_context import USAGE, CommandError, DeskFolder, json_option, pass_folder, refuse
from desk.error_reasons import describe_file_error
from desk.language.detect import LANGUAGES
from desk.language.templates import Templates
from desk.language.translatable import sentence
from intake.desk_sentences import read_sentences
from intake.engine.answer_parsing import ParsedAnswer
from intake.engine.dialog_file import InvalidDialog, parse_dialog
from intake.engine.dialog_set import DialogSet
from intake.engine.letters.questions import first_letter_questions, render_letter
from intake.engine.letters.reading import read_letter
from intake.engine.model import Dialog, Question

language_option = click.option(
    "--language", type=click.Choice(list(LANGUAGES)), default="ru", show_default=True, help="The letter's language."
)


@click.group()
def dialog() -> None:
    """Dialogs: their letter of questions, and what letters answer to it.

    \b
    Examples:
      firstline dialog letter no_internet
      firstline dialog read no_internet --file letters.jsonl --json
    """


@dialog.command()
@click.argument("name", metavar="FILE|ID")
@language_option
@pass_folder
def letter(folder: DeskFolder, /, name: str, language: str) -> None:
    """Show the first letter of questions.

    It stands as somebody gets it of whom nothing is known yet.

    \b
    Examples:
      firstline dialog letter no_internet
      firstline dialog letter dialogs/tv.toml --language en
    """
    found = _dialog(folder, name)
    questions = first_letter_questions(found)
    names = {"lines": (), "one": "1" if len(questions) == 1 else ""}
    intro = Templates(TEMPLATES).say("", language, "questions_by_mail", names)
    click.echo(f"{intro.plain}\n\n{render_letter(questions, language, {}).plain}")


@dialog.command()
@click.argument("name", metavar="FILE|ID")
@click.option(
    "--file", "path", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), help="JSON Lines."
)
@language_option
@json_option
@pass_folder
def read(folder: DeskFolder, /, name: str, path: Path, language: str, as_json: bool) -> None:
    """Show what letters answer to the first letter of questions.

    A line of --file has "body" and, if need be, "now". Numbers are those of that letter, in either language. Of a
    choice the option's id is given, "yes" or "no" where these are the options, and a person's own words of everything
    else.

    \b
    Examples:
      firstline dialog read no_internet --file letters.jsonl --json
      firstline dialog letter no_internet
    """
    found, sentences = _dialog(folder, name), read_sentences(TEMPLATES).sentences
    for _, line in numbered_objects(path, "body"):
        answers, leftover = _read(found, line, sentences)
        if as_json:
            click.echo(json.dumps({"answers": answers, "leftover": leftover}, ensure_ascii=False))
            continue
        for question, answer in answers.items():
            click.echo(f"{question:12} {answer}")
        click.echo(f"{'':12} {leftover}\n" if leftover else "")


def _dialog(folder: DeskFolder, name: str) -> Dialog:
    """The dialog of a file, or the one of that id: of the desk, or outside a desk folder of the packaged ones."""
    try:
        if name.endswith(".toml"):
            path = Path(name)
            return parse_dialog(path.read_bytes(), path.name)
        in_desk = (folder.root / "firstline.toml").exists()
        folders = ContentSearchPath(folder.settings()).of("", DIALOGS) if in_desk else [DIALOGS]
        known = DialogSet.of([one for one in folders if one.is_dir()]).in_use
    except OSError as error:
        raise CommandError(sentence("{what}: {why}", what=name, why=describe_file_error(error))) from None
    except InvalidDialog as error:
        raise CommandError(str(error)) from None
    if name not in known:
        refuse(sentence("there is no dialog {name}: there are {names}", name=repr(name), names=", ".join(known)), USAGE)
    return known[name]


def _read(found: Dialog, line: Mapping[str, Any], sentences: Sequence[str]) -> tuple[dict[str, Any], str]:
    try:
        now = datetime.fromisoformat(line["now"]) if line.get("now") else datetime.now(UTC)
    except (ValueError, TypeError):
        raise CommandError(f"{line['now']!r} is no instant: write it as 2026-11-30T12:00:00+03:00") from None
    now = now if now.tzinfo else now.replace(tzinfo=UTC)
    asked, zone = first_letter_questions(found), now.tzinfo or UTC
    reading = read_letter(found, asked, line["body"], now, zone=zone, sentences=sentences)
    named = ((found.question(name), answer) for name, answer in reading.answers.items())
    answers = {question.id: answer_as_json(question, answer) for question, answer in named if question is not None}
    return answers, reading.leftover


def answer_as_json(question: Question, answer: ParsedAnswer) -> Any:
    """An answer as ``dialog read`` prints it: an option's id, or words."""
    value = answer.value
    if value is None:
        return "unknown" if question.options or question.type == "yesno" else answer.text
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, (int, float)) else value
