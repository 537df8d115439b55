"""An IMAP server that does what no good server does: it forgets, lies, floods, falls silent, and counts again."""

from __future__ import annotations

import asyncio
import re
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.peers.certificates import Authority

Answer = Callable[[str, str], bytes]
"""From the tag and the rest of a command, everything that is sent back."""
DATE = "21-Nov-2026 10:00:00 +0000"


@dataclass
class ScriptedImap:
    """One mailbox. ``said`` are the lines that clients sent; ``answers`` replace the sane ones, by command.

    ``mails`` are the bytes by UID, ``sizes`` and ``dates`` what is claimed of them where that is not so.
    """

    mails: dict[int, bytes] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    dates: dict[int, str] = field(default_factory=dict)
    uidvalidity: int = 7
    uidnext: int = 1
    greeting: str = "* OK hello"
    capabilities: str = "IMAP4rev1 UIDPLUS MOVE"
    answers: dict[str, Answer] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    flagged: set[int] = field(default_factory=set)
    moved: dict[int, str] = field(default_factory=dict)
    port: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @asynccontextmanager
    async def serving(self, context: ssl.SSLContext | None) -> AsyncIterator[ScriptedImap]:
        """The server runs meanwhile, under TLS unless ``context`` is None."""
        server = await asyncio.start_server(self._client, "127.0.0.1", 0, ssl=context, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.hangs_up()

    def gets(self, raw: bytes, uid: int = 0, date: str = DATE) -> int:
        """A mail arrives, under the next UID or under one that no server may give. Returns the UID."""
        uid = uid or self.uidnext
        self.mails[uid], self.dates[uid] = raw, date
        self.uidnext = max(self.uidnext, uid + 1)
        return uid

    def hangs_up(self) -> None:
        """Every connection is cut."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def count(self, command: str) -> int:
        """How often clients said a command."""
        return sum(line.split(" ")[1:2] == [command] for line in self.said)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            writer.write(f"{self.greeting}\r\n".encode())
            while line := (await reader.readline()).decode("utf-8", "replace").rstrip("\r\n"):
                self.said.append(line)
                tag, _, rest = line.partition(" ")
                verb, _, rest = rest.removeprefix("UID ").partition(" ")
                answer = self.answers.get(verb.upper()) or getattr(self, f"_{verb.lower()}", None) or self._fine
                writer.write(answer(tag, rest))
                await writer.drain()
        writer.close()

    # the sane answers

    def _fine(self, tag: str, rest: str) -> bytes:
        return f"{tag} OK done\r\n".encode()

    def _capability(self, tag: str, rest: str) -> bytes:
        return f"* CAPABILITY {self.capabilities}\r\n{tag} OK done\r\n".encode()

    def _select(self, tag: str, rest: str) -> bytes:
        codes = f"* OK [UIDVALIDITY {self.uidvalidity}] x\r\n* OK [UIDNEXT {self.uidnext}] x\r\n"
        return f"* {len(self.mails)} EXISTS\r\n{codes}{tag} OK [READ-WRITE] done\r\n".encode()

    def _search(self, tag: str, rest: str) -> bytes:
        found = " ".join(map(str, self._named(rest.removeprefix("UID "))))
        return f"* SEARCH {found}\r\n{tag} OK done\r\n".encode()

    def _fetch(self, tag: str, rest: str) -> bytes:
        which, _, what = rest.partition(" ")
        piece = re.search(r"BODY\.PEEK\[([^]]*)\](?:<0\.(\d+)>)?", what)
        found = b""
        for number, uid in enumerate(self._named(which), 1):
            raw = self.mails[uid]
            head = f'UID {uid} RFC822.SIZE {self.sizes.get(uid, len(raw))} INTERNALDATE "{self.dates.get(uid, DATE)}"'
            if piece is None:
                found += f"* {number} FETCH ({head})\r\n".encode()
                continue
            body = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if piece[1] else raw
            if "DATE" in piece[1]:
                body = b"".join(line + b"\r\n" for line in body.split(b"\r\n") if line.startswith(b"Date:"))
            body = body[: int(piece[2])] if piece[2] else body
            found += f"* {number} FETCH ({head} BODY[{piece[1]}]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n"
        return found + f"{tag} OK done\r\n".encode()

    def _store(self, tag: str, rest: str) -> bytes:
        self.flagged |= set(self._named(rest.partition(" ")[0]))
        return self._fine(tag, rest)

    def _move(self, tag: str, rest: str) -> bytes:
        which, _, name = rest.partition(" ")
        for uid in self._named(which):
            self.moved[uid] = name
            del self.mails[uid]
        return self._fine(tag, rest)

    def _logout(self, tag: str, rest: str) -> bytes:
        return f"* BYE\r\n{tag} OK bye\r\n".encode()

    def _named(self, which: str) -> list[int]:
        """The UIDs there are of a set like ``1:3,7:*``."""
        last, found = max(self.mails, default=0), set()
        for run in which.split(","):
            first, _, end = run.partition(":")
            bounds = sorted((int(first), last if end == "*" else int(end or first)))
            found |= {uid for uid in self.mails if bounds[0] <= uid <= bounds[1]}
        return sorted(found)


def outdated(authority: Authority) -> ssl.SSLContext:
    """A server that knows no TLS later than 1.1."""
    context = authority.server_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context
