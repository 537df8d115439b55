"""What a person means beside the matter itself: yes or no, a human please, I have had enough.

Word lists and a little grammar, clause by clause. A doubtful text gives None or False, and the desk asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from desk.language.normalize import MAX_LENGTH, normalized, word_lines


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLERS = _word_set(
    "ну вроде кажется похоже наверное ой так а и же уже еще пока здравствуйте добрый день привет "
    "well i think hm hmm oh so hello hi it seems yet"
)
_YES_WORDS = _word_set(
    "да ага угу конечно верно правильно точно ок окей хорошо согласен согласна подтверждаю именно "
    "yes yep yeah yup sure ok okay right correct indeed y"
)
_NO_WORDS = _word_set("нет неа не нету никак no nope not nah never n")
_NEGATIONS = _word_set(
    "не ни нет нету никак not never no cannot cant doesnt didnt isnt wasnt hasnt havent wont arent nothing"
)
_WORKING_WORDS = _word_set(
    "помогло помог помогла помогли помогает заработал заработало заработала заработали работает работают появился "
    "появилось появилась восстановился восстановилось починили починилось исправили исправилось решено решилось "
    "решили наладилось получилось подключилось подключился отлично замечательно супер закрывайте закройте "
    "нормализовалось норм хорошо нормально порядке works working work worked fixed fix solved resolved help "
    "helped helps restored great perfect"
)
_WORKING_PHRASES = word_lines(
    "все ок | все окей | интернет есть | есть интернет | инет есть | связь есть | проблем нет | нет проблем | "
    "вопросов нет | нет вопросов | можно закрыть | можно закрывать | no problem | no problems | "
    "no more problems | no issues | its back | is back | internet back | back online | back again | "
    "you can close | please close | close it | all good | its up | is up | up again | up and running"
)
_FAILING_PHRASES = word_lines(
    "нифига | увы | плохо | отвалился | отвалилось | исчез | unfortunately not | still no | cant connect | "
    "cannot connect | так же | также | то же | тоже самое | без изменений | попрежнему | по прежнему | пропал | "
    "опять нет | снова нет | еще нет | до сих пор нет | ничего не изменилось | бесполезно | хуже | still down | "
    "still out | still dead | still broken | same | no change | nothing changed | no luck | down | broken | "
    "useless | worse"
)
_HEDGING_WORDS = _word_set(
    "но только а однако хотя раньше вчера медленно but only however though although yesterday earlier before "
    "slow slowly"
)
_DONT_KNOW_PHRASES = word_lines(
    "не знаю | незнаю | не в курсе | не помню | не уверен | не уверена | затрудняюсь | без понятия | "
    "понятия не имею | dont know | do not know | dunno | no idea | not sure | cant tell | dont remember"
)

_NO_NUMBER_PHRASES = word_lines(
    "под рукой нет | не под рукой | нет под рукой | нету под рукой | под рукой нету | с собой нет | нет с собой | "
    "не могу найти | не нашла | не нашел | потерял | потеряла | cant find it | lost it | "
    " нет номера | нету номера | номера нет | нет договора | "
    "dont have it | do not have it | dont have one | not at hand | no number | dont have the number"
)
_DENIALS = frozenset({"нет", "нету", "неа", "no", "nope"})


def clauses(text: str) -> Iterator[tuple[str, bool]]:
    """The clauses of a text, each as `normalized` words, with whether a question mark ends it."""
    for clause in re.split(r"(?<=[.,!?;:\n()\u2014])", text[:MAX_LENGTH]):
        if words := normalized(clause):
            yield words, clause.endswith("?")


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


def parse_yes_no(text: str) -> bool | None:
    """The answer to "does it work now?": "да, заработало" and "it works" give True, "не работает", "still down" False.

    A denied verb counts as its opposite, and so does "да нет". Contradictions ("works, but slowly"), questions and
    thanks alone give None: a case is never closed on a guess.
    """
    if says_dont_know(text):
        return None
    found = {_works_by_clause(words, is_question) for words, is_question in clauses(text)}
    first = is_agreement(text)
    is_hedged = bool(_HEDGING_WORDS & set(normalized(text).split()))
    if False in found:
        return None if True in found else False
    if True in found:
        return None if is_hedged or (first is False and not _contains_any(_WORKING_PHRASES, normalized(text))) else True
    return None if first and is_hedged else first


def _works_by_clause(words: str, is_question: bool) -> bool | None:
    """What one clause says of the service: it works (True), it does not (False), nothing (None)."""
    if _contains_any(_WORKING_PHRASES, words):
        return None if is_question else True
    if _contains_any(_FAILING_PHRASES, words):
        return False
    if words.rsplit(maxsplit=1)[-1] in ("нет", "нету"):  # "интернета нет", "к сожалению, нет"
        return False
    negated = False
    for word in words.split():
        if word in _WORKING_WORDS:
            return False if negated else None if is_question else True
        negated = negated or word in _NEGATIONS
    return None


def _contains_any(phrases: tuple[str, ...], words: str) -> bool:
    padded = f" {words} "
    return any(f" {phrase} " in padded for phrase in phrases)
