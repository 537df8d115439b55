"""Routing: the provider's rules, in their order, first hit wins (B11, B12)."""

from __future__ import annotations

from desk.case import Case
from desk.knowledge import Account
from desk.providers import Provider

NOWHERE = "queue:l1"


def route(provider: Provider, case: Case, account: Account | None) -> str:
    """The target of the first rule whose condition surely holds, as "queue:field"; `NOWHERE` when none does."""
    values = values_of(case, account)
    return next((one.to for one in provider.routes if one.when.test(values) is True), NOWHERE)


def values_of(case: Case, account: Account | None) -> dict[str, object]:
    """What routing conditions may look at: fields of the case, and the account's characteristics by their column."""
    values: dict[str, object] = dict(account.characteristics) if account else {}
    values |= {
        "category": case.category,
        "dialog": case.dialog,
        "fault_zone": case.fault_zone,
        "confidence": case.zone_sure,
        "severity": case.severity,
        "entitlement": case.entitlement,
        "language": case.language,
        "channel": case.channel,
        "upset": case.upset,
        "service_level": account.service_level if account else "",
    }
    return values
