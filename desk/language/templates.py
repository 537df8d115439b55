"""Words: every sentence the desk says is one file, ``<language>/<name>.txt``, in the small Markdown of
`desk.language.rich_text`.

A provider's folder comes before the desk's, and that before the packaged one. Providers' templates may use names, `if`
and `for` over short lists and nothing else, no `for` within another, which is checked when they are loaded; rendering
stops at `MOST` characters. So it is bounded, and no value a stranger typed can become anything but text. A template
of a provider that cannot be rendered silences nobody: the sentence beneath it is said, and the log tells.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from desk.language.detect import LANGUAGES
from desk.language.rich_text import RichText, escape_markdown, parse_markdown

log = logging.getLogger(__name__)

LONGEST = 20_000
"""Characters of one template, and of one value in it."""
MOST = 3 * LONGEST
"""Characters of what is rendered: one long value, each of its characters shielded, and the sentence around it."""
_ALLOWED = (
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


SHORT = 200
"""Characters of all values together, up to which a filled-in sentence is kept for the next time."""


class InvalidTemplate(ValueError):
    """A template that cannot be used: which, and why."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sentence:
    """A checked template, and the names it uses."""

    template: Template
    names: tuple[str, ...]

    def filled(self, values: Mapping[str, Value]) -> RichText:
        """The sentence with these values. Raises TemplateError or TypeError when it cannot be made."""
        used = {name: values[name] for name in self.names if name in values}
        plain = tuple((name, value) for name, value in used.items() if isinstance(value, str))
        if len(plain) == len(used) and sum(len(value) for _, value in plain) <= SHORT:
            return _filled(self, plain)
        return parse_markdown(_rendered(self.template, used))


class Templates:
    """All templates of one installation, read and checked once."""

    def __init__(self, packaged: Path, folders: Mapping[str, Sequence[Path]] | None = None) -> None:
        """``folders`` lists, for each provider ("" for the desk's own), its template folders, the nearest first."""
        self._environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined, autoescape=False, finalize=_finalized
        )
        self._packaged = dict(self._read(packaged))
        self._own = {
            provider: {key: template for path in reversed(paths) for key, template in self._read(path)}
            for provider, paths in (folders or {}).items()
        }
        self._labels: dict[tuple[str, str, str], str] = {}

    def _read(self, folder: Path) -> Iterator[tuple[tuple[str, str], _Sentence]]:
        for language in LANGUAGES:
            for path in sorted((folder / language).glob("*.txt")):
                yield (language, path.stem), self._checked(path)

    def _checked(self, path: Path) -> _Sentence:
        where = f"{path.parent.name}/{path.name}"
        try:
            source = path.read_text("utf-8")
            if len(source) > LONGEST:
                raise InvalidTemplate(f"template {where} is longer than {LONGEST} characters")
            tree = self._environment.parse(_without_bare_lines(source))
            for node in _walk(tree):
                if not isinstance(node, _ALLOWED):
                    raise InvalidTemplate(
                        f"template {where} line {node.lineno} uses {type(node).__name__}: "
                        "only {{ name }}, {% if name %} and {% for one in names %} are known here"
                    )
                if isinstance(node, nodes.For) and any(True for _ in node.find_all(nodes.For)):
                    raise InvalidTemplate(f"template {where} line {node.lineno}: a for within a for is not known here")
            names = tuple(sorted(meta.find_undeclared_variables(tree)))
            return _Sentence(self._environment.from_string(tree), names)
        except RecursionError:
            raise InvalidTemplate(
                f"template {where} cannot be used: its tags stand too deep within each other"
            ) from None
        except (TemplateError, UnicodeDecodeError, OSError) as error:
            raise InvalidTemplate(f"template {where} cannot be used: {error}") from None

    def names(self) -> set[tuple[str, str]]:
        """Every (language, name) of the packaged sentences."""
        return set(self._packaged)

    def say(self, provider: str, language: str, name: str, values: Mapping[str, Value]) -> RichText:
        """One sentence. Raises KeyError for a name that no folder has, `InvalidTemplate` where a value is missing."""
        problem = ""
        for sentence in self._found(provider, language, name):
            try:
                return sentence.filled(values)
            except (TemplateError, TypeError) as error:
                problem = f"template {language}/{name} of {provider or 'the desk'}: {error}"
                log.warning("%s", problem)
        raise InvalidTemplate(problem) if problem else KeyError(f"no template {language}/{name}.txt")

    def label(self, provider: str, language: str, name: str) -> str:
        """A short label without names, for a button or a table."""
        key = provider, language, name
        if key not in self._labels:
            self._labels[key] = self.say(provider, language, name, {}).plain
        return self._labels[key]

    def _found(self, provider: str, language: str, name: str) -> Iterator[_Sentence]:
        """The sentences of that name, the nearest first."""
        for own in (self._own.get(provider), self._own.get(""), self._packaged):
            if own and (sentence := own.get((language, name)) or own.get(("en", name))):
                yield sentence


@lru_cache(maxsize=2000)
def _filled(sentence: _Sentence, values: tuple[tuple[str, str], ...]) -> RichText:
    """The same few sentences go to everybody: filling one in costs more than looking it up."""
    return parse_markdown(_rendered(sentence.template, dict(values)))


def _rendered(template: Template, values: Mapping[str, Value]) -> str:
    """What the template makes of the values, cut where it becomes too long."""
    pieces: list[str] = []
    left = MOST
    for piece in template.generate(values):
        pieces.append(piece[:left])
        left -= len(piece)
        if left <= 0:
            break
    return "".join(pieces).strip()


def _finalized(value: object) -> str:
    """A value as it stands in a sentence; of a letter of a megabyte the beginning, and the journal has the rest."""
    words = value.plain if isinstance(value, RichText) else str(value) if value is not None else ""
    return escape_markdown(words if len(words) <= LONGEST else f"{words[:LONGEST]}…")


def _without_bare_lines(source: str) -> str:
    """A line with nothing but one ``{% tag %}`` leaves no line behind; a tag at the end of a sentence does."""
    lines = []
    for line in source.splitlines(keepends=True):
        tag = line.strip()
        bare = tag.startswith("{%") and tag.endswith("%}") and tag.count("{%") == 1
        lines.append(tag if bare else line)
    return "".join(lines)


def _walk(node: nodes.Node) -> Iterable[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)
