"""A plain yes or no at the beginning of an answer, and not knowing. A doubtful text gives None or False."""

from __future__ import annotations

from desk.language.normalize import normalized, word_lines, word_set

_FILLERS = word_set(
    "ну вроде кажется похоже наверное ой так а и же уже еще пока здравствуйте добрый день привет "
    "well i think hm hmm oh so hello hi it seems yet"
)
_YES_WORDS = word_set(
    "да ага угу конечно верно правильно точно ок окей хорошо согласен согласна подтверждаю именно "
    "yes yep yeah yup sure ok okay right correct indeed y"
)
_NO_WORDS = word_set("нет неа не нету никак no nope not nah never n")
_DONT_KNOW_PHRASES = word_lines(
    "не знаю | незнаю | не в курсе | не помню | не уверен | не уверена | затрудняюсь | без понятия | "
    "понятия не имею | dont know | do not know | dunno | no idea | not sure | cant tell | dont remember"
)

_NO_NUMBER_PHRASES = word_lines(
    "под рукой нет | не под рукой | нет под рукой | нету под рукой | под рукой нету | с собой нет | нет с собой | "
    "не могу найти | не нашла | не нашел | потерял | потеряла | cant find it | lost it | "
    " нет номера | нету номера | номера нет | нет договора | "
    "dont have it | do not have it | dont have one | not at hand | no number | dont have the number | havent got it | "
    "havent got one | not got it on me | dont know it | no contract yet | dont know my contract | not on me"
)
_DENIALS = frozenset({"нет", "нету", "неа", "no", "nope"})


def is_agreement(text: str) -> bool | None:
    """What a plain "yes" or "no" at the beginning says ("да нет" is no); None where there is neither."""
    words = [word for word in normalized(text).split()[:12] if word not in _FILLERS]
    if not words or says_dont_know(text):
        return None
    if words[0] in _YES_WORDS:
        return not (len(words) > 1 and words[1] in ("нет", "не", "no"))
    return False if words[0] in _NO_WORDS else None


def says_dont_know(text: str) -> bool:
    """Whether a short text says that its writer does not know."""
    words = normalized(text)
    return words.count(" ") < 6 and _contains_any(_DONT_KNOW_PHRASES, words)


def says_no_number(text: str) -> bool:
    """Whether a short answer to "which contract?" says only that the number is not known or not at hand."""
    words = normalized(text)
    short = words.count(" ") < 6
    return words in _DENIALS or says_dont_know(text) or (short and _contains_any(_NO_NUMBER_PHRASES, words))


def tells_of_no_number(text: str) -> bool:
    """Whether it says by its own words, asked or not, that there is no number: more than "нет" or "не знаю"."""
    words = normalized(text)
    unknown = says_dont_know(text) and any(one in words for one in ("номер", "договор", "number", "contract"))
    return unknown or (words.count(" ") < 6 and _contains_any(_NO_NUMBER_PHRASES, words))


def _contains_any(phrases: tuple[str, ...], words: str) -> bool:
    padded = f" {words} "
    return any(f" {phrase} " in padded for phrase in phrases)
