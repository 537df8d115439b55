"""Checks articles for what could be better (`firstline kb check`). Pure, but for `check_folders`.

What cannot be read at all is an error, `kb.content.article_files.InvalidArticle`; everything else is a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from desk.language.detect import LANGUAGES
from desk.model.check_findings import CheckFinding
from desk.model.media_types import PICTURES
from kb.content.article_body import (
    FACT_NAMES,
    STOP_HEADINGS,
    fact_names_in,
    fill_facts,
    is_stop_heading,
    split_sections,
)
from kb.content.article_files import (
    MIN_PHRASINGS,
    SHARED_FOLDER,
    Article,
    ArticleTranslation,
    InvalidArticle,
    read_folder,
)

MAX_ARTICLE_LENGTH = 1800
"""Characters of an article with all its facts: as much as a person reads to the end on a telephone."""
MAX_PICTURE_BYTES = 200_000
"""Bytes of a picture that still loads at once over a poor mobile connection."""


def check_folders(folders: Sequence[Path], provider: str = "") -> tuple[dict[str, Article], list[CheckFinding]]:
    """Reads the articles of several folders, an earlier folder's before a later one's of the same id, and reports those
    that are invalid.

    A picture that no article shows is reported too.
    """
    articles: dict[str, Article] = {}
    found: list[CheckFinding] = []
    for folder in folders:
        here: dict[str, Article] = {}
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_dir() and path.name != SHARED_FOLDER and not path.name.startswith("."):
                try:
                    here[path.name] = read_folder(path, provider, required=())
                except InvalidArticle as error:
                    found.append(
                        CheckFinding("error", path.name, str(error).replace(f"{folder}/", ""), "correct that file")
                    )
        found += _check_pictures(folder, here.values())
        articles = here | articles
    return articles, found


def _check_pictures(folder: Path, articles: Iterable[Article]) -> Iterator[CheckFinding]:
    shown = {name for one in articles for edition in one.editions.values() for name in edition.pictures}
    for path in sorted(one for one in folder.glob("*/*") if one.suffix in PICTURES):
        name = f"{path.parent.name}/{path.name}"
        if name not in shown:
            yield CheckFinding("warning", path.parent.name, f"no article shows {name}", "remove it, or show it")
        elif path.stat().st_size > MAX_PICTURE_BYTES:
            what = f"{name} has {path.stat().st_size // 1000} KB"
            yield CheckFinding(
                "warning", path.parent.name, what, f"make it smaller than {MAX_PICTURE_BYTES // 1000} KB"
            )


def check_articles(articles: Sequence[Article], shared: Sequence[Article] = ()) -> Iterator[CheckFinding]:
    """Reports what is missing in each article, and which have a phrasing of another one, also of a ``shared`` one."""
    below = {one.id: one.editions for one in shared}
    for article in articles:
        told = {*article.editions, *below.get(article.id, ())}
        if missing := [language for language in LANGUAGES if language not in told]:
            known = ", ".join(article.editions)
            what = f"there is no {missing[0]}: who speaks it reads {known}"
            yield CheckFinding("warning", article.id, what, f"write {missing[0]}.md")
        for edition in article.editions.values():
            yield from _check_edition(article.id, edition)
    mine = {article.id for article in articles}
    yield from _check_shared_phrasings([*articles, *(one for one in shared if one.id not in mine)], mine)


def _check_edition(id: str, edition: ArticleTranslation) -> Iterator[CheckFinding]:
    file, told = f"{edition.language}.md", fill_facts(edition.body, dict.fromkeys(FACT_NAMES, "x" * 16))
    if len(edition.phrasings) < MIN_PHRASINGS:
        what = f"{file}: there are {len(edition.phrasings)} phrasings; people need at least {MIN_PHRASINGS}"
        yield CheckFinding("warning", id, what, "add what people really write")
    if (length := len(edition.title) + len(told)) > MAX_ARTICLE_LENGTH:
        yield CheckFinding(
            "warning", id, f"{file}: it has {length} characters", f"keep it under {MAX_ARTICLE_LENGTH}, or make it two"
        )
    if not told.strip():
        yield CheckFinding("warning", id, f"{file}: there is nothing to read in it", "write what to do")
    elif edition.is_public and not any(
        is_stop_heading(part.heading, edition.language) for part in split_sections(edition.body)
    ):
        todo = f'end it with "# {STOP_HEADINGS[edition.language]}"'
        yield CheckFinding("warning", id, f"{file}: it does not say what to do when nothing helped", todo)


def _check_shared_phrasings(articles: Sequence[Article], mine: set[str]) -> Iterator[CheckFinding]:
    said: dict[str, str] = {}
    for article in articles:
        for edition in article.editions.values():
            for phrasing in dict.fromkeys((edition.title, *edition.phrasings)):
                other = said.setdefault(" ".join(phrasing.casefold().split()), article.id)
                if other != article.id and (other in mine or article.id in mine):
                    what = f'"{phrasing}" leads to {other} too'
                    yield CheckFinding("warning", article.id, what, "keep it where it helps most")


def check_facts(provider: str, facts: Mapping[str, str], articles: Iterable[Article]) -> Iterator[CheckFinding]:
    """Reports facts that articles name and the provider has not given."""
    named = {name for one in articles for edition in one.editions.values() for name in fact_names_in(edition.body)}
    silent = sorted(name for name in named & FACT_NAMES if name not in facts and name != "provider_title")
    if silent:
        todo = "write them under [facts] in policy.toml; false says that there is none"
        yield CheckFinding("warning", provider, f"articles would name {', '.join(silent)}", todo)
