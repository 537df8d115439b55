"""What a message can be an answer to, and which messages are one. Pure functions of the times and ids of a channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.model.core_facts import ReplyTiming
from desk.model.dialog_state import CONSENT, NOTHING_ASKED, QUESTION, SELF_HELP, Expecting
from desk.model.events import CaseReference, Event, Inbound, MessagePiece, Pressed, Said
from desk.model.messages import Address, ClaimedArrival, File
from desk.pipeline.join_message_pieces import goes_with, joined
from desk.pipeline.reply_timing import reply_timing_of
from desk.queues.question_delivery_times import SentQuestion, question_from, stored_question

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ANNA = Address("telegram", "telegram:main", "1")
OPEN, EARLIER = Expecting(QUESTION, "place"), Expecting(QUESTION, "since")
ASKED = SentQuestion(NOW, by_server=True, remote="50", remotes=frozenset({"50"}))


def said(text: str = "да", seconds: int = 0, message: str = "51", reply_to: str = "") -> Inbound[Event]:
    return Inbound(
        "telegram:main",
        ANNA,
        NOW + timedelta(days=1),
        Said(text, text),
        message=message,
        written=NOW + timedelta(seconds=seconds),
        reference=CaseReference(reply_to=reply_to),
    )


@pytest.mark.parametrize(
    ("seconds", "message", "after"),
    [(-1, "51", False), (0, "49", False), (0, "51", True), (1, "51", True), (1, "49", True)],
    ids=["earlier", "same second, before", "same second, behind", "later", "later, another count of ids"],
)
def test_the_clock_of_the_server_tells_and_within_a_second_its_count(seconds: int, message: str, after: bool) -> None:
    turn = reply_timing_of(said(seconds=seconds, message=message), OPEN, ASKED)
    assert (turn.after_question, turn.wholly_after) == (after, after)


def test_a_question_that_took_the_place_of_another_is_known_by_the_time_of_the_edit() -> None:
    """Its message has an older id than anything said since."""
    edited = replace(ASKED, remote="7", at=NOW)
    assert reply_timing_of(said(seconds=0, message="51"), OPEN, edited).after_question
    assert not reply_timing_of(said(seconds=-1, message="51"), OPEN, edited).after_question


def test_a_reply_to_the_open_question_answers_it_whenever_it_was_written() -> None:
    assert reply_timing_of(said(seconds=-9, reply_to="50"), OPEN, ASKED) == ReplyTiming()


def test_a_letter_that_refers_to_the_one_with_the_questions_answers_them() -> None:
    sent = SentQuestion(NOW, remote="<q@desk>", remotes=frozenset({"<q@desk>"}))
    letter = Inbound(
        "mail:a", Address("mail", "mail:a", "a@b"), NOW - timedelta(hours=1), Said(references=("<q@desk>",))
    )
    assert reply_timing_of(letter, OPEN, sent) == ReplyTiming()
    assert not reply_timing_of(replace(letter, event=Said()), OPEN, sent).after_question


def test_a_reply_to_an_earlier_question_of_the_dialog_answers_that_one() -> None:
    assert reply_timing_of(said(reply_to="20"), OPEN, ASKED, EARLIER).replied == EARLIER


def test_a_reply_to_any_other_message_of_ours_goes_by_its_time() -> None:
    assert reply_timing_of(said(seconds=5, reply_to="20"), OPEN, ASKED, Expecting(SELF_HELP)) == ReplyTiming()
    assert not reply_timing_of(
        said(seconds=-5, reply_to="20"), Expecting(CONSENT), ASKED, Expecting(CONSENT)
    ).after_question


def test_a_question_that_was_not_sent_is_answered_by_nothing() -> None:
    assert reply_timing_of(said(seconds=500), OPEN, SentQuestion()) == ReplyTiming(False, False)
    assert reply_timing_of(said(seconds=500), OPEN, SentQuestion(in_flight=True)).undelivered


def test_a_question_whose_sending_ends_after_the_instant_of_the_decision_is_still_on_its_way() -> None:
    """Else the same decision, made again from what is stored, would find the question not sent yet."""
    just_sent = replace(ASKED, in_flight=True)
    assert reply_timing_of(said(), OPEN, just_sent) == replace(reply_timing_of(said(), OPEN, ASKED), undelivered=True)


def test_what_may_have_been_lost_is_perhaps_answered_and_closes_nothing() -> None:
    turn = reply_timing_of(said(), Expecting(CONSENT), SentQuestion(lost=True))
    assert (turn.after_question, turn.wholly_after) == (True, False)


def test_pieces_from_before_and_after_the_question_answer_it_and_close_nothing() -> None:
    both = joined([(arrival(1), said("да", -2, "49")), (arrival(2), said("спасибо", 2, "51"))])
    turn = reply_timing_of(both, Expecting(CONSENT), ASKED)
    assert (turn.after_question, turn.wholly_after) == (True, False)


@pytest.mark.parametrize("question", [NOTHING_ASKED, OPEN, Expecting(CONSENT)])
def test_a_question_is_the_same_after_it_was_stored(question: Expecting) -> None:
    assert question_from(stored_question(question)) == question


def test_several_messages_are_one_with_the_words_of_all_and_the_time_of_the_first() -> None:
    photo = File("a.jpg", "photo", "image/jpeg", 1, "telegram:main:a")
    first, second = said("нет", 0, "51"), replace(said("", 1, "52"), event=Said(files=(photo,)))
    one = joined([(arrival(1), first), (arrival(2), second), (arrival(3), said("интернета", 2, "53"))])
    assert (one.text, one.files, one.message, one.written) == ("нет\nинтернета", (photo,), "53", NOW)
    assert one.pieces[1] == MessagePiece(2, "52", NOW + timedelta(seconds=1), "", (photo,))


def test_a_single_message_stays_as_it_is() -> None:
    assert joined([(arrival(1), said())]) == said()


def test_an_edit_of_the_last_piece_takes_its_place() -> None:
    edit = edited(said("нет интернета", 5, "51"))
    one = joined([(arrival(1), said("нет интернет", 0, "51")), (arrival(2), edit)])
    assert (one.text, one.pieces, one.written) == ("нет интернета", (), NOW)
    assert isinstance(one.event, Said)
    assert not one.event.edited


@pytest.mark.parametrize(
    ("more", "goes"),
    [
        (said("интернета", 1, "52"), True),
        (said("/operator", 1, "52"), False),
        (said("вчера", 1, "52", reply_to="20"), False),
        (replace(said(), event=Pressed(1, 1, "yes")), False),
        (replace(said(), sender=replace(ANNA, value="2")), False),
    ],
    ids=["words", "a command", "a reply to something else", "a press", "another person"],
)
def test_what_goes_on_with_a_message(more: Inbound[Event], goes: bool) -> None:
    first = said("нет", 0, "51")
    assert goes_with(first, first, more) is goes


def test_an_edit_goes_with_the_message_it_edits_and_with_no_other() -> None:
    first = said("нет", 0, "51")
    assert goes_with(first, first, edited(said("нет!", 1, "51")))
    assert not goes_with(first, first, edited(said("вчера", 1, "40")))
    assert not goes_with(edited(first), edited(first), said("ещё", 1, "52"))


def edited(message: Inbound[Event]) -> Inbound[Event]:
    return replace(message, event=Said(message.text, message.text, edited=True))


def arrival(number: int) -> ClaimedArrival:
    return ClaimedArrival(number, "telegram:main", str(number), "telegram:main:1", b"{}", NOW)
