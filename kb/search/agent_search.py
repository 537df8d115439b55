"""Search for agents: it also finds drafts, articles not validated yet, and internal ones. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from kb.content.article_files import Article
from kb.search.matcher import ArticleMatch, Matcher


class InternalArticleMatchers:
    """Matchers of the articles that are not public, each on top of what a provider's subscribers may see.

    They are made when an agent first asks: most providers have no such article.
    """

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = [inner for one in articles if (inner := _internal_article(one))]
        self._matchers: dict[str, tuple[Matcher, Matcher]] = {}

    def best(self, provider: str, public: Matcher, text: str, language: str, limit: int) -> tuple[ArticleMatch, ...]:
        """The articles that fit; ``public`` matches what this provider's subscribers may see."""
        return self._matcher(provider, public).best(text, language, limit)

    def _matcher(self, provider: str, public: Matcher) -> Matcher:
        kept = self._matchers.get(provider)
        if kept and kept[0] is public:
            return kept[1]
        own = {one.id: one for one in self._articles if one.provider == provider}
        shared = [one for one in self._articles if not one.provider and one.id not in own]
        every = [*own.values(), *shared]
        made = Matcher(every, public) if every else public
        self._matchers[provider] = public, made
        return made


def _internal_article(article: Article) -> Article | None:
    """The article as agents see it, where that is more than what is public; else None. Archived editions are left
    out."""
    editions = {language: one for language, one in article.editions.items() if one.confidence != "archived"}
    more = any(not one.is_public for one in editions.values())
    return dataclasses.replace(article, editions=editions) if more else None
