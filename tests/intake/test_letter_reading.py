"""Answers to a letter of numbered questions, as people's mail programs and habits shape them."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.model.messages import File
from intake.engine.answer_parsing import ON_FILE
from intake.engine.letters.questions import render_letter
from intake.engine.letters.reading import LetterReading, read_letter
from intake.engine.model import Question
from tests.intake.examples import LOG, MOSCOW, NO_INTERNET, NOW, PHOTO, question

FIRST = tuple(question(name) for name in ("scope", "since", "place", "changed"))
SECOND = tuple(question(name) for name in ("lights", "reboot", "neighbours"))


def read(text: str, asks: Sequence[Question] = FIRST, **more: object) -> LetterReading:
    return read_letter(NO_INTERNET, asks, text, NOW, zone=MOSCOW, **more)  # type: ignore[arg-type]


def values(text: str, asks: Sequence[Question] = FIRST) -> dict[str, object]:
    return {name: one.value for name, one in read(text, asks).answers.items()}


ALL = {"scope": "all", "since": "вчера в 18", "place": ON_FILE, "changed": "гроза"}


@pytest.mark.parametrize(
    "text",
    [
        "1) на всех\n2) вчера в 18\n3) да\n4) гроза",
        "1. на всех\n2. вчера в 18\n3. да, верно\n4. гроза",
        "1: на всех\n2: вчера в 18\n3: да\n4: гроза",
        "1 - на всех\n2 - вчера в 18\n3 - да\n4 - гроза",
        "1 – На всех устройствах\n2 – вчера в 18\n3 – да\n4 – гроза",
        "1)11\n2)вчера в 18\n3)да\n4)гроза",
        "1) 1\n2) вчера в 18\n3) да\n4) гроза",
        "1) 11 – На всех устройствах\n2) вчера в 18\n3) да\n4) гроза",
        "1) на всех 2) вчера в 18 3) да 4) гроза",
        "1) на всех, 2) вчера в 18, 3) да, 4) гроза",
        "4) гроза\n3) да\n2) вчера в 18\n1) на всех",
        "Здравствуйте!\n\n1) на всех\n2) вчера в 18\n3) да\n4) гроза\n\nС уважением,\nАнна Смирнова\n+7 000 555-00-01",
        "1)\nна всех\n2)\nвчера в 18\n3)\nда\n4)\nгроза",
        "на всех\nвчера в 18\nда\nгроза",
        "1) a\n2) вчера в 18\n3) да\n4) гроза\n-- \nАнна",
        "\u200b1) на всех\n\u00a02) вчера в 18\n3) да\n4) гроза",
        "1) На чём не работает интернет? на всех\n2) вчера в 18\n3) да\n4) гроза",
        "> 1) На чём не работает интернет?\n> 11 – На всех устройствах\n> 12 – Только на одном\nна всех\n\n"
        "> 2) Когда это началось?\nвчера в 18\n> 3) Адрес верный?\nда\n> 4) Что менялось?\nгроза",
        ">> 1) На чём?\nна всех\n>> 2) Когда это началось?\nвчера в 18\n>> 3) Адрес?\nда\n>> 4) Что?\nгроза",
        "> Здравствуйте!\n> 1) На чём не работает интернет?\n\n11\n\n> 2) Когда это началось?\n\nвчера в 18\n\n"
        "> 3) Адрес?\n\nда\n\n> 4) Что?\n\nгроза\n\n> С уважением, поддержка",
    ],
)
def test_one_set_of_answers_in_many_hands(text: str) -> None:
    found = read(text)
    assert {name: one.value for name, one in found.answers.items()} == ALL
    assert found.leftover == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12\n21\n33", {"lights": "los", "reboot": True, "neighbours": "unknown"}),
        ("12, 21, 33", {"lights": "los", "reboot": True, "neighbours": "unknown"}),
        ("1) 2\n2) 1\n3) 3", {"lights": "los", "reboot": True, "neighbours": "unknown"}),
        ("1) 2)\n2) да\n3) нет, тоже", {"lights": "los", "reboot": True, "neighbours": "no"}),
        ("1) красный LOS\n2) ещё нет\n3) да", {"lights": "los", "reboot": False, "neighbours": "yes"}),
        ("1) в\n2) да", {"reboot": True}),
        ("1) 31\n3) 31", {"neighbours": "yes"}),
        ("1) as usual\n2) yes\n3) no idea", {"lights": "ok", "reboot": True, "neighbours": "unknown"}),
    ],
)
def test_options_are_named_by_digits_or_words(text: str, found: dict[str, object]) -> None:
    assert values(text, SECOND) == found


def test_what_nobody_asked_is_kept() -> None:
    found = read("1) на всех\n2) вчера\n\nКстати, ваш мастер обещал приехать ещё во вторник.")
    assert set(found.answers) == {"scope", "since"}
    assert found.leftover == "Кстати, ваш мастер обещал приехать ещё во вторник."


def test_an_answer_not_understood_is_kept_with_its_number() -> None:
    found = read("1) как-то так\n2) вчера")
    assert set(found.answers) == {"since"}
    assert found.leftover == "1) как-то так"


def test_more_words_behind_a_choice_are_kept() -> None:
    found = read("1) на всех\nи телевизор тоже не показывает\n2) вчера")
    assert found.answers["scope"].value == "all"
    assert found.leftover == "и телевизор тоже не показывает"


def test_a_story_without_numbers_answers_nothing_and_is_kept_whole() -> None:
    story = "Добрый день, у нас опять ничего не работает, приезжайте скорее, сил нет."
    found = read(story)
    assert found.answers == {}
    assert found.leftover == story


def test_the_words_around_a_single_answer_are_kept() -> None:
    found = read("Здравствуйте!\nНачалось вчера в 18,\nкогда была гроза.\n\nС уважением,\nАнна", (question("since"),))
    assert found.answers["since"].value == "вчера в 18"
    assert "когда была гроза" in found.leftover


def test_a_single_choice_finds_its_line_and_keeps_the_others() -> None:
    found = read("Мастер был утром, всё проверил.\nкрасный LOS", (question("lights"),))
    assert found.answers["lights"].value == "los"
    assert "Мастер" in found.leftover


@pytest.mark.parametrize("text", ["2 часа назад", "1:30 ночи", "1.11.2026", "2-3 дня", "2 дня"])
def test_a_time_is_not_taken_for_the_number_of_a_question(text: str) -> None:
    assert values(text, (question("since"), question("changed"))) == {"since": text}
    assert read(text, (question("since"),)).answers["since"].value == text


def test_files_fill_the_open_requests_in_order() -> None:
    asks = (question("photo_lights"), question("ping"))
    found = read("", asks, files=[LOG, PHOTO])
    assert [file["name"] for file in found.answers["photo_lights"].files] == ["router.jpg"]
    assert [file["name"] for file in found.answers["ping"].files] == ["trace.txt"]


def test_a_receipt_in_pdf_is_the_photo_that_was_asked_for() -> None:
    receipt = File("cheque.pdf", "file", "application/octet-stream", 9, "")
    found = read("чек приложила", (question("photo_lights"),), files=[receipt])
    assert [file["name"] for file in found.answers["photo_lights"].files] == ["cheque.pdf"]


def test_a_letter_numbers_its_questions_and_a_single_one_has_no_number() -> None:
    assert render_letter(SECOND, "ru", {}).plain.startswith("1) ")
    single = render_letter((question("place"),), "ru", {}).plain
    assert single == question("place").text_unproved["ru"]
    assert values(f"{single}\nЛесная 5", (question("place"),)) == {"place": "Лесная 5"}


def test_a_time_is_no_site() -> None:
    """A number may mean a question of the old letters, which asked for everything at once."""
    asked = tuple(map(question, ("scope", "since", "place", "changed")))
    assert "which_site" not in read("1) на всех\n4) с прошлой недели", asked).answers


def test_a_file_and_the_words_for_one_request_come_together() -> None:
    found = read("1) вот\n2) 15% packet loss", (question("photo_lights"), question("ping")), files=[PHOTO])
    assert found.answers["photo_lights"].files
    assert found.answers["ping"].parsed == {"loss_pct": 15.0}


def test_the_desks_own_letter_answered_below_each_question_is_understood() -> None:
    sent = render_letter(SECOND, "ru", {}).plain
    answered = {"1)": "красный LOS", "2)": "да", "3)": "не знаю"}
    lines = []
    for line in sent.splitlines():
        lines.append(f"> {line}")
        if line[:2] in answered:
            lines.append(answered[line[:2]])
    assert values("\n".join(lines), SECOND) == {"lights": "los", "reboot": True, "neighbours": "unknown"}


def test_a_letter_of_questions_alone_answers_nothing() -> None:
    sent = "\n".join(f"> {line}" for line in render_letter(FIRST, "ru", {}).plain.splitlines())
    assert read(sent).answers == {}
    assert read(sent).leftover == ""


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["1)", "2.", "> 3)", "11", "на всех", "вчера", " ", "\n", "да", "-- ", "9)", ">"]), max_size=30
    )
)
def test_no_letter_breaks_the_reader_and_only_asked_questions_are_answered(pieces: list[str]) -> None:
    found = read(" ".join(pieces))
    assert set(found.answers) <= {one.id for one in FIRST}


@settings(deadline=None)
@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    known = {one.id for one in (*NO_INTERNET.questions, *NO_INTERNET.requests)}
    assert set(read(text, files=[PHOTO]).answers) <= known


@pytest.mark.parametrize("asks", [("changed",), ("changed", "lights"), ("place", "lights")])
def test_not_known_by_number_is_said_of_this_letters_question_alone(asks: tuple[str, ...]) -> None:
    """The first question of the dialog, asked in an earlier letter, keeps what was answered."""
    assert values("1) не знаю", [question(name) for name in asks]) == {asks[0]: None}


def test_a_skipped_question_has_no_words_for_an_answer() -> None:
    assert values("1) пропустить\n2) красный LOS", [question("changed"), question("lights")])["changed"] is None
