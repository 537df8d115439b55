"""The conditions of a provider's routes, for `firstline check`: names, values, and whether they can ever hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from console.runtime.channel_kinds import CHANNEL_KINDS
from desk.language.condition_checks import NameDomain, condition_faults, is_reached
from desk.language.detect import LANGUAGES
from desk.language.toml_lines import line_of, toml_lines
from desk.language.translatable import sentence, write_instead
from desk.model.check_findings import CheckFinding
from desk.model.provider_files import Provider, RoutingRule
from desk.model.shared_facts import EntitlementStatus
from intake.engine.builtin_labels import UNKNOWN
from intake.engine.dialog_set import DialogSet
from intake.engine.lint import CATEGORIES, SEVERITIES
from intake.engine.model import Dialog


class TableColumns(Protocol):
    """What conditions may ask of a provider's table of accounts."""

    @property
    def service_levels(self) -> Sequence[str]:
        """Every service level that stands in it."""

    @property
    def extra_columns(self) -> Sequence[str]:
        """Its columns that the desk does not know."""


def check_conditions(
    root: Path, provider: Provider, dialogs: DialogSet | None, table: TableColumns | None
) -> Iterator[CheckFinding]:
    """What is wrong with each ``when`` of policy.toml."""
    domains = routing_domains(dialogs, table, provider)
    where = f"providers/{provider.name}/policy.toml"
    lines = toml_lines((root / where).read_text("utf-8")) if provider.routes else {}
    good: list[RoutingRule] = []
    for route in provider.routes:
        faults = [*_unknown_names(route, domains), *condition_faults(route.when, domains)]
        if not faults and good and not is_reached([*(one.when for one in good), route.when], domains):
            above = sentence(
                "the lines above take every case that {condition} would", condition=repr(route.when.source)
            )
            faults = [(above, sentence("put it further up, or remove it"))]
        line = line_of(lines, ("route", route.place, "when"))
        for what, todo in faults:
            told = sentence("[[route]] to {target}: {what}", target=route.to, what=what)
            yield CheckFinding("error", where, told, todo, line)
        good += [] if faults else [route]


def _unknown_names(route: RoutingRule, domains: dict[str, NameDomain]) -> Iterator[tuple[str, str]]:
    for name in sorted(route.when.names - domains.keys()):
        yield sentence("{name} is nothing that a condition can name", name=repr(name)), write_instead(name, domains)


def routing_domains(dialogs: DialogSet | None, table: TableColumns | None, provider: Provider) -> dict[str, NameDomain]:
    """What the conditions of routes may name (`escalation.routing.routing_values`), and what that may be."""
    levels = frozenset(table.service_levels) if table else frozenset()
    columns = table.extra_columns if table else ()
    in_use = list(dialogs.in_use.values()) if dialogs else []
    zones = {zone.id for dialog in in_use for zone in dialog.fault_zones} | {UNKNOWN}
    kinds = [kind.section for kind in CHANNEL_KINDS if kind.is_for_people]
    return {
        **{column: NameDomain() for column in columns},
        "category": NameDomain(known=CATEGORIES | provider.categories.keys() | {one.category for one in in_use}),
        "dialog": NameDomain(known=frozenset(dialog.id for dialog in in_use) if dialogs else None),
        "dialog_queue": NameDomain(known=frozenset(_teams(in_use)) if dialogs else None),
        "fault_zone": NameDomain(known=frozenset(zones) if dialogs else None),
        "confidence": NameDomain("number", None, 0, 1),
        "severity": NameDomain(known=SEVERITIES),
        "entitlement": NameDomain(known=frozenset(map(str, EntitlementStatus))),
        "language": NameDomain(known=frozenset(LANGUAGES)),
        "channel_kind": NameDomain(known=frozenset({"mail" if one == "mailbox" else one for one in kinds} | {"chat"})),
        "upset": NameDomain("flag"),
        "service_level": NameDomain(known=levels or None),
    }


def _teams(dialogs: Sequence[Dialog]) -> Iterator[str]:
    for dialog in dialogs:
        yield from dialog.teams
