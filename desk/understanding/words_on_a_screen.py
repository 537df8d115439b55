"""Words that a screen, a page or a device shows and a person only tells: "message: call customer support"."""

from __future__ import annotations

import re

from desk.understanding.reading.observations import ObservedAct

_SHOWN = re.compile(
    r"\b(?<!my )(?:(?:error |pop-?up )?(?:message|notice|screen|popup|error)|screen|page|says|shows?|reads|"
    r"(?:сообщени|надпис|ошибк|табличк|уведомлени)\w*|на экране|экран\w*|пишет|пишут|написано|показывает|выда[её]т|"
    r"высвечивается|появляется|вылезает)"
    r"(?:\s[\w-]+){0,4}?\s?(?::\s*[\"'«“„]?|[\"«“„])(?P<shown>(?!\W*\d)[^\"»”\n.!?]*)",
    re.IGNORECASE,
)


def is_shown(text: str, act: ObservedAct) -> bool:
    """Whether the words of an act stand in what a screen shows: behind a colon or in quotation marks after words for
    it. What follows in a sentence of its own is the person's."""
    return any(found.start("shown") <= act.start < found.end("shown") for found in _SHOWN.finditer(text))
