"""The databases that a benchmark runs on: those that were asked for and are here, each with its server."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from tests.peers.postgres import Postgres


def databases_here(names: Sequence[str]) -> list[str]:
    """The ``names`` without "postgresql" where it is not installed, which is said."""
    if "postgresql" in names and (package := Postgres.missing()):
        print(f"PostgreSQL is not here (install {package}): left out", file=sys.stderr)
        return [one for one in names if one != "postgresql"]
    return list(names)


def each_with_server(names: Sequence[str]) -> Iterator[tuple[str, Postgres | None]]:
    """Each database that is here; PostgreSQL with a server that is removed before the next one."""
    for name in databases_here(names):
        server = Postgres.start() if name == "postgresql" else None
        try:
            yield name, server
        finally:
            if server:
                server.remove()
