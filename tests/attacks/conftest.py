"""Attacks are stories too: told on both databases, each over the channel that is attacked."""

from __future__ import annotations

import pytest

from tests.stories.conftest import agents, api, front, mailbox, newcomer, world
from tests.stories.subscribers import TelegramSubscriber
from tests.stories.world import World

__all__ = ["agents", "api", "front", "mailbox", "newcomer", "world"]


@pytest.fixture
def channel() -> str:
    """Telegram, where a file does not say otherwise."""
    return "telegram"


@pytest.fixture
def anna(world: World) -> TelegramSubscriber:
    """A subscriber of Sever Net."""
    return TelegramSubscriber(world, "Анна")
