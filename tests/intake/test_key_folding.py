"""How keys are compared: what is one, and what only looks like one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.identity.key_folding import KINDS, fold, is_same, may_mean, normalise

CYRILLIC, LATIN = "АВЕКМНОРСТУХ", "ABEKMHOPCTYX"
kinds = st.sampled_from(KINDS)
values = st.one_of(
    st.text(max_size=40), st.text(alphabet=CYRILLIC + LATIN + "0O1lI3Зз-–— ٤４8@.ё\u00ad\u0301", max_size=40)
)
shapes = st.one_of(st.none(), st.text(alphabet="9A-/. BЛС", max_size=20))


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("contract", "м14350", "М14350"),
        ("contract", "М 14-350", "М14350"),
        ("contract", "４０－１１８７", "40-1187"),  # full width
        ("contract", "٤٠-١١٨٧", "40-1187"),  # Arabic-Indic
        ("contract", "40-11\u00ad87", "40-1187"),  # a soft hyphen
        ("contract", unicodedata.normalize("NFD", "Й14350"), "Й14350"),
        ("contract", "7590-vhveg", "7590-VHVEG"),
        ("serial", "sngp 0051 beef", "SNGP0051BEEF"),
        ("phone", "8 (921) 555-00-01", "+79215550001"),
        ("phone", "9215550001 доб. 12", "+7 921 555 00 01"),
        ("email", " Anna@Example.test", "anna@example.test"),
        ("login", "Anna–K2", "anna-k2"),
        ("licence", "abcd efgh 1234", "ABCD-EFGH-1234"),
    ],
)
def test_what_changes_nothing_is_taken(kind: str, typed: str, kept: str) -> None:
    assert is_same(kind, typed, kept)


@pytest.mark.parametrize(
    ("typed", "kept", "shape"),
    [
        ("M14350", "М14350", "A99999"),  # Latin for Cyrillic
        ("M14350", "М14350", None),
        ("М1435О", "М14350", "A99999"),  # the letter at a digit's place
        ("М143З0", "М14330", "A99999"),  # З is 3
        ("М143l0", "М14310", "A99999"),
        ("МI4310", "М14310", "A99999"),
        ("759O-VHVEG", "7590-VHVEG", None),
        ("759о-vhveg", "7590-VHVEG", "9999-AAAAA"),
        ("7590-VНVЕG", "7590-VHVEG", "9999-AAAAA"),  # Cyrillic Н and Е
        ("0АВ12", "ОAB12", None),  # 0 for O, where nobody knows the shape
    ],
)
def test_a_look_alike_is_never_taken_and_may_be_meant(typed: str, kept: str, shape: str | None) -> None:
    assert not is_same("contract", typed, kept)
    assert may_mean("contract", typed, kept, shape)


@pytest.mark.parametrize(
    ("typed", "kept", "shape"),
    [
        ("М14350", "М14351", None),
        ("М14350", "Н14350", None),
        ("A01234", "AO1234", "AA9999"),  # at a letter's place no digit is a letter
        ("M14350", "М14350", "999999"),  # at a digit's place M has no twin
        ("", "", None),
        (" - ", "--", None),
        ("Ж14350", "M14350", None),
    ],
)
def test_what_looks_otherwise_is_not_meant(typed: str, kept: str, shape: str | None) -> None:
    assert not may_mean("contract", typed, kept, shape)


def test_the_twelve_twins_are_twelve() -> None:
    for cyrillic, latin in zip(CYRILLIC, LATIN, strict=True):
        assert may_mean("serial", f"{cyrillic}77", f"{latin.lower()}77", "A99")
        assert normalise("serial", cyrillic) != normalise("serial", latin)


def test_a_phone_may_have_letters_for_digits() -> None:
    assert may_mean("phone", "8 92l 555-OO-О1", "+79215550001")
    assert fold("phone", "8 921 555-00-01 доб. 3") == "79215550001"
    assert fold("phone", "позвоните") == ""


@given(kinds.filter(lambda kind: kind != "phone"), values)
def test_normal_and_folded_forms_are_final(kind: str, value: str) -> None:
    normal, folded = normalise(kind, value), fold(kind, value)
    assert normalise(kind, normal) == normal
    assert fold(kind, folded) == folded == fold(kind, normal)


@given(kinds.filter(lambda kind: kind != "phone"), values, values, shapes)
def test_the_index_without_a_shape_misses_nothing(kind: str, one: str, other: str, shape: str | None) -> None:
    if normalise(kind, one) == normalise(kind, other):
        assert fold(kind, one, shape) == fold(kind, other, shape)
    if fold(kind, one, shape) == fold(kind, other, shape):
        assert fold(kind, one) == fold(kind, other)


@given(
    st.text(alphabet="0123456789", min_size=4, max_size=4),
    st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=5, max_size=5),
)
def test_every_id_is_found_with_a_letter_for_a_zero_or_in_small_letters(digits: str, letters: str) -> None:
    kept = f"{digits}-{letters}"
    for shape in (None, "9999-AAAAA"):
        assert may_mean("contract", kept.replace("0", "O"), kept, shape)
        assert may_mean("contract", kept.lower().replace("0", "о"), kept, shape)
    assert is_same("contract", kept.lower(), kept)
