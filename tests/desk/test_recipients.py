"""Whom an audience means, and how urgent it is to say it to them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desk.language.rich_text import RichText
from desk.model.acts import (
    Addressee,
    AgentAddressee,
    Audience,
    ExternalAddressee,
    SayReadyText,
    SayTemplate,
    TeamAddressee,
    TopicAddressee,
    is_for_agents,
)
from desk.model.agent_operations import Take
from desk.model.case import Case
from desk.model.core_facts import CaseContacts
from desk.model.events import Event, Inbound, OperationOrdered, Said, TimerFired
from desk.model.messages import Address, SendPriority
from desk.pipeline.recipients import addresses_of, priority_of

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ANNA = Address("telegram", "telegram:main", "42")
ON_FILE = Address("mail", "mail:support", "anna@mail.test")
GROUP = Address("telegram", "telegram:main", "-1001")
NIGHT = Address("telegram", "telegram:main", "-1002", 7)
CONTACT = CaseContacts(
    ANNA,
    ON_FILE,
    GROUP,
    outlets={"mail": "mail:support", "telegram": "telegram:main"},
    places={TeamAddressee("night"): NIGHT},
)
NOBODY = CaseContacts(None, None, None)


def reached(to: Audience, contact: CaseContacts = CONTACT, by_agent: bool = False) -> list[Address]:
    """The addresses of an audience, while Anna or an agent speaks."""
    sender = Address("telegram", "telegram:main", "700001") if by_agent else ANNA
    event: Event = OperationOrdered(Take()) if by_agent else Said("words")
    case = Case(provider="sever", id=1, person_id=1, language="ru", proved=True, opened_at=AT, updated_at=AT)
    return addresses_of(to, case, Inbound("telegram:main", sender, AT, event), contact, is_new=False)


@pytest.mark.parametrize(
    ("to", "addresses"),
    [
        (Addressee.SPEAKER, [ANNA]),
        (Addressee.SUBSCRIBER, [ANNA]),
        (Addressee.ON_FILE, [ON_FILE]),
        (Addressee.AGENTS, [GROUP]),
        (TeamAddressee("night"), [NIGHT]),
        (TeamAddressee("l1"), [GROUP]),
        (AgentAddressee("ivanova"), [GROUP]),
        (TopicAddressee(5), [Address("telegram", "telegram:main", "-1001", 5)]),
        (ExternalAddressee("mail", "noc@carrier.test"), [Address("mail", "mail:support", "noc@carrier.test")]),
        (ExternalAddressee("telegram", "99"), [Address("telegram", "telegram:main", "99")]),
        (ExternalAddressee("fax", "1"), []),
    ],
)
def test_each_audience_has_its_address(to: Audience, addresses: list[Address]) -> None:
    assert reached(to) == addresses


@pytest.mark.parametrize(
    "to",
    [*Addressee, TeamAddressee("l1"), AgentAddressee("a"), TopicAddressee(5), ExternalAddressee("mail", "x@y.test")],
)
def test_where_nothing_is_known_nobody_is_reached(to: Audience) -> None:
    assert reached(to, NOBODY) == ([ANNA] if to is Addressee.SPEAKER else [])


def test_a_group_elsewhere_has_no_topics() -> None:
    group = Address("chat", "chat:sever", "agents")
    assert reached(TopicAddressee(5), CaseContacts(None, None, group)) == [group]


def test_an_agent_who_speaks_is_answered_in_the_group() -> None:
    assert reached(Addressee.SPEAKER, by_agent=True) == [GROUP]


def test_who_is_an_agent() -> None:
    audiences: list[Audience] = [
        Addressee.AGENTS,
        TeamAddressee("l1"),
        AgentAddressee("a"),
        TopicAddressee(5),
        Addressee.SPEAKER,
        ExternalAddressee("mail", "x"),
    ]
    assert [is_for_agents(to) for to in audiences] == [True, True, True, True, False, False]


@pytest.mark.parametrize(
    ("act", "to", "priority"),
    [
        (SayTemplate("hello"), ANNA, SendPriority.DIALOG),
        (SayReadyText(RichText("hello")), ANNA, SendPriority.DIALOG),
        (SayTemplate("eta_told", to=Addressee.ON_FILE), ON_FILE, SendPriority.NOTICE),
        (SayTemplate("agent_says", to=Addressee.ON_FILE, human=True), ON_FILE, SendPriority.DIALOG),
        (SayTemplate("agents_new", to=Addressee.AGENTS), GROUP, SendPriority.DIALOG),
        (SayTemplate("agents_new", to=TeamAddressee("night")), NIGHT, SendPriority.DIALOG),
        (
            SayTemplate("outage", to=ExternalAddressee("mail", "x")),
            Address("mail", "mail:support", "x"),
            SendPriority.NOTICE,
        ),
        (SayTemplate("outage", to=Addressee.SUBSCRIBER, priority=SendPriority.BULK), ANNA, SendPriority.BULK),
    ],
)
def test_an_answer_is_more_urgent_than_a_notice(act: SayTemplate, to: Address, priority: SendPriority) -> None:
    assert priority_of(act, to, Inbound("telegram:main", ANNA, AT, Said("words")), CONTACT) is priority


def test_what_the_clock_says_is_a_notice() -> None:
    """Nobody has just written: the subscriber does not wait for it."""
    clock = Inbound("clock", Address("desk", "clock", ""), AT, TimerFired("silent"))
    assert priority_of(SayTemplate("reminder", to=Addressee.SUBSCRIBER), ANNA, clock, CONTACT) is SendPriority.NOTICE
