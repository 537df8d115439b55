"""What agents order to move a case on, decided by the desk's own rules: no channel, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    AgentAddressee,
    CancelTimer,
    EmitArrival,
    RefuseOperation,
    RuleAct,
    SayTemplate,
    SetTimer,
    TeamAddressee,
)
from desk.model.agent_operations import Take, TakeBackWords
from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.case import Case, goes_on_in
from desk.model.events import Said, TimerFired
from desk.model.journal_data import JournalEntryData
from desk.model.operations.base import AgentOperation
from desk.model.operations.case_operations import (
    HELD_REASONS,
    PENDING_REASONS,
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
from desk.model.operations.classes import IMPACTS, URGENCIES, priority, priority_of
from desk.model.operations.journal_of_moves import CaseClassified, CaseMoved, CasesRelated
from desk.model.provider_sections.members import Team
from escalation.hands.joining_rules import OtherCase
from escalation.hands.moves import TELL_MOVE, LastMove
from tests.escalation.rounds import NOW, PETROV, a_case, decided, in_progress, ordered, templates
from tests.escalation.rounds import PROVIDER as SEVER

L2 = Team("l2", "queue", {"ru": "Сеть"})
PROVIDER = replace(SEVER, teams=(Team("l1", "queue", {"ru": "Первая линия"}), L2))
FULL_ROW = {"occurred": "вчера", "place": "Мира, 1", "related": [], "responsibility": ""}


def events(acts: Sequence[RuleAct], kind: type[JournalEntryData]) -> list[Any]:
    return [act.event for act in acts if isinstance(act, AddJournalEntry) and isinstance(act.event, kind)]


def does(case: Case, operation: AgentOperation, **how: Any) -> Sequence[RuleAct]:
    return ordered(case, operation, provider=PROVIDER, **how)


def last(acts: Sequence[RuleAct], agent: str = "ivanova") -> LastMove:
    (entry,) = [one for one in acts if isinstance(one, AddJournalEntry) and isinstance(one.event, CaseMoved)]
    assert isinstance(entry.event, CaseMoved)
    return LastMove(entry.event, entry.text, agent, NOW)


def tells(case: Case, acts: Sequence[RuleAct]) -> Sequence[RuleAct]:
    """What is said once the seconds for undoing are over."""
    return decided(case, TimerFired(TELL_MOVE, TELL_MOVE), provider=PROVIDER, known=[last(acts)])


class TestStates:
    @pytest.mark.parametrize("reason", PENDING_REASONS)
    def test_a_pended_case_waits_for_its_subscriber_who_hears_what_is_needed(self, reason: str) -> None:
        case = in_progress()
        acts = does(case, Pend(reason, "Пришлите, пожалуйста, фото"))
        assert (case.state, case.reason) == ("pending", reason)
        assert case.responsibility == ("customer" if reason == "customer_responsibility" else "")
        assert templates(acts, Addressee.SUBSCRIBER) == []
        (said,) = tells(case, acts)
        assert isinstance(said, SayTemplate)
        assert (said.template, said.names["reason"], said.human) == ("case_pended", reason, True)

    @pytest.mark.parametrize("reason", HELD_REASONS)
    def test_a_held_case_waits_and_what_colleagues_were_told_is_not_said(self, reason: str) -> None:
        case = in_progress()
        acts = does(case, Hold(reason, "КАНАРЕЙКА"))
        assert (case.state, case.reason) == ("held", reason)
        (said,) = tells(case, acts)
        assert "КАНАРЕЙКА" not in str(said)

    def test_whoever_lets_an_untaken_case_wait_has_it(self) -> None:
        case = a_case()
        does(case, Pend())
        assert (case.owner, case.state) == ("ivanova", "pending")

    def test_one_kind_of_waiting_follows_the_other(self) -> None:
        case = in_progress()
        does(case, Pend())
        does(case, Hold("spare_part"))
        assert case.state == "held"
        does(case, Resume())
        assert (case.state, case.reason) == ("inProgress", "diagnosing")

    def test_an_answer_goes_on_with_a_case_that_waited_for_it(self) -> None:
        case = in_progress()
        does(case, Pend())
        decided(case, Said("Горит красная лампочка LOS, остальные зелёные"), provider=PROVIDER)
        assert case.state == "inProgress"

    def test_small_talk_does_not(self) -> None:
        case = in_progress()
        does(case, Pend())
        decided(case, Said("спасибо"), provider=PROVIDER)
        assert case.state == "pending"

    def test_spam_ends_silently_and_everything_else_is_told(self) -> None:
        case = a_case()
        acts = does(case, Reject("spam"))
        assert (case.state, case.reason) == ("rejected", "spam")
        assert templates(acts, Addressee.SUBSCRIBER) == []
        assert not [one for one in acts if isinstance(one, SetTimer) and one.kind == TELL_MOVE]
        other = a_case()
        assert templates(tells(other, does(other, Reject("not_covered")))) == ["case_rejected"]

    @pytest.mark.parametrize(
        ("operation", "code"),
        [
            (Pend("because"), OperationRefusalCode.REASON_UNKNOWN),
            (Hold(""), OperationRefusalCode.REASON_UNKNOWN),
            (Reject("spam"), OperationRefusalCode.TOO_LATE_TO_REJECT),
            (Resume(), OperationRefusalCode.NOT_WAITING),
            (HandOver("l2", ""), OperationRefusalCode.SUMMARY_MISSING),
            (HandOver("mars", "почему"), OperationRefusalCode.NO_SUCH_RECEIVER),
            (HandOver("ivanova", "почему"), OperationRefusalCode.ALREADY_THERE),
            (Consult("l2", " "), OperationRefusalCode.SUMMARY_MISSING),
            (Classify(severity="huge", why="x"), OperationRefusalCode.CLASS_UNKNOWN),
            (Classify(severity="major"), OperationRefusalCode.SUMMARY_MISSING),
            (Classify(why="x"), OperationRefusalCode.CLASS_UNKNOWN),
            (Classify(affected=3, total=2, why="x"), OperationRefusalCode.CLASS_UNKNOWN),
            (Merge("SN-9"), OperationRefusalCode.NO_SUCH_CASE),
        ],
        ids=str,
    )
    def test_what_cannot_be_done_is_refused_and_changes_nothing(
        self, operation: AgentOperation, code: OperationRefusalCode
    ) -> None:
        case = in_progress()
        (refused,) = does(case, operation)
        assert isinstance(refused, RefuseOperation)
        assert refused.code is code
        assert (case.state, case.owner, case.severity) == ("inProgress", "ivanova", "")

    def test_a_cancelled_case_is_told_and_presses_nobody(self) -> None:
        case = in_progress()
        acts = does(case, Cancel("позвонили"))
        assert (case.state, case.reason) == ("cancelled", "customer_withdrew")
        assert {CancelTimer("take"), CancelTimer("eta")} <= {one for one in acts if isinstance(one, CancelTimer)}
        assert templates(tells(case, acts)) == ["case_cancelled"]


class TestHands:
    def test_a_team_gets_the_case_with_the_summary_and_the_subscriber_notices_nothing(self) -> None:
        case = in_progress(taken_at=NOW, queue="queue:l1")
        acts = does(case, HandOver("L2", "порт проверен, затухание 28 дБ"))
        assert (case.owner, case.queue, case.state) == ("", "queue:l2", "inProgress")
        assert templates(acts, Addressee.SUBSCRIBER) == []
        (moved,) = events(acts, CaseMoved)
        assert (moved.source, moved.target) == ("ivanova", "queue:l2")
        (told,) = [one for one in acts if isinstance(one, SayTemplate)]
        assert told.to == TeamAddressee("l2")
        assert any(isinstance(one, SetTimer) and one.kind == "not_taken_told" for one in acts)
        assert templates(does(case, Take(), agent=PETROV), Addressee.SUBSCRIBER) == []
        assert case.owner == "petrov"

    def test_a_person_gets_it_by_name(self) -> None:
        case = in_progress(taken_at=NOW)
        acts = does(case, HandOver("Олег", "сдаю смену"))
        assert case.owner == "petrov"
        (told,) = [one for one in acts if isinstance(one, SayTemplate)]
        assert told.to == AgentAddressee("petrov")
        assert templates(acts, Addressee.SUBSCRIBER) == []

    def test_a_released_case_waits_in_its_queue(self) -> None:
        case = in_progress(taken_at=NOW, queue="queue:l1")
        acts = does(case, Release("обед"))
        assert (case.owner, case.queue, case.reason) == ("", "queue:l1", "queued")
        assert templates(acts, Addressee.SUBSCRIBER) == []

    def test_level_two_wants_to_know_what_since_and_where(self) -> None:
        case = in_progress(level="L1")
        (refused,) = does(case, Escalate("сеть"))
        assert refused == RefuseOperation(OperationRefusalCode.FACTS_MISSING, {"what": "", "since": "1", "where": "1"})
        does(critical := in_progress(level="L1", severity="critical"), Escalate("сеть"))
        assert critical.level == "L2"
        full = in_progress(level="L1", occurred="вчера", place="unknown")
        does(full, Escalate("сеть"))
        assert (full.level, full.reason, full.owner) == ("L2", "escalated_l2", "ivanova")
        does(full, Escalate("ядро"))
        assert full.level == "L3"
        assert does(full, Escalate("ещё")) == [RefuseOperation(OperationRefusalCode.LEVEL_HIGHEST)]

    def test_who_is_consulted_reads_the_question_and_the_case_stays(self) -> None:
        case = in_progress()
        acts = does(case, Consult("l2", "видели такое?"))
        assert case.owner == "ivanova"
        assert [one.to for one in acts if isinstance(one, SayTemplate)] == [TeamAddressee("l2")]


class TestClasses:
    @pytest.mark.parametrize(
        ("affected", "total", "severity", "impact"),
        [
            (199, 10_000, "minor", "single"),
            (200, 10_000, "major", "significant"),
            (1999, 10_000, "major", "significant"),
            (2000, 10_000, "critical", "extensive"),
        ],
    )
    def test_severity_follows_from_the_share_of_those_affected(
        self, affected: int, total: int, severity: str, impact: str
    ) -> None:
        case = in_progress()
        acts = does(case, Classify(component="access_node", affected=affected, total=total, why="узел лежит"))
        assert (case.severity, case.impact) == (severity, impact)
        noted = {one.what: (one.value, one.computed) for one in events(acts, CaseClassified)}
        assert noted["severity"] == (severity, True)

    def test_what_an_agent_names_goes_before_what_is_computed(self) -> None:
        case = in_progress()
        does(case, Classify(severity="critical", affected=1, total=100, why="больница"))
        assert case.severity == "critical"
        assert priority_of(case) == "P2"
        does(case, Classify(priority="P1", why="просил руководитель"))
        assert priority_of(case) == "P1"

    def test_priority_is_the_matrix_of_impact_and_urgency(self) -> None:
        matrix = [[priority(impact, urgency) for urgency in URGENCIES] for impact in IMPACTS]
        assert matrix == [["P1", "P1", "P2"], ["P1", "P2", "P3"], ["P2", "P3", "P4"]]
        assert priority("", "") == "P3"


class TestJoining:
    OTHER = OtherCase(7, "SN-7", 1, "inProgress", "petrov")

    def test_a_merged_case_leads_on_and_the_other_one_is_told(self) -> None:
        case = in_progress()
        acts = does(case, Merge("SN-7", "об одном"), known=[self.OTHER])
        assert (case.state, case.reason) == ("rejected", "duplicate")
        assert goes_on_in(case) == 7
        assert len([one for one in acts if isinstance(one, EmitArrival)]) == 1
        assert templates(tells(case, acts)) == ["case_merged"]

    @pytest.mark.parametrize(
        "other",
        [replace(OTHER, person_id=2), replace(OTHER, id=1), replace(OTHER, state="closed")],
        ids=["of another person", "itself", "closed"],
    )
    def test_only_two_open_cases_of_one_person_are_merged(self, other: OtherCase) -> None:
        case = in_progress()
        assert does(case, Merge("SN-7"), known=[other]) == [RefuseOperation(OperationRefusalCode.CANNOT_MERGE)]
        assert case.state == "inProgress"

    def test_a_relation_stands_in_both(self) -> None:
        case = in_progress()
        acts = does(case, Relate("SN-7", "causedBy", "один кабель"), known=[self.OTHER])
        assert case.related == [{"case": "7", "number": "SN-7", "kind": "causedBy"}]
        (emitted,) = [one for one in acts if isinstance(one, EmitArrival)]
        assert b'"causes"' in emitted.message.body
        assert events(acts, CasesRelated) == [CasesRelated("SN-7", "causedBy")]


MOVES: tuple[tuple[AgentOperation, bool], ...] = (
    (Pend("no_access"), False),
    (Hold("third_party"), False),
    (Cancel(), False),
    (Release(), False),
    (HandOver("l2", "почему"), False),
    (HandOver("petrov", "почему"), False),
    (Escalate("почему"), False),
    (Merge("SN-7"), False),
    (Reject("not_covered"), True),
    (Reject("spam"), True),
    (Pend("info_required"), True),
    (HandOver("l2", "почему"), True),
)


class TestUndo:
    @pytest.mark.parametrize(("operation", "untaken"), MOVES, ids=str)
    def test_a_slip_is_taken_back_whole_and_nobody_hears_of_it(self, operation: AgentOperation, untaken: bool) -> None:
        case = (
            a_case(queue="queue:l1", level="L1", **FULL_ROW)
            if untaken
            else in_progress(queue="queue:l1", level="L1", taken_at=NOW, **FULL_ROW)
        )
        before = (case.state, case.reason, case.owner, case.queue, case.level, case.responsibility, case.related)
        acts = does(case, operation, known=[TestJoining.OTHER])
        back = does(case, TakeBackWords("move"), known=[last(acts)], at=NOW + timedelta(seconds=3))
        after = (case.state, case.reason, case.owner, case.queue, case.level, case.responsibility, case.related)
        assert after == before
        assert CancelTimer(TELL_MOVE) in back
        assert templates(back, Addressee.SUBSCRIBER) == []

    def test_what_was_told_already_is_taken_back_in_words(self) -> None:
        case = in_progress()
        acts = does(case, Hold("third_party"))
        back = does(case, TakeBackWords(), known=[last(acts)], at=NOW + timedelta(seconds=30))
        assert templates(back, Addressee.SUBSCRIBER) == ["case_slip"]

    @pytest.mark.parametrize(
        ("agent", "seconds"), [("ivanova", 61), ("petrov", 3)], ids=["a minute later", "somebody else's"]
    )
    def test_only_the_own_move_and_only_for_a_minute(self, agent: str, seconds: int) -> None:
        case = in_progress()
        acts = does(case, Hold("third_party"))
        at = NOW + timedelta(seconds=seconds)
        refused = does(case, TakeBackWords("move"), known=[last(acts, agent)], at=at)
        assert refused == [RefuseOperation(OperationRefusalCode.NO_MOVE_TO_UNDO)]
        assert case.state == "held"

    def test_what_has_changed_since_is_not_taken_back(self) -> None:
        case = in_progress()
        acts = does(case, Pend())
        decided(case, Said("Горит красная лампочка LOS"), provider=PROVIDER)
        refused = does(case, TakeBackWords("move"), known=[last(acts)])
        assert refused == [RefuseOperation(OperationRefusalCode.NO_MOVE_TO_UNDO)]
