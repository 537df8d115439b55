"""What the lamps of the router show: nothing, a red LOS, no link, or all as usual.

"No link" is told more closely where it is not that the WAN lamp is off: `PON_SEEKS` (PON blinks or is off, the terminal
finds no station) and `NOT_LET_IN` (Internet is orange or red, the line stands and nothing comes over it) stand in
``parsed["option"]``, the option of a dialog that is true of them. A red lamp of no name is taken for LOS, and says
less than that.
"""

from __future__ import annotations

import re

from desk.understanding.reading.normalized_message import Reading
from desk.understanding.reading.observations import SAYS_LESS, ObservedValue
from desk.understanding.slots.works_or_not import word_count

_Found = tuple[str, int, int]

PON_SEEKS, NOT_LET_IN = "pon", "orange"

_LIT = r"(?:гор[ия]т|светит(?:ся)?|светятся|мига[ею]т|морга[ею]т|мерца[ею]т|пыла[ею]т)"
_NOT_LIT = rf"(?:не {_LIT}|погас(?:л[аои])?|потух(?:л[аои])?|выключен[аы]?|темн\w+)"
_DEVICE = r"(?:роутер|модем|терминал|онт|ont|коробочк[аи]|коробк[аи]|приставк\w|он|router|modem|box|terminal|it)"
_LAMP = re.compile(
    r"\b(?:ламп\w+|индикатор\w*|огон\w+|огоньк\w+|диод\w*|светодиод\w*|lights?|leds?|lamps?|indicators?)\b"
)
_LIT_WORD = re.compile(rf"\b(?:{_LIT}|загорел\w+|lit|blink\w*|flash\w*|glow\w*|solid|on)\b")

