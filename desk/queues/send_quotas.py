"""In which order a channel's departures go: its places, shared by priority. Pure.

* Answers in a dialog go first. They and the rest have at most `MOST_OF_A_KIND` of the channel's places each, so that
  neither ever fills it: an answer finds a place at any moment, however many thousand notices wait, and a notice too.
* The rest takes turns (`TURNS`): of four departures two are notices, one is bulk and one answers a stranger, and a turn
  that nobody needs is the next one's. So whatever waits gets at least a quarter of what the answers leave.
* Of one priority the oldest goes first, and in one lane nothing overtakes: where an answer waits behind a notice to the
  same person, that notice is as urgent as the answer (`desk.queues.outbox.claim`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from desk.model.messages import SendPriority

PLACES_OF_A_CHANNEL = 16
"""Few, since whatever is marked when the process is killed may have been sent."""
MOST_OF_A_KIND = 12
"""Enough for thirty calls a second."""
COUNTED = MOST_OF_A_KIND + 1
TURNS = (SendPriority.NOTICE, SendPriority.STRANGER, SendPriority.NOTICE, SendPriority.BULK)

Due = Mapping[SendPriority, int]
"""How much of each priority is due through a channel: exact below `COUNTED`, which says "or more"."""


@dataclass(frozen=True, slots=True)
class ClaimQuota:
    """What may be claimed at once: so many departures of one priority, through any of these channels."""

    channels: tuple[str, ...]
    priority: SendPriority
    most: int


def shares(
    due: Mapping[str, Due], sending: Mapping[str, Mapping[SendPriority, int]], places: int, turn: int = 0
) -> list[ClaimQuota]:
    """What to claim now, each channel having as many of all ``places`` as every other.

    ``sending`` says what is on its way. Channels whose due departures all have a place are served together.
    """
    each = max(1, places // max(1, len(due)))
    together: dict[SendPriority, dict[str, int]] = {}
    alone: list[ClaimQuota] = []
    for channel, waiting in due.items():
        for priority, most in _of_channel(waiting, sending.get(channel, {}), each, turn).items():
            if most == waiting[priority] < COUNTED:
                together.setdefault(priority, {})[channel] = most
            else:
                alone.append(ClaimQuota((channel,), priority, most))
    common = [ClaimQuota(tuple(those), priority, sum(those.values())) for priority, those in together.items()]
    return sorted((*common, *alone), key=lambda share: share.priority)


def _of_channel(due: Due, sending: Mapping[SendPriority, int], places: int, turn: int) -> dict[SendPriority, int]:
    """How many of each priority may be claimed; none that may not."""
    answering = sending.get(SendPriority.DIALOG, 0)
    others = sum(sending.values()) - answering
    free = min(places, PLACES_OF_A_CHANNEL - answering - others)
    waiting = {priority: due.get(priority, 0) for priority in TURNS}
    kept = 1 if any(waiting.values()) and not others and free > 1 else 0
    taken = Counter(
        {SendPriority.DIALOG: min(due.get(SendPriority.DIALOG, 0), MOST_OF_A_KIND - answering, free - kept)}
    )
    left = min(free - taken[SendPriority.DIALOG], MOST_OF_A_KIND - others, sum(waiting.values()))
    while left > 0:
        priority, turn = TURNS[turn % len(TURNS)], turn + 1
        if waiting[priority] > taken[priority]:
            taken[priority] += 1
            left -= 1
    return {priority: most for priority, most in taken.items() if most > 0}
