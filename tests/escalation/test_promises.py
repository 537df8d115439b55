"""Promises are kept: a lapsed time is told once for each version, and a case that nobody takes is not forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desk.model.acts import Addressee, CancelTimer, Ignore, RuleAct, SayTemplate, SetTimer
from desk.model.agent_operations import SetEta, Take
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.events import Said, TimerFired
from desk.model.provider_sections.limits_and_promises import WaitingPromises
from escalation.usual_wait import UsualWait, usual_wait
from tests.escalation.rounds import CONTACT, NOW, PROVIDER, a_case, decided, in_progress, ordered, resolved, templates

HOUR = timedelta(hours=1)
OBSOLETE = [Ignore(IgnoredCode.TIMER_OBSOLETE)]


def timers(acts: Sequence[RuleAct]) -> dict[str, tuple[str, datetime]]:
    """The timers set, by their keys: the kind, and when."""
    return {act.key: (act.kind, act.at) for act in acts if isinstance(act, SetTimer)}


def fires(case: Case, kind: str, at: datetime) -> Sequence[RuleAct]:
    """The acts of a timer."""
    return decided(case, TimerFired(kind), at=at)


def word(acts: Sequence[RuleAct], template: str) -> SayTemplate:
    """The first sentence of that name."""
    return next(act for act in acts if isinstance(act, SayTemplate) and act.template == template)


class TestEta:
    def test_a_promise_is_watched_and_its_agent_asked_shortly_before(self) -> None:
        case = in_progress()
        acts = ordered(case, SetEta(120))
        assert timers(acts) == {
            "eta": ("eta_over", NOW + 2 * HOUR),
            "eta_soon": ("eta_soon", NOW + 2 * HOUR - timedelta(minutes=12)),
        }
        soon = fires(case, "eta_soon", NOW + 2 * HOUR - timedelta(minutes=12))
        assert (templates(soon), word(soon, "agents_eta_soon").names["minutes"]) == (["agents_eta_soon"], "15")

    def test_of_a_short_one_nobody_is_asked_before(self) -> None:
        acts = ordered(in_progress(), SetEta(8))
        assert CancelTimer("eta_soon") in acts

    def test_a_lapsed_one_is_told_once_in_every_way(self) -> None:
        case = in_progress(eta=NOW + HOUR, eta_version=1, proved=True)
        acts = fires(case, "eta_over", NOW + HOUR)
        assert templates(acts, Addressee.SUBSCRIBER) == templates(acts, Addressee.ON_FILE) == ["eta_lapsed"]
        unproved = fires(in_progress(eta=NOW + HOUR, eta_version=1), "eta_over", NOW + HOUR)
        assert templates(unproved, Addressee.ON_FILE) == [], "to whom it may be no business"
        assert templates(acts, Addressee.AGENTS) == ["agents_eta_over"]
        names = word(acts, "eta_lapsed").names
        assert (names["time"], names["by_time"]) == ("10:00", "10:30")
        assert timers(acts) == {"eta": ("eta_news", NOW + HOUR + PROVIDER.waiting.eta_news_within)}
        assert fires(case, "eta_over", NOW + HOUR) == OBSOLETE

    def test_a_new_one_that_lapses_is_told_again(self) -> None:
        case = in_progress(eta=NOW + HOUR, eta_version=1)
        fires(case, "eta_over", NOW + HOUR)
        ordered(case, SetEta(60), at=NOW + HOUR)
        assert "eta_lapsed" in templates(fires(case, "eta_over", NOW + 2 * HOUR))

    @pytest.mark.parametrize(
        "case",
        [
            resolved(eta=NOW, eta_version=1),
            a_case(state="closed", reason="customer_verified", eta=NOW, eta_version=1),
            in_progress(eta=NOW + 3 * HOUR, eta_version=2),
            in_progress(),
        ],
    )
    def test_one_that_was_kept_or_moved_has_not_lapsed(self, case: Case) -> None:
        assert fires(case, "eta_over", NOW + HOUR) == OBSOLETE

    @pytest.mark.parametrize(("minutes", "moved"), [(180, "later"), (30, "earlier"), (60, "")])
    def test_another_time_says_whether_it_is_later(self, minutes: int, moved: str) -> None:
        acts = ordered(in_progress(eta=NOW + HOUR, eta_version=1), SetEta(minutes))
        names = word(acts, "eta_told").names
        assert (names["moved"], names["was_time"]) == (moved, "10:00")

    def test_when_no_news_came_in_time_that_is_told_once_and_the_agents_are_pressed(self) -> None:
        case = in_progress(eta=NOW + HOUR, eta_version=1)
        fires(case, "eta_over", NOW + HOUR)
        late = NOW + HOUR + timedelta(minutes=30)
        acts = fires(case, "eta_news", late)
        assert templates(acts) == ["eta_news_none", "agents_eta_owed"]
        assert timers(acts)["eta"][0] == "eta_owed"
        assert templates(fires(case, "eta_owed", late + 4 * HOUR)) == ["agents_eta_owed"]

    @pytest.mark.parametrize("kind", ["eta_news", "eta_owed"])
    def test_a_new_time_or_a_solution_ends_the_pressing(self, kind: str) -> None:
        case = in_progress(eta=NOW + HOUR, eta_version=1)
        fires(case, "eta_over", NOW + HOUR)
        ordered(case, SetEta(60), at=NOW + HOUR)
        assert fires(case, kind, NOW + HOUR + timedelta(minutes=30)) == OBSOLETE
        assert fires(resolved(eta=NOW, eta_version=1, eta_told=1), kind, NOW + HOUR) == OBSOLETE

    def test_a_case_without_a_promise_is_pointed_out(self) -> None:
        assert templates(fires(in_progress(), "eta_missing", NOW)) == ["agents_eta_missing"]


class TestNobodyTakesIt:
    FIRST, SECOND, THIRD = PROVIDER.waiting.press_after

    def test_the_group_is_told_then_louder_and_the_subscriber_hears_once(self) -> None:
        case, kind, said = a_case(), "not_taken", []
        for after in (self.FIRST, self.SECOND, self.THIRD, self.THIRD + 4 * HOUR):
            acts = fires(case, kind, NOW + after)
            kind, at = timers(acts)["take"]
            said.append((templates(acts, Addressee.SUBSCRIBER), word(acts, "agents_not_taken").names["loud"]))
            assert at > NOW + after
        assert said == [([], ""), (["still_waiting"], "1"), ([], "1"), ([], "1")]

    def test_after_downtime_one_notice_has_the_latest_state(self) -> None:
        acts = fires(a_case(), "not_taken", NOW + timedelta(days=1))
        assert templates(acts) == ["agents_not_taken", "still_waiting"]
        assert word(acts, "agents_not_taken").names["hours"] == "24"
        assert list(timers(acts).values()) == [("not_taken_told", NOW + timedelta(days=1) + self.THIRD)]

    @pytest.mark.parametrize("case", [in_progress(), resolved(), a_case(state="closed", reason="customer_verified")])
    def test_a_case_that_somebody_has_is_left_alone(self, case: Case) -> None:
        assert fires(case, "not_taken", NOW + HOUR) == OBSOLETE

    def test_taking_it_ends_the_pressing(self) -> None:
        case = a_case()
        assert CancelTimer("take") in ordered(case, Take())
        assert case.taken_at == NOW


class TestRegistration:
    def registered(self, *known: object, usual: timedelta | None = None) -> Sequence[RuleAct]:
        """A case gets its number."""
        case = a_case(number=None, registered_at=None, reason="triage")
        provider = replace(PROVIDER, waiting=WaitingPromises(usual))
        return decided(case, Said("ул. Лесная, 5"), provider=provider, known=known, contact=CONTACT)

    def test_nobody_invents_how_long_it_takes(self) -> None:
        acts = self.registered()
        assert word(acts, "registered").names["usual"] == ""
        assert timers(acts)["take"] == ("not_taken", NOW + PROVIDER.waiting.press_after[0])

    def test_the_provider_says_or_the_desk_has_measured(self) -> None:
        assert word(self.registered(usual=timedelta(minutes=20)), "registered").names["minutes"] == "20"
        measured = self.registered(UsualWait(timedelta(minutes=52)))
        assert word(measured, "registered").names["hours"] == "1"

    def test_of_few_cases_nothing_is_concluded(self) -> None:
        assert usual_wait([timedelta(minutes=3)] * 9) is None
        assert usual_wait([timedelta(minutes=one) for one in range(1, 13)]) == UsualWait(timedelta(minutes=9))
