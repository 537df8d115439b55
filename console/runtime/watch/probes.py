"""What a probe is answered: whether this process lives, and whether it is ready; with reasons and what to do. Pure.

A process lives as long as its loops go on: one that does not is to be ended and begun anew. It is ready once its
content is read, while the database answers and every channel is listened to by somebody. A bot or mailbox whose server
is away is told of, and is no reason to send nobody here: the others go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from console.runtime.watch.own_process import OwnProcess, Phase
from console.runtime.watch.status_cache import Look
from console.runtime.watch.status_findings import status_findings
from desk.language.translatable import sentence
from desk.model.check_findings import CheckFinding

LOOPS, PROCESS, DATABASE = sentence("loops"), sentence("process"), sentence("database")
_PHASES = {
    Phase.STARTING: sentence("it starts: dialogs, articles and tables are being read"),
    Phase.STOPPING: sentence("it stops: what is in hand is finished"),
}


def liveness(own: OwnProcess) -> list[CheckFinding]:
    """One finding for each loop that is stuck, or one that none is."""
    stuck = [
        CheckFinding(
            "error",
            LOOPS,
            sentence("the loop {name} has had one thing in hand for {seconds} s", name=name, seconds=int(seconds)),
            sentence("begin the process anew; what it had in hand is done again"),
        )
        for name, seconds in own.turns.stuck()
    ]
    return stuck or [CheckFinding("ok", LOOPS, sentence("the loops go on"))]


def readiness(own: OwnProcess, look: Look) -> list[CheckFinding]:
    """Not ready where one is an error; what only needs a look is a warning here."""
    return [*_own(own), *_desk(own, look)]


def _own(own: OwnProcess) -> Iterator[CheckFinding]:
    if own.phase is Phase.SERVING:
        what = sentence("it serves: {roles}", roles=", ".join(own.roles))
        yield CheckFinding("ok", PROCESS, what)
    else:
        yield CheckFinding("error", PROCESS, _PHASES[own.phase])
    yield from liveness(own)


def _desk(own: OwnProcess, look: Look) -> Iterator[CheckFinding]:
    if look.status is None:
        what = sentence("the database cannot be used: {why}", why=look.why)
        todo = sentence("look whether it runs; what comes in waits where it is, and nothing is lost")
        yield CheckFinding("error", DATABASE, what, todo)
        return
    yield CheckFinding("ok", DATABASE, sentence("it answers"))
    unheard = (
        {one.channel for one in look.status.channels if one.listener is None} if "receiver" in own.roles else set()
    )
    for one in status_findings(look.status, own.roles):
        level = one.level
        if level == "error" and one.where not in unheard:
            level = "warning"
        yield CheckFinding(level, one.where, one.what, one.todo)


def is_well(found: Sequence[CheckFinding]) -> bool:
    """Whether nothing found is an error."""
    return all(one.level != "error" for one in found)
