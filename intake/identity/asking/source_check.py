"""Tries a client's system as the desk would, for `firstline check`."""

from __future__ import annotations

from collections.abc import Iterable

from desk.language.translatable import sentence
from desk.model.check_findings import CheckFinding
from intake.identity.asking.source_channel import AskedSource
from intake.identity.asking.source_guard import SourceTrouble

NOBODYS = "0"
"""A key that nobody has, by which it is asked."""


async def check_source(channel: str, source: AskedSource, kinds: Iterable[str]) -> list[CheckFinding]:
    """Whether it answers, for each kind of key that it is asked for."""
    found = []
    try:
        for kind in kinds:
            try:
                await source.ask(kind, NOBODYS)
            except SourceTrouble as error:
                what = sentence("asked for a {kind}: {why}", kind=kind, why=error)
                todo = sentence("look at the client's system, and at its section in firstline.toml")
                found.append(CheckFinding("error", channel, what, todo))
                break
        else:
            found.append(CheckFinding("ok", channel, sentence("it answers")))
    finally:
        await source.close()
    return found
