"""What a question of money is about, told anywhere in a message."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desk.understanding.facts_told import facts_told
from desk.understanding.reading.observations import Situation, TalkStage

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("за что списали 500 рублей?", "charge"),
        ("списали деньги, не понимаю за что", "charge"),
        ("деньги сняли два раза", "charge"),
        ("I was charged twice", "charge"),
        ("оплатил вчера 650р через сбер деньги не пришли", "payment"),
        ("заплатил 500 рублей, а денег на счете нет", "payment"),
        ("Я ЗАПЛАТИЛА 25 ЧИСЛА, А ИНТЕРНЕТА НЕТ", "payment"),
        ("платёж не зачислен", "payment"),
        ("my bill is higher than last month, why?", "charge"),
        ("счёт в этом месяце больше, чем обычно", "charge"),
        ("i want faster internet", "plan"),
        ("хочу скорость побольше", "plan"),
        ("скорость стала больше, спасибо", None),
        ("my payment has not arrived", "payment"),
        ("оплатил, не включают", "payment"),
        ("оплатила, а всё равно не работает", "payment"),
        ("не включают интернет, хотя оплатил вчера", "payment"),
        ("отключили за неуплату, но я заплатил", "payment"),
        ("i've paid but it's not been switched on", "payment"),
        ("paid yesterday and still disconnected", "payment"),
        ("хочу поменять тариф на подешевле", "plan"),
        ("can I switch to a cheaper plan?", "plan"),
        ("а баланс как посмотреть?", "balance"),
        ("у меня задолженность?", "balance"),
        ("всегда платила вовремя, и вот сегодня ничего не грузит", None),
        ("нет интернета, деньги на счету есть", None),
        ("нет интернета", None),
        ("спишите номер договора", None),
        ("ничего не изменилось, 40-1187", None),
        ("оплатил роутер в магазине", None),
    ],
)
def test_the_matter_is_told(text: str, matter: str | None) -> None:
    found = {one.slot: one.value for one in facts_told(text, Situation())}
    assert found.get("money_matter") == matter


@pytest.mark.parametrize(
    ("text", "question", "way"),
    [
        ("оплатил вчера 650р через сбер, деньги не пришли", "", "bank"),
        ("через сбербанк онлайн", "", "bank"),
        ("через сбербанк онлайн", "date", "bank"),
        ("заплатила картой на сайте 25 числа", "", "card"),
        ("I paid by card on your website yesterday", "", "card"),
        ("сбер", "paid_by", "bank"),
        ("по сбп", "paid_by", "bank"),
        ("наличными в терминале", "paid_by", "terminal"),
        ("through my bank's app", "paid_by", "bank"),
        ("в офисе", "paid_by", "other"),
        ("банк пишет, что платёж прошёл", "", None),
        ("можно оплатить через сбербанк?", "", None),
        ("нет интернета, по сбп не могу оплатить", "", None),
        ("на сайте банка ошибка", "", None),
        ("не открывается сайт банка", "", None),
    ],
)
def test_the_way_of_a_payment_is_told(text: str, question: str, way: str | None) -> None:
    situation = Situation(TalkStage.QUESTION if question else TalkStage.FIRST, question, NOW)
    found = {one.slot: one.value for one in facts_told(text, situation)}
    assert found.get("paid_by") == way


def test_a_clock_before_an_amount_is_no_part_of_it() -> None:
    found = {one.slot: one.value for one in facts_told("заплатил вчера в 18:30 650 руб через сбербанк", Situation())}
    assert found["amount"] == 650
