"""Where the time of one Telegram message goes: each beat of the corridor alone, in processor ms a message.

Nothing else runs meanwhile, so the figures are of work and not of waiting; compare the sum with "cpu ms each" of
`benchmarks.telegram`, where many things run at once. ``--batch`` is how many messages are taken together: 1 is a quiet
desk, 40 a busy one. The messages are first messages of new people.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.desk_process import settings, written
from benchmarks.measuring import Figures, median, rounded, running, tell
from benchmarks.telegram import AGENTS, KINDS, SAMPLE
from bots.update_to_raw_message import raw_message_of
from console.runtime.migrate import migrate
from console.runtime.wiring import Application, build_application
from desk.model.messages import SendPriority
from desk.pipeline.tenant_routing import providers_of
from desk.queues import inbox, outbox
from desk.queues.outbox import SendOutcome
from desk.queues.send_quotas import ClaimQuota
from desk.storage.database import Database

T = TypeVar("T")
TOKEN = "1000:benchmark"


class Beats:
    """Processor seconds of each beat, batch by batch."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {}

    async def of(self, name: str, work: Awaitable[T]) -> T:
        """Does the work, and counts it."""
        before = time.process_time()
        done = await work
        self.spent.setdefault(name, []).append(time.process_time() - before)
        return done


def update(number: int, text: str) -> dict[str, Any]:
    """A private message as Telegram hands it over."""
    person = {"id": 50_000 + number, "is_bot": False, "first_name": "Анна", "language_code": "ru"}
    chat = {"id": 50_000 + number, "type": "private", "first_name": "Анна"}
    return {
        "update_id": number,
        "message": {"message_id": number, "from": person, "chat": chat, "date": 1_790_000_000, "text": text},
    }


async def batch(application: Application, beats: Beats, numbers: range, text: str) -> None:
    """One batch through the whole corridor, as worker and sender take it."""
    channel, worker, database = application.channels["telegram:b"], application.worker, application.database
    raws = [raw_message_of(channel.name, update(number, text), application.clock()) for number in numbers]
    await beats.of("accept: store and commit", inbox.accept(database, raws))
    claimed = await beats.of("claim", inbox.claim(database, application.holder, application.clock(), len(raws)))
    inbound = await beats.of("hear", asyncio.gather(*map(channel.hear, claimed)))
    members = list(zip(claimed, inbound, strict=True))
    await beats.of("look up: provider_routes", providers_of(database, inbound))

    async def gathered() -> Any:
        async with database.read("sever") as session:
            return await worker._case_lookup.rounds(
                session, application.providers["sever"], members, application.clock()
            )

    rounds = await beats.of("look up: people and cases", gathered())
    decided = await beats.of("look up the facts, and decide", asyncio.gather(*map(worker._decide, rounds)))
    composer, composing = worker._writer._composer, [0.0]
    compose = composer.compose

    def timed(*known: Any) -> Any:
        before = time.process_time()
        done = compose(*known)
        composing[0] += time.process_time() - before
        return done

    vars(composer)["compose"] = timed
    await beats.of("write: rows and commit", worker._writer.write(decided, application.holder, application.clock()))
    del vars(composer)["compose"]
    beats.spent["write: rows and commit"][-1] -= composing[0]
    beats.spent.setdefault("write: texts and calls", []).append(composing[0])
    await send(application, beats)


async def send(application: Application, beats: Beats) -> None:
    """Everything that is due, in as few sweeps as lanes allow."""
    everything = [ClaimQuota(("telegram:b",), priority, 60) for priority in SendPriority]
    while departures := await beats.of(
        "send: claim", outbox.claim(application.database, everything, application.holder, application.clock())
    ):
        sender = application.channels["telegram:b"]._loaded.sender  # type: ignore[attr-defined]
        fates = await beats.of("send: the calls", asyncio.gather(*(sender.send(one, {}) for one in departures)))
        settled = [SendOutcome(one, fate) for one, fate in zip(departures, fates, strict=True)]
        await beats.of(
            "send: settle", outbox.settle(application.database, settled, application.holder, application.clock())
        )


async def measure(url: str, chosen: argparse.Namespace) -> list[Figures]:
    """Medians over all batches but the first three, which warm everything up."""
    folder = Path(tempfile.mkdtemp(prefix="firstline-bench-"))
    try:
        shutil.copytree(SAMPLE, folder / "providers")
        database = f"sqlite+aiosqlite:///{folder / 'desk.db'}"
        fresh = Database(database)
        await migrate(fresh)
        await fresh.close()
        bot = {"name": "b", "token": TOKEN, "provider": "sever", "api": url, "agents_chat": AGENTS}
        application = await build_application(settings(written(folder / "bench.json", database, [bot], [])))
        await application.warm()
        beats = Beats()
        for number in range(chosen.batches + 3):
            if number == 3:
                beats.spent.clear()
            first = 1 + number * chosen.batch
            await batch(application, beats, range(first, first + chosen.batch), KINDS[chosen.kind])
        await application.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    each = {
        name: 1000 * sum(times) / chosen.batch / chosen.batches
        if name.startswith("send")
        else 1000 * median_of(times) / chosen.batch
        for name, times in beats.spent.items()
    }
    return [{"beat": name, "cpu ms": rounded(value)} for name, value in each.items()] + [
        {"beat": "all", "cpu ms": rounded(sum(each.values()))}
    ]


def median_of(values: list[float]) -> float:
    """The median, not rounded."""
    return median([1e6 * one for one in values]) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corridor", description=__doc__)
    parser.add_argument("--batch", type=int, default=20, help="messages taken together (20)")
    parser.add_argument("--batches", type=int, default=20, help="how many batches (20)")
    parser.add_argument("--kind", choices=[kind for kind in KINDS if kind != "followup"], default="asked")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with running("tests.peers.botapi", "--tokens", TOKEN, "--rate-limits", "off") as (_, url):
        # A bot may not write first: the people of all batches must have opened the chat with it.
        lines = asyncio.run(_begun(url, chosen))
    tell("One Telegram message, beat by beat", lines, chosen.json, batch=chosen.batch, kind=chosen.kind)


async def _begun(url: str, chosen: argparse.Namespace) -> list[Figures]:
    from aiohttp import ClientSession

    everybody = range(50_001, 50_001 + chosen.batch * (chosen.batches + 3))
    async with ClientSession() as http:
        users = [{"id": one, "started": [TOKEN]} for one in everybody]
        await http.post(f"{url}/_control/users", json={"users": users})
    return await measure(url, chosen)


if __name__ == "__main__":
    main()
