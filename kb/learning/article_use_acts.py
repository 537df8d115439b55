"""The acts that record how articles were used, by subscribers and by agents (KCS v6). Pure.

`kb.storage.act_writers` writes each in the transaction of its round.
"""

from __future__ import annotations

from dataclasses import dataclass

from desk.model.acts import RuleAct
from kb.learning.drafts import ArticleDraft


@dataclass(frozen=True, slots=True)
class RecordArticleShown(RuleAct):
    """An article was shown to the subscriber; ``score`` is how well it fitted, 0 to 1."""

    article: str
    score: float


@dataclass(frozen=True, slots=True)
class RecordSuggestionOutcome(RuleAct):
    """Whether the article helped, as the person said: "helped" or "not_helped"."""

    article: str
    outcome: str


@dataclass(frozen=True, slots=True)
class RecordAgentArticleUse(RuleAct):
    """How an agent used an article; ``kind`` and ``note`` are those of `kb.storage.usage_tables.AgentArticleUseRow`."""

    article: str
    kind: str
    agent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CreateDraft(RuleAct):
    """A draft of an article is made from this case."""

    draft: ArticleDraft
    agent: str


@dataclass(frozen=True, slots=True)
class MarkArticleValidated(RuleAct):
    """Another agent used the article as it is: "reuse is review". ``languages`` are those that become validated."""

    provider: str
    article: str
    languages: tuple[str, ...]
