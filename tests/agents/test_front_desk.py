"""The front desk of shared channels has a name, a phone, a clock, a language and teams of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desk.agents.front_desk_provider import front_desk, staffed
from desk.model.provider_files import Provider
from desk.model.provider_sections.members import Agent, Team
from desk.model.settings import InvalidSettings, Settings, load

BILLING = Team("billing", "queue", {"ru": "Расчёты", "en": "Billing"})
FIRST_LINE = Team("l1", "queue", {"ru": "Первая линия", "en": "First line"})
SEVER = Provider(
    "sever",
    {"ru": "Север"},
    timezone=ZoneInfo("Europe/Moscow"),
    teams=(FIRST_LINE,),
    agents=(Agent("ivanova", {"ru": "Мария"}, 1, "", ("l1",)),),
)
VOLGA = Provider("volga", {"ru": "Волга"}, timezone=ZoneInfo("Europe/Moscow"), teams=(BILLING,))
WHOLE = """
[front_desk]
title = { ru = "Единая поддержка", en = "One desk" }
phone = "+7 000 555-00-99"
language = "en"
timezone = "Asia/Omsk"
prefix = "ED"

[[front_desk.team]]
id = "l1"
kind = "group"
title = { ru = "Приём", en = "Reception" }
"""


def settings_of(folder: Path, text: str) -> Settings:
    (folder / "firstline.toml").write_text(f'[desk]\nsecret = ""\n{text}', "utf-8")
    return load(folder, {})


def test_it_is_what_its_section_says(tmp_path: Path) -> None:
    front = front_desk({"sever": SEVER}, settings_of(tmp_path, WHOLE))
    assert (front.title("ru"), front.title("en"), front.language) == ("Единая поддержка", "One desk", "en")
    assert (front.facts, front.timezone.key, front.prefix) == ({"support_phone": "+7 000 555-00-99"}, "Asia/Omsk", "ED")
    assert front.team_title("group:l1", "ru") == "Приём"


def test_without_a_section_it_has_what_its_providers_have_in_common(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "")
    front = front_desk({"sever": SEVER, "volga": VOLGA}, settings)
    assert (front.title("ru"), front.language, front.timezone.key) == ("Служба поддержки", "ru", "Europe/Moscow")
    assert [front.team_title(f"queue:{one}", "ru") for one in ("l1", "billing")] == ["Первая линия", "Расчёты"]
    assert front.active_agent("ivanova")
    omsk = replace(VOLGA, timezone=ZoneInfo("Asia/Omsk"))
    assert front_desk({"sever": SEVER, "volga": omsk}, settings).timezone.key == "UTC"


def test_agents_and_teams_follow_the_providers_and_its_own_teams_stay(tmp_path: Path) -> None:
    front = front_desk({"sever": SEVER, "volga": VOLGA}, settings_of(tmp_path, WHOLE))
    now = staffed(front, {"sever": SEVER, "volga": VOLGA}, {"sever": replace(SEVER, agents=()), "volga": SEVER})
    assert [(one.id, one.kind) for one in now.teams] == [("l1", "group")]
    assert [one.id for one in now.agents] == ["ivanova"]


def test_a_mistake_in_its_section_is_told_with_its_line(tmp_path: Path) -> None:
    wrong = WHOLE.replace("phone", "fone").replace("Asia/Omsk", "Asia/Omks")
    with pytest.raises(InvalidSettings) as caught:
        settings_of(tmp_path, wrong)
    assert [one.line for one in caught.value.faults] == [6, 8]
    assert "unknown key 'fone'" in caught.value.faults[0].what
