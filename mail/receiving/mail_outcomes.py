"""The possible outcomes of a mail. Pure."""

from __future__ import annotations

from enum import StrEnum

from desk.model.arrival_outcomes import Done, DoneCode, HeldForAgent, Ignored, IgnoredCode, Outcome
from desk.model.events import Event, Inbound


class MailOutcome(StrEnum):
    """The words of the mail ledger, in the order a person reads them."""

    CASE = "case"  # it began one
    REPLY = "reply"  # it joined one
    MACHINE = "machine"  # an automatic mail: noted on its case, or good for nothing
    OWN = "own"  # the desk's own mail, come back
    REPEAT = "repeat"  # the same message was taken in before, under another UID or address
    TOO_LARGE = "too_large"  # its header was taken in, the rest lies on the server
    NOTHING = "nothing"  # read, perhaps answered, and no case was touched: empty, "thank you"
    PENDING = "pending"  # an agent is to say whose it is
    REFUSED = "refused"  # an agent left it out
    QUARANTINE = "quarantine"  # it could not be read, or decided: `firstline mail quarantine`
    WAITING = "waiting"  # stored, and not decided yet


def outcome_of_decision(inbound: Inbound[Event], outcome: Outcome) -> MailOutcome:
    """The outcome of a mail that was decided; ``outcome`` is the inbox's own."""
    if isinstance(outcome, HeldForAgent):
        return MailOutcome.PENDING
    if outcome == Ignored(IgnoredCode.DUPLICATE):
        return MailOutcome.REPEAT
    if inbound.automatic == "own":
        return MailOutcome.OWN
    if inbound.truncated:
        return MailOutcome.TOO_LARGE
    if inbound.automatic and not inbound.accepted_by:
        return MailOutcome.MACHINE
    return _OF_DONE.get(outcome.code, MailOutcome.NOTHING) if isinstance(outcome, Done) else MailOutcome.NOTHING


_OF_DONE = {DoneCode.CASE: MailOutcome.CASE, DoneCode.REPLY: MailOutcome.REPLY}
