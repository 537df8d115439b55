"""The look-up of this room: articles for what a subscriber said, found off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from desk.gather import Round
from desk.knowledge import Suggestions
from desk.messages import Role, Verb
from desk.providers import Provider
from desk.together import Together
from kb.suggesting import Knowledge

LONGEST = 600


class Suggesting:
    """Gives `desk.knowledge.Suggestions` where an article may still be offered; None everywhere else."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._together = Together(self._found)

    async def __call__(self, round_: Round) -> object | None:
        """Asks for the description so far and what was said now, cut to a length no question needs to exceed."""
        case, heard = round_.case, round_.heard
        early = not case.registered and not case.articles and not case.dialog
        if not early or heard.role is not Role.SUBSCRIBER or heard.verb not in (Verb.SAY, Verb.PRESS, Verb.START):
            return None
        text = case.description or heard.text
        if not text.strip():
            return None
        return await self._together.ask((round_.facts.need(Provider).name, text[:LONGEST], case.language))

    async def _found(self, asked: Sequence[tuple[str, str, str]]) -> list[Suggestions]:
        """A batch goes to a thread as one: the way there costs more than most questions."""
        return await asyncio.to_thread(lambda: [self._knowledge.suggest(*one) for one in asked])
