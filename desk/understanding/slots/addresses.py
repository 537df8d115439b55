"""An address: a street and a number, a house and a flat, a village; Russian and English."""

from __future__ import annotations

import re

from desk.understanding.reading.grammar_word_repair import is_ordinary
from desk.understanding.reading.normalized_message import Reading
from desk.understanding.reading.observations import ObservedValue

_TYPE = (
    r"(?:ул(?:ица|ице|ицы|ицу)?\b\.?|пр(?:оспект(?:е|а|у)?|-?т|осп)?\b\.?|пер(?:еулок|еулке|еулка)?\b\.?|"
    r"бульвар(?:е|а)?|б-р|бул\.|ш(?:оссе|\.)|наб(?:ережная|ережной|\.)|"
    r"площад[ьи]|пл\.|мкр\.?|мкрн\.?|микрорайон(?:е|а)?|м-н|проезд(?:е|а)?|пр-д|тупик(?:е|а)?|аллея|аллее|"
    r"квартал(?:е|а)?|линия|тракт(?:е|у)?)"
)
_SETTLEMENT = (
    r"(?:село|селе|с\.|деревн[яе]|дер\.|д\.|пос[её]л(?:ок|ке)|пос\.|пгт\.?|снт|днт|станица|хутор|город|г\.|гор\.)"
)
_HOUSE = (
    r"(?:(?:д(?:ом(?:е|а|ом)?)?\b\.?|№)\s?)?\d{1,4}(?:\s?[а-гa-d](?![а-яa-z]))?(?:\s?(?:/|-|–|"
    r"\s-\s)\s?\d{1,4}[а-г]?(?![\d-]))?(?![\d:])"
    r"(?:[, ]{1,3}(?:к(?:ор(?:п(?:ус)?)?)?|стр(?:оение)?|литер|блок)\b\.?\s?\w{1,3})?"
    r"(?:[, ]{1,3}(?:под(?:ъезд)?|подьезд|эт(?:аж)?)\b\.?\s?\d{1,2}){0,2}"
    r"(?:[, ]{1,3}(?:кв(?:артира|\.)?|кварт\w*|оф(?:ис)?|комн(?:ата)?|ком|flat|apt|apartment|kv|unit|"
    r"room)\b\.?\s?(?:№\s?)?\d{1,4})?"
)
_NAME_WORD = (
    r"(?!(?:дом|д|кв|корпус|корп|подъезд|адрес\w*|квартира|и|а|не|на|в|с|у|мы|я|по|нет|интернет\w*|"
    r"гроза|улице?|вчера|когда|где)\b)[а-яa-z][а-яa-z-]{1,24}"
)
_NAME = (
    r"(?:\d{1,2}(?:-?(?:я|й|ая|ый|ой|го))?\s)?(?:им(?:\.|"
    rf"ени)\s)?(?:{_NAME_WORD}\.?)(?:\s{_NAME_WORD}\.?){{0,2}}"
)
_FLAT = r"(?:кв(?:артира|\.)?|кварт\w*)\b\.?\s?(?:№\s?)?\d{1,4}"
_TOWN = rf"(?:(?:г\.|гор\.|город)\s?{_NAME_WORD}(?:\s{_NAME_WORD})?[, ]{{1,3}})?"

