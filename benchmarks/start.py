"""Start: how soon the desk stores and answers, what importing costs, and how much memory it holds.

*First stored* is from starting the process to the first update being committed, *first answer* to the emulator having
received one; both with the update waiting already, in a new desk that has not indexed anything yet. The rival is the
bare aiogram bot, which has nothing to store and cannot take an update before aiogram is there. Memory is resident,
added up over the process and its children, so what they share counts several times: with mail only, with one bot, and
with ``--providers`` providers of 200 subscribers each, every one with a bot or a mailbox of its own (of which
none but a few lead anywhere, so building and memory are what is measured).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.desk_process import written
from benchmarks.measuring import ROOT, Figures, median, resident, running, tell
from benchmarks.telegram import KINDS, SAMPLE, migrated

TOKEN = "1000:benchmark"
NOWHERE = "http://127.0.0.1:9"
MODULES = (
    "desk.storage.database",
    "console.main",
    "console.runtime.wiring",
    "mail.channel",
    "bots.channel",
    "bots.parse_update",
    "aiogram",
)


def imports(runs: int) -> list[Figures]:
    """Seconds that importing each module takes in a fresh process, beyond starting Python."""
    return [{"import": name, "seconds": median([_took(name) - _took("sys") for _ in range(runs)])} for name in MODULES]


def _took(module: str) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", f"import {module}"], cwd=ROOT, check=True)
    return time.monotonic() - began


def control(url: str, name: str, **body: Any) -> Any:
    """One request to the emulator's control channel."""
    request = Request(f"{url}/_control/{name}", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


@contextmanager
def folder_with(providers: int, bots: list[dict[str, Any]], boxes: list[dict[str, Any]]) -> Iterator[Path]:
    """A desk folder with a migrated SQLite database; gives its settings file. Providers are copies of the sample."""
    folder = Path(tempfile.mkdtemp(prefix="firstline-bench-"))
    try:
        for number in range(providers):
            shutil.copytree(SAMPLE / "sever", folder / "providers" / f"p{number}")
        database = f"sqlite+aiosqlite:///{folder / 'desk.db'}"
        asyncio.run(migrated(database))
        yield written(folder / "bench.json", database, bots, boxes)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def bot(number: int, api: str) -> dict[str, Any]:
    """A bot of provider number ``number``."""
    return {"name": f"b{number}", "token": f"{1000 + number}:benchmark", "provider": f"p{number}", "api": api}


def box(number: int) -> dict[str, Any]:
    """A mailbox of provider number ``number``, whose servers are not there."""
    server = ("person", "127.0.0.1", 9)
    return {
        "name": f"m{number}", "address": f"support{number}@desk.test", "imap": ("imaps", *server),
        "smtp": ("smtps", *server), "password": "-", "provider": f"p{number}",
    }  # fmt: skip


def _until(check: Callable[[], object], what: str, within: float = 60.0) -> float:
    """When it came to be true, looked at every 5 ms."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with suppress(sqlite3.Error):
            if check():
                return time.monotonic()
        time.sleep(0.005)
    raise TimeoutError(what)


def first_words(runs: int, providers: int) -> tuple[list[Figures], list[float]]:
    """Seconds from the start to the first update stored and answered: the desk with one provider and with many, and the
    bare bot; and the memory of the desk with one."""
    few, many_ = [_first_words(1) for _ in range(runs)], [_first_words(providers) for _ in range(runs)]
    bare = median([_first_echo() for _ in range(runs)])
    lines: list[Figures] = [
        {
            "who": who,
            "first stored s": median([one[0] for one in found]),
            "first answer s": median([one[1] for one in found]),
        }
        for who, found in (("the desk", few), (f"the desk, {providers} providers", many_))
    ]
    return [*lines, {"who": "bare bot", "first stored s": "-", "first answer s": bare}], [one[2] for one in few]


def _first_words(providers: int) -> tuple[float, float, float]:
    """A new desk's first update: seconds until it was stored, until it was answered, and MiB then."""
    with (
        running("tests.peers.botapi", "--tokens", TOKEN) as (_, url),
        folder_with(providers, [bot(0, url)], []) as file,
    ):
        control(url, "says", messages=[{"token": TOKEN, "user": {"id": 7}, "text": KINDS["asked"]}])
        began = time.monotonic()
        with running("benchmarks.desk_process", str(file), "--early") as (process, _):
            # "begun" is printed before anything listens, so nothing is missed by looking from now on.
            stored = _until(partial(_count, file.parent / "desk.db"), "nothing was stored") - began
            answered = _until(partial(_sent, url), "nothing was answered") - began
            return stored, answered, resident(process.pid)


def _first_echo() -> float:
    """Seconds until the bare bot answered."""
    with running("tests.peers.botapi", "--tokens", TOKEN) as (_, url):
        control(url, "says", messages=[{"token": TOKEN, "user": {"id": 7}, "text": KINDS["asked"]}])
        began = time.monotonic()
        with running("benchmarks.echo_bot", "--api", url, "--tokens", TOKEN):
            return _until(partial(_sent, url), "nothing was answered") - began


def _count(database: Path) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM arrivals").fetchone()[0])


def _sent(url: str) -> bool:
    return bool(control(url, "log", method="sendMessage")["calls"])


def many(providers: int) -> list[Figures]:
    """Seconds to build, and MiB, for one mailbox, one bot and many providers with a channel each."""
    made = []
    channels: list[tuple[str, int, list[dict[str, Any]], list[dict[str, Any]]]] = [
        ("mail only", 1, [], [box(0)]),
        ("one bot, before its first message", 1, [bot(0, NOWHERE)], []),
        (f"{providers} providers, mailboxes", providers, [], [box(one) for one in range(providers)]),
        (
            f"{providers} providers, half bots",
            providers,
            [bot(one, NOWHERE) for one in range(0, providers, 2)],
            [box(one) for one in range(1, providers, 2)],
        ),
    ]
    for name, count, bots, boxes in channels:
        with ExitStack() as stack:
            file = stack.enter_context(folder_with(count, bots, boxes))
            began = time.monotonic()
            process, _ = stack.enter_context(running("benchmarks.desk_process", str(file), quiet=True))
            took = time.monotonic() - began
            time.sleep(12 if bots else 4)  # aiogram is imported in the meantime, and the readers are started
            made.append({"desk": name, "ready after s": median([took]), "MiB": resident(process.pid)})
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of which the medians are told (3)")
    parser.add_argument("--providers", type=int, default=300, help="for the large desk (300)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    lines, memory = first_words(chosen.runs, chosen.providers)
    tell("From start to the first words", lines, chosen.json, MiB_after_the_first_answer=median(memory))
    tell("Ready, and memory", many(chosen.providers), chosen.json)
    tell("Imports", imports(chosen.runs), chosen.json)


if __name__ == "__main__":
    main()
