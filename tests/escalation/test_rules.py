"""What agents order, and what the desk notices, decided by the desk's own rules: no channel, no database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.alarms.alarm_policy import RaiseAlarm
from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    ChangeState,
    Expect,
    Ignore,
    MarkAddress,
    RefuseOperation,
    SayTemplate,
    SetTimer,
    UpdateCard,
)
from desk.model.agent_operations import AddNote, Reply, Resolve, SetEta, Take
from desk.model.arrival_outcomes import IgnoredCode, OperationRefusalCode
from desk.model.core_facts import CaseContacts
from desk.model.dialog_state import CONSENT
from desk.model.events import CaseReference, DeliveryFailed, MaybeSent, TimerFired
from desk.model.journal import EtaPromised, NotDelivered
from desk.model.operations.base import AgentOperation
from tests.escalation.rounds import (
    ANNA,
    GROUP,
    NOW,
    PETROV,
    PROVIDER,
    a_case,
    decided,
    in_progress,
    ordered,
    templates,
)


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
            RefuseOperation(OperationRefusalCode.ALREADY_TAKEN, {"agent": "Мария Иванова"})
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
        assert ordered(in_progress(), SetEta(minutes)) == [RefuseOperation(OperationRefusalCode.ETA_UNCLEAR)]

    def test_resolving_asks_for_consent_and_closes_nothing(self) -> None:
        case = in_progress()
        acts = ordered(case, Resolve("Заменили порт"))
        assert (case.state, case.expecting.owner) == ("resolved", CONSENT)
        assert "resolved_ask" in templates(acts, Addressee.SUBSCRIBER)
        (first,) = [act for act in acts if isinstance(act, SetTimer) and act.kind == "consent_reminder"]
        assert first.at == NOW + min(PROVIDER.remind_after)

    @pytest.mark.parametrize("operation", [Take(), Reply("да"), AddNote("x"), SetEta(60), Resolve()])
    def test_a_stranger_in_the_group_orders_nothing(self, operation: AgentOperation) -> None:
        assert ordered(a_case(), operation, agent=None) == [
            RefuseOperation(OperationRefusalCode.NOT_AN_AGENT, {"id": "42", "who": ""})
        ]

    def test_an_order_about_no_case_says_what_is_missing(self) -> None:
        assert ordered(None, Take()) == [RefuseOperation(OperationRefusalCode.CASE_NOT_NAMED)]
        named = ordered(None, Take(), reference=CaseReference(number="SN-9"))
        assert named == [RefuseOperation(OperationRefusalCode.NO_SUCH_CASE, {"typed": "SN-9"})]

    def test_agents_may_talk_among_themselves(self) -> None:
        assert ordered(None, Reply("кто на смене?")) == [Ignore(IgnoredCode.AGENTS_TALK)]


class TestWhatTheDeskNotices:
    def test_who_blocked_the_bot_is_marked_and_the_agents_are_told(self) -> None:
        acts = decided(in_progress(), DeliveryFailed(gone=True, by_person=True))
        assert MarkAddress(ANNA, blocked=True, why="gone") in acts
        assert "agents_undelivered" in templates(acts, Addressee.AGENTS)
        assert NotDelivered("") in [act.event for act in acts if isinstance(act, AddJournalEntry)]

    def test_what_the_agents_group_refused_marks_nobody_and_its_card_is_posted_again(self) -> None:
        lane = f"{GROUP.channel}:{GROUP.value}"
        again, ignored = decided(in_progress(), DeliveryFailed(gone=True, lane=lane))
        assert isinstance(again, SetTimer)
        assert (again.kind, ignored) == ("card_again", Ignore(IgnoredCode.GROUP_REFUSED))

    def test_a_message_that_was_perhaps_sent_is_told_to_the_agents(self) -> None:
        assert templates(decided(in_progress(), MaybeSent(f"{ANNA.channel}:{ANNA.value}"))) == ["agents_maybe_sent"]

    def test_news_about_a_case_that_is_gone_changes_nothing(self) -> None:
        for event in (TimerFired("eta_over"), DeliveryFailed(gone=True)):
            assert decided(None, event) == [Ignore(IgnoredCode.NO_SUCH_CASE)]

    def test_what_was_perhaps_sent_about_a_case_that_is_gone_is_an_alarm(self) -> None:
        alarm, ignored = decided(None, MaybeSent())
        assert isinstance(alarm, RaiseAlarm)
        assert ignored == Ignore(IgnoredCode.NO_SUCH_CASE)


class TestStates:
    def test_a_forbidden_change_of_state_is_a_refusal_the_agent_reads(self) -> None:
        """No operation leads to one today; a rule that tried it would not end in quarantine."""
        case = in_progress()
        case.state = "held"
        assert any(isinstance(act, (ChangeState, Expect)) for act in ordered(case, Resolve("готово")))
