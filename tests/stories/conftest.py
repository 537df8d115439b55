"""Each story is told over every channel and on both databases.

A story that makes sense on some channels only says so: ``@pytest.mark.channels("telegram", because="...")``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.peers.botapi import BotApi
from tests.peers.mail_servers import MailServers
from tests.prepared_desks import DeskFiles, PreparedDesks, SharedReaders
from tests.stories.deciding_again import NOT_DECIDED_AGAIN, differences
from tests.stories.desk import AGENTS, IVANOVA, TOKEN, AgentsGroup, Desk, new_desk
from tests.stories.subscribers import CHANNELS, Subscriber

Afterwards = Callable[[Desk], Awaitable[None]]
"""What is looked at once a story is over."""
Newcomer = Callable[..., Subscriber]
"""Makes another person: ``newcomer("Борис")``, ``newcomer("John", "en")``."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "channels(*names, because): over which channels a story is told, and why not all"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A story that asks for a channel, as a subscriber does, is told over each of them."""
    if "channel" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("channels")
        assert mark is None or mark.kwargs.get("because"), "a story says why it is not told over every channel"
        metafunc.parametrize("channel", mark.args if mark else list(CHANNELS), scope="function")


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """Telegram."""
    emulator = await BotApi.start(rate_limits=False)
    emulator.bot(TOKEN, username="sever_support_bot")
    emulator.group(AGENTS, "Агенты")
    yield emulator
    await emulator.stop()


@pytest.fixture
def mailbox(channel: str, request: pytest.FixtureRequest) -> MailServers | None:
    """The desk's mailbox, where the story is told by mail: elsewhere nobody waits for a mail server."""
    return request.getfixturevalue("mail_servers") if channel == "mail" else None


@pytest.fixture
def decided_again(request: pytest.FixtureRequest, prepared_desks: PreparedDesks, tmp_path: Path) -> Afterwards:
    """Once the story is over, its desk is decided again on SQLite, and must come to the same."""

    async def afterwards(desk: Desk) -> None:
        if not desk.settings.database.startswith("sqlite") or NOT_DECIDED_AGAIN.get(request.function.__name__):
            return
        found = await differences(desk, prepared_desks.database_copy(tmp_path / "again.db"))
        assert not found, "decided again, it came out otherwise:\n" + "\n".join(map(str, found[:20]))

    return afterwards


@pytest.fixture
async def desk(
    desk_files: DeskFiles,
    api: BotApi,
    mailbox: MailServers | None,
    readers: SharedReaders,
    decided_again: Afterwards,
) -> AsyncIterator[Desk]:
    """A desk with one bot, serving, and with a mailbox where the story is told by mail."""
    made = new_desk(desk_files, api, mailbox, readers=readers)
    await made.opens()
    yield made
    await made.closes()
    await decided_again(made)


@pytest.fixture
async def front(
    desk_files: DeskFiles,
    api: BotApi,
    mailbox: MailServers | None,
    readers: SharedReaders,
    decided_again: Afterwards,
) -> AsyncIterator[Desk]:
    """A desk whose only bot, mailbox and terminal are shared by all providers."""
    made = new_desk(desk_files, api, mailbox, shared=True, readers=readers)
    await made.opens()
    yield made
    await made.closes()
    await decided_again(made)


@pytest.fixture
def newcomer(desk: Desk, channel: str) -> Newcomer:
    """More people of this channel."""

    def comes(name: str, language: str = "ru") -> Subscriber:
        return CHANNELS[channel](desk, name, language)

    return comes


@pytest.fixture
def subscriber(newcomer: Newcomer) -> Subscriber:
    """Anna, a subscriber of Sever Net. By mail her address is on file."""
    return newcomer("Анна")


@pytest.fixture
def agents(desk: Desk, api: BotApi) -> AgentsGroup:
    """The agents' group with Maria Ivanova in it."""
    return AgentsGroup(desk, api.group(AGENTS, "Агенты"), api.user(IVANOVA, "Мария", language_code="ru"))
