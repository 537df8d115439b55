"""How ``route try`` tells what it found, to a person and to a machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from console.commands.routing.routing_questions import RoutingQuestion
from desk.language.toml_lines import line_of, toml_lines
from desk.language.translatable import counted, sentence
from desk.model.provider_files import Provider, RoutingRule
from escalation.routing import RoutingResult, RuleTried, route_by, rules_tried


def for_machine(root: Path, one: RoutingQuestion) -> dict[str, Any]:
    """One case for a machine: where it goes, by what, and every rule that was asked."""
    result, tried, lines = _routed(root, one)
    return {
        "number": one.number,
        "provider": one.provider.name,
        "to": result.to,
        "decided_by": result.decided_by,
        "went_to": one.went_to,
        "values": dict(one.values),
        "rules": [
            {
                "line": lines[rule.rule],
                "when": rule.rule.when.source,
                "to": rule.rule.to,
                "held": rule.held,
                "values": dict(rule.values),
                "unknown": list(rule.unknown),
            }
            for rule in tried
        ],
    }


def print_one(root: Path, one: RoutingQuestion, language: str) -> None:
    """Every rule that was asked, with what its names are, and what follows; teams by their titles in ``language``."""
    from console.terminal.rich_output import Output, table, text  # noqa: PLC0415

    result, tried, lines = _routed(root, one)
    output = Output()
    head = f"{one.number}, {one.provider.name}" if one.number else one.provider.name
    output.print(text(head, "bold"))
    if tried:
        grid = table([*(sentence(word) for word in ("LINE", "WHEN", "TO", "HOLDS", "BECAUSE"))])
        for rule in tried:
            style = "green" if rule.held else ""
            cells = (str(lines[rule.rule]), rule.rule.when.source, rule.rule.to, _held(rule), _because(rule))
            grid.add_row(*(text(cell, style) for cell in cells))
        output.print(grid)
    output.print("", text(_conclusion(one, result, lines, tried, language), "bold"))
    if one.went_to and one.went_to != result.to:
        output.print(text(sentence("When it was registered, it went to {target}.", target=one.went_to)))


def print_several(root: Path, found: Sequence[RoutingQuestion]) -> None:
    """A line for each case, and how many would go elsewhere today."""
    from console.terminal.rich_output import Output, table, text  # noqa: PLC0415

    output = Output()
    if not found:
        output.print(text(sentence("There are no such cases.")))
        return
    grid, moved = table([*(sentence(word) for word in ("NUMBER", "WENT TO", "GOES TO", "LINE", "WHEN"))]), 0
    for one in found:
        result, tried, lines = _routed(root, one)
        taken = tried[-1].rule if tried and tried[-1].held else None
        by = taken.when.source if taken else _source(result)
        moved += bool(one.went_to) and one.went_to != result.to
        style = "yellow" if one.went_to and one.went_to != result.to else ""
        cells = (one.number, one.went_to, result.to, str(lines[taken]) if taken else "", by)
        grid.add_row(*(text(cell, style) for cell in cells))
    forms = "{number} would go elsewhere today.|{number} would go elsewhere today.|All would go where they went."
    output.print(grid, "", text(counted(forms, moved), "bold"))


def _routed(root: Path, one: RoutingQuestion) -> tuple[RoutingResult, list[RuleTried], Mapping[RoutingRule, int]]:
    return route_by(one.provider, one.values), [*rules_tried(one.provider, one.values)], _lines(root, one.provider)


def _lines(root: Path, provider: Provider) -> dict[RoutingRule, int]:
    """In which line of policy.toml each rule has its condition."""
    path = root / "providers" / provider.name / "policy.toml"
    lines = toml_lines(path.read_text("utf-8")) if provider.routes else {}
    return {one: line_of(lines, ("route", one.place, "when")) for one in provider.routes}


def _held(rule: RuleTried) -> str:
    return sentence("yes") if rule.held else sentence("no") if rule.held is False else sentence("undecided")


def _because(rule: RuleTried) -> str:
    """What the names of its condition are."""
    told: str = ", ".join(f"{name} = {_shown(value)}" for name, value in rule.values.items())
    if rule.unknown:
        missing = sentence("nobody knows {names}", names=", ".join(rule.unknown))
        return sentence("{some}; {more}", some=told, more=missing) if told else missing
    return told


def _shown(value: object) -> str:
    return "''" if value == "" else str(value)


def _conclusion(
    one: RoutingQuestion,
    result: RoutingResult,
    lines: Mapping[RoutingRule, int],
    tried: Sequence[RuleTried],
    language: str,
) -> str:
    title = one.provider.team_title(result.to, language)
    if result.decided_by == "policy":
        what = "It goes to {target} ({title}), by line {line} of policy.toml."
        return sentence(what, target=result.to, title=title, line=lines[tried[-1].rule])
    if result.decided_by == "dialog":
        what = "No rule takes it. It goes to {target} ({title}), as the dialog {dialog} proposes."
        return sentence(what, target=result.to, title=title, dialog=result.source)
    return sentence("No rule takes it, and no dialog proposes a team. It goes to {target}.", target=result.to)


def _source(result: RoutingResult) -> str:
    if result.decided_by == "dialog":
        return sentence("the dialog {dialog}", dialog=result.source)
    return sentence("no rule, and no dialog")
