"""What the lamps of the router show: nothing, a red LOS, no link, or all as usual."""

from __future__ import annotations

import re

from desk.understanding.reading.normalized_message import Reading
from desk.understanding.reading.observations import ObservedValue
from desk.understanding.slots.works_or_not import word_count

_Found = tuple[str, int, int]

_LIT = r"(?:гор[ия]т|светит(?:ся)?|светятся|мига[ею]т|морга[ею]т|мерца[ею]т|пыла[ею]т)"
_NOT_LIT = rf"(?:не {_LIT}|погас(?:л[аои])?|потух(?:л[аои])?|выключен[аы]?|темн\w+)"
_DEVICE = r"(?:роутер|модем|терминал|онт|ont|коробочк[аи]|коробк[аи]|приставк\w|он|router|modem|box|terminal|it)"
_LAMP = re.compile(
    r"\b(?:ламп\w+|индикатор\w*|огон\w+|огоньк\w+|диод\w*|светодиод\w*|lights?|leds?|lamps?|indicators?)\b"
)
_LIT_WORD = re.compile(rf"\b(?:{_LIT}|загорел\w+|lit|blink\w*|flash\w*|glow\w*|solid|on)\b")

_OFF = re.compile(
    rf"\b(?:(?:вообще |совсем )?(?:ничего|ничо|ничё|ни (?:одн[аоийму]+|одной)(?: ламп\w+| индикатор\w*)?|"
    rf"нисколько)(?: вообще| совсем| там| на (?:нем|роутере|модеме|терминале))* {_NOT_LIT}|"
    rf"не {_LIT}(?: вообще| совсем)? (?:ничего|ни (?:одн[аи]|один|одной)(?: ламп\w+| индикатор\w*)?)|"
    rf"(?:все |всё )(?:лампочки |огоньки |индикаторы )?(?:погас\w*|потух\w*|выключ\w+|не {_LIT})|(?:погас\w*|"
    rf"потух\w*) (?:все|всё)|"
    rf"{_DEVICE}(?: (?!красн|los|лос|wan|ван|зелен)\w+){{0,2}} (?:не (?:включ\w+|запуска\w+|стартует|{_LIT})|"
    rf"темный|потух|"
    rf"погас|сдох|умер|мертвый|не подает признаков)|"
    rf"(?:не|никак не) включа[ею]тся|нет ламп\w+|ламп\w+ (?:(?:на|у) \w+ )?(?:вообще |совсем |все )?(?:не {_LIT}|"
    rf"погас\w*|"
    rf"потух\w*)(?! wan)|нет питания|"
    r"no (?:lights?|leds?)(?: at all| on| are on)?|(?:nothing|none)(?:'s| is| are| of (?:them|the lights)(?: is| "
    r"are)?)? (?:lit|on|lights? up|glowing|showing)\b|"
    r"(?:lights|leds) are (?:all )?(?:off|out|dead)|all (?:the )?(?:lights )?(?:are )?(?:off|dark)|(?:won't|wont|"
    r"doesn't|does not|will not) (?:turn|power|switch) on|"
    r"(?:completely |totally )?(?:dark|dead)|no power|not lit(?: up)?)\b"
)
_OFF_ASKED = re.compile(
    r"\s*(?:вообще |совсем |да |там )?(?:ничего|ничего вообще|не гор[ия]т(?: вообще| совсем| никак)?|"
    r"ничегошеньки|никакие|ни одной|ни одна|ни один|"
    r"ни одной(?: ламп\w+)?|ни одного(?: огонька)?|"
    r"ничего нет|темный весь|весь темный|темно|погасли|все погасло|nothing|none|off|nothing at all)[\s.!]*"
)
_LINK_NAME = (
    r"(?:wan|ван|вэн|internet|интернет\w?|инет|net|@|глобус\w*|шарик\w*|земля|планет\w+|globe|world|линк\w*|link)"
)
_NO_LINK = re.compile(
    rf"(?:(?<![\w]){_LINK_NAME}(?: light| led| lamp| on the \w+| ламп\w+| индикатор\w*| вообще| совсем| тоже)* "
    rf"(?:{_NOT_LIT}|"
    rf"(?:is |light is |led is )?(?:off|out|not (?:on|lit)|isn't (?:lit|on)|dark)|isn't lit|isn't on)|"
    rf"не {_LIT}(?: только| лишь)? (?:ламп\w+ |индикатор\w* |огонек |надпись |значок )?(?:с |со |у )?(?:значком |"
    rf"надписью |картинкой )?(?<![\w]){_LINK_NAME}(?!\w)|"
    rf"(?:кроме|except(?: for)?|but)(?: the)? {_LINK_NAME}(?!\w)|no (?:wan|internet|link) (?:light|led)|(?:нет|"
    rf"without) линка|\b(?:wan|ван) (?:нет|нету)\b)"
)
_LINK_BUT_NOT_LAMP = re.compile(r"\b(?:интернет|internet|инет|net)\b")
_LOS = re.compile(r"\b(?:los|лос|лосс|loss)\b")
_RED = re.compile(r"\b(?:красн\w+|краснен\w+|покраснел\w*|red|reddish)\b")
_ONE_OF_THEM = re.compile(
    r"\b(?:одн[аоу]|один|друг\w+|втор\w+|последн\w+|верхн\w+|нижн\w+|средн\w+|остальн\w+|one|another|other)\b"
)
"""Which of the lamps just spoken of: "зелёные горят, а одна красная"."""
_NO_RED = re.compile(
    r"\b(?:red|los)\b[^,.]{0,40} (?:is|are) (?:not|off|out)\b|\b(?:isn't|aren't) (?:on|lit|red)\b|"
    r"\b(?:нет|не|без|ни|no|not|isn't|none)\s+(?:\w+\s+)?(?:красн\w+|red)\b|\bкрасн\w+ (?:нет|не|нету|ни)\b"
)
_NOT_A_LAMP = re.compile(
    r"\b(?:красн\w+ (?:роутер|коробк|провод|кабел|кнопк|линия|улиц|площад|шнур|диплом|\d)|(?:ул|улиц\w+|на) "
    r"красн(?:ой|ая|ого) (?:ул|пл|\d)|red (?:car|router|cable|button|street|wire|hot)|"
    r"car is red|router is red)"
)
_OK_ASKED = re.compile(
    r"\b(?:зелен\w+|как (?:обычно|всегда|и раньше|раньше|прежде|горели|мигали|было|положено|надо)|обычно|норм\w*|"
    r"в (?:норме|"
    r"порядке)|все (?:гор[ия]т|светятся|мигают|включены)|гор[ия]т (?:все|всё)|"
    r"все (?:ок|хорошо|нормально)|без изменений|green|normal|as (?:usual|always)|same as (?:usual|always|before)|"
    r"usual|(?:all|they're all|they are all) on|look(?:s)? (?:fine|ok|okay|normal|right))\b"
)
_MANY_LAMPS = r"(?:лампочк(?:и|ах)|лампы|индикатор(?:ы|ов)?|огоньк?и|(?:свето)?диоды|lights|leds)"
_USUAL = (
    r"(?:в норме|в порядке|нормальн\w+|норм|как (?:обычно|всегда)|зелен\w+|green|normal|fine|ok|as usual|"
    r"the same)"
)
_OK_TOLD = re.compile(
    rf"\b(?:(?:все )?{_MANY_LAMPS}(?: (?:на|on) (?:the )?\w+)?(?: все| всё| all| are| look| {_LIT})* (?:{_USUAL}|"
    rf"гор[ия]т|светятся|on)|"
    rf"лампочка (?:{_LIT} )?зелен\w+|все (?:\w+ )?{_MANY_LAMPS} (?:{_LIT}|{_USUAL})|"
    rf"{_LIT} (?:все )?(?:ровно |как (?:обычно|всегда) )?зелен\w+|зелен\w+ (?:все )?{_LIT}|"
    rf"(?:all )?green lights|all (?:the )?(?:lights|leds)(?: on the \w+)? (?:are )?(?:on|{_USUAL}))\b"
)
_NOT_TOLD = re.compile(
    r"\bчто (?:такое|значит|означает|за)\b|\bwhat(?:'s| is| does)\b|\bзаработал\w*\b|\bне (?:вижу|знаю|понимаю|"
    r"понял\w*|могу|помога\w+|смотрел\w*)\b|\bпосмотрю\b|\bwhich\b|\bкакие\b|\bгде\b|"
    r"\bwill (?:look|check)\b|\bкредит\b|\b(?:в|во) (?:комнат|кварт|дом|подъезд)\w*\b|\bсвет\b"
)


