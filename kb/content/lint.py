"""Checks articles for what could be better (`firstline kb check`). Pure, but for `check_folders`.

What cannot be read at all is an error, `kb.content.article_files.InvalidArticle`; everything else is a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from desk.language.detect import LANGUAGES
from desk.language.operator_file_faults import Fault
from desk.language.translatable import sentence
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
                    found += [_finding(path.name, one, folder) for one in error.faults]
        found += _check_pictures(folder, here.values())
        articles = here | articles
    return articles, found


def _finding(id: str, fault: Fault, folder: Path) -> CheckFinding:
    what = sentence("{file}: {what}", file=fault.file.replace(f"{folder}/", ""), what=fault.what)
    return CheckFinding("error", id, what, fault.todo or sentence("correct that file"), fault.line)


def _check_pictures(folder: Path, articles: Iterable[Article]) -> Iterator[CheckFinding]:
    shown = {name for one in articles for edition in one.editions.values() for name in edition.pictures}
    for path in sorted(one for one in folder.glob("*/*") if one.suffix in PICTURES):
        name = f"{path.parent.name}/{path.name}"
        if name not in shown:
            yield CheckFinding(
                "warning",
                path.parent.name,
                sentence("no article shows {file}", file=name),
                sentence("remove it, or show it"),
            )
        elif path.stat().st_size > MAX_PICTURE_BYTES:
            what = sentence("{file} has {number} KB", file=name, number=path.stat().st_size // 1000)
            yield CheckFinding(
                "warning",
                path.parent.name,
                what,
                sentence("make it smaller than {number} KB", number=MAX_PICTURE_BYTES // 1000),
            )


def check_articles(articles: Sequence[Article], shared: Sequence[Article] = ()) -> Iterator[CheckFinding]:
    """Reports what is missing in each article, and which have a phrasing of another one, also of a ``shared`` one."""
    below = {one.id: one.editions for one in shared}
    for article in articles:
        told = {*article.editions, *below.get(article.id, ())}
        if missing := [language for language in LANGUAGES if language not in told]:
            known = ", ".join(article.editions)
            what = sentence("there is no {language}: who speaks it reads {known}", language=missing[0], known=known)
            yield CheckFinding("warning", article.id, what, sentence("write {file}", file=f"{missing[0]}.md"))
        for edition in article.editions.values():
            yield from _check_edition(article.id, edition)
    mine = {article.id for article in articles}
    yield from _check_shared_phrasings([*articles, *(one for one in shared if one.id not in mine)], mine)


def _check_edition(id: str, edition: ArticleTranslation) -> Iterator[CheckFinding]:
    file, told = f"{edition.language}.md", fill_facts(edition.body, dict.fromkeys(FACT_NAMES, "x" * 16))
    if len(edition.phrasings) < MIN_PHRASINGS:
        pattern = "{file}: there are {number} phrasings; people need at least {least}"
        what = sentence(pattern, file=file, number=len(edition.phrasings), least=MIN_PHRASINGS)
        yield CheckFinding("warning", id, what, sentence("add what people really write"))
    if (length := len(edition.title) + len(told)) > MAX_ARTICLE_LENGTH:
        what = sentence("{file}: it has {number} characters", file=file, number=length)
        todo = sentence("keep it under {most}, or make it two", most=MAX_ARTICLE_LENGTH)
        yield CheckFinding("warning", id, what, todo)
    if not told.strip():
        yield CheckFinding(
            "warning", id, sentence("{file}: there is nothing to read in it", file=file), sentence("write what to do")
        )
    elif edition.is_public and not any(
        is_stop_heading(part.heading, edition.language) for part in split_sections(edition.body)
    ):
        todo = sentence('end it with "{heading}"', heading=f"# {STOP_HEADINGS[edition.language]}")
        what = sentence("{file}: it does not say what to do when nothing helped", file=file)
        yield CheckFinding("warning", id, what, todo)


def _check_shared_phrasings(articles: Sequence[Article], mine: set[str]) -> Iterator[CheckFinding]:
    said: dict[str, str] = {}
    for article in articles:
        for edition in article.editions.values():
            for phrasing in dict.fromkeys((edition.title, *edition.phrasings)):
                other = said.setdefault(" ".join(phrasing.casefold().split()), article.id)
                if other != article.id and (other in mine or article.id in mine):
                    what = sentence('"{phrasing}" leads to {other} too', phrasing=phrasing, other=other)
                    yield CheckFinding("warning", article.id, what, sentence("keep it where it helps most"))


def check_facts(provider: str, facts: Mapping[str, str], articles: Iterable[Article]) -> Iterator[CheckFinding]:
    """Reports facts that articles name and the provider has not given."""
    named = {name for one in articles for edition in one.editions.values() for name in fact_names_in(edition.body)}
    silent = sorted(name for name in named & FACT_NAMES if name not in facts and name != "provider_title")
    if silent:
        todo = sentence("write them under [facts] in policy.toml; false says that there is none")
        yield CheckFinding("warning", provider, sentence("articles would name {facts}", facts=", ".join(silent)), todo)
