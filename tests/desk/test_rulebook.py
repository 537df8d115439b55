"""The rules are asked in their order, each only for what it hears, and what they decide is carried out once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from console.runtime.rule_order import OPERATIONS, RULEBOOK, TIMERS
from desk.model import agent_operations
from desk.model.acts import (
    AddJournalEntry,
    ChangeState,
    Decision,
    Expect,
    Facts,
    Ignore,
    RefuseOperation,
    Rule,
    RuleAct,
    SetFields,
    decide,
)
from desk.model.agent_operations import Reply, Resolve, Take
from desk.model.arrival_outcomes import Done, DoneCode, Ignored, IgnoredCode, OperationRefusalCode, OperationRefused
from desk.model.case import Case
from desk.model.core_facts import CaseContacts, CaseMatch
from desk.model.dialog_state import CONSENT, QUESTION
from desk.model.events import (
    AccountAnswered,
    AgentsGroupChanged,
    AlarmsDue,
    DeliveryFailed,
    Event,
    Inbound,
    MaybeSent,
    NotForDesk,
    OpenedChat,
    OperationOrdered,
    Pressed,
    Reacted,
    Said,
    TimerFired,
)
from desk.model.journal import StateChanged
from desk.model.messages import Address
from desk.model.states import CaseState, ForbiddenTransition
from desk.pipeline.decide import KEEPER, RoundDecision, apply_rules, is_case_saved, outcome_of
from desk.pipeline.rulebook import (
    Rulebook,
    RulesByKey,
    Stage,
    expectation_owner,
    operation_type,
    rule_name,
    timer_kind,
)

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ANNA = Address("telegram", "telegram:main", "5001")
EVENTS: tuple[Event, ...] = (
    Said("x"),
    Pressed(1, 1, "yes"),
    OpenedChat(),
    Reacted("👍"),
    DeliveryFailed(),
    MaybeSent(),
    TimerFired("eta_over"),
    OperationOrdered(Take()),
    NotForDesk(),
    AgentsGroupChanged(present=True),
    AlarmsDue(()),
    AccountAnswered("contract", "40-1187", "billing"),
)
ASKED: list[str] = []


@pytest.fixture(autouse=True)
def asked() -> list[str]:
    """The names of the rules that were asked, in order."""
    ASKED.clear()
    return ASKED


def rule(name: str, *acts: RuleAct, done: bool = False, words_used: bool = True) -> Rule:
    """A rule that decides these acts, and nothing where there are none."""

    def one(case: Case, inbound: Inbound[Any], facts: Facts) -> Decision | None:
        ASKED.append(name)
        return decide(*acts, done=done, words_used=words_used) if acts or done else None

    one.__name__ = name
    return one


def new_case(**changes: Any) -> Case:
    """A case in its intake."""
    case = Case(provider="sever", id=1, person_id=1, state="acknowledged", reason="intake", description="", queue="")
    case.change(changes)
    return case


def inbound_of(event: Event) -> Inbound[Event]:
    """This happens in Anna's chat."""
    return Inbound(ANNA.channel, ANNA, NOW, event, "sever")


def decided(book: Rulebook, case: Case | None, event: Event, *facts: object) -> RoundDecision:
    """What the rulebook decides about an event."""
    going = apply_rules(book, case, inbound_of(event), Facts([CaseMatch("only"), *facts]), NOW)
    with pytest.raises(StopIteration) as ended:
        next(going)  # which would be a fact that is wanted
    found = ended.value.value
    assert isinstance(found, RoundDecision)
    return found


def test_every_kind_of_event_is_tried_here() -> None:
    assert {type(one) for one in EVENTS} == set(get_args(Event))


@pytest.mark.parametrize("event", EVENTS, ids=lambda one: type(one).__name__)
def test_a_stage_is_asked_for_the_events_it_hears_and_for_no_other(event: Event, asked: list[str]) -> None:
    each = [Stage(kind.__name__, (kind,), (rule(kind.__name__),)) for kind in get_args(Event)]
    both = Stage("both", (Said, Pressed), (rule("both"),))
    switch = RulesByKey("switch", (Pressed, OpenedChat), lambda case, inbound: "key", {"key": (rule("switch"),)})
    decided(Rulebook((*each, both, switch)), new_case(), event)
    more = [
        name for name, hears in (("both", (Said, Pressed)), ("switch", (Pressed, OpenedChat))) if type(event) in hears
    ]
    assert asked == [type(event).__name__, *more]


