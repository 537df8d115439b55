"""``firstline mail inspect``: files with mails, read exactly as the desk would read them; no desk folder is needed.

Only a few files are in work at a time, so tens of thousands of them take no more memory than a hundred.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from tempfile import NamedTemporaryFile
from typing import Any

import click

from console.terminal.command_context import NO_SUCH, json_option, refuse, run, tell, told
from desk.language.translatable import KeptReason, sentence
from desk.language.unsafe_characters import safe_for_terminal

STANDARD_INPUT = "-"
SILENT_SECONDS = 1.0
"""After so long without a byte on standard input the command says that it waits."""
FILES_AT_ONCE = 16
"""Files that a child reads in a row before it reports."""


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--stdin-list", is_flag=True, help="Take more names of files from standard input, one a line.")
@click.option("--unfold", is_flag=True, help="Show the folded lines too: quotes and signatures.")
@click.option("--authserv-id", default="", metavar="NAME", help="Believe the Authentication-Results of this server.")
@click.option("--address", default="", metavar="ADDRESS", help="The mailbox's own address, to know its own mails.")
@json_option
def inspect(
    files: Sequence[str], stdin_list: bool, unfold: bool, authserv_id: str, address: str, as_json: bool
) -> None:
    """Show what the desk reads in mails lying in files: who writes, what is new, what is attached, what is odd.

    With - for FILE the mail itself is read from standard input. A mail that is hostile or broken is shown as far as
    it goes, and its problems are named. The exit code is 3 when a file cannot be opened; the others are shown all the
    same.

    \b
    Examples:
      firstline mail inspect mail.eml
      firstline mail inspect --unfold - < mail.eml
      firstline mail inspect --json *.eml | jq .subject
      find archive -name '*.eml' | firstline mail inspect --json --stdin-list
    """
    if not files and not stdin_list:
        raise click.UsageError(sentence("name a file, - for standard input, or give names by --stdin-list"))
    if stdin_list and STANDARD_INPUT in files:
        raise click.UsageError(sentence("standard input is either a mail (-) or a list of names (--stdin-list)"))
    with _input_as_file(STANDARD_INPUT in files) as path:
        named = [path if one == STANDARD_INPUT else one for one in files]
        batches = chain(_batches(named), _names_from_stdin() if stdin_list else ())
        unopened = run(_inspect(batches, authserv_id, address, as_json, unfold, path))
    if unopened:
        refuse(sentence("{unopened} of the files could not be opened", unopened=unopened), NO_SUCH)


@contextmanager
def _input_as_file(wanted: bool) -> Iterator[str]:
    """A file with what stands on standard input, as far as mails are read; "" where it is not wanted."""
    if not wanted:
        yield ""
        return
    from mail.reading.message_to_json import MAX_FILE_BYTES  # noqa: PLC0415

    with NamedTemporaryFile(prefix="firstline-", suffix=".eml") as file:
        left = MAX_FILE_BYTES + 1
        _tell_what_is_awaited()
        while left > 0 and (piece := sys.stdin.buffer.read(min(left, 1 << 20))):
            file.write(piece)
            left -= len(piece)
        file.flush()
        yield file.name


def _tell_what_is_awaited() -> None:
    """Says what is awaited where nothing stands on standard input: a terminal, or a pipe that somebody holds open."""
    stdin = sys.stdin
    if stdin.isatty():
        tell(sentence("Paste a mail here; Ctrl+D ends it."), err=True)
        return
    with suppress(OSError, ValueError):  # what is no pipe needs no waiting for
        if not select.select([stdin], [], [], SILENT_SECONDS)[0]:
            tell(sentence("Waiting for a mail on standard input, to its end."), err=True)


def _batches(names: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), FILES_AT_ONCE):
        yield list(names[start : start + FILES_AT_ONCE])


def _names_from_stdin() -> Iterator[list[str]]:
    """The names on standard input, as they come: whoever writes them may go on for long."""
    rest = b""
    while piece := os.read(sys.stdin.fileno(), 1 << 16):
        *lines, rest = (rest + piece).split(b"\n")
        yield from _batches(_file_names(lines))
    yield from _batches(_file_names([rest]))


def _file_names(lines: Iterable[bytes]) -> list[str]:
    return [os.fsdecode(name) for line in lines if (name := line.rstrip(b"\r"))]


async def _inspect(
    batches: Iterator[list[str]], authserv_id: str, address: str, as_json: bool, unfold: bool, input_file: str
) -> int:
    # The readers are loaded only when there is something to read.
    from mail.reading.message import MailboxReadingOptions  # noqa: PLC0415
    from mail.reading.message_to_json import UnopenableFile  # noqa: PLC0415

    unopened, shown = 0, 0
    progress = ProgressLine()
    async for found in _read(batches, MailboxReadingOptions(address, authserv_id)):
        if isinstance(found, UnopenableFile):
            unopened += 1
            progress.clear()
            click.echo(f"{safe_for_terminal(found.file)}: {told(KeptReason(found.why))}", err=True)
        else:
            mail = json.loads(found)
            if mail["file"] == input_file:
                mail["file"] = STANDARD_INPUT
            if as_json:
                click.echo(json.dumps(mail, ensure_ascii=False))
            else:
                print_mail(mail, not shown, unfold)
        shown += 1
        progress.show(shown)
    progress.clear()
    return unopened


async def _read(batches: Iterator[list[str]], reading: Any) -> AsyncIterator[Any]:
    """What is found in each file, in their order and as soon as it is; two tasks a child are under way."""
    from mail.reading.sandbox import MessageReaderPool  # noqa: PLC0415

    children = os.cpu_count() or 1
    readers, free = MessageReaderPool(workers=children), asyncio.Semaphore(2 * children)
    running: asyncio.Queue[asyncio.Task[Any] | None] = asyncio.Queue()

    async def start() -> None:
        try:
            while some := await asyncio.to_thread(next, batches, None):
                await free.acquire()
                running.put_nowait(asyncio.create_task(readers.read_files(some, reading)))
        finally:
            running.put_nowait(None)

    starting = asyncio.create_task(start())
    try:
        while (task := await running.get()) is not None:
            for found in await task:
                yield found
            free.release()
        await starting
    finally:
        starting.cancel()
        while not running.empty():
            if task := running.get_nowait():
                task.cancel()
        await readers.close()


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


def print_mail(mail: dict[str, Any], first: bool, unfold: bool = False) -> None:
    """One mail for a person: its headers, then what is new in it; with ``unfold`` also what is not, paler."""
    from console.terminal.rich_output import Output, indented, labelled, text  # noqa: PLC0415

    name, address = mail["from_name"], mail["from"]
    files = [
        f"{one['name']} ({one['type']}, {told(sentence('{number} bytes', number=one['size']))})"
        for one in mail["attachments"]
    ]
    machine = mail["report_class"] if mail["report_class"] != "none" else mail["unanswered"]
    authenticated = {None: "", True: sentence("yes"), False: sentence("no")}[mail["authenticated"]]
    heading = [
        (sentence("From"), f"{name} <{address}>" if name and address else name or address or "nobody"),
        (sentence("To"), ", ".join(mail["to"])),
        (sentence("Date"), mail["date"] or ""),
        (sentence("Subject"), mail["subject"]),
        ("Message-ID", mail["message_id"]),
        (sentence("Answers"), mail["in_reply_to"]),
        (sentence("Written by"), sentence("a machine ({kind})", kind=machine) if mail["automatic"] else ""),
        (sentence("No answer to"), mail["unanswered"]),
        (sentence("Authenticated"), authenticated),
        (sentence("Attached"), "\n".join(files)),
        (sentence("Problems"), "; ".join(mail["problems"])),
    ]
    folded = len(mail["body"].splitlines()) - len(mail["text"].splitlines())
    if unfold:
        body = [text(line, "" if new else "dim") for new, line in _told_apart(mail["body"], mail["text"])]
    else:
        body = [text(mail["text"])] if mail["text"] else [text(sentence("(no text)"), "dim")]
        if folded > 0:
            more = sentence("[{number} more lines are quotes or a signature; --unfold shows them]", number=folded)
            body.append(text(more, "dim"))
    title = text(mail["file"], "bold")
    Output().print(*([] if first else [""]), title, indented(labelled(heading)), "", *map(indented, body))


def _told_apart(body: str, new: str) -> Iterator[tuple[bool, str]]:
    """The lines of a body, each with whether it is one of the ``new`` ones."""
    left = deque(line.strip() for line in new.splitlines() if line.strip())
    for line in body.splitlines():
        is_new = not line.strip() or bool(left and line.strip() == left[0])
        if line.strip() and is_new:
            left.popleft()
        yield is_new, line
