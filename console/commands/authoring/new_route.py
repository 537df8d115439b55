"""A new rule in a provider's policy.toml: below the others, checked before it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from console.commands.checking.route_conditions import check_conditions
from console.commands.routing.routing_questions import ProviderContent, content_of, provider_meant
from console.terminal.command_context import REFUSED, USAGE, WRONG, DeskFolder, refuse, run
from desk.language.condition_checks import NameDomain
from desk.language.conditions import CompiledCondition, InvalidCondition
from desk.language.translatable import meant, sentence
from desk.model.provider_files import Provider, RoutingRule

_RULE = '[[route]]\nwhen = "{condition}"\nto = "{target}"\n'


@dataclass(frozen=True, slots=True)
class WrittenRoute:
    """What was written, and in which line of the file it begins."""

    path: Path
    line: int
    provider: str
    what: str


def add_route(folder: DeskFolder, name: str, condition: str, provider: str) -> WrittenRoute:
    """Writes the rule; without a ``condition`` as a comment. Ends the command where it cannot be."""
    whose = provider_meant(folder, provider)
    target = _target(whose, name)
    path = folder.root / "providers" / whose.name / "policy.toml"
    content = run(content_of(folder.settings(), whose, []))
    if condition:
        _require_good(folder, content, condition, target)
        text, what = _rule(condition, target), sentence("a rule to {target}.", target=target)
    else:
        text = _comment(content, target)
        what = sentence("a rule to {target}, as a comment: write its condition and take the # away.", target=target)
    source = path.read_text("utf-8")
    if text in source:
        refuse(sentence("{path} has this rule already, and is left as it is", path=path), REFUSED)
    gap = "\n" if source.endswith("\n") else "\n\n"
    with path.open("a", encoding="utf-8") as opened:
        opened.write(gap + text)
    return WrittenRoute(path, (source + gap).count("\n") + 1, whose.name, what)


def _target(provider: Provider, name: str) -> str:
    """ "field" or "queue:field" as a routing target."""
    known = [*(f"{one.kind}:{one.id}" for one in provider.teams), *(f"person:{one.id}" for one in provider.agents)]
    found = next((one for one in known if name in (one, one.partition(":")[2])), "")
    if not found:
        near = meant(name, [one.partition(":")[2] for one in known])
        what = "teams.toml names no team and no agent {name}: there is {known}"
        refuse(sentence(what, name=repr(name), known=repr(near) if near else ", ".join(known)), USAGE)
    return found


def _require_good(folder: DeskFolder, content: ProviderContent, condition: str, target: str) -> None:
    """Refuses a condition that cannot be read, names what is not there, or never comes to be asked."""
    provider = content.provider
    try:
        rule = RoutingRule(CompiledCondition.of(condition), target, len(provider.routes))
    except InvalidCondition as error:
        refuse(str(error.args[0]), USAGE)
    with_rule = replace(provider, routes=(*provider.routes, rule))
    found = {
        both: [*check_conditions(folder.root, one, content.dialogs, content.table)]
        for both, one in ((False, provider), (True, with_rule))
    }
    for one in found[True][len(found[False]) :]:
        refuse(sentence("{what} ({todo})", what=one.what, todo=one.todo), WRONG)


def _rule(condition: str, target: str) -> str:
    return _RULE.format(condition=condition.replace("\\", "\\\\").replace('"', "'"), target=target)


def _comment(content: ProviderContent, target: str) -> str:
    """The rule as a comment, below all that its condition may name."""
    names = "\n".join(f"#   {name:20} {_values(domain)}" for name, domain in content.domains.items())
    rule = "".join(f"# {line}\n" for line in _rule("category == 'technical'", target).splitlines())
    return f"# {target}\n{names}\n{rule}"


def _values(domain: NameDomain) -> str:
    """What a name may be, as conditions write it."""
    if domain.kind == "flag":
        return "True, False"
    if domain.kind == "number":
        return f"{domain.low:g} ... {domain.high:g}"
    if domain.known is None:
        return "'...'"
    return ", ".join(map(repr, sorted(domain.known)))
