"""What a person wants of the desk: a human, a call, the state of things, another matter, another language.

The words that show each act stand in `phrases`; here is what the acts have to do with each other and with the
situation.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from desk.understanding.acts_by_likeness import alike
from desk.understanding.anger import shouting
from desk.understanding.news_of_working import speaks_of_something_else, working_again
from desk.understanding.phrase_patterns import PatternWordClasses, PhraseBook, Span, overlaps
from desk.understanding.reading.first_names import name_classes
from desk.understanding.reading.known_word_mender import WordMender
from desk.understanding.reading.message_words import QUESTION, Word, clauses, words_of
from desk.understanding.reading.observations import Act, ObservedAct, ObservedValue, Situation, TalkStage
from desk.understanding.reading.words_run_together import parted

PHRASES = Path(__file__).parent / "phrases"
LANGUAGE_SLOT = "language"
_STARRED = re.compile(r"\s*\*[^\s*][^*\n]*")
"""A correction as it is typed in chats: "*40-1187"."""
_LONGEST_STARRED, _LONGEST_ASKED_BACK, _LONGEST_WITHOUT_SIGN = 4, 12, 7
"""Words of such a correction, and of a question that is put in place of an answer, with a question mark and without."""
_SHORT_BY_EAR = {
    short: russian
    for russian, shorts in {
        "не": "ne", "я": "ya ja", "да": "da", "ни": "ni", "на": "na", "вы": "vy vi", "ты": "ti ty", "мы": "my",
        "по": "po", "ну": "nu", "это": "eto", "что": "chto shto", "как": "kak", "у": "u", "и": "i", "а": "a", "в": "v",
        "с": "s", "к": "k", "мне": "mne", "то": "to", "есть": "est", "все": "vse vsyo", "нет": "net", "тут": "tut",
    }.items()
    for short in shorts.split()
}  # fmt: skip
"""Russian words by ear that are too short to be told from English ones, where the rest of a message is Russian."""
_OTHERWISE_SAID = {
    "вже": "уже", "працює": "работает", "є": "есть", "дякую": "спасибо", "нема": "нету", "немає": "нету", "ні": "нет",
    "людину": "человека", "людиною": "человеком", "покличте": "позовите", "поклич": "позови", "можна": "можно",
    "поговорити": "поговорить", "треба": "надо", "bk": "back", "bak": "back", "bck": "back", "nw": "now",
    "wrking": "working", "wrkin": "working", "wrks": "works", "itz": "its", "snd": "send", "som1": "someone",
    "sum1": "someone", "sumone": "someone", "sumbody": "somebody", "agnt": "agent", "fone": "phone", "yor": "your",
    "cum": "come", "agen": "again", "ned": "need", "wnt": "want", "jst": "just", "thru": "through", "carnt": "cant",
    "rownd": "round", "fixd": "fixed", "restord": "restored", "uje": "уже", "uzhe": "уже", "фсе": "все", "фсё": "все",
    "ужэ": "уже", "ожыл": "ожил", "ажил": "ожил", "паехало": "поехало", "nvmind": "nevermind", "goin": "going",
    "ково": "кого", "тово": "того", "нибуть": "нибудь", "хде": "где", "нада": "надо", "sm1": "someone", "wen": "when",
    "wil": "will", "каво": "кого", "хачу": "хочу", "wory": "worry", "nede": "need", "bovver": "bother", "nd": "need",
}  # fmt: skip
"""Words that many write in another way, as it is spoken at the border or in haste."""
_THANKING_EMOJI = "👍🙏❤😊🙂👌🤝"

_HIDDEN_BY: Mapping[Act, frozenset[Act]] = {
    Act.HUMAN: frozenset({Act.BOT_QUESTION, Act.CANCEL}),
    Act.BACK: frozenset({Act.RESTART}),
    Act.CONFUSED: frozenset({Act.BOT_QUESTION, Act.LANGUAGE}),
    Act.OTHER_MATTER: frozenset({Act.CORRECTION}),
    Act.SKIP: frozenset({Act.DONT_KNOW}),
    Act.CANCEL: frozenset({Act.EMERGENCY}),
}
"""Acts that are not seen where their words belong to another one: "вы живой человек?" asks for nobody."""
_HIDDEN_WAITING = {**_HIDDEN_BY, Act.CONFUSED: _HIDDEN_BY[Act.CONFUSED] | {Act.STATUS}}
_HIDDEN_OTHERWISE = {**_HIDDEN_BY, Act.STATUS: frozenset({Act.CONFUSED})}
"""Who waits and says "ну что?" asks how things stand; who was asked something does not understand it."""


@dataclass(frozen=True, slots=True)
class _Bare:
    """A clause that holds a word of ``core``, and else only words of ``around``."""

    act: Act
    core: frozenset[str]
    around: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Phrases:
    """All phrases: the book, the clauses that are nothing but a wish, and what takes misspelt words for known ones."""

    book: PhraseBook
    news: PhraseBook
    """Those of "works_already": what other clauses say counts there too."""
    bare: tuple[_Bare, ...]
    mending: WordMender
    classes: PatternWordClasses


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text says in whatever situation: its words as the phrases know them, where phrases stand, and the acts
    its clauses are alike to."""

    words: tuple[Word, ...]
    found: Mapping[str, list[Span]]
    alike: Mapping[Act, list[Span]]


