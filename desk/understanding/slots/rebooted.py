"""Whether the router was restarted already: told in the past, not asked for, not promised, not of another device."""

from __future__ import annotations

import re

from desk.understanding.reading.normalized_message import Reading
from desk.understanding.reading.observations import ObservedValue
from desk.understanding.slots.works_or_not import plain_answer, word_count

_PAST = r"л(?:а|и|о)?"
_DONE = re.compile(
    rf"\b(?:(?:пере|пре)загру(?:жа|зи){_PAST}|перегру(?:жа|зи){_PAST}|перезапус(?:ка|ти){_PAST}|перезапустил\w?|"
    rf"(?:пере|от)?ребут(?:а|ну|и){_PAST}|рестарт(?:и|ну|ова){_PAST}|"
    rf"перев?ключа?и?{_PAST} (?:роутер|модем|питание)|(?:вы|от)ключа?и?{_PAST}[ -]?(?:и |/|, |потом |а потом |- "
    rf")?(?:опять |снова |обратно )?в?ключа?и?{_PAST}|включа?и?{_PAST}[ -]?(?:и )?выключа?и?{_PAST}|"
    rf"(?:вы|от|пере)д[её]ргива?{_PAST}|(?:вы|пере)дернул\w?|перетыка{_PAST}|(?:вытаскива|вынима|вытащи|вынул|"
    rf"отсоединя|отсоедини){_PAST}?(?= \w*(?:вилк|розетк|питани|блок|из|шнур))|"
    rf"д[её]рга{_PAST} (?:(?:шнур|провод|кабель) )?(?:питани\w+|вилк\w+|из розетк\w+)|"
    rf"снима{_PAST} (?:\w+ )?с питани\w+|"
    rf"из розетки (?:вы|от|до)\w+{_PAST}|обесточи(?:ва)?{_PAST}|сброси{_PAST} (?:роутер|модем|питание)|"
    r"(?:перезапуск|рестарт|ребут)(?= (?:роутера |модема )?(?:не|тоже|ничего|без))|(?:после "
    r")?перезагрузк[аиу](?= (?:роутера |модема )?(?:не|тоже|ничего|без|роутера|модема|сделан))|после "
    r"перезагрузк[иу]|перезагрузк[уи] (?:сделал\w?|делал\w?|пробовал\w?)|"
    r"re-?booted|re-?started|(?:hard|factory) reset|re-?set (?=(?:the |my |our |a )?(?:router|modem|box|device|"
    r"it|thing)\b)|power[- ]?cycled|(?:re-?booting|re-?starting|reboot|restart|a reboot|a "
    r"restart|reset)(?= (?:it |the \w+ |my \w+ )?(?:didn't|did not|doesn't|hasn't|has not|made no|won't|never|"
    r"twice|does not|did nothing|does nothing))|"
    r"(?:tried|tried a|did a|done a|after|been) (?:re-?booting|re-?starting|reboot|restart|rebooted|restarted|"
    r"resetting|reset)|(?:turn(?:ed|ing)|switch(?:ed|ing)|power(?:ed|ing)) (?:it |the \w+ |my \w+ |everything "
    r")?off (?:and|then) (?:back )?(?:on|turned|switched)(?: again)?|"
    r"(?<!is )(?<!was )(?<!got )(?<!been )unplugg(?:ed|ing)|(?:pulled|yanked) (?:out )?the "
    r"(?:plug|power (?:lead|cord|cable))|(?:turned|switched) (?:it|the \w+|everything) off at the (?:wall|mains|"
    r"socket|plug))\b"
)
_NOT_DONE = re.compile(
    r"\b(?:не|ни разу не|никогда не|haven't|have not|hasn't|didn't|did not|not|never)\b(?: (?:еще|пока|yet|even|"
    r"ever|really|tried|been|один раз|ни разу|роутер|его|the|it))*\s+$"
)
_NOT_DONE_EN = re.compile(
    r"\b(?:did not|didn't|have not|haven't|never|not) (?:\w+ )?(?:reboot|restart|reset|unplug|power[- ]?cycle|"
    r"turn it off)\b"
)
_SELF = re.compile(r"\bсам[аио]?\b|\bсамопроизвольн\w+|\bkeeps\b|\bby itself\b|\bon its own\b|\bпостоянно\b")
_OTHER_DEVICE = re.compile(
    r"\b(?:телефон\w*|смартфон\w*|комп\w{0,3}|компьютер\w*|ноут\w*|телевизор\w*|приставк\w+|планшет\w*|phone|"
    r"laptop|computer|pc|tv|windows|винд\w+)\b"
)
_BY_OTHERS = re.compile(
    r"\b(?:кот|кошка|собака|пес|ребенок|дети|сын|внук|дочка|кто-то|кто то|somebody|someone|the (?:cat|dog|kids?|"
    r"cleaner)|my (?:cat|dog|kids?))\b"
)
_PULLED = re.compile(r"дерг|дерн|unplug")
_CABLE = re.compile(r"\b(?:кабел\w+|провод\w*|шнур\w*|cable|wire)\b(?!.*\b(?:розетк|питани))")
_ROUTER = re.compile(r"\b(?:роутер\w*|модем\w*|router|modem|box|все|it|everything)\b")
_ORDER = re.compile(
    r"\b(?:надо ли|нужно ли|можно ли|как|зачем|should|shall|how|do i|need to|if i|если|please|вы|you|ваш\w*|"
    r"мастер\w*|оператор\w*)\b"
)
_TERSE_DONE = re.compile(
    r"\b(?:пробовал\w?|пытал(?:ся|ась|ись)|делал\w?|сделал\w?|(?:вы|от)ключал\w?|выдергивал\w?|вырубал\w?|обесточивал\w?|"
    r"уже (?:да|делал\w?)|\w+ раза?|раза? (?:два|три|четыре|пять|десять|сто|\d+)|несколько раз|дважды|трижды|и не раз|"
    r"не раз|не один раз|много раз|неоднократно|постоянно|первым делом|не помог(?:ло|ает)|без толку|бесполезно|"
    r"i did|did (?:it|that)|done|tried|already|twice|times|several times|many times|didn't help|no luck)\b"
)
_TERSE_NOT = re.compile(
    r"\b(?:не (?:пробовал|пытал|делал|сделал|выключал|включал|трогал|стал|успел|приходилось|догадал)\w*|ни разу|"
    r"еще не|пока не|не еще|haven't|have not|didn't(?! help)|did not(?! help)|not yet|never|not tried)\b"
)
_NO_ANSWER = re.compile(r"\?|\b(?:charged|billed|списал\w*|как это|зачем|почему|а как|каким|where|why|how)\b")


