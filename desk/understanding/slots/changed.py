"""What changed before the trouble: a storm, repair works, a new router, moved furniture; in the person's own words."""

from __future__ import annotations

import re

from desk.understanding.reading.normalized_message import Clause, Reading
from desk.understanding.reading.observations import ObservedValue
from desk.understanding.slots.works_or_not import TROUBLE, word_count

_THING = (
    r"гроз(?:а|ы|е|у|ой)|молни\w+|шторм\w*|бур[яиюе]|ураган\w*|лив(?:ень|ня|нем)|ветер|ветром|снегопад\w*|град|"
    r"ремонт(?:а|у|ом|ировали|ные работы)?|стройк\w+|"
    r"отключени[еяй] (?:света|электр\w+)|скач(?:ок|ка|ки) (?:напряжения|света)|пожар\w*|потоп\w*|переезд\w*|"
    r"(?:thunder)?storm\w*|thunder|lightning|power (?:cut|outage|failure|surge)|blackout|renovations?|"
    r"(?:building|construction|road|repair) works?|(?:a|the) flood|flooded (?:the|our|my|us|basement|flat|"
    r"house)\w*|strong wind\w*|hurricane|builders|construction|строител\w+|painters|plumbers?|electricians?|"
    r"workmen|электрик\w*|дожд\w+|гололед\w*|мороз\w*"
)
_PAST = r"(?:л|ла|ло|ли|лся|лась|лось|лись)"
_DEED = (
    rf"(?:пере|по|с|за)?(?:двига|двину|движ|дви)\w*{_PAST}|перестав(?:и|ля){_PAST}|перенес(?:ли|ла|)?\b|"
    rf"переезжа{_PAST}|переехал\w*|перевез\w*|переложи{_PAST}|перекла{_PAST}|передвину{_PAST}|"
    rf"(?:по|с|за|об)?меня{_PAST}|смени{_PAST}|замени{_PAST}|(?:у|по|пере|в)?станов(?:и|ля){_PAST}|"
    rf"(?:по)?став(?:и|ля)?{_PAST}|куп(?:и|а){_PAST}|приобре(?:л|ла|ли)|"
    rf"(?:рас|вы|пере|по|от|про|за)?копа{_PAST}|раскопа{_PAST}|сверли{_PAST}|просверли{_PAST}|штроби{_PAST}|"
    rf"(?:пере|по|с|за)?грыз(?:ла|ли|)?\b|"
    rf"(?:пере|по|обо|разо|от)рва{_PAST}|(?:пере|под|об|от|по)?реза{_PAST}|(?:за|при)де(?:л|"
    rf"ла|ли|вал\w*)|"
    rf"(?:за|при|пере)дави{_PAST}|(?:пере)?би(?:л|ли|ла)\b|урони{_PAST}|споткну{_PAST}|наступи{_PAST}|"
    rf"(?:за|под|про)?топи{_PAST}|зали(?:л|ла|ли|вал\w*)|проли(?:л|ла|ли|вал\w*)|обнови{_PAST}|обновля{_PAST}|"
    rf"прошива{_PAST}|проши(?:л|ла|ли)|"
    rf"(?:вы|от|за)?(?:краси|клеи|белил){_PAST}|покраси{_PAST}|(?:пере)?настро(?:и|ива){_PAST}|сбива{_PAST} "
    rf"настройки|сбросил\w* настройки|"
    rf"(?:пере)?подключ(?:и|а){_PAST} (?:нов\w+|друг\w+|приставк\w+|камер\w+|телевизор\w*|телефон\w*)|(?:пере|"
    rf"у)кла(?:ли|дывал\w*)|проводи{_PAST} (?:кабел\w+|провод\w*|свет)|убира{_PAST}\w* (?:кабел\w*|провод\w*)|"
    r"moved|replaced|(?:has|have|had|we|i|they|been) changed|swapped|installed|bought|got a new|dug|digging|"
    r"drilled|drilling|chewed|bitten|bit (?:the|through|our|my)|cut (?:the|a|our|my|through)|tripped|dropped "
    r"(?:the|it)|spilled|spilt|"
    r"updated|upgraded|painted|rearranged|redecorat\w+|(?:cable|wire|pole|tree|branch|router|box|line) (?:\w+ "
    r")?fell|knocked|broke the|plugged in a new|set up a new|"
    r"ripped|tore|changed (?:the|our|my) (?:router|modem|cable|provider|settings|windows|furniture)"
)
_STATE = (
    r"(?:свет|электричеств\w+|ток|электроэнерги\w+|пробки|автомат\w*|напряжение) (?:\w+ )?(?:отключа\w+|"
    r"отключи\w+|выруб\w+|выключ\w+|мига\w+|мигну\w+|моргал\w*|моргну\w+|выби\w+|скака\w+|пропада\w+|не было|"
    r"погас\w*)|"
    r"(?:отключа|отключи|выруба|выруби|выключа|выбило|выбива|мигал|моргал|не было|скака)\w* (?:свет\w*|"
    r"электричеств\w*|ток|пробки|автомат\w*|напряжение)|"
    r"ремонт (?:дела\w+|ид[её]т|шел|у (?:соседей|нас))|(?:дела\w+|ид[её]т|шел|начал\w*|был|затеяли) (?:у нас "
    r")?(?:ремонт|стройка|гроза|капремонт)|"
    r"(?:нов(?:ый|ое|ая|ую|ого|ые)) (?:роутер\w*|модем\w*|телевизор\w*|компьютер\w*|комп|ноутбук\w*|телефон\w*|"
    r"окна|мебель|кабел\w*|антивирус\w*|оборудование|приставк\w+|дверь|замок|стояк)|"
    r"(?:рабочие|строители|монтажники|электрики|сантехники|экскаватор) \w+|new (?:router|modem|tv|laptop|"
    r"computer|pc|phone|windows|furniture|cable|equipment|antivirus)|"
    r"(?:power|electricity|lights?) (?:went|was|were|has been|had been) (?:out|off|cut)|(?:workers|builders|"
    r"electricians?|a digger) (?:were|are|was|came|cut|dug|have)"
)
_CHANGE = re.compile(rf"\b(?:(?P<thing>{_THING})|{_DEED}|{_STATE})\b")
_AFTER = re.compile(
    r"\b(?:после|из-за|из за|вслед за|благодаря|thanks to|следом за|во время|с момента|since|after|because of|"
    r"due to|following|"
    r"during)\s+(?:\w+\s+){0,2}$"
)
_WISH = re.compile(
    r"\b(?:хочу|хотел\w*|хотим|можно|надо|нужно|нужен|планиру\w+|собира\w+|посоветуйте|подскажите|сколько стоит|"
    r"купить|куплю|пожелани\w+|if|want|would like|can i|could i|can you|should i|may i|how much|going to|need|"
    r"заявк\w+|примите|get me|send me|"
    r"give me|дайте|пришлите|привезите|верните|замените)\b|\bесли\b|"
    r"\bбудет\b|\bкогда\b|\bзавтра\b"
)
_LABEL = re.compile(
    r"\s*(?:что(?:[ -]?(?:то|нибудь))?|what|has anything|did anything)\s+(?:из|по)?(?:мен|change)\w*\s*$"
)
"""The question itself, as a heading of the answer: "Что менялось: ничего"."""
_DENIED = re.compile(
    r"\b(?:ничего|ничё|никто|никаких|не|ни|без)\s+(?:не\s+)?(?:\w+\s+)?$|\b(?:no|not|nothing|never|haven't|"
    r"hasn't|didn't|without)\s+(?:\w+\s+){0,2}$"
)
_DENIED_AFTER = re.compile(r"\s*(?:\w+\s+)?(?:не было|нет(?!\s+\w)|не делали|не проводил\w+)\b")
_OTHERS = re.compile(
    r"\bтариф\w*\b|\bпарол\w*\b|\bплан\b|\bдоговор\w*\b|\bденьги\b|\bсчет(?!чик)\w*\b|"
    r"\bномер\w*\b|\bоператор\w*\b|\bпровайдер\w*\b|\bстраниц\w*\b|\bmy mind\b|\bplan\b|\bpassword\b"
)
_CUT = re.compile(
    r"\s+(?:и|а|потом|после чего|после этого|теперь|с тех пор|then|now|and)\s+(?=(?:\w+\s+){0,3}?(?:инет|"
    r"интернет|пропа|не |нет|все|роутер|вай|связь|сеть|internet|nothing|no |wifi|everything|it |the ))"
)
_TALK = re.compile(
    r"\b(?:писал|звонил|говорил|сказал|спрашивал|ждал|понял|ответил|обещал|заплатил|оплатил|списал|перезагру|"
    r"перезапус|выключал|включал|помог|"
    r"wrote|called|said|asked|told|waited|paid|charged|billed|rebooted|restarted|it started|it stopped|it began)\w*"
)
_TOLD_IN_PAST = re.compile(
    rf"\b[а-я]{{2,}}(?:{_PAST})\b|\b[a-z]{{3,}}ed\b|\b(?:was|were|had|came|went|made|put|took)\b"
)


