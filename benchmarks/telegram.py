"""Telegram: the desk against a bare aiogram echo bot, both on the same emulator of the Bot API, turn by turn.

*Rate*: messages injected in bulk, until the emulator has received the answer to each. The desk stores every one
durably (SQLite with synchronous FULL, PostgreSQL with fsync), decides it, stores the answer, sends it and notes that
it was sent; the echo bot keeps nothing. *Latency*: from the update being there to the first call that answers it, with
messages coming evenly at a given pace.

Kinds of messages: ``asked`` is a new person's first message, answered with a greeting and a question for the contract;
``followup`` is their second message, without a number; ``offered`` is a first message with its contract, answered with
an article and its picture; ``declined`` says that it did not help, answered with the first question; ``answered``
answers that question, and the next one comes. The limits of Telegram hold in the desk (30 messages a second a bot), so
``--bots`` times 28 is the most that any rate here can be.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

import console.sample
from benchmarks.databases import databases_here
from benchmarks.desk_process import written
from benchmarks.measuring import Figures, median, percentile, processor_seconds, resident, rounded, running, tell
from console.runtime.channel_listeners import ROLES
from console.runtime.migrate import migrate
from desk.storage.database import Database
from tests.peers.postgres import Postgres

SAMPLE = Path(console.sample.__file__).parent / "providers"
AGENTS = -1001
KINDS = {
    "asked": "Здравствуйте! Второй день не работает интернет, сделайте что-нибудь",
    "offered": "Здравствуйте! второй день нет интернета, договор 40-1187",
    "followup": "Роутер уже перезагружал, лампочки горят, а страницы не открываются",
    "declined": "не помогло",
    "answered": "на всех устройствах",
}
FOLLOWS = {"followup": "asked", "declined": "offered", "answered": "declined"}
"""The kind that the same people must have said before."""
_people = itertools.count(10_000)
_runs = itertools.count(1)


class Emulator:
    """The Bot API emulator in its own process, and its control channel."""

    def __init__(self, url: str, tokens: Sequence[str], http: ClientSession) -> None:
        self.url, self.tokens, self._http = url, tokens, http

    async def ask(self, name: str, **body: Any) -> Any:
        """One request to the control channel."""
        async with self._http.post(f"{self.url}/_control/{name}", json=body) as answer:
            found = await answer.json()
        if answer.status != 200:
            raise RuntimeError(found)
        return found

    async def say(self, people: Sequence[int], text: str) -> list[float]:
        """One message of each person, in turns to all bots; when each was there, in the emulator's seconds."""
        messages = [
            {"token": self.tokens[one % len(self.tokens)], "user": {"id": one, "language_code": "ru"}, "text": text}
            for one in people
        ]
        return [said["at"] for said in (await self.ask("says", messages=messages))["messages"]]

    async def answers(self, people: Sequence[int], since: int, within: float) -> list[float]:
        """When the first answer to each person came. Raises TimeoutError when some stay without."""
        deadline, wanted = time.monotonic() + within, set(people)
        found: dict[int, float] = {}
        while time.monotonic() < deadline:
            log = await self.ask("log", since=since)
            sends = [call for call in log["calls"] if call["method"].startswith("send")]
            # The log has a call from its first byte on: one that is still coming in is read again the next time.
            since = min((call["number"] for call in sends if not call["took"]), default=log["next"])
            for call in sends:
                person = call["params"].get("chat_id")
                if call["code"] == 200 and int(person or 0) in wanted:
                    found.setdefault(int(person), call["at"] + call["took"])
            if len(found) == len(wanted):
                return [found[one] for one in people]
            await asyncio.sleep(0.3)
        raise TimeoutError(f"{len(wanted) - len(found)} of {len(wanted)} were not answered within {within} s")

    async def calls(self) -> int:
        """How many calls there have been."""
        return int((await self.ask("state"))["calls"])


@dataclass(slots=True)
class Measured:
    """What several runs of one contestant gave."""

    rates: dict[str, list[float]] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    work: dict[str, list[float]] = field(default_factory=dict)


@contextmanager
def contestant(
    name: str,
    emulator: Emulator,
    postgres: Postgres | None,
    split: bool,
    tell_database: Callable[[str], None] = lambda url: None,
    wait_for_more_ms: int = 0,
) -> Iterator[list[int]]:
    """What is under test, serving; gives its pids. A desk begins with an empty database each time."""
    if name == "bare bot":
        with running("benchmarks.echo_bot", "--api", emulator.url, "--tokens", *emulator.tokens) as (process, _):
            yield [process.pid]
        return
    folder = Path(tempfile.mkdtemp(prefix="firstline-bench-"))
    try:
        shutil.copytree(SAMPLE, folder / "providers")
        url = f"sqlite+aiosqlite:///{folder / 'desk.db'}"
        if postgres:
            url = postgres.database(f"bench{next(_runs)}").replace("postgresql://", "postgresql+asyncpg://")
        asyncio.run(migrated(url))
        tell_database(url)
        bots = [
            {
                "name": f"b{at}",
                "token": token,
                "provider": "sever",
                "api": emulator.url,
                "agents_chat": AGENTS,
                "wait_for_more_ms": wait_for_more_ms,
            }
            for at, token in enumerate(emulator.tokens)
        ]
        file = written(folder / "bench.json", url, bots, [])
        roles = [["receiver", "sender", "timers"], ["worker"]] if split else [list(ROLES)]
        with ExitStack() as stack:
            started = [
                stack.enter_context(running("benchmarks.desk_process", str(file), "--roles", *some)) for some in roles
            ]
            yield [process.pid for process, _ in started]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def migrated(url: str) -> None:
    """Makes the tables of a new database."""
    database = Database(url)
    await migrate(database)
    await database.close()