_RUSSIAN = (
    re.compile(
        rf"(?<![а-яa-z])(?:д|дом)\b\.?\s?\d{{1,4}}\s?[а-г]?,?\s(?:{_FLAT},?\s)?(?:по|на)\s{_TYPE}\s?{_NAME_WORD}"
    ),
    re.compile(rf"(?<![а-яa-z]){_TOWN}{_NAME_WORD}\s{_TYPE}[\s,]{{1,3}}{_HOUSE}"),
    re.compile(rf"(?<![а-яa-z]){_TOWN}{_TYPE}\s?{_NAME}[\s,]{{1,3}}{_HOUSE}"),
    re.compile(
        rf"(?<![а-яa-z]){_SETTLEMENT}\s?{_NAME_WORD}(?:[\s,]{{1,3}}(?:{_TYPE}\s?{_NAME}[\s,]{{1,3}})?{_HOUSE})?"
    ),
    re.compile(
        rf"(?<![а-яa-z]){_NAME_WORD}(?:\s{_NAME_WORD})?[\s,]{{1,3}}(?:д|"
        rf"дом)\b\.?\s?\d{_HOUSE[_HOUSE.index('{1,4}') + 5 :]}"
    ),
    re.compile(rf"(?<![а-яa-z]){_NAME_WORD}(?:\s{_NAME_WORD})?[\s,]{{1,3}}\d{{1,4}}\s?[а-г]?[\s,]{{1,3}}{_FLAT}"),
    re.compile(rf"(?<![а-яa-z])(?:д|дом)\b\.?\s?\d{{1,4}}\s?[а-г]?[\s,]{{1,3}}{_FLAT}"),
)
_ENGLISH = (
    re.compile(
        r"\b\d{1,5}[a-d]?,?\s(?:[a-z'.]+\s){1,3}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|way|"
        r"square|sq|court|ct|place|pl|blvd|boulevard|terrace|crescent|gardens|hill|highway)\b\.?"
        r"(?:,?\s(?:flat|apt|apartment|unit|suite|room|#)\.?\s?#?\w{1,5})?"
    ),
    re.compile(r"\b\d{1,5}[a-d]?\s[a-z][a-z'-]{3,20},?\s(?:flat|apt|apartment|unit)\.?\s#?\d{1,4}\b"),
    re.compile(r"\b(?:flat|apt|apartment|unit)\s\w{1,4},\s\d{1,5}[a-d]?\s(?:[a-z'.]+\s?){1,3}"),
    re.compile(
        r"\b[a-z][a-z'-]{2,20}(?: (?:street|st|road|rd|avenue|ave))?\.?,?\s\d{1,4}[a-d]?,?\s(?:flat|apt|"
        r"apartment|kv|kvartira)\.?\s?\d{1,4}\b"
    ),
    re.compile(
        r"\b(?:ulica|ulitsa|ul|prospekt|pr|pereulok|"
        r"per)\.?\s[a-z'-]{3,20}[\s,]{1,3}(?:d(?:om)?\.?\s?)?\d{1,4}[a-d]?(?:[\s,/-]{1,3}(?:kv\.?\s?)?\d{1,4})?\b"
    ),
    re.compile(r"\b[a-z][a-z'-]{2,20} (?:street|road|avenue|lane)\s\d{1,4}[a-d]?\b"),
)
_BARE = re.compile(
    rf"(?<![\w-])(?P<name>(?:\d{{1,2}}(?:-?(?:я|й|ая|ый|ой))?\s(?:{_NAME_WORD})|"
    rf"{_NAME_WORD})(?:\s{_NAME_WORD}){{0,2}})[\s,]{{1,3}}(?P<house>{_HOUSE})(?![\w.]*\d)"
)
_UNIT_EN = r"(?:flat|apt|apartment|unit|suite|room|#)\.?\s?#?\w{1,4}"
_BEHIND = (
    re.compile(rf"[, ]{{1,3}}(?:{_UNIT_EN})(?!\w)"),
    re.compile(r"\s?[-/–]\s?\d{1,4}[а-г]?(?![\w:%])(?!\s?(?:[а-яa-z]))"),
    re.compile(
        r"[, ]{1,3}(?:к(?:ор(?:п(?:ус)?)?)?|стр(?:оение)?|лит(?:ера?)?|блок|вл(?:адение)?|уч(?:асток)?|под(?:ъезд)?|"
        r"подьезд|эт(?:аж)?|д(?:ом)?|кв(?:артира)?|оф(?:ис)?|комн(?:ата)?|домофон)\b\.?\s?№?\s?(?:\d{1,4}[а-г]?|[а-г])(?!\w)"
    ),
    re.compile(r"[, ]{1,3}\d{1,3}(?:-?(?:й|ый|ой))?\s(?:подъезд|подьезд|этаж|корпус|квартира|кв\b\.?)"),
    re.compile(rf"[, ]{{1,3}}{_TYPE}\s?{_NAME}[\s,]{{1,3}}{_HOUSE}"),
    re.compile(rf"[, ]{{1,3}}{_NAME_WORD}\s{_TYPE}[\s,]{{1,3}}{_HOUSE}"),
)
"""What goes on with an address behind its house, or behind a village."""
_FLAT_LEFT_BARE = re.compile(r"(?:, ?| )\d{1,4}\s*$")
"""The flat with no word of it, at the end of an answer: "Ленина 5, 15"."""
_BEFORE = (
    re.compile(rf"(?<!\w){_UNIT_EN},\s$"),
    re.compile(rf"(?<!\w){_FLAT},\s$"),
    re.compile(r"(?<![\w.])\d{1,4}[a-d]?\s?[-/]\s?$"),
    re.compile(rf"(?<!\w)(?:{_SETTLEMENT}|г\s|с\s|п\s|д\s)\s?{_NAME_WORD}(?:\s{_NAME_WORD})?[, ]{{1,3}}$"),
    re.compile(r"(?<!\w)[а-я-]{4,20}\s(?:область|обл\.?|район|р-н|край)[, ]{1,3}$"),
    re.compile(rf"(?<!\w){_TYPE}\s?$"),
    re.compile(r"(?<!\w)[a-z]{3,15} (?:house|court|cottage|lodge|building),\s$"),
)
"""What may stand before a street: a flat, a village, a region."""
_SINCE = re.compile(
    r"\b(?:утра|вечера|дня|ночи|обеда|полудня|полуночи|вчера\w*|позавчера\w*|сегодня\w*|понедельника|вторника|среды|"
    r"четверга|пятницы|субботы|воскресенья|выходных|начала|конца|прошл\w+|самого|недели|месяца|лета|осени|зимы|весны|"
    r"час\w*|тех|этих|момента|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)\b"
)
"""What stands behind "с" that is no village: "с утра, Озёрная 70"."""
_TOWN_BEHIND = re.compile(r",\s(?P<town>[a-z]{4,20}(?:\s[a-z]{4,20})?)[\s.]*$")
_NO_TOWN = re.compile(r"\b(?:asap|urgent\w*|thx|cheers|quickly|yesterday|pls|plz)\b")
_INTRODUCED = re.compile(
    r"\b(?:адрес\w*|живу|живем|проживаю|находимся|прописан\w*|address(?: is)?|i live|we live|"
    r"located)\b[\s:,-]*(?:на |по |это |у нас |мой |at |in |on )*$"
)
_STREET_ENDING = re.compile(r"(?:ая|ой|ого|его|ская|цкая|ина|ева|ова|ёва|ных|ский|ный|ы|ии|ей|ов|ей)$")
_NO_STREET = re.compile(
    r"\b(?:верн\w+|правильн\w+|нормальн\w+|обычно|хорошо|normal|fine|друго[йе]|нов\w{2}|стар\w{2}|вчера|сегодня|позавчера|завтра|минут\w*|час\w*|день|дня|дней|сут\w+|недел\w+|месяц\w*|год\w*|лет|утра|"
    r"вечера|числ\w+|рубл\w*|руб|тысяч\w*|раз\w*|"
    r"тариф\w*|роутер\w*|модем\w*|ошибк\w+|код\w*|порт\w*|верси\w+|канал\w*|скорост\w+|мбит\w*|договор\w*|"
    r"номер\w*|телефон\w*|заявк\w+|лицев\w+|счет\w*|"
    r"заплатил\w*|оплатил\w*|списал\w*|внес\w*|положил\w*|сняли|примерно|около|после|перед|через|только|уже|еще|"
    r"там|тут|все|нет|да|есть|работает|горит|горят|мигает|"
    r"лампоч\w+|лампы|устройств\w*|этаж\w*|человек\w*|из|за|до|от|на|в|с|к|о|об|при|под|над|без|для|около|пинг|"
    r"windows|archer|error|code|port|channel|speed|plan|"
    r"about|around|since|at|in|on|for|the|after|before|only|just|iphone|айфон\w*|версия|плюс|модель|серия|января|"
    r"февраля|апреля|июня|июля|августа|сентября|"
    r"октября|ноября|декабря|контракт\w*|contract|account|абонент\w*|старт\w*|пакет\w*|индекс\w*|комнат\w+|"
    r"почему|когда|сколько|где|что|как|dollars?|euros?|phone|router|"
    r"yesterday|today|monday|tuesday|wednesday|thursday|friday|saturday|sunday|room|вам|вас|нам|мне|ваш\w*|"
    r"оператор\w*|нажал\w*|вариант\w*|пункт\w*|option|ответ\w*|ping|los|wan|tp|"
    r"\w+(?:[аяу]ет|[аяу]ют|[ая]ю|[аяу]ем|[аяу]ешь)|ловит|тянет|было|стало|обеща\w+|вместо|меня|нас|всего|максимум|"
    r"минимум|факту|иногда|быстро|плачу|платим|плат[ия]т|реальн\w+|медленн\w+|замер(?:[аы]|ил\w*)?|"
    r"тест(?:[ау]|ом)?|speedtest|мегабит\w*|but|gets?|got|getting|pay|pays|paying|paid|have|shows?|showing|says|measures?|tested|really|actually|slow|"
    r"instead|address|is|was)\b"
)
"""Words that belong to no street's name: also those of a measured speed, "показывает 12", "but get 7"."""
_MONTH_STREET = re.compile(r"^\d{1,2} (?:марта|мая|февраля|января|октября|ноября|сентября)")


