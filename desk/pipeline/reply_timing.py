"""Whose turn it is: what a subscriber's message can be an answer to, by the times of its channel.

What counts is what the person can have read. Telegram tells whole seconds; within one second the order of its message
ids decides, which are given out in the order in which its server had the messages. A mail answers a letter that it
refers to, whenever it came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.model.core_facts import EditedMessage, PressedInTime, ReplyTiming
from desk.model.dialog_state import NOTHING_ASKED, QUESTION, Expecting
from desk.model.events import Event, Inbound, Pressed, Said
from desk.model.journal import DialogueMessageLogged, JournalEntry
from desk.model.messages import ClaimedArrival
from desk.pipeline.arrival_round import Round
from desk.queues.question_delivery_times import (
    IN_FLIGHT,
    SentQuestion,
    is_pressed_in_time,
    question_from,
    questions_sent,
)

MOST_EDITED = 200
"""So many of the last messages of a case are looked through for the one that was edited."""


async def put_reply_timing(session: AsyncSession, rounds: Sequence[Round], replied: Mapping[int, Expecting]) -> None:
    """Puts the `ReplyTiming` of every message said in a case that was there before. ``replied`` has the questions
    that the messages reply to, by arrival."""
    talking = [one for one in rounds if isinstance(one.inbound.event, Said) and one.subject and not one.is_new]
    waiting = {one.case.id: one.case.expecting for one in talking if one.case.expecting}
    sent = await questions_sent(await session.connection(), waiting, rounds[0].now) if waiting else {}
    for one in talking:
        turn = reply_timing_of(one.inbound, one.case.expecting, sent.get(one.case.id), replied.get(one.arrival.id))
        if turn.undelivered and one.now >= _came_at(one.arrival) + IN_FLIGHT:
            # The sender's clock may be ahead of ours, and nobody waits for that.
            turn = replace(turn, undelivered=False)
        if isinstance(one.inbound.event, Said) and one.inbound.event.edited:
            turn = ReplyTiming(False, False, corrects=await _edited(session, one))
        one.facts.put(turn)


async def put_presses(session: AsyncSession, rounds: Sequence[Round]) -> None:
    """Puts `PressedInTime` where a press is late only because words from before it were decided first. Nothing but a
    question of a dialog is answered so: whether an article helped, and whether a case may be closed, is asked of one
    certain prompt."""
    for one in rounds:
        event, case = one.inbound.event, one.subject
        if not isinstance(event, Pressed) or case is None or one.is_new or case.expecting.owner != QUESTION:
            continue
        if event.prompt < case.dialog_state.prompt and await is_pressed_in_time(
            await session.connection(), case.id, case.expecting, one.inbound.message, one.inbound.at
        ):
            one.facts.put(PressedInTime())


def _came_at(arrival: ClaimedArrival) -> datetime:
    """When the last of its pieces was received."""
    return arrival.pieces[-1].received_at if arrival.pieces else arrival.received_at


def reply_timing_of(
    inbound: Inbound[Event], open_question: Expecting, sent: SentQuestion | None, replied: Expecting | None = None
) -> ReplyTiming:
    """What a message can answer. ``sent`` tells when the open question reached its person; None where none is open.

    ``replied`` is the question that the message it replies to had put, if it had. People reply to any message of ours
    and mean the open question; only a question of a dialog is answered by that.
    """
    earlier = replied if replied and replied.owner == QUESTION and replied != open_question else NOTHING_ASKED
    if sent is None:
        return ReplyTiming(replied=earlier)
    if sent.in_flight and not earlier:
        return replace(
            reply_timing_of(inbound, open_question, replace(sent, in_flight=False), replied), undelivered=True
        )
    if _refers_to(inbound, sent):
        return ReplyTiming()
    if sent.lost:
        return ReplyTiming(True, False, earlier)
    if sent.at is None:
        return ReplyTiming(False, False, earlier)
    last = inbound.pieces[-1].written if inbound.pieces else inbound.written
    first_id = inbound.pieces[0].message if inbound.pieces else inbound.message
    return ReplyTiming(
        _is_after(last or inbound.at, inbound.message, sent),
        _is_after(inbound.written or inbound.at, first_id, sent),
        earlier,
    )


def _refers_to(inbound: Inbound[Event], sent: SentQuestion) -> bool:
    references = inbound.event.references if isinstance(inbound.event, Said) else ()
    return inbound.reference.reply_to in sent.remotes or not sent.remotes.isdisjoint(references)


def _is_after(written: datetime, message: str, sent: SentQuestion) -> bool:
    if sent.at is None:
        return False
    if not (sent.by_server and written.microsecond == 0 == sent.at.microsecond):
        # One of both is our own clock's, or the channel tells more than seconds.
        return written >= (sent.at if written.microsecond else sent.at.replace(microsecond=0))
    if written != sent.at or not (message.isdecimal() and sent.remote.isdecimal()):
        return written >= sent.at
    return int(message) > int(sent.remote)


async def _edited(session: AsyncSession, one: Round) -> EditedMessage | None:
    """The message that was edited, as the journal of this case has it."""
    query = (
        select(JournalEntry.data, JournalEntry.text)
        .where(JournalEntry.provider == one.case.provider, JournalEntry.case_id == one.case.id)
        .where(JournalEntry.kind == DialogueMessageLogged.kind, JournalEntry.actor == "subscriber")
        .order_by(JournalEntry.id.desc())
        .limit(MOST_EDITED)
    )
    for row in (await session.execute(query)).all():
        if one.inbound.message and row.data.get("message") == one.inbound.message:
            return EditedMessage(row.text, question_from(row.data.get("answered")))
    return None
