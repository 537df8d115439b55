"""What an agent is offered begins with the article of the zone where the fault lies, not with a far-off one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from desk.language.rich_text import RichText
from desk.model.case import Case
from desk.model.shared_facts import ArticleSuggestion, ArticleSuggestions
from kb.article_lookups import AgentArticlesLookup


def suggestion(article: str, *, sure: bool = False) -> ArticleSuggestion:
    """An article as a search finds it."""
    return ArticleSuggestion(article, article, 0.5, sure, RichText())


class Knowledge:
    """A base in which words lead to these articles."""

    def __init__(self, *found: ArticleSuggestion) -> None:
        self.found = found

    def suggest_to_agent(self, provider: str, text: str, language: str) -> ArticleSuggestions:
        """What the words lead to."""
        return ArticleSuggestions(self.found)

    def suggestions_by_id(self, provider: str, articles: Sequence[str], language: str) -> dict[str, ArticleSuggestion]:
        """All that are asked for but the one that this provider has not."""
        return {one: suggestion(one) for one in articles if one != "gone"}


@pytest.mark.parametrize(
    ("by_words", "of_zone", "offered"),
    [
        ((suggestion("static-ip"),), ("los-red",), ["los-red"]),
        ((suggestion("static-ip", sure=True),), ("los-red",), ["los-red", "static-ip"]),
        ((suggestion("los-red", sure=True),), ("los-red",), ["los-red"]),
        ((suggestion("static-ip"),), ("gone",), ["static-ip"]),
        ((suggestion("static-ip"),), (), ["static-ip"]),
    ],
)
def test_the_article_of_the_zone_comes_first(
    by_words: tuple[ArticleSuggestion, ...], of_zone: tuple[str, ...], offered: list[str]
) -> None:
    knowledge: Any = Knowledge(*by_words)
    lookup = AgentArticlesLookup(None, knowledge, lambda _: of_zone)  # type: ignore[arg-type]
    case = Case(provider="sever", id=1, person_id=1, language="ru")
    found = lookup._found(case, "нет интернета", of_zone)
    assert [one.article for one, _ in found] == offered
    surely = {one.article for one in by_words if one.sure}
    assert {one.article for one, sure in found if sure} == surely