def wishes(text: str, situation: Situation) -> tuple[ObservedAct, ...]:
    """The acts of asking, greeting, thanking, being angry or lost, each with its words."""
    return _wishes(text, situation.context)


@lru_cache(maxsize=512)
def _wishes(text: str, context: TalkStage) -> tuple[ObservedAct, ...]:
    """Remembers the last texts: of a situation only the stage of the talk counts here, whatever the time."""
    said = _said(text)
    words = said.words
    if not words:
        return _signs_alone(text, context)
    places = _places(said, context)
    hidden_by = _HIDDEN_WAITING if context is TalkStage.WAITING else _HIDDEN_OTHERWISE
    places = {
        act: _apart_from(spans, [other for by in hidden_by.get(act, ()) for other in places.get(by, ())])
        for act, spans in places.items()
    }
    if not places and context is TalkStage.QUESTION and (asked := _asked_back(words)):
        places[Act.CONFUSED] = [asked]
    if places.get(Act.CORRECTION) or places.get(Act.OTHER_MATTER):
        places[Act.CANCEL] = [one for one in places.get(Act.CANCEL, ()) if _calls_off(words, one)]
    if calls := places.get(Act.CALLBACK):
        places[Act.HUMAN] = [*places.get(Act.HUMAN, ()), *calls]
    found = [
        ObservedAct(act, words[start].start, words[end - 1].end)
        for act, spans in places.items()
        for start, end in _joined(spans)
    ]
    if context is TalkStage.QUESTION and _STARRED.fullmatch(text) and len(words) <= _LONGEST_STARRED:
        found.append(ObservedAct(Act.CORRECTION, text.index("*"), len(text.rstrip())))
    is_at_peace = any(one.act in (Act.THANKS, Act.GREETING) for one in found)
    if Act.ANGRY not in {one.act for one in found} and (loud := shouting(text, words, is_at_peace)):
        found.append(ObservedAct(Act.ANGRY, *loud))
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def _asked_back(words: Sequence[Word]) -> Span | None:
    """The question that is asked in place of an answer, "а что считается устройством?"; none that asks of the matter
    itself, of money or of time. Some words ask without a question mark: "which one"."""
    for start, end in clauses(words):
        texts = [word.text for word in words[start:end]]
        opens = next((at for at, text in enumerate(texts) if text not in word_class("asking_fill")), len(texts) - 1)
        following = texts[opens + 1] if opens + 1 < len(texts) else ""
        if words[end - 1].stop == QUESTION:
            asks = texts[opens] in word_class("asking_back") or bool(set(texts) & word_class("asking_anywhere"))
        else:
            is_all = end - start == len(words) <= _LONGEST_WITHOUT_SIGN
            asks = is_all and texts[opens] in word_class("asking_plainly") and following not in word_class("not_asking")
        if asks and len(texts) <= _LONGEST_ASKED_BACK and not set(texts) & word_class("asking_of_matter"):
            return start, end
    return None


