"""Templates: every sentence the desk says is one file, ``<language>/<name>.txt``, in the small Markdown of
`desk.language.rich_text`.

A provider's folder comes before the desk's, and that before the packaged one. Providers' templates may use names, `if`
and `for` over short lists and nothing else, no `for` within another, which is checked when they are loaded; rendering
stops at `MAX_RENDERED_LENGTH` characters. So it is bounded, and no value a stranger typed can become anything but text.
Where a template of a provider cannot be rendered, the desk's or the packaged one is used, and the log tells.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from desk.language.detect import LANGUAGES
from desk.language.operator_file_faults import Fault, InvalidFiles
from desk.language.rich_text import RichText, escape_markdown, literal, parse_markdown
from desk.language.translatable import Catalog, reason_in_words, sentence

log = logging.getLogger(__name__)

MAX_TEMPLATE_LENGTH = 20_000
"""Characters of one template, and of one value in it."""
MAX_RENDERED_LENGTH = 3 * MAX_TEMPLATE_LENGTH
"""Characters of what is rendered: one long value, each of its characters escaped, and the sentence around it."""
_ALLOWED_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.If,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Const,
)
Value = str | RichText | Sequence[str]


MAX_CACHED_LENGTH = 200
"""Characters of all values together, up to which a filled-in sentence is kept for the next time."""


class InvalidTemplate(InvalidFiles):
    """Templates that cannot be used: which, and why."""


@dataclass(slots=True, eq=False)
class _CheckedTemplate:
    """A checked template, and the names it uses. It is compiled when it is used first: a desk says few of its sentences
    on a day, and starts sooner."""

    compile: Callable[[], Template]
    names: tuple[str, ...]
    _compiled: Template | None = None

    @property
    def template(self) -> Template:
        """The compiled template."""
        if self._compiled is None:
            self._compiled = self.compile()
        return self._compiled

    def render(self, values: Mapping[str, Value]) -> RichText:
        """The sentence with these values. Raises TemplateError or TypeError when it cannot be made."""
        used = {name: values[name] for name in self.names if name in values}
        plain = tuple((name, value) for name, value in used.items() if isinstance(value, str))
        if len(plain) == len(used) and sum(len(value) for _, value in plain) <= MAX_CACHED_LENGTH:
            return _render_cached(self, plain)
        return parse_markdown(_render(self.template, used))


class Templates:
    """All templates of one installation, read and checked once."""

    def __init__(self, packaged: Path, folders: Mapping[str, Sequence[Path]] | None = None) -> None:
        """``folders`` lists, for each provider ("" for the desk's own), its template folders, the nearest first."""
        self._environment = _environment()
        self._folder, self._reasons = packaged, dict[str, Catalog]()
        self._packaged = dict(self._load_folder(packaged, packaged=True))
        self._overrides = {
            provider: {key: template for path in reversed(paths) for key, template in self._load_folder(path)}
            for provider, paths in (folders or {}).items()
        }
        self._labels: dict[tuple[str, str, str], str] = {}

    def _load_folder(self, folder: Path, packaged: bool = False) -> Iterator[tuple[tuple[str, str], _CheckedTemplate]]:
        for language in LANGUAGES:
            for path in sorted((folder / language).glob("*.txt")):
                yield (language, path.stem), self._load_template(path, packaged)

    def _load_template(self, path: Path, packaged: bool = False) -> _CheckedTemplate:
        try:
            source = path.read_text("utf-8")
            if len(source) > MAX_TEMPLATE_LENGTH:
                what = sentence("the template is longer than {most} characters", most=MAX_TEMPLATE_LENGTH)
                raise _invalid(path, 0, what)
            # The first pass is for the lines of faults: without bare lines there are fewer.
            tree = self._environment.parse(source)
            for node in _all_nodes(tree):
                if not isinstance(node, _ALLOWED_NODES):
                    what = sentence("the template uses {what}", what=type(node).__name__)
                    forms = "{{ name }}, {% if name %}, {% for one in names %}"
                    raise _invalid(path, node.lineno, what, sentence("only {forms} are known here", forms=forms))
                if isinstance(node, nodes.For) and any(True for _ in node.find_all(nodes.For)):
                    raise _invalid(path, node.lineno, sentence("a for within a for is not known here"))
            if (shorter := _without_bare_lines(source)) != source:
                tree = self._environment.parse(shorter)
            names = tuple(sorted(meta.find_undeclared_variables(tree)))
            checked = _CheckedTemplate(partial(self._environment.from_string, tree), names)
            if not packaged:
                _ = checked.template  # what is wrong with a provider's own is told when it is loaded
            return checked
        except RecursionError:
            what = sentence("the template cannot be used: its tags stand too deep within each other")
            raise _invalid(path, 0, what) from None
        except (TemplateError, UnicodeDecodeError, OSError) as error:
            what = sentence("the template cannot be used: {why}", why=str(error))
            raise _invalid(path, getattr(error, "lineno", None) or 0, what) from None

    @staticmethod
    def lines_of_names(path: Path) -> Mapping[str, int]:
        """The names that the template of a file uses, each with the line where it first stands. Raises
        `InvalidTemplate`."""
        reader = Templates.__new__(Templates)
        reader._environment = _environment()
        used = reader._load_template(path).names
        tree = reader._environment.parse(path.read_text("utf-8"))
        lines: dict[str, int] = {}
        for node in tree.find_all(nodes.Name):
            if node.name in used:
                lines[node.name] = min(node.lineno, lines.get(node.name, node.lineno))
        return lines

    def names_in(self, language: str, name: str) -> frozenset[str]:
        """The names that a packaged sentence uses, in this language."""
        template = self._packaged.get((language, name))
        return frozenset(template.names) if template else frozenset()

    def names(self) -> set[tuple[str, str]]:
        """Every (language, name) of the packaged sentences."""
        return set(self._packaged)

    def say(self, provider: str, language: str, name: str, values: Mapping[str, Value]) -> RichText:
        """One sentence; ``why`` is a reason as it is stored, said in that language. Raises KeyError for a name that no
        folder has, `InvalidTemplate` where a value is missing."""
        problem = ""
        if isinstance(why := values.get("why"), str | RichText) and str(why):
            values = {**values, "why": self._reason(why, language)}
        for candidate in self._candidates(provider, language, name):
            try:
                return candidate.render(values)
            except (TemplateError, TypeError) as error:
                problem = f"template {language}/{name} of {provider or 'the desk'}: {error}"
                log.warning("%s", problem)
        raise InvalidTemplate(problem) if problem else KeyError(f"no template {language}/{name}.txt")

    def _reason(self, why: str | RichText, language: str) -> str | RichText:
        if language not in self._reasons:
            path = self._folder / language / "commands.toml"
            parts = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
            self._reasons[language] = {pattern: words for part in parts.values() for pattern, words in part.items()}
        if isinstance(why, RichText):
            return literal(reason_in_words(why.plain, self._reasons[language]))
        return reason_in_words(why, self._reasons[language])

    def label(self, provider: str, language: str, name: str) -> str:
        """A short label without names, for a button or a table."""
        key = provider, language, name
        if key not in self._labels:
            self._labels[key] = self.say(provider, language, name, {}).plain
        return self._labels[key]

    def _candidates(self, provider: str, language: str, name: str) -> Iterator[_CheckedTemplate]:
        """The sentences of that name, the nearest first."""
        for templates in (self._overrides.get(provider), self._overrides.get(""), self._packaged):
            if templates and (sentence := templates.get((language, name)) or templates.get(("en", name))):
                yield sentence


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, finalize=_escape_value)


