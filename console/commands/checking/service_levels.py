"""Service levels of a provider, for `firstline check`: conditions, and calendars whose holidays run out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from console.commands.checking.route_conditions import TableColumns, routing_domains
from desk.language.condition_checks import NameDomain, condition_faults
from desk.language.conditions import CompiledCondition
from desk.language.toml_lines import TomlPath, line_of, toml_lines
from desk.language.translatable import sentence, write_instead
from desk.model.check_findings import CheckFinding
from desk.model.provider_files import Provider
from desk.model.service_levels.policy_file import TICKET_TYPES
from desk.model.states import CaseState
from escalation.sla.clock_rules import LEVELS
from intake.engine.dialog_set import DialogSet

AHEAD = timedelta(days=60)
"""So long before a calendar's holidays end somebody should make the next ones."""


def check_service_levels(
    root: Path, provider: Provider, dialogs: DialogSet | None, table: TableColumns | None, today: date
) -> Iterator[CheckFinding]:
    """What is wrong with the conditions of [[sla]], [[sla_exception]] and [[escalation]], and which calendars end."""
    policy = provider.service
    domains = {
        **routing_domains(dialogs, table, provider),
        "ticket_type": NameDomain(known=frozenset(TICKET_TYPES)),
        "state": NameDomain(known=frozenset(one.value for one in CaseState)),
        "reason": NameDomain(),
        "responsibility": NameDomain(known=frozenset({"customer", "provider"})),
        "contract": NameDomain(),
        "owner": NameDomain(),
        "level": NameDomain(known=frozenset(LEVELS)),
        "sla": NameDomain(known=frozenset(one.id for one in policy.levels)),
    }
    where = f"providers/{provider.name}/policy.toml"
    lines = toml_lines((root / where).read_text("utf-8")) if policy.levels or policy.steps else {}
    conditions: list[tuple[str, TomlPath, CompiledCondition]] = [
        *((f"[[sla]] {one.id}", ("sla", one.place, "when"), one.when) for one in policy.levels),
        *(("[[sla_exception]]", ("sla_exception", one.place, "when"), one.when) for one in policy.exceptions),
        *(("[[escalation]]", ("escalation", one.place, "when"), one.when) for one in policy.steps),
    ]
    for label, path, condition in conditions:
        unknown = sorted(condition.names - domains.keys())
        faults = [
            (sentence("{name} is nothing that a condition can name", name=repr(one)), write_instead(one, domains))
            for one in unknown
        ]
        for what, todo in (*faults, *condition_faults(condition, domains)):
            yield CheckFinding(
                "error", where, sentence("{section} {what}", section=label, what=what), todo, line_of(lines, path)
            )
    for name, versions in policy.calendars.items():
        known_until = versions.last.calendar.known_until
        if known_until and date(known_until, 12, 31) < today + AHEAD:
            what = sentence("{name} knows holidays until {year} only", name=name, year=known_until)
            yield CheckFinding("warning", where, what, sentence("make the next years': firstline calendar make --help"))
