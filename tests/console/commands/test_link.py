"""`firstline link`: a one-time link to a contract, from a desk that never served too."""

from __future__ import annotations

import json
import re

from tests.console.conftest import Typist

WANTED = ("link", "40-1187", "--provider", "sever", "--bot", "@sever_support_bot")


def test_a_desk_that_never_served_makes_a_link(typist: Typist) -> None:
    """The provider's table is taken in first, so its contracts are known."""
    assert typist.types("migrate").exit_code == 0
    made = typist.types(*WANTED, "--json")
    assert made.exit_code == 0, made.output
    told = json.loads(made.output)
    assert told["contract"] == "40-1187"
    assert told["link"] == f"https://t.me/sever_support_bot?start={told['start']}"
    audited = json.loads(typist.types("audit", "--json").output)
    (line,) = [one for one in audited if one["operation"] == "link"]
    assert line["details"] == {"contract": "40-1187", "hours": 24}
    assert told["start"] not in json.dumps(audited)


def test_a_terminal_shows_it_with_its_code(typist: Typist) -> None:
    """The contract as the table spells it, the link, and a QR code that stands upright in 80 columns."""
    assert typist.types("migrate").exit_code == 0
    made = typist.types(*WANTED, "--hours", "72")
    assert made.exit_code == 0, made.output
    told, link, *code = made.output.rstrip("\n").split("\n")
    assert re.fullmatch(r"Contract 40-1187, good once, until \d{4}-\d\d-\d\d \d\d:\d\d UTC:", told)
    assert link.startswith("https://t.me/sever_support_bot?start=p_")
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in code]
    assert len(plain) > 10
    assert all(len(line) <= 80 for line in plain)
    assert len({len(line) for line in plain if line}) == 1


def test_a_contract_that_nobody_has_gets_none(typist: Typist) -> None:
    """Nor does one that only looks like another."""
    assert typist.types("migrate").exit_code == 0
    for wrong in ("40-9999", "4О-1187"):
        made = typist.types("link", wrong, *WANTED[2:])
        assert made.exit_code == 3, made.output
        assert "sever has no contract" in made.output