def _spent(pids: Sequence[int]) -> float:
    return sum(map(processor_seconds, pids))


async def rate(emulator: Emulator, people: Sequence[int], text: str, pids: Sequence[int]) -> tuple[float, float]:
    """Messages a second from the first being there to the last being answered; and processor ms a message."""
    since, before = await emulator.calls(), _spent(pids)
    came = await emulator.say(people, text)
    answered = await emulator.answers(people, since, 60 + len(people) / 10)
    await asyncio.sleep(0.3)
    return len(people) / (max(answered) - min(came)), 1000 * (_spent(pids) - before) / len(people)


async def latencies(emulator: Emulator, pace: int, seconds: float) -> list[float]:
    """Milliseconds from update to answer for each message of new people, who come evenly."""
    since, people, came = await emulator.calls(), [], []
    began = time.monotonic()
    for number in range(int(pace * seconds)):
        await asyncio.sleep(max(0.0, began + number / pace - time.monotonic()))
        people.append(next(_people))
        came += await emulator.say(people[-1:], KINDS["asked"])
    answered = await emulator.answers(people, since, 60)
    return [1000 * (there - here) for here, there in zip(came, answered, strict=True)]


def _before(kind: str) -> list[str]:
    """What people of this kind have said before, the earliest first."""
    earlier = FOLLOWS.get(kind)
    return [*_before(earlier), earlier] if earlier else []


async def once(tokens: Sequence[str], url: str, pids: list[int], chosen: argparse.Namespace, into: Measured) -> None:
    """One run of one contestant: warmed up, then all kinds of messages, then the even pace."""
    async with ClientSession() as http:
        emulator = Emulator(url, tokens, http)
        await rate(emulator, [next(_people) for _ in range(2 * len(tokens))], KINDS["offered"], pids)
        people: list[int] = []
        said = ""
        for kind in chosen.kinds:
            if not FOLLOWS.get(kind) or FOLLOWS[kind] != said:
                people = [next(_people) for _ in range(chosen.messages)]
                for earlier in _before(kind):
                    await rate(emulator, people, KINDS[earlier], pids)
            said = kind
            figure, work = await rate(emulator, people, KINDS[kind], pids)
            into.rates.setdefault(kind, []).append(figure)
            into.work.setdefault(kind, []).append(work)
        if chosen.pace:
            into.latencies += await latencies(emulator, chosen.pace, chosen.seconds)
        into.memory.append(sum(map(resident, pids)))


def measure(chosen: argparse.Namespace) -> dict[str, Measured]:
    """Every contestant in turn, ``--runs`` times over."""
    tokens = [f"{1000 + at}:benchmark" for at in range(chosen.bots)]
    found = {name: Measured() for name in ("bare bot", *chosen.databases)}
    with ExitStack() as stack:
        postgres = Postgres.start() if "postgresql" in chosen.databases else None
        if postgres:
            stack.callback(postgres.remove)
        for _ in range(chosen.runs):
            for name, into in found.items():
                with running("tests.peers.botapi", "--tokens", *tokens, "--rate-limits", "off") as (_, url):
                    emulator = Emulator(url, tokens, None)  # type: ignore[arg-type]
                    at = postgres if name == "postgresql" else None
                    with contestant(name, emulator, at, chosen.split, wait_for_more_ms=chosen.wait_for_more_ms) as pids:
                        asyncio.run(once(tokens, url, pids, chosen, into))
    return found


def lines(found: dict[str, Measured], chosen: argparse.Namespace) -> list[Figures]:
    """A line for each contestant and kind."""
    made = []
    for name, one in found.items():
        for kind in chosen.kinds:
            figure = median(one.rates[kind])
            bare = median(found["bare bot"].rates[kind])
            made.append(
                {
                    "who": name,
                    "message": kind,
                    "a second": figure,
                    "of the bare bot": rounded(figure / bare),
                    "cpu ms each": median(one.work[kind]),
                    f"p50 ms at {chosen.pace}/s": percentile(one.latencies, 0.5) if one.latencies else "-",
                    "p95": percentile(one.latencies, 0.95) if one.latencies else "-",
                    "p99": percentile(one.latencies, 0.99) if one.latencies else "-",
                    "MiB": median(one.memory),
                }
            )
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.telegram", description=__doc__)
    parser.add_argument("--messages", type=int, default=1500, help="of each kind in each run (1500)")
    parser.add_argument("--bots", type=int, default=20, help="how many bots they are spread over (20)")
    parser.add_argument("--runs", type=int, default=3, help="of which the medians are told (3)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=["asked", "followup", "offered"])
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--pace", type=int, default=50, help="messages a second while latency is measured; 0 for none")
    parser.add_argument("--seconds", type=float, default=12, help="for which it is measured (12)")
    parser.add_argument(
        "--wait-for-more-ms", type=int, default=0, help="how long free text waits for more; the desk's own is 1300 (0)"
    )
    parser.add_argument("--split", action="store_true", help="the worker in a process of its own, as serve --only can")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    chosen.databases = databases_here(chosen.databases)
    tell("Telegram, update to answer", lines(measure(chosen), chosen), chosen.json, bots=chosen.bots, runs=chosen.runs)


if __name__ == "__main__":
    main()