def lamps(reading: Reading, asked: bool) -> ObservedValue | None:
    """What the lamps show; what is asked about a lamp tells nothing of it."""
    for finder in (_red, _no_link, _off, _usual):
        if found := finder(reading, asked):
            value, start, end = found
            return reading.value("lamps", value, start, end)
    return None


def _tells(reading: Reading, place: int) -> bool:
    clause = reading.clause_at(place)
    return not clause.asks and not _NOT_TOLD.search(clause.text)


def _red(reading: Reading, asked: bool) -> _Found | None:
    text = reading.text
    for found in _LOS.finditer(text):
        clause = reading.clause_at(found.start())
        near = text[max(clause.start, found.start() - 30) : min(clause.end, found.end() + 30)]
        if not _tells(reading, found.start()) or re.search(
            rf"\b(?:{_NOT_LIT}|нет|isn't|not|off|no|зелен\w+|green)\b", near
        ):
            continue
        if (asked and word_count(text) <= 8) or _LIT_WORD.search(near) or _RED.search(near):
            return "los", *_widened(reading, found)
    for found in _RED.finditer(text):
        clause = reading.clause_at(found.start())
        if not _tells(reading, found.start()) or _NO_RED.search(clause.text) or _NOT_A_LAMP.search(clause.text):
            continue
        if re.search(rf"{_RED.pattern}[^,.]{{0,40}}\bне {_LIT}", clause.text):
            continue
        if (
            (asked and word_count(clause.text) <= 10)
            or _LAMP.search(clause.text)
            or re.search(rf"\b{_LIT}\b|\b(?:blink|flash)", clause.text)
            or (_ONE_OF_THEM.search(clause.text) and (_LAMP.search(text) or _LIT_WORD.search(text)))
        ):
            return "los", *_widened(reading, found)
    return None


