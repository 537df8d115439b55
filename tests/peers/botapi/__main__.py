"""Runs the emulator as a process of its own: python -m tests.peers.botapi --port N --tokens 1:a 2:b."""

from __future__ import annotations

import argparse
import asyncio
import signal

from tests.peers.botapi.server import BotApi


async def serve(port: int, tokens: list[str], rate_limits: bool) -> None:
    """Serves until a signal; the first line printed is the base address."""
    api = await BotApi.start(port=port, rate_limits=rate_limits)
    for token in tokens:
        api.bot(token)
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    print(api.url, flush=True)
    await over.wait()
    await api.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.peers.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes any free one and prints it")
    parser.add_argument("--tokens", nargs="*", default=[], metavar="ID:SECRET")
    parser.add_argument("--rate-limits", choices=("on", "off"), default="on")
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.port, chosen.tokens, chosen.rate_limits == "on"))


main()
