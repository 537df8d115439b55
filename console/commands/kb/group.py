"""``firstline kb``: the knowledge base searched, measured, filled and printed."""

from __future__ import annotations

import click

from console.commands.kb.article_usage import articles
from console.commands.kb.brochure import brochure
from console.commands.kb.check import check
from console.commands.kb.edit_and_history import edit, history
from console.commands.kb.evaluate import evaluate
from console.commands.kb.export import export
from console.commands.kb.gaps_and_drafts import draft, drafts, gaps
from console.commands.kb.import_ import import_
from console.commands.kb.link_article_to_case import link
from console.commands.kb.phrases import forget, phrases
from console.commands.kb.search import search


@click.group()
def kb() -> None:
    """The knowledge base: search it, measure it, fill it, print it.

    \b
    Examples:
      firstline kb import articles.jsonl
      firstline kb search "no internet since morning"
    """


kb.add_command(import_, "import")
kb.add_command(search)
kb.add_command(evaluate)
kb.add_command(check)
kb.add_command(link)
kb.add_command(articles)
kb.add_command(edit)
kb.add_command(history)
kb.add_command(export)
kb.add_command(gaps)
kb.add_command(draft)
kb.add_command(drafts)
kb.add_command(phrases)
kb.add_command(forget)
kb.add_command(brochure)
