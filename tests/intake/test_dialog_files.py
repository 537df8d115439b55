"""Dialog files: what is read from them, and what is wrong with them."""

import hashlib
import shutil
from pathlib import Path

import pytest

from intake.engine.dialog_file import InvalidDialog, parse_dialog
from intake.engine.dialog_set import DialogSet
from tests.intake.examples import DIALOG_FOLDER, NO_INTERNET, PACKAGED, SMALL_DIALOG, small_dialog, small_dialog_text


def test_the_four_packaged_dialogs_are_sound() -> None:
    assert set(PACKAGED.in_use) == {"no_internet", "slow_internet", "billing", "mail_setup"}


def test_every_article_a_packaged_dialog_names_is_packaged_too() -> None:
    named = {article for dialog in PACKAGED.in_use.values() for article in dialog.articles}
    assert named
    articles = {path.name for path in (DIALOG_FOLDER.parent.parent / "kb" / "articles").iterdir()}
    assert named <= articles


def test_a_form_knows_its_source_and_its_hash() -> None:
    dialog = small_dialog()
    assert dialog.source == SMALL_DIALOG
    assert dialog.hash == hashlib.sha256(SMALL_DIALOG.encode()).hexdigest()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("schema = 1", "schema = 2"), "small.toml: schema: must be 1"),
        (('id = "small"', 'id = "Small form"'), "[form] id: is a short name"),
        (('"technical"', '"Plumbing work"'), "[form] category: is one of billing"),
        (('"incident"', '"row"'), "[form] ticket_type: is one of"),
        (("version = 1", 'version = "1"'), "[form] version: is a number"),
        (('title = { ru = "Проба", en = "A trial" }', 'title = { ru = "Проба" }'), "[form] title en: is missing"),
        (('match = ["проба"]', "match = []"), "[form] match: is a list of texts"),
        (('match = ["проба"]', 'match = ["x"]\nmax_questions = 0'), "[form] max_questions: is a number from 1"),
        (('match = ["проба"]', 'match = ["x"]\nneeds = ["magic"]'), "[form] needs: 'magic' is unknown"),
        (('match = ["проба"]', 'match = ["x"]\nlanguage = ["ru"]'), "[form] language: must name all languages"),
        (('match = ["проба"]', 'match = ["x"]\ncolour = "red"'), "[form]: the key 'colour' is unknown"),
        (('type = "text"', 'type = "poem"'), "[[ask]] 'note' type: is one of choice"),
        (('type = "text"', 'type = "text"\nrequierd = false'), "[[ask]] 'note': the key 'requierd' is unknown"),
        (('type = "text"', 'type = "text"\nrequired = "no"'), "[[ask]] 'note' required: is true or false"),
        (('type = "text"', 'type = "text"\nprefill = "x.y"'), "[[ask]] 'note' prefill: is one of"),
        (('type = "text"', 'type = "text"\ncase_field = "mood"'), "[[ask]] 'note' case_field: is one of"),
        (('type = "text"', 'type = "text"\nimage = "../x.png"'), "[[ask]] 'note' image: is the name of a picture"),
        (
            ('type = "text"', 'type = "yesno"\nselfhelp = "reboot"'),
            "'note' selfhelp: 'reboot' names no article",
        ),
        (
            ('type = "text"', 'type = "text"\nselfhelp = "kb:x"'),
            "'note' selfhelp: belongs to questions",
        ),
        (('type = "text"', 'type = "phone"\nprefill = "service.address"'), "[[ask]] 'note' prefill: belongs to"),
        (('type = "text"', 'type = "text"\nimage = "x.svg"'), "[[ask]] 'note' image: is a picture that ends with"),
        (('type = "text"', 'type = "text"\nbuttons = ["now"]'), "[[ask]] 'note' buttons: belong to questions of type"),
        (('type = "text"', 'type = "text"\nconstraint = { min = 1 }'), "[[ask]] 'note' constraint: belongs to"),
        (('type = "text"', 'type = "number"\nconstraint = { min = 2, max = 1 }'), "constraint: min is above max"),
        (('type = "text"', 'type = "choice"'), "[[ask]] 'note' options: there are 2 to 9 of them, not 0"),
        (('type = "choice"', 'type = "yesno"'), "[[ask]] 'scope' options: belong to questions of type choice"),
        (("scope == 'here'", "scope = 'here'"), "[[ask]] 'note' when: the condition"),
        (("scope == 'here'", "note == 'x'"), "[[ask]] 'note' when: 'note' is no earlier question"),
        (("scope == 'here'", "weather == 'x'"), "[[ask]] 'note' when: 'weather' is no earlier question"),
        (('id = "note"', 'id = "scope"'), "[[ask]] 'scope': this id is taken already"),
        (('id = "note"', 'id = "skip"'), "[[ask]] 'skip': this id is reserved"),
        (('id = "note"', 'id = "a_name_of_twenty_one_"'), "id is 1 to 20 characters"),
        (('id = "there"', 'id = "Там"'), "[[ask]] 'scope' option 'Там' id: is 1 to 20 characters"),
        (('id = "there"', 'id = "here"'), "[[ask]] 'scope' options: two of them have the same id"),
        (('ru = "Там"', 'ru = "здесь"'), "[[ask]] 'scope' options: two of them have the same ru"),
        ((', en = "There"', ""), "[[ask]] 'scope' option 'there' en: is missing"),
        (('en = "There"', 'en = "There", goto_zone = "moon"'), "goto_zone: there is no [[zone]] 'moon'"),
        (('en = "There"', 'en = "There", present = "x"'), "option 'there' present: is missing"),
        (('en = "What?"', 'en = "{secret.word}?"'), "text en: {secret.word} is nothing the desk may show"),
        (('en = "What?"', 'en = "Is it {service.address}?"'), "text: shows {service.address}: add text_unproved"),
        (('[[zone]]\nid = "unknown"\nwhen = "True"', '[[zone]]\nid = "x"\nwhen = "proved"'), "zone: the last one must"),
        (("sure = 0.0", "sure = 7"), "[[zone]] 'unknown' sure: is a number from 0 to 1"),
        (('set = "minor"', 'set = "mild"'), "[outcome] severity set: is one of critical"),
        (('route = [{ when = "True"', "route = [{ when = \"zone == 'x'\""), "the zone 'unknown' may find no queue"),
        (('queue = "l1"', 'queue = ""'), "[outcome] route queue: is missing"),
        (("[outcome]", '[outcome]\nsuggest = { moon = ["kb:x"] }'), "[outcome] suggest: there is no [[zone]] 'moon'"),
        (("[outcome]", '[outcome]\nsuggest = { unknown = ["x"] }'), "'x' names no article"),
        (
            ("[[zone]]", '[[request]]\nid = "r"\nkind = "magic"\ntext = { ru = "а", en = "a" }\n[[zone]]'),
            "kind: is one of",
        ),
        (
            ("[[zone]]", '[[request]]\nid = "r"\nkind = "command_output"\ntext = { ru = "а", en = "a" }\n[[zone]]'),
            "[[request]] 'r' command: is missing",
        ),
    ],
)
def test_each_fault_is_told_in_one_sentence_with_its_place(change: tuple[str, str], sentence: str) -> None:
    with pytest.raises(InvalidDialog) as caught:
        small_dialog(change)
    assert any(sentence in fault for fault in caught.value.problems), caught.value.problems


