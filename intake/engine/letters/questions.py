"""The letter of questions: which are put in one mail, and how it reads. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from desk.language.rich_text import RichText, TextSpan, escape_markdown, join_texts, parse_markdown
from intake.engine import engine
from intake.engine.engine import Answers, ConditionValues, TemplateValues
from intake.engine.model import Dialog, Question

MOST_QUESTIONS = 4
"""Nobody answers a longer letter: what else there is to know, the next one asks, or the agent."""
SURE_ENOUGH = 0.8
"""So sure of the zone, the first line has nothing more to find out about the fault."""
OPTIONS_LABEL = {"ru": "Варианты:", "en": "Options:"}
_LONGEST_LINE = 60  # characters of all options, up to which they stand in one line


def letter_questions(
    dialog: Dialog,
    answers: Answers,
    values: ConditionValues,
    again: Collection[str] = (),
    further: bool = False,
) -> tuple[Question, ...]:
    """The questions of the next letter, four at most, in the order of the dialog; none where no letter is worth it.

    First come those that decide where the fault lies, then what else is required, then what may be skipped. A question
    that hangs on an answer waits for it. Once the zone is sure, nothing more is asked that only serves to find it.
    ``again`` are ids asked and not answered. A ``further`` letter asks for these alone once the zone is sure.
    """
    names = engine.known_answers(dialog, answers, values)
    sure, deciding = _zone_questions(dialog, names)
    open_questions = [
        question
        for question in engine.questions_that_matter(dialog, names)
        if (question.id in again if further and sure else question.id not in answers or question.id in again)
        and (question.when is None or question.when.test(names) is True)
        and not (sure and _only_finds_the_fault(question))
    ]
    if further or values.get("upset") is True:
        open_questions = [question for question in open_questions if question.required]
    if not any(question.required for question in open_questions):
        return ()
    open_questions.sort(key=lambda one: (one.id not in deciding, not one.required))
    most = engine.UPSET_QUESTIONS if values.get("upset") is True else MOST_QUESTIONS
    room = engine.questions_left(dialog, answers, min(dialog.email_batch, most))
    chosen = {one.id for one in open_questions[:room]}
    return tuple(question for question in dialog.questions if question.id in chosen)


def first_letter_questions(dialog: Dialog) -> tuple[Question, ...]:
    """The questions of the letter to somebody of whom nothing is known."""
    return letter_questions(dialog, {}, {"outage_active": False, "account_blocked": False})


def deciding_questions(dialog: Dialog, answers: Answers, values: ConditionValues) -> set[str]:
    """The names of what still decides where the fault lies; none once that is sure."""
    return _zone_questions(dialog, engine.known_answers(dialog, answers, values))[1]


def _zone_questions(dialog: Dialog, names: ConditionValues) -> tuple[bool, set[str]]:
    """Whether it is sure where the fault lies, and the names of what still decides it."""
    deciding: set[str] = set()
    for zone in dialog.fault_zones:
        holds = zone.when.test(names)
        if holds is None:
            deciding |= zone.when.names
        elif holds:
            return not deciding and zone.confidence >= SURE_ENOUGH, deciding
    return False, deciding


def _only_finds_the_fault(question: Question) -> bool:
    """Whether a question serves only to find where the fault lies: its answer stands in no field of the case."""
    return not question.case_field and question.type in ("choice", "multi", "yesno")


def render_letter(questions: Sequence[Question], language: str, names: TemplateValues) -> RichText:
    """Several questions in one letter, as `intake.engine.letters.reading` reads the answers."""
    return join_texts(render_letter_questions(questions, language, names))


def render_letter_questions(questions: Sequence[Question], language: str, names: TemplateValues) -> list[RichText]:
    """The text of each question of one letter: numbered from 1, a single one without a number."""
    numbers = range(1, len(questions) + 1) if len(questions) > 1 else [0] * len(questions)
    return [
        render_letter_question(one, number, language, names) for number, one in zip(numbers, questions, strict=True)
    ]


def render_letter_question(question: Question, number: int, language: str, names: TemplateValues) -> RichText:
    """One question, bold up to its question mark, with its number, 0 for none, what may be answered in words, and its
    hint."""
    text = engine.question_text(question, language, names)
    asked = parse_markdown(f"{number}) {text}" if number else text)
    parts = []
    options = [one.label[language] for one in question.options]
    if options and len(" / ".join(options)) <= _LONGEST_LINE:
        parts.append(f"{OPTIONS_LABEL[language]} {escape_markdown(' / '.join(options))}")
    elif options:
        parts.append("\n".join(f"\u2022 {escape_markdown(one)}" for one in options))
    parts.append(engine.question_hint(question, language))
    return join_texts((_with_bold_question(asked), *(parse_markdown(part) for part in parts if part)), "\n")


def _with_bold_question(asked: RichText) -> RichText:
    """The question with its first line bold up to its last question mark, or whole where it has none."""
    first = asked.plain.partition("\n")[0]
    end = first.rfind("?") + 1 or len(first)
    return RichText(asked.plain, (TextSpan("bold", 0, end), *(mark for mark in asked.marks if mark.start >= end)))
