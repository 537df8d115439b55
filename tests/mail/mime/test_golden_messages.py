"""Letters as programs really write them: each golden one reads exactly as a person would read it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mail.reading.message import MailboxReadingOptions, read_message, read_part

GOLDEN = Path(__file__).parents[1] / "golden" / "mime"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((GOLDEN / "expected.toml").read_text("utf-8"))
HERE = MailboxReadingOptions("help@sever.test")


def told(raw: bytes) -> dict[str, Any]:
    """What was read, in the words of expected.toml."""
    one = read_message(raw, HERE)
    return {
        "subject": one.subject,
        "sender": one.sender.address,
        "name": one.sender.name,
        "text": one.text,
        "body": one.full_text,
        "attachments": [file.name for file in one.attachments],
        "problems": list(one.problems),
    }


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_golden_letter_reads_as_a_person_would_read_it(name: str) -> None:
    found = told((GOLDEN / f"{name}.eml").read_bytes())
    assert {key: found[key] for key in EXPECTED[name]} == EXPECTED[name]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_attachment_of_a_golden_letter_can_be_fetched(name: str) -> None:
    raw = (GOLDEN / f"{name}.eml").read_bytes()
    for file in read_message(raw, HERE).attachments:
        assert len(read_part(raw, file.number)) == file.size, file


def test_every_golden_letter_has_its_expectation_and_there_are_many() -> None:
    assert {path.stem for path in GOLDEN.glob("*.eml")} == set(EXPECTED)
    assert len(EXPECTED) >= 340


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_golden_letter_cut_anywhere_is_still_a_letter(name: str) -> None:
    raw = (GOLDEN / f"{name}.eml").read_bytes()
    for end in range(0, len(raw), max(1, len(raw) // 40)):
        one = read_message(raw[:end], HERE)
        assert not any("while reading" in problem for problem in one.problems), (name, end)


def test_files_packed_into_others_come_back_whole() -> None:
    raw = (GOLDEN / "tnef-files.eml").read_bytes()
    contents = {file.name: read_part(raw, file.number) for file in read_message(raw, HERE).attachments}
    assert contents["договор 40-1187.doc"] == b"doc"
    raw = (GOLDEN / "uuencode-in-text.eml").read_bytes()
    (hello,) = read_message(raw, HERE).attachments
    assert read_part(raw, hello.number) == b"hello"
    raw = (GOLDEN / "yenc-in-text.eml").read_bytes()
    (five,) = read_message(raw, HERE).attachments
    assert read_part(raw, five.number) == b"\x00\xd6\x13\x05x"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<a@b.test>", "<a@b.test>"),
        ("a@b.test", "<a@b.test>"),
        ('Your message of "Mon, 1 Jan 2024" <a@b.test>', "<a@b.test>"),
        ("<a\n @b.test>", "<a@b.test>"),
        ("<<a@b.test>>", "<a@b.test>"),
        ("<a@b.test><c@d.test>", "<a@b.test>"),
        ("", ""),
    ],
)
def test_the_answered_letter_is_named_by_what_stands_in_brackets(written: str, expected: str) -> None:
    assert read_message(f"From: a@b.test\nIn-Reply-To: {written}\n\nx".encode(), HERE).in_reply_to == expected
