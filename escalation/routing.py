"""Routing: the provider's rules, in their order, first hit wins (B11, B12); else the team the dialog proposes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from desk.model.case import Case
from desk.model.provider_files import Provider, RoutingRule
from desk.model.shared_facts import Account

NOWHERE = "queue:l1"


@dataclass(frozen=True, slots=True)
class RoutingResult:
    """Where a case goes, as "queue:field", and what decided it: policy, dialog or default, with its version or id."""

    to: str
    decided_by: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class RuleTried:
    """A rule that was asked. ``held`` is None where it is undecided; ``values`` are those of the names that its
    condition looks at, without the ones that nobody knows."""

    rule: RoutingRule
    held: bool | None
    values: Mapping[str, object]

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names of its condition that have no value."""
        return tuple(sorted(self.rule.when.names - self.values.keys()))


def route_case(provider: Provider, case: Case, account: Account | None) -> RoutingResult:
    """The target of the first rule whose condition surely holds; else the dialog's team, if there is one; `NOWHERE`."""
    return route_by(provider, routing_values(case, account))


def route_by(provider: Provider, values: Mapping[str, object]) -> RoutingResult:
    """The same for `routing_values`."""
    if taken := next((one.rule for one in rules_tried(provider, values) if one.held), None):
        return RoutingResult(taken.to, "policy", provider.policy_version)
    team = provider.team(str(values.get("dialog_queue", "")))
    if team:
        return RoutingResult(f"{team.kind}:{team.id}", "dialog", str(values.get("dialog", "")))
    return RoutingResult(NOWHERE, "default")


def rules_tried(provider: Provider, values: Mapping[str, object]) -> Iterator[RuleTried]:
    """The provider's rules in their order, up to the one that takes the case, which is the last."""
    for rule in provider.routes:
        known = {name: values[name] for name in sorted(rule.when.names) if values.get(name) is not None}
        yield RuleTried(rule, held := rule.when.test(values), known)
        if held:
            return


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
