"""What the commands tell of PostgreSQL."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.console.conftest import Typist
from tests.peers.postgres import Postgres

_numbers = itertools.count(1)


def uses(folder: Path, url: str) -> None:
    """Names another database in firstline.toml."""
    path = folder / "firstline.toml"
    path.write_text(path.read_text("utf-8").replace("sqlite:///data/firstline.db", url), "utf-8")


@pytest.fixture
def url(postgres: Postgres) -> str:
    """A fresh database."""
    return postgres.database(f"console{next(_numbers)}")


def test_a_desk_on_postgresql_is_migrated_and_checked(typist: Typist, url: str) -> None:
    """`check` says what to do first, and all is well then; the password is in no output."""
    uses(typist.folder, url)
    password = url.split(":")[2].partition("@")[0]
    before = typist.types("check", "--offline")
    assert (before.exit_code, "run 'firstline migrate'" in before.output) == (1, True)
    assert typist.types("migrate").exit_code == 0
    after = typist.types("check", "--offline")
    assert (after.exit_code, "PostgreSQL firstline@" in after.output) == (0, True), after.output
    assert "'firstline backup' cannot be used" in " ".join(after.output.split())
    assert typist.types("cases", "--json").output == "[]\n"
    assert password not in before.output + after.output


def test_a_role_that_sees_every_provider_is_refused(typist: Typist, url: str, postgres: Postgres) -> None:
    """`check` calls it an error and names the remedy; `serve` does not start."""
    uses(typist.folder, url)
    assert typist.types("migrate").exit_code == 0
    postgres.admin("ALTER ROLE firstline BYPASSRLS")
    try:
        checked, served = typist.types("check", "--offline"), typist.types("serve")
    finally:
        postgres.admin("ALTER ROLE firstline NOBYPASSRLS")
    assert checked.exit_code == 1
    assert 'ALTER ROLE "firstline" NOSUPERUSER NOBYPASSRLS' in " ".join(checked.output.split())
    assert (served.exit_code, "could see every provider's rows" in served.output) == (1, True)


@pytest.mark.parametrize(("was", "now"), [("firstline:", "firstline:canary"), ("/console", "/nowhere")])
def test_a_wrong_password_or_name_is_one_sentence(typist: Typist, url: str, was: str, now: str) -> None:
    """The database's own words are told, in one line, with 5."""
    uses(typist.folder, url.replace(was, now, 1))
    for words in (["cases"], ["migrate"], ["serve"]):
        result = typist.types(*words)
        assert result.exit_code == 5, (words, result.output)
        assert result.output.startswith("Error: the database cannot be used: ")
        assert result.output.count("\n") == 1
        assert "canary" not in result.output
    assert typist.types("check", "--offline").exit_code == 1
