"""``new``: a commented file to begin with, which works as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

import console.blank
from console.commands.authoring.new_route import add_route
from console.commands.check import print_findings, told
from console.commands.checking.settings_and_provider_files import check_files
from console.runtime.content_folders import ARTICLES, DIALOGS
from console.terminal.command_context import REFUSED, USAGE, WRONG, DeskFolder, pass_folder, refuse
from desk.language.detect import LANGUAGES
from desk.language.translatable import sentence

BLANK = Path(console.blank.__file__).parent
_DIALOG, _ARTICLE = re.compile(r"[a-z][a-z0-9_]{0,63}"), re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")

provider_option = click.option(
    "--provider", default="", help="For this provider only; without it for all, in the desk's own folder."
)


@click.group()
def new() -> None:
    """Begin a dialog, an article or a routing rule: a commented file that works as it stands. Nothing is overwritten.

    \b
    Examples:
      firstline new dialog no_tv
      firstline new article tv-no-picture --provider sever
      firstline new route field --provider sever --when "dialog == 'no_tv'"
    """


@new.command()
@click.argument("name", metavar="NAME")
@provider_option
@pass_folder
def dialog(folder: DeskFolder, /, name: str, provider: str) -> None:
    """Write a dialog in both languages, dialogs/NAME.toml, and check it.

    \b
    Examples:
      firstline new dialog no_tv
      firstline new dialog no_tv --provider sever
    """
    if not _DIALOG.fullmatch(name):
        refuse(sentence("{typed} is no name of a dialog: write a-z, 0-9 and _, as in no_tv", typed=repr(name)), USAGE)
    path = _content_folder(folder, provider, DIALOGS) / f"{name}.toml"
    _refuse_packaged(name, DIALOGS / path.name)
    _write(path, _filled("dialog.toml", folder.language, name))
    _tell_next(folder, "next_dialog.txt", path, name, provider)


@new.command()
@click.argument("name", metavar="NAME")
@provider_option
@pass_folder
def article(folder: DeskFolder, /, name: str, provider: str) -> None:
    """Write an article in both languages, articles/NAME/ru.md and en.md, and check it.

    \b
    Examples:
      firstline new article tv-no-picture
      firstline new article tv-no-picture --provider sever
    """
    if not _ARTICLE.fullmatch(name):
        what = "{typed} is no name of an article: write a-z, 0-9 and -, as in tv-no-picture"
        refuse(sentence(what, typed=repr(name)), USAGE)
    path = _content_folder(folder, provider, ARTICLES) / name
    _refuse_packaged(name, ARTICLES / name)
    if path.exists():
        _refuse_overwriting(path)
    for language in LANGUAGES:
        _write(path / f"{language}.md", _filled("article.md", language, name))
    _tell_next(folder, "next_article.txt", path, name, provider)


@new.command()
@click.argument("name", metavar="NAME")
@click.option("--when", "condition", default="", help="Which cases. Without it the rule is written as a comment.")
@click.option("--provider", default="", help="Whose policy.toml, where the desk has several providers.")
@pass_folder
def route(folder: DeskFolder, /, name: str, condition: str, provider: str) -> None:
    """Write a routing rule to the team or agent NAME below the others in the provider's policy.toml.

    A rule with --when is checked first, and is not written where it is wrong or could never be reached. Without it a
    rule stands there as a comment, beside all that its condition may name.

    \b
    Examples:
      firstline new route field --provider sever --when "dialog == 'no_tv'"
      firstline new route noc --provider sever
    """
    written = add_route(folder, name, condition, provider)
    words = (BLANK / folder.language / "new" / "next_route.txt").read_text("utf-8")
    shown = written.path.relative_to(folder.root)
    told_ = {"file": shown, "line": written.line, "what": folder.told(written.what), "folder": _folder_option(folder)}
    click.echo(words.format(**told_, provider=written.provider), nl=False)


def _content_folder(folder: DeskFolder, provider: str, packaged: Path) -> Path:
    """Where content of that kind lies: the provider's folder, or the desk's."""
    folder.settings()  # refuses a folder that is no desk
    folder.require_provider(provider)
    root = folder.root / "providers" / provider if provider else folder.root
    return root / packaged.name


def _refuse_packaged(name: str, packaged: Path) -> None:
    if packaged.exists():
        what = "{name} is the name of a packaged one: take another, or copy {path} to change it"
        refuse(sentence(what, name=repr(name), path=packaged), REFUSED)


def _filled(file: str, language: str, name: str) -> str:
    """A starting file; a name is also words that a person may say."""
    text = (BLANK / language / "new" / file).read_text("utf-8")
    return text.replace("{name}", name).replace("{words}", _words(name))


def _words(name: str) -> str:
    return " ".join(re.split("[_-]+", name))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        _refuse_overwriting(path)


def _refuse_overwriting(path: Path) -> None:
    refuse(sentence("{path} is there already, and is left as it is", path=path), REFUSED)


def _tell_next(folder: DeskFolder, file: str, path: Path, name: str, provider: str) -> None:
    """What to do next; before that what `check` finds in the new file, which ends the command where it is wrong."""
    shown = path.relative_to(folder.root)
    here = [one for one in check_files(*folder.settings_with_faults())[1] if one.where.startswith(str(shown))]
    if here:
        print_findings(told(folder, here), folder)
    words = (BLANK / folder.language / "new" / file).read_text("utf-8")
    whose = provider or next(iter(folder.providers()), "NAME")
    filled = words.format(file=shown, name=name, words=_words(name), folder=_folder_option(folder), provider=whose)
    click.echo(filled, nl=False)
    if any(one.level == "error" for one in here):
        click.get_current_context().exit(WRONG)


def _folder_option(folder: DeskFolder) -> str:
    return "" if folder.root == Path() else f"-C {shlex.quote(str(folder.root))} "
