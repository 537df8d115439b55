"""What is learned within the corridor: what came of every suggestion, and what agents made of the articles (KCS v6).

Each act here becomes rows in the transaction of its round. Figures are drawn from them by `kb.learning.outcomes`,
phrases are taken from confirmed ones by `kb.learning.learner`.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, update

from desk.model.acts import Act, AssignAccount
from desk.model.messages import FRONT
from desk.pipeline.lookup import Round
from desk.pipeline.unit_of_work import RowBatch
from kb.content.article_store import ArticleRow, row_of
from kb.content.tables import LinkRow, SuggestionRow, VersionRow
from kb.content.versions import as_content, stamped
from kb.learning.drafts import ArticleDraft


@dataclass(frozen=True, slots=True)
class RecordSuggestion(Act):
    """An article was shown to the subscriber; ``score`` is how well it fitted, 0 to 1."""

    article: str
    score: float


@dataclass(frozen=True, slots=True)
class RecordSuggestionOutcome(Act):
    """What the person said of it: "helped" or "not_helped"."""

    article: str
    outcome: str


@dataclass(frozen=True, slots=True)
class LinkArticle(Act):
    """What an agent made of an article; ``kind`` and ``note`` as `kb.content.tables.LinkRow` has them."""

    article: str
    kind: str
    agent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CreateDraft(Act):
    """An article is begun from this case."""

    draft: ArticleDraft
    agent: str


@dataclass(frozen=True, slots=True)
class ValidateArticle(Act):
    """Another agent used the article as it stands: "reuse is review". ``languages`` are those that become validated."""

    provider: str
    article: str
    languages: tuple[str, ...]


def write_suggestion(act: RecordSuggestion, round_: Round, rows: RowBatch) -> None:
    """Handler of `RecordSuggestion`."""
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


def write_suggestion_outcome(act: RecordSuggestionOutcome, round_: Round, rows: RowBatch) -> None:
    """Handler of `RecordSuggestionOutcome`."""
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


def write_identified(act: AssignAccount, round_: Round, rows: RowBatch) -> None:
    """Handler of `AssignAccount`: what was offered at the shared front desk goes with the case to its provider."""
    if round_.provider.name != FRONT or act.provider == FRONT or round_.is_new:
        return
    rows.statements.append(
        update(SuggestionRow)
        .where(SuggestionRow.provider == FRONT, SuggestionRow.case_id == round_.case.id)
        .values(provider=act.provider)
        .execution_options(synchronize_session=False)
    )


def write_linked(act: LinkArticle, round_: Round, rows: RowBatch) -> None:
    """Handler of `LinkArticle`: an agent's last word on an article in this case counts."""
    case = round_.case
    this = (LinkRow.provider == case.provider, LinkRow.case_id == case.id, LinkRow.article == act.article)
    rows.statements.append(delete(LinkRow).where(*this).execution_options(synchronize_session=False))
    rows.statements.append(
        insert(LinkRow).values(
            provider=case.provider,
            case_id=case.id,
            article=act.article,
            kind=act.kind,
            agent=act.agent,
            note=act.note[:400],
            at=round_.now,
        )
    )


def write_drafted(act: CreateDraft, round_: Round, rows: RowBatch) -> None:
    """Handler of `CreateDraft`: the article, its first version, and that it came from this case."""
    draft, language = act.draft.article, act.draft.language
    values = row_of(draft, language)
    rows.statements.append(insert(ArticleRow).values(**values, updated_at=round_.now))
    rows.statements.append(
        insert(VersionRow).values(
            provider=draft.provider,
            article=draft.id,
            language=language,
            version=1,
            author=f"agent:{act.agent}",
            why=f"from case {round_.case.number}",
            at=round_.now,
            content=as_content(values),
        )
    )
    write_linked(LinkArticle(draft.id, "drafted", act.agent), round_, rows)
    rows.statements.append(stamped())


def write_validated(act: ValidateArticle, round_: Round, rows: RowBatch) -> None:
    """Handler of `ValidateArticle`. Only what still waits for it: an archived article does not come back by being
    linked."""
    rows.statements.append(
        update(ArticleRow)
        .where(
            ArticleRow.provider == act.provider,
            ArticleRow.id == act.article,
            ArticleRow.language.in_(act.languages),
            ArticleRow.confidence == "not_validated",
        )
        .values(confidence="validated", updated_at=round_.now)
        .execution_options(synchronize_session=False)
    )
    rows.statements.append(stamped())
