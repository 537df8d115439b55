"""What agents order, and what the desk notices, decided by the desk's own rules: no channel, no database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.runtime.rules import RULEBOOK
from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    ChangeState,
    Expect,
    Facts,
    Ignore,
    MarkAddress,
    PopupNotice,
    RefuseOperation,
    RuleAct,
    SayTemplate,
    SetTimer,
    UpdateCard,
)
from desk.model.agent_operations import AddNote, AgentOperation, Reply, Resolve, SetEta, Take
from desk.model.arrival_outcomes import IgnoredCode, RefusalCode
from desk.model.case import Case
from desk.model.core_facts import ActingAgent, CaseContacts, CaseMatch, Now
from desk.model.dialog_state import CONSENT, Expecting
from desk.model.events import (
    CaseReference,
    DeliveryFailed,
    Event,
    Inbound,
    MaybeSent,
    OperationOrdered,
    Pressed,
    Said,
    TimerFired,
)
from desk.model.journal import ClosingAgreed, EtaPromised, NotDelivered
from desk.model.messages import Address
from desk.model.provider_files import Agent, Provider
from desk.pipeline.decide import apply_rules

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ANNA = Address("telegram", "telegram:main", "42")
GROUP = Address("telegram", "telegram:main", "-1001")
ON_FILE = Address("mail", "mail:support", "anna@mail.test")
IVANOVA = Agent("ivanova", {"ru": "Мария Иванова"}, 700001, "", ("l1",))
PETROV = Agent("petrov", {"ru": "Олег Петров"}, 700002, "", ("l1",))
PROVIDER = Provider("sever", {"ru": "Север"}, agents=(IVANOVA, PETROV))
CONTACT = CaseContacts(ANNA, ON_FILE, GROUP)


def a_case(**fields: Any) -> Case:
    """A registered case of Anna's that waits for an agent."""
    known = {"reason": "queued", "number": "SN-1", "registered_at": NOW, "description": "нет интернета"}
    return Case(
        provider="sever",
        id=1,
        person_id=1,
        language="ru",
        opened_at=NOW,
        updated_at=NOW,
        channel=ANNA.channel,
        channel_kind=ANNA.channel_kind,
        address=ANNA.value,
        **{**known, **fields},
    )


def in_progress(**fields: Any) -> Case:
    """One that Ivanova has taken."""
    return a_case(state="inProgress", reason="diagnosing", owner="ivanova", **fields)


def resolved(**fields: Any) -> Case:
    """One that waits for consent."""
    case = a_case(state="resolved", reason="awaiting_consent", owner="ivanova", resolved_at=NOW, **fields)
    case.dialog_state.change({"expecting": Expecting(CONSENT)})
    return case


def decided(
    case: Case | None,
    event: Event,
    *,
    agent: Agent | None = IVANOVA,
    reference: CaseReference | None = None,
    contact: CaseContacts = CONTACT,
    at: datetime = NOW,
) -> Sequence[RuleAct]:
    """The acts of one round."""
    known = [Now(at), CaseMatch("button" if isinstance(event, Pressed) else "only"), PROVIDER, contact]
    inbound: Inbound[Event] = Inbound(ANNA.channel, ANNA, at, event, reference=reference or CaseReference())
    deciding = apply_rules(RULEBOOK, case, inbound, Facts([*known, ActingAgent(agent)]), at)
    try:
        while True:
            next(deciding)
    except StopIteration as stop:
        acts: Sequence[RuleAct] = stop.value.acts
        return acts


def ordered(case: Case | None, operation: AgentOperation, **how: Any) -> Sequence[RuleAct]:
    """The acts of an agent's order."""
    return decided(case, OperationOrdered(operation), **how)


def templates(acts: Sequence[RuleAct], to: Addressee | None = None) -> list[str]:
    """The sentences said, of these the ones to one recipient."""
    return [act.template for act in acts if isinstance(act, SayTemplate) and to in (None, act.to)]


