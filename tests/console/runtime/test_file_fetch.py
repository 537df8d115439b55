"""Which files of a desk folder may go into a message: pictures, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from console.runtime.file_fetch import FileOpener
from desk.model.settings import Settings
from desk.storage.database import Database
from mail.reading.sandbox import MessageReaderPool


async def test_logos_are_opened_and_neither_tables_nor_secrets(tmp_path: Path) -> None:
    acme = tmp_path / "providers" / "acme"
    (acme / "hidden").mkdir(parents=True)
    may = [tmp_path / "logo.png", acme / "LOGO.PNG", acme / "logo.jpg"]
    may_not = [acme / "policy.toml", acme / "entitlements.csv", tmp_path / "secret", acme / "hidden" / "x.png"]
    for path in (*may, *may_not, tmp_path.parent / "outside.png"):
        path.write_bytes(b"x")
    (acme / "linked.png").symlink_to(tmp_path / "secret")
    settings = Settings(tmp_path, "sqlite+aiosqlite://", tmp_path / "data")
    opener = FileOpener(cast(Database, None), cast(MessageReaderPool, None), {}, settings)
    for path in may:
        assert await opener.open(f"content:{path}") == b"x"
    for path in (*may_not, acme / "linked.png", tmp_path.parent / "outside.png"):
        with pytest.raises(LookupError):
            await opener.open(f"content:{path}")
