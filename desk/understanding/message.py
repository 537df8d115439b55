"""A subscriber's message as it is understood in its case: the one door by which rules ask what was said."""

from __future__ import annotations

from typing import Any

from desk.model.acts import Facts
from desk.model.case import Case
from desk.model.core_facts import Now, ReplyTiming
from desk.model.dialog_state import CHANGE, CONSENT, SELF_HELP, SETTLED
from desk.model.events import Inbound
from desk.model.provider_files import Provider
from desk.understanding.reading.observations import Situation, TalkStage, Understanding
from desk.understanding.understand import understand

_IN_TURN = ReplyTiming()


def understood(case: Case, inbound: Inbound[Any], facts: Facts, question: str = "") -> Understanding:
    """What the message says, given what the case expects. ``question`` is the meaning of the open question, where the
    caller knows it (`intake.engine.model.Question.means`)."""
    return understand(inbound.text, situation_of(case, facts, question))


def situation_of(case: Case, facts: Facts, question: str = "") -> Situation:
    """The situation of a case, before the message is applied to it.

    A message that was written before the open question had arrived is understood as if nothing had been asked.
    """
    provider, turn = facts.need(Provider), facts.get(ReplyTiming) or _IN_TURN
    asked = question if turn.may_answer else ""
    shapes = (provider.contract_shapes, provider.other_key_shapes)
    return Situation(_context(case, turn), asked, facts.need(Now).at, provider.timezone, *shapes)


def _context(case: Case, turn: ReplyTiming) -> TalkStage:
    owner = (turn.replied or case.expecting).owner if turn.may_answer else ""
    if owner in (CONSENT, SELF_HELP, SETTLED, CHANGE) and turn.wholly_after and not turn.replied:
        return TalkStage.HELPED if owner == SELF_HELP else TalkStage.CONSENT
    if case.registered:
        return TalkStage.WAITING
    return TalkStage.QUESTION if owner else TalkStage.FIRST
