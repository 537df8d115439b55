"""Answers that a message holds for any question of a dialog, asked or not: by the questions' meanings. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from desk.understanding.reading.observations import Understanding
from intake.engine.answer_parsing import ParsedAnswer, answer_of, value_for
from intake.engine.model import Dialog


def answers_from(dialog: Dialog, found: Understanding, *, zone: tzinfo) -> Mapping[str, ParsedAnswer]:
    """By question id, what was understood for each question of the dialog, with the words it comes from.

    ``parsed`` has "span", the place of these words in the message, and "from" and "to" of a moment (UTC). Whether a
    question was answered before is the caller's to know, and so is the ``zone`` in which moments are shown.
    """
    observed = ((question, value_for(question, found)) for question in dialog.questions)
    answers = ((question.id, answer_of(question, value, found.text)) for question, value in observed if value)
    return {name: answer for name, answer in answers if answer is not None}
