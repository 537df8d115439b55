"""A dialog as its TOML file says it: checked once, then frozen. `intake.engine.lint` finds what is wrong with one.

One file is one form. Its questions (``[[ask]]``) come in the order of the file, each only if its ``when`` holds; then
the requests for proofs (``[[request]]``: a photo, the output of a command). The first ``[[zone]]`` that holds says
where the fault lies, and ``[outcome]`` what follows from that.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desk.language.conditions import Condition
from desk.language.detect import LANGUAGES
from desk.language.normalize import normalized
from intake.engine import lint

LARGEST_FILE = 256 * 1024

Words = Mapping[str, str]
"""The same thing in every language, by language."""


class InvalidDialog(ValueError):
    """A dialog that cannot be used. ``faults`` are sentences, each naming the file and the key."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class QuestionOption:
    """One choice. ``present`` and ``absent`` are what it says about the fault; ``also`` other words that mean it."""

    id: str
    label: Words
    present: Words = field(default_factory=dict)
    absent: Words = field(default_factory=dict)
    also: tuple[str, ...] = ()
    goto_zone: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    ``text_unproved`` is put instead of ``text`` when ``text`` names account data that may not be shown. ``commands``
    are (system, command line) of a request for a command's output, ``extract`` what to read from it: the number
    standing before or after any of some words. A request is an ask of type "photo" or "evidence" with ``request`` set.
    """

    id: str
    type: str
    text: Words
    text_unproved: Words = field(default_factory=dict)
    hint: Words = field(default_factory=dict)
    when: Condition | None = None
    required: bool = True
    prefill: str = ""
    case_field: str = ""
    image: str = ""
    selfhelp: str = ""
    options: tuple[QuestionOption, ...] = ()
    buttons: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    request: bool = False
    commands: tuple[tuple[str, str], ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    extract: Mapping[str, OutputPattern] = field(default_factory=dict)

    def option(self, option: str) -> QuestionOption | None:
        """Its option of that id."""
        return next((one for one in self.options if one.id == option), None)


@dataclass(frozen=True, slots=True)
class OutputPattern:
    """A number to be read from a command's output: it stands right before, or right after, one of these words."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FaultZoneRule:
    """Where the fault lies if ``when`` holds, and how sure that is, from 0 to 1."""

    id: str
    when: Condition
    sure: float


@dataclass(frozen=True, slots=True)
class ValueRule:
    """One line of a list read from the top: the first whose ``when`` holds gives ``value``."""

    when: Condition
    value: str


@dataclass(frozen=True, slots=True)
class Dialog:
    """One dialog. ``hash`` is the SHA-256 of ``source`` in hex; ``folder`` is where its pictures lie, if anywhere.

    ``version`` is the number its author gave it, for people: what a case began with is known by the hash.
    """

    id: str
    version: int
    category: str
    ticket_type: str
    title: Words
    match: tuple[str, ...]
    needs: tuple[str, ...]
    max_questions: int
    email_batch: int
    asks: tuple[Question, ...]
    requests: tuple[Question, ...]
    zones: tuple[FaultZoneRule, ...]
    severity: tuple[ValueRule, ...]
    suggest: Mapping[str, tuple[str, ...]]
    route: tuple[ValueRule, ...]
    source: str
    hash: str
    folder: Path | None = None

    def ask(self, name: str) -> Question | None:
        """The question or request of that id."""
        return next((one for one in (*self.asks, *self.requests) if one.id == name), None)

    def picture(self, ask: Question) -> Path | None:
        """Where the picture of a question lies, if it has one and the form came from a folder."""
        return self.folder / ask.image if self.folder and ask.image else None

    def beside(self, other: Dialog | None) -> Dialog:
        """The same, with the pictures beside another version of it, as far as they still lie there."""
        folder = other.folder if other else None
        there = folder and all((folder / ask.image).is_file() for ask in (*self.asks, *self.requests) if ask.image)
        return replace(self, folder=folder if there else None)

    @property
    def articles(self) -> tuple[str, ...]:
        """Every article it names, by its id, each once."""
        named = [ask.selfhelp for ask in self.asks if ask.selfhelp]
        return tuple(dict.fromkeys([*named, *(one for articles in self.suggest.values() for one in articles)]))

    @property
    def teams(self) -> tuple[str, ...]:
        """Every team it routes to, each once."""
        return tuple(dict.fromkeys(rule.value for rule in self.route))


def parse(source: bytes, name: str, folder: Path | None = None) -> Dialog:
    """Reads one dialog from the bytes of its file. Raises `InvalidDialog` with everything that is wrong with it.

    ``name`` is the file's name for the sentences; ``folder`` where its pictures are looked for (None: not checked).
    """
    try:
        if len(source) > LARGEST_FILE:
            raise InvalidDialog([f"{name}: a dialog may have {LARGEST_FILE} bytes, this one has {len(source)}"])
        text = source.decode("utf-8")
        table = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidDialog([f"{name}: cannot be read as TOML: {error}"]) from None
    if found := lint.find_faults(table, name, folder):
        raise InvalidDialog(found)
    return _form(table, text, hashlib.sha256(source).hexdigest(), folder)


