"""Whether words agree to a window of time, or ask for another one: every word is accounted for. Pure."""

from __future__ import annotations

import re

from desk.language.normalize import normalized
from desk.understanding.reading.observations import Act, Understanding

_YES = frozenset(
    [
        "да",
        "ага",
        "угу",
        "согласен",
        "согласна",
        "согласны",
        "согласовано",
        "подходит",
        "подойдет",
        "удобно",
        "устраивает",
        "хорошо",
        "ок",
        "окей",
        "ладно",
        "договорились",
        "годится",
        "yes",
        "yep",
        "agreed",
        "agree",
        "ok",
        "okay",
        "fine",
        "sure",
        "good",
        "suits",
    ]
)
_BESIDE = frozenset(
    [
        "нас",
        "нам",
        "мне",
        "меня",
        "я",
        "мы",
        "это",
        "этот",
        "время",
        "на",
        "вполне",
        "с",
        "этим",
        "в",
        "окно",
        "конечно",
        "пожалуйста",
        "спасибо",
        "здравствуйте",
        "you",
        "thank",
        "thanks",
        "please",
        "us",
        "me",
        "i",
        "we",
        "it",
        "this",
        "that",
        "the",
        "time",
        "window",
        "with",
        "by",
        "for",
        "is",
        "to",
    ]
)
_SUITS = re.compile(r"\b(?:that|this|it) works (?:for (?:me|us)|fine)\b|\b(?:that|this) works\b")
_OF_SERVICE = re.compile(r"работ|закр|чинил|помог|clos|work|fix|help")
"""Words of another matter: that all works, that the case may be closed."""
_OTHER_TIME = re.compile(
    r"\b(?:друго[ей]|перенес\w*|не (?:подходит|подойдет|удобно|устраивает|соглас(?:ен|на|ны)|получится)"
    r"|неудобно|удобнее|лучше (?:в|во|с|после|до|на|позже|раньше)|another (?:time|day|date)|(?:some|an)other time"
    r"|resched\w*|postpone|doesnt (?:work|suit)|not (?:suit\w*|convenient|possible)|is better|would be better)\b"
)


def agrees_to_window(found: Understanding) -> bool:
    """Whether nothing but agreement to the window is said."""
    words = normalized(found.text)
    if "?" in found.text or asks_for_other_time(found):
        return False
    said = _SUITS.sub(" ok ", words)
    left = said.split()
    if left and all(one in _YES or one in _BESIDE for one in left) and any(one in _YES for one in left):
        return True
    return found.closes and not _OF_SERVICE.search(words)


def asks_for_other_time(found: Understanding) -> bool:
    """Whether the window is declined, or another time is spoken of."""
    return found.says(Act.DENY) or _OTHER_TIME.search(normalized(found.text)) is not None
