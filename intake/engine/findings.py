"""What the answers of a dialog say about the fault: the data of the case, and the lines of its summary. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from desk.language.intents import says_dont_know
from desk.language.rich_text import parse_markdown
from intake.engine.answer_parsing import ON_FILE
from intake.engine.date_parsing import readable_span
from intake.engine.engine import Answers, ConditionValues, TemplateValues, known_answers, question_text
from intake.engine.labels import LABELS, UNKNOWN
from intake.engine.model import Dialog, Question


@dataclass(frozen=True, slots=True)
class CaseFindings:
    """The case data of a dialog (B9); a field nobody could fill is `UNKNOWN`. ``lines`` are (question, answer).

    ``present`` ends with the answers that no other field tells, each behind its question.
    """

    present: tuple[str, ...]
    absent: tuple[str, ...]
    occurred: str
    place: str
    circumstances: str
    lines: tuple[tuple[str, str], ...]


def case_findings(
    dialog: Dialog,
    answers: Answers,
    values: ConditionValues,
    language: str,
    names: TemplateValues | None = None,
    zone: tzinfo = UTC,
    tried: Collection[str] = (),
    plain: bool = False,
) -> CaseFindings:
    """What the answers say about the fault, in ``language``, with moments on the clock of ``zone``.

    ``names`` may hold what is on file: it is then written where the person confirmed it. Of what was not done yet, and
    is shown in one of the articles ``tried``, the answer tells so. These are for agents; ``plain`` words are for the
    person, who said "since yesterday" and needs no dates. Answers to questions that this version of the dialog lacks
    stand in the circumstances.
    """
    names = names or {}
    known = known_answers(dialog, answers, values)
    answered = [
        (question, answers[question.id])
        for question in (*dialog.questions, *dialog.requests)
        if question.id in answers and known.get(question.id) != ""
    ]
    chosen = [
        option
        for question, reply in answered
        for option in question.options
        if option.id in _chosen_ids(reply.get("value"))
    ]
    fields = {
        field: "; ".join(
            _answer_text(question, reply, language, names, zone)
            for question, reply in answered
            if _fills_field(question, reply, field)
        )
        for field in ("occurred_at", "place", "circumstances")
    }
    lines = tuple(
        (
            question_summary(question, language),
            _answer_text(question, reply, language, names, None if plain else zone)
            + _selfhelp_note(question, reply, language, tried),
        )
        for question, reply in answered
    )
    told_elsewhere = (
        " ".join(line)
        for line, (question, reply) in zip(lines, answered, strict=True)
        if _is_told_nowhere_else(question, reply)
    )
    return CaseFindings(
        present=(*(option.present[language] for option in chosen if option.present), *told_elsewhere),
        absent=tuple(option.absent[language] for option in chosen if option.absent),
        occurred=fields["occurred_at"][:400] or UNKNOWN,
        place=fields["place"][:400] or UNKNOWN,
        circumstances="; ".join(filter(None, (fields["circumstances"], *_answers_to_other_questions(dialog, answers))))
        or UNKNOWN,
        lines=lines,
    )


def question_summary(question: Question, language: str) -> str:
    """What an answer is to: the question's label, or the question up to its question mark; of a request what was asked
    for."""
    if label := question.label.get(language):
        return f"{label}:"
    if question.request:
        return LABELS[language][question.type]
    words = parse_markdown(question_text(question, language, {})).plain
    return words.partition("?")[0] + "?" if "?" in words else words


def _selfhelp_note(question: Question, reply: Mapping[str, Any], language: str, tried: Collection[str]) -> str:
    """What became of a "no": shown how to do it, the person did, or would not; what was wrong still is."""
    shown = question.selfhelp in tried and reply.get("value") is False
    return f" ({LABELS[language]['shown how']})" if shown else ""


def _answers_to_other_questions(dialog: Dialog, answers: Answers) -> list[str]:
    said = {
        name: reply.get("text") or reply.get("value") for name, reply in answers.items() if not dialog.question(name)
    }
    return [f"{name}: {words}" for name, words in said.items() if words not in (None, "")]


def _chosen_ids(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fills_field(question: Question, reply: Mapping[str, Any], field: str) -> bool:
    return question.case_field == field and reply.get("value") not in (None, "")


def _is_told_nowhere_else(question: Question, reply: Mapping[str, Any]) -> bool:
    """Whether an answer says what stands in no field and is no finding of its option: also one nobody understood."""
    value = reply.get("value")
    if value is None:
        return bool(reply.get("text")) and not says_dont_know(str(reply["text"]))
    chosen = [option for option in question.options if option.id in _chosen_ids(value)]
    stated = question.request or question.case_field or any(option.present or option.absent for option in chosen)
    return not stated and value not in ("", UNKNOWN)


def _answer_text(
    question: Question, reply: Mapping[str, Any], language: str, names: TemplateValues, zone: tzinfo | None
) -> str:
    """An answer as an agent reads it; without a ``zone`` as the person said it."""
    labels, value, text = LABELS[language], reply.get("value"), str(reply.get("text", ""))
    if value == ON_FILE and question.prefill:
        return names.get(question.prefill) or labels.get(question.prefill) or labels["as on file"]
    if options := [option for option in question.options if option.id in _chosen_ids(value)]:
        return ", ".join(option.label[language] for option in options)
    if question.type == "datetime" and value is not None:
        words = text or labels.get(str(value), str(value))
        parsed = reply.get("parsed", {})
        return f"{words} ({readable_span((parsed['from'], parsed['to']), zone)})" if parsed and zone else words
    if isinstance(value, bool) and question.type == "yesno":
        return labels["yes" if value else "no"]
    files = ", ".join(str(file.get("name") or file.get("kind", "")) for file in reply.get("files", ()))
    if not text and not files and isinstance(value, str):
        text = value  # an option that this version of the dialog lacks
    return " ".join(part for part in (text, f"[{files}]" if files else "") if part) or labels["skipped"]
