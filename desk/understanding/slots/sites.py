"""Which site or service: a host name, or a service by its usual name."""

from __future__ import annotations

import re

from desk.language.normalize import word_set
from desk.understanding.reading.normalized_message import Reading
from desk.understanding.reading.observations import ObservedValue
from desk.understanding.slots.works_or_not import TROUBLE, word_count

_HOST = r"(?<![@\w.])(?:https?://)?(?P<host>(?:[a-zа-я0-9](?:[a-zа-я0-9-]{0,40}[a-zа-я0-9])?\.){1,4}(?:[a-z]{2,12}|рф|рус|дети))(?:[/?:#][^\s,]*)?(?![\w@])"
_SERVICE = (
    r"\b(?:ютуб\w*|ютюб\w*|youtube|госуслуг\w*|gosuslugi|вконтакт\w*|вк|vk|однокласник\w*|одноклассник\w*|"
    r"инстаграм\w*|инст[аеу]|instagram|"
    r"телеграм\w*|телег[аеу]|telegram|ватсап\w*|вацап\w*|вотсап\w*|whatsapp|вайбер\w*|viber|фейсбук\w*|facebook|"
    r"твиттер\w*|twitter|"
    r"тик-?ток\w*|tiktok|нетфликс\w*|netflix|кинопоиск\w*|kinopoisk|яндекс\w*|yandex|гугл\w*|google|мейл\w*|gmail|"
    r"сбер(?:банк)?(?:[ -]?онлайн)?|тинькоф\w*|озон\w*|ozon|вайлдберриз\w*|валберис\w*|wildberries|авито|avito|"
    r"алиэкспресс\w*|aliexpress|"
    r"налогов\w+|зум\w*|zoom|скайп\w*|skype|дискорд\w*|discord|стим\w*|steam|роблокс\w*|roblox|майнкрафт\w*|"
    r"minecraft|"
    r"танк[иа]|дот[аеу]|dota|кск?[- ]?го|спотифай\w*|spotify|твич\w*|twitch|википеди\w+|wikipedia|рутуб\w*|"
    r"rutube|иви|ivi|окко|okko|"
    r"чат ?гпт|chatgpt|amazon|ebay|reddit|paypal|teams|outlook|disney\+?|prime video|hulu|bbc iplayer|iplayer|"
    r"(?:(?:электронн|школьн)\w+ )?дневник\w*|банк(?:-клиент\w*|инг\w*)?|мобильн\w+ банк\w*|личн\w+ кабинет\w*)\b"
)
_WORD_FOR_ONE = (
    r"\b(?:(?:один|одного|одном|какой-то|конкретн\w+|некоторые|отдельные|определенн\w+) сайт\w*|сайт(?:е|а|у|"
    r"ом)?(?![а-я])|"
    r"приложени[еяю]|(?:одна |в )?игр[аеуы]|(?:one|a|some|certain|particular|this|that) (?:web)?sites?|website|"
    r"one app|an app|the app|"
    r"one page|сервис(?:е|а)?)\b"
)
PLACE_IN_NET = re.compile(f"{_HOST}|{_SERVICE}|{_WORD_FOR_ONE}")
"""A host, a service, or a word for one of them."""

_NAMED = re.compile(f"{_HOST}|{_SERVICE}")
_FILE_ENDINGS = ("jpg", "png", "pdf", "doc", "txt", "exe", "zip")
_FILLERS = word_set(
    """
    сайт сайте сайта сервис приложение это не на и а только открывается открываются работает грузится вот мой наш
    the site app website it's its my is a to of и не загружается заходит называется в у нас меня
    """
)
_NO_NAME = re.compile(
    r"\?|\b\w{2,}(?:али|или|ели|яли|ала|ила|ела|яла|ало|ило)\b|\bне\b|\b(?:good|morning|evening|доброе|добрый|доброго|доброй|утро|вечер|(?:помню|знаю|понял\w*|скажу|надо|хочу)|незнаю|да|нет|ага|угу|спасибо|здравствуйте|привет|"
    r"оператор\w*|человек\w*|чего|что|как|когда|зачем|"
    r"почему|какой|какая|назад|отмена|заново|стоп|все|всё|yes|no|thanks|hello|hi|whatever|typos?|operator|human|agent|what|why|"
    r"how|back|cancel|stop|dont|don't|"
    r"всех|везде|нигде|дня|дней|день|час\w*|недел\w*|месяц\w*|дома|мне|меня|вам|разница|скажу|вчера|сегодня|"
    r"интернет\w*|работает|заработал\w*|любой|разные|никакой|many|any|all|several|ok|ок|хорошо)\b"
)


def site(reading: Reading, asked: bool) -> ObservedValue | None:
    """The site or service that does not open."""
    named = sorted(reading.matches(_NAMED), key=lambda one: not one["host"])
    for found in named:
        host = found["host"]
        if host and (host.rsplit(".", 1)[-1] in _FILE_ENDINGS or not re.search(r"[a-zа-я]", host.split(".")[0])):
            continue
        clause = reading.clause_at(found.start())
        if not asked and (clause.asks or not TROUBLE.search(clause.text)):
            continue
        start = found.start("host") if host else found.start()
        end = found.end("host") if host else found.end()
        return reading.value("site", host or found.group(), start, end)
    if (
        asked
        and word_count(reading.text) <= 6
        and not _NO_NAME.search(reading.text)
        and re.search(r"[^\W\d_]{3}", reading.text)
    ):
        return _named_in_own_words(reading)
    return None


def _named_in_own_words(reading: Reading) -> ObservedValue | None:
    words = list(re.finditer(r"[\w.+-]+", reading.text))
    while words and words[0].group() in _FILLERS:
        words.pop(0)
    while words and words[-1].group() in _FILLERS:
        words.pop()
    if not words:
        return None
    start, end = words[0].start(), words[-1].end()
    return reading.value("site", reading.text[start:end], start, end)
