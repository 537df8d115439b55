"""What the tables of a dialog file are made of, checked piece by piece: ids, texts, conditions, numbers, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from desk.language.condition_checks import NameDomain, condition_faults
from desk.language.conditions import CompiledCondition, InvalidCondition, is_number
from desk.language.detect import LANGUAGES
from desk.language.operator_file_faults import FileFaults
from desk.language.toml_lines import TomlPath
from desk.language.translatable import sentence, write_instead
from desk.model.media_types import PICTURES
from desk.model.shared_facts import EntitlementStatus

ENTITLEMENT = NameDomain(known=frozenset(map(str, EntitlementStatus)))
FACT_DOMAINS: Mapping[str, NameDomain] = {
    "outage_active": NameDomain("flag"),
    "account_blocked": NameDomain("flag"),
    "entitlement": ENTITLEMENT,
    "service_level": NameDomain(),
    "proved": NameDomain("flag"),
    "upset": NameDomain("flag"),
    "language": NameDomain(known=frozenset(LANGUAGES)),
}
CONDITION_FACTS = frozenset(FACT_DOMAINS)
"""What a ``when`` may ask about besides earlier answers. The rules give the values they know."""

RESERVED_IDS = frozenset({"skip", "unknown_answer", "on_file", "zone", "sure", "severity"}) | CONDITION_FACTS
MAX_ARTICLE_ID_LENGTH = 63  # the id of an article with its "kb:"
QUESTION_ID = re.compile(
    r"[a-z][a-z0-9_]{0,19}"
)  # callback data is case:prompt:option in 64 bytes, option ids are the part we choose
PLACEHOLDER = re.compile(r"\{([a-z_.]{1,40})\}")

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file: as sentences say it, and as keys and numbers lead to it."""

    label: str
    path: TomlPath = ()

    def __truediv__(self, key: str) -> Place:
        return Place(f"{self.label} {key}".strip(), (*self.path, key))

    def at(self, number: int, label: str = "") -> Place:
        """An element of a list."""
        return Place(label or self.label, (*self.path, number))

    def __str__(self) -> str:
        return self.label


FILE = Place("the file")
TOP = Place("")


