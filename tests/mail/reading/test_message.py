"""Letters as people and machines really send them are read as a person would read them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.content import body
from mail.reading import message
from mail.reading.message import MailboxReadingOptions, MailMessage, read_message
from mail.replies.quotes import fold_quotes
from tests.mail.conftest import letter

GOLDEN = Path(__file__).parents[1] / "golden"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((GOLDEN / "expected.toml").read_text("utf-8"))
HERE = MailboxReadingOptions("help@sever.test", "mx.sever.test")


def told(name: str) -> dict[str, Any]:
    """What was read, in the words of expected.toml."""
    one = read_message((GOLDEN / f"{name}.eml").read_bytes(), HERE)
    return {
        "text": one.text,
        "subject": one.subject,
        "sender": one.sender.address,
        "name": one.sender.name,
        "automatic": one.automatic,
        "proof": str(one.proof),
        "language": one.language,
        "attachments": [file.name for file in one.attachments],
        "tokens": list(one.tokens),
    }


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_golden_letter_reads_as_a_person_would_read_it(name: str) -> None:
    found = told(name)
    assert {key: found[key] for key in EXPECTED[name]} == EXPECTED[name]


def test_every_golden_letter_has_its_expectation() -> None:
    assert {path.stem for path in GOLDEN.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_letter_is_by_a_human_unless_it_is_expected_to_be_a_machines(name: str) -> None:
    assert told(name)["automatic"] == EXPECTED[name].get("automatic", "")


def test_attachments_come_back_by_their_number() -> None:
    raw = (GOLDEN / "photo.eml").read_bytes()
    photo, contract = read_message(raw, HERE).attachments
    assert message.read_part(raw, photo.number) == b"\x89PNG0123"
    assert message.read_part(raw, contract.number).strip() == b"%PDF"
    assert photo.size == 8
    with pytest.raises(LookupError):
        message.read_part(raw, 99)


class TestFingerprint:
    def test_the_same_letter_delivered_twice_has_one_fingerprint(self) -> None:
        raw = letter(Message_ID="<1@mail.test>")
        again = b"Received: from elsewhere\r\nDelivered-To: other@sever.test\r\n" + raw.replace(b"\r\n", b"\n")
        assert read_message(raw, HERE).fingerprint == read_message(again, HERE).fingerprint

    def test_two_letters_under_one_message_id_have_two(self) -> None:
        first, second = letter("да", Message_ID="<1@mail.test>"), letter("нет", Message_ID="<1@mail.test>")
        assert read_message(first, HERE).fingerprint != read_message(second, HERE).fingerprint

    def test_one_message_id_and_one_body_of_two_senders_or_of_two_subjects_are_two_letters(self) -> None:
        """A program gives every letter the same Message-ID, and both say "да"."""
        first, second = (
            letter("да", Message_ID="<1@mail.test>"),
            letter("да", "anna@mail.test", Message_ID="<1@mail.test>"),
        )
        third = letter("да", Message_ID="<1@mail.test>", Subject="Другое дело")
        assert len({read_message(one, HERE).fingerprint for one in (first, second, third)}) == 3

    def test_the_same_word_from_two_people_without_message_ids_is_two_letters(self) -> None:
        first, second = letter("да", Message_ID=""), letter("да", "anna@mail.test", Message_ID="")
        assert read_message(first, HERE).fingerprint != read_message(second, HERE).fingerprint


class TestBudgets:
    def test_a_thousand_parts_are_cut_at_two_hundred_and_told(self) -> None:
        parts = b"".join(b"--b\r\nContent-Type: text/plain; name=a.txt\r\n\r\nx\r\n" for _ in range(10_000))
        one = read_message(b"From: a@b.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + parts, HERE)
        assert "too many parts" in one.problems
        assert len(one.attachments) == 200

    def test_three_hundred_nested_parts_end_at_twenty(self) -> None:
        raw = b"From: a@b.test\r\n"
        for level in range(300):
            raw += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        one = read_message(raw + b"\r\ntext\r\n", HERE)
        assert "nested too deep" in one.problems
        assert one.sender.address == "a@b.test"

    def test_an_endless_subject_is_cut_and_the_letter_is_read(self) -> None:
        one = read_message(b"From: a@b.test\r\nSubject: " + b"=?utf-8?q?a?= " * 80_000 + b"\r\n\r\ntext\r\n", HERE)
        assert "headers cut" in one.problems
        assert one.sender.address == "a@b.test"
        assert len(one.subject) <= 8192

    def test_text_over_a_megabyte_is_cut_and_told(self) -> None:
        one = read_message(letter("слово " * 500_000), HERE)
        assert "text cut" in one.problems
        assert 400_000 < len(one.full_text) <= body.MAX_TEXT_BYTES


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_at_all_are_a_letter(raw: bytes) -> None:
    one = read_message(raw, HERE)
    assert "\0" not in one.full_text
    one.full_text.encode("utf-8")
    assert not any("while reading" in problem for problem in one.problems)


# fmt: off
PIECES = [
    b"\r\n", b"\n", b"--b", b"--b--", b"=?utf-8?q?=", b"?=", b"Content-Type: ", b"\x00", b"multipart/mixed; boundary=b",
    b"text/html", b"<blockquote>", b"<!--", b"From: ", b"Subject: ", b"\xe9\xd0", b"Content-Transfer-Encoding: base64",
    b"filename*0*=", b'"', b"(", b"<a@b.c>", b"> ", b"1) ", b":",
]
# fmt: on


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_mail_made_of_hostile_pieces_is_a_letter_too(pieces: list[bytes]) -> None:
    one = read_message(b"".join(pieces), HERE)
    assert not any("while reading" in problem for problem in one.problems)


class TestFolding:
    def test_words_that_look_like_an_attribution_are_kept_where_nothing_is_quoted(self) -> None:
        text = "On Tuesday I am offline.\nВ 10:15 мастер написал:\nприду завтра"
        assert fold_quotes(text).text == text

    def test_a_forwarded_letter_is_shown_whole(self) -> None:
        text = "Смотрите, что мне ответили\n\n-------- Пересланное сообщение --------\nнет мест"
        assert fold_quotes(text).text == text

    def test_a_person_who_quotes_and_then_answers_keeps_the_questions_that_were_answered(self) -> None:
        text = "> Горит лампочка?\n\nда\n\n> Какого цвета?\n\nзелёная"
        assert fold_quotes(text + "\n\n> С уважением,\n> Север Нет").text == text

    def test_answers_announced_below_are_shown_where_no_mark_tells_old_from_new(self) -> None:
        text = "Ответы ниже.\n\nОт: Север Нет\nОтправлено: 20.11.2026 10:15\nКому: Иван\n\n1) Номер договора?\n40-1187"
        assert fold_quotes(text).text == text

    def test_the_signature_is_kept_beside(self) -> None:
        view = fold_quotes("Не работает\n\n-- \nИван\n+7 900 000-00-00")
        assert (view.text, view.text_and_signature) == ("Не работает", "Не работает\n\n--\nИван\n+7 900 000-00-00")

    @pytest.mark.parametrize(
        "line",
        ["> " * 1000, "\n" * 8000, "On " * 3000, "-- \n" * 3000, "Sent from x\n" * 3000, "a:" * 4000, "1) \n" * 3000],
    )
    def test_hostile_lines_fold_without_an_exception(self, line: str) -> None:
        assert isinstance(fold_quotes(line).text, str)


def test_of_a_mail_too_large_for_memory_the_words_are_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words come before its files: they are read from its first megabytes, and it is said that more follows."""
    whole = message._read_parts

    def short_of_memory(raw: bytes, reading: MailboxReadingOptions) -> MailMessage:
        if len(raw) > message.BEGINNING_BYTES:
            raise MemoryError
        return whole(raw, reading)

    monkeypatch.setattr(message, "_read_parts", short_of_memory)
    file = b"\n--b\nContent-Type: application/pdf; name=a.pdf\n\n" + b"JVBERi0x" * (message.BEGINNING_BYTES // 8)
    text = b"\n--b\nContent-Type: text/plain\n\nhello world\n"
    read = read_message(b"From: a@b.test\nContent-Type: multipart/mixed; boundary=b\n" + text + file, HERE)
    assert read.text == "hello world"
    assert message.TOO_LARGE in read.missing_parts
