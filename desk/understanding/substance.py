"""Whether a message tells of the matter itself, told by accounting: what is left when everything else is taken away."""

from __future__ import annotations

import re
from functools import lru_cache

from desk.language.normalize import word_lines
from desk.understanding.reading.message_words import words_of
from desk.understanding.reading.observations import Act, Situation, Understanding
from desk.understanding.understand import understand
from desk.understanding.wishes import word_class

_BESIDE_THE_MATTER = frozenset(
    {
        Act.GREETING, Act.THANKS, Act.ANGRY, Act.HUMAN, Act.CALLBACK, Act.BOT_QUESTION, Act.LANGUAGE, Act.CONFUSED,
        Act.BACK, Act.RESTART, Act.SKIP, Act.DONT_KNOW, Act.CANCEL, Act.WAIT, Act.STATUS,
    }
)  # fmt: skip
"""Acts whose words say nothing of what happened. Other acts do: "дым из щитка", "у меня другой вопрос"."""


@lru_cache(maxsize=1024)
def has_substance(text: str, number: str = "") -> bool:
    """`tells_of_matter` for words whose situation does not matter."""
    return tells_of_matter(understand(text, Situation()), number)


def tells_of_matter(said: Understanding, number: str = "") -> bool:
    """Whether words are left besides greeting, thanks, anger, wishes, keys of identity and small talk.

    Only such words may become the description of what happened. ``number`` is the contract number that is known.
    """
    taken = [(one.start, one.end) for one in said.acts if one.act in _BESIDE_THE_MATTER]
    taken += [(one.start, one.end) for one in said.keys]
    named = {*re.findall(r"[^\W_]+", number.casefold()), "".join(re.findall(r"[^\W_]+", number.casefold()))}
    meaningless, telling = word_class("small_talk"), word_class("service")
    for word in words_of(said.text):
        if word.text in telling:
            return True
        if word.text in meaningless or word.text in named or word.text.isdecimal():
            continue
        if not any(start <= word.start and word.end <= end for start, end in taken):
            return True
    return False


_WAITS_FOR_US = re.compile(
    r"\b(?:жд(?:у|ем|[её]м)|буд(?:у|ем) ждать|i'?m waiting|(?:i'?ll|we'?ll|i will) wait|waiting)\b"
)


def waits_for_us(text: str) -> bool:
    """Whether the writer waits for the desk, and takes the matter for passed on: "спасибо, жду"."""
    return bool(_WAITS_FOR_US.search(text.casefold().replace("\u2019", "'")))


_HEADINGS = frozenset(
    word_lines(
        "вопрос | вопросы | проблема | проблемы | фото | фотография | снимок | скриншот | картинка | файл | "
        "обращение | заявка | жалоба | тема | без | темы | к | от | по | вам | поддержка | поддержку | техподдержка | "
        "question | problem | issue | photo | picture | image | img | pic | screenshot | file | request | "
        "support | ticket | no | subject | a | my | the | from | re | fw | fwd"
    )
)


def is_bare_heading(text: str) -> bool:
    """Whether a text tells of no matter at all, or only as the subject of a letter does: "Вопрос", "Фото"."""
    said = [word.text for word in words_of(text)]
    return _HEADINGS.issuperset(said) or not has_substance(text)


_KNOCKING = frozenset(
    word_lines(
        "алло | ало | ау | эй | привет | здравствуйте | есть | тут | здесь | там | кто | то | нибудь | вы | на | "
        "связи | hello | helo | hi | hey | hiya | anyone | anybody | someone | somebody | any1 | there | here | home | "
        "is | are | you | u"
    )
)


def is_knock(text: str) -> bool:
    """Whether it only asks if anybody is there: "алло, есть кто?", "hello?? anyone there"."""
    said = [word.text for word in words_of(text)]
    return 0 < len(said) <= 8 and _KNOCKING.issuperset(said)


def is_only_thanks(text: str) -> bool:
    """Whether a text says thank you and nothing else: nobody has to answer it, and nothing is opened again by it."""
    said = understand(text, Situation())
    others = {one.act for one in said.acts} - {Act.THANKS, Act.GREETING}
    return said.says(Act.THANKS) and not others and "?" not in text and not tells_of_matter(said)
