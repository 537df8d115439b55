"""``firstline case N --origins``: each line with the words, the button or the file it comes from."""

from __future__ import annotations

import pytest

from console.commands.case_field_origins import origin_lines
from console.terminal.table_labels import labels
from desk.model.case import Case
from desk.model.journal import JournalEntry

WORDS = {"message": "17", "span": [24, 29]}
SAID = "инет лёг вчера вечером, везде"
JOURNAL = [
    JournalEntry(kind="dialogue", actor="subscriber", data={"message": "17", "answered": ""}, text=SAID),
    JournalEntry(kind="dialogue", actor="desk", data={"message": "17"}, text="Записали."),
]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            {"value": "all", "text": "везде", "from": WORDS},
            f"«везде» in the message: {SAID}",
        ),
        ({"value": "los", "text": "los", "from": {"button": "los"}}, "button: los"),
        ({"value": "file", "text": "", "from": {"file": "service.address"}}, "on file: service.address"),
        ({"value": "all", "text": "везде", "from": {"message": "9", "span": [0, 5]}}, "«везде»"),
        ({"value": None, "text": ""}, "nothing was said"),
    ],
)
def test_a_line_is_traced_to_where_it_comes_from(answer: dict[str, object], told: str) -> None:
    case = Case(provider="sever", id=1, person_id=1, answers={"scope": answer})
    ((name, line),) = origin_lines(case, JOURNAL, labels("en"))
    assert name == "scope"
    assert line.splitlines()[1] == told


def test_the_contract_the_own_words_and_the_number_for_a_call_are_traced_too() -> None:
    said = ["второй день нет интернета", "договор 401187", "звоните на 8 912 000-11-22"]
    journal = [
        JournalEntry(kind="dialogue", actor="subscriber", data={"message": str(number)}, text=text)
        for number, text in enumerate(said)
    ]
    case = Case(
        provider="sever",
        id=1,
        person_id=1,
        contract="40-1187",
        description="второй день нет интернета\nчто-то ещё",
        callback_phone="+79120001122",
        answers={},
    )
    assert origin_lines(case, journal, labels("en"), ["99-9999"]) == [
        ("Contract", "40-1187\nin the message: договор 401187"),
        ("What happened", "«второй день нет интернета»\nчто-то ещё (found in no message)"),
        ("Phone to call", "+79120001122\nin the message: звоните на 8 912 000-11-22"),
    ]
    case.contract, case.description, case.callback_phone = "55-5555", "", "+70000000000"
    assert [line for _, line in origin_lines(case, journal, labels("en"), ["99-9999"])] == [
        "55-5555\nby the sender's address",
        "+70000000000\non file",
    ]
