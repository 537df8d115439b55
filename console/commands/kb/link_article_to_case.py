"""``kb link``: which article solved a case, said after the resolving or before."""

from __future__ import annotations

import click

from console.commands.agent import options, perform, report
from console.commands.solving_article_options import ResolvingArticleOptions, article_options
from console.terminal.command_context import USAGE, DeskFolder, refuse, run
from desk.language.translatable import sentence


@click.command()
@options
@article_options
def link(
    folder: DeskFolder, number: str, agent: str, provider: str, as_json: bool, choice: ResolvingArticleOptions
) -> None:
    """Say which article solved case N, take the draft made from it, or say why none is needed.

    An article that waits to be validated, and is used as it stands by another agent than its author, becomes validated.

    \b
    Examples:
      firstline kb link 12 --as petrov --article los-red
      firstline kb link 12 --as petrov --draft
      firstline kb link 12 --as petrov --no-article "разовый случай"
    """
    answer = choice.answer()
    if answer is None:
        refuse(sentence("say --article ID, --draft or --no-article WHY"), USAGE)
    done = run(perform(folder, answer, number, agent, provider))
    report(folder, done, sentence("{number}: noted", number=done.case.number), as_json)
