"""Posting updates to webhooks, in order, until they are taken."""

from __future__ import annotations

import asyncio
import time

import aiohttp

from tests.peers.botapi.bots import Bot, Webhook


class WebhookSender:
    """Posts the updates of each bot with a webhook one after another; a refused one is posted again after ``pause``."""

    def __init__(self, pause: float = 0.2) -> None:
        self.pause = pause
        self._rounds: dict[int, asyncio.Task[None]] = {}

    def watch(self, bot: Bot) -> None:
        """Begins to post a bot's updates, if that is not under way."""
        task = self._rounds.get(bot.id)
        if task is None or task.done():
            self._rounds[bot.id] = asyncio.create_task(self._round(bot))

    async def stop(self) -> None:
        """Stops posting."""
        for task in self._rounds.values():
            task.cancel()
        await asyncio.gather(*self._rounds.values(), return_exceptions=True)

    async def _round(self, bot: Bot) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            while bot.webhook:
                if not bot.pending:
                    bot.arrived.clear()
                    await bot.arrived.wait()
                    continue
                number, raw = bot.pending[0]
                if await _delivered(session, bot.webhook, raw):
                    bot.confirm(number + 1)
                else:
                    await asyncio.sleep(self.pause)


async def _delivered(session: aiohttp.ClientSession, hook: Webhook, raw: bytes) -> bool:
    headers = {"Content-Type": "application/json"}
    if hook.secret:
        headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
    try:
        async with session.post(hook.url, data=raw, headers=headers, allow_redirects=False) as response:
            await response.read()
            if 200 <= response.status < 300:
                return True
            why = f"Wrong response from the webhook: {response.status} {response.reason}"
    except (aiohttp.ClientError, TimeoutError) as error:
        why = f"Connection failed: {type(error).__name__}"
    hook.last_error, hook.last_error_at = why, int(time.time())
    return False
