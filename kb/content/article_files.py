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
from desk.language.operator_file_faults import Fault, FileFaults, InvalidFiles
from desk.language.translatable import sentence, write_instead
from desk.model.media_types import PICTURES
from desk.model.toml_table import TomlTable, unreadable
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
"""Those of the desk; a provider may have its own ([[category]] of policy.toml)."""
CONFIDENCES = ("work_in_progress", "not_validated", "validated", "archived")  # KCS v6
AUDIENCES = ("internal", "within_domain", "partner", "external")  # KCS v6
GOVERNANCE = ("experience_based", "compliance_based")  # KCS v6: who may change it, anybody who knows or only its owner
MAX_FILE_BYTES = 256 * 1024
MIN_PHRASINGS = 5
"""What `firstline kb check` asks for; a draft begins with the words of one."""
SHARED_FOLDER = "shared"
"""The folder beside the articles whose pictures any of them may use; no article can have this name."""

_CATEGORY_RE = re.compile(r"[a-z][a-z0-9_]{0,23}")
_ID_RE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_PICTURE_NAME_RE = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,59}}(?:{'|'.join(map(re.escape, PICTURES))})")


class InvalidArticle(InvalidFiles):
    """Says which file of an article is wrong, where, and how to correct it."""


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


def is_category(name: str) -> bool:
    """Whether a category can be called so: one of the desk's, or of a provider's own."""
    return _CATEGORY_RE.fullmatch(name) is not None


def is_folder_name(id: str) -> bool:
    """Whether an article of this id can be a folder; one imported from a line of JSON may have any id."""
    return bool(_ID_RE.fullmatch(id)) and id != SHARED_FOLDER


def read_folder(path: Path, provider: str = "", required: Collection[str] = LANGUAGES) -> Article:
    """Reads one article's folder. Raises `InvalidArticle` when it is not whole, or a ``required`` language is
    missing."""
    if not is_folder_name(path.name):
        raise _invalid(path, sentence("an article's folder is named in small Latin letters, digits and dashes"))
    files = {language: path / f"{language}.md" for language in LANGUAGES if (path / f"{language}.md").is_file()}
    if missing := [language for language in required if language not in files]:
        what = sentence("{file}.md is missing: the article needs this language too", file=missing[0])
        raise _invalid(path, what)
    if not files:
        raise _invalid(path, sentence("there is neither {files}", files=" / ".join(f"{one}.md" for one in LANGUAGES)))
    read = {language: _ArticleFile(file, language) for language, file in files.items()}
    first = next(iter(read.values()))
    for other in read.values():
        if (other.dialog, other.category) != (first.dialog, first.category):
            other.report(sentence("dialog and category must be the same as in {file}", file=first.path.name))
    if faults := [fault for one in read.values() for fault in one.faults.found]:
        raise InvalidArticle(faults)
    return Article(
        id=path.name,
        provider=provider,
        editions={language: one.edition for language, one in read.items()},
        dialog=first.dialog,
        category=first.category,
        file_hashes={language: one.hash for language, one in read.items()},
    )


def read_folders(folders: Sequence[Path], provider: str = "", required: Collection[str] = ()) -> dict[str, Article]:
    """All articles of several folders by id; of two with one id, the earlier folder's. Raises `InvalidArticle` with the
    faults of all."""
    found, faults = read_with_faults(folders, provider, required)
    if faults:
        raise InvalidArticle(faults)
    return found


def read_with_faults(
    folders: Sequence[Path], provider: str = "", required: Collection[str] = ()
) -> tuple[dict[str, Article], list[Fault]]:
    """The same of those articles that can be read, and all that is wrong with the others."""
    found: dict[str, Article] = {}
    faults: list[Fault] = []
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if (
                path.is_dir()
                and path.name != SHARED_FOLDER
                and not path.name.startswith(".")
                and path.name not in found
            ):
                try:
                    found[path.name] = read_folder(path, provider, required)
                except InvalidArticle as error:
                    faults += error.faults
    return found, faults


def _invalid(path: Path, what: str, todo: str = "") -> InvalidArticle:
    return InvalidArticle([Fault(str(path), 0, what, todo)])


