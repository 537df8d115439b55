"""Each run is made on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

_databases = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database of each kind, as firstline.toml names it."""
    if request.param == "sqlite":
        return "sqlite:///data/firstline.db"
    url: str = request.getfixturevalue("postgres").database(f"kills{next(_databases)}")
    return url