def _widened(reading: Reading, found: re.Match[str]) -> tuple[int, int]:
    """The words of lamps around the one that was found: "горит красная лампочка"."""
    clause = reading.clause_at(found.start())
    start, end = found.span()
    for pattern in (_LAMP, _LOS, _RED, _LIT_WORD):
        for other in pattern.finditer(
            reading.text, max(clause.start, found.start() - 60), min(clause.end, found.end() + 60)
        ):
            if other.end() >= start - 3 and other.start() <= end + 3:
                start, end = min(start, other.start()), max(end, other.end())
    return start, end


def _no_link(reading: Reading, asked: bool) -> _Found | None:
    for found in reading.matches(_NO_LINK):
        clause = reading.clause_at(found.start())
        is_lamp = not re.search(r"\b(?:internet|net)\b", found.group()) or _LAMP.search(clause.text) or asked
        is_word = (
            _LINK_BUT_NOT_LAMP.search(found.group())
            and re.search(r"погас|потух|выключен", found.group())
            and not (asked or _LAMP.search(clause.text))
        )
        if is_lamp and not is_word and _tells(reading, found.start()):
            return "nolink", *found.span()
    return None


def _off(reading: Reading, asked: bool) -> _Found | None:
    if asked and (whole := _OFF_ASKED.fullmatch(reading.text)):
        return "off", *whole.span()
    for found in reading.matches(_OFF):
        clause = reading.clause_at(found.start())
        if not _tells(reading, found.start()) or re.search(r"\bкроме\b|\bexcept\b", clause.text):
            continue
        is_weak = re.fullmatch(
            r"(?:completely |totally )?(?:dark|dead)|no power|not lit(?: up)?|all (?:the )?(?:are )?(?:off|dark)|"
            r"нет ламп\w+|(?:won't|wont|doesn't|does not|will not) (?:turn|power|switch) on|(?:не|никак не) "
            r"включа[ею]тся",
            found.group(),
        )
        if (
            not is_weak
            or asked
            or re.search(r"\b(?:router|modem|box|lights?|роутер\w*|модем\w*|терминал\w*)\b", clause.text)
        ):
            return "off", *found.span()
    return None


_NOT_AS_USUAL = re.compile(
    r"\bпо (?:кабел|провод|вай|wi)|\bby cable|\bне (?:все|как|в норме|норм|зелен)|\bnot (?:all|green|normal)|"
    r"\bкроме\b|\bexcept\b"
)


def _usual(reading: Reading, asked: bool) -> _Found | None:
    if _RED.search(reading.text) and not _NO_RED.search(reading.text):
        return None  # whatever else is green
    pattern = _OK_ASKED if asked else _OK_TOLD
    for found in reading.matches(pattern):
        clause = reading.clause_at(found.start())
        if _NOT_AS_USUAL.search(clause.text):
            continue
        if _tells(reading, found.start()) and (not asked or word_count(clause.text) <= 9 or _LAMP.search(clause.text)):
            return "ok", *found.span()
    return None
