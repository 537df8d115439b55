"""Writes articles as folders, so that `kb.content.article_files` reads back what was written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from desk.model.toml_table import toml_string
from kb.content.article_files import (
    GOVERNANCE,
    SHARED_FOLDER,
    Article,
    ArticleTranslation,
    find_picture,
    is_folder_name,
)


def to_markdown(article: Article, language: str) -> str:
    """One edition as its file: a TOML head between two lines of ``+++``, and the body."""
    edition = article.editions[language]
    phrasings = "".join(f"    {toml_string(one)},\n" for one in edition.phrasings)
    lines = [
        f"title = {toml_string(edition.title)}",
        f"phrasings = [\n{phrasings}]" if phrasings else "phrasings = []",
        *(f"{key} = {toml_string(value)}" for key, value in _head_fields(article, edition) if value),
    ]
    return "\n".join(("+++", *lines, "+++", edition.body))


def _head_fields(article: Article, edition: ArticleTranslation) -> Sequence[tuple[str, str]]:
    unusual = edition.governance if edition.governance != GOVERNANCE[0] else ""
    return (
        ("environment", edition.environment),
        ("category", article.category),
        ("dialog", article.dialog),
        ("owner", edition.owner),
        ("confidence", edition.confidence),
        ("audience", edition.audience),
        ("governance", unusual),
    )


def to_jsonl(article: Article) -> str:
    """The article as lines of JSON, one for each language, as `kb.content.article_json_lines` reads them; without its
    pictures."""
    found = []
    for language, edition in article.editions.items():
        value = {
            "id": article.id,
            "lang": language,
            "title": edition.title,
            "variants": list(edition.phrasings),
            "body": edition.body.strip(),
            **{key: said for key, said in _head_fields(article, edition) if said},
        }
        found.append(json.dumps(value, ensure_ascii=False) + "\n")
    return "".join(found)


def write_folder(article: Article, into: Path, folders: Sequence[Path]) -> list[str]:
    """Writes the article's folder into ``into``, with its pictures from ``folders``, in search order.

    Returns the pictures that were not found: the article cannot be read back without them. Raises ValueError for an id
    that cannot be a folder's name.
    """
    if not is_folder_name(article.id):
        raise ValueError(f"{article.id!r} cannot be the name of a folder")
    place = into / article.id
    place.mkdir(parents=True, exist_ok=True)
    for language in article.editions:
        (place / f"{language}.md").write_text(to_markdown(article, language), "utf-8")
    missing = []
    for name in dict.fromkeys(name for one in article.editions.values() for name in one.pictures):
        target = into / name if name.startswith(f"{SHARED_FOLDER}/") else place / name.partition("/")[2]
        try:
            source = find_picture(name, folders)
        except LookupError:
            missing.append(name)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.resolve() != target.resolve():
            shutil.copyfile(source, target)
    return missing