class _ArticleFile:
    """One language's file, read and checked; what is wrong with it is gathered in ``faults``."""

    def __init__(self, path: Path, language: str) -> None:
        self.path = path
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                what = sentence(
                    "it has more than {most} bytes: nobody reads an article of that length", most=MAX_FILE_BYTES
                )
                raise _invalid(path, what)
            source = path.read_text("utf-8").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError) as error:
            raise _invalid(path, sentence("it cannot be read ({why})", why=error)) from None
        opening, _, rest = source.partition("+++\n")
        head, fence, body = rest.partition("\n+++\n")
        if opening.strip() or not fence:
            raise _invalid(path, sentence("it must begin with a TOML head between two lines of +++"))
        first_line = opening.count("\n") + 2
        self.faults = FileFaults(str(path), head, first_line)
        try:
            self.head = TomlTable(tomllib.loads(head), self.faults, sentence("the head:"))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            kind = "the head is not TOML: {why}"
            raise InvalidArticle([unreadable(str(path), error, first_line, kind)]) from None
        self.hash = sha256_of(source)
        self._body_line = first_line + head.count("\n") + 2
        self.dialog = self.head.text("dialog", "")
        self.category = self.head.text("category", "technical")
        if not is_category(self.category):
            self.category = self.head.choice("category", CATEGORIES, "technical")
        self.edition = self._edition(language, body)
        self.head.report_unknown_keys()

    def report(self, what: str, line: int = 0, todo: str = "") -> None:
        """Notes a fault of the file, in a ``line`` of its body counted from 1."""
        at = line + self._body_line - 1 if line else 0
        self.faults.found.append(Fault(str(self.path), at, what, todo))

    def _edition(self, language: str, body: str) -> ArticleTranslation:
        lines = body.split("\n")
        self._check(body, lines)
        body = body.strip("\n") + "\n"
        return ArticleTranslation(
            language=language,
            title=self.head.text("title"),
            phrasings=tuple(dict.fromkeys(self.head.texts("phrasings"))),
            body=body,
            pictures=self._pictures(lines),
            environment=self.head.text("environment", ""),
            owner=self.head.text("owner", ""),
            confidence=self.head.choice("confidence", CONFIDENCES, "not_validated"),
            audience=self.head.choice("audience", AUDIENCES, "internal"),
            governance=self.head.choice("governance", GOVERNANCE, "experience_based"),
        )

    def _check(self, body: str, lines: Sequence[str]) -> None:
        if not body.strip():
            self.report(sentence("there is no text below the head"))
        for number, line in enumerate(lines, 1):
            if first_invalid_braces(line):
                forms = {"fact": "{{ fact }}", "words": "{{ fact or words }}", "condition": "{{ if fact }}"}
                todo = sentence("write {fact}, {words}, or {condition} at the end of a line", **forms)
                self.report(sentence("the braces in {line} cannot be read", line=repr(line)), number, todo)
            else:
                for name in fact_names_in(line):
                    if name not in FACT_NAMES:
                        known = ", ".join(sorted(FACT_NAMES))
                        braces, pattern = f"{{{{ {name} }}}}", "{braces} is no fact of a provider; there are {known}"
                        self.report(
                            sentence(pattern, braces=braces, known=known), number, write_instead(name, FACT_NAMES)
                        )
            if line.startswith("##"):
                self.report(sentence("a heading has one # and a space, not {line}", line=repr(line)), number)
        for one in split_sections(body.strip("\n") + "\n"):
            if not any(line.strip() for line in one.lines):
                what = sentence("there is nothing below the heading {heading}", heading=repr(one.heading))
                at = [number for number, line in enumerate(lines, 1) if line.strip("# ") == one.heading.strip()]
                self.report(what, at[0] if at else 0, sentence("write what to do there, or remove it"))

    def _pictures(self, lines: Sequence[str]) -> tuple[str, ...]:
        pictures: list[str] = []
        for number, line in enumerate(lines, 1):
            if not line.lstrip().startswith("!["):
                continue
            found = parse_picture_line(line)
            if not found:
                what = "a picture stands on a line of its own as ![what it shows](name.png), not {line}"
                self.report(sentence(what, line=repr(line)), number)
                continue
            words, place = found
            if not words.strip():
                what = "say in the brackets what {picture} shows: some people hear it, and letters print it"
                self.report(sentence(what, picture=place), number)
            pictures.append(self._picture(place, number))
        return tuple(pictures)

    def _picture(self, reference: str, line: int) -> str:
        folder, name = self.path.parent, reference
        if reference.startswith(f"../{SHARED_FOLDER}/"):
            folder, name = folder.parent / SHARED_FOLDER, reference.removeprefix(f"../{SHARED_FOLDER}/")
        if not _PICTURE_NAME_RE.fullmatch(name):
            what = "the picture {picture} must be name.png or ../{shared}/name.png, in small letters"
            self.report(sentence(what, picture=repr(reference), shared=SHARED_FOLDER), line)
        elif not (folder / name).is_file():
            there = {one.name for one in folder.glob("*") if one.suffix in PICTURES} if folder.is_dir() else set()
            self.report(
                sentence("the picture {picture} is not there", picture=reference), line, write_instead(name, there)
            )
        return f"{folder.name}/{name}"


def find_picture(name: str, folders: Sequence[Path]) -> Path:
    """The file of a picture ``<article id>/<name>`` in the first folder that has it. Raises `LookupError`."""
    article, slash, file = name.partition("/")
    if slash and _ID_RE.fullmatch(article) and _PICTURE_NAME_RE.fullmatch(file):
        for folder in folders:
            if (path := folder / article / file).is_file():
                return path
    raise LookupError(f"no picture {name!r} in the provider's, the desk's or the packaged articles")
