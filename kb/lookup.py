"""The look-up of this room: articles for what a subscriber said, found off the event loop."""

from __future__ import annotations

import asyncio

from desk.gather import Round
from desk.messages import Role, Verb
from desk.providers import Provider
from kb.suggesting import Knowledge

LONGEST = 600


class Suggesting:
    """Gives `desk.knowledge.Suggestions` where an article may still be offered; None everywhere else."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def __call__(self, round_: Round) -> object | None:
        """Asks for the description so far and what was said now, cut to a length no question needs to exceed."""
        case, heard = round_.case, round_.heard
        early = not case.registered and not case.articles and not case.dialog
        if not early or heard.role is not Role.SUBSCRIBER or heard.verb not in (Verb.SAY, Verb.PRESS, Verb.START):
            return None
        text = case.description or heard.text
        if not text.strip():
            return None
        return await asyncio.to_thread(
            self._knowledge.suggest, round_.facts.need(Provider).name, text[:LONGEST], case.language
        )
