"""A question is understood whatever layout it was typed in, and in Latin letters by sound."""

from __future__ import annotations

import pytest

from desk.language.layout_and_transliteration import swap_layout, to_cyrillic_by_sound
from kb.evaluation.typing_noise import in_wrong_layout, transliterate, with_typos
from kb.search.query_variants import intended_texts
from kb.search.tokenize import normalise


def intended(text: str, known: tuple[str, ...] = (), cyrillic: bool = True, latin: bool = True) -> str:
    return " ".join(intended_texts(normalise(text), lambda words: [one in known for one in words], cyrillic, latin))


@pytest.mark.parametrize(
    ("typed", "was_meant"),
    [
        ("ytn bynthytnf", "нет интернета"),
        ("Ghbdtn, e vtyz yt hf,jnftn bynthytn", "привет у меня не работает интернет"),
        ("Rfr cvtybnm gfhjkm&", "как сменить пароль"),
        ("internet ne rabotaet", "интернет не работает"),
        ("kak otmenit' podpisku?", "как отменить подписку"),
        ("eto pochemu tak medlenno", "это почему так медленно"),
        ("los gorit krasnym", "los горит красным"),
        ("шт еруку шы тщ штеуктуе", "in there is no internet"),
        ("вщтэе лтщц", "dont know"),
    ],
)
def test_the_wrong_layout_and_transliteration_are_undone(typed: str, was_meant: str) -> None:
    assert intended(typed) == was_meant


@pytest.mark.parametrize(
    "text",
    [
        "how do i cancel my subscription",
        "whats the wether in paris",
        "hwo do i chagne my pni",
        "не работает netflix на tv",
        "хочу отключить",
        "que hora es",
        "zyxel keenetic",
        "ip 10 0 0 1",
    ],
)
def test_what_was_meant_as_it_stands_comes_through_untouched(text: str) -> None:
    assert intended(text) == text


def test_a_maker_and_model_come_through_untouched() -> None:
    assert intended("TP-Link Archer C6") == "tplink archer c6"
    assert intended("роутер TP-Link Archer C6") == "роутер tplink archer c6"


def test_one_slip_of_the_layout_within_a_sentence_is_mended() -> None:
    assert intended("slow wifi ghj,ktvf") == "slow wifi проблема"


def test_a_word_the_base_knows_is_likelier_than_one_it_does_not() -> None:
    assert intended("router") == "router"
    assert intended("kulebyaka", known=("кулебяка",)) == "кулебяка"


def test_nothing_is_turned_into_letters_the_base_does_not_have() -> None:
    assert intended("internet ne rabotaet", cyrillic=False) == "internet ne rabotaet"
    assert intended("ghbdtn", cyrillic=False) == "ghbdtn"


def test_the_layouts_are_each_others_inverse() -> None:
    text = "съешь ещё этих мягких французских булок, да выпей чаю"
    assert swap_layout(swap_layout(text.replace(", ", " "))) == text.replace(", ", " ")


def test_y_is_a_vowel_or_not_as_it_stands() -> None:
    assert to_cyrillic_by_sound("moy tarify siniy") == "мой тарифы синий"


def test_noise_is_the_same_for_the_same_seed_and_leaves_most_letters_alone() -> None:
    text = "не работает интернет второй день, что делать"
    assert with_typos(text, 7) == with_typos(text, 7) != with_typos(text, 8)
    assert with_typos(text, 7, 0.0) == text
    changed = [sum(a != b for a, b in zip(text, with_typos(text, seed, 0.1), strict=False)) > 0 for seed in range(50)]
    assert 40 <= sum(changed) < 51


def test_made_noise_is_what_people_do() -> None:
    assert in_wrong_layout("Привет") == "ghbdtn"
    assert in_wrong_layout("hello") == "руддщ"
    assert transliterate("ещё щука") == "eshchyo shchuka"


def test_hostile_texts_are_read_at_once() -> None:
    for text in ("ы" * 100_000, "`" * 5_000, "a'" * 3_000, "[]{} " * 2_000, "\ud800", "\u0301" * 1_000):
        assert isinstance(intended(text[:600]), str)