def _signs_alone(text: str, context: TalkStage) -> tuple[ObservedAct, ...]:
    """What a message without a word does: "?" asks again what was meant, "-" leaves a question out, "👍" thanks."""
    signs = text.strip()
    act = None
    if signs and not signs.strip("?!"):
        act = Act.STATUS if context is TalkStage.WAITING else Act.CONFUSED
        act = act if "?" in signs else Act.ANGRY if len(signs) > 2 else None
    elif signs in ("-", "\u2013", "\u2014"):
        act = Act.SKIP
    elif any(sign in _THANKING_EMOJI for sign in signs):
        act = Act.THANKS
    return (ObservedAct(act, text.index(signs), text.index(signs) + len(signs)),) if act else ()


def language_wished(text: str, acts: Iterable[ObservedAct]) -> tuple[ObservedValue, ...]:
    """The language that the words of `Act.LANGUAGE` name: the value "ru" or "en" of slot "language"."""
    found = []
    for one in acts:
        if one.act is not Act.LANGUAGE:
            continue
        named = {word.text for word in mended_words(text[one.start : one.end])}
        is_russian, is_english = bool(named & word_class("russian")), bool(named & word_class("english"))
        if is_russian == is_english:
            continue
        denied = bool(named & word_class("not"))  # "I don't speak Russian" wishes for the other one
        language = "ru" if is_russian != denied else "en"
        found.append(ObservedValue(LANGUAGE_SLOT, language, one.start, one.end))
    return tuple(found[-1:])


@lru_cache(maxsize=512)
def mended_words(text: str) -> tuple[Word, ...]:
    """The words of a text, misspelt ones as the phrases know them."""
    mending = _phrases().mending
    words = tuple(part for word in words_of(text) for part in parted(word, mending))
    meant = [_OTHERWISE_SAID.get(word.text) or mending(word.text) for word in words]
    if _is_by_ear([word.text for word in words], meant):
        meant = [_SHORT_BY_EAR.get(one, one) for one in meant]
    return tuple(word if one == word.text else replace(word, text=one) for word, one in zip(words, meant, strict=True))


def _is_by_ear(written: Sequence[str], meant: Sequence[str]) -> bool:
    """Whether Russian is written in Latin letters: most of the longer words are Russian ones."""
    long = [(one, other) for one, other in zip(written, meant, strict=True) if len(one) > 3 and one.isascii()]
    return bool(long) and 2 * sum(other > "\u0400" for _, other in long) >= len(long)


def _calls_off(words: Sequence[Word], span: Span) -> bool:
    return any(word.text in word_class("cancel_core") for word in words[span[0] : span[1]])


@cache
def word_class(name: str) -> frozenset[str]:
    """The words of a class of ``phrases/classes.toml``."""
    return _phrases().classes.words(f"@{name}")


def word_classes() -> PatternWordClasses:
    """The classes of words of ``phrases/classes.toml``."""
    return _phrases().classes


def by_phrases(words: Sequence[Word], context: TalkStage | None) -> dict[Act, list[Span]]:
    """Where phrases show each act; without a context, by phrases for any."""
    return _by_phrases(words, context, _phrases().book.found(words))


def against(words: Sequence[Word]) -> Mapping[str, list[Span]]:
    """Where phrases say that the words mean something else than an act, by its name."""
    return {name[1:]: spans for name, spans in _phrases().book.found(words).items() if name.startswith("!")}


@lru_cache(maxsize=512)
def _said(text: str) -> _Said:
    """Remembers the last texts: one is understood in several situations."""
    words = mended_words(text)
    return _Said(words, _phrases().book.found(words), alike(words, _phrases().classes))


