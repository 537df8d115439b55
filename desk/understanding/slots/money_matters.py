"""What a question of money is about: a charge, a payment that has not come, another plan, the balance."""

from __future__ import annotations

import re

from desk.understanding.reading.normalized_message import Reading
from desk.understanding.reading.observations import ObservedValue

_TAKEN = (
    r"(?:спис(?:али|ал|ано|ались|алось|ывают|ывает|ываете|ание|ания|аний|анию)|сня(?:ли|л|то|лось|лись)|снимают|"
    r"снимаете|содрали|удержали|charged|debited|deducted|billed|overcharged|double charged)"
)
_MONEY = r"(?:ден\w{1,4}|сумм\w+|средств\w*|рубл\w+|руб|р|money|payments?)"
_CHARGE = re.compile(
    rf"\b{_TAKEN}\b[^.!?\n]{{0,20}}\b(?:вместо|instead of)\b|"
    rf"\b(?:за что|почему|зачем|откуда|куда|why|what for)\b[^.!?\n]{{0,25}}\b{_TAKEN}\b|"
    rf"\b{_TAKEN}\b[^.!?\n]{{0,40}}\b(?:лишн\w+|дважды|два раза|двойн\w+|повторно|за что|непонятн\w+|не понимаю|зря|"
    r"twice|wrong\w*|extra|too much)\b|"
    rf"\b(?:лишн\w+|двойн\w+|непонятн\w+)\b[^.!?\n]{{0,20}}\b(?:списани\w+|снят\w+|деньг\w+)|"
    rf"\b{_TAKEN}\b[^.!?\n]{{0,20}}\b{_MONEY}\b|\b{_MONEY}\b[^.!?\n]{{0,15}}\b{_TAKEN}\b|"
    r"\b(?:непонятное|странное|неверное|ошибочное) списание\b|\b(?:wrong|double|unknown|unexpected) charges?\b|"
    r"\bover ?charged\b|\bcharged (?:me )?(?:twice|for)\b|"
    r"\b(?:bill|invoice)\b[^.!?\n]{0,20}\b(?:higher|bigger|too (?:high|much|big)|gone up|"
    r"went up|doubled|wrong|more than)\b|"
    r"\bwhy (?:is|has|was) (?:my|the|our) (?:bill|invoice)\b|"
    r"\bсч[её]т\w*\b[^.!?\n]{0,20}\b(?:больше|выше|вырос\w*|завышен\w*|неверн\w+|неправильн\w+|удвоил\w+)\b"
)
_PAID = (
    r"(?:(?:о|за|про|у)?плат(?:ил|ила|или|ила|ите?л)\w{0,2}|(?:по)?полнил[аи]?|пополнял[аи]?|внес(?:ла|ли)?|"
    r"перевел[аи]?|перев[её]л|закинул[аи]?|кинул[аи]?|положил[аи]?|оплачено|заплачено|paid|topped up|transferred)"
)
_NOT_THERE = (
    r"(?:не (?:при(?:шл|ш|ход)\w+|до(?:шл|ш|ход)\w+|зачисл\w+|поступ\w+|про(?:шл|ш|ход)\w+|появил\w+|отобра\w+|"
    r"вид\w+|упал\w*|засчита\w+)|(?:нет|нету|ноль|пусто|0|минус)\b[^.!?\n]{0,15}\b(?:на|в) (?:счет\w*|баланс\w*|"
    r"кабинет\w*)|(?:на|в) (?:счет\w*|баланс\w*|кабинет\w*)[^.!?\n]{0,12}\b(?:нет|нету|ноль|пусто|минус)|"
    r"(?:has|have|did|does)(?:n't| not) (?:arrive\w*|show\w*|been credited|been received|come|gone through)|"
    r"not (?:arrived|received|credited|there))"
)
_NO_SERVICE = (
    r"(?:(?:интернет\w?|инет\w?|доступ\w?|сет[ьи]|связи|услуг\w*)\b[^.!?\n]{0,15}\b(?:нет|нету|не работает|"
    r"отключ\w+|заблокир\w+)|(?:нет|нету|не работает|отключили|не включ\w+|не включили)\b[^.!?\n]{0,12}\b"
    r"(?:интернет\w?|инет\w?|доступ\w?)|no internet|internet (?:is )?(?:off|down))"
)
_PAID_ONCE = rf"(?!(?:платил|пополнял)){_PAID}(?! вовремя)"
"""Not "всегда платила вовремя"."""
_STILL_OFF = (
    r"(?:(?:не|еще не|до сих пор не) (?:включ\w+|подключ\w+|разблокир\w+|возобнов\w+|работает)|"
    r"(?:все еще|до сих пор|все равно|по-прежнему|так и) (?:\w+ )?(?:отключ\w+|заблок\w+|приостан\w+|нет|не)|"
    r"(?:вс[её]|доступ) (?:отключ[её]н\w*|заблок\w+)|still (?:off|blocked|suspended|disconnected|cut off|not|no)|"
    r"not (?:been )?(?:switched|turned|reconnected|back)|(?:isn't|is not|hasn't|has not|not) (?:been )?(?:working|"
    r"restored|reconnected|unblocked|back on))"
)
"""What is said of the service after a payment: nobody has switched it on."""
_PAYMENT = re.compile(
    rf"\b{_PAID}\b[^.!?\n]{{0,60}}(?:{_NOT_THERE}|{_NO_SERVICE})|\b{_PAID_ONCE}\b[^.!?\n]{{0,60}}\b{_STILL_OFF}|"
    rf"\b(?:не включ\w+|отключили|заблокировали|не разблокир\w+)\b[^.!?\n]{{0,25}}[,.!-]?\s*(?:я |но |хотя |а )*"
    rf"(?:все |уже |же )*\b{_PAID_ONCE}\b|"
    rf"\b(?:плат[её]ж\w{{0,2}}|оплат[аы]|перевод|деньги|payment|transfer|money)\b[^.!?\n]{{0,25}}\b{_NOT_THERE}|"
    rf"\b{_NOT_THERE}[^.!?\n]{{0,15}}\b(?:плат[её]ж\w{{0,2}}|оплат[аы]|деньги)\b|"
    r"\b(?:плат[её]ж|оплата) (?:завис\w*|потерял\w+|пропал\w*)|\bmissing payment\b|\bpayment (?:is )?missing\b"
)
_PLAN = re.compile(
    r"\b(?:смен\w+|поменя\w+|помен\w+|менять|изменить|перейти|перевед\w+|перевести|переключ\w+|подключить|выбрать|"
    r"хочу|нужен|есть)\b[^.!?\n]{0,25}\bтариф\w*|"
    r"\b(?:друг\w+|нов\w+|дешевле|подешевле|побыстрее|выгодн\w+)\b[^.!?\n]{0,12}\bтариф\w*|"
    r"\bтариф\w*\b[^.!?\n]{0,20}\b(?:смен\w+|поменя\w+|помен\w+|дешевле|подешевле|побыстрее|другой|стоит)\b|"
    r"\b(?:change|switch|upgrade|downgrade)\b[^.!?\n]{0,20}\b(?:plan|tariff|package)\b|"
    r"\b(?:cheaper|faster|another|different) (?:plan|tariff|package)\b|"
    r"\b(?:want|need|get|like|have|upgrade to) (?:a |some )?(?:faster|higher|more|better) "
    r"(?:internet|broadband|speed)\b|"
    r"\b(?:хочу|хотим|можно|хотел\w*|нужн\w+)\b[^.!?\n]{0,15}\b(?:скорость (?:побольше|повыше|больше|выше)|"
    r"(?:побольше|повыше|больше|выше) скорость|увеличить скорость|повысить скорость)\b"
)
_BALANCE = re.compile(
    r"\bбаланс\w*|\bзадолженност\w+|\bдолг(?:и|а|ов)?\b|\bобещанн\w+ плат[её]ж\w*|"
    r"\b(?:за)?блокир\w+[^.!?\n]{0,20}\b(?:неуплат\w+|долг\w*)|\bприостанов\w+|"
    r"\bbalance\b|\bdebt\b|\bsuspended\b|\bpayment extension\b"
)
_MATTERS = (("charge", _CHARGE), ("payment", _PAYMENT), ("plan", _PLAN), ("balance", _BALANCE))
"""What is heard first comes first: who paid and was charged twice speaks of the charge."""


def money_matter(reading: Reading, asked: bool) -> ObservedValue | None:
    """The first of these matters that the words speak of."""
    for value, pattern in _MATTERS:
        for found in reading.matches(pattern):
            return reading.value("money_matter", value, *found.span())
    return None
