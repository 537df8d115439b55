"""Made-up values with which a sentence of the desk can be shown: each as the sentence uses it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from jinja2 import Environment, meta, nodes

from desk.language.templates import Value

SAMPLES: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "address": "ул. Озёрная, д. 12, кв. 15",
        "agent": "Мария Иванова",
        "article": "Нет интернета: быстрая проверка за 5 минут",
        "contract": "40-1187",
        "date": "02.12",
        "holder": "Анна Смирнова",
        "name": "Анна",
        "number": "SN-2026-000123-4",
        "owner": "Мария Иванова",
        "phone": "+7 000 555-00-01",
        "place": "ул. Озёрная, д. 12, кв. 15",
        "queue": "Выездные мастера",
        "sender": "anna@example.test",
        "subject": "Нет интернета",
        "text": "Заменили порт, проверьте, пожалуйста.",
        "description": "второй день нет интернета",
        "time": "18:30",
        "title": "Нет интернета",
        "what": "нет интернета",
        "who": "Анна Смирнова",
    },
    "en": {
        "address": "12 Lake Street, flat 15",
        "agent": "Maria Ivanova",
        "article": "No internet: a quick check in 5 minutes",
        "contract": "40-1187",
        "date": "02.12",
        "holder": "Anna Smirnova",
        "name": "Anna",
        "number": "SN-2026-000123-4",
        "owner": "Maria Ivanova",
        "phone": "+44 7700 900001",
        "place": "12 Lake Street, flat 15",
        "queue": "Field technicians",
        "sender": "anna@example.test",
        "subject": "No internet",
        "text": "We've changed the port, please check.",
        "description": "no internet for two days",
        "time": "18:30",
        "title": "No internet",
        "what": "no internet",
        "who": "Anna Smirnova",
    },
}
"""What stands for a name, by language. One that is not here stands as ‹name›."""
_COUNTS = ("count", "minutes", "hours", "days", "seconds", "news", "times", "version")


@dataclass(frozen=True, slots=True)
class NameUse:
    """How a sentence uses a name: shown as "text", only asked for as a "flag", gone through as a "list", or compared
    with the ``choices``."""

    kind: Literal["text", "flag", "list", "choice"]
    choices: tuple[str, ...] = ()


def uses_of_names(source: str) -> dict[str, NameUse]:
    """Every name that a template is given, in the order of the alphabet."""
    tree = Environment(autoescape=False).parse(source)  # noqa: S701 (nothing is rendered)
    choices: dict[str, list[str]] = {}
    for name, literal in _comparisons(tree):
        choices.setdefault(name, []).append(literal)
    shown = {one.name for output in tree.find_all(nodes.Output) for one in output.nodes if isinstance(one, nodes.Name)}
    lists = {one.iter.name for one in tree.find_all(nodes.For) if isinstance(one.iter, nodes.Name)}

    def use_of(name: str) -> NameUse:
        if name in lists:
            return NameUse("list")
        if name in choices:
            return NameUse("choice", tuple(dict.fromkeys(choices[name])))
        return NameUse("text" if name in shown else "flag")

    return {name: use_of(name) for name in sorted(meta.find_undeclared_variables(tree))}


def _comparisons(tree: nodes.Template) -> Iterator[tuple[str, str]]:
    for one in tree.find_all(nodes.Compare):
        for operand in one.ops:
            if isinstance(one.expr, nodes.Name) and isinstance(operand.expr, nodes.Const):
                yield one.expr.name, str(operand.expr.value)


def sample_values(uses: Mapping[str, NameUse], language: str) -> dict[str, Value]:
    """A value for each name."""
    return {name: _sample(name, use, language) for name, use in uses.items()}


def _sample(name: str, use: NameUse, language: str) -> Value:
    shown = SAMPLES[language].get(name, "2" if name in _COUNTS else f"‹{name}›")
    if use.kind == "list":
        return [f"‹{name} 1›", f"‹{name} 2›"]
    if use.kind == "choice":
        return use.choices[0]
    return shown if use.kind == "text" else "1"
