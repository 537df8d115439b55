"""aioimaplib's protocol, kept from what it does badly.

It reads a FETCH in quadratic time, takes each line of an answer a level deeper, keeps whatever size of literal a server
declares, and drops what the server announces between commands. So the bytes of a FETCH answer never reach it: they are
taken apart by `mail.transport.imap_fetch_response`, ten times as fast and with bounds; what else is said is counted,
and ends the connection when it is too much.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

from aioimaplib import aioimaplib

from mail.transport.imap_fetch_response import FetchResponse

# It logs every byte at DEBUG, and a password that needs quoting in clear.
logging.getLogger("aioimaplib.aioimaplib").setLevel(logging.ERROR)

MAX_LINES_AT_ONCE = 200
"""Lines given to aioimaplib at once: it takes each a level deeper, and Python ends at some thousand."""
MAX_UNREQUESTED_BYTES = 16_000_000
"""Bytes that a server may say between two commands, FETCH apart: a SEARCH that finds a million mails says half."""


class ConnectionBroken(Exception):
    """The connection is of no use any more: close it and make another."""


class LoginRefused(ConnectionBroken):
    """The server does not take the name and password: asking again at once would lock the account."""


class CommandRefused(Exception):
    """The server said NO or BAD to one command; the connection goes on."""


class AioimaplibProtocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]
    """Takes FETCH answers apart itself, and remembers that new mail was announced, which aioimaplib drops."""

    has_new_mail = False
    last_data_at = 0.0
    _unrequested_bytes = 0
    _fetch_response: FetchResponse | None = None
    _fetch_done: asyncio.Future[FetchResponse]

    async def fetch_items(self, command: str, longest: int, most: int) -> FetchResponse:
        """One FETCH, alone on the line. Raises `ConnectionBroken` when the server says more than was asked for."""
        if self._fetch_response or self.pending_sync_command or self.pending_async_commands or self.incomplete_line:
            raise ConnectionBroken("a FETCH while another command is under way")
        tag = self.new_tag()
        self._fetch_response, self._fetch_done = FetchResponse(tag.encode(), longest, most), self.loop.create_future()
        self.send(f"{tag} {command}")
        return await self._fetch_done

    def send(self, line: str, scrub: str | None = None) -> None:
        self._unrequested_bytes, self.last_data_at = 0, self.loop.time()
        super().send(line, scrub)

    def data_received(self, data: bytes) -> None:
        self.last_data_at = self.loop.time()
        try:
            if self._fetch_response is not None:
                if not self._fetch_response.feed(data):
                    return
                data = self._finish_fetch(self._fetch_response)
            self._unrequested_bytes += len(data)
            if self._unrequested_bytes > MAX_UNREQUESTED_BYTES:
                raise ConnectionBroken("the server says more than anybody asked for")
            for piece in _split_lines(data):
                super().data_received(piece)
        except Exception as error:  # nothing that follows can be understood
            if self._fetch_response is not None and not self._fetch_done.done():
                self._fetch_done.set_exception(ConnectionBroken(str(error)))
            self._fetch_response = None
            self.transport.abort()

    def _finish_fetch(self, answer: FetchResponse) -> bytes:
        self._fetch_response = None
        for line in answer.other_lines:
            self._notice_new_mail(line)
        if not self._fetch_done.done():
            self._fetch_done.set_result(answer)
        return answer.rest

    def _notice_new_mail(self, line: bytes) -> None:
        if line.endswith((b" EXISTS", b" RECENT")):
            self.has_new_mail = True

    def _continuation(self, line: bytes) -> None:
        if self.pending_sync_command is not None and self.pending_sync_command.name == "AUTHENTICATE":
            self.send("")  # the server tells why it refuses the token, and waits for that before it says NO
        else:
            super()._continuation(line)

    def _untagged_response(self, line: bytes) -> Any:
        self._notice_new_mail(line)
        return super()._untagged_response(line)


def _split_lines(data: bytes) -> Iterator[bytes]:
    """The same bytes, a bounded number of lines at a time."""
    if data.count(b"\n") <= MAX_LINES_AT_ONCE:
        yield data
        return
    lines = data.splitlines(keepends=True)
    for at in range(0, len(lines), MAX_LINES_AT_ONCE):
        yield b"".join(lines[at : at + MAX_LINES_AT_ONCE])


class ImapClient(aioimaplib.IMAP4):  # type: ignore[misc]
    """The same client over our protocol."""

    def create_client(self, host: str, port: int, loop: Any, conn_lost_cb: Any = None, ssl_context: Any = None) -> None:
        running = asyncio.get_running_loop()
        self.protocol = AioimaplibProtocol(running, conn_lost_cb)
        self._client_task = running.create_task(
            running.create_connection(lambda: self.protocol, host, port, ssl=ssl_context)
        )
