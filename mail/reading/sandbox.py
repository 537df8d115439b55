"""A pool of child processes that parse messages and can be killed: the only real limit on time and memory.

Neither asyncio's timeouts nor signals stop native code, so a hostile message is parsed where it can do no harm. The
children import the pure modules only. The desk itself is never held up.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from desk.backoff import Backoff
from desk.language.translatable import said_by, sentence
from desk.model.messages import UnreadableMessage
from mail.reading import message, message_to_json
from mail.reading.message import MailboxReadingOptions, MailMessage
from mail.reading.message_to_json import UnopenableFile

P = ParamSpec("P")
T = TypeVar("T")

MEBIBYTE = 1024 * 1024
START_SECONDS = 10.0
"""Seconds for a child to come up. Whoever waits for a free one is not counted."""
WALL_CLOCK_FACTOR = 5
"""A child may wait for a busy machine: on the clock it has this many times its processor seconds."""

MAX_BATCH_MESSAGES, MAX_BATCH_BYTES = 20, 512 * 1024
"""Messages that go to a child together, and how large they may be together."""

_PendingRead = tuple[bytes, MailboxReadingOptions, "asyncio.Future[MailMessage]"]

TRIES_AMONG_OTHERS = 3
"""So often a letter may find no reader while whatever is tried before and after it finds one."""


class ReadersUnavailable(Exception):
    """The machine has no reader to give: it cannot fork, or is out of memory or of descriptors. No letter is at
    fault."""


class LetterAtFault(Exception):
    """Again and again no reader could be given this letter, while one that has nothing to read could be had."""


FATAL_ERRORS = (ProcessExpired, TimeoutError, MemoryError, LetterAtFault)
"""What a child dies of, and what it cannot be given."""


class MessageReaderPool:
    """Reads messages in ``workers`` children, each with ``seconds`` of processor time a message and ``memory`` bytes.

    The children are started with the first message, or by `warm`, and started again when they had to be killed. While
    the machine lets none be started, letters wait and the log says so: that counts against no letter.
    """

    def __init__(self, workers: int = 2, seconds: float = 2.0, memory: int = 256 * MEBIBYTE) -> None:
        self._workers, self._seconds, self._memory = workers, seconds, memory
        self._pool: ProcessPool | None = None
        self._free_children = asyncio.Semaphore(workers)
        self._waiting: deque[_PendingRead] = deque()
        self._working: set[asyncio.Task[None] | None] = set()
        self._backoff = Backoff(sentence("the readers of letters"), longest=5.0)

    async def warm(self) -> None:
        """Starts the children before the first message comes."""
        await asyncio.gather(*(self._run_in_child(_do_nothing) for _ in range(self._workers)))

    async def read(self, raw: bytes, reading: MailboxReadingOptions) -> MailMessage:
        """The message. One that kills its reader comes back degraded; raises `UnreadableMessage` when even that kills
        three."""
        answer: asyncio.Future[MailMessage] = asyncio.get_running_loop().create_future()
        self._waiting.append((raw, reading, answer))
        if len(self._working) < self._workers:
            self._working.add(asyncio.create_task(self._read_waiting()))
        return await answer

    async def _read_waiting(self) -> None:
        """Takes what waits to a child, a few messages at a time: the way there costs more than most messages."""
        while batch := self._next_batch():
            read = await self._read_batch([(raw, reading) for raw, reading, _ in batch])
            for (_, _, answer), one in zip(batch, read, strict=True):
                if answer.done():
                    continue
                if isinstance(one, BaseException):
                    answer.set_exception(one)
                else:
                    answer.set_result(one)
        # Not by a callback: whoever asks before it runs would wait for a worker that has gone home.
        self._working -= {asyncio.current_task()}

    async def _read_batch(
        self, asked: Sequence[tuple[bytes, MailboxReadingOptions]]
    ) -> Sequence[MailMessage | BaseException]:
        if len(asked) > 1:
            # Whatever went wrong, it went wrong with one of them.
            with suppress(Exception):
                return await self._run_in_child(_run_each, self._seconds, message.read_message, asked)
        # If one of several is to blame, each is read alone, and the others come to no harm.
        return await asyncio.gather(*(self._read_alone(*one) for one in asked), return_exceptions=True)

    def _next_batch(self) -> list[_PendingRead]:
        share = min(MAX_BATCH_MESSAGES, -(-len(self._waiting) // self._workers))
        batch: list[_PendingRead] = []
        size = 0
        while self._waiting and (
            not batch or (len(batch) < share and size + len(self._waiting[0][0]) <= MAX_BATCH_BYTES)
        ):
            batch.append(self._waiting.popleft())
            size += len(batch[-1][0])
        return batch

    async def _read_alone(self, raw: bytes, reading: MailboxReadingOptions) -> MailMessage:
        head = raw[: message.DEGRADED_BYTES]
        return await self._run_or_degrade(
            partial(message.read_message, raw, reading), lambda why: partial(message.read_degraded, head, reading, why)
        )

    async def _run_or_degrade(self, read: Callable[[], T], degraded: Callable[[str], Callable[[], T]]) -> T:
        """What ``read`` gives; when its child dies, what ``degraded`` gives, told of what, in two tries.

        Raises `UnreadableMessage` when that kills its children too.
        """
        why = ""
        try:
            return await self._run_in_child(read)
        except FATAL_ERRORS as error:
            why = _describe_failure(error)
        for _ in range(2):
            try:
                return await self._run_in_child(degraded(why))
            except FATAL_ERRORS as error:
                why = _describe_failure(error)
        raise UnreadableMessage(f"reading it failed three times: {why}")

    async def read_part(self, raw: bytes, number: int) -> bytes:
        """The content of one part of a message. Raises LookupError when there is none, or none that can be read."""
        try:
            return await self._run_in_child(message.read_part, raw, number)
        except FATAL_ERRORS as error:
            raise LookupError(f"part {number} cannot be read: {_describe_failure(error)}") from error

    async def read_files(self, paths: Sequence[str], reading: MailboxReadingOptions) -> list[str | UnopenableFile]:
        """The messages in a few files, each as one line of JSON, in order.

        They are read one after another in one child. When it dies over one of them, each gets a reading of its own, and
        the one that kills again comes back degraded.
        """
        try:
            return await self._run_in_child(
                _run_each, self._seconds, message_to_json.convert_file, [(path, reading) for path in paths]
            )
        except FATAL_ERRORS:
            return [await self._read_file(path, reading) for path in paths]

    async def _read_file(self, path: str, reading: MailboxReadingOptions) -> str | UnopenableFile:
        try:
            return await self._run_or_degrade(
                partial(message_to_json.convert_file, path, reading),
                lambda why: partial(message_to_json.convert_file_degraded, path, reading, why),
            )
        except UnreadableMessage as error:
            return message_to_json.describe_unreadable(path, reading, str(error))

    async def close(self) -> None:
        """Ends the children. Whatever waits for one is given up."""
        for task in tuple(self._working):
            if task:
                task.cancel()
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(pool.join)

    async def _run_in_child(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One task in a child, once one is free. While the machine has none to give, it waits.

        Raises `LetterAtFault` when a child could be had all the while, only not for this task.
        """
        others_in_a_row = 0
        while True:
            try:
                async with self._free_children:
                    return await self._run_now(function, *args, **kwargs)
            except FATAL_ERRORS:  # some are errors of the operating system too
                raise
            except (ReadersUnavailable, OSError) as error:
                others_in_a_row = others_in_a_row + 1 if await self._finds_reader() else 0
                if others_in_a_row > TRIES_AMONG_OTHERS:
                    raise LetterAtFault(f"{type(error).__name__}: {error}") from error
                await self._backoff.wait(said_by(error), certain=True)

    async def _finds_reader(self) -> bool:
        """Whether a task that asks for nothing finds a child."""
        with suppress(ReadersUnavailable, OSError):
            async with self._free_children:
                await self._run_now(_do_nothing)
            return True
        return False

    async def _run_now(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One task in a child. Raises `ReadersUnavailable` when none can be started, or none takes it up."""
        scheduled = asyncio.ensure_future(self._schedule(function, *args, **kwargs))
        # A child that took it up is killed sooner than that.
        try:
            await asyncio.wait({scheduled}, timeout=self._seconds * WALL_CLOCK_FACTOR + START_SECONDS)
            if not scheduled.done():
                # The thread that hands letters over may have died of this one: the next one gets a new pool.
                self._discard_pool()
                raise ReadersUnavailable(sentence("no reader takes a letter up"))
        finally:
            scheduled.cancel()
        if not isinstance(scheduled.exception(), ReadersUnavailable):
            self._backoff.worked()
        return scheduled.result()

    async def _schedule(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A pool that broke (all idle children were killed) is made anew."""
        why: str = sentence("they die at once")
        for _ in range(3):
            try:
                future: Future[T] = self._get_pool().schedule(
                    _run_limited,
                    args=(self._seconds, function, args, kwargs),
                    timeout=self._seconds * WALL_CLOCK_FACTOR,
                )
            except (
                RuntimeError,
                OSError,
                EOFError,
                MemoryError,
            ) as error:  # it broke between two lines, or is not made
                why = f"{type(error).__name__}: {error}"
                continue
            try:
                return await asyncio.wrap_future(future)
            except BrokenProcessPool:
                continue
            except asyncio.CancelledError:
                if (task := asyncio.current_task()) is None or task.cancelling():
                    raise
                # Not we were cancelled: the pool was given up, with all it had.
        raise ReadersUnavailable(sentence("the readers of letters cannot be started: {why}", why=why))

    def _get_pool(self) -> ProcessPool:
        if self._pool is not None and not self._pool.active:
            self._discard_pool()
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["mail.reading.sandbox"])
            self._pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=5000,
                initializer=_limit_memory,
                initargs=(self._memory,),
                context=context,
            )
        return self._pool

    def _discard_pool(self) -> None:
        broken, self._pool = self._pool, None
        if broken is not None:
            with suppress(Exception):
                broken.stop()  # type: ignore[no-untyped-call]


