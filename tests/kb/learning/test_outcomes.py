"""Outcomes of suggestions are derived from the cases; only what does not come back is a deflection."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from kb.learning.suggestion_outcomes import (
    CaseReturnFacts,
    RecordedSuggestion,
    ReturnFinder,
    SettledSuggestion,
    failing_articles,
    outcome_of,
    tally_by_article,
)

OPENED_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST_CASE = CaseReturnFacts(1, "sever", 7, "40-1187", OPENED_AT, "no_internet", ("no-internet",), is_finished=True)


def recorded_suggestion(
    said: str = "helped", matter: CaseReturnFacts = FIRST_CASE, article: str = "no-internet"
) -> RecordedSuggestion:
    return RecordedSuggestion(
        article, "ru", matter, said, matter.opened_at, matter.opened_at if said != "offered" else None
    )


def later_case(days: float, **changes: object) -> CaseReturnFacts:
    return dataclasses.replace(FIRST_CASE, case_id=2, opened_at=OPENED_AT + days * DAY, **changes)  # type: ignore[arg-type]


def outcome_with(
    *others: CaseReturnFacts, after: float = 30, said: str = "helped", matter: CaseReturnFacts = FIRST_CASE
) -> tuple[str, bool]:
    found = outcome_of(recorded_suggestion(said, matter), ReturnFinder((matter, *others)), OPENED_AT + after * DAY)
    return found.outcome, found.is_deflection


def test_it_is_a_deflection_only_once_the_window_is_over() -> None:
    assert outcome_with(after=6.9) == ("helped", False)
    assert outcome_with(after=7) == ("helped", True)


def test_the_same_person_about_the_same_within_the_window_came_back() -> None:
    assert outcome_with(later_case(3)) == ("came_back", False)
    assert outcome_with(later_case(7)) == ("came_back", False)
    assert outcome_with(later_case(7.01)) == ("helped", True)
    assert outcome_with(later_case(3, articles=(), dialog="no_internet")) == ("came_back", False)


def test_another_matter_or_another_person_is_no_return() -> None:
    assert outcome_with(later_case(3, articles=("charges",), dialog="billing")) == ("helped", True)
    assert outcome_with(later_case(3, person=8, contract="41-0001")) == ("helped", True)
    assert outcome_with(later_case(3, provider="volga")) == ("helped", True)


def test_a_return_from_another_address_is_known_by_the_contract() -> None:
    assert outcome_with(later_case(3, person=8)) == ("came_back", False)


def test_a_case_of_which_nobody_knows_what_it_is_about_counts_as_a_return() -> None:
    """What cannot be told is not claimed as a success."""
    assert outcome_with(later_case(3, articles=(), dialog="")) == ("came_back", False)


def test_no_answer_is_ignoring_once_the_case_went_on_or_a_day_has_passed() -> None:
    waiting = dataclasses.replace(FIRST_CASE, is_finished=False)
    assert outcome_with(said="offered", matter=waiting, after=0.5) == ("open", False)
    assert outcome_with(said="offered", matter=waiting, after=1) == ("ignored", False)
    assert outcome_with(said="offered", after=0.01) == ("ignored", False)


def test_the_figures_are_by_article_and_language() -> None:
    english = dataclasses.replace(recorded_suggestion("not_helped"), language="en")
    those = [
        SettledSuggestion(recorded_suggestion(), "helped", True),
        SettledSuggestion(recorded_suggestion(), "came_back"),
        SettledSuggestion(english, "not_helped"),
    ]
    links = [("no-internet", "ru", "linked"), ("no-internet", "ru", "shown"), ("", "ru", "none")]
    tallies = tally_by_article(those, links)
    russian = tallies["no-internet", "ru"]
    assert (russian.offered, russian.deflected, russian.linked, russian.uses, russian.success) == (2, 1, 1, 3, 0.5)
    assert tallies["no-internet", "en"].success == 0
    assert set(tally_by_article(those, links, by_language=False)) == {("no-internet", "")}


def outcomes_in_a_row(*said: str) -> list[SettledSuggestion]:
    those = [
        dataclasses.replace(recorded_suggestion(), offered_at=OPENED_AT + number * DAY) for number in range(len(said))
    ]
    return [SettledSuggestion(one, what) for one, what in zip(those, said, strict=True)]


def test_two_failures_in_ten_uses_flag_an_article() -> None:
    assert failing_articles(outcomes_in_a_row("not_helped", *["helped"] * 8, "not_helped"), {}) == {
        "no-internet": "did not help in 2 of its last 10 uses"
    }
    assert failing_articles(outcomes_in_a_row("not_helped", *["helped"] * 9, "not_helped"), {}) == {}
    assert failing_articles(outcomes_in_a_row("not_helped", "ignored", "helped", "open"), {}) == {}


def test_an_edit_begins_the_count_anew() -> None:
    those = outcomes_in_a_row("not_helped", "not_helped", "helped")
    assert failing_articles(those, {"no-internet": OPENED_AT + 1.5 * DAY}) == {}
    assert failing_articles(those, {"no-internet": OPENED_AT - DAY}) != {}
