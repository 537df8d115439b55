"""Words of the trade that people ask about: "что такое LOS?", "what's WAN?". Each has a sentence in the templates."""

from __future__ import annotations

import re

from desk.language.normalize import normalized
from desk.understanding.reading.observations import Act, Understanding

_TERMS = {
    "los": "los лос лось",
    "wan": "wan ван",
    "pon": "pon пон gpon",
    "router": "роутер роутера роутере роутером маршрутизатор router",
    "terminal": "терминал терминала терминале ont terminal",
    "ping": "ping пинг пинга пингом",
    "traceroute": "tracert traceroute трассировка трассировку трассировки",
    "reset": "reset ресет",
    "cable": "патчкорд патч",
    "dns": "dns днс",
    "wifi": "wifi вайфай",
    "cabinet": "кабинет кабинета кабинете лк",
}
_TERM_OF = {word: term for term, words in _TERMS.items() for word in words.split()}


def term_asked(found: Understanding) -> str:
    """The term that a message asks about, "" where it asks about none."""
    if not found.says(Act.CONFUSED) and "?" not in found.text:
        return ""
    if len(_words(found.text)) > _SHORT:
        return ""
    asked = [one for one in _SENTENCE.findall(found.text) if one.rstrip().endswith("?")] or [found.text]
    return next((_TERM_OF[word] for one in asked for word in _words(one) if word in _TERM_OF), "")


def _words(text: str) -> list[str]:
    return normalized(text).replace("wi fi", "wifi").split()


_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
_SHORT = 9
"""Words of a question about a word at most: a longer one is about something else."""
