"""Whether the tables are those of this version: somebody may have changed one by hand, or lost a guard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, text

from console.runtime.all_tables import METADATA, UNGUARDED
from desk.language.translatable import sentence
from desk.storage.database import Database

_TRIGGERS = {"sqlite": {"audit_no_update", "audit_no_delete"}, "postgresql": {"audit_only_grows"}}
_TRIGGERS_THERE = {
    "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = to_regclass('audit')",
}
_GUARDED = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'"


async def table_differences(database: Database) -> list[str]:
    """What differs, a sentence each. Tables that the desk does not know are nobody's business."""
    async with database.look() as connection:
        return await connection.run_sync(lambda plain: sorted(set(_differences(plain))))


def _differences(connection: Connection) -> Iterator[str]:
    # Loading Alembic takes a third of a second, which only a check has.
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    for found in compare_metadata(context, METADATA):
        # Of a column that differs there is a list of all that differs in it.
        yield from _told(found[0] if isinstance(found, list) else found)
    dialect = connection.dialect.name
    there = set(connection.execute(text(_TRIGGERS_THERE[dialect])).scalars())
    for name in _TRIGGERS[dialect] - there:
        yield sentence("the trigger {name} of the audit is missing", name=name)
    if dialect == "postgresql":
        named = {one.name for one in METADATA.tables.values() if "provider" in one.c} - UNGUARDED.keys()
        for name in named - set(connection.execute(text(_GUARDED)).scalars()):
            yield sentence("row-level security of {name} is off", name=name)


def _told(found: Sequence[Any]) -> Iterator[str]:
    kind = found[0]
    if kind in ("remove_table", "modify_comment"):
        return
    if kind == "add_table":
        yield sentence("the table {name} is missing", name=found[1].name)
    elif kind == "add_column":
        yield sentence("the column {name} is missing", name=f"{found[2]}.{found[3].name}")
    elif kind == "remove_column":
        yield sentence("the column {name} is unknown", name=f"{found[2]}.{found[3].name}")
    elif kind.startswith("modify_"):
        yield sentence("the column {name} is another one", name=f"{found[2]}.{found[3]}")
    elif kind.startswith("add_"):
        yield sentence("{name} of {table} is missing", name=found[1].name, table=found[1].table.name)
    elif found[1].table.name in METADATA.tables and not (kind == "remove_index" and not found[1].unique):
        # An index more, of an operator's own, changes nothing that is stored.
        yield sentence("{name} of {table} is unknown", name=found[1].name, table=found[1].table.name)
