"""Makes a draft of an article from a solved case: the issue in the subscriber's words, environment, steps. Pure.

It is a beginning for an agent to edit, never shown to a subscriber as it is (KCS v6: capture in the workflow). What
could identify a person is left out as far as `kb.learning.anonymise` can tell; the agent who takes it reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk.language.rich_text import escape_markdown
from desk.model.case import Case
from desk.model.journal import JournalEntry, SolutionNoted
from kb.content.article_body import STOP_HEADINGS
from kb.content.article_files import CATEGORIES, Article, ArticleTranslation
from kb.learning.anonymise import anonymise_phrase, anonymise_text

MAX_TITLE_LENGTH = 120
MAX_STEPS = 12
_TEXTS = {
    "ru": {
        "untitled": "Новая проблема",
        "none": "Напишите здесь, что делать, шаг за шагом.",
        "stop": "Напишите нам или позвоните: {{ support_phone }}",
    },
    "en": {
        "untitled": "A new problem",
        "none": "Write here what to do, step by step.",
        "stop": "Message us or call: {{ support_phone }}",
    },
}


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """An article that is not stored yet, with its one edition."""

    article: Article
    language: str

    @property
    def edition(self) -> ArticleTranslation:
        """The draft's one edition."""
        return self.article.editions[self.language]


def build_draft(
    case: Case, journal: Sequence[JournalEntry], solution: str = "", identifying: Sequence[str] = ()
) -> ArticleDraft:
    """Makes a draft from the case without anything that identifies its person.

    ``solution`` is how the case was solved, where the journal does not have that yet; ``identifying`` are words that
    name the person. Without a single step it is work in progress (KCS v6), else complete and not validated.
    """
    language = case.language
    texts = _TEXTS[language]
    identifying = (*identifying, case.contract)
    issue = anonymise_phrase(case.description, identifying) or anonymise_phrase(case.subject, identifying)
    done = [one.text for one in journal if one.kind == SolutionNoted.kind and one.actor.startswith("agent:")]
    steps = _steps((*done, solution), identifying)
    lines = [f"{number}. {escape_markdown(step)}" for number, step in enumerate(steps, 1)] or [texts["none"]]
    body = "\n".join((*lines, "", f"# {STOP_HEADINGS[language]}", texts["stop"], ""))
    edition = ArticleTranslation(
        language=language,
        title=_title(issue) or texts["untitled"],
        phrasings=(issue,) if issue else (),
        body=body,
        environment=anonymise_text("; ".join((*case.present, *(f"- {one}" for one in case.absent))), identifying),
        owner=case.owner,
        confidence="not_validated" if steps else "work_in_progress",
        audience="internal",
    )
    return ArticleDraft(
        Article(
            id=draft_id(case),
            provider=case.provider,
            editions={language: edition},
            dialog=case.dialog,
            category=case.category or CATEGORIES[0],
        ),
        language,
    )


def draft_id(case: Case) -> str:
    """The id of the draft from this case: its number says where it comes from, and that it is made once."""
    return f"case-{case.number or case.id}".lower()


def _steps(entries: Sequence[str], identifying: Sequence[str]) -> list[str]:
    """What was done, one line each, each once."""
    steps = (anonymise_text(" ".join(one.split()), identifying) for one in entries)
    return list(dict.fromkeys(one for one in steps if one))[:MAX_STEPS]


def _title(issue: str) -> str:
    title = issue if len(issue) <= MAX_TITLE_LENGTH else issue[:MAX_TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
    return title[:1].upper() + title[1:]
