"""`firstline entitlement`: a table taken in, a key looked up, customers searched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.console.conftest import Typist

TABLE = "contract,name,status,service_level,phones,address,node\n"
ROWS = (
    "40-0001,Анна Смирнова,active,premium,+7 900 000-00-01,ул. Озёрная 1,TB-01\n"
    "40-0002,Иван Петров,blocked,,8 (900) 000-00-02,ул. Полярная 2,TB-02\n"
    "M14350,Ольга Ветрова,active,premium,,ул. Озёрная 3,TB-02\n"
)


@pytest.fixture
def desk(typist: Typist) -> Typist:
    """A desk whose tables are in place."""
    assert typist.types("migrate").exit_code == 0
    return typist


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "subscribers.csv"
    path.write_text(TABLE + ROWS, "utf-8")
    return path


def told(desk: Typist, *words: str, code: int = 0) -> Any:
    result = desk.types("entitlement", *words, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.output)


def test_a_table_is_tried_taken_and_found(desk: Typist, table: Path) -> None:
    tried = told(desk, "import", str(table), "--provider", "sever", "--dry-run")
    assert (tried["taken"], tried["accounts"], tried["new"]) == (False, 3, 3)
    assert told(desk, "lookup", "40-0001", code=3) == {"found": [], "look_alikes": []}
    assert told(desk, "import", str(table), "--provider", "sever")["taken"]
    (anna,) = told(desk, "lookup", "8 900 000 00 01")["found"]
    assert (anna["contract"], anna["entitlement"], anna["source"]) == ("40-0001", "ok", "subscribers.csv")
    again = told(desk, "import", str(table), "--provider", "sever")
    assert (again["same"], again["new"], again["gone"]) == (3, 0, 0)
    audited = json.loads(desk.types("audit", "--json").output)
    assert [one["operation"] for one in audited].count("entitlement import") == 2


def test_what_only_looks_like_a_key_is_told_apart(desk: Typist, table: Path) -> None:
    told(desk, "import", str(table), "--provider", "sever")
    found = told(desk, "lookup", "м1435о")
    assert (found["found"], [one["contract"] for one in found["look_alikes"]]) == ([], ["M14350"])
    assert told(desk, "lookup", "M14350", "--provider", "volga", code=3)["found"] == []
    assert "it looks like a key of" in desk.types("entitlement", "lookup", "М14350").output


@pytest.mark.parametrize(
    ("words", "contracts"),
    [
        (("озёрная",), ["40-0001", "M14350"]),
        (("ВЕТРОВА", "ольга"), ["M14350"]),
        (("--level", "premium"), ["40-0001", "M14350"]),
        (("--status", "blocked"), ["40-0002"]),
        (("--node", "tb-02"), ["40-0002", "M14350"]),
        (("--node", "TB-02", "--level", "premium", "Озёрная"), ["M14350"]),
        (("89000000002",), ["40-0002"]),
        (("100%_",), []),
        (("--limit", "1", "ул."), ["40-0001"]),
    ],
)
def test_customers_are_searched(desk: Typist, table: Path, words: tuple[str, ...], contracts: list[str]) -> None:
    told(desk, "import", str(table), "--provider", "sever")
    assert [one["contract"] for one in told(desk, "search", *words)] == contracts


def test_a_table_that_loses_too_much_is_refused_until_it_is_meant(desk: Typist, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("contract\n" + "".join(f"{one}\n" for one in range(100, 200)), "utf-8")
    told(desk, "import", str(path), "--provider", "sever")
    path.write_text("contract\n100\n101\n", "utf-8")
    refused = told(desk, "import", str(path), "--provider", "sever", code=4)
    assert "98 of 100 accounts would vanish" in refused["refused"]
    assert told(desk, "lookup", "150")["found"]
    said = desk.types("entitlement", "import", str(path), "--provider", "sever")
    assert "--shrink-at-most 99" in " ".join(said.output.split())
    assert told(desk, "import", str(path), "--provider", "sever", "--shrink-at-most", "99")["taken"]
    assert told(desk, "lookup", "150", code=3)["found"] == []


def test_a_person_reads_what_was_understood(desk: Typist, table: Path, tmp_path: Path) -> None:
    table.write_text("Выгрузка;;\nДоговор;Имя клиента;Тел\n40-0001;Анна;8(900)1\n4;Иван;\n;;\nитого;2;\n", "utf-8")
    mapping = tmp_path / "map.toml"
    mapping.write_text('[columns]\nname = "Имя клиента"\n', "utf-8")
    words = ("entitlement", "import", str(table), "--provider", "sever", "--map", str(mapping), "--dry-run")
    said = " ".join(desk.types(*words).output.split())
    assert "header line 2" in said
    assert "name Имя клиента" in said
    assert "suspicious: 1 contracts are not of the shape in policy.toml, such as 4" in said
    assert "line 6: left out: column contract: is a sum" in said
    assert "Nothing was changed" in said
    mapping.write_text('[columns]\nnane = "Имя"\n', "utf-8")
    result = desk.types(*words)
    assert (result.exit_code, "has an unknown key 'nane'" in result.output) == (1, True)


def test_sources_tell_what_is_in_use_and_how_old_it_is(desk: Typist, table: Path) -> None:
    told(desk, "import", str(table), "--provider", "volga")
    sever, volga = told(desk, "sources")
    assert (sever["accounts"], volga["accounts"], volga["source"]) == (0, 3, "subscribers.csv")
    assert "just now" in desk.types("entitlement", "sources").output


def test_keys_alone_tell_whose_they_are(desk: Typist, table: Path) -> None:
    told(desk, "import", str(table), "--provider", "sever", "--keys")
    (account,) = told(desk, "lookup", "+7 900 000-00-02")["found"]
    assert account["status"] == "blocked"
    assert "name" not in account
    assert told(desk, "search", "Петров") == []
