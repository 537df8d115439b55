"""People's words are kept without what identifies them."""

from __future__ import annotations

import pytest

from kb.learning.anonymise import MAX_LENGTH, anonymise_phrase, anonymise_text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Здравствуйте! второй день нет интернета, договор 40-1187", "второй день нет интернета"),
        ("Анна. Нет интернета", "нет интернета"),
        ("hello, my internet is down since yesterday, contract 40-2203", "my internet is down since yesterday"),
        ("звоните 8 (912) 345-67-89, у меня ошибка 691", "у меня ошибка 691"),
        ("пишу с anna@mail.test; не приходит почта", "не приходит почта"),
        ("НЕТ ИНТЕРНЕТА УЖЕ ЧАС!!!", "нет интернета уже час"),
        ("не открывается 192.168.0.1", "не открывается 192.168.0.1"),
        ("Меня зовут Анна Петрова, ул. Лесная 5 кв 12. не ловит вайфай на кухне", "не ловит вайфай на кухне"),
        ("роутер TP-Link моргает оранжевым", "роутер TP-Link моргает оранжевым"),
        ("Wi-Fi пропадает вечером", "Wi-Fi пропадает вечером"),
    ],
)
def test_the_trouble_stays_and_the_person_goes(said: str, kept: str) -> None:
    assert anonymise_phrase(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "нет интернета у соседа Иванова",
        "мой логин ivanov1978x не подходит",
        "договор 40-1187",
        "5001 1234 5678 9012 не проходит оплата",
        "tg: @anna_k не грузит",
        "спасибо",
        "интернет",
        "",
        "слово " * 60,
    ],
)
def test_a_phrase_that_names_somebody_or_says_nothing_is_not_kept(said: str) -> None:
    assert anonymise_phrase(said) == ""


def test_the_words_of_their_own_account_are_left_out_whatever_their_endings() -> None:
    own = ("Анна Петрова", "г. Энск, ул. Заречная, 5")
    assert (
        anonymise_phrase("у петровой не работает интернет, на заречной второй день темно, не горит wan", own)
        == "не горит wan"
    )


def test_what_an_agent_did_is_told_without_whose_it_was() -> None:
    told = "Позвонили абоненту +7 912 345-67-89; заменили патч-корд; затухание 28 дБ. Договор 40-1187 проверен."
    assert anonymise_text(told) == "заменили патч-корд; затухание 28 дБ"


def test_hostile_lengths_come_to_an_end() -> None:
    for text in ("а" * 1_000_000, "д. " * 300_000, "- " * 500_000, "a-" * 500_000, "1 " * 500_000):
        assert len(anonymise_phrase(text)) <= MAX_LENGTH
