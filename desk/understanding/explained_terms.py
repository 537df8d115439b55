"""Words of the trade that people ask about: "что такое LOS?", "what's WAN?". Each has a sentence in the templates."""

from __future__ import annotations

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
    words = normalized(found.text).replace("wi fi", "wifi").split()
    if len(words) > _SHORT:
        return ""
    return next((_TERM_OF[word] for word in words if word in _TERM_OF), "")


_SHORT = 9
"""Words of a question about a word at most: a longer one is about something else."""
