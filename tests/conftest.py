"""The real servers that tests share. A machine without one skips its tests, unless it promised to have them all."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.peers.dovecot import Dovecot
from tests.peers.postgres import Postgres

REQUIRED = os.environ.get("FIRSTLINE_REQUIRE_SERVERS") == "1"
"""Set where every server must be there, so that nothing is skipped by mistake."""


def skip_or_fail(server: str, package: str | None) -> None:
    """Skips when ``package`` is missing; fails instead where servers are required."""
    if package is None:
        return
    sentence = f"{server} is not on this machine (install {package}), so what needs it was not tried"
    if REQUIRED:
        pytest.fail(f"{sentence}, though FIRSTLINE_REQUIRE_SERVERS=1", pytrace=False)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the whole session; take a database of your own from it."""
    skip_or_fail("PostgreSQL", Postgres.missing())
    server = Postgres.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot for the whole session; take a mailbox of your own from it."""
    skip_or_fail("Dovecot", Dovecot.missing())
    server = Dovecot.launch()
    yield server
    server.remove()
