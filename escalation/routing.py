"""Routing: the provider's rules, in their order, first hit wins (B11, B12); else the team the dialog proposes."""

from __future__ import annotations

from dataclasses import dataclass

from desk.model.case import Case
from desk.model.provider_files import Provider
from desk.model.shared_facts import Account

NOWHERE = "queue:l1"


@dataclass(frozen=True, slots=True)
class RoutingResult:
    """Where a case goes, as "queue:field", and what decided it: policy, dialog or default, with its version or id."""

    to: str
    decided_by: str
    source: str = ""


def route_case(provider: Provider, case: Case, account: Account | None) -> RoutingResult:
    """The target of the first rule whose condition surely holds; else the dialog's team, if there is one; `NOWHERE`."""
    values = routing_values(case, account)
    if to := next((one.to for one in provider.routes if one.when.test(values) is True), ""):
        return RoutingResult(to, "policy", provider.policy_version)
    team = provider.team(case.queue)
    return RoutingResult(f"{team.kind}:{team.id}", "dialog", case.dialog) if team else RoutingResult(NOWHERE, "default")


def routing_values(case: Case, account: Account | None) -> dict[str, object]:
    """What routing conditions may look at: fields of the case, and the account's characteristics by their column."""
    values: dict[str, object] = dict(account.characteristics) if account else {}
    values |= {
        "category": case.category,
        "dialog": case.dialog,
        "dialog_queue": case.queue,
        "fault_zone": case.fault_zone,
        "confidence": case.zone_sure,
        "severity": case.severity,
        "entitlement": case.entitlement,
        "language": case.language,
        "channel_kind": case.channel_kind,
        "upset": case.upset,
        "service_level": account.service_level if account else "",
    }
    return values
