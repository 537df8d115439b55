"""The knowledge of the desk in memory: what to offer a provider's subscriber for the words they wrote."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desk.language.rich_text import RichText, TextMark, join_texts, parse_markdown
from desk.model.media_types import PICTURES
from desk.model.messages import File
from desk.model.policy import Provider
from desk.model.shared_facts import ArticleSuggestion, ArticleSuggestions
from kb.content.article_body import fill_facts, shown
from kb.content.article_files import Article, picture
from kb.search import build_process
from kb.search.index_files import IndexFiles
from kb.search.internal_articles import InternalMatchers
from kb.search.matcher import ArticleMatch, Matcher, key
from kb.search.postings import Array

ALL = "_all"
"""The name under which the index of the articles shared by all is saved; no provider can have it."""
Folders = Callable[[str], Sequence[Path]]
"""Where a provider's articles have their pictures, in search order: its own folder, the desk's, the packaged one."""


class KnowledgeBase:
    """The articles of all providers, each matched once however many providers share it.

    Reading is pure and safe from any thread; `refresh` swaps everything at once, so a reader sees the old whole or
    the new whole. Both take time that belongs off the event loop. With a ``store``, what was indexed before is not
    indexed again, not even after a start.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        folders: Folders,
        articles: Sequence[Article] = (),
        store: IndexFiles | None = None,
    ) -> None:
        self._providers = providers
        self._folders = folders
        self._store = store
        self._books = _Binding(store, None).bound(articles)
        self._inside = InternalMatchers(articles)

    def refresh(self, articles: Sequence[Article]) -> None:
        """Takes these articles (`kb.storage.article_store.load`) in place of all there were; what has not changed is
        kept."""
        self._books = _Binding(self._store, self._books).bound(articles)
        self._inside = InternalMatchers(articles)

    def matcher(self, provider: str) -> Matcher:
        """What answers a provider's subscribers, without any words of the desk around it."""
        return self._books.of(provider)

    def suggest(self, provider: str, text: str, language: str, limit: int = 3) -> ArticleSuggestions:
        """The articles that fit, the best first, with this provider's facts in them; empty when nothing fits."""
        books = self._books
        matches = books.of(provider).best(text, language, limit)
        return ArticleSuggestions(tuple(self._suggestion(books, provider, match) for match in matches))

    def suggestions_by_id(self, provider: str, articles: Sequence[str], language: str) -> dict[str, ArticleSuggestion]:
        """The articles of these ids as this provider tells them, by id; those it does not offer are left out."""
        books = self._books
        found = (article for one in articles if (article := books.of(provider).article(one)))
        matches = (ArticleMatch(one, one.edition(language).language, 1.0, fits=True, sure=True) for one in found)
        return {one.article.id: self._suggestion(books, provider, one) for one in matches}

    def leads(self, provider: str, text: str, language: str) -> list[str]:
        """The articles that fit a text, the best first, by their ids."""
        return [one.article.id for one in self.matcher(provider).best(text, language)]

    def suggest_to_agent(self, provider: str, text: str, language: str, limit: int = 3) -> ArticleSuggestions:
        """The same for an agent, who sees drafts and internal articles too."""
        books = self._books
        matches = self._inside.best(provider, books.of(provider), text, language, limit)
        return ArticleSuggestions(tuple(self._suggestion(books, provider, match) for match in matches))

    def title(self, provider: str, article: str, language: str, otherwise: str = "") -> str:
        """How a provider's article is called in this language; ``otherwise``, or its id, where it is not offered."""
        known = self._books.of(provider).article(article)
        return known.edition(language).title if known else otherwise or article

    def _suggestion(self, books: _ProviderMatchers, provider: str, match: ArticleMatch) -> ArticleSuggestion:
        """As this provider tells it, made out once: its marks and pictures cost more than matching does."""
        key = provider, match.article.id, match.language
        told = books.told.get(key)
        if told is None:
            told = books.told[key] = self._told(provider, match)
        return dataclasses.replace(told, score=match.score, sure=match.sure)

    def _told(self, provider: str, match: ArticleMatch) -> ArticleSuggestion:
        edition = match.article.edition(match.language)
        facts = self._facts(provider, match.language)
        every = tuple(zip(edition.pictures, edition.captions, strict=False))
        seen = [every[at] for at in shown(edition.body, facts) if at < len(every)]
        return ArticleSuggestion(
            article=match.article.id,
            title=edition.title,
            score=match.score,
            sure=match.sure,
            text=join_texts((_heading(edition.title), parse_markdown(fill_facts(edition.body, facts)))),
            pictures=_files(seen, self._folders(provider)),
            dialog=match.article.dialog,
            category=match.article.category,
        )

    def _facts(self, provider: str, language: str) -> Mapping[str, str]:
        """The provider's fact table and its name; an unknown provider (a shared front desk) has no facts to tell."""
        known = self._providers.get(provider)
        return {**known.facts, "provider_title": known.title(language)} if known else {}


