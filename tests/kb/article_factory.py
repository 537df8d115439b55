"""Articles made up for the tests: as values, and as folders."""

from __future__ import annotations

from pathlib import Path

from kb.content.article_files import Article, ArticleTranslation

FILE_TEMPLATE = """+++
title = "{title}"
phrasings = [{phrasings}]
dialog = "{dialog}"
confidence = "validated"
audience = "external"
+++
{body}
"""
PHRASINGS = ("the kettle is cold", "no tea today", "kettle does not boil", "water stays cold", "my kettle died")


def write_article(
    folder: Path,
    article: str = "kettle",
    language: str = "en",
    *,
    title: str = "The kettle does not boil",
    phrasings: tuple[str, ...] = PHRASINGS,
    body: str = "Plug it in.",
    dialog: str = "",
) -> Path:
    """Writes one language of an article, and returns the article's folder."""
    place = folder / article
    place.mkdir(parents=True, exist_ok=True)
    quoted = ", ".join(f'"{one}"' for one in phrasings)
    text = FILE_TEMPLATE.format(title=title, phrasings=quoted, body=body, dialog=dialog)
    (place / f"{language}.md").write_text(text, "utf-8")
    return place


def make_article(id: str, *phrasings: str, provider: str = "", language: str = "en", body: str = "Do this.") -> Article:
    """A validated article in one language, titled by its first phrasing."""
    edition = ArticleTranslation(language, phrasings[0], phrasings, body, confidence="validated", audience="external")
    return Article(id, provider, {language: edition})
