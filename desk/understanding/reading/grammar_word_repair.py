"""What a word was meant to be: in the other keyboard layout, by ear in Latin letters, with a slip of the finger.

Only words that the grammars of this package know are mended to; a word that is ordinary in either language stays.
"""

from __future__ import annotations

import re
import threading
from functools import cache, lru_cache

import Stemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from desk.language.layout_and_transliteration import EDGE_SIGNS, swap_layout, transliteration_variants
from desk.language.letter_model import load_word_list, trigram_model_of, unchanging_words
from desk.language.normalize import word_set

LAYOUT, TRANSLITERATION = "layout", "transliteration"

MIN_LENGTH = 5
"""Letters of a word that may be mended: in shorter ones another word is too near."""

_RUSSIAN_WORDS = word_set(
    """
    вчера вчерашнего вчерашний позавчера позавчерашнего сегодня сегодняшнего утром вечером вечера ночью обеда обед
    неделю недели неделя неделе суток сутки сутками часов минут минуты полчаса месяц назад сейчас только понедельник
    понедельника вторник вторника среду среды четверг четверга пятницу пятницы суббота субботу субботы воскресенье
    воскресенья января февраля марта апреля июня июля августа сентября октября ноября декабря второй третий
    четвертый пятый шестой седьмой числа везде нигде всех всем всё одном одного одной устройстве устройствах
    устройства устройств телефоне телефон телефона телефонах компьютере компьютер компе ноутбуке ноутбук ноуте
    планшете планшет телевизоре телевизор телек приставке вайфай вайфаю вайфая кабелю кабель кабеля проводу провод
    провода сайт сайты сайте приложение приложения ютуб ютубе госуслуги интернет интернета инет инета работает
    работают работал работало работала заработал заработало лампочка лампочки лампочек лампочку индикатор индикаторы
    горит горят мигает мигают моргает светится светятся красный красная красным красное красненькая зеленый зеленая
    зеленые зеленым погасла погасли ничего обычно включается роутер роутера роутере роутером модем модема терминал
    терминале перезагружал перезагружала перезагружали перезагрузил перезагрузила перезагрузили перезагрузка
    перегрузил перегрузила перегружал перегружала
    перезапускал выключал выключала включал включала соседи соседей сосед соседа соседка соседки соседям соседями
    подъезд подъезде гроза грозы ремонт ремонта мебель молния отключали электричество поменяли меняли купили
    передвинули новый нового улица улице проспект переулок квартира дом договор договора договору номер телефон
    списали оплатил оплатила рублей отвалился пропал пропала пропало отключился отрубило вырубило сломался перестал
    оператор оператора
    """
)
_ENGLISH_WORDS = word_set(
    """
    yesterday today morning evening night afternoon tonight monday tuesday wednesday thursday friday saturday sunday
    since jan feb mar apr jun jul aug sep oct nov dec mon tue wed thu fri sat sun minutes hours weeks months january
    february march april august september october november december everywhere device devices phone laptop computer
    tablet television wireless ethernet cable website internet nothing router modem lights light blinking flashing
    green normal usual rebooted restarted reboot restart neighbour neighbours neighbor neighbors building storm
    thunderstorm lightning furniture renovation electrician street avenue apartment contract account number charged
    connection disconnected working everything nah nope yep yeah
    """
)
_OTHER_FORMS = word_set(
    """
    перезагружу перезагрузить перезагрузите перезагружаю перезагружается перезагружаться перезагрузи перезапустить
    включу включите выключу выключите включить выключить отключите отключить отключу поменяю поменяйте поменять
    меняю куплю купить покупать передвину работаете заработает заработаете пропадет пропадает отвалится оплачу
    перегрыз перегрызла перегрызли перегрызло
    оплатить оплатите спишут списание горел горела горели мигал мигала погаснет зеленое красное красного
    """
)
"""Forms of the same words that say something else: nothing is mended to them or from them."""
_VOCABULARY = tuple(sorted(word for word in _RUSSIAN_WORDS | _ENGLISH_WORDS if len(word) >= MIN_LENGTH))
_RUSSIAN_FORMS = tuple(word for word in _VOCABULARY if word > "\u0400")
_ENGLISH_FORMS = tuple(word for word in _VOCABULARY if word < "\u0400")
_SHORT_RUSSIAN = word_set(
    """
    да нет не ни на в с у и а я по до от за к о но то мы вы все час день дня два три дом нету есть
    """
)
_UNCERTAIN_LATIN = word_set(
    """
    net my na do on to ne da no nu dom god est tut tam a i u o s v k raz tri
    """
)

