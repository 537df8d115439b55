"""The rival: a bare aiogram bot that keeps nothing and answers every message with its own words."""

from __future__ import annotations

import argparse
import asyncio
import logging

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message


async def serve(api: str, tokens: list[str]) -> None:
    """Polls with all these bots until a signal."""
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "?")

    session = AiohttpSession(api=TelegramAPIServer.from_base(api))
    bots = [Bot(token, session=session) for token in tokens]
    print("ready", flush=True)
    await dispatcher.start_polling(*bots, close_bot_session=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.echo_bot", description=__doc__)
    parser.add_argument("--api", required=True)
    parser.add_argument("--tokens", nargs="+", required=True)
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(serve(chosen.api, chosen.tokens))


if __name__ == "__main__":
    main()
