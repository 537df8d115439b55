"""Change requests have windows that both sides agree to, and no clocks (D6): the rules, decided in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.language.conditions import CompiledCondition
from desk.model.acts import (
    AddJournalEntry,
    Addressee,
    CancelTimer,
    ChangeState,
    Facts,
    Ignore,
    RefuseOperation,
    RuleAct,
    SayTemplate,
    SetFields,
    SetTimer,
)
from desk.model.agent_operations import ApproveChange, ProposeChange, Reply, ReportChange, Resolve, Take
from desk.model.arrival_outcomes import IgnoredCode, OperationRefusalCode
from desk.model.calendars.business_calendar import WorkingTime, around_the_clock
from desk.model.calendars.typed_windows import TypedWindow, begins_with_date, instant_of, typed_moment, typed_window
from desk.model.calendars.versions import CalendarVersions
from desk.model.case import Case
from desk.model.core_facts import Now, ReplyTiming
from desk.model.events import Event, Inbound, OperationOrdered, Pressed, Said, TimerFired
from desk.model.journal import ChangeAnswered, ChangeReported
from desk.model.operations.base import AgentOperation
from desk.model.provider_sections.members import Agent
from desk.model.service_levels.clocks import ClockEvent, ClockKind, ClockMove, ClockState, after
from desk.model.service_levels.policy import ServiceLevel, ServicePolicy
from desk.model.service_levels.targets import parse_target
from escalation.changes.planned_change import card_labels, planned_change
from escalation.sla.clock_rules import run_clocks
from escalation.sla.clock_table import CaseClocks, WriteClocks
from tests.escalation.rounds import (
    ANNA,
    IVANOVA,
    NOW,
    PETROV,
    PROVIDER,
    a_case,
    decided,
    in_progress,
    ordered,
    templates,
)

LEAD = replace(PETROV, role="lead")
WINDOW = ProposeChange("2026-12-03T02:00", "2026-12-03T04:00", "замена узла")
ZONE = PROVIDER.timezone
BEGINS = datetime(2026, 12, 3, 2, 0, tzinfo=ZONE).astimezone(UTC)
ENDS = BEGINS + timedelta(hours=2)
RESOLUTION = ClockKind.RESOLUTION
OBSOLETE = [Ignore(IgnoredCode.TIMER_OBSOLETE)]
Code = OperationRefusalCode


def proposed(**fields: object) -> Case:
    """A case of Ivanova's for which she proposed a window."""
    case = in_progress(**fields)
    ordered(case, WINDOW)
    return case


def agreed(**fields: object) -> Case:
    """The same, and both sides agreed."""
    case = proposed(**fields)
    says(case, "да, согласен")
    ordered(case, ApproveChange(), agent=LEAD)
    return case


def says(case: Case, text: str, at: datetime = NOW + timedelta(minutes=5)) -> Sequence[RuleAct]:
    """What follows from the subscriber's words."""
    return decided(case, Said(text, text), at=at, known=[ReplyTiming()])


def presses(case: Case, option: str) -> Sequence[RuleAct]:
    """What follows from a button under the last prompt."""
    return decided(case, Pressed(1, case.dialog_state.prompt, option))


def fires(case: Case, kind: str, at: datetime) -> Sequence[RuleAct]:
    """What a timer does."""
    return decided(case, TimerFired(kind), at=at)


def timers(acts: Sequence[RuleAct]) -> dict[str, tuple[str, datetime]]:
    """The timers set, by key."""
    return {act.key: (act.kind, act.at) for act in acts if isinstance(act, SetTimer)}


def answers(acts: Sequence[RuleAct]) -> list[tuple[str, bool, int, str]]:
    """Who agreed to which window, and in which words."""
    noted = [act.event for act in acts if isinstance(act, AddJournalEntry)]
    return [(one.side, one.agreed, one.version, one.words) for one in noted if isinstance(one, ChangeAnswered)]


