"""The knowledge base in memory: which articles to suggest to a provider's subscriber or agent for their words."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from desk.language.rich_text import RichText, TextSpan, join_texts, parse_markdown
from desk.model.media_types import PICTURES
from desk.model.messages import File
from desk.model.provider_files import Provider
from desk.model.shared_facts import ArticleSuggestion, ArticleSuggestions
from desk.understanding.contract_numbers import without_contracts
from desk.understanding.identity_keys import without_keys
from kb.content.article_body import fill_facts, visible_picture_indexes
from kb.content.article_files import Article, find_picture
from kb.content.article_steps import pictures_in_short, short_and_rest
from kb.search import build_process
from kb.search.agent_search import InternalArticleMatchers
from kb.search.index_files import IndexFiles
from kb.search.matcher import ArticleMatch, Matcher, index_key
from kb.search.postings import Array
from kb.search.topics_beyond_articles import topics_of

SHARED_INDEX_NAME = "_all"
"""The name under which the index of the articles shared by all is saved; no provider can have it."""
PictureFolders = Callable[[str], Sequence[Path]]
"""The folders with pictures of a provider's articles, in search order: its own, the desk's, the packaged one."""
_Question = tuple[str, str, str, int]
"""A provider, the words, the language, and how many articles at most."""
REMEMBERED = 2000
"""Questions whose suggestions are remembered: a case's own words are asked again in each of its rounds, and in an
outage many people write the same few."""


class KnowledgeOfAllProviders:
    """The articles of all providers, each indexed once however many providers share it.

    Reading is pure and thread-safe; `refresh` replaces everything at once, so a reader sees either the old or the new.
    Both take time that must not be the event loop's. With a ``store``, what was indexed before is not indexed again,
    not even after a restart. ``read_at`` is when the articles had been read.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        folders: PictureFolders,
        articles: Sequence[Article] = (),
        store: IndexFiles | None = None,
        read_at: datetime | None = None,
    ) -> None:
        self.read_at = read_at
        self._providers = providers
        self._contract_shapes = sorted({shape for one in providers.values() for shape in one.contract_shapes})
        self._folders = folders
        self._store = store
        self._matchers = _MatcherBuilder(store, None).build(articles)
        self._internal = InternalArticleMatchers(articles)

    def refresh(self, articles: Sequence[Article], read_at: datetime | None = None) -> None:
        """Replaces all articles with these (`kb.storage.article_store.load_articles`); indexes that have not changed
        are kept."""
        matchers = _MatcherBuilder(self._store, self._matchers).build(articles)
        internal = InternalArticleMatchers(articles)
        self._matchers, self._internal, self.read_at = matchers, internal, read_at

    def matcher(self, provider: str) -> Matcher:
        """The matcher of a provider's subscribers."""
        return self._matchers.matcher_of(provider)

    def suggest(self, provider: str, text: str, language: str, limit: int = 3) -> ArticleSuggestions:
        """Suggests the articles that fit, the best first, with this provider's facts in them; none when nothing
        fits."""
        matchers = self._matchers
        if (known := matchers.suggested.get((provider, text, language, limit))) is None:
            known = self._search(matchers, provider, text, language, limit)
            matchers.remember((provider, text, language, limit), known)
        return known

    def suggested_before(self, provider: str, text: str, language: str, limit: int = 3) -> ArticleSuggestions | None:
        """What `suggest` gives for a question that was asked lately, at no cost; None for another one."""
        return self._matchers.suggested.get((provider, text, language, limit))

    def _search(
        self, matchers: _ProviderMatchers, provider: str, text: str, language: str, limit: int
    ) -> ArticleSuggestions:
        text = self._without_contracts(text)
        matches = matchers.matcher_of(provider).best(text, language, limit)
        found = tuple(self._suggestion(matchers, provider, match) for match in matches)
        is_sure = any(one.sure for one in found)
        return ArticleSuggestions(found, "" if is_sure else min(topics_of(text), default=""))

    def suggestions_by_id(self, provider: str, articles: Sequence[str], language: str) -> dict[str, ArticleSuggestion]:
        """The articles of these ids with this provider's facts in them, by id; those that are not public here are left
        out."""
        matchers = self._matchers
        found = (article for one in articles if (article := matchers.matcher_of(provider).article(one)))
        matches = (ArticleMatch(one, one.edition(language).language, 1.0, fits=True, sure=True) for one in found)
        return {one.article.id: self._suggestion(matchers, provider, one) for one in matches}

    def matching_ids(self, provider: str, text: str, language: str) -> list[str]:
        """The ids of the articles that fit a text, the best first."""
        return [one.article.id for one in self.matcher(provider).best(self._without_contracts(text), language)]

    def suggest_to_agent(self, provider: str, text: str, language: str, limit: int = 3) -> ArticleSuggestions:
        """Suggests articles to an agent, who sees drafts and internal articles too."""
        matchers, text = self._matchers, self._without_contracts(text)
        matches = self._internal.best(provider, matchers.matcher_of(provider), text, language, limit)
        return ArticleSuggestions(tuple(self._suggestion(matchers, provider, match) for match in matches))

    def title(self, provider: str, article: str, language: str, otherwise: str = "") -> str:
        """The title of a provider's article in this language; ``otherwise``, or its id, where it is not public."""
        known = self._matchers.matcher_of(provider).article(article)
        return known.edition(language).title if known else otherwise or article

    def _without_contracts(self, text: str) -> str:
        """The text without contract numbers, whichever provider's, and without the values of logins and serials: they
        say nothing of the matter."""
        return without_keys(without_contracts(text, self._contract_shapes))

    def _suggestion(self, matchers: _ProviderMatchers, provider: str, match: ArticleMatch) -> ArticleSuggestion:
        """The article with this provider's facts, rendered once: its marks and pictures cost more than searching."""
        key = provider, match.article.id, match.language
        rendered = matchers.rendered.get(key)
        if rendered is None:
            rendered = matchers.rendered[key] = self._render(provider, match)
        return dataclasses.replace(rendered, score=match.score, sure=match.sure)

    def _render(self, provider: str, match: ArticleMatch) -> ArticleSuggestion:
        edition = match.article.edition(match.language)
        facts = self._facts(provider, match.language)
        every = tuple(zip(edition.pictures, edition.captions, strict=False))
        seen = [every[at] for at in visible_picture_indexes(edition.body, facts) if at < len(every)]
        filled = fill_facts(edition.body, facts)
        short, rest = short_and_rest(filled)
        return ArticleSuggestion(
            article=match.article.id,
            title=edition.title,
            score=match.score,
            sure=match.sure,
            text=join_texts((_bold_title(edition.title), parse_markdown(filled))),
            pictures=_picture_files(seen, self._folders(provider)),
            dialog=match.article.dialog,
            category=match.article.category,
            short=join_texts((_bold_title(edition.title), parse_markdown(short))) if short else RichText(""),
            rest=parse_markdown(rest),
            short_pictures=pictures_in_short(fill_facts(edition.body, facts, pictures=True)),
            source=filled,
        )

    def _facts(self, provider: str, language: str) -> Mapping[str, str]:
        """The provider's facts and its title; an unknown provider (a shared front desk) has none."""
        known = self._providers.get(provider)
        return {**known.facts, "provider_title": known.title(language)} if known else {}


