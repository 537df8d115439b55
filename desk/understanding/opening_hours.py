"""Whether somebody asks when the desk works: "до скольки работаете?", "what are your opening hours?"."""

from __future__ import annotations

import re

from desk.understanding.reading.normalized_message import read

_WORK = (
    r"(?:работаете|открыты|открываетесь|закрываетесь|принимаете|"
    r"работает (?:ваш\w* )?(?:офис|поддержка|техподдержка|касса))"
)
_HOURS = re.compile(
    rf"\b(?:до (?:скольк[иу]|какого часа|которого часа|какого времени)|со? скольк[иу]|с какого часа|во сколько|"
    rf"в какие (?:часы|дни)|в котором часу|когда|как) (?:вы |у вас |сегодня |завтра |там |обычно ){{0,3}}{_WORK}\b|"
    rf"\b(?:вы )?{_WORK} (?:ли )?(?:вы )?(?:в (?:выходн\w+|праздник\w*|суббот\w|воскресень\w|понедельник)|"
    r"по выходным|сегодня|завтра|круглосуточно|ночью|до скольк[иу])\b|"
    r"\b(?:вы )?(?:в (?:выходн\w+|праздник\w*|суббот\w|воскресень\w)|по выходным|"
    rf"сегодня|завтра|ночью|круглосуточно) (?:вы )?{_WORK}\b|"
    r"\b(?:часы|график|режим|время) (?:вашей |вашего )?работы\b|"
    r"\b(?:opening|office|business|working|support) (?:hours|times)\b|"
    r"\bwhat time (?:do|does|are) (?:you|your \w+) (?:open|close)\b|"
    r"\bwhen (?:do|are) you (?:open|close|closed|work)\b|"
    r"\bare you open (?:on|at|today|tomorrow|now|all|late|until|over)\b|"
    r"\b(?:how late|until when|till when|what hours|which hours) (?:are|do) you (?:open|work|there)\b"
)


def asked_of_hours(text: str) -> str | None:
    """What a message says beside that question, "" for nothing; None where it does not ask it."""
    reading = read(text)
    found = _HOURS.search(reading.text)
    if found is None:
        return None
    start, end = reading.span(*found.span())
    return f"{text[:start]} {text[end:]}".strip(" ?!.,")
