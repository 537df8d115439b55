"""Walks a dialog: what to ask next, how to show it, and what the answers come to. Pure, and it always ends.

``answers`` is `Case.answers`: a question's id to ``{"value": ..., "text": ...}`` (see
`intake.engine.answer_parsing.ParsedAnswer`).
``values`` are the facts a ``when`` may ask about (`intake.engine.lint.FACTS`); one that is left out is undecided.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Any

from desk.language.intents import says_dont_know
from desk.language.rich_text import RichText, escape_markdown, join_texts, parse_markdown
from desk.model.messages import ButtonOption
from intake.engine.answer_parsing import ON_FILE
from intake.engine.date_parsing import readable_span
from intake.engine.model import Dialog, Question, ValueRule

Answers = Mapping[str, Mapping[str, Any]]
Values = Mapping[str, object]
Names = Mapping[str, str]

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
_HOLE = re.compile(r"\{([a-z_.]{1,40})\}")
_PARAM = re.compile(r"\{([a-z_]{1,40})\}")
_HOST = re.compile(r"(?:https?://)?([A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}))(?:[/:?#].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class QuestionPrompt:
    """A question to be shown. A question that ``can_skip`` also takes the option id "skip", and the word."""

    text: RichText
    options: tuple[ButtonOption, ...] = ()
    image: str = ""
    can_skip: bool = False


@dataclass(frozen=True, slots=True)
class DialogOutcome:
    """What the answers come to. ``sure`` is from 0 to 1; ``queue`` a team or ""; ``articles`` are ids."""

    zone: str
    sure: float
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


def known_answers(form: Dialog, answers: Answers, values: Values) -> dict[str, object]:
    """The value of every name a ``when`` may look at.

    A question that is decided not to matter has the value "", so that ``lights != 'off'`` holds where lights never
    mattered; one that was skipped, or is still open, has none and leaves its conditions undecided.
    """
    names = dict(values)
    for ask in (*form.asks, *form.requests):
        if ask.when is not None and ask.when.test(names) is False:
            names[ask.id] = ""
        elif given := answers.get(ask.id):
            names[ask.id] = given.get("value")
            names |= {name: value for name, value in given.get("parsed", {}).items() if name in ask.extract}
    return names


def next_questions(form: Dialog, answers: Answers, values: Values, batch: int) -> tuple[Question, ...]:
    """The next questions, at most ``batch`` of them; when none is left, the next requests; then nothing.

    No more than the form's ``max_questions`` are asked in all. Somebody upset is asked only what is required.
    """
    names = known_answers(form, answers, values)
    upset = values.get("upset") is True
    asked = sum(ask.id in answers for ask in form.asks)
    asks = _open(form.asks, answers, names, upset)[: max(0, min(batch, form.max_questions - asked))]
    return asks or next_requests(form, answers, values)[: max(0, batch)]


def next_requests(form: Dialog, answers: Answers, values: Values) -> tuple[Question, ...]:
    """All requests that matter and are still open. Somebody upset is asked only for what is required."""
    requests = _open(form.requests, answers, known_answers(form, answers, values), values.get("upset") is True)
    if _photo_came(answers):
        requests = tuple(request for request in requests if request.type != "photo")
    return tuple(_filled(request, answers) for request in requests)


def letter_questions(form: Dialog, answers: Answers, values: Values) -> tuple[Question, ...]:
    """The questions of the next letter, at most the form's ``email_batch``, and ``max_questions`` in all letters.

    Also those that only an answer in the same letter decides: a letter costs a day.
    """
    names = known_answers(form, answers, values)
    may = [
        ask for ask in form.asks if ask.id not in answers and (ask.when is None or ask.when.test(names) is not False)
    ]
    if values.get("upset") is True:
        may = [ask for ask in may if ask.required]
    asked = sum(ask.id in answers for ask in form.asks)
    return tuple(may[: max(0, min(form.email_batch, form.max_questions - asked))])


def selfhelp(form: Dialog, answers: Answers, values: Values) -> tuple[str, ...]:
    """The articles for what the person has not tried yet: those of the questions that matter and got a "no"."""
    names = known_answers(form, answers, values)
    return tuple(ask.selfhelp for ask in form.asks if ask.selfhelp and names.get(ask.id) is False)


def _open(asks: Sequence[Question], answers: Answers, names: Values, upset: bool) -> tuple[Question, ...]:
    return tuple(
        ask
        for ask in asks
        if ask.id not in answers and (ask.when is None or ask.when.test(names) is True) and (ask.required or not upset)
    )


def _photo_came(answers: Answers) -> bool:
    """Whether a photo was sent with an answer already: nobody is asked for it again."""
    files = (file for given in answers.values() for file in given.get("files", ()))
    return any(file.get("kind") == "photo" or str(file.get("media_type", "")).startswith("image/") for file in files)


def questions_of(form: Dialog, names: Sequence[str], answers: Answers) -> tuple[Question, ...]:
    """The questions and requests of these ids (`Case.asked`), as they were shown; ids the form lacks are left out."""
    found = (form.ask(name) for name in names)
    return tuple(_filled(ask, answers) for ask in found if ask is not None)


def _filled(ask: Question, answers: Answers) -> Question:
    """A request with the parameters of its commands put in. An answer is put in only if it is a host name."""
    if not ask.commands:
        return ask
    params = {name: _param(value, answers) for name, value in ask.params.items()}
    commands = tuple((system, _PARAM.sub(lambda hole: params[hole.group(1)], line)) for system, line in ask.commands)
    return replace(ask, commands=commands)


def _param(value: str, answers: Answers) -> str:
    if not value.startswith("answer:"):
        return value
    said = str(answers.get(value.removeprefix("answer:"), {}).get("text", "")).strip()
    host = _HOST.fullmatch(said)
    return host.group(1).rstrip(".-") if host and "." in host.group(1) else "example.com"


def render_question(ask: Question, language: str, names: Names, number: int = 0, maybe: bool = False) -> QuestionPrompt:
    """A question as it is put to a person. ``names`` holds only what this person may be told
    (`intake.engine.lint.NAMES`).

    Where a name of the text is missing there, ``text_unproved`` is shown. With a ``number`` (of a question in a
    letter) the text begins with it, and the options stand below with numbers of their own: 11, 12, 13. ``maybe`` marks
    a question that may not matter.
    """
    confirmable = bool(ask.prefill and names.get(ask.prefill))
    options = _options(ask, language, confirmable)
    parts = [_wording(ask, language, names)]
    if number:
        parts[0] = f"{number}) {_LABELS[language]['maybe'] if maybe else ''}{parts[0]}"
        parts += ["\n".join(f"{number}{at} \u2013 {escape_markdown(one.label)}" for at, one in enumerate(options, 1))]
    parts.append(ask.hint.get(language) or _bounds(ask, language))
    parts += [f"{_SYSTEMS[system]}: `{escape_markdown(line)}`" for system, line in ask.commands]
    return QuestionPrompt(
        join_texts(parse_markdown(part) for part in parts if part), options, ask.image, not ask.required
    )


def render_letter(asks: Sequence[Question], language: str, names: Names, settled: Values | None = None) -> RichText:
    """Several questions in one letter, numbered from 1, as `intake.engine.reply_parsing` reads the answers.

    With ``settled`` (from `known_answers`), a question that matters only for some answers of the same letter says so.
    """
    texts = []
    for number, ask in enumerate(asks, 1):
        maybe = settled is not None and ask.when is not None and ask.when.test(settled) is None
        texts.append(render_question(ask, language, names, number, maybe).text)
    return join_texts(texts)


def _options(ask: Question, language: str, confirmable: bool) -> tuple[ButtonOption, ...]:
    if ask.options:
        return tuple(ButtonOption(one.id, one.label[language]) for one in ask.options)
    ids = ("yes", "no", "unknown") if ask.type == "yesno" else ask.buttons
    return tuple(ButtonOption(one, _LABELS[language][one]) for one in (*ids, *((ON_FILE,) if confirmable else ())))


def _bounds(ask: Question, language: str) -> str:
    """Which numbers are taken: nobody has to guess why theirs is not."""
    labels = _LABELS[language]
    bounds = [(labels["from"], ask.low), (labels["to"], ask.high)]
    told = [f"{word} {int(bound) if bound == int(bound) else bound}" for word, bound in bounds if bound is not None]
    return " ".join((labels["a number"], *told)) if told else ""


def _wording(ask: Question, language: str, names: Names) -> str:
    text = ask.text[language]
    if any(not names.get(hole) for hole in _HOLE.findall(text)):
        text = ask.text_unproved.get(language, text)
    return _HOLE.sub(lambda hole: escape_markdown(names.get(hole.group(1), "")), text)


def dialog_outcome(form: Dialog, answers: Answers, values: Values) -> DialogOutcome:
    """Where the fault lies, how bad it is, and what follows. Without any zone that holds it is `UNKNOWN`, 0.0 sure."""
    names = known_answers(form, answers, values)
    zone, sure = _zone(form, names)
    names |= {"zone": zone, "sure": sure}
    severity = _first(form.severity, names) or "minor"
    names["severity"] = severity
    return DialogOutcome(zone, sure, severity, _first(form.route, names), form.suggest.get(zone, ()))


def _zone(form: Dialog, names: Values) -> tuple[str, float]:
    for ask in form.asks:
        chosen = names.get(ask.id)
        for option in ask.options:
            if option.goto_zone and (chosen == option.id or (isinstance(chosen, list) and option.id in chosen)):
                return option.goto_zone, next(zone.sure for zone in form.zones if zone.id == option.goto_zone)
    return next(((zone.id, zone.sure) for zone in form.zones if zone.when.test(names) is True), (UNKNOWN, 0.0))


def _first(rules: Sequence[ValueRule], names: Values) -> str:
    return next((rule.value for rule in rules if rule.when.test(names) is True), "")


def case_findings(
    form: Dialog,
    answers: Answers,
    values: Values,
    language: str,
    names: Names | None = None,
    zone: tzinfo = UTC,
    tried: Collection[str] = (),
) -> CaseFindings:
    """What the answers say about the fault, in ``language``, with moments on the clock of ``zone``.

    ``names`` may hold what is on file: it is then written where the person confirmed it. Of what was not done yet, and
    is shown in one of the articles ``tried``, the answer tells so. These are for agents. Answers to questions that this
    version of the dialog lacks stand in the circumstances.
    """
    names = names or {}
    settled = known_answers(form, answers, values)
    given = [
        (ask, answers[ask.id])
        for ask in (*form.asks, *form.requests)
        if ask.id in answers and settled.get(ask.id) != ""
    ]
    chosen = [option for ask, reply in given for option in ask.options if option.id in _chosen(reply.get("value"))]
    fields = {
        field: "; ".join(
            _spoken(ask, reply, language, names, zone) for ask, reply in given if _tells(ask, reply, field)
        )
        for field in ("occurred_at", "place", "circumstances")
    }
    lines = tuple(
        (_subject(ask, language), _spoken(ask, reply, language, names, zone) + _since(ask, reply, language, tried))
        for ask, reply in given
    )
    besides = (" ".join(line) for line, (ask, reply) in zip(lines, given, strict=True) if _tells_more(ask, reply))
    return CaseFindings(
        present=(*(option.present[language] for option in chosen if option.present), *besides),
        absent=tuple(option.absent[language] for option in chosen if option.absent),
        occurred=fields["occurred_at"][:400] or UNKNOWN,
        place=fields["place"][:400] or UNKNOWN,
        circumstances="; ".join(filter(None, (fields["circumstances"], *_strays(form, answers)))) or UNKNOWN,
        lines=lines,
    )


def _subject(ask: Question, language: str) -> str:
    """What an answer is to: the question up to its question mark, and of a request only what was asked for."""
    if ask.request:
        return _LABELS[language][ask.type]
    words = parse_markdown(_wording(ask, language, {})).plain
    return words.partition("?")[0] + "?" if "?" in words else words


def _since(ask: Question, reply: Mapping[str, Any], language: str, tried: Collection[str]) -> str:
    """What became of a "no": shown how to do it, the person did, or would not; what was wrong still is."""
    shown = ask.selfhelp in tried and reply.get("value") is False
    return f" ({_LABELS[language]['shown how']})" if shown else ""


def _strays(form: Dialog, answers: Answers) -> list[str]:
    said = {name: reply.get("text") or reply.get("value") for name, reply in answers.items() if not form.ask(name)}
    return [f"{name}: {words}" for name, words in said.items() if words not in (None, "")]


def _chosen(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _tells(ask: Question, reply: Mapping[str, Any], field: str) -> bool:
    return ask.case_field == field and reply.get("value") not in (None, "")


def _tells_more(ask: Question, reply: Mapping[str, Any]) -> bool:
    """Whether an answer says what stands in no field and is no finding of its option: also one nobody understood."""
    value = reply.get("value")
    if value is None:
        return bool(reply.get("text")) and not says_dont_know(str(reply["text"]))
    chosen = [option for option in ask.options if option.id in _chosen(value)]
    told = ask.request or ask.case_field or any(option.present or option.absent for option in chosen)
    return not told and value not in ("", UNKNOWN)


def _spoken(ask: Question, reply: Mapping[str, Any], language: str, names: Names, zone: tzinfo) -> str:
    """An answer as an agent reads it."""
    labels, value, text = _LABELS[language], reply.get("value"), str(reply.get("text", ""))
    if value == ON_FILE and ask.prefill:
        return names.get(ask.prefill) or labels.get(ask.prefill) or labels["as on file"]
    if options := [option for option in ask.options if option.id in _chosen(value)]:
        return ", ".join(option.label[language] for option in options)
    if ask.type == "datetime" and value is not None:
        words = text or labels.get(str(value), str(value))
        parsed = reply.get("parsed", {})
        return f"{words} ({readable_span((parsed['from'], parsed['to']), zone)})" if parsed else words
    if isinstance(value, bool) and ask.type == "yesno":
        return labels["yes" if value else "no"]
    files = ", ".join(str(file.get("name") or file.get("kind", "")) for file in reply.get("files", ()))
    if not text and not files and isinstance(value, str):
        text = value  # an option that this version of the dialog lacks
    return " ".join(part for part in (text, f"[{files}]" if files else "") if part) or labels["skipped"]
