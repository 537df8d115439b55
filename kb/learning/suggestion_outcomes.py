"""Outcomes of suggestions: helped, came back, did not help, ignored, or still open. Pure.

Most is derived from the cases, so nothing has to be kept up to date. A person came back when, within `RETURN_WINDOW`
after "it helped", they opened another case about the same subject: the same article, or the same dialog, or a case
whose subject is unknown. Only what did not come back until the window was over is a deflection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

RETURN_WINDOW = timedelta(days=7)
ANSWER_TIMEOUT = timedelta(hours=24)
"""How long a suggestion may stay unanswered before it counts as ignored."""
LAST_USES, MAX_FAILURES = 10, 2
"""An article is reported that did not help in so many of its last uses."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HELPED, CAME_BACK, NOT_HELPED, IGNORED, PENDING = "helped", "came_back", "not_helped", "ignored", "open"
OUTCOMES = (HELPED, CAME_BACK, NOT_HELPED, IGNORED, PENDING)


@dataclass(frozen=True, slots=True)
class CaseReturnFacts:
    """What of a case tells whether somebody came back. ``is_finished`` when self-help is over in it."""

    case_id: int
    provider: str
    person: int
    contract: str
    opened_at: datetime
    dialog: str = ""
    articles: tuple[str, ...] = ()
    is_finished: bool = False


@dataclass(frozen=True, slots=True)
class RecordedSuggestion:
    """One recorded suggestion; ``answer`` is offered, helped or not_helped."""

    article: str
    language: str
    case: CaseReturnFacts
    answer: str
    offered_at: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SettledSuggestion:
    """A suggestion and its outcome. ``is_deflection`` once it is sure that it spared a case."""

    suggestion: RecordedSuggestion
    outcome: str
    is_deflection: bool = False


class ReturnFinder:
    """Finds people who came back, among the cases of a period."""

    def __init__(self, cases: Iterable[CaseReturnFacts]) -> None:
        self._of_person: dict[tuple[str, object], list[CaseReturnFacts]] = {}
        for one in cases:
            for whose in _person_keys(one):
                self._of_person.setdefault((one.provider, whose), []).append(one)

    def has_returned(self, case: CaseReturnFacts, since: datetime, window: timedelta = RETURN_WINDOW) -> bool:
        """Whether the person of this case opened another one about the same subject within ``window`` after
        ``since``."""
        return any(
            later.case_id != case.case_id
            and since < later.opened_at <= since + window
            and _is_same_subject(case, later)
            for whose in _person_keys(case)
            for later in self._of_person.get((case.provider, whose), ())
        )


def _person_keys(case: CaseReturnFacts) -> tuple[object, ...]:
    """The keys a person is known by: one who writes from another address is known by their contract."""
    return (case.person, case.contract) if case.contract else (case.person,)


def _is_same_subject(case: CaseReturnFacts, later: CaseReturnFacts) -> bool:
    unknown = not later.articles and not later.dialog
    alike = bool(set(case.articles) & set(later.articles)) or (later.dialog != "" and later.dialog == case.dialog)
    return unknown or alike


def outcome_of(
    suggestion: RecordedSuggestion, returns: ReturnFinder, now: datetime, window: timedelta = RETURN_WINDOW
) -> SettledSuggestion:
    """The outcome of one suggestion, as far as it is known by ``now``."""
    if suggestion.answer == HELPED and suggestion.answered_at is not None:
        if returns.has_returned(suggestion.case, suggestion.answered_at, window):
            return SettledSuggestion(suggestion, CAME_BACK)
        return SettledSuggestion(suggestion, HELPED, is_deflection=now >= suggestion.answered_at + window)
    if suggestion.answer == NOT_HELPED:
        return SettledSuggestion(suggestion, NOT_HELPED)
    ignored = suggestion.case.is_finished or now >= suggestion.offered_at + ANSWER_TIMEOUT
    return SettledSuggestion(suggestion, IGNORED if ignored else PENDING)


@dataclass(slots=True)
class ArticleTally:
    """The figures of one article, or of one article in one language. ``linked`` counts agents' uses."""

    article: str
    language: str = ""
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    deflected: int = 0
    linked: int = 0
    drafted: int = 0
    not_useful: int = 0

    @property
    def offered(self) -> int:
        """How often subscribers were shown it."""
        return sum(self.counts.values())

    @property
    def uses(self) -> int:
        """How often it was used: by subscribers whom it helped, and by agents who linked it."""
        return self.counts[HELPED] + self.counts[CAME_BACK] + self.linked

    @property
    def success(self) -> float | None:
        """The share of those who answered or returned whom it helped for good; None where nobody did."""
        told = self.counts[HELPED] + self.counts[CAME_BACK] + self.counts[NOT_HELPED]
        return self.counts[HELPED] / told if told else None


def tally_by_article(
    outcomes: Iterable[SettledSuggestion], links: Iterable[tuple[str, str, str]], by_language: bool = True
) -> dict[tuple[str, str], ArticleTally]:
    """The figures by article and language. ``links`` are article, language of the case, kind."""
    tallies: dict[tuple[str, str], ArticleTally] = {}

    def of(article: str, language: str) -> ArticleTally:
        key = article, language if by_language else ""
        return tallies.setdefault(key, ArticleTally(*key))

    for one in outcomes:
        tally = of(one.suggestion.article, one.suggestion.language)
        tally.counts[one.outcome] += 1
        tally.deflected += one.is_deflection
    for article, language, kind in links:
        if article and kind in ("linked", "drafted", "not_useful"):
            tally = of(article, language)
            setattr(tally, kind, getattr(tally, kind) + 1)
    return tallies


def failing_articles(outcomes: Sequence[SettledSuggestion], edited: Mapping[str, datetime]) -> dict[str, str]:
    """Articles that did not help twice in their last ten uses, and why, by id. The count restarts after an edit."""
    uses: dict[str, list[SettledSuggestion]] = {}
    for one in sorted(outcomes, key=lambda one: one.suggestion.offered_at):
        counts = one.outcome in (HELPED, CAME_BACK, NOT_HELPED)
        if counts and one.suggestion.offered_at > edited.get(one.suggestion.article, _EPOCH):
            uses.setdefault(one.suggestion.article, []).append(one)
    found = {}
    for article, those in uses.items():
        last = those[-LAST_USES:]
        failed = sum(one.outcome == NOT_HELPED for one in last)
        if failed >= MAX_FAILURES:
            found[article] = f"did not help in {failed} of its last {len(last)} uses"
    return found
