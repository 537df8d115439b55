"""The benchmarks count every answer: also one that was still coming in when the log was read."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import ClientSession

from benchmarks.telegram import Emulator
from tests.peers.botapi import BotApi

TOKEN = "1000:benchmark"
BODY = b'{"chat_id": 5, "text": "hello"}'


async def test_a_call_that_is_still_coming_in_is_read_again() -> None:
    """A picture comes in several packets, and whoever sends it may be stopped in between."""
    async with await BotApi.start(rate_limits=False) as api, ClientSession() as http:
        api.bot(TOKEN)
        host, _, port = api.url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))

        class Watching(Emulator):
            """The rest of the call comes only once the log has been read."""

            async def ask(self, name: str, **body: Any) -> Any:
                found = await super().ask(name, **body)
                if name == "log":
                    writer.write(BODY[9:] if not self.seen else b"")
                    self.seen += [call["code"] for call in found["calls"]]
                return found

            seen: list[int] = []  # noqa: RUF012 (one instance)

        emulator = Watching(api.url, [TOKEN], http)
        await emulator.say([5], "hi")
        head = f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        writer.write(head.encode() + f"Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY[:9])
        while not api.calls("sendMessage"):  # noqa: ASYNC110 (the log tells nobody of a call that comes in)
            await asyncio.sleep(0.01)
        assert len(await emulator.answers([5], 0, 30)) == 1
        assert emulator.seen[0] == 0
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
