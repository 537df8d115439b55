"""[retention] of firstline.toml and of a provider's policy: what it means, and what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import console.blank
from desk.model.provider_files import InvalidProvider
from desk.model.provider_files import load as load_provider
from desk.model.retention import ProviderRetention, RetentionPolicy
from desk.model.settings import InvalidSettings, load

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def written(root: Path, section: str) -> Path:
    (root / "secret").touch(0o600)
    (root / "firstline.toml").write_text(f"[desk]\n\n{section}", "utf-8")
    return root


def test_a_desk_without_the_section_purges_nothing_by_itself(tmp_path: Path) -> None:
    """So no upgrade begins to delete; by hand it is 90 and 180 days."""
    policy = load(written(tmp_path, "")).retention
    assert (policy.purge, policy.operational_days, policy.reports_days, policy.archive) == (False, 90, 180, True)


def test_the_desk_that_init_makes_purges(tmp_path: Path) -> None:
    for language in ("en", "ru"):
        blank = (Path(console.blank.__file__).parent / language / "firstline.toml").read_text("utf-8")
        section = blank[blank.index("\n[retention]") :]
        assert load(written(tmp_path, section)).retention == RetentionPolicy(purge=True)


def test_a_day_of_grace_is_added_to_the_days() -> None:
    policy = RetentionPolicy(operational_days=90, reports_days=180)
    assert NOW - policy.operational_cutoff(NOW) == timedelta(days=91)
    assert NOW - policy.reports_cutoff(NOW) == timedelta(days=181)


def test_a_provider_says_only_what_is_otherwise() -> None:
    """And reports last as long as the cases."""
    desk = RetentionPolicy(purge=True, operational_days=90, reports_days=180)
    assert ProviderRetention().over(desk) == desk
    assert ProviderRetention(operational_days=30).over(desk).operational_days == 30
    longer = ProviderRetention(operational_days=365).over(desk)
    assert (longer.operational_days, longer.reports_days) == (365, 365)
    assert not ProviderRetention(purge=False).over(desk).purge


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("operational_days = 0", "from 1 to 36500"),
        ("reports_days = 30", "reports_days is 30, less than operational_days, 90"),
        ("operational_day = 30", "operational_day"),
        ('purge = "yes"', "purge"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, section: str, told: str) -> None:
    with pytest.raises(InvalidSettings, match=told):
        load(written(tmp_path, f"[retention]\n{section}\n"))
    provider = tmp_path / "sever"
    provider.mkdir()
    days = "operational_days = 90\n" if section.startswith("reports") else ""
    (provider / "policy.toml").write_text(f"[retention]\n{days}{section}\n", "utf-8")
    with pytest.raises(InvalidProvider, match=told):
        load_provider(provider)