def place(reading: Reading, asked: bool) -> ObservedValue | None:
    """The address that is named; told unasked only where a street, a house or a town says so, or words before it."""
    if not re.search(r"\d", reading.text) and not re.search(_SETTLEMENT, reading.text):
        return None
    for pattern in (*_RUSSIAN, *_ENGLISH):
        for found in reading.matches(pattern):
            if _is_place(reading, found):
                return _observed(reading, *found.span(), asked)
    for found in reading.matches(_BARE):
        start = _street_start(reading, found)
        if start is not None and (asked or _is_plain(reading, start, found)):
            return _observed(reading, start, found.end(), asked)
    if asked and (point := _POINT.fullmatch(reading.text)):
        return reading.value("place", reading.text.strip(), *point.span())
    if asked and (flat := re.search(_FLAT, reading.text)):
        return _observed(reading, *flat.span(), asked)
    return None


_POINT = re.compile(r"\s*-?\d{1,2}(?:\.\d+)?, -?\d{1,3}(?:\.\d+)?\s*")
"""Latitude and longitude in degrees, as a shared location reads."""


def _observed(reading: Reading, start: int, end: int, asked: bool) -> ObservedValue:
    """The address with everything around it that is a part of it: half an address is a false one."""
    start, end = _widened(reading, start, end)
    if asked:
        end = _with_its_end(reading, end)
    words = reading.text[start:end]
    end -= len(words) - len(words.rstrip(" ,.;-"))
    return reading.value("place", reading.text[start:end], start, end)


