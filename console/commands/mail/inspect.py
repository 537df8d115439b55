"""``firstline mail inspect``: files with mails, read exactly as the desk would read them; no desk folder is needed.

Only a few files are in work at a time, so tens of thousands of them take no more memory than a hundred.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import click

from console.terminal.command_context import NO_SUCH, json_option, refuse, run
from desk.language.unsafe_characters import safe_for_terminal

FILES_AT_ONCE = 16
"""Files that a child reads in a row before it reports."""


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--stdin-list", is_flag=True, help="Take more names of files from standard input, one a line.")
@click.option("--authserv-id", default="", metavar="NAME", help="Believe the Authentication-Results of this server.")
@click.option("--address", default="", metavar="ADDRESS", help="The mailbox's own address, to know its own mails.")
@json_option
def inspect(files: Sequence[str], stdin_list: bool, authserv_id: str, address: str, as_json: bool) -> None:
    """Show what the desk reads in mails lying in files: who writes, what is new, what is attached, what is odd.

    A mail that is hostile or broken is shown as far as it goes, and its problems are named. The exit code is 3 when
    a file cannot be opened; the others are shown all the same.

    \b
    Examples:
      firstline mail inspect mail.eml
      firstline mail inspect --json *.eml | jq .subject
      find archive -name '*.eml' | firstline mail inspect --json --stdin-list
    """
    if not files and not stdin_list:
        raise click.UsageError("name a file, or give names by --stdin-list")
    names = chain(files, _names_from_stdin() if stdin_list else ())
    unopened = run(_inspect(names, authserv_id, address, as_json))
    if unopened:
        refuse(f"{unopened} of the files could not be opened", NO_SUCH)


def _names_from_stdin() -> Iterator[str]:
    """The names on standard input, as they come."""
    for line in sys.stdin.buffer:
        if name := line.rstrip(b"\r\n"):
            yield os.fsdecode(name)


async def _inspect(names: Iterable[str], authserv_id: str, address: str, as_json: bool) -> int:
    # The readers are loaded only when there is something to read.
    from mail.reading.message import MailboxReadingOptions  # noqa: PLC0415
    from mail.reading.message_to_json import UnopenableFile  # noqa: PLC0415

    unopened, shown = 0, 0
    progress = ProgressLine()
    async for found in _read(iter(names), MailboxReadingOptions(address, authserv_id)):
        if isinstance(found, UnopenableFile):
            unopened += 1
            progress.clear()
            click.echo(f"{safe_for_terminal(found.file)}: {found.why}", err=True)
        elif as_json:
            sys.stdout.write(found + "\n")
        else:
            print_mail(json.loads(found), first=not shown)
        shown += 1
        progress.show(shown)
    progress.clear()
    return unopened


async def _read(names: Iterator[str], reading: Any) -> AsyncIterator[Any]:
    """What is found in each file, in their order; two tasks a child are under way, so that none waits."""
    from mail.reading.sandbox import MessageReaderPool  # noqa: PLC0415

    children = os.cpu_count() or 1
    readers = MessageReaderPool(workers=children)
    running: deque[asyncio.Task[Any]] = deque()
    try:
        while True:
            while len(running) < 2 * children and (some := await asyncio.to_thread(_next_names, names)):
                running.append(asyncio.create_task(readers.read_files(some, reading)))
            if not running:
                return
            for found in await running.popleft():
                yield found
    finally:
        for task in running:
            task.cancel()
        await readers.close()


def _next_names(names: Iterator[str]) -> list[str]:
    return list(islice(names, FILES_AT_ONCE))


class ProgressLine:
    """How far it has come, on a terminal's error stream and nowhere else."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty() and not sys.stdout.isatty()
        self._began = self._told = time.monotonic()

    def show(self, count: int) -> None:
        """Says it at most five times a second."""
        now = time.monotonic()
        if self._on and now - self._told > 0.2:
            self._told = now
            sys.stderr.write(f"\r\033[K{count} mails, {count / (now - self._began):.0f} a second")
            sys.stderr.flush()

    def clear(self) -> None:
        """Takes the line away."""
        if self._on:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def print_mail(mail: dict[str, Any], first: bool) -> None:
    """One mail for a person: its headers, then what is new in it."""
    from console.terminal.output import Output, indented, labelled, text  # noqa: PLC0415

    name, address = mail["from_name"], mail["from"]
    files = [f"{one['name']} ({one['type']}, {one['size']} bytes)" for one in mail["attachments"]]
    authenticated = {None: "", True: "yes", False: "no"}[mail["authenticated"]]
    heading = [
        ("From", f"{name} <{address}>" if name and address else name or address or "nobody"),
        ("To", ", ".join(mail["to"])),
        ("Date", mail["date"] or ""),
        ("Subject", mail["subject"]),
        ("Message-ID", mail["message_id"]),
        ("Answers", mail["in_reply_to"]),
        ("Written by", f"a machine ({mail['report_class']})" if mail["automatic"] else ""),
        ("No answer to", mail["unanswered"]),
        ("Authenticated", authenticated),
        ("Attached", "\n".join(files)),
        ("Problems", "; ".join(mail["problems"])),
    ]
    folded = len(mail["body"].splitlines()) - len(mail["text"].splitlines())
    body = [text(mail["text"])] if mail["text"] else [text("(no text)", "dim")]
    if folded > 0:
        body.append(text(f"[{folded} more lines are quotes or a signature]", "dim"))
    title = text(mail["file"], "bold")
    Output().print(*([] if first else [""]), title, indented(labelled(heading)), "", *map(indented, body))
