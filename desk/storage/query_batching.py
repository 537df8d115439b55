"""Questions of one turn of the event loop, answered together.

A worker looks up what it must know of each message of a batch, and one statement for a hundred costs little more than
one for one. Whoever looks up asks for a single message all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class QueryBatcher(Generic[Question, Answer]):
    """``answer`` takes questions and gives as many answers, in order; what it raises, everyone who asked is told."""

    def __init__(self, answer: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]]) -> None:
        self._answer = answer
        self._questions: list[Question] = []
        self._answers: asyncio.Task[Sequence[Answer]] | None = None

    async def ask(self, question: Question) -> Answer:
        """The answer to this one question."""
        self._questions.append(question)
        place = len(self._questions) - 1
        if self._answers is None:
            self._answers = asyncio.create_task(self._answered())
        return (await asyncio.shield(self._answers))[place]

    async def _answered(self) -> Sequence[Answer]:
        questions, self._questions, self._answers = self._questions, [], None
        return await self._answer(questions)
