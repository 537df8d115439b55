"""An SMTP server down to its bytes, for what a well-behaved one never does; it writes down everything it hears."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

READY = b"220 mx ESMTP\r\n"


class ScriptedSmtp:
    """One server on a loopback port. ``heard`` is what came in clear, ``heard_inside`` what came over TLS."""

    def __init__(self, context: ssl.SSLContext, *, offers: bytes = b"STARTTLS", answer: bytes = b"220 go\r\n") -> None:
        self.context, self.offers, self.answer = context, offers, answer
        self.inbound, self.heard_inside = b"", b""
        self.port = 0

    @asynccontextmanager
    async def listening(self, *, implicit: bool = False) -> AsyncIterator[ScriptedSmtp]:
        """Open while the block runs; with ``implicit`` it speaks TLS from the first byte."""
        server = await asyncio.start_server(
            lambda reader, writer: self._talk(reader, writer, implicit),
            "127.0.0.1",
            0,
            ssl=self.context if implicit else None,
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, inside: bool) -> None:
        try:
            writer.write(READY)
            while line := await reader.readline():
                if inside:
                    self.heard_inside += line
                else:
                    self.inbound += line
                word = line[:8].upper()
                if word.startswith(b"STARTTLS"):
                    writer.write(self.answer)
                    await writer.drain()
                    await writer.start_tls(self.context)
                    inside = True
                elif word.startswith(b"EHLO"):
                    offers = b"AUTH PLAIN" if inside else self.offers
                    writer.write(b"250-mx\r\n250-SMTPUTF8\r\n250 " + offers + b"\r\n")
                elif word.startswith(b"AUTH"):
                    writer.write(b"235 2.7.0 Ok\r\n")
                elif word.startswith(b"DATA"):
                    writer.write(b"354 go\r\n")
                    body = await reader.readuntil(b"\r\n.\r\n")
                    self.heard_inside += body
                    writer.write(b"250 2.0.0 Ok\r\n")
                elif word.startswith(b"QUIT"):
                    writer.write(b"221 bye\r\n")
                    break
                else:
                    writer.write(b"250 2.0.0 Ok\r\n")
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
