"""Whether the neighbours have internet: "yes" where theirs works, "no" where theirs is down too."""

from __future__ import annotations

import re

from desk.understanding.reading.normalized_message import Reading
from desk.understanding.reading.observations import ObservedValue
from desk.understanding.slots.works_or_not import FAILS, plain_answer, word_count, works

_NEIGHBOURS = re.compile(
    r"\b(?:сосед\w*|соседк\w*|на площадке|neighbou?r\w*|next door|people (?:upstairs|downstairs))\b"
)
_ALL_AROUND = re.compile(
    r"\b(?:вес[ьь] (?:наш )?(?:дом|подъезд|район|двор|этаж|поселок|квартал)|вся (?:наша )?(?:улица|деревня|"
    r"округа|лестничная)|во (?:всем|всём) (?:нашем )?(?:дом\w|подъезд\w|район\w)|"
    r"(?:по|на) все(?:му|й) (?:дому|подъезду|району|улице|деревне)|в (?:доме|подъезде) ни у кого|ни у кого(?: в "
    r"(?:доме|подъезде))?|у всех (?:в доме|в подъезде|соседей|на этаже)|"
    r"(?:the )?(?:whole|entire) (?:building|street|block|house|neighbou?rhood|area)|everyone in (?:the|our|my) "
    r"(?:building|block|street)|all (?:the )?neighbou?rs)\b"
)
_TOO = re.compile(
    r"\b(?:тоже|так же|также|то ?же самое|такая же|аналогично|жалу\w+|сидят без|too|as well|same|either|neither|"
    r"also)\b"
)
_MINE = re.compile(r"\b(?:а )?у (?:меня|нас)\b|\bу мен\b|\b(?:but )?(?:mine|ours|i|my internet|we)\b")
_NO_NEWS = re.compile(
    r"\bне (?:знаю|спрашивал\w*|общаюсь|в курсе|уверен\w*|знаком\w*|интересовал\w*|видел\w*)\b|\b(?:нет|нету) "
    r"(?:у меня )?(?:никаких )?сосед\w*|\bникаких сосед\w*|\bкакие (?:еще )?сосед\w*|"
    r"don't know|\bdunno\b|"
    r"(?:haven't|have not|didn't|not) ask(?:ed)?|"
    r"no (?:idea|clue)|how (?:would|should) i|no neighbou?rs|\bспрошу\b|\bчастн\w+ дом\b|"
    r"\bдругой провайдер\b|\bдругого провайдера\b|\banother provider\b|\bdifferent (?:provider|isp)\b"
)
_NOT_ASKED = re.compile(r"\bask|спрашивал|общаюсь|знаком|интересовал|видел")
_LONGEST_NOT_ASKED = 5
"""Words of an answer that says only that nobody was asked."""
_TERSE_YES = re.compile(
    r"\b(?:работает|есть|у них (?:есть|все|нормально|норм)|нормально|норм|все хорошо|все ок|все в порядке|fine|"
    r"theirs works|they have|it works|ok|okay)\b"
)
_TERSE_NO = re.compile(
    r"\bтоже\b|\bу них (?:нет|нету)\b|\bто ?же самое\b|\bу всех\b|\bни у кого\b|\bне работает\b|\bтакая же\b|"
    r"\b(?:down|out|offline|same|"
    r"too|neither|nobody|none|nothing|haven't|hasn't|don't|doesn't)\b|\bno one\b|\b(?:theirs|they) (?:isn't|aren't|"
    r"don't|are not|do not)"
)
_NOT_OF_THEM = re.compile(
    r"\bу меня\b|\bне (?:знаю|понял\w*|понимаю)\b|\bi (?:don't|do not|can't) (?:understand|get|follow)\b|"
    r"\b(?:of )?(?:my|our) (?:devices|gadgets|stuff|things|phones?|laptops?|computers?)\b|"
    r"\b(?:телефон|смартфон|ноут|комп|планшет|телевизор|приставк|устройств|роутер|ва[йи] ?фа|кабел|сайт)\w*|"
    r"\b(?:phone|laptop|computer|tablet|tv|router|wi-?fi|device)s?\b"
)

_NONE = re.compile(r"\b(?:have|has|got|gets?) (?:none|nothing|nowt|no (?:internet|wi-?fi|connection|signal|service))\b")


def neighbours(reading: Reading, asked: bool) -> ObservedValue | None:
    """How it is at the neighbours'."""
    if no_news := _NO_NEWS.search(reading.text):
        is_all = asked and _NOT_ASKED.search(no_news.group()) and word_count(reading.text) <= _LONGEST_NOT_ASKED
        return reading.value("neighbours", "unknown", *no_news.span()) if is_all else None
    for pattern in (_NEIGHBOURS, _ALL_AROUND):
        for found in reading.matches(pattern):
            if value := _told(reading, found, is_group=pattern is _ALL_AROUND):
                return value
    if asked and (around := _ALL_AROUND.search(reading.text)) and word_count(reading.text) <= 4:
        return reading.value("neighbours", "no", *around.span())
    return _terse(reading) if asked else None


def _told(reading: Reading, found: re.Match[str], is_group: bool) -> ObservedValue | None:
    clause = reading.clause_at(found.start())
    if clause.asks:
        return None
    mine = _MINE.search(reading.text, found.end(), clause.end)
    end = mine.start() if mine else clause.end
    after = reading.text[found.end() : end]
    following = _following(reading, clause.end) if not mine else ""
    before = reading.text[clause.start : found.start()]
    state = _state(after)
    state = (
        _state(following)
        if state is None and re.match(r"\W*(?:у них|у не[ей]|у него|hers|his|theirs|they|тоже|все)\b", following)
        else state
    )
    state = _state(before) if state is None and not re.search(r"\bу меня\b|\bу нас\b", before) else state
    if state is None or (is_group and state):
        return None
    last = FAILS.search(reading.text, found.start(), end) or _TOO.search(reading.text, found.start(), end)
    stop = max(found.end(), last.end() if last else found.end() + len(after.rstrip()))
    return reading.value("neighbours", "yes" if state else "no", found.start(), stop)


def _following(reading: Reading, end: int) -> str:
    return next((one.text for one in reading.clauses if one.start >= end), "")


def _state(words: str) -> bool | None:
    """Whether it works there; "too" is said of what does not, unless it is said to work."""
    state = works(words)
    if re.search(r"\bsame (?:problem|issue|thing|here|there|outage)\b", words):
        return False
    if _NONE.search(words):
        return False
    if _TOO.search(words) and not (state is True and re.search(r"\b(?:работает|есть|works|fine|have)\b", words)):
        return False
    return state


def _terse(reading: Reading) -> ObservedValue | None:
    if word_count(reading.text) > 8 or "?" in reading.text or _NOT_OF_THEM.search(reading.text):
        return None
    answer = None
    if _TERSE_NO.search(reading.text):
        answer = False
    elif (answer := plain_answer(reading, 8)) is None and (found := _TERSE_YES.search(reading.text)):
        answer = not re.search(r"\bне\s*$", reading.text[: found.start()])
    return (
        None
        if answer is None
        else reading.value("neighbours", "yes" if answer else "no", 0, len(reading.text.rstrip()))
    )
