"""The pictures that the desk's own letters show, known again when a mail program sends them back with an answer."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from console.runtime.content_folders import ARTICLES, DIALOGS
from desk.model.branding.brand import LOGO_ENDINGS
from desk.model.settings import Settings


class OwnPictures:
    """Pictures of articles and dialogs, and logos, by their size and digest; read once, when the first is asked for.

    A `mail.channel.KnownPictures`.
    """

    def __init__(self, settings: Settings) -> None:
        self._root = settings.root
        self._known: dict[int, set[bytes]] | None = None

    async def knows(self, size: int, content: Callable[[], Awaitable[bytes]]) -> bool:
        """Whether a picture of so many bytes is one of them. ``content`` is only asked for where the size fits."""
        if self._known is None:
            self._known = await asyncio.to_thread(self._read)
        return size in self._known and hashlib.sha256(await content()).digest() in self._known[size]

    def _read(self) -> dict[int, set[bytes]]:
        known: dict[int, set[bytes]] = {}
        owners = (self._root, *(self._root / "providers").glob("*"))
        content = (ARTICLES, DIALOGS, *(one / kind for one in owners for kind in ("articles", "dialogs")))
        logos = (path for owner in owners for path in owner.glob("*"))
        for path in (*logos, *(path for folder in content for path in folder.rglob("*"))):
            if path.suffix.lower() in LOGO_ENDINGS and path.is_file():
                picture = path.read_bytes()
                known.setdefault(len(picture), set()).add(hashlib.sha256(picture).digest())
        return known
