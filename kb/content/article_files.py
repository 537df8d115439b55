"""Articles as folders: ``<id>/ru.md`` and ``en.md``, each a TOML head and a body in our small Markdown, with pictures.

The head stands between two lines of ``+++`` and has ``title``, ``phrasings`` (how people say it, five or more),
``environment``, ``category``, ``dialog`` (the questions that follow when it did not help), ``owner``, and what KCS v6
asks of an article: ``confidence``, ``audience``, ``governance``. A picture is a line of its own below the step it
belongs to, ``![what it shows](lamps.png)``, lying beside the text, or ``../shared/lamps.png`` where several articles
use it. How the body is made up, and how a provider's facts come into it, stands in `kb.content.article_body`.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from desk.language.detect import LANGUAGES
from desk.model.media_types import PICTURES
from desk.model.toml_table import TomlTable
from kb.content.article_body import (
    FACT_NAMES,
    BodySection,
    fact_names_in,
    first_invalid_braces,
    parse_picture_line,
    resolution_sections,
    split_sections,
)

CATEGORIES = ("technical", "billing", "security", "equipment_setup")
CONFIDENCES = ("work_in_progress", "not_validated", "validated", "archived")  # KCS v6
AUDIENCES = ("internal", "within_domain", "partner", "external")  # KCS v6
GOVERNANCE = ("experience_based", "compliance_based")  # KCS v6: who may change it, anybody who knows or only its owner
MAX_FILE_BYTES = 256 * 1024
MIN_PHRASINGS = 5
"""What `firstline kb check` asks for; a draft begins with the words of one."""
SHARED_FOLDER = "shared"
"""The folder beside the articles whose pictures any of them may use; no article can have this name."""

_ID_RE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_PICTURE_NAME_RE = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,59}}(?:{'|'.join(map(re.escape, PICTURES))})")


class InvalidArticle(ValueError):
    """Says which file of an article is wrong, and how to correct it: a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class ArticleTranslation:
    """An article in one language. ``pictures`` are ``<folder>/<name>`` in the order the body shows them."""

    language: str
    title: str
    phrasings: tuple[str, ...]
    body: str
    pictures: tuple[str, ...] = ()
    environment: str = ""
    owner: str = ""
    confidence: str = "not_validated"
    audience: str = "internal"
    governance: str = "experience_based"

    @property
    def resolutions(self) -> tuple[BodySection, ...]:
        """The resolutions in the order they are to be tried; a section's heading is its condition."""
        return resolution_sections(self.body, self.language)

    @property
    def captions(self) -> tuple[str, ...]:
        """The caption of each of the ``pictures``."""
        return tuple(words for part in split_sections(self.body) for words, _ in part.pictures)

    @property
    def is_public(self) -> bool:
        """Whether a subscriber may see it: only what is validated and meant for the outside (KCS v6)."""
        return self.audience == "external" and self.confidence == "validated"


@dataclass(frozen=True, slots=True)
class Article:
    """One issue and its resolutions, in one or several languages. ``provider`` is "" when all providers share it.

    ``file_hashes`` are by language those of the files the editions came from; an edition made in the database has none.
    """

    id: str
    provider: str
    editions: Mapping[str, ArticleTranslation]
    dialog: str = ""
    category: str = "technical"
    file_hashes: Mapping[str, str] = field(default_factory=dict)

    def edition(self, language: str) -> ArticleTranslation:
        """The edition in this language, or else another one: a missing language never hides an article."""
        return self.editions.get(language) or next(iter(self.editions.values()))

    @property
    def hash(self) -> str:
        """A hash of everything a reader could notice."""
        return sha256_of(self.id, self.provider, *(content_hash(self, one) for one in sorted(self.editions)))


def with_shared_languages(articles: Sequence[Article]) -> list[Article]:
    """The articles, each of a provider's own completed with the shared one's editions in the languages it lacks. One
    without a public edition is there to hide the shared one, and stays as it is."""
    shared = {one.id: one for one in articles if not one.provider}
    return [
        replace(one, editions={**shared[one.id].editions, **one.editions})
        if one.provider and one.id in shared and any(edition.is_public for edition in one.editions.values())
        else one
        for one in articles
    ]


def content_hash(article: Article, language: str) -> str:
    """A hash of one edition's content, wherever it is stored."""
    edition = article.editions[language]
    # The default governance is left out, so that articles stored before the field existed do not look edited.
    unusual = (edition.governance,) if edition.governance != GOVERNANCE[0] else ()
    return sha256_of(
        article.dialog,
        article.category,
        edition.title,
        json.dumps(edition.phrasings, ensure_ascii=False),
        edition.body,
        json.dumps(edition.pictures),
        edition.environment,
        edition.owner,
        edition.confidence,
        edition.audience,
        *unusual,
    )


