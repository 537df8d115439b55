"""What a person means beside the matter itself: yes or no, a human please, I have had enough.

Word lists and a little grammar, clause by clause. A doubtful text gives None or False, and the desk asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from desk.language.normalize import MAX_LENGTH, normalized, word_lines
from desk.language.unsafe_characters import without_invisible


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
_SKIP_PHRASES = frozenset(
    word_lines(
        "пропустить | пропускаю | пропусти | пропустим | дальше | нечего | не хочу | нет фото | не могу | "
        "не буду | нет возможности | skip | next | skip it | skip this | i cant | cannot | cant | no photo"
    )
)

_NO_NUMBER_PHRASES = word_lines(
    "под рукой нет | не под рукой | нет под рукой | нету под рукой | под рукой нету | с собой нет | нет с собой | "
    "не могу найти | не нашла | не нашел | потерял | потеряла | cant find it | lost it | "
    " нет номера | нету номера | номера нет | нет договора | "
    "dont have it | do not have it | dont have one | not at hand | no number | dont have the number"
)
_DENIALS = frozenset({"нет", "нету", "неа", "no", "nope"})

_WORDS_FOR_HUMANS = _word_set(
    "оператор оператора оператору оператором операторы человек человека человеком человеку специалист специалиста "
    "специалистом специалисту сотрудник сотрудника сотрудником сотруднику менеджер менеджера менеджером агент агента "
    "агентом живой живого живым operator human person agent representative somebody someone"
)
_REQUEST_WORDS = _word_set(
    "позовите позови соедините соедини переключите переключи свяжите переведите переведи дайте дай вызовите пригласите "
    "хочу хотел хотела можно нужен нужна нужно надо поговорить пообщаться общаться связаться ответит "
    "connect transfer switch talk speak chat get give want need call put"
)
_POLITE_WORDS = _word_set(
    "пожалуйста с со на к мне меня нас я бы не а бот ботом робот роботом живого живым живой техподдержки поддержки "
    "поддержка please to a an the me i id like would can could may with real live support now not bot robot hello hi "
    "здравствуйте добрый день вечер срочно сейчас уже через"
)
_WORDS_OF_A_BARE_REQUEST = _WORDS_FOR_HUMANS | _REQUEST_WORDS | _POLITE_WORDS
_MAX_WORDS_OF_A_BARE_REQUEST = 8  # words; whoever only asks for a human is short

_ANGRY_STEMS = tuple(
    f" {stem.replace('_', ' ')}"
    for stem in _word_set(
        "безобраз издева сколько_можно достали задолбал заколеба надоел верните_деньги отврат ужас бардак позор "
        "роспотреб прокурат в_суд расторг хамств кошмар жалоб возмут возмущ сука пизд хуй хуе хуё ебан еба бля "
        "нахер нахрен говн дерьм ridiculous unacceptable fed_up sick_of terrible awful worst damn shit fuck wtf "
        "pathetic sucks outrag lawyer disgrace how_long_do fucking bullshit scam"
    )
)


_WORDS_AROUND_THANKS = _word_set(
    "спасибо спс пасиб спасибки благодарю благодарим большое огромное вам тебе за помощь всем всего доброго "
    "хорошего дня до свидания ок окей понял поняла понятно ясно хорошо отлично супер и очень вас "
    "thank thanks thx ty you a lot very much so many ok okay great good bye goodbye cheers got it and for your the "
    "help all"
)
_THANKING_WORDS = _word_set("спасибо спс пасиб спасибки благодарю благодарим thank thanks thx ty cheers")
_THANKING_EMOJI = "👍🙏❤😊🙂👌🤝"


def is_only_thanks(text: str) -> bool:
    """Whether a text says thank you and nothing else: nobody has to answer it, and nothing is opened again by it."""
    words = normalized(text).split()
    if not words:
        return any(sign in text for sign in _THANKING_EMOJI)
    return (
        len(words) <= 10
        and "?" not in text
        and _THANKING_WORDS.intersection(words) != set()
        and _WORDS_AROUND_THANKS.issuperset(words)
    )


_GREETING_WORDS = _word_set(
    "здравствуйте здравствуй здрасте здрасьте добрый доброе доброго день вечер утро дня вечера утра ночи привет прив "
    "времени суток приветствую алло ау хай hello hi hey good morning afternoon evening day there dear sir madam support"
)
_CONTRACT_WORDS = _word_set(
    "мой моя номер договор договора договору лицевой счет счета лс л с это вот абонент наш у меня по my our contract "
    "number no nr account is the its it"
)
_EXCLAIMING_WORDS = _word_set(
    "сколько можно уже это что же такое просто вообще опять да ну как так за когда вы ваш ваша вам вас меня мне я "
    "how long do i have to this is you your are so just what the hell"
)
_SMALL_TALK_WORDS = _GREETING_WORDS | _WORDS_AROUND_THANKS | _CONTRACT_WORDS | _FILLERS | _POLITE_WORDS


def has_substance(text: str, number: str = "") -> bool:
    """Whether a text says more than a greeting, thanks, anger, the wish for a human, or a contract ``number``.

    Only such words may become the description of what happened.
    """
    said = text[:MAX_LENGTH]
    for spelled in filter(None, (number, number.replace("-", " "), number.replace("-", ""))):
        said = re.sub(re.escape(spelled), " ", said, flags=re.IGNORECASE)
    return any(_is_substance(words.split()) for words, _ in clauses(said))


def _is_substance(words: list[str]) -> bool:
    left = [word for word in words if word not in _SMALL_TALK_WORDS and not word.isdecimal()]
    if not left or _asks_for_human(words):
        return False
    padded = f" {' '.join(words)}"
    if len(words) <= 6 and any(stem in padded for stem in _ANGRY_STEMS):
        angry = [
            word
            for word in left
            if word not in _EXCLAIMING_WORDS and not any(f" {word}".startswith(stem) for stem in _ANGRY_STEMS)
        ]
        return len(angry) > 1
    return not _EXCLAIMING_WORDS.issuperset(left)


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


def wants_to_skip(text: str) -> bool:
    """Whether the whole text says: leave this question out."""
    return normalized(text) in _SKIP_PHRASES or text.strip() in ("-", "\u2013", "\u2014")


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


def wants_human(text: str) -> bool:
    """Whether the person asks for a human: "оператор", "позовите человека", "can I talk to a human please".

    A clause asks when it names a human and else holds only asking and polite words, or when it asks for one within a
    longer story ("третий день не работает, соедините с оператором"). "Мой оператор связи" asks for nothing.
    """
    if _WORDS_FOR_HUMANS.isdisjoint(normalized(text).split()):  # most texts, and clauses cost more than this
        return False
    return any(_asks_for_human(words.split()) for words, _ in clauses(text))


def _asks_for_human(words: list[str]) -> bool:
    at = next((at for at, word in enumerate(words) if word in _WORDS_FOR_HUMANS), None)
    if at is None:
        return False
    if len(words) <= _MAX_WORDS_OF_A_BARE_REQUEST and _WORDS_OF_A_BARE_REQUEST.issuperset(words):
        return True
    before = words[max(0, at - 5) : at]
    request_at = next((place for place, word in enumerate(before) if word in _REQUEST_WORDS), None)
    return request_at is not None and _WORDS_OF_A_BARE_REQUEST.issuperset(before[request_at:])


def is_upset(text: str) -> bool:
    """Whether the person is angry: shouting in capitals, "!!!", or words that people in peace do not use."""
    visible = without_invisible(text[:MAX_LENGTH])
    if "!!!" in visible or "?!?" in visible or "!?!" in visible or "???" in visible:
        return True
    words = normalized(visible)
    padded = f" {words}"
    return _is_shouted(visible) or any(stem in padded for stem in _ANGRY_STEMS)


def _is_shouted(text: str) -> bool:
    """Three words and twelve letters of which most are capitals; names of things (LOS, WAN) are shorter than that."""
    in_capitals = [word for word in text.split() if len(word) > 1 and word.isupper()]
    if len(in_capitals) < 3:
        return False
    letters = [char for char in text if char.isalpha()]
    return len(letters) >= 12 and sum(char.isupper() for char in letters) * 10 >= len(letters) * 7


def _contains_any(phrases: tuple[str, ...], words: str) -> bool:
    padded = f" {words} "
    return any(f" {phrase} " in padded for phrase in phrases)
