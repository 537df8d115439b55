"""A dialog as its TOML file says it: checked once, then frozen. `intake.engine.lint` finds what is wrong with one.

One file is one dialog. Its questions (``[[ask]]``) come in the order of the file, each only if its ``when`` holds; then
the requests for proofs (``[[request]]``: a photo, the output of a command). The first ``[[zone]]`` that holds says
where the fault lies, and ``[outcome]`` what follows from that.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desk.error_reasons import describe_file_error
from desk.language.conditions import CompiledCondition
from desk.language.detect import LANGUAGES
from desk.language.operator_file_faults import Fault, InvalidFiles
from desk.language.toml_lines import line_of, toml_lines
from desk.language.translatable import sentence
from desk.model.toml_table import unreadable
from desk.understanding.reading.observations import Situation
from desk.understanding.understand import understand
from intake.engine import lint
from intake.engine.phrase_matching import LOOKED_THROUGH, PhraseMatcher, sentences_of

MAX_FILE_BYTES = 256 * 1024
PACKAGED_DIALOGS = Path(__file__).resolve().parents[1] / "dialogs"
"""The dialogs that every desk has; any other is of the desk or of a provider."""
_BARELY_MORE = 5
"""Words of a text that only names a matter: "нет интернета, договор"."""

LocalizedText = Mapping[str, str]
"""The same thing in every language, by language."""


class InvalidDialog(InvalidFiles):
    """Dialogs that cannot be used; each fault names the file and the key."""


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


def parse_dialog(source: bytes, name: str, folder: Path | None = None) -> Dialog:
    """Reads one dialog from the bytes of its file. Raises `InvalidDialog` with everything that is wrong with it.

    ``name`` is the file's name for the sentences; ``folder`` where its pictures are looked for (None: not checked).
    """
    try:
        if len(source) > MAX_FILE_BYTES:
            what = sentence(
                "a dialog may have {most} bytes, this one has {number}", most=MAX_FILE_BYTES, number=len(source)
            )
            raise InvalidDialog([Fault(name, 0, what)])
        text = source.decode("utf-8")
        table = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidDialog([unreadable(name, error, what="cannot be read as TOML: {why}")]) from None
    if found := lint.find_faults(table, name, folder, text):
        raise InvalidDialog(found)
    return _dialog_from_table(table, text, hashlib.sha256(source).hexdigest(), folder, name)


def _dialog_from_table(table: Mapping[str, Any], source: str, digest: str, folder: Path | None, file: str) -> Dialog:
    dialog, outcome = table["form"], table.get("outcome", {})
    return Dialog(
        id=dialog["id"],
        version=dialog["version"],
        category=dialog["category"],
        ticket_type=dialog["ticket_type"],
        title=dialog["title"],
        match=tuple(dialog["match"]),
        needs=tuple(dialog.get("needs", ())),
        max_questions=dialog.get("max_questions", len(table["ask"])),
        email_batch=dialog.get("email_batch", 9),
        questions=tuple(_question_from_table(question) for question in table["ask"]),
        requests=tuple(_request_from_table(request) for request in table.get("request", ())),
        fault_zones=tuple(map(_zone_from_table, table.get("zone", ()))),
        severity=tuple(
            ConditionalValue(CompiledCondition.of(rule["when"]), rule["set"]) for rule in outcome.get("severity", ())
        ),
        suggested_articles={
            zone: tuple(map(_suggestion_of, articles)) for zone, articles in outcome.get("suggest", {}).items()
        },
        route=tuple(
            ConditionalValue(CompiledCondition.of(rule["when"]), rule["queue"]) for rule in outcome.get("route", ())
        ),
        source=source,
        hash=digest,
        folder=folder,
        file=file,
    )


def _suggestion_of(entry: str | Mapping[str, str]) -> ConditionalValue:
    """An article, on a condition or on none."""
    when, article = ("True", entry) if isinstance(entry, str) else (entry["when"], entry["article"])
    return ConditionalValue(CompiledCondition.of(when), _article_id(article))


def _question_from_table(question: Mapping[str, Any]) -> Question:
    bounds = question.get("constraint", {})
    return Question(
        id=question["id"],
        type=question["type"],
        text=question["text"],
        text_unproved=question.get("text_unproved", {}),
        hint=question.get("hint", {}),
        when=_condition_of(question),
        required=question.get("required", True),
        prefill=question.get("prefill", ""),
        case_field=question.get("case_field", ""),
        image=question.get("image", ""),
        selfhelp=_article_id(question.get("selfhelp", "")),
        options=tuple(_option_from_table(option) for option in question.get("options", ())),
        buttons=tuple(question.get("buttons", ())),
        minimum=bounds.get("min"),
        maximum=bounds.get("max"),
        means=question.get("means", ""),
        label=question.get("label", {}),
        again=question.get("again", {}),
        formerly=tuple(question.get("formerly", ())),
    )


def _option_from_table(option: Mapping[str, Any]) -> QuestionOption:
    return QuestionOption(
        id=option["id"],
        label={language: option[language] for language in LANGUAGES},
        present=option.get("present", {}),
        absent=option.get("absent", {}),
        synonyms=tuple(option.get("also", ())),
        goto_zone=option.get("goto_zone", ""),
    )


def _request_from_table(request: Mapping[str, Any]) -> Question:
    return Question(
        id=request["id"],
        type="photo" if request["kind"] == "photo" else "evidence",
        text=request["text"],
        label=request.get("label", {}),
        hint=request.get("hint", {}),
        when=_condition_of(request),
        required=not request.get("optional", False),
        image=request.get("image", ""),
        request=True,
        commands=tuple(request.get("command", {}).items()),
        params=request.get("params", {}),
        extract={
            name: CommandOutputPattern(tuple(words.get("before", ())), tuple(words.get("after", ())))
            for name, words in request.get("extract", {}).items()
        },
    )


def _zone_from_table(zone: Mapping[str, Any]) -> FaultZoneRule:
    still_ask = tuple(zone["still_ask"]) if "still_ask" in zone else None
    return FaultZoneRule(zone["id"], CompiledCondition.of(zone["when"]), float(zone["sure"]), still_ask)


def _article_id(named: str) -> str:
    """ "kb:router-restart" is the article router-restart."""
    return named.removeprefix("kb:")


def _condition_of(table: Mapping[str, Any]) -> CompiledCondition | None:
    return CompiledCondition.of(table["when"]) if "when" in table else None


@dataclass(frozen=True, slots=True)
class DialogSet:
    """The dialogs of one provider: those in use by id, and by hash also those that running cases began with."""

    in_use: Mapping[str, Dialog]
    by_hash: Mapping[str, Dialog]
    _matcher: PhraseMatcher[Dialog] = field(init=False, repr=False, compare=False)
    """What the dialogs in use are recognised by."""

    def __post_init__(self) -> None:
        phrases = ((match, dialog) for dialog in self.in_use.values() for match in dialog.match)
        object.__setattr__(self, "_matcher", PhraseMatcher(phrases, _is_own))

    @classmethod
    def of(cls, folders: Sequence[Path]) -> DialogSet:
        """Reads every ``*.toml`` of the folders: the provider's first, then the desk's, then the packaged one.

        Of two dialogs with one id the earlier folder's is in use. A folder that does not exist holds none. Raises
        `InvalidDialog` with the faults of all files.
        """
        dialogs, faults = cls.with_faults(folders)
        if faults:
            raise InvalidDialog(faults)
        return dialogs

    @classmethod
    def with_faults(cls, folders: Sequence[Path]) -> tuple[DialogSet, list[Fault]]:
        """The same of those dialogs that can be used, and all that is wrong with the others."""
        found: list[Dialog] = []
        faults: list[Fault] = []
        for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
            try:
                found.append(parse_dialog(path.read_bytes(), str(path), path.parent))
            except OSError as error:
                faults.append(Fault(str(path), 0, sentence("cannot be read: {why}", why=describe_file_error(error))))
            except InvalidDialog as error:
                faults += error.faults
        faults += _duplicate_ids(found)
        in_use = {dialog.id: dialog for dialog in reversed(found)}
        return cls(in_use, {dialog.hash: dialog for dialog in found}), faults

    def with_former_versions(self, old: Iterable[Dialog]) -> DialogSet:
        """The same with earlier versions, known by their hash only."""
        return DialogSet(self.in_use, {**{dialog.hash: dialog for dialog in old}, **self.by_hash})

    def get(self, dialog: str, digest: str = "") -> Dialog | None:
        """The dialog of that hash; where none was given, or nobody has it any more, the one in use of that id."""
        return self.by_hash.get(digest) or self.in_use.get(dialog)

    def match(self, text: str) -> Dialog | None:
        """The dialog one of whose ``match`` phrases occurs in the text as whole words; the longest phrase wins, but one
        of a dialog that is not packaged before all others. Typos are mended, and words that tell nothing may stand
        between. Without a phrase a question of a charge or a plan begins the dialog that asks what such a question is
        about; who speaks of a payment may only say why it should work."""
        return self._matcher.match(text) or self.of_money_matter(text, "charge", "plan")

    def of_money_matter(self, text: str, *matters: str) -> Dialog | None:
        """The dialog that asks for a ``money_matter``, where the text tells one; of these ``matters``, if any."""
        told = understand(text, Situation()).value("money_matter")
        if told is None or (matters and told.value not in matters):
            return None
        return next((one for one in self.in_use.values() if any(ask.means == told.slot for ask in one.questions)), None)

    @property
    def has_own(self) -> bool:
        """Whether any of them is the provider's or the desk's, not a packaged one."""
        return any(map(_is_own, self.in_use.values()))

    def match_own(self, text: str) -> Dialog | None:
        """The dialog of the provider or the desk, not a packaged one, whose phrase the text says word for word."""
        return self._matcher.match_preferred(text)

    def is_another_matter(self, other: Dialog | None, than: Dialog | None) -> bool:
        """Whether two dialogs are of two matters. Packaged ones of one category are of the same: an internet that is
        back but slow is no second trouble."""
        if other is None or than is None or other.id == than.id:
            return False
        return other.category != than.category or _is_own(other) or _is_own(than)

    def says_only(self, text: str, dialog: str) -> bool:
        """Whether a text is hardly more than a phrase of this dialog: what such a matter is, and nothing else."""
        named = self.match(text)
        return named is not None and named.id == dialog and len(text.split()) <= _BARELY_MORE

    def matters(self, text: str) -> list[tuple[str, Dialog | None]]:
        """The sentences of a text, each with the dialog that takes it; none of a text so long that it is one story."""
        if len(text) > LOOKED_THROUGH:
            return []
        return [
            part for piece in sentences_of(text) for part in self._two_matters(piece) or [(piece, self.match(piece))]
        ]

    def _two_matters(self, sentence: str) -> list[tuple[str, Dialog | None]]:
        """The halves of "списали два раза и инет не работает", where one asks of a charge or a plan; none of others."""
        for joint in _AND.finditer(sentence):
            parts = [(half, self.match(half)) for half in (sentence[: joint.start()], sentence[joint.end() :])]
            of_money = [self.of_money_matter(half, "charge", "plan") for half, _ in parts]
            if self.is_another_matter(parts[0][1], parts[1][1]) and of_money.count(None) == 1:
                return parts
        return []


_AND = re.compile(r",?\s+(?:и|а|and)\s+", re.IGNORECASE)


def _is_own(dialog: Dialog) -> bool:
    return dialog.folder is not None and dialog.folder != PACKAGED_DIALOGS


def _duplicate_ids(dialogs: Sequence[Dialog]) -> list[Fault]:
    seen: dict[tuple[Path | None, str], Dialog] = {}
    faults = []
    for dialog in dialogs:
        if first := seen.get((dialog.folder, dialog.id)):
            line = line_of(toml_lines(dialog.source), ("form", "id"))
            what = sentence("two dialogs have the id {id}: this one, and {file}", id=repr(dialog.id), file=first.file)
            faults.append(Fault(dialog.file, line, what, sentence("give one another id")))
        seen[dialog.folder, dialog.id] = dialog
    return faults
