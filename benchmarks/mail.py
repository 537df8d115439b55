"""Mail: draining a mailbox of a real Dovecot, against the least that anybody could do with the same letters.

*Stored*: how fast the desk's listener fetches, commits every raw letter (SQLite with synchronous FULL, PostgreSQL with
fsync) and then flags it, against a plain imaplib loop that fetches 50 at a time and keeps nothing; the same loop one by
one is told beside it. All of them begin with connecting.

*Decided*: the same letters parsed in the readers' children and taken through the corridor until the answers are
written (they are not sent), against the standard library's `email` with policy.default reading the headers and the
body, alone, in one process. Both are counted in letters for each second of processor time, whoever spent it.
"""

from __future__ import annotations

import argparse
import asyncio
import email
import email.policy
import gc
import itertools
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

import console.sample
from benchmarks.databases import databases_here
from benchmarks.desk_process import settings, written
from benchmarks.measuring import Figures, children, median, processor_seconds, rounded, tell
from console.runtime.migrate import migrate
from console.runtime.wiring import Application, build_application
from desk.queues import inbox
from desk.storage.database import Database
from desk.storage.queue_and_lease_tables import arrivals, departures, is_waiting
from desk.understanding import understand
from tests.peers.dovecot import Dovecot, Mailbox
from tests.peers.postgres import Postgres

BATCH = 50
_runs = itertools.count(1)
TOLD = (
    "Здравствуйте! Второй день не работает интернет, договор {contract}. Роутер перезагружал, лампочка PON мигает.",
    "Добрый вечер. Не приходит счёт за октябрь, договор {contract}, проверьте, пожалуйста, адрес.",
    "Hello, my mail program does not connect since yesterday, the password is right. Contract {contract}.",
)
QUOTED = """

пт, 20 нояб. 2026 г. в 10:12, Северная сеть <support@sever.test>:
> Мы обновили адреса серверов.
> Ваша сеть
"""


def letters(count: int) -> list[bytes]:
    """Letters of as many people: plain in UTF-8 and Windows-1251, with HTML, with a quote, each some 1 to 5 KB."""
    return [_letter(number) for number in range(count)]


def _letter(number: int) -> bytes:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = f"Анна Петрова <person{number}@example{number}.org>"
    message["To"] = "support@sever.test"
    message["Subject"] = "Нет интернета" if number % 3 else "Вопрос по договору и счёту за услуги связи"
    message["Date"] = "Sat, 21 Nov 2026 10:00:00 +0300"
    message["Message-ID"] = f"<{number}.benchmark@example.org>"
    for hop in range(4):
        message["Received"] = f"from mx{hop}.example.org (mx{hop}.example.org [192.0.2.{hop}]) by mx.sever.test; {hop}"
    text = TOLD[number % len(TOLD)].format(contract="40-1187") + (QUOTED if number % 4 == 0 else "\n\n--\nАнна\n")
    message.set_content(text, charset="windows-1251" if number % 5 == 0 else "utf-8")
    if number % 2:
        styled = "".join(f'<p style="margin:0;color:#222">{line}</p>' for line in (text * 6).split("\n"))
        message.add_alternative(f"<html><body>{styled}</body></html>", subtype="html")
    return message.as_bytes()


@dataclass(slots=True)
class Measured:
    """What several runs gave: letters a second, and each as a share of its rival's in the same run."""

    rates: dict[str, list[float]] = field(default_factory=dict)
    shares: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, rate: float, rival: float) -> None:
        self.rates.setdefault(name, []).append(rate)
        self.shares.setdefault(name, []).append(rate / rival)


def fetched_plainly(dovecot: Dovecot, box: Mailbox, together: int) -> float:
    """Letters a second of the rival: connecting, and UID FETCH of so many at a time, and nothing else."""
    began, count = time.monotonic(), 0
    with dovecot.connection(box) as imap:
        uids = [one.decode() for one in imap.uid("SEARCH", "ALL")[1][0].split()]
        for at in range(0, len(uids), together):
            _, parts = imap.uid("FETCH", ",".join(uids[at : at + together]), "(UID BODY.PEEK[])")
            count += sum(isinstance(part, tuple) for part in parts)
        took = time.monotonic() - began
    if count != len(uids):
        raise RuntimeError(f"imaplib got {count} of {len(uids)}")
    return count / took


def parsed_plainly(raws: Sequence[bytes]) -> float:
    """Letters a processor second of the rival: parsed, all headers read, the text read."""
    before = time.process_time()
    for raw in raws:
        message: EmailMessage = email.message_from_bytes(raw, policy=email.policy.default)
        for _, value in message.items():
            str(value)
        if body := message.get_body(("plain", "html")):
            body.get_content()
    return len(raws) / (time.process_time() - before)


async def stored(application: Application, count: int) -> float:
    """Letters a second, from connecting to the last one being committed and flagged."""
    there, done = 0, asyncio.Event()

    async def accept(raws: Sequence[Any], also: Any = None) -> int:
        nonlocal there
        new = await inbox.accept(application.database, raws, also)
        there += new
        if there >= count and not raws:  # the mark alone is written once the last ones are flagged
            done.set()
        return new

    (channel,) = (one for one in application.channels.values() if one.channel_kind == "mail")
    began = time.monotonic()
    listening = asyncio.create_task(channel.listen(accept))
    await asyncio.wait_for(done.wait(), 60 + count / 20)
    took = time.monotonic() - began
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    return count / took


