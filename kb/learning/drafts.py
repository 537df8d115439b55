"""A draft of an article made from a solved case: the issue in the subscriber's words, environment, steps. Pure.

It is a beginning for an agent to edit, never shown to a subscriber as it is (KCS v6: capture in the workflow). What
could name a person is left out of it as far as `kb.learning.anonymise` can tell; the agent who takes it reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk.language.rich_text import escape_markdown
from desk.model.case import Case, JournalEntry
from kb.content.article_body import STOP
from kb.content.article_files import CATEGORIES, Article, Edition
from kb.learning.anonymise import phrase, without_people

LONGEST_TITLE = 120
MOST_STEPS = 12
_TOLD = {"measure", "test", "finding"}
_MACHINE = ("ETA ", "routed to ", "article ", "no article: ")
"""Lines of the journal that the desk wrote for itself."""
_WORDS = {
    "ru": {
        "untitled": "Новая проблема",
        "none": "Напишите здесь, что делать, шаг за шагом.",
        "stop": "Если не помогло, напишите нам или позвоните: {{ support_phone }}",
    },
    "en": {
        "untitled": "A new problem",
        "none": "Write here what to do, step by step.",
        "stop": "If it did not help, write to us or call: {{ support_phone }}",
    },
}


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """An article that is not on the shelf yet, with its one edition."""

    article: Article
    language: str

    @property
    def edition(self) -> Edition:
        """Its text."""
        return self.article.editions[self.language]


def build_draft(
    case: Case, journal: Sequence[JournalEntry], last: str = "", secrets: Sequence[str] = ()
) -> ArticleDraft:
    """What can be told of the case without telling whose it was.

    ``last`` is how it was solved, where the journal does not have that yet; ``secrets`` are words that name the person.
    Without a single step it is work in progress (KCS v6), else complete and not validated.
    """
    language = case.language
    words = _WORDS[language]
    secrets = (*secrets, case.contract)
    issue = phrase(case.description, secrets) or phrase(case.subject, secrets)
    done = [one.text for one in journal if one.kind in _TOLD and _by_a_person(one)]
    steps = _steps((*done, last), secrets)
    lines = [f"{number}. {escape_markdown(step)}" for number, step in enumerate(steps, 1)] or [words["none"]]
    body = "\n".join((*lines, "", f"# {STOP[language]}", words["stop"], ""))
    edition = Edition(
        language=language,
        title=_title(issue) or words["untitled"],
        phrasings=(issue,) if issue else (),
        body=body,
        environment=without_people("; ".join((*case.present, *(f"- {one}" for one in case.absent))), secrets),
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
            category=case.category if case.category in CATEGORIES else CATEGORIES[0],
        ),
        language,
    )


def draft_id(case: Case) -> str:
    """The id of the draft from this case: its number says where it comes from, and that it is made once."""
    return f"case-{case.number or case.id}".lower()


def _by_a_person(line: JournalEntry) -> bool:
    return line.author.startswith("agent:") and not line.text.startswith(_MACHINE)


def _steps(told: Sequence[str], secrets: Sequence[str]) -> list[str]:
    """What was done, each once, one line each."""
    steps = (without_people(" ".join(one.split()), secrets) for one in told)
    return list(dict.fromkeys(one for one in steps if one))[:MOST_STEPS]


def _title(issue: str) -> str:
    title = issue if len(issue) <= LONGEST_TITLE else issue[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
    return title[:1].upper() + title[1:]
