"""The section [front_desk]: how shared channels present themselves until it is known whose subscriber writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from desk.model.branding.brand import NO_BRAND, Brand, read_brand
from desk.model.provider_files import read_prefix, read_time_zone
from desk.model.provider_sections.members import Team, read_teams
from desk.model.provider_sections.values import read_titles
from desk.model.toml_table import TomlTable


@dataclass(frozen=True, slots=True)
class FrontDeskSettings:
    """What the front desk has of its own. What is left empty it takes from the desk or from its providers.

    ``titles`` are its name by language, ``phone`` the number that people may call, ``language`` that of its agents'
    cards, ``timezone`` that in which instants are told, ``prefix`` that of its case numbers, ``brand`` the look of its
    letters.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    phone: str = ""
    language: str = ""
    timezone: ZoneInfo | None = None
    prefix: str = "FL"
    teams: tuple[Team, ...] = ()
    brand: Brand = NO_BRAND


def read_front_desk(section: TomlTable, languages: Sequence[str], root: Path) -> FrontDeskSettings:
    """The section [front_desk] of the desk folder ``root``; what is wrong with it is noted there."""
    settings = FrontDeskSettings(
        titles=read_titles(section, "title", "") if section.has("title") else {},
        phone=section.text("phone", ""),
        language=section.choice("language", languages, "") if section.has("language") else "",
        timezone=read_time_zone(section) if section.has("timezone") else None,
        prefix=read_prefix(section),
        teams=read_teams(section),
        brand=read_brand(section, root),
    )
    section.report_unknown_keys()
    return settings