def sha256_of(*parts: str) -> str:
    """A SHA-256 of several strings, none of which can be mistaken for the end of another."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def is_folder_name(id: str) -> bool:
    """Whether an article of this id can be a folder; one imported from a line of JSON may have any id."""
    return bool(_ID_RE.fullmatch(id)) and id != SHARED_FOLDER


def read_folder(path: Path, provider: str = "", required: Collection[str] = LANGUAGES) -> Article:
    """Reads one article's folder. Raises `InvalidArticle` when it is not whole, or a ``required`` language is
    missing."""
    if not is_folder_name(path.name):
        raise InvalidArticle(f"{path}: an article's folder is named in small Latin letters, digits and dashes")
    files = {language: path / f"{language}.md" for language in LANGUAGES if (path / f"{language}.md").is_file()}
    if missing := [language for language in required if language not in files]:
        raise InvalidArticle(f"{path / missing[0]}.md is missing: the article needs this language too")
    if not files:
        raise InvalidArticle(f"{path}: there is neither {' nor '.join(f'{one}.md' for one in LANGUAGES)}")
    read = {language: _ArticleFile(file, language) for language, file in files.items()}
    first = next(iter(read.values()))
    for other in read.values():
        if (other.dialog, other.category) != (first.dialog, first.category):
            raise InvalidArticle(f"{other.path}: dialog and category must be the same as in {first.path.name}")
    return Article(
        id=path.name,
        provider=provider,
        editions={language: one.edition for language, one in read.items()},
        dialog=first.dialog,
        category=first.category,
        file_hashes={language: one.hash for language, one in read.items()},
    )


def read_folders(folders: Sequence[Path], provider: str = "", required: Collection[str] = ()) -> dict[str, Article]:
    """All articles of several folders by id; of two with one id, the earlier folder's. Raises `InvalidArticle`."""
    found: dict[str, Article] = {}
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if (
                path.is_dir()
                and path.name != SHARED_FOLDER
                and not path.name.startswith(".")
                and path.name not in found
            ):
                found[path.name] = read_folder(path, provider, required)
    return found


class _ArticleFile:
    """One language's file, read and checked."""

    def __init__(self, path: Path, language: str) -> None:
        self.path = path
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise self._error(f"it has more than {MAX_FILE_BYTES} bytes: nobody reads an article of that length")
            source = path.read_text("utf-8").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError) as error:
            raise self._error(f"it cannot be read ({error})") from None
        opening, _, rest = source.partition("+++\n")
        head, fence, body = rest.partition("\n+++\n")
        if opening.strip() or not fence:
            raise self._error("it must begin with a TOML head between two lines of +++")
        try:
            self.head = TomlTable(tomllib.loads(head), f"{path}: the head:", InvalidArticle)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise self._error(f"the head is not TOML: {error}") from None
        self.hash = sha256_of(source)
        self.dialog = self.head.text("dialog", "")
        self.category = self.head.choice("category", CATEGORIES, "technical")
        self.edition = self._edition(language, body.strip("\n") + "\n")
        self.head.reject_unknown_keys()

    def _edition(self, language: str, body: str) -> ArticleTranslation:
        self._check(body)
        return ArticleTranslation(
            language=language,
            title=self.head.text("title"),
            phrasings=tuple(dict.fromkeys(self.head.texts("phrasings"))),
            body=body,
            pictures=self._pictures(body),
            environment=self.head.text("environment", ""),
            owner=self.head.text("owner", ""),
            confidence=self.head.choice("confidence", CONFIDENCES, "not_validated"),
            audience=self.head.choice("audience", AUDIENCES, "internal"),
            governance=self.head.choice("governance", GOVERNANCE, "experience_based"),
        )

    def _check(self, body: str) -> None:
        if not body.strip():
            raise self._error("there is no text below the head")
        if line := first_invalid_braces(body):
            what = "write {{ fact }}, {{ fact or words }}, or {{ if fact }} at the end of a line"
            raise self._error(f"the braces in {line!r} cannot be read: {what}")
        if unknown := [name for name in fact_names_in(body) if name not in FACT_NAMES]:
            raise self._error(
                f"{{{{ {unknown[0]} }}}} is no fact of a provider; there are {', '.join(sorted(FACT_NAMES))}"
            )
        if deep := [line for line in body.split("\n") if line.startswith("##")]:
            raise self._error(f"a heading has one # and a space, not {deep[0]!r}")
        if empty := [one.heading for one in split_sections(body) if not any(line.strip() for line in one.lines)]:
            raise self._error(f"there is nothing below the heading {empty[0]!r}")

    def _pictures(self, body: str) -> tuple[str, ...]:
        pictures: list[str] = []
        for line in body.split("\n"):
            if not line.lstrip().startswith("!["):
                continue
            found = parse_picture_line(line)
            if not found:
                raise self._error(f"a picture stands on a line of its own as ![what it shows](name.png), not {line!r}")
            words, place = found
            if not words.strip():
                raise self._error(f"say in the brackets what {place} shows: some people hear it, and letters print it")
            pictures.append(self._picture(place))
        return tuple(pictures)

    def _picture(self, reference: str) -> str:
        folder, name = self.path.parent, reference
        if reference.startswith(f"../{SHARED_FOLDER}/"):
            folder, name = folder.parent / SHARED_FOLDER, reference.removeprefix(f"../{SHARED_FOLDER}/")
        if not _PICTURE_NAME_RE.fullmatch(name):
            raise self._error(
                f"the picture {reference!r} must be name.png or ../{SHARED_FOLDER}/name.png, in small letters"
            )
        if not (folder / name).is_file():
            raise self._error(f"the picture {reference} is not there")
        return f"{folder.name}/{name}"

    def _error(self, what: str) -> InvalidArticle:
        return InvalidArticle(f"{self.path}: {what}")


def find_picture(name: str, folders: Sequence[Path]) -> Path:
    """The file of a picture ``<article id>/<name>`` in the first folder that has it. Raises `LookupError`."""
    article, slash, file = name.partition("/")
    if slash and _ID_RE.fullmatch(article) and _PICTURE_NAME_RE.fullmatch(file):
        for folder in folders:
            if (path := folder / article / file).is_file():
                return path
    raise LookupError(f"no picture {name!r} in the provider's, the desk's or the packaged articles")