def _form(table: Mapping[str, Any], source: str, digest: str, folder: Path | None) -> Dialog:
    form, outcome = table["form"], table.get("outcome", {})
    return Dialog(
        id=form["id"],
        version=form["version"],
        category=form["category"],
        ticket_type=form["ticket_type"],
        title=form["title"],
        match=tuple(form["match"]),
        needs=tuple(form.get("needs", ())),
        max_questions=form.get("max_questions", len(table["ask"])),
        email_batch=form.get("email_batch", 9),
        asks=tuple(_ask(ask) for ask in table["ask"]),
        requests=tuple(_request(request) for request in table.get("request", ())),
        zones=tuple(
            FaultZoneRule(zone["id"], Condition.of(zone["when"]), float(zone["sure"])) for zone in table.get("zone", ())
        ),
        severity=tuple(ValueRule(Condition.of(rule["when"]), rule["set"]) for rule in outcome.get("severity", ())),
        suggest={zone: tuple(map(_article, articles)) for zone, articles in outcome.get("suggest", {}).items()},
        route=tuple(ValueRule(Condition.of(rule["when"]), rule["queue"]) for rule in outcome.get("route", ())),
        source=source,
        hash=digest,
        folder=folder,
    )


def _ask(ask: Mapping[str, Any]) -> Question:
    limits = ask.get("constraint", {})
    return Question(
        id=ask["id"],
        type=ask["type"],
        text=ask["text"],
        text_unproved=ask.get("text_unproved", {}),
        hint=ask.get("hint", {}),
        when=_when(ask),
        required=ask.get("required", True),
        prefill=ask.get("prefill", ""),
        case_field=ask.get("case_field", ""),
        image=ask.get("image", ""),
        selfhelp=_article(ask.get("selfhelp", "")),
        options=tuple(_option(option) for option in ask.get("options", ())),
        buttons=tuple(ask.get("buttons", ())),
        low=limits.get("min"),
        high=limits.get("max"),
    )


def _option(option: Mapping[str, Any]) -> QuestionOption:
    return QuestionOption(
        id=option["id"],
        label={language: option[language] for language in LANGUAGES},
        present=option.get("present", {}),
        absent=option.get("absent", {}),
        also=tuple(option.get("also", ())),
        goto_zone=option.get("goto_zone", ""),
    )


def _request(request: Mapping[str, Any]) -> Question:
    return Question(
        id=request["id"],
        type="photo" if request["kind"] == "photo" else "evidence",
        text=request["text"],
        hint=request.get("hint", {}),
        when=_when(request),
        required=not request.get("optional", False),
        image=request.get("image", ""),
        request=True,
        commands=tuple(request.get("command", {}).items()),
        params=request.get("params", {}),
        extract={
            name: OutputPattern(tuple(words.get("before", ())), tuple(words.get("after", ())))
            for name, words in request.get("extract", {}).items()
        },
    )


def _article(named: str) -> str:
    """ "kb:router-restart" is the article router-restart."""
    return named.removeprefix("kb:")


def _when(table: Mapping[str, Any]) -> Condition | None:
    return Condition.of(table["when"]) if "when" in table else None


@dataclass(frozen=True, slots=True)
class DialogSet:
    """The dialogs of one provider: those in use by id, and by hash also those that running cases began with."""

    in_use: Mapping[str, Dialog]
    by_hash: Mapping[str, Dialog]
    _phrases: Sequence[tuple[str, Dialog]] = field(init=False, repr=False, compare=False)
    """What the dialogs in use are recognised by, as `normalized` has it, a blank on either side; the longest first."""

    def __post_init__(self) -> None:
        phrases = [(f" {normalized(match)} ", form) for form in self.in_use.values() for match in form.match]
        told = sorted((one for one in phrases if one[0].strip()), key=lambda one: -len(one[0]))
        object.__setattr__(self, "_phrases", told)

    @classmethod
    def of(cls, folders: Sequence[Path]) -> DialogSet:
        """Reads every ``*.toml`` of the folders: the provider's first, then the desk's, then the packaged one.

        Of two dialogs with one id the earlier folder's is in use. A folder that does not exist holds none. Raises
        `InvalidDialog` with the faults of all files.
        """
        found: list[Dialog] = []
        faults: list[str] = []
        for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
            try:
                found.append(parse(path.read_bytes(), str(path), path.parent))
            except OSError as error:
                faults.append(f"{path}: cannot be read: {error.strerror}")
            except InvalidDialog as error:
                faults += error.faults
        faults += _twins(found)
        if faults:
            raise InvalidDialog(faults)
        return cls({form.id: form for form in reversed(found)}, {form.hash: form for form in found})

    def keeping(self, old: Iterable[Dialog]) -> DialogSet:
        """The same with earlier versions, known by their hash only."""
        return DialogSet(self.in_use, {**{form.hash: form for form in old}, **self.by_hash})

    def get(self, form: str, digest: str = "") -> Dialog | None:
        """The dialog of that hash; where none was given, or nobody has it any more, the one in use of that id."""
        return self.by_hash.get(digest) or self.in_use.get(form)

    def match(self, text: str) -> Dialog | None:
        """The dialog one of whose ``match`` phrases occurs in the text as whole words; the longest phrase wins."""
        said = f" {normalized(text)} "
        return next((form for phrase, form in self._phrases if phrase in said), None)


def _twins(forms: Sequence[Dialog]) -> list[str]:
    seen: set[tuple[Path | None, str]] = set()
    faults = []
    for form in forms:
        if (form.folder, form.id) in seen:
            faults.append(f"{form.folder}: two dialogs have the id {form.id!r}: give one another id")
        seen.add((form.folder, form.id))
    return faults
