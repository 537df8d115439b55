"""Whether a message tells unasked that the trouble is over: "oh wait, it's back", "уже всё заработало". Pure.

A message is read clause by clause. A clause tells of it that a phrase of ``phrases/works.toml`` finds, unless words
beside it speak of something else: of a neighbour's line, of a part, of a wish. What stands last counts: "was off all
morning, it's back now" tells of it, "came back and went off again" does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from desk.language.normalize import word_lines, word_set
from desk.understanding.phrase_patterns import PatternWordClasses, PhraseBook, Span, overlaps
from desk.understanding.reading.message_words import COMMA, QUESTION, Word, clauses
from desk.understanding.reading.observations import Act, TalkStage

_CONJUNCTIONS = word_set("но а и хотя зато однако потом затем and but so then although though however because")
_CONTRAST = word_set("но but хотя though")
_RESERVING = word_set("но but однако however only except")
"""What a clause begins with that takes back a part of what was said: "it's back but crawling"."""
_POLITE = word_set(
    "спасибо благодарю извините простите thanks thank sorry cheers appreciate close закрывайте закройте закрыть "
    "cancel отмените later позже раньше"
)
"""What such a clause may say and take nothing back: "works now, but thanks anyway"."""
_HELPED = word_set("помог помогла помогли починил сделал настроил наладил воткнул подсказал helped fixed mended sorted")
"""What neighbours do to the person's own line."""
_OWN_DOING = word_set(
    "сделал сделала одумался отошел разобрался разобралась разобрались перезагрузил перезагрузила сбросил воткнул "
    "воткнула вставил вставила настроил "
    "настроила починил починила помогла помогло restarted rebooted reset unplugged loose replugged"
)
"""What people did to bring it about; short news are news after that: "воткнула, всё есть"."""
_THEREFORE = word_set("you never no dont please forget ignore cancel close nvm")
"""What follows a "so" that begins a clause."""
_JOINED = word_set("running going well on off out down up gone")
"""What an "and" joins to the word before it: "up and running", "off and on"."""
_PLAIN_OPENERS = word_lines(
    """
    ok | okay | hey | hi | hello | sorry | actually | well | hmm | so | please note that | i take it back |
    fyi | update | just to let you know | just letting you know | love | dear | mate | folks | guys | team |
    sos | ок | привет | здравствуйте | добрый день | добрый вечер | девушка | короче | слушайте | знаете |
    алло | эй | извините | простите | сообщаю что | отмена
    """
)
_SURPRISES = word_lines(
    """
    wait a sec | wait a second | wait a minute | wait a moment | wait no | no wait | wait | hold on | hang on |
    never mind | nevermind | nvm | nm | scrap that | scratch that | forget it | forget that | ignore that |
    ignore me | cancel that | disregard that | oops | omg | lol | haha | oh wait | oh wow | wow | ooh | whoa | oh | ah |
    yay | good news |
    great news | guess what | false alarm | please ignore | pls ignore | ignore | disregard |
    please disregard | spoke too soon | i spoke too soon | no worries | стоп | подождите | подожди | погодите |
    погоди | ой | ох | упс | опа | о чудо | чудо | сорри | сорян | пардон | отбой | ура | слава богу | ребят |
    ложная тревога | тьфу тьфу тьфу | тьфу тьфу | забудьте | забейте | проехали | спешу сообщить | ребята |
    мужики | неактуально | не актуально | хорошие новости | хорошая новость | хотя нет | хотя | а нет | ой нет
    """
)
"""Words after which "it's loading" is news, and no answer to a question."""
_OPENERS: dict[str, list[tuple[str, ...]]] = {}
"""Words after which the news begins, with a sign or without, by the first of them; the longest first."""
for _opener in sorted({*_PLAIN_OPENERS, *_SURPRISES}, key=lambda one: (-len(one), one)):
    _OPENERS.setdefault(_opener.split()[0], []).append(tuple(_opener.split()))
