"""Which keys a message names, by the shapes that providers give them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.model.coverage import CoverageRule, not_covered
from desk.model.key_shapes import CHECKSUMS, KeyShape
from desk.model.provider_files import InvalidProvider, Provider, load
from intake.identity.named_keys import named_keys

SEVER = Provider("sever", {}, contract_shape="99-9999", key_shapes=(KeyShape("licence", "AAAA-9999-9999", "luhn"),))
VOLGA = Provider("volga", {}, contract_shape="A99999")
PLAIN = Provider("plain", {})


def named(text: str, *providers: Provider, asked: bool = False) -> list[tuple[str, str, tuple[str, ...]]]:
    """The keys, each as (kind, value, providers)."""
    found = named_keys(text, providers or (SEVER,), asked)
    return [(key.kind, key.value, names) for key, names in found.items()]


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("договор 40-1187 и логин sn401187", False, [("contract", "40-1187")]),
        ("логин sn401187", False, [("login", "sn401187")]),
        ("лицензия abcd-4539-1489", False, [("licence", "ABCD-4539-1489")]),
        ("лицензия abcd-4539-1488", False, []),  # the check digit is wrong
        ("оплатил 2000 рублей", False, []),
        ("оплатил 2000 рублей", True, []),
        ("мой телефон 8 921 555-00-01", False, []),
        ("8 921 555-00-01", True, [("phone", "+79215550001")]),
        ("anna@example.test", True, [("email", "anna@example.test")]),
        ("SNGP0051BEEF", True, [("", "SNGP0051BEEF")]),
        ("SNGP0051BEEF", False, []),
        ("40-118", True, []),  # a slip, which is asked about once more
        ("не знаю", True, []),
    ],
)
def test_the_first_kind_counts(text: str, asked: bool, found: list[tuple[str, str]]) -> None:
    assert [(kind, value) for kind, value, _ in named(text, asked=asked)] == found


def test_a_front_desk_looks_for_the_keys_of_all() -> None:
    assert named("V14350", SEVER, VOLGA) == [("contract", "V14350", ("volga",))]
    assert named("логин sn401187", SEVER, VOLGA) == [("login", "sn401187", ("sever", "volga"))]


@pytest.mark.parametrize("text", ["7590-vhveg", "договор 7590-vhveg", "мой номер: 7590-VHVEG."])
def test_where_contracts_have_no_shape_the_answer_is_the_number(text: str) -> None:
    assert named(text, PLAIN, asked=True) == [("contract", "7590-VHVEG", ("plain",))]


def test_letters_for_most_digits_are_asked_about() -> None:
    shaped = Provider("plain", {}, contract_shape="9999-AAAAA")
    (key,) = named_keys("OO4O-vhveg", [shaped], asked=True)
    assert (key.kind, key.typed, key.folded) == ("contract", "OO4O-vhveg", True)
    assert not named_keys("OO4O-vhveg", [shaped], asked=False)


@given(st.text(max_size=200), st.booleans())
def test_no_text_raises(text: str, asked: bool) -> None:
    for kind, value, names in named(text, SEVER, VOLGA, PLAIN, asked=asked):
        assert value
        assert set(names) <= {"sever", "volga", "plain"}
        assert kind in ("contract", "licence", "serial", "login", "reference", "phone", "email", "")


@pytest.mark.parametrize(
    ("checksum", "number"), [("luhn", "45391489"), ("damm", "5724"), ("verhoeff", "2363"), ("mod97", "123482")]
)
def test_every_checksum_tells_right_from_wrong(checksum: str, number: str) -> None:
    shape = KeyShape("serial", "9" * len(number), checksum)
    assert checksum in CHECKSUMS
    assert shape.is_valid(number)
    assert not shape.is_valid(number[:-1] + str((int(number[-1]) + 1) % 10))


def test_what_a_level_does_not_cover() -> None:
    rule = CoverageRule("premium", ("major upgrade", "новая версия"), {"en": "patches"})
    assert not_covered([rule], "Premium", "we want a major upgrade") == rule
    assert not_covered([rule], "premium", "нужна новая версия программы") == rule
    assert not_covered([rule], "basic", "a major upgrade") is None
    assert not_covered([rule], "premium", "a patch") is None


def test_a_wrong_key_is_told_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "sever"
    folder.mkdir()
    (folder / "policy.toml").write_text('[provider]\ntitle = "x"\n\n[[key]]\ntype = "card"\npattern = "9"\n', "utf-8")
    with pytest.raises(InvalidProvider, match="needs 3 to 40 places"):
        load(folder)
