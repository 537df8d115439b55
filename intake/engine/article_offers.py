"""Which article a dialog offers, and when: the one of a question, and the one of the zone. Pure.

It is offered once and never again: an article that was tried is in `Case.articles`, whoever named it. A case gets
`MOST_ARTICLES`; by mail, where a mail costs a day and automatic mails are counted, one at all. Nobody upset gets any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from desk.model.acts import Expect, Facts, RuleAct, SetDialogState, SetFields
from desk.model.case import Case
from desk.model.dialog_state import ARTICLE
from desk.model.shared_facts import ArticlesNamedByDialog
from intake.engine import engine
from intake.engine.engine import Answers, ConditionValues
from intake.engine.model import Dialog

MOST_ARTICLES = 2
"""Articles that one matter gets at most: what two did not solve is no trouble for a third."""


def article_to_offer(
    case: Case, dialog: Dialog, answers: Answers, values: ConditionValues, facts: Facts, *, finished: bool, batch: bool
) -> str:
    """The article to be shown now, or "". ``values`` are what the person may learn; ``finished`` when all is asked."""
    if case.upset or len(case.articles) >= (1 if batch else MOST_ARTICLES):
        return ""
    wanted = list(_wanted(case, dialog, answers, values, finished))
    if not wanted:
        return ""
    named = facts.get(ArticlesNamedByDialog)
    return next((one for one in wanted if named and one in named.articles), "")


def _wanted(case: Case, dialog: Dialog, answers: Answers, values: ConditionValues, finished: bool) -> Iterator[str]:
    yield from (one for one in engine.selfhelp_articles(dialog, answers, values) if one not in case.articles)
    if finished and not (case.articles and engine.is_work_for_others(dialog, answers, values)):
        of_zone: Sequence[str] = engine.dialog_outcome(dialog, answers, values).articles
        if not set(of_zone) & set(case.articles):
            yield from of_zone


def offer_article(case: Case, article: str) -> tuple[RuleAct, ...]:
    """The acts by which the knowledge base is to show it; the questions go on once it did not help."""
    return (SetFields({"articles": [*case.articles, article]}), Expect(ARTICLE), SetDialogState({"tries": 0}))
