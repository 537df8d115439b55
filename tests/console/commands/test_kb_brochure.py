"""The command makes a brochure that can be opened, and says in one sentence why it cannot."""

from __future__ import annotations

import importlib.util
import json
import re
import zlib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.commands.kb import brochure as kb_brochure
from console.main import cli
from console.terminal.command_context import OK, USAGE, WRONG
from tests.console.command_line import Terminal
from tests.console.conftest import Typist

MAILBOX = """
[[mailbox]]
name = "support"
address = "help@sever.test"
provider = "sever"
imap = "imaps://help%40sever.test@imap.sever.test:993"
smtp = "smtps://help%40sever.test@smtp.sever.test:465"
password = "env:SUPPORT_PASSWORD"
"""


def brochure(typist: Typist, output: Path, *more: str, provider: str = "sever", exit_code: int = OK) -> str:
    result = typist.types("kb", "brochure", "--provider", provider, "--output", str(output), *more)
    assert result.exit_code == exit_code, result.output
    return result.output


class Page(HTMLParser):
    """What a browser would see: words, addresses, and what it would have to fetch."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words, self.links, self.sources = "", list[str](), list[str]()
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if name == "href" and value]
        self.sources += [value for name, value in attrs if name == "src" and value]

    def handle_data(self, data: str) -> None:
        self.words += " ".join(data.replace("\u00a0", " ").split()) + " "


def page(path: Path) -> Page:
    return Page(path.read_text("utf-8"))


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_pdf_is_whole_sheets_of_a5_with_an_embedded_typeface_and_pictures(
    typist: Typist, tmp_path: Path, language: str
) -> None:
    told = brochure(typist, tmp_path / "b.pdf", "--language", language, "--top", "3", "--bot", "@sever_bot")
    assert told.endswith("b.pdf: no-internet, router-lights, router-restart\n")
    made = (tmp_path / "b.pdf").read_bytes()
    assert made.startswith(b"%PDF-")
    plain = made + b"".join(_inflated(made))
    pages = re.findall(rb"/Type\s*/Page\b", plain)
    assert len(pages) == 8
    assert b"PTSans-Regular" in plain
    assert b"/FontFile2" in plain
    assert plain.count(b"/Subtype/Image") + plain.count(b"/Subtype /Image") >= 3
    assert b"https://t.me/sever_bot" in plain


def _inflated(made: bytes) -> list[bytes]:
    found = []
    for stream in re.findall(rb"stream\r?\n(.{1,200000}?)endstream", made, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return found


def test_the_html_needs_nothing_but_itself(typist: Typist, tmp_path: Path) -> None:
    brochure(typist, tmp_path / "b.html", "--bot", "sever_bot")
    made = page(tmp_path / "b.html")
    assert len(made.sources) > 12
    assert all(one.startswith("data:image/") for one in made.sources)
    assert "url(data:font/ttf;base64," in (tmp_path / "b.html").read_text("utf-8")
    anchors = {one for one in made.links if one.startswith("#")}
    assert len(anchors) == 13
    assert set(made.links) - anchors >= {"tel:+70005550000", "https://t.me/sever_bot", "https://my.sever.test"}


def test_it_has_the_providers_name_and_facts_and_no_holes(typist: Typist, tmp_path: Path) -> None:
    brochure(typist, tmp_path / "b.html")
    words = page(tmp_path / "b.html").words
    for told in ("Северная сеть", "+7 000 555-00-00", "192.0.2.53, 198.51.100.53", "smtp.sever.test", "Содержание"):
        assert told in words
    assert "{{" not in words


def test_the_other_language_is_the_other_words(typist: Typist, tmp_path: Path) -> None:
    brochure(typist, tmp_path / "b.html", "--language", "en")
    words = page(tmp_path / "b.html").words
    assert "Sever Net" in words
    assert "No internet: a five-minute check" in words
    assert not re.search("[А-Яа-я]", words)


def test_what_a_provider_does_not_have_is_not_spoken_of(typist: Typist, tmp_path: Path) -> None:
    policy = typist.folder / "providers" / "volga" / "policy.toml"
    text = re.sub(r"(?ms)^\[facts\]\n.*?^\[consent\]", "[consent]", policy.read_text("utf-8"))
    policy.write_text(text, "utf-8")
    told = brochure(typist, tmp_path / "b.html", provider="volga")
    assert "volga has no phone, site, bot or mailbox to be printed: say in [facts]" in told
    brochure(typist, tmp_path / "b.pdf", provider="volga")
    made = page(tmp_path / "b.html")
    assert "Волга-Линк" in made.words
    assert "DNS-серверы" not in made.words
    assert not any(one.startswith(("tel:", "mailto:", "https:")) for one in made.links)


def test_without_a_bot_the_code_leads_to_the_mailbox(typist: Typist, tmp_path: Path) -> None:
    settings = typist.folder / "firstline.toml"
    settings.write_text(settings.read_text("utf-8") + MAILBOX, "utf-8")
    result = typist.types(
        *("kb", "brochure", "--provider", "sever", "--output", str(tmp_path / "b.html")), env={"SUPPORT_PASSWORD": "x"}
    )
    assert result.exit_code == OK, result.output
    made = page(tmp_path / "b.html")
    assert "mailto:help@sever.test" in made.links
    assert "откроется письмо в поддержку" in made.words


async def test_telegram_says_what_the_bot_is_called(terminal: Terminal, tmp_path: Path) -> None:
    ran = await terminal.types("kb", "brochure", "--provider", "sever", "--output", str(tmp_path / "b.html"))
    assert ran.code == OK, ran.err
    assert "https://t.me/sever_support_bot" in page(tmp_path / "b.html").links


async def test_a_bot_that_cannot_be_asked_is_told_of_and_the_brochure_is_made(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.environment["TELEGRAM_TOKEN"] = "1:another"
    ran = await terminal.types("kb", "brochure", "--provider", "sever", "--output", str(tmp_path / "b.html"))
    assert ran.code == OK
    assert "give it with --bot @name" in ran.err
    assert "1:another" not in ran.err
    assert "откроется наш сайт" in page(tmp_path / "b.html").words


def test_a_provider_may_have_its_own_words_colour_and_logo(typist: Typist, tmp_path: Path) -> None:
    own = typist.folder / "providers" / "sever"
    (own / "templates" / "ru" / "brochure.toml").write_text(
        'subtitle = "Связь для <всех>"\ncolour = "#117755"\n[yours]\nfields = ["Этаж"]\n', "utf-8"
    )
    logo = Path(kb_brochure.__file__).parents[3] / "kb" / "articles" / "shared" / "lamps.png"
    (own / "logo.png").write_bytes(logo.read_bytes())
    brochure(typist, tmp_path / "b.pdf", "--top", "1")
    brochure(typist, tmp_path / "b.html", "--top", "1")
    made = page(tmp_path / "b.html")
    assert "Связь для <всех>" in made.words
    assert "Этаж" in made.words
    assert "Номер договора" not in made.words
    assert "--accent: #117755" in (tmp_path / "b.html").read_text("utf-8")


def test_colour_and_logo_are_those_of_the_providers_letters(typist: Typist, tmp_path: Path) -> None:
    brochure(typist, tmp_path / "sever.html")
    brochure(typist, tmp_path / "volga.html", provider="volga")
    sever, volga = ((tmp_path / f"{one}.html").read_text("utf-8") for one in ("sever", "volga"))
    assert ("--accent: #0e7490" in sever, 'class="logo"' in sever) == (True, True)
    assert ("--accent: #2f6fed" in volga, 'class="logo"' in volga) == (True, False)


@pytest.mark.parametrize(
    "words", ['colour = "red"', 'slogan = "x"', "title = 3", "[yours]\nfields = [1]", "first = ", 'first = "x"']
)
def test_words_that_are_none_are_named_with_their_file(typist: Typist, tmp_path: Path, words: str) -> None:
    path = typist.folder / "providers" / "sever" / "templates" / "ru" / "brochure.toml"
    path.write_text(words, "utf-8")
    told = brochure(typist, tmp_path / "b.html", exit_code=WRONG)
    assert told.startswith("Error: ")
    assert "brochure.toml" in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "exit_code", "told"),
    [
        (["--provider", "nobody"], USAGE, "there is no provider 'nobody': there are sever, volga"),
        ([], USAGE, "say whose brochure it is with --provider: there are sever, volga"),
        (["--provider", "sever", "--language", "fr"], USAGE, "'fr' is not one of 'ru', 'en'"),
        (["--provider", "sever", "--output", "b.doc"], USAGE, "b.doc must end in .pdf or .html"),
        (["--provider", "sever", "--bot", "no name"], USAGE, "'no name' is not a bot's name"),
        (
            ["--provider", "sever", "--output", "no/such/folder/b.html"],
            WRONG,
            "b.html cannot be written: there is no such",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(typist: Typist, words: list[str], exit_code: int, told: str) -> None:
    result = typist.types("kb", "brochure", *words)
    assert result.exit_code == exit_code
    assert told in result.output


@pytest.mark.parametrize(("content", "told"), [(b"no picture", "logo.png is no PNG, JPEG or GIF"), (None, "cannot be")])
def test_a_picture_that_is_none_is_named(typist: Typist, tmp_path: Path, content: bytes | None, told: str) -> None:
    half = (Path(kb_brochure.__file__).parents[3] / "kb" / "articles" / "shared" / "lamps.png").read_bytes()[:99]
    (typist.folder / "providers" / "sever" / "logo.png").write_bytes(content or half)
    said = brochure(typist, tmp_path / "b.pdf", exit_code=WRONG)
    assert told in said
    assert len(said.splitlines()) == 1


def test_a_desk_without_articles_has_nothing_to_print(tmp_path: Path) -> None:
    assert CliRunner().invoke(cli, ["init", str(tmp_path / "desk"), "--empty"]).exit_code == OK
    result = CliRunner().invoke(cli, ["-C", str(tmp_path / "desk"), "kb", "brochure"])
    assert result.exit_code == WRONG
    assert "there is no article yet that subscribers of example may see" in result.output


def test_a_missing_extra_is_named_in_one_sentence(typist: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "typst" else find(name))
    result = typist.types("kb", "brochure", "--provider", "sever")
    assert result.exit_code == WRONG
    assert "this needs typst: install firstline[brochure]" in result.output


def test_a_machine_reads_which_articles_stand_in_it(typist: Typist, tmp_path: Path) -> None:
    told = json.loads(brochure(typist, tmp_path / "b.html", "--top", "2", "--json"))
    assert told == {
        "output": str(tmp_path / "b.html"),
        "language": "ru",
        "articles": ["no-internet", "router-lights"],
    }
