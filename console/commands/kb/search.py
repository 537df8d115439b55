"""``kb search``: what the knowledge base would answer, to a person or to a file of questions."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TextIO

import click

from console.terminal.command_context import (
    OK,
    USAGE,
    WRONG,
    DeskFolder,
    json_option,
    open_database,
    pass_folder,
    print_json,
    refuse,
    run,
    tell,
)
from desk.language.detect import LANGUAGES
from desk.language.translatable import sentence

if TYPE_CHECKING:
    from kb.search.knowledge_of_all_providers import KnowledgeOfAllProviders
    from kb.search.matcher import ArticleMatch, SearchAnswer

PROGRESS = 500
"""Questions after which somebody who waits at a terminal is told how far it is."""


@click.command()
@click.argument("text", required=False)
@click.option("--file", "file", type=click.File(encoding="utf-8-sig"), help='Questions, a line {"q": ...} each.')
@click.option("--provider", default="", help="As this provider's subscribers would be answered.")
@click.option("--language", type=click.Choice(["ru", "en"]), help="Show articles in this language.")
@click.option("--top", default=3, show_default=True, type=click.IntRange(1, 30), help="Articles for each question.")
@json_option
@pass_folder
def search(
    folder: DeskFolder,
    text: str | None,
    file: TextIO | None,
    provider: str,
    language: str | None,
    top: int,
    as_json: bool,
) -> None:
    """Ask the knowledge base what it would answer to TEXT, or to each line of a file.

    The nearest articles are always listed; whether they fit is said beside them. The score is how likely the article
    is the right one, and a sure one would be shown to a subscriber unasked. With --file and --json one line of JSON is
    printed for each question, in their order; a line that is none is told of on standard error and passed over, and
    the command then ends with 1.

    \b
    Examples:
      firstline kb search "ytn bynthytnf"
      firstline kb search --file queries.jsonl --json
    """
    if (text is None) == (file is None):
        refuse(sentence("give a text, or --file with a line for each question"), USAGE)
    knowledge = run(load_knowledge_base(folder, provider))
    speaks = language or folder.settings().language
    matcher = knowledge.matcher(provider)
    if file is None:
        answer = matcher.answer(text or "", speaks, top)
        if as_json:
            print_json(as_json_result(text or "", answer))
        else:
            _print_answer(answer)
        return
    bad = 0
    for number, question in enumerate(parse_questions(file, file.name), 1):
        if isinstance(question, str):
            bad += 1
            tell(sentence("Passed over {question}", question=question), err=True)
            continue
        answer = matcher.answer(question["q"], language or _language(question) or speaks, top)
        if as_json:
            click.echo(json.dumps(as_json_result(question["q"], answer), ensure_ascii=False))
        else:
            click.secho(question["q"], bold=True)
            _print_answer(answer)
        if number % PROGRESS == 0 and sys.stderr.isatty() and not sys.stdout.isatty():
            tell(sentence("{number} questions", number=number), err=True)
    click.get_current_context().exit(WRONG if bad else OK)


def _language(question: Mapping[str, Any]) -> str:
    named = question.get("lang")
    return named if named in LANGUAGES else ""


async def load_knowledge_base(folder: DeskFolder, provider: str = "") -> KnowledgeOfAllProviders:
    """The desk's knowledge as `serve` would have it."""
    from console.runtime.knowledge_loader import KnowledgeLoader  # noqa: PLC0415

    settings, providers = folder.settings(), folder.providers()
    folder.require_provider(provider)
    async with open_database(settings) as database:
        article_loader = KnowledgeLoader(database, settings, providers)
        await article_loader.import_files()
        return await article_loader.build_knowledge_base()


def parse_questions(lines: Iterable[str], name: str) -> Iterator[Mapping[str, Any] | str]:
    """The objects of a file of questions, each with a text "q"; in place of a line that is none, where and why."""
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _question(line, f"{name}:{number}")
    except UnicodeDecodeError:
        refuse(sentence("{name}: it is not in UTF-8 after line {number}", name=name, number=number), USAGE)


def _question(line: str, where: str) -> Mapping[str, Any] | str:
    try:
        question = json.loads(line)
    except ValueError as error:
        return f"{where}: this is not JSON ({error})"
    if not isinstance(question, dict) or not isinstance(question.get("q"), str):
        return f'{where}: a question is a line {{"q": "its text"}}'
    # What UTF-8 cannot say cannot be printed either.
    return {**question, "q": question["q"].encode("utf-8", "replace").decode()}


def questions(lines: Iterable[str], name: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a file of questions. Ends the command at a line that is none."""
    for question in parse_questions(lines, name):
        if isinstance(question, str):
            refuse(question, USAGE)
        yield question


def as_json_result(question: str, answer: SearchAnswer) -> dict[str, Any]:
    """An answer for a machine."""
    return {
        "q": question,
        "results": [
            {"id": one.article.id, "title": _title(one), "score": one.score, "sure": one.sure} for one in answer.nearest
        ],
        "fits": answer.fits,
        "repaired": answer.understood,
    }


def _title(one: ArticleMatch) -> str:
    return one.article.edition(one.language).title


def _print_answer(answer: SearchAnswer) -> None:
    from console.terminal.rich_output import Output, indented, table, text  # noqa: PLC0415

    output = Output()
    output.print(text(sentence("understood: {words}", words=answer.understood)))
    if not answer.fits:
        nothing = sentence("nothing fits; the nearest:") if answer.nearest else sentence("nothing fits")
        output.print(text(nothing, "yellow"))
    made = table(("", "", "", ""), numbers=())
    made.show_header = False
    for one in answer.nearest:
        verdict = text(sentence("sure"), "green") if one.sure else text(sentence("fits") if one.fits else "")
        made.add_row(f"{one.score:4.2f}", verdict, text(one.article.id), text(_title(one)))
    output.print(indented(made))
