"""Since when the trouble lasts, and on which day money went: which of the moments named is the one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from desk.language.normalize import word_set
from desk.understanding.reading.normalized_message import Reading
from desk.understanding.reading.observations import ObservedValue
from desk.understanding.slots.moments import Moment, iso_span
from desk.understanding.slots.works_or_not import TROUBLE

HINT = re.compile(
    r"\d|вчера|сегодня|утр|вечер|ноч|днем|ден|дня|дней|сут|час|мин|недел|мес|обед|\bща\b|щас|щаз|счас|сейчас|тольк|числ|понед|"
    r"вторн|сред|четв|пятн|суб|"
    r"воскр|январ|феврал|март|апрел|ма[яею]\b|июн|июл|авгус|сентяб|октяб|нояб|декаб|выходн|двадцат|надцат|перво|второ|"
    r"трет|полдня|"
    r"yesterday|today|morning|evening|night|nite|noon|lunch|day|hour|hr|min|week|month|now|ago|since|weekend|"
    r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun"
)
"""What must be there for a moment to be named at all."""

_FUTURE = re.compile(
    r"\bбуд(?:у|ет|ем|ете|ут)\b(?! (?:благодар|признат|рад))|\b(?:после)?завтра\b|\btomorrow\b|\bwill\b|'ll\b|"
    r"\bnext\b|"
    r"\b(?:посмотр(?:ю|им)|провер(?:ю|им)|гля(?:ну|нем)|узна(?:ю|ем)|отве(?:чу|тим)|отпи(?:шусь|шемся)|отзво(?:нюсь|"
    r"нимся)|давайте|напи(?:шу|шем)|попробу(?:ю|ем)|перезагру(?:жу|зим)|сдела(?:ю|ем)|займ(?:усь|емся)|скажу|сообщу)\b|"
    r"\b(?:can|could|gonna) (?:check|look|see|try|tell)\b|"
    r"\b(?:прид[уе]|приед|вернусь|уезж|уед|смогу|сможете|можете|планиру|доступ[ен]|подойд|заед|зайд)\w*|"
    r"\b(?:пере|по)звони(?:те|ть)?\b|\bкогда\b|\bво сколько\b|\bдо скольки\b|\bдо какого\b|\bcan you\b|\bcould you\b|"
    r"\blet me\b|\bi'd like\b|\bgoing to\b|\bwant to\b|\bwhen\b|\bhow long\b|\bcall me\b|\bсколько (?:еще "
    r")?(?:ждать|времени|можно)\b|\bхочу\b|\bудобно\b|\b(?:am|"
    r"is) available\b"
)
_WAIT = re.compile(
    r"\b(?:жд(?:у|ем|ал|ала|али|ать)|ожида\w+|прожд\w+|дожид\w+|waiting|wait|waited|на линии|on hold|отвеча\w+|"
    r"ответ\w*)\b"
)
_OTHER_EVENT = re.compile(
    r"\b(?:перезагру|перезапус|ребут|перегру|выключал|включал|опла[тч]|заплат|плачу|платил|внес|вносил|полож|"
    r"перевел|перевод|спис[аы]|"
    r"снял|сняли|зачисл|звони|позвон|дозвон|набирал|писал|пишу|написал|обеща|сказал|говорил|приход|приезж|"
    r"приехал|пришел|мастер|монтаж|"
    r"заявк|подключил|подключали|подключен|провели|установ|поставил|купил|поменял|менял|сменил|настраив|настроил|"
    r"переех|договор|"
    r"заключ|сверл|paid|pay|charged|call|rang|wrote|written|promis|said|told|came|come|visit|technician|engineer|"
    r"spoke|talked|contacted|discussed|complained|asked|общал|разговарив|обращал|жаловал|спрашивал|"
    r"reboot|restart|"
    r"bought|moved|install|switched to|signed|order|deposit|topped|transfer|debited|payment)\w*"
)
_MONEY_EVENT = re.compile(
    r"\b(?:опла[тч]|заплат|плачу|платил|платеж|внес|вносил|полож|закинул|перевел|перевод|спис[аы]|снял|снима|"
    r"зачисл|начисл|пополн|"
    r"paid|pay|charged|charge|deposit|topped|transfer|debited|payment|withdr)\w*"
)
_WORKED = re.compile(
    r"(?<!не )\b(?:работал[оаи]?|было норм\w*|было все|был интернет|worked|works|working|работа[ею]т|"
    r"заработал\w*|появил\w*|включили|починили|восстанов\w*|came back|is back|fixed|restored|was fine|was "
    r"working|was ok)\b"
)
_FROM = re.compile(r"(?:вот |уже |где-то |начиная )*(?:с|со|since|from)\b")
_STILL_TALKING = re.compile(
    r"\b(?:звоню|пишу|дозв\w+|обеща(?:ете|ют|ет)|перезваниваю|работаю|calling|writing|trying to reach)\b"
)
_NOW = re.compile(r"(?:прямо |вот )?(?:сейчас|щас|щаз|счас|ща|now)")
_TIME_OF_DAY = re.compile(
    r"(?:утром|днем|вечером|ночью|(?:in the |at )?(?:morning|afternoon|evening|night)s?|by night)"
)
_IS_SLOW = re.compile(
    r"\b(?:тормозит|лагает|лаги|тупит|виснет|подвисает|глючит|еле|медленн\w+|проседает|просадки|slow|lags|laggy|"
    r"sluggish|crawls|buffers)\b"
)
"""Slow as it is now: with a time of day, the hours at which it is so each day, and not when it began."""
_NEGATED = re.compile(r"\b(?:не|not)\s+(?:с |со |в |from |since )?$")
_WORDS_AROUND = word_set(
    """
    ну вот как то где то примерно наверное здравствуйте добрый день вечер привет уже это так вроде кажется ой а и же
    да точно точнее since from about i think it was maybe around hello hi так подряд еще бы
    """
)


def since(reading: Reading, moments: Sequence[Moment], question: str, may_be_bare: bool) -> ObservedValue | None:
    """The moment since when it does not work. A bare one ("вечером"), unasked, counts only where it ``may_be_bare``:
    later in a case it is rather an appointment."""
    fitting = [one for one in moments if _is_onset_of_trouble(reading, one, question, may_be_bare)]
    if not fitting:
        return None
    chosen = next((one for one in fitting if one.is_onset), fitting[0])
    return _observed(reading, "since", chosen)


def money_date(reading: Reading, moments: Sequence[Moment], question: str) -> ObservedValue | None:
    """The day of a payment or a charge."""
    for one in moments:
        clause = reading.clause_at(one.start).text
        is_told = _MONEY_EVENT.search(clause) or (question == "date" and not _OTHER_EVENT.search(clause))
        if is_told and not _FUTURE.search(clause) and not _is_negated(reading, one):
            return _observed(reading, "date", one)
    return None


def _observed(reading: Reading, slot: str, moment: Moment) -> ObservedValue:
    words = reading.text[moment.start : moment.end]
    return reading.value(slot, words, moment.start, moment.end, iso_span(moment.span))


def _is_negated(reading: Reading, moment: Moment) -> bool:
    return bool(_NEGATED.search(reading.text[max(0, moment.start - 12) : moment.start]))


def _is_onset_of_trouble(reading: Reading, moment: Moment, question: str, may_be_bare: bool) -> bool:
    clause = reading.clause_at(moment.start)
    before, after = reading.text[clause.start : moment.start], reading.text[moment.end : max(moment.end, clause.end)]
    around, words = f"{before} {after}", reading.text[moment.start : moment.end]
    is_each_day = question != "since" and _TIME_OF_DAY.fullmatch(words) and _IS_SLOW.search(around)
    if is_each_day or _is_negated(reading, moment) or _is_waiting(reading, moment, around):
        return False
    if TROUBLE.search(around):
        return moment.is_onset or not _FUTURE.search(around)
    if _FUTURE.search(around) or _WORKED.search(around) or (clause.asks and question != "since"):
        return False
    if _OTHER_EVENT.search(around):  # "со вчерашнего вечера внучка приходила, помогала"
        return bool(_FROM.match(words)) and not _STILL_TALKING.search(around)
    if question in ("since", "date"):
        return question == "since"
    is_alone = may_be_bare and not moment.is_clock and not _NOW.fullmatch(words)
    return (moment.is_onset and not moment.is_clock) or (
        is_alone and (_is_alone(around) or reading.is_only(moment.start, moment.end, _WORDS_AROUND))
    )


def _is_alone(around: str) -> bool:
    """Whether a clause says nothing beside the moment."""
    return not re.search(r"\w{2}", around)


def _is_waiting(reading: Reading, moment: Moment, around: str) -> bool:
    """Whether it is the time that somebody has waited for the desk."""
    if _WAIT.search(around):
        return True
    before = reading.before(reading.clause_at(moment.start))
    return moment.is_duration and not TROUBLE.search(around) and bool(before and re.search(r"\bждать\b", before.text))