def test_rules_are_asked_in_order_until_one_is_done(asked: list[str]) -> None:
    book = Rulebook(
        (
            Stage("one", (Said,), (rule("first"), rule("second", SetFields({"queue": "a"})))),
            Stage("two", (Said,), (rule("third", SetFields({"severity": "major"}), done=True), rule("fourth"))),
            Stage("three", (Said,), (rule("fifth"),)),
        )
    )
    case = new_case()
    found = decided(book, case, Said("x"))
    assert asked == ["first", "second", "third"]
    assert (found.asked, found.decided_by) == (3, ["tests.second", "tests.third"])
    assert (case.queue, case.severity) == ("a", "major")


def test_the_condition_is_looked_at_before_each_rule(asked: list[str]) -> None:
    """What an earlier rule of the stage decided may end it, or let a later stage begin."""
    book = Rulebook(
        (
            Stage(
                "intake",
                (Said,),
                (rule("asks"), rule("finishes", SetFields({"queue": "l1"})), rule("asks_more")),
                when=lambda case, inbound, facts: not case.queue,
            ),
            Stage("routed", (Said,), (rule("routed"),), when=lambda case, inbound, facts: bool(case.queue)),
        )
    )
    decided(book, new_case(), Said("x"))
    assert asked == ["asks", "finishes", "routed"]


def test_of_a_switch_only_the_rules_under_the_key_are_asked(asked: list[str]) -> None:
    rules = {QUESTION: (rule("answer"), rule("and_more")), CONSENT: (rule("consent"),)}
    book = Rulebook((RulesByKey("answers", (Said,), expectation_owner, rules),))
    case = new_case()
    decided(book, case, Said("x"))
    assert asked == [], "nothing is expected"
    case.dialog_state.change({"expecting": type(case.expecting)(QUESTION, "scope")})
    decided(book, case, Said("x"))
    assert asked == ["answer", "and_more"]


def test_the_condition_of_a_switch_is_looked_at_before_each_rule_too(asked: list[str]) -> None:
    rules = {"x": (rule("first", SetFields({"queue": "l1"})), rule("second"))}
    switch = RulesByKey(
        "x", (Said,), lambda case, inbound: "x", rules, when=lambda case, inbound, facts: not case.queue
    )
    decided(Rulebook((switch,)), new_case(), Said("x"))
    decided(Rulebook((switch,)), new_case(queue="l1"), Said("x"))
    assert asked == ["first"]


def test_the_owner_set_by_an_earlier_rule_hears_the_answer(asked: list[str]) -> None:
    """The key is looked up when the switch has its turn."""
    book = Rulebook(
        (
            Stage("ask", (Said,), (rule("asks", Expect(CONSENT)),)),
            RulesByKey("answers", (Said,), expectation_owner, {CONSENT: (rule("consent"),)}),
        )
    )
    decided(book, new_case(), Said("x"))
    assert asked == ["asks", "consent"]


def test_a_timer_goes_to_the_rules_of_its_kind(asked: list[str]) -> None:
    """One of an unknown kind is quarantined before: `desk.pipeline.internal_channel` knows the kinds."""
    rules = {"eta_over": (rule("over"),), "silent": (rule("silent"),)}
    book = Rulebook((RulesByKey("timers", (TimerFired,), timer_kind, rules),))
    for kind in ("eta_over", "of_tomorrow"):
        decided(book, new_case(), TimerFired(kind))
    assert asked == ["over"]


def test_an_order_goes_to_the_rules_of_its_operation(asked: list[str]) -> None:
    book = Rulebook(
        (RulesByKey("orders", (OperationOrdered,), operation_type, {Take: (rule("take"),), Reply: (rule("reply"),)}),)
    )
    decided(book, new_case(), OperationOrdered(Reply("x")))
    decided(book, new_case(), OperationOrdered(Resolve("x")))
    assert asked == ["reply"]


def test_without_a_case_only_the_rules_for_that_are_asked_until_one_decides(asked: list[str]) -> None:
    def without(name: str, *acts: RuleAct) -> Callable[[Inbound[Any], Facts], Decision | None]:
        def one(inbound: Inbound[Any], facts: Facts) -> Decision | None:
            ASKED.append(name)
            return decide(*acts) if acts else None

        one.__name__ = name
        return one

    ignored = Ignore(IgnoredCode.NO_SUCH_CASE)
    book = Rulebook(
        (Stage("every", get_args(Event), (rule("with_case"),)),),
        without_case=(without("first"), without("second", ignored), without("third", Ignore(IgnoredCode.EMPTY))),
    )
    found = decided(book, None, TimerFired("eta_over"))
    assert asked == ["first", "second"]
    assert (found.acts, found.decided_by, found.asked) == ([ignored], ["tests.second"], 2)
    assert outcome_of(found.acts, is_new=False) == Ignored(IgnoredCode.NO_SUCH_CASE)
    assert not is_case_saved(found.acts)


