"""The file of a dialog: read from TOML once it was checked, with everything that is wrong with it told at once."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desk.language.conditions import CompiledCondition
from desk.language.detect import LANGUAGES
from desk.language.operator_file_faults import Fault, InvalidFiles
from desk.language.translatable import sentence
from desk.model.toml_table import unreadable
from intake.engine import lint
from intake.engine.model import (
    CommandOutputPattern,
    ConditionalValue,
    Dialog,
    FaultZoneRule,
    Question,
    QuestionOption,
)

MAX_FILE_BYTES = 256 * 1024


class InvalidDialog(InvalidFiles):
    """Dialogs that cannot be used; each fault names the file and the key."""


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
