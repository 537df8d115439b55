"""Walks a dialog: what to ask next, how to show it, and what the answers come to. Pure, and it always ends.

``answers`` is `Case.answers`: a question's id to ``{"value": ..., "text": ...}`` (see
`intake.engine.answer_parsing.ParsedAnswer`).
``values`` are the facts a ``when`` may ask about (`intake.engine.lint.CONDITION_FACTS`); one that is left out is
undecided.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Any

from desk.language.intents import says_dont_know
from desk.language.rich_text import RichText, escape_markdown, join_texts, parse_markdown
from desk.model.messages import RenderedButton
from intake.engine.answer_parsing import ON_FILE
from intake.engine.date_parsing import readable_span
from intake.engine.model import Dialog, Question, ValueRule

Answers = Mapping[str, Mapping[str, Any]]
ConditionValues = Mapping[str, object]
TemplateValues = Mapping[str, str]

UNKNOWN = "unknown"
"""What stands in a field of the case that nobody could fill (B9)."""

SKIPPED = "\u2014"
"""How an answer reads that was left out."""

_LABELS = {
    "ru": {
        "yes": "Да",
        "no": "Нет",
        "unknown": "Не знаю",
        "on_file": "Да, верно",
        "now": "Только что",
        "today_morning": "Сегодня с утра",
        "yesterday": "Вчера",
        "days_ago": "Несколько дней",
        "week_ago": "Неделю назад",
        "skipped": SKIPPED,
        "shown how": "показали, как: не помогло",
        "service.address": "адрес из договора",
        "as on file": "как в договоре",
        "a number": "Число",
        "from": "от",
        "to": "до",
        "maybe": "(если подходит) ",
        "photo": "Фото:",
        "evidence": "Проверка:",
    },
    "en": {
        "yes": "Yes",
        "no": "No",
        "unknown": "I don't know",
        "on_file": "Yes, that's right",
        "now": "Just now",
        "today_morning": "Since this morning",
        "yesterday": "Yesterday",
        "days_ago": "For some days",
        "week_ago": "A week ago",
        "skipped": SKIPPED,
        "shown how": "shown how: it did not help",
        "service.address": "the address on file",
        "as on file": "as on file",
        "a number": "A number",
        "from": "from",
        "to": "to",
        "maybe": "(if it applies) ",
        "photo": "Photo:",
        "evidence": "Test:",
    },
}
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


def next_questions(dialog: Dialog, answers: Answers, values: ConditionValues, batch: int) -> tuple[Question, ...]:
    """The next questions, at most ``batch`` of them; when none is left, the next requests; then nothing.

    No more than the dialog's ``max_questions`` are asked in all. Somebody upset is asked only what is required.
    """
    names = known_answers(dialog, answers, values)
    upset = values.get("upset") is True
    questions = _unanswered(dialog.questions, answers, names, upset)[: questions_left(dialog, answers, batch)]
    return questions or next_requests(dialog, answers, values)[: max(0, batch)]


def next_requests(dialog: Dialog, answers: Answers, values: ConditionValues) -> tuple[Question, ...]:
    """All requests that matter and are still open. Somebody upset is asked only for what is required."""
    requests = _unanswered(
        dialog.requests, answers, known_answers(dialog, answers, values), values.get("upset") is True
    )
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
    return any(file.get("kind") == "photo" or str(file.get("media_type", "")).startswith("image/") for file in files)


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


def render_question(
    question: Question, language: str, names: TemplateValues, number: int = 0, maybe: bool = False
) -> QuestionPrompt:
    """A question as it is put to a person. ``names`` holds only what this person may be told
    (`intake.engine.lint.TEXT_NAMES`).

    Where a name of the text is missing there, ``text_unproved`` is shown. With a ``number`` (of a question in a
    mail) the text begins with it, and the options stand below with numbers of their own: 11, 12, 13. ``maybe`` marks
    a question that may not matter.
    """
    confirmable = bool(question.prefill and names.get(question.prefill))
    options = _button_options(question, language, confirmable)
    parts = [_question_text(question, language, names)]
    if number:
        parts[0] = f"{number}) {_LABELS[language]['maybe'] if maybe else ''}{parts[0]}"
        parts += ["\n".join(f"{number}{at} \u2013 {escape_markdown(one.label)}" for at, one in enumerate(options, 1))]
    parts.append(question.hint.get(language) or _number_bounds(question, language))
    parts += [f"{_SYSTEMS[system]}: `{escape_markdown(line)}`" for system, line in question.commands]
    return QuestionPrompt(
        join_texts(parse_markdown(part) for part in parts if part), options, question.image, not question.required
    )


def _button_options(question: Question, language: str, confirmable: bool) -> tuple[RenderedButton, ...]:
    if question.options:
        return tuple(RenderedButton(one.id, one.label[language]) for one in question.options)
    ids = ("yes", "no", "unknown") if question.type == "yesno" else question.buttons
    return tuple(RenderedButton(one, _LABELS[language][one]) for one in (*ids, *((ON_FILE,) if confirmable else ())))


def _number_bounds(question: Question, language: str) -> str:
    """Which numbers are taken: nobody has to guess why theirs is not."""
    labels = _LABELS[language]
    bounds = [(labels["from"], question.minimum), (labels["to"], question.maximum)]
    stated = [f"{word} {int(bound) if bound == int(bound) else bound}" for word, bound in bounds if bound is not None]
    return " ".join((labels["a number"], *stated)) if stated else ""


def _question_text(question: Question, language: str, names: TemplateValues) -> str:
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
    return DialogConclusion(
        zone, confidence, severity, _first_match(dialog.route, names), dialog.suggested_articles.get(zone, ())
    )


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


def _first_match(rules: Sequence[ValueRule], names: ConditionValues) -> str:
    return next((rule.value for rule in rules if rule.when.test(names) is True), "")


def case_findings(
    dialog: Dialog,
    answers: Answers,
    values: ConditionValues,
    language: str,
    names: TemplateValues | None = None,
    zone: tzinfo = UTC,
    tried: Collection[str] = (),
) -> CaseFindings:
    """What the answers say about the fault, in ``language``, with moments on the clock of ``zone``.

    ``names`` may hold what is on file: it is then written where the person confirmed it. Of what was not done yet, and
    is shown in one of the articles ``tried``, the answer tells so. These are for agents. Answers to questions that this
    version of the dialog lacks stand in the circumstances.
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
            _question_summary(question, language),
            _answer_text(question, reply, language, names, zone) + _selfhelp_note(question, reply, language, tried),
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


