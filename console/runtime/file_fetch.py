"""The bytes behind a `File.source`, fetched from the package that has them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from console.runtime.content_folders import ARTICLES, DIALOGS
from desk.model.branding.brand import LOGO_ENDINGS
from desk.model.channel_interface import Channel
from desk.model.messages import ClaimedArrival
from desk.model.settings import Settings
from desk.queues import inbox
from desk.storage.database import Database
from mail.reading.sandbox import MessageReaderPool


@runtime_checkable
class RemoteFileChannel(Protocol):
    """A channel whose server keeps the files it brought."""

    async def fetch(self, source: str) -> bytes:
        """The bytes behind a source of this channel."""


class FileOpener:
    """Opens files; ``channels`` may be filled later."""

    def __init__(
        self, database: Database, readers: MessageReaderPool, channels: Mapping[str, Channel], settings: Settings
    ) -> None:
        self._database, self._readers, self._channels = database, readers, channels
        self._root = root = settings.root.resolve()
        # Pictures and what was sent from a terminal, and nothing else of the desk folder: neither tables nor secrets.
        self._roots = (ARTICLES, DIALOGS, root / "articles", root / "dialogs", settings.data.resolve() / "chat")
        self._providers = root / "providers"

    async def open(self, source: str) -> bytes:
        """Raises LookupError when they are gone, or were never ours to show."""
        kind, _, rest = source.partition(":")
        if kind == "telegram":
            channel: object = self._channels.get(f"telegram:{rest.partition(':')[0]}")
            if isinstance(channel, RemoteFileChannel):
                return await channel.fetch(source)
        elif kind == "arrival":
            arrival_id, _, part = rest.partition(":")
            raw = await inbox.body_of(self._database, int(arrival_id))
            return await self._readers.read_part(raw, int(part))
        elif kind == "content":
            return await asyncio.to_thread(self._read_content, Path(rest))
        raise LookupError(f"nothing is behind {source!r}")

    def _read_content(self, path: Path) -> bytes:
        resolved = path.resolve()
        known = any(resolved.is_relative_to(root) for root in self._roots) or self._belongs_to_provider(resolved)
        known = known or self._may_be_logo(resolved)
        if known and resolved.is_file():
            return resolved.read_bytes()
        raise LookupError(f"the picture {path.name} is gone")

    def _belongs_to_provider(self, path: Path) -> bool:
        """Whether it lies in some provider's own articles or dialogs."""
        if not path.is_relative_to(self._providers):
            return False
        return path.relative_to(self._providers).parts[1:2] in (("articles",), ("dialogs",))

    def _may_be_logo(self, path: Path) -> bool:
        """Whether it is a picture beside firstline.toml or beside a provider's policy.toml."""
        beside = path.parent == self._root or path.parent.parent == self._providers
        return beside and path.suffix.lower() in LOGO_ENDINGS

    async def arrival(self, arrival_id: int) -> ClaimedArrival:
        """A stored arrival, to be read again. Raises LookupError."""
        return await inbox.stored(self._database, arrival_id)