_LATIN_TO_CYRILLIC = str.maketrans("aceopxykbmht", "асеорхукьмнт")
_CYRILLIC_TO_LATIN = str.maketrans("асеорхукьмнт", "aceopxykbmht")
_PIECE = re.compile(r"\S+")
_LETTERS = re.compile(r"[a-z]+(?:'[a-z]+)?")
_TYPED = re.compile(r"[a-z\[\];',.<>:\"{}`~?]+")
_REPEATED = re.compile(r"(\w)\1{2,}")
_DOUBLED = re.compile(r"(\w)\1")
_stemmers_lock = threading.Lock()


@lru_cache(maxsize=8192)
def meant_word(word: str) -> str:
    """The word as it was meant: itself, a known one that is a slip away, or "не" and the word it was joined to."""
    if len(word) < 3:
        return word
    single = _in_one_alphabet(_REPEATED.sub(r"\1", word))
    if _is_form(single) or single in _OTHER_FORMS:
        return single
    if (collapsed := _DOUBLED.sub(r"\1", single)) != single and collapsed in _RUSSIAN_WORDS | _ENGLISH_WORDS:
        return collapsed
    if len(single) < MIN_LENGTH or is_ordinary(single):
        return single
    if single.startswith("не") and len(single) > 5 and (_is_form(rest := single[2:]) or is_ordinary(rest)):
        return f"не {rest}"
    return _nearest(single) or single


def kind_of_latin(text: str) -> str:
    """How the Latin letters of a text were meant to be read: `LAYOUT`, `TRANSLITERATION`, or "" as they stand."""
    counts = {"": 0.0, LAYOUT: 0.0, TRANSLITERATION: 0.0}
    for piece in _PIECE.findall(text):
        for kind, weight in _weights(piece):
            counts[kind] += weight
    kind = max((LAYOUT, TRANSLITERATION), key=counts.__getitem__)
    return kind if counts[kind] > counts[""] else ""


@lru_cache(maxsize=4096)
def _weights(piece: str) -> tuple[tuple[str, float], ...]:
    """What one piece speaks for."""
    core = piece.strip(EDGE_SIGNS + "!?()-")
    if not _TYPED.fullmatch(piece.rstrip("!?)")) or "." in core or core in unchanging_words():
        return ()
    known = {
        kind: next((word for _, _, word in _conversions(piece, kind) if _is_known_russian(word)), "")
        for kind in (LAYOUT, TRANSLITERATION)
    }
    weights = [(kind, 1.0 if len(word) > 2 else 0.6) for kind, word in known.items() if word]
    if core in _english() or (core in _ENGLISH_WORDS):
        return (("", 0.5 if core in _UNCERTAIN_LATIN else 1.5), *((kind, 0.5) for kind, word in known.items() if word))
    return tuple(weights) or _weights_by_likelihood(piece, core)


def _weights_by_likelihood(piece: str, core: str) -> tuple[tuple[str, float], ...]:
    if len(core) < 3:
        return ()
    russian, english = trigram_model_of("ru"), trigram_model_of("en")
    scores = {"": english.mean_log_likelihood(core)}
    for kind in (LAYOUT, TRANSLITERATION):
        if converted := _conversions(piece, kind):
            scores[kind] = russian.mean_log_likelihood(converted[-1][2]) - 0.5
    best = max(scores, key=scores.__getitem__)
    return ((best, 0.7),)


def converted_piece(piece: str, kind: str) -> tuple[int, int, str]:
    """The part of a piece that was meant in Russian letters, and the word; "" where it stays as it is."""
    core = piece.strip(EDGE_SIGNS + "!?()-")
    if core in unchanging_words():
        return 0, 0, ""
    found = _conversions(piece, kind)
    for start, end, word in found:
        if _is_known_russian(word) or _is_known_russian(meant_word(word)):
            return start, end, meant_word(word)
    if not found or (core in _english() and len(core) > 2):
        return 0, 0, ""
    start, end, word = found[-1]
    return start, end, word


