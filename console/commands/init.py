"""``init``: a desk folder is made, explained in its own files, and ready to be checked."""

from __future__ import annotations

import secrets
import shlex
import shutil
from pathlib import Path

import click

import console.blank
import console.sample
from console.runtime.migrate import migrate
from console.terminal.command_context import USAGE, DeskFolder, pass_folder, refuse, run
from desk.agents.changes_of_agents import import_files
from desk.clock import now
from desk.language.translatable import sentence
from desk.model.provider_files import load_all
from desk.model.settings import load
from desk.storage.audit import operator
from desk.storage.database import Database

BLANK, SAMPLE = Path(console.blank.__file__).parent, Path(console.sample.__file__).parent
IGNORED = "# Secrets and people's words do not belong into a repository.\nsecret*\n*.token\n*.password\ndata/\n"
PROVIDERS = {
    ("ru", False): "два выдуманных провайдера: sever (200 абонентов) и volga",
    ("en", False): "two invented providers: sever (200 subscribers) and volga",
    ("ru", True): "ваш провайдер: переименуйте папку example",
    ("en", True): "your provider: rename the folder example",
}


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--empty", is_flag=True, help="No sample providers, and no packaged dialogs and articles.")
@click.option(
    "--language",
    type=click.Choice(["ru", "en"]),
    default="ru",
    show_default=True,
    help="The desk's language, and that of the comments.",
)
@pass_folder
def init(folder: DeskFolder, directory: Path, empty: bool, language: str) -> None:
    """Make a desk folder DIR: settings, providers, a secret of its own, an empty database.

    With the sample providers there is something to try at once. Nothing that is there already is touched: DIR must
    not exist yet, or be empty.

    \b
    Examples:
      firstline init my-desk
      firstline init my-desk --empty --language en
    """
    root = folder.root / directory
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        refuse(sentence("{root} is not empty: name a folder that is, or a new one", root=root), USAGE)
    write_desk_folder(root, empty, language)
    run(_create_database(root))
    provider = "example" if empty else "sever"
    words = (BLANK / language / "next.txt").read_text("utf-8")
    click.echo(
        words.format(folder=shlex.quote(str(root)), provider=provider, provider_line=PROVIDERS[language, empty]),
        nl=False,
    )


def write_desk_folder(root: Path, empty: bool = False, language: str = "ru") -> None:
    """Writes the files of a desk folder. The database is another matter (`console.runtime.migrate.migrate`)."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "data").mkdir(mode=0o700)
    provider = "example" if empty else "sever"
    settings = (BLANK / language / "firstline.toml").read_text("utf-8")
    settings = _fill_in(settings, packaged="false" if empty else "true", provider=provider)
    (root / "firstline.toml").write_text(settings, "utf-8")
    (root / ".gitignore").write_text(IGNORED, "utf-8")
    _write_secret(root / "secret")
    if empty:
        shutil.copytree(BLANK / language / "example", root / "providers" / "example")
    else:
        shutil.copytree(SAMPLE / "providers", root / "providers")
    for provider_folder in (root / "providers").iterdir():
        for subfolder in ("dialogs", "articles", "templates/ru", "templates/en"):
            (provider_folder / subfolder).mkdir(parents=True, exist_ok=True)


def _fill_in(text: str, packaged: str, provider: str) -> str:
    """The values in their places, as wide as the places were, so that the comments still stand in one column."""
    text = text.replace("{packaged}", packaged.ljust(len("{packaged}")))
    return text.replace('{provider}"', f'{provider}"'.ljust(len('{provider}"')))


def _write_secret(path: Path) -> None:
    """256 random bits, readable by their owner from the first moment on."""
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(secrets.token_urlsafe(32) + "\n", "ascii")


async def _create_database(root: Path) -> None:
    database = Database(load(root).database)
    try:
        await migrate(database)
        await import_files(database, load_all(root / "providers"), now(), operator())
    finally:
        await database.close()