_SAYING = re.compile(
    r"(?:(?:я )?(?:пишу|хочу|хотел|хотела|хотели|решил|решила)(?: просто)?(?: вам)?(?: чтобы)? "
    r"(?:сказать|сообщить|предупредить|уведомить)|спешу сообщить|рад сообщить|рада сообщить|сообщаю|сообщаем"
    r"|(?:i )?(?:just )?(?:wanted|writing|want|pleased|happy|id like|i would like) to "
    r"(?:say|tell you|report|let you know|inform you))(?: (?:что|that))?\b"
)
"""How the news is announced: what such words wish is to tell it."""
_CALLING_OFF = word_set(
    """
    надо нужно нужен нужна беспокойтесь беспокойся приезжайте приходите присылайте звоните парьтесь актуально
    ждите ищите переживайте волнуйтесь требуется утруждайтесь тревожьтесь стоит торопитесь спешите отправляйте
    больше need bother send worry longer come needed required trouble thanks call action mind more further
    reason idea clue why any anymore ring worry wait претензий вопросов жалоб
    """
)
"""What follows a "no" that calls the help off, and denies nothing."""
_DENYING, _GOING_ON = word_set("no нет"), word_set("it its i im we the all everything уже все теперь")
"""A "no" that takes back what was said before: "no it's fine now"."""
_THANKING = word_set("спасибо спс thanks thank thx ty cheers")
_AFTER_NEWS = word_set("спасибо спс thx ty cheers nvm nevermind cancel закрывайте отмените снимайте")
_TWO_AFTER_NEWS = word_lines(
    "no need | you can | please close | please cancel | dont ring | dont worry | dont call | dont bother | dont send"
)
"""Words that begin a clause of their own after the news, even where no sign parts them: "net is back thx"."""
_CANCELLING = word_set(
    "отбой close closed закрывайте закройте stand отмените отмена отменить отменяйте снимайте снимите cancel withdraw"
)
_NOES = word_set("не нет no not dont никого ничего")
_TROUBLES = word_set(
    """
    потерь problem problems issue issues fault trouble glitch outage error red crackling crackle noise lag lags проблем
    проблема проблемы обрывов сбоев неполадок лагов глюки лаги обрывы неполадка неполадки
    сбой авария ошибка трабл неисправность красная красный лос los
    """
)
_TONES = word_set("tone tones")
_GOING = word_set(
    "stopped gone went off away vanished passed ended ушла ушел исчезла исчез пропала пропал погасла погас потух"
)
"""What a trouble does when it is over: "the problem has gone"."""
_MISBEHAVES = word_set(
    """
    тормозит лагает рвется виснет зависает тупит скачет мигает прерывается отваливается пропадает вылетает dropping
    buffering freezing lagging disconnecting
    """
)
_MISBEHAVED = word_set("dropped disconnected drops dropouts disconnects outages")
"""What went wrong before, if "since" stands with it and a "no"."""
_OVER = word_set("now more any anymore longer уже больше теперь since")
_CEASED = word_set("перестал перестало перестала перестали")
_CEASES = word_set(
    "тормозить лагать виснуть пропадать отваливаться глючить рваться мигать тупить зависать вылетать прерываться"
)
"""What a trouble ceases to do; what else has ceased was running."""
_WENT, _OFF = word_set("went goes cut cuts"), word_set("again off down out")
_ELSEWHERE = ("сосед", "телефона", "раздаю", "neighbo")
"""Beginnings of words after which nothing is told of the person's own line."""
_REPORTING = word_set("что that будто якобы то")


def working_again(
    words: Sequence[Word], book: PhraseBook, classes: PatternWordClasses, context: TalkStage
) -> list[Span]:
    """Where the words tell it; nothing where a later clause, or the whole, says that it is not over.

    ``book`` has the phrases of "works_already" by their names: for a context "works_already.waiting", against it
    "!works_already", and "~works_already" for what makes a message ironic or a report of others, wherever it stands.
    """
    words, is_surprise = _parted(words)
    found, name = book.found(words), str(Act.WORKS_ALREADY)
    plain = context is TalkStage.WAITING or is_surprise
    parts = clauses(words)
    contrasted = [one for one in parts if words[one[1] - 1] is not words[-1] and words[one[1]].text in _CONTRAST]
    terse = found.get(f"{name}.{TalkStage.WAITING}", ()) if plain else ()
    told = [*found.get(name, ()), *(one for one in terse if not overlaps(one, contrasted))]
    if not told or f"~{name}" in found:
        return []
    bad, runs = classes.words("@works_bad"), classes.words("@runs_ru")
    spoiled = _spoiled(words, parts, found, classes)
    kept = [one for one in told if not overlaps(one, spoiled)]
    if not kept:
        return []
    last = max(end for _, end in kept)
    again = [one for one in spoiled if overlaps(one, told)]
    worse = [
        one
        for one in parts
        if one[0] >= last and (one in again or _is_worse(words, one, bad, runs) or _takes_back(words, one, again, told))
    ]
    return [] if worse else kept


def speaks_of_something_else(words: Sequence[Word], book: PhraseBook, classes: PatternWordClasses) -> bool:
    """Whether any clause of the message is of another thing, of another's, of a part, of a wish, or asks."""
    words, _ = _parted(words)
    found = book.found(words)
    return f"~{Act.WORKS_ALREADY}" in found or bool(_spoiled(words, clauses(words), found, classes))


def _spoiled(
    words: Sequence[Word], parts: Sequence[Span], found: Mapping[str, Sequence[Span]], classes: PatternWordClasses
) -> list[Span]:
    """The clauses in which nothing is told of the person's own line, as it is now."""
    barred = classes.words("@works_bar|@works_bad")
    against = [
        one
        for one in found.get(f"!{Act.WORKS_ALREADY}", ())
        if not any(word.stop for word in words[one[0] : one[1] - 1])
    ]
    spoiled: list[Span] = []
    elsewhere = False
    for one in parts:
        texts = [word.text for word in words[one[0] : one[1]]]
        is_elsewhere = any(text.startswith(_ELSEWHERE) for text in texts) and not _HELPED.intersection(texts)
        elsewhere = elsewhere or is_elsewhere
        reported = bool(spoiled) and spoiled[-1][1] == one[0] and words[one[0]].text in _REPORTING
        if _SAYING.fullmatch(" ".join(word.text for word in words[one[0] : one[1]])):
            continue
        if elsewhere or reported or _is_spoiled(words, one, barred) or overlaps(one, against):
            spoiled.append(one)
    return spoiled