def _conversions(piece: str, kind: str) -> list[tuple[int, int, str]]:
    """The ways to read a piece of Latin letters in Russian ones, each with the part of it that was converted."""
    found = []
    if kind == LAYOUT:
        for body in dict.fromkeys(
            (piece.rstrip("!?)"), piece.rstrip(EDGE_SIGNS + "!?)"), piece.strip(EDGE_SIGNS + "!?()"))
        ):
            start = piece.find(body)
            word = swap_layout(body) if body and _TYPED.fullmatch(body) else ""
            if word.isalpha():
                found.append((start, start + len(body), word))
        return found
    for letters in _LETTERS.finditer(piece):
        if len(letters.group()) < len(piece.strip(EDGE_SIGNS + "!?()-")):
            return []
        words = transliteration_variants(letters.group())
        words = [*(f"{word}ь" for word in words if _is_known_russian(f"{word}ь")), *words[::-1]]  # "den", "opyat"
        found += [(letters.start(), letters.end(), word) for word in words]
    return found


def _in_one_alphabet(word: str) -> str:
    """The word with letters that look like those of the other alphabet replaced."""
    latin = sum("a" <= char <= "z" for char in word)
    if not latin or latin == len(word):
        return word
    cyrillic = sum("а" <= char <= "я" for char in word)
    return word.translate(_LATIN_TO_CYRILLIC if cyrillic >= latin else _CYRILLIC_TO_LATIN)


def _is_known_russian(word: str) -> bool:
    if len(word) < 3:
        return word in _SHORT_RUSSIAN
    return word in _RUSSIAN_WORDS or word in _russian()


def _is_form(word: str) -> bool:
    return word in _RUSSIAN_WORDS or word in _ENGLISH_WORDS or word in (_russian() if word > "\u0400" else _english())


def _nearest(word: str) -> str:
    """The one word of the vocabulary that is a slip away, two in a long word."""
    forms = _RUSSIAN_FORMS if word > "\u0400" else _ENGLISH_FORMS
    allowed = 2 if len(word) >= 9 else 1
    found = process.extractOne(word, forms, scorer=OSA.distance, score_cutoff=allowed)
    if found and found[0][0] in word[:2]:
        return str(found[0])
    return _by_ear().get(_sound(word), "")


_SOUNDS = str.maketrans("оеэяёбвгджз", "аиииипфктшс")
"""Letters that sound alike where they are not stressed, or at the end of a word: "фчера", "пирезагрузил"."""


def _sound(word: str) -> str:
    return _DOUBLED.sub(r"\1", word.translate(_SOUNDS))


@cache
def _by_ear() -> dict[str, str]:
    """The one Russian word of the vocabulary of each sound."""
    found: dict[str, set[str]] = {}
    for word in _RUSSIAN_FORMS:
        found.setdefault(_sound(word), set()).add(word)
    return {sound: words.pop() for sound, words in found.items() if len(words) == 1}


@cache
def _russian() -> frozenset[str]:
    return frozenset(word for word in (*load_word_list("ru"), *load_word_list("more_words")) if word > "\u0400")


@cache
def _english() -> frozenset[str]:
    return frozenset(word for word in (*load_word_list("en"), *load_word_list("more_words")) if word < "\u0400")


@cache
def _ordinary_stems() -> frozenset[str]:
    return frozenset(map(_stem, (*_russian(), *_english(), *unchanging_words())))


def is_ordinary(word: str) -> bool:
    """Whether a word is one of everyday in Russian or English, in whatever form."""
    return word in unchanging_words() or _stem(word) in _ordinary_stems()


@cache
def _stemmers() -> tuple[Stemmer.Stemmer, Stemmer.Stemmer]:
    return Stemmer.Stemmer("russian", 0), Stemmer.Stemmer("english", 0)


def _stem(word: str) -> str:
    """Snowball's stem. Its stemmers are not thread-safe."""
    with _stemmers_lock:
        return str(_stemmers()[word < "\u0400"].stemWord(word))
