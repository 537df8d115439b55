"""``firstline kb``: the knowledge base searched, measured, filled and printed."""

from __future__ import annotations

import click


@click.group()
def kb() -> None:
    """The knowledge base: search it, measure it, fill it, print it."""