_OFF = re.compile(
    rf"\b(?:(?:вообще |совсем )?(?:ничего|ничо|ничё|ни (?:одн[аоийму]+|одной)(?: ламп\w+| индикатор\w*)?|"
    rf"нисколько)(?: вообще| совсем| там| на (?:нем|роутере|модеме|терминале))* (?!не (?:миг|морг|мерц)){_NOT_LIT}|"
    rf"не {_LIT}(?: вообще| совсем)? (?:ничего|ни (?:одн[аи]|один|одной)(?: ламп\w+| индикатор\w*)?)|"
    rf"(?:все |всё )(?:лампочки |огоньки |индикаторы )?(?:погас\w*|потух\w*|выключ\w+|не {_LIT})|(?:погас\w*|"
    rf"потух\w*) (?:все|всё)|"
    rf"{_DEVICE}(?: (?!красн|los|лос|wan|ван|зелен)\w+){{0,2}} (?:не (?:включ\w+|запуска\w+|стартует|{_LIT})|"
    rf"темный|потух|"
    rf"погас|сдох|умер|мертвый|не подает признаков)|"
    rf"(?:не|никак не) включа[ею]тся|нет ламп\w+|ламп\w+ (?:(?:на|у) \w+ )?(?:вообще |совсем |все )?(?:не {_LIT}|"
    rf"погас\w*|"
    rf"потух\w*)(?! wan)|нет питания|"
    r"(?:no|not a (?:single )?|not one) ?(?:lights?|leds?)(?: at all| on| are on)?|(?:nothing|none)(?:'s| is| are|"
    r" of (?:them|the lights)(?: is| "
    r"are)?)? (?:lit|on|lights? up|glowing|showing)\b|"
    r"(?:lights|leds) are (?:all )?(?:off|out|dead)|all (?:the )?(?:lights )?(?:are )?(?:off|dark)|(?:won't|wont|"
    r"doesn't|does not|will not) (?:turn|power|switch) on|"
    r"(?:completely |totally )?(?:dark|dead)|no power|not lit(?: up)?)\b"
)
_OFF_ASKED = re.compile(
    r"\s*(?:вообще |совсем |да |там )?(?:ничего|ничего вообще|не гор[ия]т(?: вообще| совсем| никак)?|"
    r"ничегошеньки|никакие|ни одной|ни одна|ни один|"
    r"ни одной(?: ламп\w+)?|ни одного(?: огонька)?|"
    r"ничего нет|темный весь|весь темный|темно|погасли|все погасло|ни огонька|(?:вообще |совсем )?без (?:огоньков|"
    r"лампочек|индикаторов)|лампочек нет[, ]*\w*|nothing|none|off|nothing at all|"
    r"(?:everything|it|all|they|they all|the whole thing)(?:'s| is| are|'re)? (?:all )?(?:off|dead|dark|out|"
    r"black))[\s.!]*"
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
_NET_LAMP = re.compile(rf"(?<!\w)(?:{_LINK_NAME})(?!\w)")
_PON = re.compile(r"\b(?:g?pon|г?пон|понт?)\b")
_OTHER_LAMP = re.compile(
    r"\b(?:power|pwr|питани\w+|wi-?fi|wlan|вай-?\s?фа\w*|вафл\w+|lan\d?|лан|usb|wps|tel\d?|fxs|2\.4g?|5g|sys|"
    r"батаре\w+|battery)\b"
)
_ORANGE = re.compile(
    r"\b(?:оранж\w*|желт(?!ый (?:провод|кабел|шнур))\w+|янтарн\w+|рыж\w+|orange|amber|yellow(?! (?:cable|wire|cord)))\b"
)
_BLINKS = re.compile(r"\b(?:мига\w+|морга\w+|мерца\w+|перемигива\w+|blink\w*|flash\w*|flicker\w*)\b")
_DENIED_BEFORE = re.compile(r"\b(?:не|нет|без|ни|no|not|isn't|aren't|never)\s+(?:\w+\s+)?$")
_DARK = re.compile(rf"\b(?:{_NOT_LIT}|off|out|dark|isn't lit|not lit|isn't on|not on)\b")
_PLUGGED = re.compile(r"\b(?:кабел\w+|провод\w*|шнур\w*|гнезд\w+|разъем\w*|cable|wire|cord|socket|plug)\b")
_LINK_BUT_NOT_LAMP = re.compile(r"\b(?:интернет|internet|инет|net)\b")
_LOS = re.compile(r"\b(?:los|лос|лосс|loss)\b")
_LOS_ALONE = re.compile(r"\W*(?P<name>los|лос|лосс)[\s.!,)]*")
"""A whole message: who names this lamp and nothing else says what it shows."""
_RED = re.compile(r"\b(?:красн\w+|краснен\w+|покраснел\w*|red|reddish)\b")
_ONE_OF_THEM = re.compile(
    r"\b(?:одн[аоу]|один|друг\w+|втор\w+|последн\w+|верхн\w+|нижн\w+|средн\w+|остальн\w+|one|another|other)\b"
)
"""Which of the lamps just spoken of: "зелёные горят, а одна красная"."""
_NO_RED = re.compile(
    r"\b(?:red|los)\b[^,.]{0,40} (?:is|are) (?:not|off|out)\b|\b(?:isn't|aren't) (?:on|lit|red)\b|"
    r"\b(?:нет|не|без|ни|ничего|ничто|no|not|isn't|none|nothing|neither)\s+(?:\w+\s+){0,2}(?:красн\w+|red)\b|"
    r"\bкрасн\w+ (?:\w+ ){0,3}(?:нет|не|нету|ни|никак\w+|отсутств\w+|погас\w*|потух\w*)\b|"
    r"\bred (?:\w+ ){0,2}(?:off|out|gone|not|isn't|nowhere)\b"
)
_NOT_A_LAMP = re.compile(
    r"\b(?:красн\w+ (?:роутер|коробк|провод|кабел|кнопк|линия|улиц|площад|шнур|диплом|\d)|(?:ул|улиц\w+|на) "
    r"красн(?:ой|ая|ого) (?:ул|пл|\d)|red (?:car|router|cable|button|street|wire|hot)|"
    r"car is red|router is red)"
)
_OK_ASKED = re.compile(
    r"\b(?:зелен\w+|как (?:обычно|всегда|и раньше|раньше|прежде|горели|мигали|было|положено|надо)|обычно|норм\w*|"
    r"в (?:норме|"
    r"порядке)|все (?:гор[ия]т|светятся|включены)|гор[ия]т (?:все|всё)|"
    r"все (?:ок|хорошо|нормально)|без изменений|green|normal|as (?:usual|always)|same as (?:usual|always|before)|"
    r"usual|(?:all|they're all|they are all) on|all as (?:it|they) should(?: be)?|look(?:s)? (?:fine|ok|okay|"
    r"normal|right))\b"
)
_IT_IS_RED = re.compile(r"\W*(?:да|yes|yeah|yep)?\W*(?:it's|its|it is|он|она|горит|горит он)\W+(?:red|красн\w+)\W*")
"""A whole message: nothing else that this desk talks about is red."""
_MANY_LAMPS = r"(?:лампочк(?:и|ах)|лампы|индикатор(?:ы|ов)?|огоньк?и|(?:свето)?диоды|lights|leds)"
_USUAL = (
    r"(?:в норме|в порядке|нормальн\w+|норм|как (?:обычно|всегда)|зелен\w+|green|normal|fine|ok|as usual|"
    r"the same)"
)
_OK_TOLD = re.compile(
    rf"\b(?:(?:все )?{_MANY_LAMPS}(?: (?:на|on) (?:the )?\w+)?(?: все| всё| all| are| look| {_LIT})* (?:{_USUAL}|"
    rf"гор[ия]т|светятся|on)|"
    rf"лампочка (?:(?:уже|теперь|снова|опять|сейчас|стала|{_LIT}) )*зелен\w+|"
    rf"{_MANY_LAMPS} (?:(?:уже|теперь|снова|опять|сейчас|стали) )+(?:зелен\w+|в норме)|"
    r"(?:the )?(?:light|led) (?:is |has |went |turned |now |gone )+green|"
    rf"все (?:\w+ )?{_MANY_LAMPS} (?:{_LIT}|{_USUAL})|"
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
    for finder in (_los, _not_let_in, _red, _pon_seeks, _no_link, _off, _usual):
        if found := finder(reading, asked):
            value, start, end = found
            if value in (PON_SEEKS, NOT_LET_IN):
                return reading.value("lamps", "nolink", start, end, {"option": value})
            return reading.value("lamps", value, start, end, {SAYS_LESS: True} if finder is _red else {})
    return None


def _tells(reading: Reading, place: int) -> bool:
    clause = reading.clause_at(place)
    return not clause.asks and not _NOT_TOLD.search(clause.text)


def _los(reading: Reading, asked: bool) -> _Found | None:
    text = reading.text
    if alone := _LOS_ALONE.fullmatch(text):
        return "los", *alone.span("name")
    for found in _LOS.finditer(text):
        clause = reading.clause_at(found.start())
        near = text[max(clause.start, found.start() - 30) : min(clause.end, found.end() + 30)]
        if not _tells(reading, found.start()) or re.search(
            rf"\b(?:{_NOT_LIT}|нет|isn't|not|off|no|зелен\w+|green)\b", near
        ):
            continue
        if (asked and word_count(text) <= 8) or _LIT_WORD.search(near) or _RED.search(near):
            return "los", *_widened(reading, found)
    return None


def _not_let_in(reading: Reading, asked: bool) -> _Found | None:
    """Internet is orange or red."""
    for found in reading.matches(_NET_LAMP):
        clause = reading.clause_at(found.start())
        colour = _beside(reading, found, _ORANGE) or _beside(reading, found, _RED)
        if colour is None or not _tells(reading, found.start()) or _PLUGGED.search(clause.text):
            continue
        if _NO_RED.search(clause.text) or _DENIED_BEFORE.search(reading.text[clause.start : colour.start()]):
            continue
        if (
            asked
            or _LAMP.search(clause.text)
            or _LIT_WORD.search(clause.text)
            or _is_named_lamp(reading, found, colour)
        ):
            return NOT_LET_IN, min(found.start(), colour.start()), max(found.end(), colour.end())
    return None


def _is_named_lamp(reading: Reading, found: re.Match[str], colour: re.Match[str]) -> bool:
    """Whether the colour stands right at the lamp's name, and that is no form of "интернет" that the service has."""
    between = reading.text[min(found.end(), colour.end()) : max(found.start(), colour.start())]
    is_service = _LINK_BUT_NOT_LAMP.fullmatch(found.group()) is None and found.group().startswith(("инт", "int"))
    return not is_service and word_count(between) <= 1


def _pon_seeks(reading: Reading, asked: bool) -> _Found | None:
    """PON blinks, or is off."""
    for found in reading.matches(_PON):
        clause = reading.clause_at(found.start())
        state = _beside(reading, found, _BLINKS) or _beside(reading, found, _DARK)
        if state is None or not _tells(reading, found.start()):
            continue
        if _DENIED_BEFORE.search(reading.text[clause.start : state.start()]):
            continue
        return PON_SEEKS, min(found.start(), state.start()), max(found.end(), state.end())
    return None


def _beside(reading: Reading, lamp: re.Match[str], said: re.Pattern[str]) -> re.Match[str] | None:
    """What is said of a lamp: within its clause, and with no other lamp between them."""
    clause = reading.clause_at(lamp.start())
    for found in said.finditer(reading.text, clause.start, clause.end):
        between = reading.text[min(lamp.end(), found.end()) : max(lamp.start(), found.start())]
        is_near = word_count(between) <= 4
        if is_near and not any(other.search(between) for other in (_OTHER_LAMP, _LOS, _PON, _NET_LAMP)):
            return found
    return None


def _red(reading: Reading, asked: bool) -> _Found | None:
    """A red lamp of no name."""
    text = reading.text
    for found in _RED.finditer(text):
        clause = reading.clause_at(found.start())
        if not _tells(reading, found.start()) or _NO_RED.search(clause.text) or _NOT_A_LAMP.search(clause.text):
            continue
        if re.search(rf"{_RED.pattern}[^,.]{{0,40}}\bне {_LIT}", clause.text):
            continue
        if any(_beside(reading, other, _RED) for other in _OTHER_LAMP.finditer(text, clause.start, clause.end)):
            continue
        if (
            (asked and word_count(clause.text) <= 10)
            or _IT_IS_RED.fullmatch(text)
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
    r"\bкроме\b|\bexcept\b|\bтолько\b.*\bзелен|\bзелен\w+ только\b|\bодн[аиу]\w* зелен|\bзелен\w+ одн|"
    r"\bonly\b.*\bgreen|\b(?:one|single) green|\bостальн\w+ (?:нет|не|молч)|\bthe rest (?:are|is)? ?(?:not|off)"
)
_ONE_BLINKS = re.compile(
    rf"{_BLINKS.pattern}.{{0,15}}\b(?:зелен(?:ая|ое|ый|ым|еньк\w+)|green)\b|\bзелен(?:ая|ый|ым) {_BLINKS.pattern}|"
    rf"\bgreen (?:\w+ )?{_BLINKS.pattern}"
)
_ALL_OF_THEM = re.compile(
    r"\bвс[её]\b|\ball\b|\beverything\b|\bкак (?:обычно|всегда)\b|\bas usual\b|\busual\b|\bnormal\b"
)
_DARK_AS_IT_SHOULD = re.compile(
    rf"(?:{_LOS.pattern}|{_RED.pattern})(?: \w+){{0,2}} {_DARK.pattern}|{_DARK.pattern} (?:\w+ )?(?:{_LOS.pattern}|"
    rf"{_RED.pattern})"
)


def _usual(reading: Reading, asked: bool) -> _Found | None:
    if _RED.search(reading.text) and not _NO_RED.search(reading.text):
        return None  # whatever else is green
    pattern = _OK_ASKED if asked else _OK_TOLD
    orange = [one for one in _ORANGE.finditer(reading.text) if not _DENIED_BEFORE.search(reading.text[: one.start()])]
    if orange or _DARK.search(_DARK_AS_IT_SHOULD.sub(" ", reading.text)):
        return None
    if _ONE_BLINKS.search(reading.text) and not _ALL_OF_THEM.search(reading.text):
        return None
    for found in reading.matches(pattern):
        clause = reading.clause_at(found.start())
        if _NOT_AS_USUAL.search(reading.text if asked else clause.text):
            continue
        if _tells(reading, found.start()) and (not asked or word_count(clause.text) <= 9 or _LAMP.search(clause.text)):
            return "ok", *found.span()
    return None