def _invalid(path: Path, line: int, what: str, todo: str = "") -> InvalidTemplate:
    return InvalidTemplate([Fault(str(path), line, what, todo)])


@lru_cache(maxsize=2000)
def _render_cached(sentence: _CheckedTemplate, values: tuple[tuple[str, str], ...]) -> RichText:
    """The same few sentences go to everybody: filling one in costs more than looking it up."""
    return parse_markdown(_render(sentence.template, dict(values)))


def _render(template: Template, values: Mapping[str, Value]) -> str:
    """What the template makes of the values, cut where it becomes too long."""
    pieces: list[str] = []
    remaining = MAX_RENDERED_LENGTH
    for piece in template.generate(values):
        pieces.append(piece[:remaining])
        remaining -= len(piece)
        if remaining <= 0:
            break
    return "".join(pieces).strip()


def _escape_value(value: object) -> str:
    """A value as it stands in a sentence; of a megabyte of text the beginning, and the journal has the rest."""
    words = value.plain if isinstance(value, RichText) else str(value) if value is not None else ""
    return escape_markdown(words if len(words) <= MAX_TEMPLATE_LENGTH else f"{words[:MAX_TEMPLATE_LENGTH]}…")


def _without_bare_lines(source: str) -> str:
    """A line with nothing but one ``{% tag %}`` leaves no line behind; a tag at the end of a sentence does."""
    lines = []
    for line in source.splitlines(keepends=True):
        tag = line.strip()
        is_bare = tag.startswith("{%") and tag.endswith("%}") and tag.count("{%") == 1
        lines.append(tag if is_bare else line)
    return "".join(lines)


def _all_nodes(node: nodes.Node) -> Iterable[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _all_nodes(child)
