"""``words``: the sentences of a desk, which files say them, and how one reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from console.commands.authoring.sample_facts import NameUse, sample_values, uses_of_names
from console.commands.checking.content import ALWAYS_GIVEN, packaged_templates
from console.runtime.content_folders import TEMPLATES
from console.terminal.command_context import USAGE, DeskFolder, json_option, pass_folder, print_json, refuse, tell
from desk.language.detect import LANGUAGES
from desk.language.templates import Templates, Value
from desk.language.translatable import meant, sentence
from desk.model.provider_files import Provider

FLAGS = frozenset({"buttons", "letter"})
"""Of the names that every sentence may use, those that only say yes or no."""


@dataclass(frozen=True, slots=True)
class SentenceFiles:
    """A sentence of the desk: in which languages it is packaged, and the desk's and providers' files that say it in
    other words, as paths below the desk folder."""

    name: str
    languages: tuple[str, ...]
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenderedSentence:
    """A sentence with values in it: ``file`` is the one it comes from, ``names`` are all that it may be given, beside
    the provider's facts."""

    name: str
    language: str
    file: str
    packaged: bool
    names: Mapping[str, str]
    text: str


@click.command()
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="In this language only.")
@click.option("--provider", default="", help="As this provider says it.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A value; several times, and for a list.")
@json_option
@pass_folder
def words(
    folder: DeskFolder,
    /,
    name: str | None,
    language: str | None,
    provider: str,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """List every sentence that the desk can say, or show how NAME reads, with made-up values.

    A sentence is a file of that name: templates/ru/NAME.txt of the desk, or of a provider's folder, comes before the
    packaged one. --set gives a name another value, or none (name=); the names that a sentence may be given are shown
    below it.

    \b
    Examples:
      firstline words
      firstline words registered
      firstline words status --language en --set state=resolved
      firstline words agent_took --provider sever --json
    """
    in_desk = (folder.root / "firstline.toml").exists()
    if in_desk:
        folder.require_provider(provider)
    if name is None:
        _list(all_sentences(folder.root), as_json)
        return
    known = sorted({one for _, one in packaged_templates().names()})
    if name not in known:
        near = meant(name, known)
        what = "there is no sentence {name}: there is {known}"
        refuse(sentence(what, name=repr(name), known=repr(near) if near else ", ".join(known)), USAGE)
    whose = _provider(folder, provider) if in_desk else None
    wanted = (language,) if language else LANGUAGES
    found = [render_sentence(folder.root, name, one, whose, settings) for one in wanted]
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        _print(found)


def all_sentences(root: Path) -> list[SentenceFiles]:
    """Every sentence, by its name."""
    packaged = packaged_templates().names()
    own = [*(root / "templates").glob("*/*.txt"), *(root / "providers").glob("*/templates/*/*.txt")]
    return [
        SentenceFiles(
            name,
            tuple(language for language in LANGUAGES if (language, name) in packaged),
            tuple(sorted(str(path.relative_to(root)) for path in own if path.stem == name)),
        )
        for name in sorted({one for _, one in packaged})
    ]


def render_sentence(
    root: Path, name: str, language: str, provider: Provider | None, settings: Sequence[str]
) -> RenderedSentence:
    """A sentence with made-up values and those of ``settings`` ("name=value"). Ends the command for a strange name."""
    whose = provider.name if provider else ""
    folders = {"": [root / "templates"], whose: [root / "providers" / whose / "templates", root / "templates"]}
    path = _file_of(name, language, [*folders[whose], TEMPLATES])
    packaged = uses_of_names((TEMPLATES / language / f"{name}.txt").read_text("utf-8"))
    always = {one: NameUse("flag" if one in FLAGS else "text") for one in sorted(ALWAYS_GIVEN)}
    uses = {**always, **packaged}
    uses |= {one: use for one, use in uses_of_names(path.read_text("utf-8")).items() if one not in uses}
    title = provider.title(language) if provider else "Sever Net"
    facts = dict(provider.facts) if provider else {}
    values: dict[str, Value] = {
        **sample_values(uses, language),
        "provider_title": title,
        "buttons": "1",
        "letter": "",
        **facts,
    }
    values |= _given(settings, values, uses)
    said = Templates(TEMPLATES, folders).say(whose, language, name, values)
    is_packaged = path.is_relative_to(TEMPLATES)
    shown = str(path.relative_to(TEMPLATES.parent if is_packaged else root))
    names = {one: _told(use) for one, use in uses.items()}
    return RenderedSentence(name, language, shown, is_packaged, names, said.plain)


def _provider(folder: DeskFolder, name: str) -> Provider | None:
    """The provider named, the only one, or none of several."""
    providers = folder.providers()
    if not name and len(providers) == 1:
        return next(iter(providers.values()))
    return providers[name] if name else None


def _file_of(name: str, language: str, folders: Sequence[Path]) -> Path:
    """The nearest file that says it."""
    return next(path for one in folders if (path := one / language / f"{name}.txt").is_file())


def _given(settings: Sequence[str], values: Mapping[str, Value], uses: Mapping[str, NameUse]) -> dict[str, Value]:
    given: dict[str, list[str]] = {}
    for one in settings:
        name, equals, value = one.partition("=")
        if not equals:
            refuse(sentence("--set {typed}: write name=value", typed=repr(one)), USAGE)
        if name not in values:
            what = "{name} is nothing that this sentence is given: there is {known}"
            refuse(sentence(what, name=repr(name), known=", ".join(sorted(values))), USAGE)
        given.setdefault(name, []).append(value)
    return {
        name: [one for one in several if one] if name in uses and uses[name].kind == "list" else several[-1]
        for name, several in given.items()
    }


def _told(use: NameUse) -> str:
    """What a name may be, in a word."""
    return " | ".join(use.choices) if use.kind == "choice" else use.kind


def _list(found: Sequence[SentenceFiles], as_json: bool) -> None:
    if as_json:
        print_json([asdict(one) for one in found])
        return
    from console.terminal.rich_output import Output, table, text  # noqa: PLC0415

    grid = table([sentence("NAME"), sentence("LANGUAGES"), sentence("SAID IN OTHER WORDS BY")])
    for one in found:
        cells = (one.name, " ".join(one.languages), "\n".join(one.own))
        grid.add_row(*(text(cell, "bold" if one.own else "") for cell in cells))
    Output().print(grid)
    tell(sentence("{number} sentences. How one reads: firstline words NAME", number=len(found)))


def _print(found: Sequence[RenderedSentence]) -> None:
    from console.terminal.rich_output import Output, indented, message, text  # noqa: PLC0415
    from desk.language.rich_text import RichText  # noqa: PLC0415

    output = Output()
    for one in found:
        file = sentence("{file} (packaged)", file=one.file) if one.packaged else one.file
        output.print(text(file, "bold"), indented(message(RichText(one.text))), "")
    names = {name: told for one in found for name, told in one.names.items()}
    given = ", ".join(f"{name} ({told})" for name, told in names.items())
    output.print(text(sentence("It may be given: {names}, and the provider's facts", names=given), "dim"))