def test_an_agents_order_that_a_state_forbids_is_refused_and_changes_nothing_else(asked: list[str]) -> None:
    """Acts of the same rule and of earlier ones are dropped with it, and no later rule is asked."""
    book = Rulebook(
        (
            Stage("orders", (OperationOrdered,), (rule("notes", AddJournalEntry(StateChanged("x"))),)),
            Stage(
                "orders",
                (OperationOrdered,),
                (
                    rule("reopens", SetFields({"owner": "ivanova"}), ChangeState(CaseState.IN_PROGRESS, "reopened")),
                    rule("goes_on", SetFields({"queue": "l1"})),
                ),
            ),
        )
    )
    case = new_case(state="closed")
    found = decided(book, case, OperationOrdered(Take()))
    assert found.acts == [RefuseOperation(OperationRefusalCode.FORBIDDEN_TRANSITION)]
    assert (found.rules, asked) == (["tests.reopens"], ["notes", "reopens"])
    assert outcome_of(found.acts, is_new=False) == OperationRefused(OperationRefusalCode.FORBIDDEN_TRANSITION)
    assert not is_case_saved(found.acts), "the case in hand is thrown away"
    assert case.state == "closed"


@pytest.mark.parametrize("event", [Said("x"), TimerFired("eta_over")])
def test_a_forbidden_change_of_state_by_anybody_else_is_a_fault_of_the_rule(event: Event) -> None:
    book = Rulebook((Stage("x", (Said, TimerFired), (rule("x", ChangeState(CaseState.IN_PROGRESS, "x")),)),))
    with pytest.raises(ForbiddenTransition):
        decided(book, new_case(state="closed"), event)


def test_a_change_of_state_is_told_in_the_journal_by_the_rule_that_decided_it() -> None:
    book = Rulebook((Stage("x", (Said,), (rule("x", ChangeState(CaseState.RESOLVED, "self_help")),)),))
    found = decided(book, new_case(), Said("x"))
    assert found.acts[1] == AddJournalEntry(StateChanged("resolved", "self_help", "acknowledged"))
    assert found.rules == ["tests.x", "tests.x"]


@pytest.mark.parametrize("used", [True, False])
def test_words_that_no_rule_used_are_kept_with_the_case(used: bool) -> None:
    case = new_case(description="нет интернета")
    book = Rulebook((Stage("x", (Said,), (rule("x", SetFields({"queue": "l1"}), words_used=used),)),))
    found = decided(book, case, Said("и телефон не работает"))
    assert case.description == ("нет интернета" if used else "нет интернета\nи телефон не работает")
    assert (KEEPER in found.decided_by) is not used


def test_where_no_rule_decides_nothing_is_done() -> None:
    case = new_case()
    found = decided(Rulebook((Stage("x", (Said,), (rule("x"),)),)), case, Said("нет интернета"))
    assert (found.acts, found.asked, case.description) == ([], 1, "")
    assert outcome_of(found.acts, is_new=True) == Done(DoneCode.NOTHING)


def test_every_operation_and_every_event_has_a_rule_in_the_desks_own_rulebook() -> None:
    assert set(OPERATIONS) == set(agent_operations.OPERATIONS.values())
    known = Facts([CaseMatch("only"), CaseContacts(None, None, None)])
    of_no_case = (AgentsGroupChanged, AlarmsDue)  # their rules stand among `without_case`
    for event in (one for one in EVENTS if not isinstance(one, of_no_case)):
        case = new_case()
        assert next(RULEBOOK.asked(case, inbound_of(event), known), None), event
    assert all(TIMERS.values())


def test_no_two_rules_of_the_desk_have_one_name() -> None:
    """The journal and the arrivals name rules by them."""
    named: dict[str, set[object]] = {}
    for stage in RULEBOOK.stages:
        groups = stage.rules.values() if isinstance(stage, RulesByKey) else (stage.rules,)
        for one in (one for group in groups for one in group):
            named.setdefault(rule_name(one), set()).add(one)
    for without in RULEBOOK.without_case:
        named.setdefault(rule_name(without), set()).add(without)
    assert [name for name, rules in named.items() if len(rules) > 1] == []
    assert all(len(name) <= 60 for name in named), "as long as the journal has room"