def _widened(reading: Reading, start: int, end: int) -> tuple[int, int]:
    text = reading.text
    is_village = not re.search(r"\d", text[start:end])
    while found := next((one for pattern in _BEFORE if (one := pattern.search(text[:start]))), None):
        if _SINCE.search(found.group()):
            break
        start = found.start()
    if is_village and (street := _BARE.match(text, end + len(re.match(r"[\s,]*", text[end:]).group()))):  # type: ignore[union-attr]
        begins = _street_start(reading, street)
        end = street.end() if begins == street.start() else end
    while found := next((one for pattern in _BEHIND if (one := pattern.match(text, end))), None):
        if re.match(r"\s*(?:руб|минут|мин|час|раз|лет|устройств|день|дня|дней)", text[found.end() :]):
            break
        end = found.end()
    return start, end


def _with_its_end(reading: Reading, end: int) -> int:
    """With the bare flat or the town that end an answer."""
    if re.search(r"\d[а-г]?$", reading.text[:end]) and (flat := _FLAT_LEFT_BARE.fullmatch(reading.text, end)):
        return flat.end()
    town = _TOWN_BEHIND.match(reading.text, end)
    if town is None or _NO_TOWN.search(town["town"]) or any(map(is_ordinary, town["town"].split())):
        return end
    return town.end()


def _is_place(reading: Reading, found: re.Match[str]) -> bool:
    if not re.search(r"\d", found.group()):
        named = re.match(rf"{_SETTLEMENT}\s?(\S+)", found.group())
        return bool(
            named
            and re.match(r"(?:село|селе|деревн|пос[её]л|город|станиц|хутор|снт|днт|г\.|с\.)", found.group())
            and not _NO_STREET.search(named.group(1))
        )
    return not re.search(r"\b(?:рубл|минут|час|раз)\w*", reading.text[found.end() : found.end() + 8])


def _street_start(reading: Reading, found: re.Match[str]) -> int | None:
    """Where the street's name begins: behind the last word that belongs to no name; None where none is left."""
    if _MONTH_STREET.match(found["name"]):
        return found.start()
    last = max((word.end() for word in _NO_STREET.finditer(found["name"])), default=0)
    name = found["name"][last:].strip()
    following = reading.text[found.end() : found.end() + 12]
    if not re.search(r"[^\W\d_]{3}", name) or re.match(
        r"\s*(?:руб|р\b|₽|минут|мин|час|д[ен]|раз|мбит|число|числа|лет|год|устройств|этаж|штук|процент|%|mbit|gb|"
        r"times)",
        following,
    ):
        return None
    if re.search(r"\b(?:раза?|р|руб\w*)$", found.group()):
        return None
    return found.start() + found["name"].rindex(name) if last else found.start()


def _is_plain(reading: Reading, start: int, found: re.Match[str]) -> bool:
    """Whether a street and a number, unasked, are introduced as an address or stand alone and look like a street."""
    clause = reading.clause_at(start)
    name = found["name"].split()[-1]
    if _INTRODUCED.search(reading.text[:start]):
        return True
    if re.search(r"\b(?:на|по)\s+$", reading.text[:start]) and re.search(r"\w{4}(?:ой|ского)$", name):
        return True
    begins = reading.clauses
    comma_before = next((one for one in begins if one.end >= found.end()), clause)
    alone = not re.search(r"\w", reading.text[clause.start : start]) and not re.search(
        r"\w", reading.text[found.end() : comma_before.end]
    )
    has_flat = re.search(r"\d\s?[-/]\s?\d", found["house"])
    return bool(_STREET_ENDING.search(name) and len(name) > 4 and (alone or has_flat))