def changed(reading: Reading, asked: bool) -> ObservedValue | None:
    """A change that the person tells of."""
    spans = [span for found in reading.matches(_CHANGE) if (span := _told(reading, found))]
    if not spans and asked:
        spans = [(one.start, one.end) for one in reading.clauses if _is_story(one)]
    if not spans:
        return None
    start, end = spans[0]
    for other_start, other_end in spans[1:]:
        if other_start <= end + 12 or asked:
            end = max(end, other_end)
    return _observed(reading, start, end)


def _observed(reading: Reading, start: int, end: int) -> ObservedValue:
    words = reading.text[start:end]
    start += len(words) - len(words.lstrip(" ,.;:-!"))
    end -= len(words) - len(words.rstrip(" ,.;:-!("))
    return reading.value("changed", reading.text[start:end], start, end)


def _told(reading: Reading, found: re.Match[str]) -> tuple[int, int] | None:
    """The words of one change: "после грозы", or the clause up to what followed from it."""
    clause = reading.clause_at(found.start())
    before = reading.text[clause.start : found.start()]
    if (
        _LABEL.match(clause.text)
        or clause.asks
        or _WISH.search(clause.text)
        or _DENIED.search(before)
        or _OTHERS.search(clause.text)
    ):
        return None
    if lead := _AFTER.search(before):
        return clause.start + lead.start(), found.end()
    if found["thing"] and _DENIED_AFTER.match(reading.text, found.end()):
        return None
    cut = _CUT.search(reading.text, found.end(), clause.end)
    return clause.start, cut.start() if cut else clause.end


def _is_story(clause: Clause) -> bool:
    """Whether a clause, answering the question, tells of something that happened."""
    return bool(
        word_count(clause.text) >= 2
        and not clause.asks
        and _TOLD_IN_PAST.search(clause.text)
        and not (TROUBLE.search(clause.text) or _TALK.search(clause.text) or _WISH.search(clause.text))
        and not re.search(
            r"\b(?:не|ни|ничего|работал\w*|заработал\w*|not|nothing|never|worked|didn't|понял\w*)\b|"
            r"n't\b",
            clause.text,
        )
    )
