"""The real servers that tests share. A machine without one skips its tests, unless it promised to have them all."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.peers.dovecot import Dovecot
from tests.peers.mail_servers import MailServers
from tests.peers.postgres import Postgres
from tests.peers.promtool import Promtool
from tests.peers.smtp import SmtpSink
from tests.prepared_desks import DeskFiles, PreparedDesks, SharedReaders

settings.register_profile("firstline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("firstline")  # tests never assert time

REQUIRED = os.environ.get("FIRSTLINE_REQUIRE_SERVERS") == "1"
"""Set where every server must be there, so that nothing is skipped by mistake."""

_mailboxes = itertools.count(1)
_grounds = itertools.count(1)
_databases = itertools.count(1)


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
    server = Postgres.start(fsync=False)  # nobody cuts the power here
    yield server
    server.remove()


@pytest.fixture(scope="session")
def promtool() -> type[Promtool]:
    """What Prometheus says of metrics and rules."""
    skip_or_fail("promtool", Promtool.missing())
    return Promtool


@pytest.fixture(scope="session")
def prepared_desks(tmp_path_factory: pytest.TempPathFactory) -> PreparedDesks:
    """A desk that was started once, to begin with copies of it."""
    return PreparedDesks(tmp_path_factory.mktemp("ready") / "desk")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database(f"empty{next(_databases)}").replace("postgresql://", "postgresql+asyncpg://")


@pytest.fixture(scope="session")
def readers() -> Iterator[SharedReaders]:
    """Children that read mail, for the desks of a session one after another."""
    shared = SharedReaders()
    yield shared
    asyncio.run(shared.close())


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_files(request: pytest.FixtureRequest, tmp_path: Path, prepared_desks: PreparedDesks) -> DeskFiles:
    """What a desk stands on, with each kind of database."""
    if request.param == "sqlite":
        return prepared_desks.on_sqlite(tmp_path / "desk")
    server: Postgres = request.getfixturevalue("postgres")
    return prepared_desks.on_postgresql(tmp_path / "desk", server, f"ground{next(_grounds)}")


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot for the whole session; take a mailbox of your own from it."""
    skip_or_fail("Dovecot", Dovecot.missing())
    server = Dovecot.launch()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def smtp(dovecot: Dovecot) -> Iterator[SmtpSink]:
    """An SMTP server for the whole session, under the same authority as the Dovecot."""
    sink = SmtpSink.launch(dovecot.authority)
    yield sink
    sink.stop()


@pytest.fixture
def mail_servers(dovecot: Dovecot, smtp: SmtpSink) -> MailServers:
    """The mail servers, with a mailbox of the desk that nobody has used, no mail yet and no trouble."""
    smtp.heal()
    smtp.forget()
    smtp.deliver = None
    return MailServers(dovecot, smtp, dovecot.mailbox(f"support{next(_mailboxes)}@sever.test"))
