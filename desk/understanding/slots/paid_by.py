"""By what way money was paid: by card with the provider, through a bank, at a terminal, or otherwise."""

from __future__ import annotations

import re

from desk.understanding.reading.normalized_message import Reading
from desk.understanding.reading.observations import ObservedValue
from desk.understanding.slots.works_or_not import word_count

_NAMED_BANK = (
    r"(?:сбер(?:банк\w*|а|у|ом|е)?|сбол\w*|тинько(?:в|фф?)\w*|т[- ]?банк\w*|альфа(?:[- ]?банк\w*)?|альфу|альфе|втб|"
    r"газпромбанк\w*|райф\w*|почта[- ]?банк\w*|росбанк\w*|совкомбанк\w*|открыти[ея]|kaspi|каспи|monzo|revolut|barclays|"
    r"sberbank|sber|tinkoff|halifax|lloyds)"
)
_BANK = re.compile(
    rf"\b(?:(?:через|с|со|из|в|на|по|via|through|with|using|from|by)\s+)?"
    rf"(?:{_NAMED_BANK}(?:[- ](?:онлайн|online|банк\w*))?|"
    r"(?:онлайн|интернет|мобильн\w+|online|mobile|internet)[- ]?(?:банк\w*|bank(?:ing)?)|"
    r"(?:приложени\w+|кабинет\w*|карт\w+|сайт\w*) (?:моего |своего )?банка|(?:my|the) bank(?:'s app|ing app)?|"
    r"банк[аеуо]?м?|"
    r"сбп|систем\w+ быстрых платеж\w+|банковск\w+ перевод\w*|переводом|по реквизитам|bank transfer|wire transfer|"
    r"direct debit|автоплат[её]ж\w*)\b(?! карт)"
)
_TERMINAL = re.compile(
    r"\b(?:(?:через|в|at|through|via|from) )?(?:(?:a |the |payment )*(?:terminal|kiosk|machine|atm)|"
    r"терминал\w*|банкомат\w*|киви|qiwi|наличны(?:ми|е)|налом|наличкой|(?:in )?cash)\b"
)
_CARD = re.compile(
    r"\b(?:(?:банковск\w+ |своей |с )?карт(?:ой|очкой|ы|у)(?: (?:на|через|в) (?:ваш\w+ )?(?:сайт[еа]?|приложени\w+|"
    r"(?:личном )?кабинете))?|"
    r"(?:by|with|using) (?:my |a |the |bank |debit |credit )*card"
    r"(?: (?:on|through|via|in) (?:the|your) (?:web ?site|site|app))?|"
    r"(?:на|через) (?:ваш\w+ )?сайт[еа]?|в (?:ваш\w+ )?(?:личном )?кабинете|"
    r"через (?:личный )?кабинет|"
    r"(?:в|через) (?:ваш\w+ )?приложени\w+|"
    r"(?:on|through|via|in) (?:the|your) (?:web ?site|site|app|account|portal)|google pay|apple pay|mir pay)\b"
)
_IN_PERSON = re.compile(
    r"\b(?:(?:в|через) (?:ваш\w+ )?(?:офис\w*|касс[еу]|салон\w*)|на почте|через почту(?! ?банк)|в отделении|"
    r"at (?:the |your )?(?:office|post office|shop|branch)|in person)\b"
)
_WAYS = (("bank", _BANK), ("terminal", _TERMINAL), ("other", _IN_PERSON), ("card", _CARD))
"""In this order: who paid by the card of a bank in its app paid through the bank."""
_PAID = re.compile(
    r"\b(?:(?:о|за|про|у)?пла[тч]\w+|плат[её]ж\w*|(?:по)?полн[ия]\w+|внес\w*|вносил\w*|перев[её]л\w*|переводил\w*|закин\w+|"
    r"кинул\w*|положил\w*|paid|pay|payment|topped up|transferred|sent)\b"
)
_THROUGH = re.compile(r"\s*(?:ну |я |и |это )*(?:через|via|through|by|картой|с карты|наличны|переводом|по сбп)")
_NOT_PAID = re.compile(
    r"\bне (?:через|картой|могу|можем|смог\w*|получ\w+|проход\w+|удал\w+|удает\w*|дает|принима\w+)\b|"
    r"\b(?:как|можно|хочу|хотел\w*|how|want|can't|cannot|can not|couldn't|unable|won't|not)\b"
)
"""What is asked, wished or refused was not paid."""
LONGEST_ANSWER = 8
"""Words of an answer to the question, or of one that begins with "через"."""


def paid_by(reading: Reading, asked: bool) -> ObservedValue | None:
    """The way of a payment. Unasked only beside a payment, or where little else is said than "через сбербанк"."""
    short = word_count(reading.text) <= LONGEST_ANSWER
    bare = short and (asked or bool(_THROUGH.match(reading.text)))
    for value, pattern in _WAYS:
        for found in reading.matches(pattern):
            clause = reading.clause_at(found.start())
            if clause.asks or _NOT_PAID.search(clause.text):
                continue
            if bare or (_PAID.search(clause.text) and found.group().startswith(_PREPOSITIONS)):
                return reading.value("paid_by", value, *found.span())
    return None


_PREPOSITIONS = (
    *(
        "через",
        "с ",
        "со ",
        "из ",
        "в ",
        "на ",
        "по ",
        "via",
        "through",
        "with",
        "using",
        "from",
        "by",
        "at ",
        "in ",
        "on ",
    ),
    *("карт", "банковск", "своей", "налич", "налом", "перевод", "cash", "google", "apple", "mir", "direct", "bank"),
)
"""How a way is told: "через сбербанк", "картой". "Банк" alone beside a payment is rather whom it went to."""