def rebooted(reading: Reading, asked: bool) -> ObservedValue | None:
    """Whether they say that they restarted the router."""
    for found in reading.matches(_DONE):
        clause = reading.clause_at(found.start())
        before = reading.text[clause.start : found.start()]
        is_other = _OTHER_DEVICE.search(clause.text) and not _ROUTER.search(clause.text)
        is_accident = _BY_OTHERS.search(clause.text) or (_PULLED.search(found.group()) and _CABLE.search(clause.text))
        if clause.asks or is_other or is_accident or _SELF.search(clause.text) or _ORDER.search(before):
            continue
        is_done = not _NOT_DONE.search(before)
        start = found.start() if is_done else _NOT_DONE.search(before).start() + clause.start  # type: ignore[union-attr]
        return reading.value("rebooted", is_done, start, found.end())
    if found_not := _NOT_DONE_EN.search(reading.text):
        return reading.value("rebooted", False, *found_not.span())
    return _terse(reading) if asked else None


def _terse(reading: Reading) -> ObservedValue | None:
    is_no = re.match(r"\s*(?:нет|неа|no|nope)\b\s*(?:,|$|\s(?:а|but)\b)", reading.text)
    if is_no and word_count(reading.text) <= 8:
        return reading.value("rebooted", False, *is_no.span())
    if word_count(reading.text) > 8 or _NO_ANSWER.search(reading.text):
        return None
    for pattern, value in ((_TERSE_NOT, False), (_TERSE_DONE, True)):
        if found := pattern.search(reading.text):
            return reading.value("rebooted", value, *found.span())
    answer = plain_answer(reading)
    if answer is None and re.fullmatch(r"\s*(?:уже|уже да|а то|а как же|ясное дело)[\s.!]*", reading.text):
        answer = True
    return None if answer is None else reading.value("rebooted", answer, 0, len(reading.text.rstrip()))
