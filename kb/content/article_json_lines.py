"""Articles as lines of JSON, for articles that come from elsewhere. Pure.

A line is ``{"id", "lang", "title", "variants": [...], "body"}``; what else an article may have is optional: dialog,
category, environment, owner, confidence, audience, governance. Any other key is ignored. Lines of one id in several
languages are one article, and lines of one id and language are one edition whose variants are joined.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from desk.language.detect import LANGUAGES, language_of
from desk.language.unsafe_characters import storable
from kb.content.article_files import (
    AUDIENCES,
    CATEGORIES,
    CONFIDENCES,
    GOVERNANCE,
    Article,
    ArticleTranslation,
    InvalidArticle,
    is_category,
)

MAX_ID_LENGTH = 60
MAX_LINE_LENGTH = 1 << 20


def read_lines(lines: Iterable[str], provider: str = "", name: str = "line") -> list[Article]:
    """The articles of these lines, in the order they begin. Raises `InvalidArticle`, which names the line by number.

    A line without ``lang`` is in the language of its letters. What comes this way is meant to be shown: without
    ``confidence`` and ``audience`` it is validated and external.
    """
    articles: dict[str, Article] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            one = _article(line, provider)
        except ValueError as error:
            raise InvalidArticle(f"{name}:{number}: {error}") from None
        articles[one.id] = _merge(articles[one.id], one) if one.id in articles else one
    return list(articles.values())


def _article(line: str, provider: str) -> Article:
    if len(line) > MAX_LINE_LENGTH:
        raise ValueError(f"the line is longer than {MAX_LINE_LENGTH} characters")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"this is not JSON ({error})") from None
    if not isinstance(value, dict):
        raise ValueError('a line is an object: {"id", "lang", "title", "variants", "body"}')
    variants = value.get("variants") or []
    if not isinstance(variants, list) or not all(isinstance(one, str) for one in variants):
        raise ValueError("variants must be a list of sentences")
    title = _text(value, "title") or next((one.strip() for one in variants if one.strip()), "")
    if not title:
        raise ValueError("the article needs a title")
    body = _text(value, "body")
    named = _text(value, "lang")
    language = re.split("[-_]", named.casefold())[0] if named else language_of(title + body) or LANGUAGES[0]
    if language not in LANGUAGES:
        raise ValueError(f"lang is {named!r}; it can be {', '.join(LANGUAGES)}")
    edition = ArticleTranslation(
        language=language,
        title=title,
        phrasings=tuple(dict.fromkeys(one.strip() for one in variants if one.strip())),
        body=body,
        environment=_text(value, "environment"),
        owner=_text(value, "owner"),
        confidence=_choice(value, "confidence", CONFIDENCES, "validated"),
        audience=_choice(value, "audience", AUDIENCES, "external"),
        governance=_choice(value, "governance", GOVERNANCE, GOVERNANCE[0]),
    )
    category = _text(value, "category")
    if not is_category(category):
        category = _choice(value, "category", CATEGORIES, "technical")
    return Article(_id(value), provider, {language: edition}, _text(value, "dialog"), category)


def _id(value: Mapping[str, Any]) -> str:
    given = value.get("id")
    if given is None:
        raise ValueError("the line has no id")
    id = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    if not isinstance(id, str) or not 0 < len(id) <= MAX_ID_LENGTH or not id.isprintable() or not id.strip():
        raise ValueError(f"id must be a text of 1 to {MAX_ID_LENGTH} characters, or a whole number")
    return id


def _text(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise ValueError(f"{name} must be a text")
    return storable(text).strip()


def _choice(value: Mapping[str, Any], name: str, among: tuple[str, ...], default: str) -> str:
    text = _text(value, name) or default
    if text not in among:
        raise ValueError(f"{name} is {text!r}; it can be {', '.join(among)}")
    return text


def _merge(former: Article, one: Article) -> Article:
    """Adds a language to an article, or variants to a language it has."""
    ((language, edition),) = one.editions.items()
    before = former.editions.get(language)
    if before:
        titles = () if edition.title == before.title else (edition.title,)
        phrasings = tuple(dict.fromkeys((*before.phrasings, *titles, *edition.phrasings)))
        body = before.body if edition.body in before.body else f"{before.body}\n\n{edition.body}".strip()
        edition = dataclasses.replace(before, phrasings=phrasings, body=body)
    return dataclasses.replace(former, editions={**former.editions, language: edition})