def _parted(words: Sequence[Word]) -> tuple[tuple[Word, ...], bool]:
    """The words, with a comma between clauses that have none: before "but", after "hold on"; and whether one of them
    is a word of surprise, or takes back what was said."""
    is_surprise = False
    stops = [word.stop for word in words]
    texts = [word.text for word in words]
    for at in range(len(words)):
        joined = at + 1 < len(words) and texts[at + 1] in _JOINED
        therefore = texts[at] == "so" and at + 1 < len(texts) and texts[at + 1] in _THEREFORE
        follows = texts[at] in _AFTER_NEWS or " ".join(texts[at : at + 2]) in _TWO_AFTER_NEWS
        if at and (therefore or follows or texts[at] in _CONJUNCTIONS) and not joined:
            stops[at - 1] = stops[at - 1] or COMMA
        if (at == 0 or stops[at - 1]) and texts[at] in _DENYING and at + 1 < len(texts) and texts[at + 1] in _GOING_ON:
            stops[at] = stops[at] or COMMA
        if at == 0 or stops[at - 1]:
            opener = next((one for one in _OPENERS.get(texts[at], ()) if tuple(texts[at : at + len(one)]) == one), ())
            if said := _SAYING.match(" ".join(texts[at:])):
                opener = tuple(said.group().split())
            is_surprise = is_surprise or " ".join(opener) in _SURPRISES
            if opener and at + len(opener) < len(words):
                stops[at + len(opener) - 1] = stops[at + len(opener) - 1] or COMMA
    parts = (word if word.stop == stop else replace(word, stop=stop) for word, stop in zip(words, stops, strict=True))
    calls_off = (_CALLING_OFF.intersection(texts) and _NOES.intersection(texts)) or _CANCELLING.intersection(texts)
    return tuple(parts), is_surprise or bool(calls_off) or not (_OWN_DOING | _THANKING).isdisjoint(texts)


def _takes_back(words: Sequence[Word], clause: Span, again: Sequence[Span], told: Sequence[Span]) -> bool:
    """Whether a clause takes back a part of the news before it."""
    texts = {word.text for word in words[clause[0] : clause[1]]}
    is_news = overlaps(clause, told) and clause not in again
    return words[clause[0]].text in _RESERVING and not is_news and not texts & (_POLITE | _CALLING_OFF)


def _meaning_nothing_bad(clause: Sequence[Word], around: set[str]) -> set[str]:
    """Bad words that are none beside others: "on hold for nothing", "300 down"."""
    harmless: set[str] = set()
    if {"for", "nothing"} <= around:
        harmless.add("nothing")
    if "down" in around and any(one.text.isdecimal() and two.text == "down" for one, two in pairwise(clause)):
        harmless.add("down")
    if around & _TONES:
        harmless.add("phone")
    return harmless | (_GOING if "whatever" in around else set())


def _is_worse(words: Sequence[Word], clause: Span, bad: frozenset[str], runs: frozenset[str]) -> bool:
    """Whether a clause says that something is wrong, or does not run: "теперь не работает ещё и телефон"."""
    is_not = any(one.text == "не" and two.text in runs for one, two in pairwise(words[clause[0] : clause[1]]))
    return is_not or _is_bad(words, clause, bad)


def _is_spoiled(words: Sequence[Word], clause: Span, barred: frozenset[str]) -> bool:
    """Whether a clause asks, or has a word that is of something else."""
    return words[clause[1] - 1].stop == QUESTION or _is_bad(words, clause, barred)


def _is_bad(words: Sequence[Word], clause: Span, bad: frozenset[str]) -> bool:
    """Whether a clause says that something is wrong; "no need to come" does not."""
    start, end = clause
    around = {word.text for word in words[start:end]}
    texts = (around & bad) - _meaning_nothing_bad(words[start:end], around)
    if around & _CALLING_OFF:
        texts -= _NOES
    if around & _TROUBLES:
        texts -= _GOING
    if {"больше", "не"} <= around or {"no", "longer"} <= around or around & {"stopped", "gone"}:
        texts -= _MISBEHAVES
    if around & _TROUBLES and (around & _OVER or len(around) == 2):
        texts -= _NOES
    if around & _MISBEHAVES:
        texts -= {"stopped", "gone"}
    if "since" in around and around & _MISBEHAVED:
        texts -= _MISBEHAVED | _NOES | {"hasnt", "havent"}
    if {"never", "mind"} <= around:
        texts.discard("never")
    if around & _CEASED and not around & _CEASES:
        return True
    if around & _WENT and around & _OFF and not around & _TROUBLES:
        return True
    if around & {"no", "dont"}:
        texts -= {"need"}
    return bool(texts)
