"""kill -9 of the whole tree, again and again, while people write over Telegram and by mail.

``make kills`` runs more, ``make kills SIZE=full`` 300 kills over 20,000 messages; the suite runs few, since each costs
the start of a desk. FIRSTLINE_KILLS, FIRSTLINE_TEXTS, FIRSTLINE_MAILS and FIRSTLINE_SEED set the numbers and repeat a
run, FIRSTLINE_LIFE the longest life in seconds; FIRSTLINE_RECORD is the folder where the servers' logs are kept.
"""

from __future__ import annotations

import os
import random
import secrets
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kills.agent import Agent
from tests.kills.desk_process import Bot, DeskFolder, DeskProcess
from tests.kills.final_check import FinalCheck
from tests.kills.kill_run import KillRun, Size
from tests.kills.outside_check import OutsideCheck
from tests.kills.telegram_process import TelegramProcess
from tests.kills.traffic import Traffic
from tests.peers.mail_servers import MailServers

BOTS = (
    Bot("one", "1001:canary-one"),
    Bot("two", "1002:canary-two"),
    Bot("three", "1003:canary-three"),
    Bot("four", "1004:canary-four"),
    Bot("volga", "1005:canary-volga", "volga", -1005),
)
DOORS = {bot.token: f"telegram:{bot.name}" for bot in BOTS}


def size() -> Size:
    """The numbers of this run."""
    kills = int(os.environ.get("FIRSTLINE_KILLS", "8"))
    texts = int(os.environ.get("FIRSTLINE_TEXTS", "320"))
    mails = int(os.environ.get("FIRSTLINE_MAILS", "80"))
    most = float(os.environ.get("FIRSTLINE_LIFE", "12"))
    chatters, writers = min(max(200, texts // 8), texts), min(max(100, mails // 4), mails)
    return Size(texts, mails, kills, chatters, writers, most=most)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramProcess]:
    """Telegram, in a process of its own, with the group of Volga's agents."""
    started = await TelegramProcess.start([bot.token for bot in BOTS])
    await started.does("groups", groups=[{"id": -1005, "title": "Волга"}])
    yield started
    await started.stop()


async def test_killed_again_and_again_nothing_is_lost_and_nothing_is_said_twice_without_a_reason(
    tmp_path: Path, database_url: str, telegram: TelegramProcess, mail_servers: MailServers
) -> None:
    """Every message is stored once and decided in order, every person is answered, every repeat is a kill's."""
    seed = int(os.environ.get("FIRSTLINE_SEED", secrets.randbelow(10**6)))
    print(f"\nFIRSTLINE_SEED={seed} {size()} on {database_url.partition(':')[0]}")
    traffic = Traffic(random.Random(seed), BOTS, size().chatters, size().texts, size().writers, size().mails)
    folder = await DeskFolder.made(tmp_path / "desk", database_url, telegram.url, BOTS, [mail_servers.settings()])
    agent = Agent(telegram, BOTS[-1].token, BOTS[-1].agents_chat)
    kill_run = KillRun(DeskProcess(folder), telegram, mail_servers, traffic, size(), seed, agent)
    try:
        started = time.monotonic()
        await kill_run.run()
        print(f"{len(kill_run.kills)} kills, all done after {time.monotonic() - started:.0f} s", flush=True)
        figures = [await kill_run.revived(number) for number in range(3)]
        stored, answered = (statistics.median(one) for one in zip(*figures, strict=True))
        print(f"after a kill: first message stored {stored:.1f} s, first answer {answered:.1f} s after the start")
    finally:
        kill_run.desk.kill()
        record = await kill_run.record()
        record.save(Path(os.environ.get("FIRSTLINE_RECORD", tmp_path)) / f"outside-{database_url.partition(':')[0]}")
    database = folder.open()
    final_check = await FinalCheck.read(
        database, ("sever", "volga"), await telegram.sent(), mail_servers.sink.letters, kill_run.kills, DOORS
    )
    await database.close()
    print(
        f"{len(final_check.arrivals)} arrivals, {len(final_check.cases)} cases, "
        f"{len(final_check.departures)} departures, "
        f"{len(final_check.letters)} letters; {final_check.repeats()} messages seen twice"
    )
    outside = OutsideCheck(record)
    print(f"judged from outside: {outside}")
    troubles = [*outside.troubles, *final_check.troubles(traffic.everybody)]
    assert not troubles, f"{len(troubles)} troubles:\n" + "\n".join(troubles[:40])
