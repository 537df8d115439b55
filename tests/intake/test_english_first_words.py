"""What people write in English, apostrophes or not, and around a quoted letter, is heard as what it is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from console.runtime.content_folders import DIALOGS
from desk.language.form_of_address import spoken_name
from desk.understanding.reading.observations import Act, Situation, TalkStage
from desk.understanding.substance import is_knock
from desk.understanding.understand import understand
from intake.engine.answer_parsing import ON_FILE, ParsedAnswer, parse_answer
from intake.engine.dialog_set import DialogSet
from intake.engine.letters.desk_text_in_answer import DeskSentences
from intake.engine.letters.person_words import person_words

PACKAGED = DialogSet.of([DIALOGS])
NO_INTERNET, BILLING = PACKAGED.in_use["no_internet"], PACKAGED.in_use["billing"]
NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("words", "dialog"),
    [
        ("my internet's down", "no_internet"),
        ("my internets down", "no_internet"),
        ("the internet isnt working", "no_internet"),
        ("teh intrenet isnt wroking sinse this morning", "no_internet"),
        ("my wifis dead", "no_internet"),
        ("broadband isn't working", "no_internet"),
        ("my mum hasn't got any internet", "no_internet"),
        ("I can't access the internet", "no_internet"),
        ("the internet keeps dropping every evening", "no_internet"),
        ("internet is slow since yesterday, contract 40-1187", "slow_internet"),
        ("my internet is super slow since yesterday", "slow_internet"),
        ("you charged me twice", "billing"),
        ("my payment hasn't gone through", "billing"),
        ("how much do i owe", "billing"),
        ("cant send emails from my iphone", "mail_setup"),
        ("I'm not receiving emails", "mail_setup"),
        ("my tv channels are gone", None),
        ("wifi doesnt reach the bedroom", None),
        ("i want to cancel my contract", None),
    ],
)
def test_the_usual_english_complaints_begin_their_dialog(words: str, dialog: str | None) -> None:
    found = PACKAGED.match(words)
    assert (found.id if found else None) == dialog


@pytest.mark.parametrize(
    ("words", "hour"), [("since about 6 last night", 18), ("at 11 last nite", 23), ("since 9 last night", 21)]
)
def test_an_hour_of_last_night_is_of_the_evening(words: str, hour: int) -> None:
    told = understand(words, Situation(TalkStage.QUESTION, "since", NOW, MOSCOW)).value("since")
    assert told is not None
    began = datetime.fromisoformat(told.parsed["from"]).astimezone(MOSCOW)
    assert (began.day, began.hour) == (1, hour)


@pytest.mark.parametrize(
    ("question", "words", "value"),
    [
        ("scope", "yep everything", "all"),
        ("scope", "everything. started on saturday", "all"),
        ("scope", "sorry for the typos im on my phone", None),
        ("rebooted", "y", True),
        ("rebooted", "n", False),
        ("rebooted", "no that's not it", None),
        ("changed", "you charged me twice", None),
    ],
)
def test_short_answers_say_what_they_say(question: str, words: str, value: object) -> None:
    told = understand(words, Situation(TalkStage.QUESTION, question, NOW, MOSCOW)).value(question)
    assert (told.value if told else None) == value


@pytest.mark.parametrize("words", ["same as on file", "the one on my account", "как в договоре"])
def test_the_address_on_file_may_be_named_by_words(words: str) -> None:
    place = NO_INTERNET.question("place")
    assert place is not None
    found = parse_answer(place, words, NOW)
    assert isinstance(found, ParsedAnswer)
    assert found.value == ON_FILE


@pytest.mark.parametrize("words", ["no", "ok", "нет", "nothing else, thanks"])
def test_nothing_to_add_adds_nothing(words: str) -> None:
    story = BILLING.question("story")
    assert story is not None
    found = parse_answer(story, words, NOW)
    assert isinstance(found, ParsedAnswer)
    assert found.value is None


@pytest.mark.parametrize("words", ["07700 900123", "call me on 07700900123"])
def test_a_british_mobile_is_a_phone(words: str) -> None:
    key = understand(words, Situation()).key("phone")
    assert key is not None
    assert key.value == "07700900123"


def test_a_knock_is_no_wish_for_a_person() -> None:
    assert is_knock("hello?? anyone there")
    assert is_knock("алло, есть кто?")
    assert not is_knock("is there anyone I can talk to")


def test_in_english_one_is_spoken_to_by_the_first_name() -> None:
    assert spoken_name("Emma Clarke", "en") == "Emma"
    assert spoken_name("Петров Иван", "ru") == "Петров Иван"
    assert spoken_name("ACME 24", "en") == "ACME 24"


def test_the_desks_own_questions_in_a_letter_are_nobodys_words() -> None:
    """ "When did it start?" of the old letter, unmarked between the answers, asks nothing of the desk."""
    letter = (
        "Answers inline\n\nSorry that didn't help. Let's keep going.\n\n1) What's affected?\n• Every device\n"
        "• Only one device\n• Only Wi-Fi (cable works)\n• Only one site or service\n\nAll of it\n\n"
        '2) When did it start?\nYour own words are fine too: "yesterday at 6 pm".\n\nThis morning'
    )
    own = DeskSentences(("Sorry that didn't help.", "Let's keep going."))
    words = person_words(letter, NO_INTERNET, own)
    assert words.split("\n") == ["Answers inline", "All of it", "This morning"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("neighbours", "dunno, none of my devices will connect"),
        ("neighbours", "i don't understand the question"),
        ("rebooted", "you charged me twice"),
        ("site", "whatever"),
    ],
)
def test_what_speaks_of_something_else_is_no_answer(question: str, words: str) -> None:
    assert understand(words, Situation(TalkStage.QUESTION, question, NOW, MOSCOW)).value(question) is None


@pytest.mark.parametrize(("words", "value"), [("nothing loads", None), ("nothing in the house loads", "all")])
def test_that_nothing_loads_may_be_one_computer(words: str, value: str | None) -> None:
    told = understand(words, Situation(now=NOW, zone=MOSCOW)).value("scope")
    assert (told.value if told else None) == value


def test_who_says_forget_it_since_it_works_calls_it_off() -> None:
    said = understand("forget it, it's working", Situation(TalkStage.WAITING))
    assert said.says(Act.CANCEL)
    assert not said.says(Act.CORRECTION, Act.OTHER_MATTER)
