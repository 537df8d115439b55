"""Words: every sentence the desk says is one file, ``<language>/<name>.txt``, in the small Markdown of `desk.text`.

A provider's folder comes before the desk's, and that before the packaged one. Providers' templates may use names, `if`
and `for` over short lists and nothing else, which is checked when they are loaded; so rendering is bounded, and no
value a stranger typed can become anything but text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from desk.text import Text, shielded, written

LONGEST = 20_000
LANGUAGES = ("ru", "en")
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
Value = str | Text | Sequence[str]


class BadWords(ValueError):
    """A template that cannot be used: which, and why."""


class Words:
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

    def _read(self, folder: Path) -> Iterator[tuple[tuple[str, str], Template]]:
        for language in LANGUAGES:
            for path in sorted((folder / language).glob("*.txt")):
                yield (language, path.stem), self._checked(path)

    def _checked(self, path: Path) -> Template:
        where = f"{path.parent.name}/{path.name}"
        try:
            source = path.read_text("utf-8")
            if len(source) > LONGEST:
                raise BadWords(f"template {where} is longer than {LONGEST} characters")
            tree = self._environment.parse(_without_bare_lines(source))
            for node in _walk(tree):
                if not isinstance(node, _ALLOWED):
                    raise BadWords(
                        f"template {where} line {node.lineno} uses {type(node).__name__}: "
                        "only {{ name }}, {% if name %} and {% for one in names %} are known here"
                    )
            return self._environment.from_string(tree)
        except (TemplateError, UnicodeDecodeError, OSError) as error:
            raise BadWords(f"template {where} cannot be used: {error}") from None

    def names(self) -> set[tuple[str, str]]:
        """Every (language, name) of the packaged sentences."""
        return set(self._packaged)

    def say(self, provider: str, language: str, name: str, values: Mapping[str, Value]) -> Text:
        """One sentence. Raises KeyError for a name that no folder has, `BadWords` where a value is missing."""
        template = self._find(provider, language, name)
        try:
            return written(template.render(values).strip()[:LONGEST])
        except TemplateError as error:
            raise BadWords(f"template {language}/{name} of {provider or 'the desk'}: {error}") from None

    def label(self, provider: str, language: str, name: str) -> str:
        """A short label without names, for a button or a table."""
        key = provider, language, name
        if key not in self._labels:
            self._labels[key] = self.say(provider, language, name, {}).plain
        return self._labels[key]

    def _find(self, provider: str, language: str, name: str) -> Template:
        for own in (self._own.get(provider), self._own.get(""), self._packaged):
            if own and (template := own.get((language, name)) or own.get(("en", name))):
                return template
        raise KeyError(f"no template {language}/{name}.txt")


def _finalized(value: object) -> str:
    if isinstance(value, Text):
        return shielded(value.plain)
    return shielded(str(value)) if value is not None else ""


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
