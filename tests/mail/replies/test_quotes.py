"""What is new in a reply is found in every language, and nothing of a letter is ever lost."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.replies.quotes import MAX_LINES, ReplySections, fold_quotes
from tests.mail.replies.golden_replies import everything

REPLIES = everything()
GROUPS = sorted({(reply.language, reply.kind) for reply in REPLIES})


@pytest.mark.parametrize(("language", "kind"), GROUPS)
def test_golden_replies_are_folded_as_a_person_would_fold_them(language: str, kind: str) -> None:
    wrong = [told for reply in REPLIES if (reply.language, reply.kind) == (language, kind) and (told := reply.wrong())]
    assert not wrong, "\n".join(wrong)


def test_there_are_replies_in_forty_languages() -> None:
    assert len({reply.language for reply in REPLIES}) >= 40


def lines(text: str) -> list[str]:
    return sorted(line.strip() for line in text.splitlines() if line.strip())


def parts(view: ReplySections) -> list[str]:
    return sorted(lines(view.text) + lines(view.signature) + lines(view.quoted))


@pytest.mark.parametrize("kind", sorted({reply.kind for reply in REPLIES if not reply.html}))
def test_every_line_of_a_golden_reply_stands_in_exactly_one_part(kind: str) -> None:
    lost = [one.name for one in REPLIES if one.kind == kind and parts(one.view()) != lines(one.source)]
    assert not lost


# fmt: off
PIECES = [
    "", "", "да", "Горит лампочка?", "> Горит лампочка?", ">> старое", ">", "-- ", "--", "---", "________________",
    "С уважением,", "Иван Петров", "Спасибо!", "+7 900 000-00-00", "Отправлено с iPhone", "wrote:", ":", "@", "\t",
    "On Fri, Nov 20, 2026 at 10:15 AM, Sever Net", "<help@sever.test> wrote:", "20.11.2026 10:15, Север Нет пишет:",
    "От: Север Нет <help@sever.test>", "Отправлено: 20.11.2026 10:15", "Кому: Иван", "Тема: Нет интернета", "P.S. ещё",
    "-----Original Message-----", "---------- Forwarded message ---------", "СН> да", "СН> нет", "1) да", "> 1) да?",
    "##- Please answer above this line -##", ">>> Sever Net 11/20/26 10:15 AM >>>", "Вот так:",
]
# fmt: on


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=40),
    st.booleans(),
    st.sampled_from(["", "Иван Петров"]),
)
def test_whatever_a_letter_is_made_of_nothing_of_it_is_lost(pieces: list[str], forwarded: bool, author: str) -> None:
    text = "\n".join(piece.replace("\r", "").replace("\n", "") for piece in pieces)
    assert_kept(text, fold_quotes(text, forwarded=forwarded, author=author))


def assert_kept(text: str, view: ReplySections) -> None:
    def split(text: str) -> Iterable[str]:
        return sorted(line.rstrip() for line in text.split("\n") if line.strip())

    found = [line for part in (view.text, view.signature, view.quoted) for line in split(part)]
    assert sorted(found) == split(text)
    assert set(split(view.text)) <= set(split(view.text_and_signature))
    assert bool(view.text.strip()) == bool(text.strip())


@pytest.mark.parametrize("piece", [piece for piece in PIECES if piece])
def test_thousands_of_the_same_line_are_folded_with_nothing_lost(piece: str) -> None:
    text = "\n".join([piece] * 3000)
    assert_kept(text, fold_quotes(text))


@pytest.mark.parametrize("below", ["> старое", "новое"])
def test_of_a_letter_longer_than_any_nothing_is_lost_either(below: str) -> None:
    text = "\n".join(["Не работает", *["> старое", "да"] * (MAX_LINES // 2), below, "конец"])
    assert_kept(text, fold_quotes(text))


def test_history_longer_than_any_letter_stays_folded_to_its_end() -> None:
    text = "Не работает\n\n-----Original Message-----\n" + "старое\n" * (MAX_LINES + 10)
    assert fold_quotes(text).text == "Не работает"