@dataclass(frozen=True, slots=True)
class _KeyedMatcher:
    """A matcher, and the key of what it was made of."""

    key: str
    matcher: Matcher


@dataclass(frozen=True, slots=True)
class _ProviderMatchers:
    """The shared matcher, and one of its own on top of it for each provider that has articles of its own.

    ``told`` keeps them made out, by provider, article and language.
    """

    shared: _KeyedMatcher
    own: Mapping[str, _KeyedMatcher]
    told: dict[tuple[str, str, str], ArticleSuggestion] = field(default_factory=dict)

    def of(self, provider: str) -> Matcher:
        return self.own.get(provider, self.shared).matcher


@dataclass(frozen=True, slots=True)
class _Binding:
    """Makes books, from the former ones and from saved indexes as far as they still are the same."""

    store: IndexFiles | None
    former: _ProviderMatchers | None

    def bound(self, articles: Sequence[Article]) -> _ProviderMatchers:
        by_provider: dict[str, list[Article]] = {"": []}
        for article in articles:
            by_provider.setdefault(article.provider, []).append(_offered(article))
        shared = self._one("", by_provider.pop(""), None)
        if self.store and self.former:
            # Whoever forgot the last of them may have done so while we were still saving what they had.
            for provider in self.former.own.keys() - by_provider.keys():
                with contextlib.suppress(OSError):
                    self.store.drop(provider)
        return _ProviderMatchers(
            shared, {provider: self._one(provider, own, shared) for provider, own in by_provider.items()}
        )

    def _one(self, provider: str, articles: Sequence[Article], shared: _KeyedMatcher | None) -> _KeyedMatcher:
        now, name, beneath = key(articles), provider or ALL, shared.matcher if shared else None
        before = self._before(provider)
        if before and before.key == now:
            same = beneath is None or (self.former and beneath is self.former.shared.matcher)
            return before if same else _KeyedMatcher(now, Matcher(articles, beneath, before.matcher.arrays()))
        saved = self._saved(name, now, articles, beneath)
        matcher = Matcher(articles, beneath, saved)
        if self.store and not saved:
            self.store.save(name, now, matcher.arrays())
            # From here on it is mapped from its file: memory that can be given up, and is shared with other workers.
            matcher = Matcher(articles, beneath, self.store.load(name, now) or matcher.arrays())
        return _KeyedMatcher(now, matcher)

    def _saved(
        self, name: str, now: str, articles: Sequence[Article], beneath: Matcher | None
    ) -> Mapping[str, Array] | None:
        """What is saved of these articles. Where people are answered meanwhile, a large index is built apart first."""
        if self.store is None:
            return None
        saved = self.store.load(name, now)
        if saved is None and self.former is not None and build_process.is_large(articles):
            build_process.build(self.store, name, now, articles, gated=beneath is None or not beneath.holds_any)
            saved = self.store.load(name, now)
        return saved

    def _before(self, provider: str) -> _KeyedMatcher | None:
        if self.former is None:
            return None
        return self.former.own.get(provider) if provider else self.former.shared


def _offered(article: Article) -> Article:
    """The article with only what a subscriber may see; left empty, it still hides a shared one of the same id."""
    editions = {language: one for language, one in article.editions.items() if one.offered}
    return article if len(editions) == len(article.editions) else dataclasses.replace(article, editions=editions)


def _heading(title: str) -> RichText:
    return RichText(title, (TextMark("bold", 0, len(title)),))


def _files(pictures: Sequence[tuple[str, str]], folders: Sequence[Path]) -> tuple[File, ...]:
    """The pictures that are there; one that has been taken away never keeps the words from being said."""
    files: list[File] = []
    for name, shows in pictures:
        try:
            path = picture(name, folders)
            size = path.stat().st_size
        except (LookupError, OSError):
            continue
        files.append(File(path.name, "photo", PICTURES[path.suffix], size, f"content:{path}", shows))
    return tuple(files)
