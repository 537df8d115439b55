"""HTML becomes the lines a reader would see, and says of each whether it is quoted or signed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.content.html_to_text import html_to_marked_text, html_to_text
from mail.content.mail_program_markup import LineMark
from mail.replies.quotes import fold_quotes

# fmt: off
PIECES = [
    "<div>", "</div>", "<p>", "</p>", "<br>", "<blockquote>", "</blockquote>", "<span>", "</span>", "<td>",
    "<hr>", "\n", '<div class="gmail_quote">', '<div class="gmail_attr">', '<div id="Signature">',
    '<div id="divRplyFwdMsg">', "&nbsp;", "<pre>", "</pre>", "<li>", '<a href="http://a.test">', "</a>",
    "слово", " ", "<!--", "-->", "<", ">", "\xa0", "&amp;", '<img alt="😀">', "<style>", "</style>",
    '<blockquote style="border:none">', "<div name=quote>", "<p class=MsoNormal>", "On Friday Ivan wrote:",
    "\r", "\r\n",
]
# fmt: on


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_every_line_has_its_mark_and_none_is_lost(pieces: list[str]) -> None:
    text, marks = html_to_marked_text("".join(pieces))
    assert len(marks) == text.count("\n") + 1
    view = fold_quotes(text, marks=marks)
    found = [line for part in (view.text, view.signature, view.quoted) for line in part.split("\n") if line.strip()]
    assert sorted(found) == sorted(line.rstrip() for line in text.split("\n") if line.strip())


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>раз</p><p>два</p>", "раз\n\nдва"),
        ("<p class=MsoNormal>раз</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>два</p>", "раз\n\nдва"),
        ("<div>раз</div><div><br></div><div>два</div>", "раз\n\nдва"),
        ("<p style='margin:0'>раз</p><p style='margin:0'>два</p>", "раз\nдва"),
        ('Смотрите <a href="https://a.test/b">сюда</a>.', "Смотрите сюда (https://a.test/b)."),
        ('Спасибо <img src="cid:1" alt="🙂">', "Спасибо 🙂"),
        ('<img alt="Логотип компании">текст', "текст"),
        ("<blockquote>раз<blockquote>два</blockquote></blockquote>три", "> раз\n>\n>> два\n\nтри"),
        ("<blockquote style='border: none; margin: 0 0 0 40px'>раз</blockquote>", "раз"),
        ("<pre>раз\n  два</pre>", "раз\n  два"),
        ("<div>раз</span></p></div>два", "раз\n\nдва"),
        ("", ""),
    ],
)
def test_lines_are_those_a_reader_sees(source: str, text: str) -> None:
    assert html_to_text(source) == text


def test_a_quote_ends_where_its_element_ends_however_it_is_nested() -> None:
    _, marks = html_to_marked_text('<div class="yahoo_quoted"><div>старое</div><span>старое</div>новое')
    assert marks == [LineMark.QUOTE, LineMark.QUOTE, LineMark.NONE]


def test_what_stands_below_the_quote_of_gmail_is_not_old() -> None:
    _, marks = html_to_marked_text('<div class="gmail_quote">Иван:<blockquote>старое</blockquote>новое</div>')
    assert marks[0] is LineMark.QUOTE
    assert marks[-1] is LineMark.NONE


def test_a_signature_inside_a_forwarded_letter_is_shown() -> None:
    text, marks = html_to_marked_text(
        "Смотрите<div>---------- Forwarded message ---------</div>счёт<div id=Signature>Банк</div>"
    )
    assert fold_quotes(text, marks=marks).text == text
