"""A fresh desk folder for every test, and Telegram where one needs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.main import cli
from tests.console.command_line import AGENTS, TOKEN, Terminal, adds_bot
from tests.peers.botapi import BotApi, Group, User
from tests.prepared_desks import PreparedDesks


@pytest.fixture(autouse=True)
def english_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands speak English, whatever the machine's language is."""
    for variable in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")


@pytest.fixture
def folder(tmp_path: Path, prepared_desks: PreparedDesks) -> Path:
    """What `firstline init` makes, and beside it the indexes that the first command or `serve` would."""
    result = CliRunner().invoke(cli, ["init", str(tmp_path / "desk")])
    assert result.exit_code == 0, result.output
    prepared_desks.indexes(tmp_path / "desk" / "data")
    return tmp_path / "desk"


class Typist:
    """Types commands in a desk folder, within this process: fast, for what needs no real one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def types(self, *words: str, stdin: str = "", env: dict[str, str] | None = None) -> Result:
        """Runs one command."""
        return CliRunner(env={"FIRSTLINE_AGENT": "", **(env or {})}).invoke(
            cli, ["-C", str(self.folder), *words], input=stdin
        )


@pytest.fixture
def typist(folder: Path) -> Typist:
    """Somebody at the desk folder."""
    return Typist(folder)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """Telegram, with the desk's bot."""
    emulator = await BotApi.start()
    emulator.bot(TOKEN, username="sever_support_bot")
    yield emulator
    await emulator.stop()


@pytest.fixture
async def agents_group(api: BotApi) -> Group:
    """The agents' group, the bot being an administrator there."""
    group = api.group(AGENTS, "Агенты")
    await group.admits(api.bot(TOKEN))
    return group


@pytest.fixture
def anna(api: BotApi) -> User:
    """A subscriber."""
    return api.user(5001, "Анна", language_code="ru")


@pytest.fixture
def terminal(folder: Path, api: BotApi) -> Terminal:
    """A terminal in a desk folder that has a bot."""
    adds_bot(folder, api.url)
    return Terminal(folder, {"TELEGRAM_TOKEN": TOKEN})
