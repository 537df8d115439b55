"""A table whose cells were written to harm the terminal of whoever reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.conftest import Typist

HOSTILE = "\x1b]0;taken\x07\x1b[2J[bold]{name}\u202eanna"


@pytest.mark.parametrize(
    "table",
    [
        f"contract,name,service_level,address,node\n40-0001,{HOSTILE},{HOSTILE},{HOSTILE},{HOSTILE}\n",
        f"contract,{HOSTILE},status\n40-0001,x,{HOSTILE}\n{HOSTILE},x,active\n",
        f"{HOSTILE},name\n40-0001,x\n",
    ],
    ids=["cells", "headings and faults", "no contract"],
)
def test_no_cell_moves_the_cursor(typist: Typist, tmp_path: Path, table: str) -> None:
    """Neither where a table is tried or taken, nor where an account is looked up or found."""
    assert typist.types("migrate").exit_code == 0
    path = tmp_path / "a.csv"
    path.write_text(table, "utf-8")
    for words in (
        ("import", str(path), "--provider", "sever", "--dry-run"),
        ("import", str(path), "--provider", "sever", "--shrink-at-most", "100"),
        ("lookup", "40-0001"),
        ("search", "anna"),
        ("lookup", HOSTILE),
    ):
        result = typist.types("entitlement", *words)
        assert result.exception is None or isinstance(result.exception, SystemExit), words
        assert not any(sign in result.output for sign in ("\x1b]", "\x1b[2J", "\x07", "\u202e")), words
