"""The letter of questions: which are put in one mail, and how it reads. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from desk.language.rich_text import RichText, join_texts
from intake.engine import engine
from intake.engine.engine import Answers, ConditionValues, TemplateValues
from intake.engine.model import Dialog, Question


def letter_questions(dialog: Dialog, answers: Answers, values: ConditionValues) -> tuple[Question, ...]:
    """The questions of the next mail, at most the dialog's ``email_batch``, and ``max_questions`` in all mails.

    Also those that only an answer in the same mail decides: each mail costs a day.
    """
    names = engine.known_answers(dialog, answers, values)
    candidates = [
        question
        for question in dialog.questions
        if question.id not in answers and (question.when is None or question.when.test(names) is not False)
    ]
    if values.get("upset") is True:
        candidates = [question for question in candidates if question.required]
    return tuple(candidates[: engine.questions_left(dialog, answers, dialog.email_batch)])


def render_letter(
    questions: Sequence[Question], language: str, names: TemplateValues, known: ConditionValues | None = None
) -> RichText:
    """Several questions in one mail, numbered from 1, as `intake.engine.reply_parsing` reads the answers.

    With ``known`` (from `known_answers`), a question that matters only for some answers of the same mail says so.
    """
    texts = []
    for number, question in enumerate(questions, 1):
        maybe = known is not None and question.when is not None and question.when.test(known) is None
        texts.append(engine.render_question(question, language, names, number, maybe).text)
    return join_texts(texts)
