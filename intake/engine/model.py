"""A dialog as its TOML file says it, frozen. `intake.engine.dialog_file` reads one, `intake.engine.lint` finds what is
wrong with one, and `intake.engine.dialog_set` has those of a provider.

One file is one dialog. Its questions (``[[ask]]``) come in the order of the file, each only if its ``when`` holds; then
the requests for proofs (``[[request]]``: a photo, the output of a command). The first ``[[zone]]`` that holds says
where the fault lies, and ``[outcome]`` what follows from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from desk.language.conditions import CompiledCondition

LocalizedText = Mapping[str, str]
"""The same thing in every language, by language."""


@dataclass(frozen=True, slots=True)
class QuestionOption:
    """One choice. ``present`` and ``absent`` are what it says about the fault; ``synonyms`` mean the same."""

    id: str
    label: LocalizedText
    present: LocalizedText = field(default_factory=dict)
    absent: LocalizedText = field(default_factory=dict)
    synonyms: tuple[str, ...] = ()
    goto_zone: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    ``text_unproved`` is put instead of ``text`` when ``text`` names account data that may not be shown. ``commands``
    are (system, command line) of a request for a command's output, ``extract`` what to read from it: the number
    standing before or after any of some words. A request is a question of type "photo" or "evidence", with ``request``
    set. ``means`` is what it asks for, as `Situation.question` of `desk.understanding.reading.observations` names it:
    values of this meaning answer it wherever they are said. ``label`` names it in a summary and on a card, ``again``
    puts it a second time, shorter and in other words. ``formerly`` are wordings it once had: letters that quote them
    are still read.
    """

    id: str
    type: str
    text: LocalizedText
    text_unproved: LocalizedText = field(default_factory=dict)
    hint: LocalizedText = field(default_factory=dict)
    when: CompiledCondition | None = None
    required: bool = True
    prefill: str = ""
    case_field: str = ""
    image: str = ""
    selfhelp: str = ""
    options: tuple[QuestionOption, ...] = ()
    buttons: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    means: str = ""
    label: LocalizedText = field(default_factory=dict)
    again: LocalizedText = field(default_factory=dict)
    formerly: tuple[str, ...] = ()
    request: bool = False
    commands: tuple[tuple[str, str], ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    extract: Mapping[str, CommandOutputPattern] = field(default_factory=dict)

    def option(self, option: str) -> QuestionOption | None:
        """Its option of that id."""
        return next((one for one in self.options if one.id == option), None)


@dataclass(frozen=True, slots=True)
class CommandOutputPattern:
    """A number to be read from a command's output: it stands right before, or right after, one of these words."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FaultZoneRule:
    """Where the fault lies if ``when`` holds, and how sure that is, from 0 to 1.

    With ``still_ask`` that is enough: of the questions only those of these ids are still asked.
    """

    id: str
    when: CompiledCondition
    confidence: float
    still_ask: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ConditionalValue:
    """One line of a list read from the top: the first whose ``when`` holds gives ``value``."""

    when: CompiledCondition
    value: str


@dataclass(frozen=True, slots=True)
class Dialog:
    """The questions of one trouble, as their file defines them. ``hash`` is the SHA-256 of ``source`` in hex;
    ``folder`` is where its pictures lie, if anywhere, and ``file`` what its file is called in sentences.

    ``version`` is the number its author gave it, for people: what a case began with is known by the hash.
    """

    id: str
    version: int
    category: str
    ticket_type: str
    title: LocalizedText
    match: tuple[str, ...]
    needs: tuple[str, ...]
    max_questions: int
    email_batch: int
    questions: tuple[Question, ...]
    requests: tuple[Question, ...]
    fault_zones: tuple[FaultZoneRule, ...]
    severity: tuple[ConditionalValue, ...]
    suggested_articles: Mapping[str, tuple[ConditionalValue, ...]]
    route: tuple[ConditionalValue, ...]
    source: str
    hash: str
    folder: Path | None = None
    file: str = field(default="", compare=False)

    def question(self, name: str) -> Question | None:
        """The question or request of that id."""
        return next((one for one in (*self.questions, *self.requests) if one.id == name), None)

    def picture_of(self, question: Question) -> Path | None:
        """Where the picture of a question lies, if it has one and the dialog came from a folder."""
        return self.folder / question.image if self.folder and question.image else None

    def with_pictures_of(self, other: Dialog | None) -> Dialog:
        """The same, with the pictures beside another version of it, as far as they still lie there."""
        folder = other.folder if other else None
        there = folder and all(
            (folder / question.image).is_file() for question in (*self.questions, *self.requests) if question.image
        )
        return replace(self, folder=folder if there else None)

    @property
    def articles(self) -> tuple[str, ...]:
        """Every article it names, by its id, each once."""
        named = [question.selfhelp for question in self.questions if question.selfhelp]
        return tuple(
            dict.fromkeys([*named, *(one.value for rules in self.suggested_articles.values() for one in rules)])
        )

    @property
    def teams(self) -> tuple[str, ...]:
        """Every team it routes to, each once."""
        return tuple(dict.fromkeys(rule.value for rule in self.route))
