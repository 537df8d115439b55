"""What a level of service does not cover: ``[[coverage]]`` of a policy. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from desk.language.detect import LANGUAGES
from desk.language.normalize import normalized
from desk.language.translatable import sentence
from desk.model.toml_table import TomlTable


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """Accounts of a ``service_level`` ("" for every one) have no claim to what is asked for in these ``words``;
    ``covered`` says, by language, what they have a claim to."""

    service_level: str
    words: tuple[str, ...]
    covered: Mapping[str, str] = field(default_factory=dict)

    def excludes(self, service_level: str, text: str) -> bool:
        """Whether a text asks for what this level does not cover."""
        if self.service_level and self.service_level.casefold() != service_level.casefold():
            return False
        said = f" {normalized(text)} "
        return any(f" {normalized(one)} " in said for one in self.words if normalized(one))


def not_covered(rules: Sequence[CoverageRule], service_level: str, *texts: str) -> CoverageRule | None:
    """The first rule by which something asked for in these texts is not covered."""
    return next((rule for rule in rules for text in texts if rule.excludes(service_level, text)), None)


def read_coverage(policy: TomlTable) -> tuple[CoverageRule, ...]:
    """Every ``[[coverage]]`` of a policy."""
    return tuple(_read(section) for section in policy.sections("coverage"))


def _read(section: TomlTable) -> CoverageRule:
    level, words = section.text("service_level", ""), section.texts("words")
    covered = section.take("covered", "")
    if isinstance(covered, str):
        covered = dict.fromkeys(LANGUAGES, covered)
    if not isinstance(covered, dict) or not set(covered) <= set(LANGUAGES):
        what = sentence("{key} must be a text, or {example}", key="covered", example='{ ru = "...", en = "..." }')
        section.report(what, "covered")
        covered = {}
    section.report_unknown_keys()
    return CoverageRule(level, words, {language: str(said) for language, said in covered.items()})