def _places(said: _Said, context: TalkStage) -> dict[Act, list[Span]]:
    """Where the words show each act, by phrases, or else because they are like those of many who did."""
    words, found = said.words, said.found
    places = _by_phrases(words, context, found)
    for act, spans in said.alike.items():
        is_meant = act is Act.HUMAN and Act.CALLBACK in places  # who wants a call wants a human
        if (
            act not in places
            and not is_meant
            and (left := _apart_from(spans, (*found.get(f"!{act}", ()), *found.get(f"!{act}.{context}", ()))))
        ):
            places[act] = left
    if news := working_again(words, _phrases().news, _phrases().classes, context):
        places[Act.WORKS_ALREADY] = news
    return places


def _by_phrases(
    words: Sequence[Word], context: TalkStage | None, found: Mapping[str, list[Span]]
) -> dict[Act, list[Span]]:
    phrases = _phrases()
    places: dict[Act, list[Span]] = {}
    for name, spans in found.items():
        act, _, where = name.partition(".")
        if act.startswith("="):
            places.setdefault(Act(act[1:]), []).extend(spans)
            continue
        if act.startswith("!") or (where and context and where != context):
            continue
        against = (*found.get(f"!{act}", ()), *found.get(f"!{act}.{context}", ()))
        if left := _apart_from(spans, against):
            places.setdefault(Act(act), []).extend(left)
    for start, end in clauses(words):
        texts = {word.text for word in words[start:end] if word.text != "0"}
        for bare in phrases.bare:
            if texts & bare.core and texts <= bare.core | bare.around:
                places.setdefault(bare.act, []).extend(_apart_from([(start, end)], found.get(f"!{bare.act}", ())))
    return places


def _apart_from(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """The spans that have no word in common with any of the others."""
    return [one for one in spans if not overlaps(one, others)]


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The spans, those that touch each other as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def is_of_something_else(text: str) -> bool:
    """Whether words that sound like "it works" are of a neighbour's line, of a part, of a wish, or ask."""
    return speaks_of_something_else(mended_words(text), _phrases().news, _phrases().classes)


@cache
def _phrases() -> _Phrases:
    tables: dict[str, Any] = {}
    for path in sorted(PHRASES.glob("*.toml")):
        tables |= tomllib.loads(path.read_text("utf-8"))
    classes = PatternWordClasses(tables.pop("classes") | name_classes())
    patterns: dict[str, list[str]] = {}
    bare: list[_Bare] = []
    for act, table in tables.items():
        patterns[act] = _lines(table.get("any", ""))
        patterns[f"!{act}"] = _lines(table.get("unless", ""))
        patterns[f"={act}"] = _lines(table.get("surely", ""))
        patterns[f"~{act}"] = _lines(table.get("never", ""))
        for context in TalkStage:
            patterns[f"{act}.{context}"] = _lines(table.get(context, {}).get("any", ""))
            patterns[f"!{act}.{context}"] = _lines(table.get(context, {}).get("unless", ""))
        bare += [_bare(Act(act), core, around, classes) for core, around in table.get("bare", ())]
    news = {name: patterns.pop(name) for name in list(patterns) if Act.WORKS_ALREADY in name}
    book, news_book = PhraseBook(patterns, classes), PhraseBook(news, classes)
    against = classes.words("@works_bar|@works_bad|@works_known")
    known = (book.words | news_book.words | against).union(*(one.core | one.around for one in bare))
    names = frozenset[str]().union(*(classes.words(f"@{name}") for name in name_classes()))
    mending = WordMender(known - names, names | classes.words("@right_words"))
    return _Phrases(book, news_book, tuple(bare), mending, classes)


def _bare(act: Act, core: str, around: str, classes: PatternWordClasses) -> _Bare:
    words = [frozenset[str]().union(*map(classes.words, text.split())) for text in (core, around)]
    return _Bare(act, *words)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
