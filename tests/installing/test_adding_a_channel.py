"""The channel of docs/adding.md, word for word: built, listened to, answered and checked."""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from console.commands import check
from console.commands.checking import settings_and_provider_files
from console.runtime import channel_kinds
from console.runtime.channel_kinds import CHANNEL_KINDS, ChannelKind, section_readers
from console.runtime.serve_loops import Server
from console.runtime.wiring import build_application
from desk.model.settings import load
from tests import wording
from tests.prepared_desks import DeskFiles
from tests.stories.desk import eventually

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "adding.md"


@pytest.fixture
def with_drop(monkeypatch: pytest.MonkeyPatch, desk_files: DeskFiles) -> DeskFiles:
    """A desk with the module, the entry and the section of the document."""
    text = DOCUMENT.read_text("utf-8")
    source, entry = re.findall(r"(?ms)^```python\n(.*?)^```", text)
    (section,) = re.findall(r"(?ms)^```toml\n(.*?)^```", text)
    module = ModuleType("file_drop")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    names: dict[str, Any] = module.__dict__
    exec(compile(source, "file_drop.py", "exec"), names)
    names["ChannelKind"] = ChannelKind
    exec(compile(entry, "entry.py", "exec"), names)
    for one in (channel_kinds, settings_and_provider_files):
        monkeypatch.setattr(one, "CHANNEL_KINDS", (*CHANNEL_KINDS, names["DROP"]))
    root = desk_files.root
    (root / "firstline.toml").write_text(f'[desk]\ndatabase = "sqlite:///unused.db"\n\n{section}', "utf-8")
    (root / "secret").write_text("a secret for tests that is long enough", "utf-8")
    (root / "secret").chmod(0o600)
    return desk_files


async def test_a_file_is_read_and_answered(with_drop: DeskFiles) -> None:
    root = with_drop.root
    settings = load(root, {}, section_readers())
    (missing,) = await check._check_channels(settings)
    assert (missing.level, missing.where) == ("error", "drop:a")
    for name in ("in", "out"):
        (root / "letters" / name).mkdir(parents=True)
    assert await check._check_channels(settings) == []
    application = await build_application(replace(settings, database=with_drop.database))
    serving = Server(application, refresh_interval=0.5)
    task = asyncio.create_task(serving.run())
    (root / "letters" / "in" / "anna.txt").write_text("второй день нет интернета, договор 40-1187", "utf-8")

    async def answered() -> bool:
        path = root / "letters" / "out" / "anna"
        return path.exists() and wording.words("40-1187").is_in(path.read_text("utf-8"))

    await eventually(answered)
    assert list((root / "letters" / "in").iterdir()) == []
    serving.stop()
    await asyncio.wait_for(task, 60)
    await application.close()
