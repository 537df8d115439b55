"""Walking a dialog: what is asked next, how it is shown, what it comes to."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.language.rich_text import TextSpan
from desk.model.messages import RenderedButton
from intake.engine.answer_parsing import ParsedAnswer, parse_answer
from intake.engine.builtin_labels import UNKNOWN
from intake.engine.engine import (
    dialog_outcome,
    known_answers,
    next_questions,
    questions_by_id,
    render_question,
)
from intake.engine.findings import case_findings
from intake.engine.letters.questions import render_letter
from intake.engine.model import Dialog, Question
from tests.intake.examples import MOSCOW, NO_INTERNET, PACKAGED, question, small_dialog

BILLING, MAIL = PACKAGED.in_use["billing"], PACKAGED.in_use["mail_setup"]
ADDRESS = {"service.address": "ул. Озёрная, д. 12"}


def given_answers(**values: Any) -> dict[str, dict[str, Any]]:
    return {name: {"value": value, "text": str(value)} for name, value in values.items()}


def ids(asks: tuple[Question, ...]) -> list[str]:
    return [one.id for one in asks]


ANSWERED = given_answers(
    scope="all", since="вчера", place="Озёрная", lights="los", reboot=False, neighbours="yes", changed="нет"
)


def test_the_first_letter_asks_what_depends_on_nothing() -> None:
    assert ids(next_questions(NO_INTERNET, {}, {}, 4)) == ["scope", "since", "place", "changed"]


def test_a_chat_asks_one_by_one_in_the_order_of_the_file() -> None:
    answers: dict[str, Any] = {}
    order = []
    reply = {"scope": "all", "lights": "nolink", "reboot": False, "neighbours": "unknown"}
    while asks := next_questions(NO_INTERNET, answers, {}, 1):
        order += ids(asks)
        answers |= given_answers(**{asks[0].id: reply.get(asks[0].id, "слова")})
    assert order == ["scope", "since", "place", "lights", "reboot", "neighbours", "changed", "photo_lights", "ping"]


@pytest.mark.parametrize(
    ("answers", "values", "asked"),
    [
        ({"scope": "one"}, {}, ["since", "place", "changed"]),
        ({"scope": "site"}, {}, ["since", "place", "which_site", "changed"]),
        ({"scope": "wifi"}, {}, ["since", "place", "lights", "changed"]),
        ({"scope": "all"}, {}, ["since", "place", "lights", "neighbours", "changed"]),  # reboot waits for lights
        ({"scope": "all", "lights": "off"}, {}, ["since", "place", "neighbours", "changed"]),
        ({"scope": None}, {}, ["since", "place", "changed"]),  # whoever does not know is not led on
        ({"scope": "all", "lights": "ok"}, {"upset": True}, ["since", "place", "reboot"]),  # and three at most
    ],
)
def test_a_question_is_asked_once_its_condition_is_decided_true(
    answers: dict[str, Any], values: dict[str, object], asked: list[str]
) -> None:
    assert ids(next_questions(NO_INTERNET, given_answers(**answers), values, 9)) == asked


def test_requests_come_after_the_questions_and_only_those_that_matter() -> None:
    assert ids(next_questions(NO_INTERNET, ANSWERED, {}, 9)) == ["photo_lights"]
    one = given_answers(scope="one", since="вчера", place="дома", changed="")
    assert ids(next_questions(NO_INTERNET, one, {}, 9)) == ["ping"]  # lights never mattered there
    assert next_questions(NO_INTERNET, {**one, "ping": {"value": None, "text": ""}}, {}, 9) == ()


def test_whoever_is_upset_is_asked_for_nothing_optional() -> None:
    assert next_questions(NO_INTERNET, ANSWERED, {"upset": True}, 9) == ()


def test_a_photo_that_came_already_is_not_asked_for() -> None:
    sent = {
        **ANSWERED,
        "lights": {"value": "unknown", "text": "", "files": [{"kind": "photo", "media_type": "image/jpeg"}]},
    }
    assert "photo_lights" not in ids(next_questions(NO_INTERNET, sent, {}, 9))


def test_no_more_questions_are_asked_than_the_dialog_allows() -> None:
    short = small_dialog(("match", "max_questions = 1\nmatch"))
    assert ids(next_questions(short, {}, {}, 4)) == ["scope"]
    assert next_questions(short, given_answers(scope="here"), {}, 4) == ()


def test_an_answer_changed_later_makes_its_followers_irrelevant() -> None:
    changed = {**ANSWERED, **given_answers(scope="one")}
    assert known_answers(NO_INTERNET, changed, {})["lights"] == ""
    found = case_findings(NO_INTERNET, changed, {}, "ru")
    assert "горит LOS (нет оптики)" not in found.present
    assert dialog_outcome(NO_INTERNET, changed, {}).zone == "subscriber_device"


def test_a_choice_is_shown_with_its_options() -> None:
    prompt = render_question(question("scope"), "en", {})
    assert prompt.text.plain == "What's affected?"
    assert prompt.options[0] == RenderedButton("all", "Every device")
    assert not prompt.can_skip


def test_the_address_is_shown_only_to_whoever_may_see_it() -> None:
    proved = render_question(question("place"), "ru", ADDRESS)
    assert "Озёрная" in proved.text.plain
    assert proved.options == (RenderedButton("on_file", "Да, верно"),)
    unproved = render_question(question("place"), "ru", {})
    assert unproved.text.plain == "По какому адресу подключение? Улица, дом, квартира."
    assert unproved.options == ()


def test_what_a_name_holds_never_becomes_a_mark() -> None:
    text = render_question(question("place"), "en", {"service.address": "**x** [y](http://z) `q`"}).text
    assert "**x** [y](http://z) `q`" in text.plain
    assert text.marks == ()


def test_yes_no_and_moments_have_buttons_of_their_own() -> None:
    assert [one.id for one in render_question(question("reboot"), "ru", {}).options] == ["yes", "no", "unknown"]
    assert render_question(question("since"), "en", {}).options[0] == RenderedButton("now", "Just now")
    assert render_question(question("changed"), "ru", {}).can_skip


def test_a_letter_numbers_its_questions_and_names_their_options_in_words() -> None:
    asked = question("reboot"), question("neighbours"), question("scope")
    reboot, neighbours, scope = (one.text["en"] for one in asked)
    few, many = ([option.label["en"] for option in one.options] for one in asked[1:])
    letter = render_letter(asked, "en", {})
    text = letter.plain
    bold = [text[one.start : one.end] for one in letter.marks if one.kind == "bold"]
    assert bold == [
        f"{number}) {one[: one.rfind('?') + 1]}" for number, one in enumerate((reboot, neighbours, scope), 1)
    ]
    listed = "\n".join(f"• {label}" for label in many)
    assert text == f"1) {reboot}\n\n2) {neighbours}\nOptions: {' / '.join(few)}\n\n3) {scope}\n{listed}"


def test_a_command_is_shown_ready_to_be_copied() -> None:
    request = questions_by_id(NO_INTERNET, ["ping"], {})[0]
    text = render_question(request, "ru", {}).text
    assert "Windows: ping -n 20 192.168.1.1" in text.plain
    assert sum(mark.kind == "code" for mark in text.marks) == 3


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("example.org", "example.org"),
        ("https://example.org/page?x=1", "example.org"),
        ("ютуб", "example.com"),
        ("example.org; rm -rf /", "example.com"),
        ("$(reboot).org", "example.com"),
        ("`x`.org", "example.com"),
        ("", "example.com"),
    ],
)
def test_only_a_host_name_gets_into_a_command(said: str, target: str) -> None:
    answers = {"scope": {"value": "site", "text": "4"}, "which_site": {"value": said, "text": said}}
    request = questions_by_id(NO_INTERNET, ["traceroute"], answers)[0]
    assert dict(request.commands)["windows"] == f"tracert -d {target}"


def test_a_zone_that_is_enough_leaves_only_its_own_questions() -> None:
    """A red LOS is for the field team: nothing is to be tried at home, and the neighbours matter no more."""
    assert ids(next_questions(NO_INTERNET, given_answers(lights="los"), {}, 9)) == ["since", "place"]
    told = given_answers(lights="los", since="вчера", place="Озёрная")
    assert ids(next_questions(NO_INTERNET, told, {}, 9)) == ["photo_lights"]


@pytest.mark.parametrize(
    ("dialog", "answers", "values", "found"),
    [
        (NO_INTERNET, {"scope": "all"}, {"outage_active": True}, ("isp_core", 0.95, "critical", "noc")),
        (NO_INTERNET, {"scope": "all"}, {"account_blocked": True}, ("isp_service", 0.95, "major", "billing")),
        (NO_INTERNET, {"scope": "all", "lights": "off"}, {}, ("home_network", 0.8, "major", "l1")),
        (NO_INTERNET, {"scope": "all", "lights": "los"}, {}, ("access_line", 0.8, "major", "field")),
        (NO_INTERNET, {"scope": "all", "lights": "pon"}, {}, ("access_line", 0.8, "major", "field")),
        (NO_INTERNET, {"scope": "all", "lights": "orange"}, {}, ("isp_service", 0.6, "major", "l1")),
        (NO_INTERNET, {"scope": "all", "lights": "orange", "neighbours": "no"}, {}, ("isp_core", 0.7, "major", "noc")),
        (NO_INTERNET, {"scope": "all", "lights": "ok", "neighbours": "no"}, {}, ("isp_core", 0.7, "major", "noc")),
        (NO_INTERNET, {"scope": "one"}, {"outage_active": False}, ("subscriber_device", 0.8, "minor", "l1")),
        (NO_INTERNET, {"scope": "wifi"}, {}, ("home_network", 0.8, "minor", "l1")),
        (NO_INTERNET, {"scope": "site"}, {}, ("remote_site", 0.6, "minor", "l1")),
        (NO_INTERNET, {"scope": None}, {}, ("unknown", 0.0, "minor", "l1")),
        (NO_INTERNET, {}, {}, ("unknown", 0.0, "minor", "l1")),
        (BILLING, {"kind": "payment"}, {"account_blocked": True}, ("isp_service", 0.8, "major", "billing")),
        (BILLING, {"kind": "payment"}, {"account_blocked": False}, ("payment_path", 0.6, "minor", "billing")),
        (BILLING, {}, {}, ("billing", 0.5, "minor", "billing")),
        (MAIL, {"fails": "password"}, {}, ("mail_account", 0.8, "minor", "l1_remote")),
        (MAIL, {"fails": "send"}, {}, ("subscriber_device", 0.6, "minor", "l1")),
    ],
)
def test_the_answers_come_to_a_zone_a_severity_and_a_queue(
    dialog: Dialog, answers: dict[str, Any], values: dict[str, object], found: tuple[str, float, str, str]
) -> None:
    came = dialog_outcome(dialog, given_answers(**answers), values)
    assert (came.zone, came.confidence, came.severity, came.queue) == found


def test_a_measured_loss_decides_a_zone() -> None:
    answers = given_answers(scope="all", lights="ok", neighbours="yes")
    assert dialog_outcome(NO_INTERNET, answers, {}).zone == "unknown"
    answers["ping"] = {"value": True, "text": "25% loss", "parsed": {"loss_pct": 25.0}}
    assert dialog_outcome(NO_INTERNET, answers, {}).zone == "home_network"


def test_an_option_may_name_its_zone_at_once() -> None:
    dialog = small_dialog(('en = "There"', 'en = "There", goto_zone = "unknown"'), ("sure = 0.0", "sure = 0.4"))
    came = dialog_outcome(dialog, given_answers(scope="there"), {})
    assert (came.zone, came.confidence) == ("unknown", 0.4)


def test_articles_are_suggested_by_zone() -> None:
    assert dialog_outcome(NO_INTERNET, given_answers(scope="all", lights="los"), {}).articles == ("los-red",)


def test_the_findings_say_what_is_and_what_is_not() -> None:
    answers = {
        **given_answers(scope="wifi", lights="ok", changed="гроза"),
        "since": {
            "value": "вчера в 18",
            "text": "вчера в 18",
            "parsed": {"from": "2026-11-20T15:00+00:00", "to": "2026-11-20T15:00+00:00"},
        },
        "place": {"value": "on_file", "text": "да"},
    }
    evening = datetime(2026, 11, 21, 19, tzinfo=UTC)
    found = case_findings(NO_INTERNET, answers, {}, "ru", ADDRESS, MOSCOW, now=evening)
    assert found.present == ("не работает по Wi-Fi",)
    assert found.absent == ("по кабелю работает", "лампочки в норме")
    assert found.occurred == "вчера в 18:00 (20.11)"
    assert found.place == "ул. Озёрная, д. 12"
    assert found.circumstances == "гроза"
    assert found.lines[0] == ("Не работает:", "только по Wi-Fi, по кабелю работает")


def test_an_option_that_says_more_than_the_person_did_is_told_in_their_words() -> None:
    for dialog, scope in ((NO_INTERNET, "Не работает:"), (PACKAGED.in_use["slow_internet"], "Медленно:")):
        wifi = parse_answer(dialog.questions[0], "по вайфаю", datetime(2026, 11, 21, tzinfo=UTC))
        assert isinstance(wifi, ParsedAnswer)
        found = case_findings(dialog, {"scope": wifi.stored()}, {}, "ru")
        assert (found.present, found.absent) == ((f"{scope} по вайфаю",), ())
        assert found.lines == ((scope, "по вайфаю"),)
    lights = NO_INTERNET.question("lights")
    assert lights
    red = parse_answer(lights, "одна красная", datetime(2026, 11, 21, tzinfo=UTC))
    los = parse_answer(lights, "лос красный", datetime(2026, 11, 21, tzinfo=UTC))
    assert isinstance(red, ParsedAnswer)
    assert isinstance(los, ParsedAnswer)
    assert red.value == los.value == "los"
    for answer, told in ((red, "Лампочки: красная"), (los, "горит LOS (нет оптики)")):
        answers = {**given_answers(scope="all"), "lights": answer.stored()}
        assert told in case_findings(NO_INTERNET, answers, {}, "ru").present


def test_the_same_findings_are_told_in_the_agents_language() -> None:
    found = case_findings(NO_INTERNET, {**ANSWERED, "place": {"value": "on_file", "text": "да"}}, {}, "en")
    assert found.present == ("nothing works on any device", "LOS is red (no light)", "Restart: no")
    assert found.place == "as on file"
    assert ("Restart:", "no") in found.lines


def test_an_answer_that_has_no_field_of_its_own_still_reaches_the_agent() -> None:
    given: dict[str, dict[str, Any]] = {
        "fails": {"value": None, "text": "буквы странные"},
        "program": {"value": "outlook", "text": ""},
        "device": {"value": None, "text": "не знаю"},
    }
    found = case_findings(MAIL, given, {}, "ru")
    assert found.present == (
        "Почта: буквы странные",
        "Программа: Outlook",
    )


def test_a_request_is_told_by_what_it_asked_for() -> None:
    sent = {**ANSWERED, "photo_lights": {"value": "sent", "text": "", "files": [{"name": "los.png"}]}}
    assert case_findings(NO_INTERNET, sent, {}, "ru").lines[-1] == ("Фото лампочек:", "[los.png]")


def test_what_nobody_told_is_marked_unknown() -> None:
    for answers in ({}, {"since": {"value": None, "text": "не помню"}, "place": {"value": None, "text": ""}}):
        found = case_findings(NO_INTERNET, answers, {}, "ru")
        assert (found.occurred, found.place, found.circumstances) == (UNKNOWN, UNKNOWN, UNKNOWN)


VALUES = st.one_of(
    st.none(), st.booleans(), st.sampled_from(["all", "one", "los", "ok", "payment", "send", "x", ""]), st.integers()
)


@settings(max_examples=60)
@given(st.sampled_from([*PACKAGED.in_use.values()]), st.data(), st.integers(1, 5), st.booleans())
def test_every_walk_ends_and_asks_nothing_twice(dialog: Dialog, data: st.DataObject, batch: int, upset: bool) -> None:
    answers: dict[str, Any] = {}
    facts: dict[str, object] = {"upset": upset, "outage_active": data.draw(st.booleans())}
    seen: list[str] = []
    for _ in range(len(dialog.questions) + len(dialog.requests) + 1):
        asks = next_questions(dialog, answers, facts, batch)
        if not asks:
            break
        seen += ids(asks)
        answers |= {one.id: {"value": data.draw(VALUES), "text": "слова"} for one in asks}
    else:
        pytest.fail("the walk did not end")
    assert len(seen) == len(set(seen))
    assert sum(name in {one.id for one in dialog.questions} for name in seen) <= dialog.max_questions
    came = dialog_outcome(dialog, answers, facts)
    assert came.zone
    assert came.severity
    assert came.queue
    for language in ("ru", "en"):
        found = case_findings(dialog, answers, facts, language)
        assert found.occurred
        assert found.place
        assert found.circumstances


@pytest.mark.parametrize("dialog", PACKAGED.in_use.values(), ids=lambda dialog: dialog.id)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_question_fits_a_phone(dialog: Dialog, language: str) -> None:
    for one in (*dialog.questions, *dialog.requests):
        prompt = render_question(one, language, {})
        assert 0 < len(prompt.text.plain) <= 600
        assert "{" not in prompt.text.plain or one.commands
        assert all(len(option.id) <= 20 and len(option.label) <= 45 for option in prompt.options)
        assert all(isinstance(mark, TextSpan) for mark in prompt.text.marks)


@pytest.mark.parametrize(
    ("text", "on_the_card"),
    [
        ("вчера вечером", "вчера вечером (20.11 18–24)"),
        ("со вчерашнего вечера", "вчера вечером (20.11 18–24)"),
        ("вечером вчера, сразу после грозы", "вчера вечером (20.11 18–24): «вечером вчера, сразу после грозы»"),
    ],
)
def test_a_moment_is_told_as_people_say_it_and_to_agents_with_its_date(text: str, on_the_card: str) -> None:
    evening = {"from": "2026-11-20T15:00+00:00", "to": "2026-11-20T21:00+00:00"}
    answers = {"since": {"value": text, "text": text, "parsed": evening}}
    now = datetime(2026, 11, 21, 19, tzinfo=UTC)
    assert case_findings(NO_INTERNET, answers, {}, "ru", {}, MOSCOW, now=now).occurred == on_the_card
    plain = case_findings(NO_INTERNET, answers, {}, "ru", {}, MOSCOW, now=now, plain=True)
    assert plain.lines == (("Началось:", "вчера вечером"),)
