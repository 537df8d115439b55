"""The judgement from outside sees each kind of trouble, and takes nothing else for one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.kills.outside_check import OutsideCheck
from tests.kills.outside_record import AgentWords, Letter, OutsideRecord, Said, Shown

GROUP = "-1005"


def shown(at: float, words: str, chat: str = "7", method: str = "sendMessage") -> Shown:
    return Shown(at, 0.01, 1001, chat, method, words, answered=True)


def letter(at: float, answers: str, message_id: str = "<1@sever.test>", words: str = "Спасибо") -> Letter:
    return Letter(at, "ivan@mail.test", message_id, (answers,), words)


WRITTEN = [
    Said(0, 1001, "7", "1", "нет интернета"),
    Said(2900, 1001, "7", "2", "есть новости?"),
    Said(5, 0, "ivan@mail.test", "<a@mail.test>", "нет интернета"),
]
GOOD = OutsideRecord(
    said=WRITTEN,
    agent=[AgentWords(2950, "VL-2026-000001-5", "проверим линию")],
    shown=[
        shown(3, "Здравствуйте"),
        shown(2903, "Приняли заявку VL-2026-000001-5"),
        shown(2904, "VL-2026-000001-5: есть новости?", GROUP),
        shown(2960, "проверим линию"),
    ],
    letters=[letter(9, "<a@mail.test>")],
    kills=[4.0, 2905.0],
    flags=[(1, "\\Seen")],
    unconfirmed=0,
    refused=0,
)


def with_shown(*more: Shown) -> OutsideRecord:
    return replace(GOOD, shown=sorted([*GOOD.shown, *more], key=lambda one: one.at))


def test_a_good_record_has_no_troubles_and_survives_being_kept(tmp_path: Path) -> None:
    GOOD.save(tmp_path)
    again = OutsideRecord.load(tmp_path)
    assert again == GOOD
    check = OutsideCheck(again)
    assert check.troubles == []
    assert check.recoveries() == pytest.approx([5, 55])
    assert sorted(check.delays) == [3, 3]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (replace(GOOD, unconfirmed=1), "never confirmed"),
        (replace(GOOD, flags=[(1, "")]), "never marked as read"),
        (replace(GOOD, flags=[]), "0 lie in the mailbox"),
        (replace(GOOD, letters=[]), "nothing came of the letter <a@mail.test>"),
        (replace(GOOD, shown=GOOD.shown[1:]), "nothing came of the message 1"),
        (replace(GOOD, shown=GOOD.shown[:1]), "nothing came of the message 2"),
        (replace(GOOD, shown=GOOD.shown[:3]), "was seen 0 times"),
        (with_shown(shown(2965, "проверим линию")), "was seen 2 times"),
        (with_shown(shown(3.5, "Здравствуйте")), "no kill explains it"),
        (with_shown(shown(2970, "card", GROUP), shown(2971, "card", GROUP)), "no kill explains it"),
        (with_shown(shown(2961, "и VL-2026-000002-8")), "7 was told of 2 cases"),
        (with_shown(shown(2961, "VL-2026-000001-5", "8")), "was told to 2 people"),
        (replace(GOOD, letters=[*GOOD.letters, letter(10, "<a@mail.test>")]), "came twice"),
        (replace(GOOD, letters=[*GOOD.letters, letter(10, "<a@mail.test>", "<2@sever.test>")]), "two Message-IDs"),
    ],
)
def test_each_kind_of_trouble_is_seen(record: OutsideRecord, words: str) -> None:
    troubles = OutsideCheck(record).troubles
    assert any(words in trouble for trouble in troubles), troubles


def test_what_a_kill_made_be_repeated_is_explained() -> None:
    check = OutsideCheck(with_shown(shown(6, "Здравствуйте"), shown(2906, "VL-2026-000001-5: есть новости?", GROUP)))
    assert (check.troubles, check.counts["seen twice, by a kill"]) == ([], 2)
    copies = replace(GOOD, letters=[letter(3.9, "<a@mail.test>"), letter(9, "<a@mail.test>")])
    check = OutsideCheck(copies)
    assert (check.troubles, check.counts["second copies of a letter, by a kill"]) == ([], 1)


def test_a_kill_long_after_explains_nothing() -> None:
    check = OutsideCheck(with_shown(shown(2906, "Здравствуйте")))
    assert check.troubles == []  # other words came in between: it answers the second message
    first = [shown(1, "одно"), shown(3, "другое"), shown(3.5, "другое")]
    check = OutsideCheck(replace(GOOD, shown=[*first, *GOOD.shown[1:]], kills=[100.0]))
    assert len(check.troubles) == 1
