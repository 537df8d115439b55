"""Who is meant by ``--person KEY``, for the commands about one person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from console.terminal.command_context import NO_SUCH, USAGE, DeskFolder, refuse
from desk.language.translatable import sentence

if TYPE_CHECKING:
    from console.runtime.personal_data.find_person import FoundPerson
    from desk.storage.database import Database

person_option = click.option(
    "--person",
    "key",
    metavar="KEY",
    required=True,
    help="Who: a mail address, a Telegram id, a contract, a phone, or the number of one of their cases.",
)
all_option = click.option(
    "--all", "everybody", is_flag=True, help="All whom KEY names: say, both who write about one contract."
)
provider_option = click.option("--provider", default="", help="Only as this provider knows them.")


def scope(folder: DeskFolder, provider: str) -> tuple[str, ...]:
    """The providers whose rows a command sees, the front desk among them."""
    from desk.model.messages import FRONT  # noqa: PLC0415 (help and usage come at once)

    providers = folder.providers()
    if provider and provider != FRONT:
        folder.require_provider(provider)
    return (provider,) if provider else (*providers, FRONT)


async def choose_people(
    database: Database, whose: Sequence[str], key: str, everybody: bool, needed: bool = True
) -> list[FoundPerson]:
    """Those whom the key names. Ends the command where it names nobody (if somebody is ``needed``), or several and not
    all are meant."""
    from console.runtime.personal_data.find_person import find_people  # noqa: PLC0415 (help and usage come at once)

    async with database.read(*whose) as session:
        people = await find_people(session, key)
    if not people and needed:
        refuse(sentence("the desk knows nobody by {key}", key=repr(key)), NO_SUCH)
    if len({(one.provider, one.id) for one in people}) > 1 and not everybody:
        who = "; ".join(_told(one) for one in people[:10])
        what = "{key} names several: {who}. Name one of their addresses, or say --all"
        refuse(sentence(what, key=repr(key), who=who), USAGE)
    return people


def _told(one: FoundPerson) -> str:
    addresses = ", ".join(f"{channel}:{value}" for channel, value in one.addresses)
    return f"{one.name or '-'} ({one.provider}, {addresses or one.id})"
