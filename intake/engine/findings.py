"""What the answers of a dialog say about the fault: the data of the case, and the lines of its summary. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from desk.language.normalize import normalized
from desk.language.rich_text import parse_markdown
from desk.language.time_words import precision_of, short_span, span_in_words
from desk.understanding.reading.normalized_message import read
from desk.understanding.reading.observations import SAYS_LESS, Act, Situation, TalkStage
from desk.understanding.slots.works_or_not import plain_answer
from desk.understanding.understand import understand
from intake.engine.answer_parsing import ON_FILE
from intake.engine.builtin_labels import LABELS, UNKNOWN
from intake.engine.engine import Answers, ConditionValues, TemplateValues, known_answers, question_text
from intake.engine.model import Dialog, Question

_SPOKEN_BUTTONS = frozenset({"days_ago", "week_ago"})
"""Buttons of a moment that say better than its span when it was."""
_COMMON_WORD = re.compile(
    r"[А-ЯЁ][а-яё]*(?![А-Яа-яЁё])|(?:Every|Only|No|Yes|All|Not|My|An?|The|In|By|At|Through|Another|Something|Neither)\b"
)
"""A word that begins a label and is no name: any Russian one, and an English one of these."""


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
    now: datetime | None = None,
) -> CaseFindings:
    """What the answers say about the fault, in ``language``, with moments as said at ``now`` on the clock of ``zone``.

    ``names`` may hold what is on file: it is then written where the person confirmed it. Of what was not done yet, and
    is shown in one of the articles ``tried``, the answer tells so. These are for agents; ``plain`` words are for the
    person, who said "since yesterday" and needs no dates. Answers to questions that this version of the dialog lacks
    stand in the circumstances.
    """
    words = AnswerFormatter(language, names or {}, zone, now, dates=not plain, tried=tried)
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
        if option.id in _chosen_ids(reply.get("value")) and not _says_less(reply)
    ]
    fields = {
        field: "; ".join(
            words.of(question, reply) for question, reply in answered if _fills_field(question, reply, field)
        )
        for field in ("occurred_at", "place", "circumstances")
    }
    lines = tuple((question_summary(question, language), words.of(question, reply)) for question, reply in answered)
    told = tuple(line for line, (_, reply) in zip(lines, answered, strict=True) if not _says_unknown(reply))
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
        lines=told if plain else lines,
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


def _answers_to_other_questions(dialog: Dialog, answers: Answers) -> list[str]:
    said = {
        name: reply.get("text") or reply.get("value") for name, reply in answers.items() if not dialog.question(name)
    }
    return [f"{name}: {words}" for name, words in said.items() if words not in (None, "")]


def _chosen_ids(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fills_field(question: Question, reply: Mapping[str, Any], field: str) -> bool:
    """Whether an answer stands in that field; of the circumstances also that nothing has changed."""
    if question.case_field != field:
        return False
    value = reply.get("value")
    nothing = field == "circumstances" and value is None and bool(reply.get("text")) and not _says_unknown(reply)
    return nothing or value not in (None, "")


def _is_told_nowhere_else(question: Question, reply: Mapping[str, Any]) -> bool:
    """Whether an answer says what stands in no field and is no finding of its option: also one nobody understood."""
    value = reply.get("value")
    if value is None:
        return bool(reply.get("text")) and not _says_unknown(reply) and not question.case_field
    chosen = [option for option in question.options if option.id in _chosen_ids(value)]
    by_option = not _says_less(reply) and any(option.present or option.absent for option in chosen)
    stated = question.request or question.case_field or by_option
    return not stated and value not in ("", UNKNOWN)


def _says_less(reply: Mapping[str, Any]) -> bool:
    """Whether an option was understood that says more than the person did: then their own words stand for it."""
    return bool(reply.get("parsed", {}).get(SAYS_LESS) and reply.get("text"))


def _says_unknown(reply: Mapping[str, Any]) -> bool:
    """Whether an answer only says that the person does not know: "хз"."""
    unknown = understand(str(reply.get("text", "")), Situation(TalkStage.QUESTION)).says(Act.DONT_KNOW)
    return unknown and (reply.get("value") is None or (reply.get("value") == UNKNOWN and _says_less(reply)))


@dataclass(frozen=True, slots=True)
class AnswerFormatter:
    """How answers read in one language, on the clock of ``zone``, at ``now``.

    ``names`` hold what is on file as far as the reader may learn it. With ``dates`` moments have their dates in figures
    as well. ``tried`` are the articles that were shown.
    """

    language: str
    names: Mapping[str, str]
    zone: tzinfo
    now: datetime | None
    dates: bool
    tried: Collection[str] = ()

    def of(self, question: Question, reply: Mapping[str, Any]) -> str:
        """An answer: what was chosen, when it was, or the words and files."""
        labels, value, text = LABELS[self.language], reply.get("value"), str(reply.get("text", ""))
        if value == ON_FILE and question.prefill:
            return self.names.get(question.prefill) or labels["as on file"]
        chosen = value if isinstance(value, list) else [value]
        options = [option for option in question.options if option.id in chosen]
        if options and not _says_less(reply):
            return ", ".join(self._within(question, option.label[self.language]) for option in options)
        if question.type == "datetime" and value is not None:
            return self._moment(question, str(value), text, reply.get("parsed", {}))
        if isinstance(value, bool) and question.type == "yesno":
            return self._within(question, self._yes_or_no(question, value))
        files = ", ".join(str(file.get("name") or file.get("kind", "")) for file in reply.get("files", ()))
        if value is None and question.means == "changed" and plain_answer(read(text)) is False:
            return labels["nothing"]
        if not text and not files and isinstance(value, str):
            text = value  # an option that this version of the dialog lacks
        return " ".join(part for part in (text, f"[{files}]" if files else "") if part) or labels["skipped"]

    def _yes_or_no(self, question: Question, value: bool) -> str:
        """What became of a "no" that an article answered: the person was shown how, and what was wrong still is."""
        labels = LABELS[self.language]
        return labels["tried"] if not value and question.selfhelp in self.tried else labels["yes" if value else "no"]

    def _moment(self, question: Question, value: str, text: str, parsed: Mapping[str, str]) -> str:
        """When it was, as people say it; for agents with its date, and the person's own words where they say more."""
        button = LABELS[self.language].get(value, "")
        if "from" not in parsed:
            return text or self._within(question, button or value)
        start, end = (datetime.fromisoformat(parsed[key]) for key in ("from", "to"))
        spoken = span_in_words(start, end, self.now, self.zone, self.language, precision_of(text))
        if value in _SPOKEN_BUTTONS:
            spoken = self._within(question, button)
        if not self.dates:
            return spoken
        dated = f"{spoken} ({short_span(start, end, self.zone)})"
        return f"{dated}: {self._quoted(text)}" if _says_more(text, spoken) else dated

    def _quoted(self, text: str) -> str:
        return f"\u00ab{text}\u00bb" if self.language == "ru" else f"\u201c{text}\u201d"

    def _within(self, question: Question, label: str) -> str:
        """A button's label behind the label of its question: in the midst of a line a word begins small."""
        if question.label and _COMMON_WORD.match(label):
            return label[0].lower() + label[1:]
        return label


def _says_more(text: str, spoken: str) -> bool:
    """Whether the person's words tell more than the moment: three of them begin like no word that is said of it."""
    begun = {word[:3] for word in normalized(spoken).split()}
    return sum(word[:3] not in begun for word in normalized(text).split()) >= 3
