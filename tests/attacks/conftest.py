"""Attacks are stories too: told on both databases, each over the channel that is attacked."""

from __future__ import annotations

import pytest

from tests.stories.conftest import agents, api, decided_again, desk, front, mailbox, newcomer
from tests.stories.desk import Desk
from tests.stories.subscribers import TelegramSubscriber

__all__ = ["agents", "api", "decided_again", "desk", "front", "mailbox", "newcomer"]


@pytest.fixture
def channel() -> str:
    """Telegram, where a file does not say otherwise."""
    return "telegram"


@pytest.fixture
def anna(desk: Desk) -> TelegramSubscriber:
    """A subscriber of Sever Net."""
    return TelegramSubscriber(desk, "Анна")