def _describe_failure(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "out of time"
    if isinstance(error, MemoryError):
        return "out of memory"
    if isinstance(error, LetterAtFault):
        return f"no reader can be given it ({error})"
    return f"the reader died ({getattr(error, 'exitcode', '?')})"


def _do_nothing() -> None:
    time.sleep(0.01)


def _limit_memory(memory: int) -> None:
    """In a child, once: no more than ``memory`` bytes resident, counting what it already has."""
    pages, resident = (int(number) for number in Path("/proc/self/statm").read_text().split()[:2])
    page = resource.getpagesize()
    limit = max(memory - resident * page, 32 * MEBIBYTE) + pages * page
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run_limited(seconds: float, function: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
    """In a child: the task, with so many seconds of processor time from now."""
    _limit_cpu_time(seconds)
    return function(*args, **kwargs)


def _run_each(seconds: float, read: Callable[..., T], asked: Sequence[tuple[object, MailboxReadingOptions]]) -> list[T]:
    """In a child: one message after another, each with its own seconds."""
    found = []
    for mail, reading in asked:
        _limit_cpu_time(seconds)
        found.append(read(mail, reading))
    return found


def _limit_cpu_time(seconds: float) -> None:
    """So much processor time until the next grant; then the kernel ends the process, even in native code."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
