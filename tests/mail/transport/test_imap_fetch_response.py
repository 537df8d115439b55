"""A FETCH answer is taken apart whatever pieces it comes in, and nothing in it goes beyond its bound."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.transport.imap_fetch_response import MAX_LINE_BYTES, FetchLine, FetchResponse, ResponseTooLarge

WHOLE = (
    b"* 5 EXISTS\r\n"
    b"* 1 FETCH (UID 7 RFC822.SIZE 5 BODY[]<0> {5}\r\n)\r\n{1 FLAGS ())\r\n"
    b"* 2 FETCH (FLAGS (\\Seen))\r\n"
    b"* OK a remark that ends like a literal {12}\r\n"
    b"* 3 FETCH (UID 9 BODY[]<0> {0}\r\n)\r\n"
    b"A1 OK done\r\n"
    b"* 6 EXISTS\r\n"
)


def answer(longest: int = 100, most: int = 1000) -> FetchResponse:
    return FetchResponse(b"A1", longest, most)


@given(st.lists(st.integers(1, len(WHOLE)), max_size=20))
def test_it_is_the_same_answer_in_whatever_pieces(cuts: list[int]) -> None:
    made, done = answer(), False
    edges = sorted({0, *cuts, len(WHOLE)})
    rest = b""
    for start, end in pairwise(edges):
        if done:
            rest += WHOLE[start:end]
        else:
            done = made.feed(WHOLE[start:end])
    assert done
    assert made.items == [
        FetchLine(b"* 1 FETCH (UID 7 RFC822.SIZE 5 BODY[]<0> {5}  FLAGS ())", b")\r\n{1"),
        FetchLine(b"* 2 FETCH (FLAGS (\\Seen))", None),
        FetchLine(b"* 3 FETCH (UID 9 BODY[]<0> {0} )", b""),
    ]
    assert made.other_lines == [b"* 5 EXISTS", b"* OK a remark that ends like a literal {12}"]
    assert made.status == b"OK done"
    assert made.rest + rest == b"* 6 EXISTS\r\n"


def test_a_literal_beyond_its_bound_is_refused_before_it_comes() -> None:
    with pytest.raises(ResponseTooLarge, match="999999999"):
        answer().feed(b"* 1 FETCH (UID 1 BODY[] {999999999}\r\n")


def test_many_literals_beyond_their_sum_are_refused() -> None:
    made = answer(longest=100, most=250)
    one = b"* 1 FETCH (UID 1 BODY[] {100}\r\n" + b"x" * 100 + b")\r\n"
    assert not made.feed(one + one)
    with pytest.raises(ResponseTooLarge):
        made.feed(one)


def test_a_line_without_an_end_is_refused() -> None:
    made = answer()
    assert not made.feed(b"* 1 FETCH (UID 1 ")
    with pytest.raises(ResponseTooLarge, match="without an end"):
        made.feed(b"x" * MAX_LINE_BYTES)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_otherwise(data: bytes) -> None:
    made = answer()
    with suppress(ResponseTooLarge):
        made.feed(data)
    assert sum(len(one.literal or b"") for one in made.items) <= 1000