async def decided(application: Application, count: int) -> float:
    """Letters a processor second, of this process and of the readers' children; PostgreSQL's own is not counted."""
    others = {os.getpid(), *children(os.getpid())}
    await application.readers.warm()
    understand.load()  # as `serve` does before it decides
    family = [os.getpid(), *(pid for pid in children(os.getpid()) if pid not in others)]
    before = sum(map(processor_seconds, family))
    while await application.worker.work():
        pass
    spent = sum(map(processor_seconds, family)) - before
    async with application.database.look() as connection:
        waiting = (await connection.execute(select(func.count()).where(is_waiting(arrivals)))).scalar_one()
        said = (await connection.execute(select(func.count()).select_from(departures))).scalar_one()
    if waiting or said < count:
        raise RuntimeError(f"{waiting} letters were not decided, {said} of {count} were answered")
    return count / spent


async def desk(folder: Path, database: str, dovecot: Dovecot, box: Mailbox, raws: Sequence[bytes], into: Measured,
               name: str, deciding: bool) -> None:  # fmt: skip
    """One run of the desk: connected once before the letters come, since older mail is never touched."""
    fresh = Database(database)
    await migrate(fresh)
    await fresh.close()
    server = (dovecot.host, dovecot.port)
    mailbox = {
        "name": "m", "address": box.address, "imap": ("imaps", box.address, *server), "password": box.password,
        "smtp": ("smtps", box.address, *server), "provider": "sever", "ca_file": str(dovecot.ca_file),
    }  # fmt: skip
    application = await build_application(settings(written(folder / "bench.json", database, [], [mailbox])))
    (channel,) = (one for one in application.channels.values() if one.channel_kind == "mail")
    marked = asyncio.Event()

    async def mark(raws: Sequence[Any], also: Any = None) -> int:
        await inbox.accept(application.database, raws, also)
        marked.set()
        return 0

    listening = asyncio.create_task(channel.listen(mark))
    await asyncio.wait_for(marked.wait(), 30)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await asyncio.to_thread(dovecot.deliver_many, box, raws)
    await asyncio.to_thread(dovecot.uids, box)  # the server takes notice of what was delivered, at nobody's cost
    gc.collect()  # what earlier runs left is nobody's burden here
    bare = await asyncio.to_thread(fetched_plainly, dovecot, box, BATCH)
    into.add("imaplib fetching 50 at a time", bare, bare)
    into.add("imaplib fetching one by one", await asyncio.to_thread(fetched_plainly, dovecot, box, 1), bare)
    into.add(f"{name} storing", await stored(application, len(raws)), bare)
    if deciding:
        parsed = await asyncio.to_thread(parsed_plainly, raws[:1000])
        into.add("email parsing", parsed, parsed)
        into.add(f"{name} deciding", await decided(application, len(raws)), parsed)
    await application.close()


def measure(chosen: argparse.Namespace) -> Measured:
    """All runs on every database; the rivals run beside each of them."""
    raws, into = letters(chosen.letters), Measured()
    with ExitStack() as stack:
        dovecot = Dovecot.launch()
        stack.callback(dovecot.remove)
        postgres = Postgres.start() if "postgresql" in chosen.databases else None
        if postgres:
            stack.callback(postgres.remove)
        for run, name in itertools.product(range(chosen.runs), chosen.databases):
            folder = Path(tempfile.mkdtemp(prefix="firstline-bench-"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            shutil.copytree(Path(console.sample.__file__).parent / "providers", folder / "providers")
            database = f"sqlite+aiosqlite:///{folder / 'desk.db'}"
            if name == "postgresql" and postgres:
                database = postgres.database(f"mail{next(_runs)}").replace("postgresql://", "postgresql+asyncpg://")
            box = dovecot.mailbox(f"support-{name}-{run}@sever.test")
            asyncio.run(desk(folder, database, dovecot, box, raws, into, name, not chosen.only_storing))
    return into


def lines(found: Measured) -> list[Figures]:
    """A line for each contestant, with its share of its rival's rate: imaplib in batches, or email."""
    counted = {"parsing": "a processor second", "deciding": "a processor second"}
    order = sorted(found.rates, key=lambda name: name.rpartition(" ")[2] in counted)
    return [
        {
            "who": name,
            "letters": median(found.rates[name]),
            "counted": counted.get(name.rpartition(" ")[2], "a second"),
            "of the rival": rounded(statistics.median(found.shares[name])),
        }
        for name in order
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mail", description=__doc__)
    parser.add_argument("--letters", type=int, default=5000, help="in the mailbox (5000)")
    parser.add_argument("--runs", type=int, default=3, help="of which the medians are told (3)")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--only-storing", action="store_true", help="leave deciding out, which takes minutes")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    if package := Dovecot.missing():
        sys.exit(f"Dovecot is not on this machine (install {package}), so mail cannot be measured")
    chosen.databases = databases_here(chosen.databases)
    tell("Mail, drained and decided", lines(measure(chosen)), chosen.json, letters=chosen.letters)


if __name__ == "__main__":
    main()
