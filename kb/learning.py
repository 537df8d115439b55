"""What came of every suggestion: offered, helped, did not. The base of deflection figures and of KCS reuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Float, String, update
from sqlalchemy.orm import Mapped, mapped_column

from desk.decisions import Act
from desk.gather import Round
from desk.tables import Base, Instant, OfProvider
from desk.writing import Rows


class SuggestionRow(OfProvider, Base):
    """One article offered in one case. ``outcome`` is offered, helped or not_helped."""

    __tablename__ = "suggestions"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article: Mapped[str] = mapped_column(String(60), primary_key=True)
    language: Mapped[str] = mapped_column(String(8))
    score: Mapped[float] = mapped_column(Float)
    offered_at: Mapped[datetime] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(12))
    outcome_at: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class Offered(Act):
    """An article was shown; ``score`` is how well it fitted, 0 to 1."""

    article: str
    score: float


@dataclass(frozen=True, slots=True)
class Came(Act):
    """What the person said of it: "helped" or "not_helped"."""

    article: str
    outcome: str


def write_offered(act: Offered, round_: Round, rows: Rows) -> None:
    """Handler of `Offered`."""
    rows.insert(
        SuggestionRow.__table__,  # type: ignore[arg-type]
        provider=round_.case.provider,
        case_id=round_.case.id,
        article=act.article,
        language=round_.case.language,
        score=act.score,
        offered_at=round_.now,
        outcome="offered",
    )


def write_came(act: Came, round_: Round, rows: Rows) -> None:
    """Handler of `Came`."""
    rows.statements.append(
        update(SuggestionRow)
        .where(
            SuggestionRow.provider == round_.case.provider,
            SuggestionRow.case_id == round_.case.id,
            SuggestionRow.article == act.article,
        )
        .values(outcome=act.outcome, outcome_at=round_.now)
        .execution_options(synchronize_session=False)
    )