class PartsLinter:
    """Checks the parts of a dialog file, and notes in ``faults`` what is wrong."""

    def __init__(self, faults: FileFaults, folder: Path | None) -> None:
        self.faults = faults
        self.folder = folder
        self.domains: dict[str, NameDomain] = dict(FACT_DOMAINS)
        """What conditions may name at this place of the file, and what that may be."""

    def report(self, where: Place, what: str, todo: str = "") -> None:
        self.faults.report(sentence("{place}: {what}", place=where.label, what=what), where.path, todo)

    def report_unknown(self, where: Place, pattern: str, name: str, known: Iterable[str]) -> None:
        """A ``name`` that nobody knows; ``pattern`` says so of {name}."""
        self.report(where, sentence(pattern, name=repr(name)), write_instead(name, known))

    def check_article(self, named: Any, where: Place) -> None:
        if not _is_text(named) or not named.startswith("kb:") or not 3 < len(named.strip()) <= MAX_ARTICLE_ID_LENGTH:
            what = '{typed} names no article: write "kb:router-restart"'
            self.report(where, sentence(what, typed=repr(named)))

    def check_id(self, table: Table, kind: str, number: int) -> Place:
        name = table.get("id")
        where = Place(f"[[{kind}]] {name!r}", (kind, number))
        if not matches(QUESTION_ID, name):
            what = sentence("id is 1 to 20 characters of a-z, 0-9 and _, beginning with a letter")
            self.report(Place(where.label, (*where.path, "id")), what)
        elif name in self.domains.keys() | RESERVED_IDS:
            taken, reserved = sentence("this id is taken already"), sentence("this id is reserved")
            what = taken if name not in RESERVED_IDS else reserved
            self.report(Place(where.label, (*where.path, "id")), what, sentence("give it another id"))
        return where

    def check_condition(self, table: Table, where: Place, needed: bool) -> None:
        source = table.get("when")
        if source is None and not needed:
            return
        if not isinstance(source, str):
            self.report(where / "when", sentence("is a condition in quotes"))
            return
        try:
            condition = CompiledCondition.of(source)
        except InvalidCondition as error:
            self.report(where / "when", error.args[0])
            return
        for name in sorted(condition.names - self.domains.keys()):
            what = "{name} is no earlier question and nothing the desk knows"
            self.report_unknown(where / "when", what, name, self.domains)
        if condition.names <= self.domains.keys():
            for what, todo in condition_faults(condition, self.domains):
                self.report(where / "when", what, todo)

    def check_last_always_holds(self, conditions: list[Any], where: Place, empty_too: bool) -> None:
        if conditions and conditions[-1] != "True":
            self.report(where, sentence('the last one must have when = "True", so that one always holds'))
        if not conditions and empty_too:
            example = '[{ when = "True", set = "minor" }]'
            self.report(where, sentence("is missing: at least {example}", example=example))

    def check_texts(self, value: Any, where: Place, longest: int, names: frozenset[str] = frozenset()) -> None:
        """Checks a text in every language; only ``names`` may stand in braces."""
        if not is_table(value):
            what = sentence("is missing: one text for each of {languages}", languages=", ".join(LANGUAGES))
            self.report(where, what)
            return
        self.check_keys(value, frozenset(LANGUAGES), where)
        for language in LANGUAGES:
            text = value.get(language)
            if not isinstance(text, str) or not text.strip():
                self.report(where / language, sentence("is missing or empty"))
            elif len(text) > longest:
                what = sentence("has {number} characters; at most {most} fit", number=len(text), most=longest)
                self.report(where / language, what)
            else:
                for placeholder in sorted(set(PLACEHOLDER.findall(text)) - names):
                    what = sentence("{name} is nothing the desk may show there", name=f"{{{placeholder}}}")
                    self.report(where / language, what, write_instead(placeholder, names))

    def check_keys(self, table: Table, allowed: frozenset[str], where: Place) -> None:
        for key in sorted(set(table) - allowed):
            place = Place(where.label, (*where.path, key))
            self.report(place, sentence("the key {key} is unknown", key=repr(key)), write_instead(key, allowed))

    def table_at(self, table: Table, key: str, where: Place = TOP) -> Table:
        value = table.get(key, {})
        if is_table(value):
            return dict(value)
        self.report(where / key, sentence("must be a table"))
        return {}

    def tables_at(self, table: Table, key: str, where: Place = TOP) -> list[Table]:
        value = table.get(key, [])
        if isinstance(value, list) and all(is_table(one) for one in value):
            return value
        self.report(where / key, sentence("must be a list of tables"))
        return []

    def check_one_of(self, table: Table, key: str, allowed: Iterable[str], where: Place) -> None:
        if table.get(key) not in set(allowed):
            typed, values = table.get(key), ", ".join(sorted(allowed))
            what = sentence("is one of {values}; not {typed}", values=values, typed=repr(typed))
            self.report(where / key, what, write_instead(str(typed), allowed) if typed is not None else "")

    def check_optional_one_of(self, table: Table, key: str, allowed: frozenset[str], where: Place) -> None:
        if key in table:
            self.check_one_of(table, key, allowed, where)

    def check_strings(
        self, table: Table, key: str, where: Place, needed: bool = False, allowed: frozenset[str] | None = None
    ) -> None:
        if key not in table and not needed:
            return
        for one in self.strings_in(table.get(key), where / key):
            if allowed is not None and one not in allowed:
                what = sentence(
                    "{name} is unknown: there are {known}", name=repr(one), known=", ".join(sorted(allowed))
                )
                self.report(where / key, what, write_instead(one, allowed))

    def strings_in(self, value: Any, where: Place) -> list[str]:
        strings = only_strings(value)
        if not strings or len(strings) != len(value) or not all(one.strip() for one in strings):
            self.report(where, sentence("is a list of texts, none of them empty"))
        return strings

    def check_number(self, table: Table, key: str, where: Place, low: float, high: float, needed: bool = True) -> None:
        if key not in table and not needed:
            return
        value = table.get(key)
        if not is_number(value) or not low <= value <= high:
            what = sentence("is a number from {low} to {high}, not {typed}", low=low, high=high, typed=repr(value))
            self.report(where / key, what)

    def check_flag(self, table: Table, key: str, where: Place) -> None:
        if not isinstance(table.get(key, True), bool):
            self.report(where / key, sentence("is true or false, without quotes"))

    def check_image(self, table: Table, where: Place) -> None:
        image = table.get("image")
        if image is None:
            return
        if not isinstance(image, str) or "/" in image or "\\" in image or image.startswith("."):
            what = sentence("is the name of a picture beside the dialog's file, without a path")
            self.report(where / "image", what)
        elif Path(image).suffix not in PICTURES:
            what = sentence("is a picture that ends with {endings}", endings=", ".join(sorted(PICTURES)))
            self.report(where / "image", what)
        elif self.folder is not None and not (self.folder / image).is_file():
            what = sentence("there is no {image} beside the dialog's file", image=image)
            there = {one.name for one in self.folder.iterdir() if one.suffix in PICTURES}
            self.report(where / "image", what, write_instead(image, there))


def is_table(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value.isprintable()


def matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def only_strings(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
