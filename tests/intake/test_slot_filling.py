"""What a message holds for the questions of a dialog, asked or not."""

from desk.understanding.reading.observations import ObservedValue, Understanding
from intake.engine.slot_filling import answers_from
from tests.intake.examples import MOSCOW, NO_INTERNET, PACKAGED

TEXT = "везде с утра не работает, лос красный, роутер перезагружал"
MOMENT = {"from": "2026-11-21T03:00+00:00", "to": "2026-11-21T09:00+00:00"}


def observed(slot: str, value: object, words: str, **parsed: object) -> ObservedValue:
    start = TEXT.index(words)
    return ObservedValue(slot, value, start, start + len(words), parsed)


def test_every_question_of_a_meaning_gets_its_value_with_its_words() -> None:
    found = Understanding(
        TEXT,
        values=(
            observed("scope", "all", "везде"),
            observed("since", "с утра", "с утра", **MOMENT),
            observed("lamps", "los", "лос красный"),
            observed("rebooted", True, "роутер перезагружал"),
        ),
    )
    given = answers_from(NO_INTERNET, found, zone=MOSCOW)
    assert {name: (answer.value, answer.text) for name, answer in given.items()} == {
        "scope": ("all", "везде"),
        "since": ("с утра", "с утра"),
        "lights": ("los", "лос красный"),
        "reboot": (True, "роутер перезагружал"),
    }
    assert given["since"].parsed == {**MOMENT, "span": [6, 12]}


def test_a_value_that_a_question_has_no_answer_for_is_none() -> None:
    found = Understanding(TEXT, values=(observed("scope", "wired", "везде"), observed("amount", 10**9, "лос")))
    assert not answers_from(NO_INTERNET, found, zone=MOSCOW)
    assert not answers_from(PACKAGED.in_use["billing"], found, zone=MOSCOW)
