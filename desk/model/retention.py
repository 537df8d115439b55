"""How long the desk keeps what people said: the section [retention] of firstline.toml, and a provider's own of its
policy.toml."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.language.translatable import sentence
from desk.model.toml_table import TomlTable

OPERATIONAL_DAYS, REPORTS_DAYS = 90, 180
LONGEST_DAYS = 36_500
GRACE = timedelta(days=1)
"""Purged is what is older than the days and this: so whoever asks for ninety days has them, at any hour of the day."""


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """``operational_days`` after it ended a case loses its messages, journal and everything that tells of its person;
    ``reports_days`` after it ended it is a number in a monthly count.

    ``purge`` says whether the desk does so by itself, ``archive`` whether what goes is first written to a file.
    """

    purge: bool = False
    operational_days: int = OPERATIONAL_DAYS
    reports_days: int = REPORTS_DAYS
    archive: bool = True

    def operational_cutoff(self, now: datetime) -> datetime:
        """What ended before this instant is purged."""
        return now - timedelta(days=self.operational_days) - GRACE

    def reports_cutoff(self, now: datetime) -> datetime:
        """What ended before this instant is only counted."""
        return now - timedelta(days=self.reports_days) - GRACE


@dataclass(frozen=True, slots=True)
class ProviderRetention:
    """What a provider's policy says otherwise than the desk; None where it says nothing."""

    purge: bool | None = None
    operational_days: int | None = None
    reports_days: int | None = None

    def over(self, desk: RetentionPolicy) -> RetentionPolicy:
        """The desk's policy with the provider's own values in it. Reports last as long as the cases at least."""
        operational = desk.operational_days if self.operational_days is None else self.operational_days
        reports = desk.reports_days if self.reports_days is None else self.reports_days
        purge = desk.purge if self.purge is None else self.purge
        return replace(desk, purge=purge, operational_days=operational, reports_days=max(operational, reports))


NO_PURGE, DESKS_RETENTION = RetentionPolicy(), ProviderRetention()
"""What holds where no file says anything: nothing goes by itself, and a provider does as the desk."""


def read_retention(section: TomlTable) -> RetentionPolicy:
    """The desk's own section; without one nothing is purged."""
    policy = RetentionPolicy(
        purge=section.flag("purge", False),
        operational_days=section.number("operational_days", OPERATIONAL_DAYS, (1, LONGEST_DAYS)),
        reports_days=section.number("reports_days", REPORTS_DAYS, (1, LONGEST_DAYS)),
        archive=section.flag("archive", True),
    )
    _check_order(section, policy.operational_days, policy.reports_days)
    section.report_unknown_keys()
    return policy


def read_provider_retention(section: TomlTable) -> ProviderRetention:
    """A provider's section, which may leave out anything."""
    own = ProviderRetention(
        purge=section.flag("purge", False) if section.has("purge") else None,
        operational_days=_days(section, "operational_days", OPERATIONAL_DAYS),
        reports_days=_days(section, "reports_days", REPORTS_DAYS),
    )
    if own.operational_days is not None and own.reports_days is not None:
        _check_order(section, own.operational_days, own.reports_days)
    section.report_unknown_keys()
    return own


def _days(section: TomlTable, key: str, usual: int) -> int | None:
    return section.number(key, usual, (1, LONGEST_DAYS)) if section.has(key) else None


def _check_order(section: TomlTable, operational_days: int, reports_days: int) -> None:
    if reports_days < operational_days:
        what = "reports_days is {reports}, less than operational_days, {operational}: a case is counted when it is gone"
        section.report(sentence(what, reports=reports_days, operational=operational_days), "reports_days")
