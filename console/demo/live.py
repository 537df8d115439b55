"""The demo in a terminal: you are the subscriber, and the agents' cards stand beside your chat."""

from __future__ import annotations

from console.screen import Screen


async def lived(screen: Screen) -> None:
    """Until /quit."""