class TestOrders:
    def test_taking_makes_one_the_owner_and_the_subscriber_learns_who_helps(self) -> None:
        case = a_case()
        acts = ordered(case, Take())
        assert (case.owner, case.state, case.reason) == ("ivanova", "inProgress", "diagnosing")
        assert templates(acts, Addressee.SUBSCRIBER) == ["agent_took"]
        assert SetTimer("eta_missing", NOW + PROVIDER.first_eta_within, "eta") in acts
        assert UpdateCard() in acts

    def test_a_taken_case_is_refused_with_its_owner(self) -> None:
        assert ordered(in_progress(), Take(), agent=PETROV) == [
            RefuseOperation(RefusalCode.ALREADY_TAKEN, {"agent": "Мария Иванова"})
        ]

    def test_whoever_answers_a_case_nobody_has_takes_it_quietly(self) -> None:
        case = a_case(unread=3)
        acts = ordered(case, Reply("Здравствуйте!"))
        assert (case.owner, case.unread) == ("ivanova", 0)
        assert templates(acts) == ["agent_says"]

    def test_words_to_nobody_who_can_be_reached_are_not_said(self) -> None:
        acts = ordered(in_progress(), Reply("Здравствуйте!"), contact=CaseContacts(None, None, GROUP))
        assert templates(acts) == ["unreachable"]

    def test_a_note_says_nothing_to_anybody(self) -> None:
        assert templates(ordered(in_progress(), AddNote("обрыв"))) == []

    def test_a_time_is_told_in_the_chat_and_to_the_address_on_file(self) -> None:
        case = in_progress()
        acts = ordered(case, SetEta(120))
        at = NOW + timedelta(hours=2)
        assert (case.eta, case.eta_version) == (at, 1)
        assert [act.to for act in acts if isinstance(act, SayTemplate)] == [Addressee.SUBSCRIBER, Addressee.ON_FILE]
        (promised,) = [act.event for act in acts if isinstance(act, AddJournalEntry)]
        assert promised == EtaPromised(at.astimezone(PROVIDER.timezone).isoformat(timespec="minutes"), 1)

    @pytest.mark.parametrize("minutes", [None, 0, 4, 30 * 24 * 60 + 1])
    def test_a_time_outside_the_bounds_is_refused(self, minutes: int | None) -> None:
        assert ordered(in_progress(), SetEta(minutes)) == [RefuseOperation(RefusalCode.ETA_UNCLEAR)]

    def test_resolving_asks_for_consent_and_closes_nothing(self) -> None:
        case = in_progress()
        acts = ordered(case, Resolve("Заменили порт"))
        assert (case.state, case.expecting.owner) == ("resolved", CONSENT)
        assert "resolved_ask" in templates(acts, Addressee.SUBSCRIBER)
        reminders = [act.kind for act in acts if isinstance(act, SetTimer) and act.kind == "consent_reminder"]
        assert len(reminders) == len(PROVIDER.remind_after)

    @pytest.mark.parametrize("operation", [Take(), Reply("да"), AddNote("x"), SetEta(60), Resolve()])
    def test_a_stranger_in_the_group_orders_nothing(self, operation: AgentOperation) -> None:
        assert ordered(a_case(), operation, agent=None) == [RefuseOperation(RefusalCode.NOT_AN_AGENT)]

    def test_an_order_about_no_case_says_what_is_missing(self) -> None:
        assert ordered(None, Take()) == [RefuseOperation(RefusalCode.CASE_NOT_NAMED)]
        named = ordered(None, Take(), reference=CaseReference(number="SN-9"))
        assert named == [RefuseOperation(RefusalCode.NO_SUCH_CASE, {"typed": "SN-9"})]

    def test_agents_may_talk_among_themselves(self) -> None:
        assert ordered(None, Reply("кто на смене?")) == [Ignore(IgnoredCode.AGENTS_TALK)]


class TestConsent:
    def test_yes_closes_and_the_journal_has_who_said_so(self) -> None:
        case = resolved()
        acts = decided(case, Said("да, всё работает"))
        assert (case.state, case.consent["address"]) == ("closed", "42")
        assert ClosingAgreed("telegram", "42", "", "да, всё работает") in [
            act.event for act in acts if isinstance(act, AddJournalEntry)
        ]

    def test_no_reopens_under_the_same_number(self) -> None:
        case = resolved()
        acts = decided(case, Said("нет, не работает"))
        assert (case.state, case.reason, case.number) == ("inProgress", "reopened", "SN-1")
        assert templates(acts) == ["reopened", "agents_reopened"]

    def test_neither_is_read_by_the_agent_and_asked_once_more_only_once(self) -> None:
        case = resolved()
        assert templates(decided(case, Said("а когда придёт мастер?"))) == ["subscriber_says", "consent_again"]
        assert templates(decided(case, Said("так когда же он придёт?"))) == ["subscriber_says"]
        assert case.state == "resolved"

    @pytest.mark.parametrize(("option", "state"), [("consent_yes", "closed"), ("consent_no", "inProgress")])
    def test_a_button_answers_too(self, option: str, state: str) -> None:
        case = resolved()
        decided(case, Pressed(1, 0, option))
        assert case.state == state

    def test_a_button_of_an_earlier_prompt_changes_nothing(self) -> None:
        case = resolved()
        acts = decided(case, Pressed(1, 7, "consent_yes"))
        assert acts == [PopupNotice("stale_button"), Ignore(IgnoredCode.STALE_BUTTON)]
        assert case.state == "resolved"

    def test_another_person_whose_mail_was_accepted_agrees_to_nothing(self) -> None:
        case, stranger = resolved(), Address("mail", "mail:support", "boris@mail.test")
        inbound: Inbound[Event] = Inbound("mail:support", stranger, NOW, Said("да"), accepted_by="ivanova")
        facts = Facts([Now(NOW), CaseMatch("named"), PROVIDER, CONTACT])
        with pytest.raises(StopIteration):
            next(apply_rules(RULEBOOK, case, inbound, facts, NOW))
        assert case.state == "resolved"


