"""A desk that is told to read its settings anew: new ones are used, broken ones are told of and change nothing."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.console.command_line import TOKEN, Terminal
from tests.peers.botapi import BotApi, User

OTHER = "4343:canary-token-of-another-bot"
TOML = "firstline.toml"


@pytest.fixture
def secret(terminal: Terminal) -> Path:
    """The file that the bot's token stands in."""
    path = terminal.root / "token"
    path.write_text(TOKEN)
    path.chmod(0o600)
    toml = terminal.root / TOML
    toml.write_text(toml.read_text("utf-8").replace("env:TELEGRAM_TOKEN", "file:token"), "utf-8")
    return path


async def test_a_token_is_changed_and_broken_settings_change_nothing(
    terminal: Terminal, secret: Path, api: BotApi, anna: User
) -> None:
    """Neither broken TOML nor a broken table of accounts is taken; a new token is, and none is ever told."""
    await terminal.types("migrate")
    toml, table = terminal.root / TOML, terminal.root / "providers" / "sever" / "entitlements.csv"
    good = {path: path.read_text("utf-8") for path in (toml, table)}
    async with terminal.serving() as service:
        await service.logs(" serves: ", 60)
        for path, wrong in ((toml, "[[[ no TOML"), (table, "nothing,of,the,kind\n")):
            path.write_text(wrong, "utf-8")
            before = service.log.count("the old ones stay")
            service.process.send_signal(signal.SIGHUP)
            async with asyncio.timeout(60):
                while service.log.count("the old ones stay") == before:
                    await service.logs("the old ones stay", 60)
                    await asyncio.sleep(0.05)
            path.write_text(good[path], "utf-8")
        await anna.says(api.bot(TOKEN), "Здравствуйте! нет интернета, договор 40-1187")
        await anna.hears("Помогло?", timeout=60)
        another = api.bot(OTHER, username="another_bot")
        another.next_update = 1000  # Telegram begins each bot's count somewhere else
        await asyncio.to_thread(secret.write_text, OTHER)
        service.process.send_signal(signal.SIGHUP)
        await service.logs("read anew", 60)
        boris = api.user(5002, "Борис", language_code="ru")
        await boris.says(another, "Здравствуйте! нет интернета, договор 40-1187")
        await boris.hears("Помогло?", timeout=60)
        assert await service.stops() == 0
    assert "canary" not in service.log
    audited = (await terminal.types("audit", "--json")).json()
    assert [one["operation"] for one in audited].count("reload") == 1, "what was not taken is no change"