def refused(case: Case, operation: AgentOperation, agent: Agent = IVANOVA, at: datetime = NOW) -> Code | None:
    """With which code an order is refused; None where it is carried out."""
    acts = ordered(case, operation, agent=agent, at=at)
    return next((act.code for act in acts if isinstance(act, RefuseOperation)), None)


class TestTypedWindows:
    @pytest.mark.parametrize(
        ("typed", "window"),
        [
            (
                "2026-12-03 02:00-04:00 замена узла",
                TypedWindow("2026-12-03T02:00", "2026-12-03T04:00", "замена узла"),
            ),
            ("03.12.2026 с 2:00 до 4.30, узел", TypedWindow("2026-12-03T02:00", "2026-12-03T04:30", "узел")),
            (
                "2026-12-02 23:00 – 2026-12-03 03:00 node",
                TypedWindow("2026-12-02T23:00", "2026-12-03T03:00", "node"),
            ),
            ("2026-12-03 02:00-04:00", TypedWindow("2026-12-03T02:00", "2026-12-03T04:00", "")),
            ("2026-02-30 02:00-04:00 узел", TypedWindow()),
            ("2026-12-03 02:00-25:00 узел", TypedWindow()),
            ("2026-12-03 02:00-04:000 узел", TypedWindow()),
            ("завтра ночью", TypedWindow()),
            ("", TypedWindow()),
        ],
    )
    def test_a_window_is_read_or_it_is_none(self, typed: str, window: TypedWindow) -> None:
        assert typed_window(typed) == window

    def test_a_moment_and_a_date(self) -> None:
        assert typed_moment("2026-12-03T02:00") == typed_moment("03.12.2026 2:00") == "2026-12-03T02:00"
        assert typed_moment("2026-12-03") == typed_moment("02:00") == ""
        assert begins_with_date("2026-12-03 02:00-04:00 x")
        assert not begins_with_date("SN-2026-000123-4 2026-12-03")

    def test_hours_of_a_clock_change(self) -> None:
        """An hour left out is none; one that comes twice begins with its first pass and ends with its last."""
        berlin = ZoneInfo("Europe/Berlin")
        assert instant_of("2026-03-29T02:30", berlin) is None
        assert instant_of("2026-10-25T02:30", berlin) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert instant_of("2026-10-25T02:30", berlin, is_end=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
        assert instant_of("", berlin) is instant_of("soon", berlin) is None


class TestProposing:
    @pytest.mark.parametrize("case", [a_case(), in_progress(), a_case(state="pending", reason="x", owner="petrov")])
    def test_the_case_becomes_a_change_request_that_is_held(self, case: Case) -> None:
        owner = case.owner
        acts = ordered(case, WINDOW)
        assert (case.ticket_type, case.state, case.reason) == ("change_request", "held", "change_window")
        assert case.owner == (owner or "ivanova")
        assert templates(acts, Addressee.SUBSCRIBER) == ["change_ask"]
        assert templates(acts, Addressee.AGENTS) == ["agents_change_proposed"]
        assert case.expecting.owner == "change"
        assert {"eta", "take"} <= {act.key for act in acts if isinstance(act, CancelTimer)}
        change = planned_change(case)
        assert change is not None
        assert (change.begins, change.ends, change.proposer, change.agreed) == (BEGINS, ENDS, "ivanova", False)

    def test_whose_account_is_proved_is_asked_by_mail_too(self) -> None:
        acts = ordered(in_progress(proved=True), WINDOW)
        assert templates(acts, Addressee.ON_FILE) == ["change_ask"]
        assert templates(ordered(in_progress(), WINDOW), Addressee.ON_FILE) == []

    @pytest.mark.parametrize(
        ("operation", "code"),
        [
            (ProposeChange("", "", ""), Code.CHANGE_UNCLEAR),
            (ProposeChange("2026-12-03T02:00", "2026-12-03T04:00", " "), Code.CHANGE_UNCLEAR),
            (ProposeChange("2026-12-03T02:00", "2026-12-03T02:00", "x"), Code.CHANGE_ENDS_FIRST),
            (ProposeChange("2026-12-03T23:00", "2026-12-03T03:00", "x"), Code.CHANGE_ENDS_FIRST),
            (ProposeChange("2026-11-29T02:00", "2026-11-29T04:00", "x"), Code.CHANGE_IN_PAST),
        ],
    )
    def test_a_window_that_is_none_is_refused(self, operation: ProposeChange, code: Code) -> None:
        case = in_progress()
        assert refused(case, operation) is code
        assert (case.state, case.ticket_type or "") == ("inProgress", "")

    def test_another_window_voids_both_approvals(self) -> None:
        case = agreed()
        acts = ordered(case, ProposeChange("2026-12-04T02:00", "2026-12-04T04:00", "замена узла"), agent=LEAD)
        change = planned_change(case)
        assert change is not None
        assert (change.version, dict(change.customer), dict(change.provider)) == (2, {}, {})
        assert CancelTimer("change_reminder") in acts
        assert timers(acts)["change_over"][0] == "change_lapsed"
        assert refused(case, ApproveChange(1), IVANOVA) is Code.CHANGE_REPLACED, "the button of the first window"
        assert fires(case, "change_over", ENDS) == OBSOLETE


class TestTwoApprovals:
    def test_only_both_make_the_window_agreed_and_all_are_told_once(self) -> None:
        case = proposed()
        first = presses(case, "change_yes")
        assert answers(first) == [("customer", True, 1, "change_yes")]
        assert templates(first) == ["change_yours", "agents_change_customer"]
        second = ordered(case, ApproveChange(1), agent=LEAD)
        assert answers(second) == [("provider", True, 1, "change_approve")]
        assert templates(second) == ["change_agreed", "agents_change_agreed"]
        assert timers(second)["change_over"] == ("change_over", ENDS)
        assert templates(ordered(case, ApproveChange(1), agent=LEAD)) == [], "pressed again"

    def test_in_the_other_order_too(self) -> None:
        case = proposed()
        assert templates(ordered(case, ApproveChange(), agent=LEAD)) == ["agents_change_approved"]
        assert templates(says(case, "да, подходит")) == ["change_agreed", "agents_change_agreed"]

    def test_who_may_approve_for_the_provider(self) -> None:
        case = proposed()
        assert refused(case, ApproveChange(), PETROV) is Code.CHANGE_NOT_LEAD
        assert refused(case, ApproveChange(), replace(IVANOVA, role="lead")) is Code.CHANGE_OWN
        assert refused(case, ApproveChange(), LEAD, BEGINS) is Code.CHANGE_IN_PAST
        assert refused(case, ApproveChange(), replace(PETROV, role="admin")) is None
        assert refused(in_progress(), ApproveChange(), LEAD) is Code.CHANGE_NONE

    @pytest.mark.parametrize("text", ["да", "Согласна, спасибо", "ок, подходит", "нас устраивает", "хорошо"])
    def test_words_that_agree(self, text: str) -> None:
        assert answers(says(proposed(), text)) == [("customer", True, 1, text)]

    @pytest.mark.parametrize("text", ["другое время", "нет, лучше в четверг", "не подходит", "да, но лучше после трёх"])
    def test_another_time_goes_to_the_agent(self, text: str) -> None:
        case = proposed()
        acts = says(case, text)
        assert answers(acts) == [("customer", False, 1, text)]
        assert templates(acts) == ["agents_change_declined", "subscriber_says", "change_passed_on"]
        assert answers(says(case, "да")) == [], "a later yes is to what is asked then"

    @pytest.mark.parametrize(
        "text", ["всё работает", "у нас во дворе собака", "закрывайте", "ок?", "да, только предупредите"]
    )
    def test_what_is_neither_agrees_to_nothing_and_is_asked_again_once(self, text: str) -> None:
        case = proposed()
        acts = says(case, text)
        assert answers(acts) == []
        assert "change_again" in templates(acts)
        assert "change_again" not in templates(says(case, text))
        assert answers(says(case, "согласен")) == [("customer", True, 1, "согласен")]

    def test_a_yes_to_an_agents_words_is_none_to_the_window(self) -> None:
        case = proposed()
        case.answered_at = NOW + timedelta(minutes=1)
        acts = says(case, "да, хорошо")
        assert answers(acts) == []
        assert "change_again" in templates(acts)
        assert answers(says(case, "да", NOW + timedelta(minutes=9))) == [("customer", True, 1, "да")]

    def test_the_button_for_another_time_asks_which(self) -> None:
        case = proposed()
        acts = presses(case, "change_other")
        assert (answers(acts), templates(acts)[-1]) == ([("customer", False, 1, "change_other")], "change_which_time")

    def test_a_yes_that_comes_too_late(self) -> None:
        case = proposed()
        acts = says(case, "да", BEGINS)
        assert (answers(acts), templates(acts)[-1]) == ([], "change_too_late")

    def test_a_human_is_called_all_the_same(self) -> None:
        assert "change_again" not in templates(says(proposed(), "позовите оператора"))


class TestWindow:
    def test_it_is_reminded_of_by_day_the_day_before(self) -> None:
        case = proposed()
        says(case, "да")
        at = timers(ordered(case, ApproveChange(), agent=LEAD))["change_reminder"][1]
        assert at.astimezone(ZONE).strftime("%d %H:%M") == "02 09:00"
        acts = fires(case, "change_reminder", at)
        assert templates(acts, Addressee.SUBSCRIBER) == ["change_reminder"]
        assert templates(acts, Addressee.AGENTS) == ["agents_change_reminder"]
        assert fires(case, "change_reminder", BEGINS) == OBSOLETE, "after a downtime"
        late = fires(case, "change_reminder", BEGINS - timedelta(hours=1))
        assert templates(late) == ["agents_change_reminder"], "the customer is not woken"

    def test_its_result_is_asked_for_and_done_asks_whether_all_works(self) -> None:
        case = agreed()
        asked = fires(case, "change_over", ENDS)
        (word,) = [act for act in asked if isinstance(act, SayTemplate)]
        assert word.template == "agents_change_result"
        assert [one.id for one in word.buttons[0]] == ["change:done:1", "change:undone:1"]
        assert timers(asked)["change_over"] == ("change_over", ENDS + timedelta(days=1))
        acts = ordered(case, ReportChange(True, "узел заменили", 1), at=ENDS)
        assert (case.state, case.reason, case.expecting.owner) == ("resolved", "awaiting_consent", "consent")
        assert "resolved_ask" in templates(acts, Addressee.SUBSCRIBER)
        assert [
            act.event.done for act in acts if isinstance(act, AddJournalEntry) and isinstance(act.event, ChangeReported)
        ] == [True]
        assert fires(case, "change_over", ENDS + timedelta(days=1)) == OBSOLETE

    def test_not_done_goes_back_to_work_with_the_agents_words(self) -> None:
        case = agreed()
        acts = ordered(case, ReportChange(False, "не привезли деталь"), at=ENDS)
        assert (case.state, case.reason) == ("inProgress", "change_not_done")
        (word,) = [act for act in acts if isinstance(act, SayTemplate) and act.to is Addressee.SUBSCRIBER]
        assert (word.template, getattr(word.names["why"], "plain", ""), word.names["agreed"]) == (
            "change_not_done",
            "не привезли деталь",
            "1",
        )
        assert refused(case, ReportChange(True)) is Code.CHANGE_NONE

    def test_nothing_is_done_without_both_approvals_or_before_the_window(self) -> None:
        case = proposed()
        for order in (ReportChange(True), Resolve("готово")):
            assert refused(case, order, at=ENDS) is Code.CHANGE_NOT_AGREED
        case = agreed()
        for order in (ReportChange(True), Resolve("готово")):
            assert refused(case, order) is Code.CHANGE_NOT_BEGUN
        assert refused(case, ReportChange(False, "отменили")) is None, "it may be called off at any time"
        assert refused(agreed(), Resolve("готово"), at=ENDS) is None

    def test_a_window_that_nobody_agreed_to_lapses_by_day(self) -> None:
        case = in_progress()
        kind, at = timers(ordered(case, WINDOW))["change_over"]
        assert (kind, at.astimezone(ZONE).strftime("%d %H:%M")) == ("change_lapsed", "03 09:00")
        acts = fires(case, kind, at)
        assert ChangeState("inProgress", "change_lapsed") in acts
        assert templates(acts) == ["change_lapsed", "agents_change_lapsed"]
        assert (case.state, case.expecting.owner) == ("inProgress", "")
        assert fires(agreed(), kind, at) == OBSOLETE

    def test_another_agent_who_takes_or_answers_leaves_the_window(self) -> None:
        case = agreed()
        case.owner = ""
        ordered(case, Take(), agent=PETROV)
        assert (case.owner, case.state, case.reason) == ("petrov", "held", "change_window")
        ordered(case, Reply("скоро начнём"), agent=PETROV)
        assert planned_change(case) is not None

    def test_an_incident_again_has_no_window(self) -> None:
        case = agreed()
        case.ticket_type = "incident"
        assert fires(case, "change_over", ENDS) == fires(case, "change_reminder", NOW) == OBSOLETE
        assert card_labels(case, PROVIDER)["window"] == ""

    def test_the_card_tells_who_has_agreed(self) -> None:
        case = proposed()
        assert card_labels(case, PROVIDER) == {
            "window": "03.12.2026 02:00–04:00",
            "window_customer": "",
            "window_provider": "",
        }
        says(case, "да")
        assert card_labels(case, PROVIDER)["window_customer"] == "1"


class TestClocks:
    """What a contract promises is for incidents: a change request has no clock, and one that it was is begun anew."""

    POLICY = ServicePolicy(
        (ServiceLevel("gold", {}, CompiledCondition.of("True"), "24x7", {RESOLUTION: {"": parse_target("4h")}}),),
        calendars={"24x7": CalendarVersions.of(WorkingTime(around_the_clock(ZONE)))},
    )

    def round(self, case: Case, operation: AgentOperation | None, at: datetime, kept: CaseClocks) -> CaseClocks:
        """The clocks after an order, or after the case was classified as it is now."""
        provider = replace(PROVIDER, service=self.POLICY)
        if operation is None:
            inbound: Inbound[Event] = Inbound(ANNA.channel, ANNA, at, OperationOrdered(Take()))
            facts = Facts([Now(at), provider, kept])
            done = run_clocks(case, inbound, facts, [SetFields({"ticket_type": case.ticket_type})])
            acts: Sequence[RuleAct] = done.acts if done else ()
            for act in acts:
                if isinstance(act, SetFields):
                    case.change(act.changes)
        else:
            acts = ordered(case, operation, at=at, provider=provider, known=[kept])
        written = [act for act in acts if isinstance(act, WriteClocks)]
        return CaseClocks({**kept.clocks, **{clock.kind: clock for one in written for clock, _ in one.clocks}})

    def test_they_are_cancelled_and_none_starts_until_it_is_an_incident_again(self) -> None:
        case = in_progress(ticket_type="incident", sla="gold")
        started = ClockEvent(
            RESOLUTION, ClockMove.START, NOW, "registered", parse_target("4h"), calendar="24x7", rule="sla:gold"
        )
        clock = after(None, started, self.POLICY.versions_of)
        assert clock is not None
        kept = self.round(case, WINDOW, NOW + timedelta(hours=1), CaseClocks({RESOLUTION: clock}))
        assert kept.clocks[RESOLUTION].state is ClockState.CANCELLED
        assert (case.sla, case.due_at) == ("", None)
        again = self.round(case, ReportChange(False, "отменили"), NOW + timedelta(hours=2), kept)
        assert again == kept, "still a change request"
        case.ticket_type = "incident"
        anew = self.round(case, None, NOW + timedelta(hours=3), kept).clocks[RESOLUTION]
        assert (anew.state, anew.started_at) == (ClockState.RUNNING, NOW + timedelta(hours=3))
        assert (case.sla, case.due_at) == ("gold", NOW + timedelta(hours=7))