@dataclass(frozen=True, slots=True)
class _KeyedMatcher:
    """A matcher, and the key of the articles it was made from."""

    key: str
    matcher: Matcher


@dataclass(frozen=True, slots=True)
class _ProviderMatchers:
    """The shared matcher, and one on top of it for each provider that has articles of its own.

    ``rendered`` keeps rendered articles, by provider, article and language; ``suggested`` the last answers.
    """

    shared: _KeyedMatcher
    own: Mapping[str, _KeyedMatcher]
    rendered: dict[tuple[str, str, str], ArticleSuggestion] = field(default_factory=dict)
    suggested: OrderedDict[_Question, ArticleSuggestions] = field(default_factory=OrderedDict)

    def remember(self, question: _Question, answer: ArticleSuggestions) -> None:
        """Keeps an answer, the oldest one no longer. Any thread may call it."""
        self.suggested[question] = answer
        if len(self.suggested) > REMEMBERED:
            self.suggested.popitem(last=False)

    def matcher_of(self, provider: str) -> Matcher:
        return self.own.get(provider, self.shared).matcher


@dataclass(frozen=True, slots=True)
class _MatcherBuilder:
    """Builds the matchers, reusing previous ones and saved indexes as far as their articles are the same."""

    store: IndexFiles | None
    previous: _ProviderMatchers | None

    def build(self, articles: Sequence[Article]) -> _ProviderMatchers:
        by_provider: dict[str, list[Article]] = {"": []}
        for article in articles:
            by_provider.setdefault(article.provider, []).append(_public_article(article))
        shared = self._build_one("", by_provider.pop(""), None)
        if self.store and self.previous:
            # The last of a provider's articles may have been deleted while its index was still being saved.
            for provider in self.previous.own.keys() - by_provider.keys():
                with contextlib.suppress(OSError):
                    self.store.delete(provider)
        return _ProviderMatchers(
            shared, {provider: self._build_one(provider, own, shared) for provider, own in by_provider.items()}
        )

    def _build_one(self, provider: str, articles: Sequence[Article], shared: _KeyedMatcher | None) -> _KeyedMatcher:
        key_now, name, shared_matcher = (
            index_key(articles),
            provider or SHARED_INDEX_NAME,
            shared.matcher if shared else None,
        )
        before = self._previous_matcher(provider)
        if before and before.key == key_now:
            same = shared_matcher is None or (self.previous and shared_matcher is self.previous.shared.matcher)
            return (
                before if same else _KeyedMatcher(key_now, Matcher(articles, shared_matcher, before.matcher.arrays()))
            )
        saved = self._load_or_build(name, key_now, articles, shared_matcher)
        matcher = Matcher(articles, shared_matcher, saved)
        if self.store and not saved:
            self.store.save(name, key_now, matcher.arrays())
            # From here on it is mapped from its file: memory that can be given up, and is shared with other workers.
            matcher = Matcher(articles, shared_matcher, self.store.load(name, key_now) or matcher.arrays())
        return _KeyedMatcher(key_now, matcher)

    def _load_or_build(
        self, name: str, key_now: str, articles: Sequence[Article], shared_matcher: Matcher | None
    ) -> Mapping[str, Array] | None:
        """The saved index of these articles. In a refresh, while people are being answered, a large one is built in a
        process of its own first."""
        if self.store is None:
            return None
        saved = self.store.load(name, key_now)
        if saved is None and self.previous is not None and build_process.is_large(articles):
            build_process.build_in_process(
                self.store, name, key_now, articles, calibrate=shared_matcher is None or not shared_matcher.has_articles
            )
            saved = self.store.load(name, key_now)
        return saved

    def _previous_matcher(self, provider: str) -> _KeyedMatcher | None:
        if self.previous is None:
            return None
        return self.previous.own.get(provider) if provider else self.previous.shared


def _public_article(article: Article) -> Article:
    """The article with its public editions only; without any it still hides a shared one of the same id."""
    editions = {language: one for language, one in article.editions.items() if one.is_public}
    return article if len(editions) == len(article.editions) else dataclasses.replace(article, editions=editions)


def _bold_title(title: str) -> RichText:
    return RichText(title, (TextSpan("bold", 0, len(title)),))


def _picture_files(pictures: Sequence[tuple[str, str]], folders: Sequence[Path]) -> tuple[File, ...]:
    """The pictures that exist; a missing one never keeps the text from being sent."""
    files: list[File] = []
    for name, shows in pictures:
        try:
            path = find_picture(name, folders)
            size = path.stat().st_size
        except (LookupError, OSError):
            continue
        files.append(File(path.name, "photo", PICTURES[path.suffix], size, f"content:{path}", shows))
    return tuple(files)