def _question_summary(question: Question, language: str) -> str:
    """What an answer is to: the question up to its question mark, and of a request only what was asked for."""
    if question.request:
        return _LABELS[language][question.type]
    words = parse_markdown(_question_text(question, language, {})).plain
    return words.partition("?")[0] + "?" if "?" in words else words


def _selfhelp_note(question: Question, reply: Mapping[str, Any], language: str, tried: Collection[str]) -> str:
    """What became of a "no": shown how to do it, the person did, or would not; what was wrong still is."""
    shown = question.selfhelp in tried and reply.get("value") is False
    return f" ({_LABELS[language]['shown how']})" if shown else ""


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
    question: Question, reply: Mapping[str, Any], language: str, names: TemplateValues, zone: tzinfo
) -> str:
    """An answer as an agent reads it."""
    labels, value, text = _LABELS[language], reply.get("value"), str(reply.get("text", ""))
    if value == ON_FILE and question.prefill:
        return names.get(question.prefill) or labels.get(question.prefill) or labels["as on file"]
    if options := [option for option in question.options if option.id in _chosen_ids(value)]:
        return ", ".join(option.label[language] for option in options)
    if question.type == "datetime" and value is not None:
        words = text or labels.get(str(value), str(value))
        parsed = reply.get("parsed", {})
        return f"{words} ({readable_span((parsed['from'], parsed['to']), zone)})" if parsed else words
    if isinstance(value, bool) and question.type == "yesno":
        return labels["yes" if value else "no"]
    files = ", ".join(str(file.get("name") or file.get("kind", "")) for file in reply.get("files", ()))
    if not text and not files and isinstance(value, str):
        text = value  # an option that this version of the dialog lacks
    return " ".join(part for part in (text, f"[{files}]" if files else "") if part) or labels["skipped"]
