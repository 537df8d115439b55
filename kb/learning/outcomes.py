"""What came of every suggestion: helped, came back, did not help, ignored, or still open. Pure.

Most of it is derived from the cases, so nothing has to be kept true as time goes by. A person came back when, within
the window after "it helped", they opened another case about the same: the same article, or the same dialog, or a case
of which nobody knows what it is about. Only what did not come back until the window was over is a deflection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(days=7)
PATIENCE = timedelta(hours=24)
"""So long a suggestion may stay unanswered before it counts as ignored."""
USES, FAILURES = 10, 2
"""An article is flagged that did not help in so many of its last uses."""

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
HELPED, CAME_BACK, NOT_HELPED, IGNORED, OPEN = "helped", "came_back", "not_helped", "ignored", "open"
OUTCOMES = (HELPED, CAME_BACK, NOT_HELPED, IGNORED, OPEN)


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """A case, as far as it tells whether somebody came back. ``over`` when self-help is past in it."""

    case_id: int
    provider: str
    person: int
    contract: str
    opened_at: datetime
    dialog: str = ""
    articles: tuple[str, ...] = ()
    over: bool = False


@dataclass(frozen=True, slots=True)
class RecordedSuggestion:
    """One suggestion as it was recorded; ``said`` is offered, helped or not_helped."""

    article: str
    language: str
    matter: CaseHistory
    said: str
    offered_at: datetime
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SuggestionOutcome:
    """A suggestion, and what came of it. ``deflected`` once it is sure that it spared a case."""

    suggested: RecordedSuggestion
    outcome: str
    deflected: bool = False


class ReturnFinder:
    """Finds who came back among the cases of a time."""

    def __init__(self, matters: Iterable[CaseHistory]) -> None:
        self._of_person: dict[tuple[str, object], list[CaseHistory]] = {}
        for one in matters:
            for whose in _whose(one):
                self._of_person.setdefault((one.provider, whose), []).append(one)

    def back(self, matter: CaseHistory, since: datetime, window: timedelta = WINDOW) -> bool:
        """Whether the person of this case opened another about the same within ``window`` after ``since``."""
        return any(
            later.case_id != matter.case_id and since < later.opened_at <= since + window and _same(matter, later)
            for whose in _whose(matter)
            for later in self._of_person.get((matter.provider, whose), ())
        )


def _whose(matter: CaseHistory) -> tuple[object, ...]:
    """A person who writes from another address is known by their contract."""
    return (matter.person, matter.contract) if matter.contract else (matter.person,)


def _same(matter: CaseHistory, later: CaseHistory) -> bool:
    unknown = not later.articles and not later.dialog
    alike = bool(set(matter.articles) & set(later.articles)) or (later.dialog != "" and later.dialog == matter.dialog)
    return unknown or alike


def came(
    suggested: RecordedSuggestion, returns: ReturnFinder, now: datetime, window: timedelta = WINDOW
) -> SuggestionOutcome:
    """What came of one suggestion, as is known by ``now``."""
    if suggested.said == HELPED and suggested.said_at is not None:
        if returns.back(suggested.matter, suggested.said_at, window):
            return SuggestionOutcome(suggested, CAME_BACK)
        return SuggestionOutcome(suggested, HELPED, deflected=now >= suggested.said_at + window)
    if suggested.said == NOT_HELPED:
        return SuggestionOutcome(suggested, NOT_HELPED)
    ignored = suggested.matter.over or now >= suggested.offered_at + PATIENCE
    return SuggestionOutcome(suggested, IGNORED if ignored else OPEN)


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
        """How often it was reused: by subscribers whom it helped, and by agents who linked it."""
        return self.counts[HELPED] + self.counts[CAME_BACK] + self.linked

    @property
    def success(self) -> float | None:
        """The share it helped for good among those who said or showed what came of it; None where nobody did."""
        told = self.counts[HELPED] + self.counts[CAME_BACK] + self.counts[NOT_HELPED]
        return self.counts[HELPED] / told if told else None


def tallied(
    outcomes: Iterable[SuggestionOutcome], links: Iterable[tuple[str, str, str]], by_language: bool = True
) -> dict[tuple[str, str], ArticleTally]:
    """The figures by article and language. ``links`` are article, language of the case, kind."""
    tallies: dict[tuple[str, str], ArticleTally] = {}

    def of(article: str, language: str) -> ArticleTally:
        key = article, language if by_language else ""
        return tallies.setdefault(key, ArticleTally(*key))

    for one in outcomes:
        tally = of(one.suggested.article, one.suggested.language)
        tally.counts[one.outcome] += 1
        tally.deflected += one.deflected
    for article, language, kind in links:
        if article and kind in ("linked", "drafted", "not_useful"):
            tally = of(article, language)
            setattr(tally, kind, getattr(tally, kind) + 1)
    return tallies


def flagged(outcomes: Sequence[SuggestionOutcome], edited: Mapping[str, datetime]) -> dict[str, str]:
    """Articles that did not help twice in their last ten uses, and why, by id. An edit since begins the count anew."""
    uses: dict[str, list[SuggestionOutcome]] = {}
    for one in sorted(outcomes, key=lambda one: one.suggested.offered_at):
        counts = one.outcome in (HELPED, CAME_BACK, NOT_HELPED)
        if counts and one.suggested.offered_at > edited.get(one.suggested.article, _EVER):
            uses.setdefault(one.suggested.article, []).append(one)
    found = {}
    for article, those in uses.items():
        last = those[-USES:]
        failed = sum(one.outcome == NOT_HELPED for one in last)
        if failed >= FAILURES:
            found[article] = f"did not help in {failed} of its last {len(last)} uses"
    return found
