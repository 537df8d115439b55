"""Machines are known as such, with whom they did not reach; and no person is taken for a machine.

The letters stand in golden/machines, many to a file: each begins with ``=== name``, then ``class: address status
action; ...`` (the action only where it is not the class), then the letter as it came, its lines ended by LF.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.automatic import dsn
from mail.reading.message import MailboxReadingOptions, MailMessage, read_message

GOLDEN = Path(__file__).parents[1] / "golden" / "machines"
HERE = MailboxReadingOptions("", "")


def _letters() -> dict[str, tuple[str, bytes]]:
    found = {}
    for path in sorted(GOLDEN.glob("*.txt")):
        for piece in path.read_text("utf-8").split("\n=== ")[1:]:
            name, expected, raw = piece.split("\n", 2)
            key = f"{path.stem}: {name}"
            assert key not in found
            found[key] = (expected, raw.encode())
    return found


LETTERS = _letters()


def told(letter: MailMessage) -> str:
    """What was read, in the words of the golden files."""
    said = []
    for one in letter.failed_recipients:
        action = "" if one.action == letter.report_class else one.action
        said.append(" ".join(filter(None, (one.address, one.status, action))))
    return f"{letter.report_class}: {'; '.join(said)}".rstrip()


def expected(line: str) -> str:
    """The same, from a golden file: the action is left out where it is the class."""
    report_class, _, rest = line.partition(":")
    said = [one.strip().removesuffix(f" {report_class}") for one in rest.split(";")]
    return f"{report_class}: {'; '.join(said)}".rstrip()


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_each_golden_letter_is_taken_for_what_it_is(name: str) -> None:
    line, raw = LETTERS[name]
    letter = read_message(raw, HERE)
    assert told(letter) == expected(line)
    assert not any("while reading" in problem for problem in letter.problems)


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_line_ends_change_nothing(name: str) -> None:
    _, raw = LETTERS[name]
    assert told(read_message(raw.replace(b"\n", b"\r\n"), HERE)) == told(read_message(raw, HERE))


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("rfc822; ivan@mail.test", "ivan@mail.test"),
        ("RFC822;<ivan@mail.test>", "ivan@mail.test"),
        ("ivan@mail.test", "ivan@mail.test"),
        ("rfc822;Ivan Petrov <ivan@mail.test>", "ivan@mail.test"),
        ("rfc822; ivan@mail.test (Ivan)", "ivan@mail.test"),
        ("rfc822;ivan+2Bhome@mail.test", "ivan+home@mail.test"),
        ("rfc822;SMTP:ivan@mail.test", "ivan@mail.test"),
        ("rfc822;@relay.test:ivan@mail.test", "ivan@mail.test"),
        ("rfc822;IMCEASMTP-ivan+40mail+2Etest@inner.test", "ivan@mail.test"),
        ("utf-8; \\x{438}van@mail.test", "иvan@mail.test"),
        ("x400; /G=Ivan/S=Petrov/", ""),
        ("LOCAL;ivan", ""),
        ("rfc822;ivan@localhost", "ivan@localhost"),
        ("", ""),
    ],
)
def test_a_recipient_is_read_however_its_field_is_written(value: str, address: str) -> None:
    assert dsn.parse_recipient_address(value) == address


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("5.1.1", "5.1.1"),
        ("smtp; 550-5.1.1 no such user", "5.1.1"),
        ("(reason: 550 #5.2.2>", "5.2.2"),
        ("host 5.1.1.5 version 5.5.2653.19", ""),
        ("9.1.1 3.2.1", ""),
    ],
)
def test_a_status_code_is_told_from_other_numbers(words: str, status: str) -> None:
    assert dsn.find_enhanced_code(words) == status


PIECES = [
    "From: MAILER-DAEMON@a.test\n", "Return-Path: <>\n", "Subject: Undeliverable\n", "\n", "\n\n", "a@b.test",
    "<a@b.test>:", "Final-Recipient: ", "rfc822;", "Action: failed\n", "Status: 5.1.1\n", "--b\n", "@", "@@", "550 ",
    "Content-Type: multipart/report; boundary=b\n", "Content-Type: message/delivery-status\n", "(expanded from: <",
    "could not be delivered", "----- Original message -----\n", "Received: from x\n", "To: c@d.test\n", "\\x{",
    "\u200f", "=", "+2B", "\0", ":", ";", "> ",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_reports_made_of_hostile_pieces_are_read_too(pieces: list[str]) -> None:
    letter = read_message("".join(pieces).encode(), HERE)
    assert not any("while reading" in problem for problem in letter.problems)
    assert len(letter.failed_recipients) <= dsn.MAX_RECIPIENTS
    assert all("@" in one.address and one.action in dsn.UNDELIVERED_ACTIONS for one in letter.failed_recipients)


def test_a_report_about_ten_thousand_recipients_tells_a_hundred() -> None:
    body = "".join(f"<user{number}@mail.test>: unknown user\n" for number in range(10_000))
    letter = read_message(f"From: MAILER-DAEMON@a.test\nSubject: failure notice\n\n{body}".encode(), HERE)
    assert letter.report_class == "failed"
    assert len(letter.failed_recipients) == dsn.MAX_RECIPIENTS
