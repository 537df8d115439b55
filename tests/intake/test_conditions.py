"""The condition language of dialogs and policies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.language.conditions import MAX_DEPTH, MAX_LENGTH, CompiledCondition, InvalidCondition

KNOWN = {
    "scope": "all",
    "lights": "los",
    "sure": 0.8,
    "age": 3,
    "outage": False,
    "blocked": True,
    "devices": ["tv", "pc"],
}


@pytest.mark.parametrize(
    ("source", "held"),
    [
        ("True", True),
        ("False", False),
        ("scope == 'all'", True),
        ('scope == "one"', False),
        ("scope != 'one'", True),
        ("'all' == scope", True),
        ("scope in ('all', 'wifi')", True),
        ("scope in ['one']", False),
        ("scope in ('all')", True),
        ("scope in ('one', 'all',)", True),
        ("scope not in ('one', 'site')", True),
        ("'tv' in devices", True),
        ("'phone' in devices", False),
        ("'tv' not in devices", False),
        ("sure >= 0.8", True),
        ("sure > 0.8", False),
        ("age < 4 and age > 2", True),
        ("age <= -1", False),
        ("3 == age", True),
        ("blocked", True),
        ("not blocked", False),
        ("not not blocked", True),
        ("outage or blocked", True),
        ("outage and blocked", False),
        ("not outage and blocked", True),
        ("outage or scope == 'all' and lights == 'off'", False),
        ("(outage or scope == 'all') and lights == 'los'", True),
        ("blocked == True", True),
        ("blocked == 1", False),  # yes is not a number
        ("age == '3'", False),
        ("scope", True),
        # undecided: a name nobody has a value for
        ("nothing", None),
        ("not nothing", None),
        ("nothing == 'x'", None),
        ("nothing in ('x', 'y')", None),
        ("nothing not in ('x', 'y')", None),
        ("nothing and outage", False),
        ("outage and nothing", False),
        ("nothing and blocked", None),
        ("nothing or blocked", True),
        ("nothing or outage", None),
        ("scope < 3", None),
        ("blocked < 3", None),
    ],
)
def test_a_condition_holds_does_not_or_is_undecided(source: str, held: bool | None) -> None:
    assert CompiledCondition.of(source).test(KNOWN) is held


@pytest.mark.parametrize(
    "source",
    [
        "",
        "  ",
        "scope =",
        "scope = 'all'",
        "scope ==",
        "== 'all'",
        "scope == 'all' and",
        "scope == 'all' 'one'",
        "(scope == 'all'",
        "scope == 'all')",
        "scope in ()",
        "scope in 'all'",
        "scope in ('all' 'one')",
        "scope in (other)",
        "'all'",
        "3",
        "1 < age < 5",
        "age < 'three'",
        "age < True",
        "__import__('os')",
        "scope.upper()",
        "scope[0]",
        "a + b",
        "lambda: 0",
        "scope == 'a\\'b'",
        "имя == 'x'",
        "in",
        "not",
        "x" * (MAX_LENGTH + 1),
        "not " * (MAX_DEPTH + 1) + "x",
        "(" * (MAX_DEPTH + 1) + "x" + ")" * (MAX_DEPTH + 1),
    ],
)
def test_what_is_no_condition_is_refused_with_a_sentence(source: str) -> None:
    with pytest.raises(InvalidCondition, match=r"\w+ \w+ \w+"):
        CompiledCondition.of(source)


def test_a_condition_tells_the_names_it_looks_at() -> None:
    names = CompiledCondition.of("scope in ('all', 'wifi') and not outage or sure >= 0.8 and 'tv' in devices").names
    assert names == {"scope", "outage", "sure", "devices"}


def test_a_value_of_none_is_as_undecided_as_no_value() -> None:
    assert CompiledCondition.of("scope == 'all'").test({"scope": None}) is None


names = st.sampled_from(["a", "b", "c"])
atoms = st.one_of(
    names,
    st.sampled_from(["True", "False"]),
    st.builds(lambda n, s, v: f"{n} {s} {v}", names, st.sampled_from(["==", "!=", "<", ">="]), st.integers(-9, 9)),
    st.builds(lambda n, v: f"{n} in ('x', {v})", names, st.integers(0, 3)),
)
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(lambda one: f"not ({one})", inner),
        st.builds(lambda one, sign, two: f"({one}) {sign} ({two})", inner, st.sampled_from(["and", "or"]), inner),
    ),
    max_leaves=6,
)
values = st.dictionaries(names, st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)))


@given(conditions, values)
def test_a_condition_never_raises_and_knowing_more_never_overturns_it(source: str, some: dict[str, object]) -> None:
    condition = CompiledCondition.of(source)
    first = condition.test(some)
    assert first in (True, False, None)
    whole = {**dict.fromkeys("abc", 1), **{name: value for name, value in some.items() if value is not None}}
    if first is not None:
        assert condition.test(whole) is first


@given(st.text(max_size=60))
def test_any_text_is_either_a_condition_or_refused(source: str) -> None:
    try:
        condition = CompiledCondition.of(source)
    except InvalidCondition:
        return
    assert condition.test({}) in (True, False, None)