PING = """
[[request]]
id = "ping"
kind = "command_output"
command = { windows = "ping -n 20 {target}" }
params = { target = "10.0.0.1" }
extract = { loss = { before = ["% loss"] } }
text = { ru = "Выполните", en = "Run" }
[[zone]]"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{ before = ['% loss'] }".replace("'", '"'), "'(\\d+)+% loss'", "extract loss: is no pattern"),
        ("{ before = ['% loss'] }".replace("'", '"'), "{}", "extract loss: needs before"),
        ("loss = {", "scope = {", "extract scope: needs a short name of its own"),
        ('"10.0.0.1"', '"answer:weather"', "params target: there is no earlier question 'weather'"),
        ("{target}", "{host}", "command windows: names {host}, which params does not give"),
        ("windows =", "amiga =", "command: the key 'amiga' is unknown"),
    ],
)
def test_a_request_for_a_command_is_checked(old: str, new: str, sentence: str) -> None:
    assert old in PING
    with pytest.raises(InvalidDialog) as caught:
        small_dialog(("[[zone]]", PING.replace(old, new)))
    assert any(sentence in fault for fault in caught.value.problems), caught.value.problems


def test_all_faults_of_a_file_are_told_at_once() -> None:
    with pytest.raises(InvalidDialog) as caught:
        small_dialog(("schema = 1", "schema = 3"), ('type = "text"', 'type = "poem"'), ("sure = 0.0", "sure = 9"))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    "source", [b"", b"= 1", b"\xff\xfe", b"schema = 1", b"ask = 3\nform = 4\nschema = 1", b"a." * 4000 + b"b = 1"]
)
def test_no_file_breaks_the_reader(source: bytes) -> None:
    with pytest.raises(InvalidDialog):
        parse_dialog(source, "x.toml")


def test_a_picture_must_lie_beside_its_dialog(tmp_path: Path) -> None:
    text = small_dialog_text(('type = "text"', 'type = "text"\nimage = "lights.png"'))
    with pytest.raises(InvalidDialog, match=r"image: there is no lights\.png"):
        parse_dialog(text.encode(), "small.toml", tmp_path)
    (tmp_path / "lights.png").write_bytes(b"png")
    dialog = parse_dialog(text.encode(), "small.toml", tmp_path)
    assert dialog.picture_of(dialog.questions[1]) == tmp_path / "lights.png"


def test_the_providers_own_dialog_stands_before_the_packaged_one(tmp_path: Path) -> None:
    own = NO_INTERNET.source.replace("version       = 3", "version       = 7")
    (tmp_path / "no_internet.toml").write_text(own, "utf-8")
    shutil.copy(DIALOG_FOLDER / "router_lights.png", tmp_path)
    dialogs = DialogSet.of([tmp_path, tmp_path / "nowhere", DIALOG_FOLDER])
    found = dialogs.get("no_internet")
    assert found is not None
    assert found.version == 7
    assert dialogs.get("no_internet", NO_INTERNET.hash) == NO_INTERNET
    assert dialogs.get("billing") == PACKAGED.in_use["billing"]


def test_a_running_case_finds_the_version_it_began_with() -> None:
    old = small_dialog(("version = 1", "version = 3"))
    dialogs = PACKAGED.with_former_versions([old])
    assert dialogs.get("small") is None
    assert dialogs.get("small", old.hash) == old


def test_two_dialogs_of_one_folder_with_one_id_are_a_fault(tmp_path: Path) -> None:
    for name in ("one.toml", "two.toml"):
        (tmp_path / name).write_text(SMALL_DIALOG, "utf-8")
    with pytest.raises(InvalidDialog, match="two dialogs have the id 'small'"):
        DialogSet.of([tmp_path])


@pytest.mark.parametrize(
    ("text", "dialog"),
    [
        ("Здравствуйте! второй день нет интернета, договор 40-1187", "no_internet"),
        ("НЕ РАБОТАЕТ ИНТЕРНЕТ!!!", "no_internet"),
        ("no internet since morning", "no_internet"),
        ("За что списали 500 рублей?", "billing"),
        ("Платёж не пришёл", "billing"),
        ("I was charged twice", "billing"),
        ("не приходят письма", "mail_setup"),
        ("Как настроить почту в Outlook?", "mail_setup"),
        ("добрый день", None),
        ("", None),
        ("баланса", None),
    ],
)
def test_a_phrase_in_the_persons_words_picks_the_dialog(text: str, dialog: str | None) -> None:
    found = PACKAGED.match(text)
    assert (found.id if found else None) == dialog


@pytest.mark.parametrize(
    ("text", "dialog"),
    [
        ("нет интернета и скорость маленькая", "no_internet"),
        ("скорость маленькая и вообще нет интернета", "no_internet"),
        ("no internet and slow speed", "no_internet"),
        ("интернет появился, но медленный", "slow_internet"),
        ("медленный интернет, ничего не грузит", "slow_internet"),
        ("internet has slowed down", "slow_internet"),
        ("интернет замедлился", "slow_internet"),
        ("не работает везде", "no_internet"),
        ("и ещё: почему списали 500", "billing"),
        ("у меня чтото телефон не показывает интернет", "no_internet"),
        ("по вечерам жутко тормозит ютуб", "slow_internet"),
        ("ничего не изменилось, 40-1187", ""),
        ("Я заплатил 25 числа, а денег нет на счету", ""),
    ],
)
def test_the_heavier_trouble_and_the_question_of_money_begin_their_dialogs(text: str, dialog: str) -> None:
    found = DialogSet.of([DIALOG_FOLDER]).match(text)
    assert (found.id if found else "") == dialog


@pytest.mark.parametrize(
    ("text", "matters"),
    [
        ("деньги списали два раза и инет не работает", ["billing", "no_internet"]),
        ("i was charged twice and my internet is down", ["billing", "no_internet"]),
        ("оплатил и интернета нет", ["no_internet"]),
        ("нет интернета и скорость маленькая", ["no_internet"]),
        ("на балансе минус и интернет не работает", ["no_internet"]),
    ],
)
def test_a_charge_and_a_trouble_in_one_sentence_are_two_matters(text: str, matters: list[str]) -> None:
    found = DialogSet.of([DIALOG_FOLDER]).matters(text)
    assert [dialog.id for _, dialog in found if dialog] == matters
