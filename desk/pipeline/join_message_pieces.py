"""Several messages that were sent together become one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from desk.model.events import Event, Inbound, MessagePiece, Said
from desk.model.messages import ClaimedArrival


def goes_with(first: Inbound[Event], last: Inbound[Event], more: Inbound[Event]) -> bool:
    """Whether a message goes on with what was said in those from ``first`` to ``last``.

    A command, a press and a reply to something else stand for themselves; so does an edit, but of the last of these.
    """
    if not (isinstance(first.event, Said) and isinstance(more.event, Said)):
        return False
    if first.event.edited or _is_command(first.text) or _is_command(more.text):
        return False
    if (first.channel, first.sender) != (more.channel, more.sender):
        return False
    if more.event.edited:
        return more.message == last.message
    reply_to = more.reference.reply_to
    return not reply_to or reply_to == first.reference.reply_to


def _is_command(text: str) -> bool:
    return text.lstrip().startswith("/")


def joined(heard: Sequence[tuple[ClaimedArrival, Inbound[Event]]]) -> Inbound[Event]:
    """One message of all of them: their words a line each, their files, each once. Of one it is that one."""
    said: list[tuple[int, Inbound[Event], Said]] = []
    for arrival, one in heard:
        event = one.event
        if not isinstance(event, Said):
            break
        if said and event.edited:
            # What was edited before anybody had read it is a message like any other, written when it first was.
            said[-1] = (arrival.id, replace(one, written=said[-1][1].written), replace(event, edited=False))
        else:
            said.append((arrival.id, one, event))
    if not said:
        return heard[0][1]
    _, first, words = said[0]
    if len(said) == 1:
        return first if first.event is words else replace(first, event=words)
    pieces = tuple(MessagePiece(id, one.message, one.written, event.text, event.files) for id, one, event in said)
    event = replace(
        words,
        text=_lines(one.text for _, _, one in said),
        full_text=_lines(one.full_text for _, _, one in said),
        files=tuple(file for piece in pieces for file in piece.files),
        forwarded=all(one.forwarded for _, _, one in said),
        origin=", ".join(dict.fromkeys(one.origin for _, _, one in said if one.origin)),
        quote=_lines(one.quote for _, _, one in said),
        lost=_lines(one.lost for _, _, one in said),
        phone=next((one.phone for _, _, one in said if one.phone), ""),
        phone_is_own=next((one.phone_is_own for _, _, one in said if one.phone), False),
    )
    return replace(first, event=event, message=pieces[-1].message, pieces=pieces)


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(text for text in texts if text)
