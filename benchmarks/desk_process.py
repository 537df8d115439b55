"""The desk as a process of its own, from settings in a JSON file: what `firstline serve` runs, without its commands.

``python -m benchmarks.desk_process FILE [--roles channels worker ...]`` prints "ready" once it decides. Nothing of
the desk is changed or lifted for the figures: its own limit of 30 messages a second a bot holds, which is why there
are many bots.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
from functools import partial
from pathlib import Path
from typing import Any

from desk.model.settings import MailboxSettings, MailServer, Secret, Settings, TelegramBotSettings


def written(path: Path, database: str, telegram: list[dict[str, Any]], mailboxes: list[dict[str, Any]]) -> Path:
    """Writes what `settings` reads. ``path`` stands in the desk folder."""
    path.write_text(json.dumps({"database": database, "telegram": telegram, "mailboxes": mailboxes}), "utf-8")
    return path


def settings(path: Path) -> Settings:
    """The settings in a file that `written` wrote. The secrets in it are those of test peers."""
    table = json.loads(path.read_text("utf-8"))
    return Settings(
        root=path.parent,
        database=table["database"],
        data=path.parent / "data",
        secret=Secret("a secret for benchmarks"),
        telegram=tuple(TelegramBotSettings(**one | {"token": Secret(one["token"])}) for one in table["telegram"]),
        mailboxes=tuple(
            MailboxSettings(
                **one
                | {
                    "imap": MailServer(*one["imap"]),
                    "smtp": MailServer(*one["smtp"]),
                    "password": Secret(one["password"]),
                }
            )
            for one in table["mailboxes"]
        ),
    )


async def serve(path: Path, roles: list[str], early: bool) -> None:
    """Serves until a signal."""
    from console.runtime.lifecycle import serve_until_stopped

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if early:
        print("begun", flush=True)
    await serve_until_stopped(settings(path), roles, stop, partial(print, "ready", flush=True))


def main() -> None:
    # The children that read letters import this module too, and as with `firstline` itself find little in it.
    from console.runtime.channel_listeners import ROLES

    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk_process", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--roles", nargs="+", choices=ROLES, default=list(ROLES))
    parser.add_argument("--early", action="store_true", help='print "begun" before anything listens')
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(serve(chosen.file, chosen.roles, chosen.early))


if __name__ == "__main__":
    main()
