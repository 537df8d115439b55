"""Walks a dialog: what to ask next, how to show it, and what the answers come to. Pure, and it always ends.

``answers`` is `Case.answers`: a question's id to ``{"value": ..., "text": ...}`` (see
`intake.engine.answer_parsing.ParsedAnswer`).
``values`` are the facts a ``when`` may ask about (`intake.engine.lint.CONDITION_FACTS`); one that is left out is
undecided.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from desk.language.rich_text import RichText, escape_markdown, join_texts, parse_markdown
from desk.model.messages import File, RenderedButton
from intake.engine.answer_parsing import ON_FILE, stands_for_photo
from intake.engine.builtin_labels import LABELS, UNKNOWN
from intake.engine.model import ConditionalValue, Dialog, Question

Answers = Mapping[str, Mapping[str, Any]]
ConditionValues = Mapping[str, object]
TemplateValues = Mapping[str, str]

UPSET_QUESTIONS = 3
"""Questions that somebody upset is asked at most."""
_SYSTEMS = {"windows": "Windows", "macos": "macOS", "linux": "Linux"}
_PLACEHOLDER = re.compile(r"\{([a-z_.]{1,40})\}")
_PARAMETER = re.compile(r"\{([a-z_]{1,40})\}")
_HOST = re.compile(r"(?:https?://)?([A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}))(?:[/:?#].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class QuestionPrompt:
    """A question to be shown. A question that ``can_skip`` also takes the option id "skip", and the word."""

    text: RichText
    options: tuple[RenderedButton, ...] = ()
    image: str = ""
    can_skip: bool = False


@dataclass(frozen=True, slots=True)
class DialogConclusion:
    """What the answers come to. ``confidence`` is from 0 to 1; ``queue`` a team or ""; ``articles`` are ids."""

    zone: str
    confidence: float
    severity: str
    queue: str
    articles: tuple[str, ...]


def known_answers(dialog: Dialog, answers: Answers, values: ConditionValues) -> dict[str, object]:
    """The value of every name a ``when`` may look at.

    A question that is decided not to matter has the value "", so that ``lights != 'off'`` holds where lights never
    mattered; one that was skipped, or is still open, has none and leaves its conditions undecided.
    """
    names = dict(values)
    for question in (*dialog.questions, *dialog.requests):
        if question.when is not None and question.when.test(names) is False:
            names[question.id] = ""
        elif answered := answers.get(question.id):
            names[question.id] = answered.get("value")
            names |= {name: value for name, value in answered.get("parsed", {}).items() if name in question.extract}
    return names


def next_questions(
    dialog: Dialog, answers: Answers, values: ConditionValues, batch: int, put: Sequence[str] = ()
) -> tuple[Question, ...]:
    """The next questions, at most ``batch`` of them; when none is left, the next requests; then nothing.

    No more than the dialog's ``max_questions`` are asked in all. Somebody upset is asked only what is required, and
    `UPSET_QUESTIONS` at most, of which ``put`` were put already.
    """
    names = known_answers(dialog, answers, values)
    upset = values.get("upset") is True
    left = questions_left(dialog, answers, batch)
    if upset:
        left = max(0, min(left, UPSET_QUESTIONS - len(set(put))))
    questions = _unanswered(questions_that_matter(dialog, names), answers, names, upset)[:left]
    return questions or next_requests(dialog, answers, values)[: max(0, batch)]


def still_applies(dialog: Dialog, question: Question, answers: Answers, values: ConditionValues) -> bool:
    """Whether the ``when`` of a question holds with these answers."""
    return question.when is None or question.when.test(known_answers(dialog, answers, values)) is True


def questions_that_matter(dialog: Dialog, names: ConditionValues) -> tuple[Question, ...]:
    """All questions, or those that the zone leaves to be asked, once one is found that is enough. ``names`` are
    `known_answers`."""
    still_ask = _still_ask(dialog, names)
    if still_ask is None:
        return dialog.questions
    return tuple(question for question in dialog.questions if question.id in still_ask)


def is_work_for_others(dialog: Dialog, answers: Answers, values: ConditionValues) -> bool:
    """Whether the zone found is enough: nothing more has to be tried at home."""
    return _still_ask(dialog, known_answers(dialog, answers, values)) is not None


def _still_ask(dialog: Dialog, names: ConditionValues) -> tuple[str, ...] | None:
    zone = next((zone for zone in dialog.fault_zones if zone.when.test(names) is True), None)
    return zone.still_ask if zone else None


def next_requests(dialog: Dialog, answers: Answers, values: ConditionValues) -> tuple[Question, ...]:
    """All requests that matter and are still open. Somebody upset is asked only for what is required."""
    names = known_answers(dialog, answers, values)
    requests = _unanswered(dialog.requests, answers, names, values.get("upset") is True)
    if _has_photo(answers):
        requests = tuple(request for request in requests if request.type != "photo")
    return tuple(_with_parameters(request, answers) for request in requests)


def questions_left(dialog: Dialog, answers: Answers, batch: int) -> int:
    """How many questions may be asked now, of a ``batch`` and of ``max_questions`` in all."""
    answered_count = sum(question.id in answers for question in dialog.questions)
    return max(0, min(batch, dialog.max_questions - answered_count))


def selfhelp_articles(dialog: Dialog, answers: Answers, values: ConditionValues) -> tuple[str, ...]:
    """The articles for what the person has not tried yet: those of the questions that matter and got a "no"."""
    names = known_answers(dialog, answers, values)
    return tuple(
        question.selfhelp for question in dialog.questions if question.selfhelp and names.get(question.id) is False
    )


def _unanswered(
    questions: Sequence[Question], answers: Answers, names: ConditionValues, upset: bool
) -> tuple[Question, ...]:
    return tuple(
        question
        for question in questions
        if question.id not in answers
        and (question.when is None or question.when.test(names) is True)
        and (question.required or not upset)
    )


def _has_photo(answers: Answers) -> bool:
    """Whether a photo was sent with an answer already: nobody is asked for it again."""
    files = (file for answered in answers.values() for file in answered.get("files", ()))
    return any(stands_for_photo(_as_stored(file)) for file in files)


def _as_stored(file: Mapping[str, Any]) -> File:
    """What a file is called and what it is, as an answer keeps it."""
    name, kind, media_type = (str(file.get(one, "")) for one in ("name", "kind", "media_type"))
    return File(name, kind, media_type, size=0, source="")


def questions_by_id(dialog: Dialog, names: Sequence[str], answers: Answers) -> tuple[Question, ...]:
    """The questions and requests of these ids (`Case.asked`), as they were shown; ids the dialog lacks are left out."""
    found = (dialog.question(name) for name in names)
    return tuple(_with_parameters(question, answers) for question in found if question is not None)


def _with_parameters(question: Question, answers: Answers) -> Question:
    """A request with the parameters of its commands put in. An answer is put in only if it is a host name."""
    if not question.commands:
        return question
    params = {name: _parameter_value(value, answers) for name, value in question.params.items()}
    commands = tuple(
        (system, _PARAMETER.sub(lambda placeholder: params[placeholder.group(1)], line))
        for system, line in question.commands
    )
    return replace(question, commands=commands)


def _parameter_value(value: str, answers: Answers) -> str:
    if not value.startswith("answer:"):
        return value
    said = str(answers.get(value.removeprefix("answer:"), {}).get("text", "")).strip()
    host = _HOST.fullmatch(said)
    return host.group(1).rstrip(".-") if host and "." in host.group(1) else "example.com"


def render_question(question: Question, language: str, names: TemplateValues, again: bool = False) -> QuestionPrompt:
    """A question as it is put to a person in a chat. ``names`` holds only what this person may be told
    (`intake.engine.lint.TEXT_NAMES`).

    Where a name of the text is missing there, ``text_unproved`` is shown. ``again`` puts it a second time: in other
    words, without its hint and picture.
    """
    confirmable = bool(question.prefill and names.get(question.prefill))
    options = _button_options(question, language, confirmable)
    if again:
        words = question.again.get(language) or question_text(question, language, names)
        return QuestionPrompt(parse_markdown(words), options, can_skip=not question.required)
    parts = [question_text(question, language, names), question_hint(question, language)]
    parts += [f"{_SYSTEMS[system]}: `{escape_markdown(line)}`" for system, line in question.commands]
    return QuestionPrompt(
        join_texts(parse_markdown(part) for part in parts if part),
        options,
        question.image,
        not question.required,
    )


def question_hint(question: Question, language: str) -> str:
    """What stands below a question: its hint, or of a number its bounds; "" for nothing."""
    return question.hint.get(language) or _number_bounds(question, language)


def _button_options(question: Question, language: str, confirmable: bool) -> tuple[RenderedButton, ...]:
    shown = option_labels(question, language)
    return tuple(RenderedButton(one, label) for one, label in shown if confirmable or one != ON_FILE)


def option_labels(question: Question, language: str) -> tuple[tuple[str, str], ...]:
    """Everything that may be chosen, each with its id and its label; last of all what is on file."""
    if question.options:
        return tuple((one.id, one.label[language]) for one in question.options)
    ids = ("yes", "no", "unknown") if question.type == "yesno" else question.buttons
    return tuple((one, LABELS[language][one]) for one in (*ids, *((ON_FILE,) if question.prefill else ())))


def _number_bounds(question: Question, language: str) -> str:
    """Which numbers are taken: nobody has to guess why theirs is not."""
    labels = LABELS[language]
    bounds = [(labels["from"], question.minimum), (labels["to"], question.maximum)]
    stated = [f"{word} {int(bound) if bound == int(bound) else bound}" for word, bound in bounds if bound is not None]
    return " ".join((labels["a number"], *stated)) if stated else ""


def question_text(question: Question, language: str, names: TemplateValues) -> str:
    """The words of a question, with what this person may be told put in."""
    text = question.text[language]
    if any(not names.get(placeholder) for placeholder in _PLACEHOLDER.findall(text)):
        text = question.text_unproved.get(language, text)
    return _PLACEHOLDER.sub(lambda placeholder: escape_markdown(names.get(placeholder.group(1), "")), text)


def dialog_outcome(dialog: Dialog, answers: Answers, values: ConditionValues) -> DialogConclusion:
    """Where the fault lies, how bad it is, and what follows. Without any zone that holds it is `UNKNOWN`, 0.0 sure."""
    names = known_answers(dialog, answers, values)
    zone, confidence = _fault_zone(dialog, names)
    names |= {"zone": zone, "sure": confidence}
    severity = _first_match(dialog.severity, names) or "minor"
    names["severity"] = severity
    suggested = dialog.suggested_articles.get(zone, ())
    articles = tuple(rule.value for rule in suggested if rule.when.test(names) is True)
    return DialogConclusion(zone, confidence, severity, _first_match(dialog.route, names), articles)


def _fault_zone(dialog: Dialog, names: ConditionValues) -> tuple[str, float]:
    for question in dialog.questions:
        chosen = names.get(question.id)
        for option in question.options:
            if option.goto_zone and (chosen == option.id or (isinstance(chosen, list) and option.id in chosen)):
                return option.goto_zone, next(
                    zone.confidence for zone in dialog.fault_zones if zone.id == option.goto_zone
                )
    return next(
        ((zone.id, zone.confidence) for zone in dialog.fault_zones if zone.when.test(names) is True), (UNKNOWN, 0.0)
    )


def _first_match(rules: Sequence[ConditionalValue], names: ConditionValues) -> str:
    return next((rule.value for rule in rules if rule.when.test(names) is True), "")
