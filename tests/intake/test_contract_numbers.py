"""Contract numbers in free text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.model.key_shapes import check_pattern
from desk.understanding.contract_numbers import contract_told, find_contract


@pytest.mark.parametrize(
    ("text", "contract"),
    [
        ("Здравствуйте! второй день нет интернета, договор 40-1187", "40-1187"),
        ("40-1187", "40-1187"),
        ("дог.40-1187.", "40-1187"),
        ("№40-1187!", "40-1187"),
        ("(40-1187)", "40-1187"),
        ("договор 40 - 1187", "40-1187"),
        ("договор 40–1187", "40-1187"),
        ("договор 40—1187", "40-1187"),
        ("договор 40−1187", "40-1187"),
        ("договор 40\u20111187", "40-1187"),
        ("договор 40\u00a0-\u00a01187", "40-1187"),
        ("４０－１１８７", "40-1187"),  # fullwidth
        ("٤٠-١١٨٧", "40-1187"),  # Arabic-Indic
        ("40-11\u00ad87", "40-1187"),  # a soft hyphen
        ("4\u200b0-1187", "40-1187"),  # a zero-width space
        ("4O-1187", "40-1187"),  # the letter O, Latin
        ("4О-1187", "40-1187"),  # and Cyrillic
        ("4З-1187", "43-1187"),  # the letter З is a three at a digit's place
        ("4l-1187", "41-1187"),  # and l a one
        ("40-1187 и ещё раз 40-1187", "40-1187"),
        ("соседи 40-2203, мой договор 40-1187", "40-1187"),
        ("contract 40-1187, my neighbour has 40-2203 by the way, and he is fine with everything", "40-1187"),
        ("4O-1187, то есть 40-1187", "40-1187"),
        ("тел. 8-921-555-00-01, договор 40-1187", "40-1187"),
        # none
        ("", None),
        ("нет интернета", None),
        ("40-118", None),
        ("40-11871", None),
        ("140-1187", None),
        ("А40-1187", None),
        ("40-1187Б", None),
        ("40 1187", None),
        ("401187", None),
        ("40--1187", None),
        ("2026-11-40-1187", None),  # a part of something longer
        ("40-1187-22", None),
        ("OО-ООOO", None),  # letters only
        ("40-1187, 40-2203", None),  # two of them, and nothing tells which
    ],
)
def test_a_contract_number_is_found_or_it_is_not(text: str, contract: str | None) -> None:
    assert find_contract(text, "99-9999") == contract


@pytest.mark.parametrize(
    ("text", "shape", "contract"),
    [
        ("договор b12345", "A99999", "B12345"),
        ("В12345", "A99999", "В12345"),  # a Cyrillic letter stays one: the table decides, nothing is folded silently
        ("SN/2024/0042", "AA/9999/9999", "SN/2024/0042"),
        ("л/с 123456789", "999999999", "123456789"),
        ("позвоните 89215550001, л/с 123456789", "999999999", "123456789"),
        ("1234567890", "999999999", None),
        ("ab-12", "AA-99", "AB-12"),
        ("договор № 7.15/3", "9.99/9", "7.15/3"),
    ],
)
def test_every_provider_has_a_shape_of_its_own(text: str, shape: str, contract: str | None) -> None:
    assert find_contract(text, shape) == contract


@pytest.mark.parametrize(
    ("text", "shape", "number", "folded"),
    [
        ("М-14350", "A99999", "М14350", False),
        ("договор м 14350", "A99999", None, False),  # "м" alone may be a word
        ("7590 vhveg", "9999-AAAAA", "7590-VHVEG", False),
        ("мой договор 7590vhveg", "9999-AAAAA", "7590-VHVEG", False),
        ("759O-vhveg", "9999-AAAAA", "7590-VHVEG", True),
        ("договор Й14350", "A99999", "Й14350", False),  # composed of two characters
        ("LC-12-345", "ЛС-AA-999", None, False),
        ("ЛC-АБ-345", "ЛС-AA-999", "ЛС-АБ-345", True),  # the second letter is Latin
        ("оплатил 2000 рублей", "9999", None, False),
        ("код 2000", "9999", None, False),
        ("договор 2000", "9999", "2000", False),
    ],
)
def test_a_number_is_read_where_it_is_meant(text: str, shape: str, number: str | None, folded: bool) -> None:
    found = contract_told(unicodedata.normalize("NFD", text) if "Й" in text else text, (shape,), False)
    assert (found and found.number, bool(found and found.folded)) == (number, folded)


@pytest.mark.parametrize("shape", ["", "--", "9", "99", "9" * 41, " 999"])
def test_a_shape_that_would_find_anything_is_refused(shape: str) -> None:
    with pytest.raises(ValueError, match="shape of contract numbers"):
        check_pattern(shape)


@given(st.text(max_size=200), st.sampled_from(["99-9999", "A99999", "999999"]))
def test_whatever_is_found_has_the_shape(text: str, shape: str) -> None:
    found = find_contract(text, shape)
    if found is not None:
        assert len(found) == len(shape)
        for wanted, char in zip(shape, found, strict=True):
            assert (
                char.isalpha()
                if wanted == "A"
                else char.isascii() and char.isdecimal()
                if wanted == "9"
                else char == wanted
            )


@given(
    st.text(alphabet="абв .,!?\n:;", max_size=60), st.text(alphabet="абв .,!?\n:;", max_size=60), st.integers(0, 999999)
)
def test_a_number_that_stands_free_is_always_found(before: str, after: str, digits: int) -> None:
    number = f"{digits:06d}"[:2] + "-" + f"{digits:06d}"[2:]
    assert find_contract(f"{before} {number} {after}", "99-9999") == number


@pytest.mark.parametrize("filling", ["4", "-", " ", "40-", "4 - ", "O", "40-1187 "])
def test_a_long_hostile_text_is_read_to_its_bound_and_no_further(filling: str) -> None:
    text = filling * 100_000
    assert find_contract(text + " договор 55-5555", "99-9999") in (None, "40-1187")
