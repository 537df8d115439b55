"""The HTTP sessions that bots send through: one for each Bot API server, shared by all bots of a process.

Each session has its own certificates, of 20 ms and 0.7 MB, and its own connections, which any bot can use. Importing
this does not import aiogram; asking for a session does.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bots.aiogram_session import JsonBotApiSession


class HttpSessions:
    """Sessions by the addresses of server and proxy, made when first asked for, from any thread."""

    def __init__(self) -> None:
        self._sessions: dict[tuple[str, str], JsonBotApiSession] = {}
        self._lock = Lock()

    def to(self, api: str, proxy: str = "") -> JsonBotApiSession:
        """The session for a server such as ``https://api.telegram.org``, through a proxy if one is named."""
        from bots.aiogram_session import JsonBotApiSession  # noqa: PLC0415 (aiogram takes seconds: whoever only stores must not wait)

        with self._lock:
            if (api, proxy) not in self._sessions:
                self._sessions[api, proxy] = JsonBotApiSession(api, proxy)
            return self._sessions[api, proxy]

    async def close(self) -> None:
        """Closes all connections. A session that is used again opens new ones."""
        for session in self._sessions.values():
            await session.close()