class TestWhatTheDeskNotices:
    def test_a_reminder_of_a_case_that_is_closed_is_obsolete(self) -> None:
        case = a_case(state="closed", reason="customer_verified")
        assert decided(case, TimerFired("consent_reminder")) == [Ignore(IgnoredCode.TIMER_OBSOLETE)]

    def test_the_last_reminder_asks_a_person_to_call(self) -> None:
        late = NOW + max(PROVIDER.remind_after)
        assert templates(decided(resolved(), TimerFired("consent_reminder"), at=late)) == [
            "consent_reminder",
            "agents_call_task",
        ]

    def test_a_promise_that_was_moved_is_not_over(self) -> None:
        case = in_progress(eta=NOW + timedelta(hours=1))
        assert decided(case, TimerFired("eta_over")) == [Ignore(IgnoredCode.TIMER_OBSOLETE)]
        assert templates(decided(case, TimerFired("eta_over"), at=NOW + timedelta(hours=1))) == ["agents_eta_over"]

    def test_a_case_without_a_promise_is_pointed_out(self) -> None:
        assert templates(decided(in_progress(), TimerFired("eta_missing"))) == ["agents_eta_missing"]

    def test_who_blocked_the_bot_is_marked_and_the_agents_are_told(self) -> None:
        acts = decided(in_progress(), DeliveryFailed(gone=True, by_person=True))
        assert MarkAddress(ANNA, blocked=True, why="gone") in acts
        assert "agents_undelivered" in templates(acts, Addressee.AGENTS)
        assert NotDelivered("") in [act.event for act in acts if isinstance(act, AddJournalEntry)]

    def test_what_the_agents_group_refused_marks_nobody(self) -> None:
        lane = f"{GROUP.channel}:{GROUP.value}"
        assert decided(in_progress(), DeliveryFailed(gone=True, lane=lane)) == [Ignore(IgnoredCode.GROUP_REFUSED)]

    def test_a_message_that_was_perhaps_sent_is_told_to_the_agents(self) -> None:
        assert templates(decided(in_progress(), MaybeSent(f"{ANNA.channel}:{ANNA.value}"))) == ["agents_maybe_sent"]

    def test_news_about_a_case_that_is_gone_changes_nothing(self) -> None:
        for event in (TimerFired("eta_over"), MaybeSent(), DeliveryFailed(gone=True)):
            assert decided(None, event) == [Ignore(IgnoredCode.NO_SUCH_CASE)]


class TestARegisteredCase:
    def test_what_is_added_goes_to_its_agent(self) -> None:
        case = in_progress()
        assert templates(decided(case, Said("ещё и телефон не работает"))) == ["subscriber_says"]
        assert case.unread == 1

    def test_before_anyone_has_it_the_first_addition_is_answered_and_all_are_counted(self) -> None:
        case = a_case()
        assert templates(decided(case, Said("и телевизор"))) == ["added"]
        assert templates(decided(case, Said("и телефон"))) == []
        assert case.unread == 2

    def test_a_human_is_on_the_way_to_who_asks_for_one(self) -> None:
        assert templates(decided(a_case(), Said("позовите оператора"))) == ["operator_soon", "agents_human_wanted"]

    def test_a_forbidden_change_of_state_is_a_refusal_the_agent_reads(self) -> None:
        """No operation leads to one today; a rule that tried it would not end in quarantine."""
        case = in_progress()
        case.state = "held"
        assert any(isinstance(act, (ChangeState, Expect)) for act in ordered(case, Resolve("готово")))
