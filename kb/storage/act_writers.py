"""Writes the acts of `kb.learning.article_use_acts`: each becomes rows in the transaction of its round.

`kb.learning.suggestion_outcomes` computes figures from the rows, and `kb.phrase_learner` takes phrasings from the
confirmed ones.
"""

from __future__ import annotations

from sqlalchemy import delete, insert, update

from desk.model.acts import SetCaseAccount
from desk.model.messages import FRONT
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from kb.learning.article_use_acts import (
    CreateDraft,
    MarkArticleValidated,
    RecordAgentArticleUse,
    RecordArticleShown,
    RecordSuggestionOutcome,
)
from kb.storage.article_store import ArticleEditionRow, article_row_values
from kb.storage.article_versions import bump_knowledge_counter, version_content
from kb.storage.usage_tables import AgentArticleUseRow, ArticleOfferRow, ArticleVersionRow


def write_suggestion(act: RecordArticleShown, round_: Round, rows: WriteBuffer) -> None:
    """Writes `RecordArticleShown`."""
    rows.insert(
        ArticleOfferRow.__table__,  # type: ignore[arg-type]
        provider=round_.case.provider,
        case_id=round_.case.id,
        article=act.article,
        language=round_.case.language,
        score=act.score,
        offered_at=round_.now,
        outcome="offered",
    )


def write_suggestion_outcome(act: RecordSuggestionOutcome, round_: Round, rows: WriteBuffer) -> None:
    """Writes `RecordSuggestionOutcome`."""
    rows.statements.append(
        update(ArticleOfferRow)
        .where(
            ArticleOfferRow.provider == round_.case.provider,
            ArticleOfferRow.case_id == round_.case.id,
            ArticleOfferRow.article == act.article,
        )
        .values(outcome=act.outcome, outcome_at=round_.now)
        .execution_options(synchronize_session=False)
    )


def write_account_assignment(act: SetCaseAccount, round_: Round, rows: WriteBuffer) -> None:
    """With `SetCaseAccount`, suggestions made at the shared front desk move with the case to its provider."""
    if round_.provider.name != FRONT or act.provider == FRONT or round_.is_new:
        return
    rows.statements.append(
        update(ArticleOfferRow)
        .where(ArticleOfferRow.provider == FRONT, ArticleOfferRow.case_id == round_.case.id)
        .values(provider=act.provider)
        .execution_options(synchronize_session=False)
    )


def write_link(act: RecordAgentArticleUse, round_: Round, rows: WriteBuffer) -> None:
    """Writes `RecordAgentArticleUse`, in place of an earlier link of the same article and case."""
    case = round_.case
    this = (
        AgentArticleUseRow.provider == case.provider,
        AgentArticleUseRow.case_id == case.id,
        AgentArticleUseRow.article == act.article,
    )
    rows.statements.append(delete(AgentArticleUseRow).where(*this).execution_options(synchronize_session=False))
    rows.statements.append(
        insert(AgentArticleUseRow).values(
            provider=case.provider,
            case_id=case.id,
            article=act.article,
            kind=act.kind,
            agent=act.agent,
            note=act.note[:400],
            at=round_.now,
        )
    )


def write_draft(act: CreateDraft, round_: Round, rows: WriteBuffer) -> None:
    """Writes `CreateDraft`: the article, its first version, and a link to this case."""
    draft, language = act.draft.article, act.draft.language
    values = article_row_values(draft, language)
    rows.statements.append(insert(ArticleEditionRow).values(**values, updated_at=round_.now))
    rows.statements.append(
        insert(ArticleVersionRow).values(
            provider=draft.provider,
            article=draft.id,
            language=language,
            version=1,
            author=f"agent:{act.agent}",
            why=f"from case {round_.case.number}",
            at=round_.now,
            content=version_content(values),
        )
    )
    write_link(RecordAgentArticleUse(draft.id, "drafted", act.agent), round_, rows)
    rows.statements.append(bump_knowledge_counter())


def write_validation(act: MarkArticleValidated, round_: Round, rows: WriteBuffer) -> None:
    """Writes `MarkArticleValidated`. Only editions that are not validated yet change.

    Linking an archived article does not bring it back.
    """
    rows.statements.append(
        update(ArticleEditionRow)
        .where(
            ArticleEditionRow.provider == act.provider,
            ArticleEditionRow.id == act.article,
            ArticleEditionRow.language.in_(act.languages),
            ArticleEditionRow.confidence == "not_validated",
        )
        .values(confidence="validated", updated_at=round_.now)
        .execution_options(synchronize_session=False)
    )
    rows.statements.append(bump_knowledge_counter())
