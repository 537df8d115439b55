"""The look-up of this room: articles for what a subscriber said, found off the event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from desk.gather import Round
from desk.knowledge import Suggestions
from desk.messages import Role, Verb
from desk.providers import Provider
from kb.suggesting import Knowledge

LONGEST = 600


@dataclass(slots=True)
class _Together:
    """What is asked in one turn of the event loop: provider, text and language; ``found`` has the answers in order."""

    asked: list[tuple[str, str, str]] = field(default_factory=list)
    found: asyncio.Task[list[Suggestions]] | None = None


class Suggesting:
    """Gives `desk.knowledge.Suggestions` where an article may still be offered; None everywhere else."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._together = _Together()

    async def __call__(self, round_: Round) -> object | None:
        """Asks for the description so far and what was said now, cut to a length no question needs to exceed."""
        case, heard = round_.case, round_.heard
        early = not case.registered and not case.articles and not case.dialog
        if not early or heard.role is not Role.SUBSCRIBER or heard.verb not in (Verb.SAY, Verb.PRESS, Verb.START):
            return None
        text = case.description or heard.text
        if not text.strip():
            return None
        return await self._suggested(round_.facts.need(Provider).name, text[:LONGEST], case.language)

    async def _suggested(self, *asked: *tuple[str, str, str]) -> Suggestions:
        """A batch of messages goes to a thread as one: the way there costs more than most questions."""
        together = self._together
        together.asked.append(asked)
        place = len(together.asked) - 1
        if together.found is None:
            together.found = asyncio.create_task(self._found(together))
        return (await asyncio.shield(together.found))[place]

    async def _found(self, together: _Together) -> list[Suggestions]:
        self._together = _Together()
        return await asyncio.to_thread(lambda: [self._knowledge.suggest(*one) for one in together.asked])
