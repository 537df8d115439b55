"""What every command knows: the desk folder it works in, and how its troubles end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from desk.language.translatable import sentence

if TYPE_CHECKING:
    from desk.language.operator_file_faults import Fault
    from desk.model.provider_files import Provider
    from desk.model.settings import Settings
    from desk.storage.database import Database

T = TypeVar("T")

OK, WRONG, USAGE, NO_SUCH, REFUSED, NO_DATABASE = range(6)
"""Exit codes; `EXIT_CODES` tells them to people."""

_ID_KEYS = frozenset({"id", "ids", "arrival", "arrivals", "mail", "joined_to", "departure", "departures"})
"""Keys under which ids stand in what commands print for machines, besides those that end with ``_id``."""

EXIT_CODES = """\b
Exit codes:
  0  done
  1  something is wrong with the desk: settings, providers, content, servers
  2  wrong usage of the command
  3  no such case, arrival or mail
  4  the desk refused it (say, the case is taken by somebody else)
  5  the database is not reachable, or belongs to another version
"""


class CommandError(click.ClickException):
    """One sentence on stderr, and an exit code that means something."""

    def __init__(self, sentence: str, exit_code: int = WRONG) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code  # type: ignore[misc]  # click keeps one a class, we one a sentence


def refuse(told: str, exit_code: int) -> NoReturn:
    """Ends the command with a sentence and a code."""
    raise CommandError(told, exit_code)


def told(text: str) -> str:
    """A sentence in the language of the command that runs; any other text, and outside of a command, as it is."""
    context = click.get_current_context(silent=True)
    return context.ensure_object(DeskFolder).told(text) if context else text


def tell(text: str, err: bool = False, **style: Any) -> None:
    """Prints a sentence in the language of the command."""
    click.secho(told(text), err=err, **style)


def require_provider(providers: Collection[str], name: str) -> None:
    """Ends the command where a provider is named that is not there; "" names none."""
    if name and name not in providers:
        refuse(
            sentence(
                "there is no provider {name}: there are {known}",
                name=repr(name),
                known=", ".join(sorted(one for one in providers if not one.startswith("_"))) or sentence("none"),
            ),
            USAGE,
        )


@dataclass(slots=True)
class DeskFolder:
    """The desk folder a command was given with ``-C``; the current one by default.

    ``redact`` strikes secrets out of what is printed of errors; it knows them once the settings are read.
    """

    root: Path = Path()
    debug: bool = False
    redact: Callable[[str], str] = field(default=str)
    _providers: Mapping[str, Provider] | None = field(default=None, init=False)

    def settings(self) -> Settings:
        """Its settings. Raises `InvalidSettings`."""
        # Loaded here, so that help and usage come at once.
        from console.runtime.channel_kinds import section_readers  # noqa: PLC0415
        from console.terminal.logging import SecretRedactor, secrets_of  # noqa: PLC0415
        from desk.model.settings import load  # noqa: PLC0415

        settings = load(self.root, more=section_readers())
        self.redact = SecretRedactor(secrets_of(settings))
        return settings

    def settings_with_faults(self) -> tuple[Settings, list[Fault]]:
        """Its settings as far as they can be used, and what is wrong with them. Raises `InvalidSettings` where nothing
        can."""
        from console.runtime.channel_kinds import section_readers  # noqa: PLC0415
        from console.terminal.logging import SecretRedactor, secrets_of  # noqa: PLC0415
        from desk.model.settings import read_with_faults  # noqa: PLC0415

        settings, faults = read_with_faults(self.root, more=section_readers())
        self.redact = SecretRedactor(secrets_of(settings))
        return settings, faults

    @property
    def language(self) -> str:
        """In which language commands speak here."""
        from console.terminal.language import command_language  # noqa: PLC0415

        return command_language(self.root)

    def told(self, text: str) -> str:
        """A sentence in that language."""
        from console.terminal.language import catalog  # noqa: PLC0415
        from desk.language.translatable import translated  # noqa: PLC0415

        return translated(text, catalog(self.language))

    def providers(self) -> Mapping[str, Provider]:
        """Its providers, read once. Raises `InvalidProvider`."""
        from desk.model.provider_files import load_all  # noqa: PLC0415

        if self._providers is None:
            self._providers = load_all(self.root / "providers")
        return self._providers

    def desks(self) -> Mapping[str, Provider]:
        """Its providers, and the front desk beside them, which has cases too. Raises `InvalidProvider`."""
        from desk.agents.front_desk_provider import front_desk  # noqa: PLC0415
        from desk.model.messages import FRONT  # noqa: PLC0415

        providers = self.providers()
        return {**providers, FRONT: front_desk(providers, self.settings())}

    async def with_agents(self, database: Database) -> Mapping[str, Provider]:
        """Its providers, with the agents and teams that the database has of them. Raises `InvalidProvider`."""
        from desk.agents.load_from_database import with_agents  # noqa: PLC0415

        return await with_agents(database, self.providers())

    async def desks_with_agents(self, database: Database) -> Mapping[str, Provider]:
        """The same with the front desk beside them. Raises `InvalidProvider`."""
        from desk.agents.load_from_database import with_agents  # noqa: PLC0415

        return await with_agents(database, self.desks())

    def require_provider(self, name: str) -> None:
        """Ends the command where a provider is named that is not there; "" names none."""
        require_provider(self.providers(), name)


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The desk's database, of this very version. Raises `SchemaMismatch`; refuses a role whom row-level security does
    not hold."""
    from console.runtime.schema_version import require_current  # noqa: PLC0415
    from desk.storage.database import Database  # noqa: PLC0415

    database = Database(settings.database)
    try:
        await require_current(database)
        if await database.bypasses_row_security():
            refuse(
                "the database's role could see every provider's rows: let it be NOSUPERUSER NOBYPASSRLS "
                "(see 'firstline check')",
                WRONG,
            )
        yield database
    finally:
        await database.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs one command's work to its end."""
    import asyncio  # noqa: PLC0415 (half of the time that help takes)

    return asyncio.run(work)


def print_json(value: object) -> None:
    """For machines: UTF-8, instants as ISO 8601, ids as strings: theirs are above 2^53, which JavaScript rounds."""
    click.echo(json.dumps(_with_string_ids(value), ensure_ascii=False, indent=2, default=_encode))


def _with_string_ids(value: object, key: str = "") -> object:
    if isinstance(value, Mapping):
        return {name: _with_string_ids(one, str(name)) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_with_string_ids(one, key) for one in value]
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number and (key in _ID_KEYS or key.endswith(("_id", "_ids"))) else value


def _encode(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


pass_folder = click.make_pass_decorator(DeskFolder, ensure=True)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for a machine.")
