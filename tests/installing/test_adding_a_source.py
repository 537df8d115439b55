"""The source of docs/entitlement.md, word for word: built, checked, asked, and its answer taken."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from console.commands import check
from console.runtime import channel_kinds
from console.runtime.channel_kinds import CHANNEL_KINDS, SOURCE_KINDS, ChannelKind, section_readers
from desk.model.settings import load
from intake.identity.sources.account_columns import COLUMNS
from intake.identity.sources.table_mapping import read_mapping
from tests.peers.botapi import BotApi
from tests.prepared_desks import DeskFiles
from tests.stories.desk import TOKEN, eventually, new_desk
from tests.stories.subscribers import TelegramSubscriber

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "entitlement.md"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    """Telegram, with the desk's bot."""
    emulator = await BotApi.start()
    emulator.bot(TOKEN, username="sever_support_bot")
    yield emulator
    await emulator.stop()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """The module and the entry of the document."""
    (source,) = re.findall(r"(?ms)^```python\n(.*?)^```", DOCUMENT.read_text("utf-8"))
    module = ModuleType("lines_source")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    names: dict[str, Any] = module.__dict__
    names["ChannelKind"] = ChannelKind
    exec(compile(source, "lines_source.py", "exec"), names)
    monkeypatch.setattr(channel_kinds, "SOURCE_KINDS", (*SOURCE_KINDS, names["LINES"]))
    monkeypatch.setattr(channel_kinds, "CHANNEL_KINDS", (*CHANNEL_KINDS, names["LINES"]))


@pytest.mark.usefixtures("lines")
async def test_a_key_that_no_table_has_is_found_there(desk_files: DeskFiles, api: BotApi) -> None:
    root = desk_files.root
    section = '[[lines]]\nname = "old"\nprovider = "sever"\npath = "old.txt"\n'
    (root / "firstline.toml").write_text(f'[desk]\ndatabase = "sqlite:///unused.db"\n\n{section}', "utf-8")
    (root / "secret").write_text("a secret for tests that is long enough", "utf-8")
    (root / "secret").chmod(0o600)
    settings = load(root, {}, section_readers())
    (missing,) = await check._check_channels(settings)
    assert (missing.level, missing.where) == ("error", "lines:old")
    (root / "old.txt").write_text("49-7777\tЕгор\tblocked\n", "utf-8")
    (found,) = await check._check_channels(settings)
    assert found.level == "ok"
    desk = new_desk(desk_files, api)
    desk.settings = replace(desk.settings, more=settings.more)
    await desk.opens()
    anna = TelegramSubscriber(desk, "Анна")
    await anna.says("нет интернета, договор 49-7777")

    async def verified() -> bool:
        return [one.entitlement for one in await desk.cases()] == ["blocked"]

    await eventually(verified)
    await desk.closes()


def test_the_mapping_and_the_sections_of_the_page_can_be_read(tmp_path: Path) -> None:
    text = DOCUMENT.read_text("utf-8")
    (mapping,) = re.findall(r"(?ms)^```toml\n(.*?)^```", text)
    (tmp_path / "map.toml").write_text(mapping, "utf-8")
    assert read_mapping(tmp_path / "map.toml", COLUMNS).sheet == "Customers"
    sections = "\n".join(re.findall(r"(?ms)^```ini\n(.*?)^```", text))
    (tmp_path / "firstline.toml").write_text(sections, "utf-8")
    (tmp_path / "secret").write_text("a secret for tests that is long enough", "utf-8")
    (tmp_path / "secret").chmod(0o600)
    settings = load(tmp_path, {"CRM_PASSWORD": "x" * 9, "BILLING_TOKEN": "y" * 9}, section_readers())
    assert channel_kinds.sources_of_providers(settings) == {"sever": ("sql_source:crm", "http_source:billing")}
