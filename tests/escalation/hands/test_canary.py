"""No internal word reaches a subscriber: a canary sings in every text that is for agents alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from console.runtime.content_folders import TEMPLATES
from desk.language.templates import Templates
from desk.model.acts import AddJournalEntry, Addressee, RuleAct, SayReadyText, SayTemplate, is_for_agents
from desk.model.agent_operations import AddNote, Resolve, SetEta, Take, TakeBackWords
from desk.model.case import Case
from desk.model.events import Event, OperationOrdered, Said, TimerFired
from desk.model.operations.base import AgentOperation
from desk.model.operations.case_operations import (
    HELD_REASONS,
    PENDING_REASONS,
    REJECTED_REASONS,
    RELATIONS,
    Cancel,
    Classify,
    Consult,
    Escalate,
    HandOver,
    Hold,
    Merge,
    Pend,
    Reject,
    Relate,
    Release,
    Resume,
)
from desk.model.operations.journal_of_moves import CaseMoved
from escalation.hands.joining_rules import OtherCase
from escalation.hands.moves import TELL_MOVE, LastMove
from tests.escalation.hands.test_hands import PROVIDER
from tests.escalation.rounds import CONTACT, IVANOVA, NOW, PETROV, a_case, decided

CANARY = "КАНАРЕЙКА"
INSIDE = (CANARY, "l2_", "escalated", "customer_responsibility", "third_party", "queue:", "duplicate", "L2", "L3", "P1")
"""What no subscriber reads: words of agents, codes, levels and priorities."""
SAID = (
    "Горит красная лампочка LOS",
    "спасибо",
    "когда почините?",
    "позовите человека",
    "заработало",
    "отмените заявку",
)
DESK = Templates(TEMPLATES)
OPERATIONS = 1000
ROUNDS_OF_ONE = 25


def ordered(dice: random.Random) -> AgentOperation:
    """Any operation, with the canary in whatever is not for the subscriber."""
    return dice.choice(
        (
            Take(),
            SetEta(dice.choice((60, 240))),
            AddNote(CANARY),
            Resolve("заменили порт"),
            Pend(dice.choice(PENDING_REASONS), dice.choice(("", "Пришлите, пожалуйста, фото"))),
            Hold(dice.choice(HELD_REASONS), CANARY),
            Resume(CANARY),
            Reject(dice.choice(REJECTED_REASONS), CANARY),
            Cancel(CANARY),
            Release(CANARY),
            HandOver(dice.choice(("l1", "l2", "ivanova", "petrov", "mars")), CANARY),
            Escalate(CANARY),
            Consult(dice.choice(("l2", "petrov")), CANARY),
            Classify(severity=dice.choice(("critical", "minor")), ticket_type="question", why=CANARY),
            Classify(affected=dice.randrange(50), total=100, responsibility="customer", why=CANARY),
            Merge("SN-7", CANARY),
            Relate("SN-7", dice.choice([*RELATIONS]), CANARY),
            TakeBackWords(dice.choice(("", "move"))),
        )
    )


def heard(acts: Sequence[RuleAct], case: Case, language: str, by_agent: bool) -> list[str]:
    """What of these acts a subscriber reads."""
    said = []
    for act in acts:
        inside = is_for_agents(act.to) if isinstance(act, (SayTemplate, SayReadyText)) else True
        to_agent = isinstance(act, (SayTemplate, SayReadyText)) and act.to is Addressee.SPEAKER and by_agent
        if isinstance(act, SayTemplate) and not (inside or to_agent):
            wanted = DESK.names_in(language, act.template)
            known = {"number": case.number or "", **dict.fromkeys(wanted - {*act.names}, ""), **act.names}
            said.append(DESK.say("sever", language, act.template, known).plain)
        elif isinstance(act, SayReadyText) and not (inside or to_agent):
            said.append(act.text.plain)
    return said


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("seconds", [0, 5])
def test_no_internal_word_reaches_a_subscriber_in_thousands_of_operations(language: str, seconds: int) -> None:
    provider, dice = replace(PROVIDER, undo_seconds=seconds), random.Random(f"{language} {seconds}")
    tried, spoken = set[str](), 0
    for _ in range(OPERATIONS // ROUNDS_OF_ONE):
        case, at, last = a_case(queue="queue:l1", level="L1"), NOW, None
        case.language, case.related, case.responsibility = language, [], ""
        case.severity = case.impact = case.urgency = case.priority = case.ticket_type = case.category = ""
        case.owner = case.place = case.occurred = case.last_acknowledgement = case.circumstances = ""
        case.unread = case.eta_version = case.eta_told = case.recurrences = 0
        case.upset = case.proved = False
        case.answers, case.present, case.absent, case.articles, case.history = {}, [], [], [], []
        for _ in range(ROUNDS_OF_ONE):
            at += timedelta(seconds=dice.choice((1, 10, 70)))
            event: Event = dice.choice(
                (
                    OperationOrdered(ordered(dice)),
                    OperationOrdered(ordered(dice)),
                    Said(dice.choice(SAID)),
                    TimerFired(TELL_MOVE, TELL_MOVE),
                )
            )
            if isinstance(event, Said) and not case.open:
                continue
            known = [OtherCase(7, "SN-7", 1, "inProgress", "petrov"), *([last] if last else [])]
            agent = dice.choice((IVANOVA, PETROV))
            acts = decided(case, event, agent=agent, at=at, provider=provider, contact=CONTACT, known=known)
            by_agent = isinstance(event, OperationOrdered)
            for words in heard(acts, case, language, by_agent):
                assert not any(one in words for one in INSIDE), (event, words)
                spoken += 1
            tried.add(type(event.operation if isinstance(event, OperationOrdered) else event).__name__)
            moved = [one for one in acts if isinstance(one, AddJournalEntry) and isinstance(one.event, CaseMoved)]
            for one in moved:
                assert isinstance(one.event, CaseMoved)
                last = LastMove(one.event, one.text, agent.id, at)
            if any(type(one).__name__ == "RefuseOperation" for one in acts):
                assert len(acts) == 1
    assert len(tried) >= 19, "every operation is tried, and what subscribers write"
    assert spoken > 100, "subscribers heard a lot"
