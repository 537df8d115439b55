"""Letters written in answer to a letter of questions, with the desk's own lines put in where a line names them.

A line of a body that begins with ``@@`` (behind a mark of quoting, if any) stands for lines of the desk's letter:
``@@outlook`` the head that Outlook puts above an old message, ``@@intro`` and ``@@foot`` what stands around the
questions, ``@@Q2`` the second question with all its options, ``@@q2`` the question alone, ``@@O2.3`` its third option.
What stands behind it in the line stays. An "old" letter is in the words and with the codes that letters had once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from intake.engine.dialog_set import DialogSet
from intake.engine.engine import option_labels
from intake.engine.letters.questions import first_letter_questions, render_letter_question
from intake.engine.model import Dialog, Question
from tests.intake.examples import PACKAGED

SETS = Path(__file__).parent / "sets"
FORMER = DialogSet.of([SETS / "former"])
"""The packaged dialogs as they were when a letter asked everything at once."""
_OWN = re.compile(r"^(?P<lead>.*?)@@(?P<name>outlook|intro|foot|[QqO]\d(?:\.\d)?)(?P<rest>.*)$")
_OUTLOOK = (
    "From: Северная сеть <support@sever.test>\nSent: Friday, November 20, 2026 10:15 AM\nTo: anna@example.test\n"
    "Subject: Нет интернета\n"
)
_INTRO = {
    "ru": "##- Отвечайте, пожалуйста, выше этой строки -##\n\nЖаль, что не помогло. Тогда разберёмся вместе.\n\n"
    "Ответьте, пожалуйста, на несколько вопросов: можно прямо под каждым или по номерам. Чего не знаете, смело "
    "пропускайте.\n",
    "en": "##- Please answer above this line -##\n\nWe are sorry it did not help. Let us look into it together.\n\n"
    "Please answer a few questions: right below each of them, or by number. Skip whatever you do not know.\n",
}
_FOOT = {
    "ru": "\n_____\nПросто ответьте на это письмо, и мы увидим ваш ответ.\nСеверная сеть, support@sever.test\n",
    "en": "\n_____\nJust reply to this email, and we will see your answer.\nSever Net, support@sever.test\n",
}


def letters_of(name: str) -> list[dict[str, Any]]:
    """The letters of one set."""
    return [json.loads(line) for line in (SETS / name).read_text("utf-8").splitlines() if line.strip()]


def letter_body(row: Mapping[str, Any]) -> str:
    """The body of one letter of a set, with the desk's own lines as the desk writes or wrote them."""
    is_old = row["letter"] == "old"
    dialog = (FORMER if is_old else PACKAGED).in_use[row["dialog"]]
    return "\n".join(
        line for one in row["body"].split("\n") for line in _expanded(one, dialog, row["language"], is_old)
    )


def _expanded(line: str, dialog: Dialog, language: str, is_old: bool) -> Iterator[str]:
    found = _OWN.match(line)
    if not found:
        yield line
        return
    lines = _own_lines(found["name"], dialog, language, is_old).split("\n")
    for at, own in enumerate(lines):
        yield found["lead"] + own + (found["rest"] if at == len(lines) - 1 else "")


def _own_lines(name: str, dialog: Dialog, language: str, is_old: bool) -> str:
    if name in ("outlook", "intro", "foot"):
        return {"outlook": _OUTLOOK, "intro": _INTRO[language], "foot": _FOOT[language]}[name]
    questions = dialog.questions if is_old else first_letter_questions(dialog)
    number = int(name[1])
    question = questions[number - 1]
    new = render_letter_question(question, number, language, {}).plain
    if name[0] == "O":
        label = option_labels(question, language)[int(name[3]) - 1][1]
        return f"{number}{name[3]} – {label}" if is_old else f"• {label}"
    if name[0] == "q":
        return new.split("\n")[0]
    return _old_question(question, number, language) if is_old else new


def _old_question(question: Question, number: int, language: str) -> str:
    """A question as letters had it when their options had codes."""
    text = question.text_unproved.get(language, question.text[language])
    if question.prefill:
        text = question.text[language].replace("{service.address}", "г. Тихоборск, ул. Озёрная, д. 12, кв. 15")
    maybe = {"ru": "(если подходит) ", "en": "(if it applies) "}[language] if question.when else ""
    options = "\n".join(f"{number}{at} – {label}" for at, (_, label) in enumerate(option_labels(question, language), 1))
    return "\n\n".join(part for part in (f"{number}) {maybe}{text}", options, question.hint.get(language, "")) if part)
