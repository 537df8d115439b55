"""What a question of money is about, told anywhere in a message."""

from __future__ import annotations

import pytest

from desk.understanding.facts_told import facts_told
from desk.understanding.reading.observations import Situation


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
        ("my payment has not arrived", "payment"),
        ("хочу поменять тариф на подешевле", "plan"),
        ("can I switch to a cheaper plan?", "plan"),
        ("а баланс как посмотреть?", "balance"),
        ("у меня задолженность?", "balance"),
        ("всегда платила вовремя, и вот сегодня ничего не грузит", None),
        ("нет интернета, деньги на счету есть", None),
        ("нет интернета", None),
        ("спишите номер договора", None),
    ],
)
def test_the_matter_is_told(text: str, matter: str | None) -> None:
    found = {one.slot: one.value for one in facts_told(text, Situation())}
    assert found.get("money_matter") == matter
