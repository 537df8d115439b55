"""`firstline route try`: which rule takes a case, and why each one before it did not."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.console.command_line import Terminal
from tests.console.conftest import Typist

NODE = "[[route]]\nwhen = \"node == 'TB-02' and category == 'technical'\"\nto = \"group:noc\"\n\n"
"""A rule over a column of the sample table that the desk itself knows nothing of."""


@pytest.fixture
def policy(folder: Path) -> Path:
    """The policy of the sample provider, with a rule over a column of its table below its first one."""
    path = folder / "providers" / "sever" / "policy.toml"
    head, mark, rest = path.read_text("utf-8").partition("[[route]]\nwhen = \"category == 'security'\"")
    assert mark
    path.write_text(f"{head}{NODE}{mark}{rest}", "utf-8")
    return path


def thought(typist: Typist, *words: str) -> Any:
    result = typist.types("route", "try", "--provider", "sever", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_a_rule_may_ask_for_any_column_of_the_table(typist: Typist, policy: Path) -> None:
    """docs/adding.md says so: `check` knows the column, and the account's value decides."""
    findings = json.loads(typist.types("check", "--offline", "--json").output)
    assert [one for one in findings if one["level"] == "error"] == []
    there = thought(typist, "--contract", "40-1187", "--set", "dialog=slow_internet")
    assert (there["to"], there["decided_by"]) == ("group:noc", "policy")
    elsewhere = thought(typist, "--contract", "40-1293", "--set", "dialog=slow_internet")
    assert (elsewhere["to"], elsewhere["decided_by"]) == ("queue:l1", "dialog")
    assert elsewhere["rules"][1]["held"] is False
    assert elsewhere["rules"][1]["values"] == {"category": "technical", "node": "TB-01"}


def test_what_nobody_knows_leaves_a_rule_undecided_and_says_so(typist: Typist, policy: Path) -> None:
    rule = thought(typist, "--set", "category=technical")["rules"][1]
    assert (rule["held"], rule["unknown"]) == (None, ["node"])
    told = typist.types("route", "try", "--provider", "sever", "--set", "category=technical").output
    assert "undecided" in told
    assert "nobody knows node" in told


def test_answers_of_the_dialog_decide_as_they_would_in_a_case(typist: Typist) -> None:
    """By cable, slow for everybody in the evening: the dialog's zone and the team that it proposes."""
    answers = [one for name in ("scope=all", "connected=cable", "hours=evening") for one in ("--set", name)]
    found = thought(typist, "--set", "dialog=slow_internet", *answers)
    assert (found["values"]["fault_zone"], found["to"], found["decided_by"]) == (
        "isp_aggregation",
        "group:noc",
        "dialog",
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--set", "dialg=no_internet"), "'dialg' is nothing that a condition can name: there is 'dialog'"),
        (("--set", "dialog=no_tv"), "dialog is never 'no_tv': there is billing, mail_setup"),
        (("--set", "confidence=high"), "confidence is a number, never 'high'"),
        (("--set", "dialog"), "write name=value"),
        (("--contract", "40-0000"), "has no contract '40-0000'"),
        ((), "name a case N, or --last N, or --contract and --set"),
    ],
)
def test_what_cannot_be_is_told(typist: Typist, words: tuple[str, ...], told: str) -> None:
    result = typist.types("route", "try", "--provider", "sever", *words)
    assert result.exit_code == 2
    assert told in result.output.replace("\n", " ")


def test_a_desk_of_several_providers_wants_to_know_whose_rules(typist: Typist) -> None:
    result = typist.types("route", "try", "--set", "category=billing")
    assert (result.exit_code, "there are sever, volga" in result.output) == (2, True)


def test_a_new_rule_shows_which_cases_it_would_have_sent_elsewhere(folder: Path, typist: Typist) -> None:
    """A true case of the chat; then a rule is added, and the case would go elsewhere."""
    lines = "второй день нет интернета, договор 40-1187\nоператор\n"
    ran = asyncio.run(Terminal(folder).types("chat", "--provider", "sever", "--as", "anna", stdin=lines))
    assert ran.code == 0
    (before,) = json.loads(typist.types("route", "try", "--last", "5", "--json").output)
    assert before["to"] == before["went_to"] != ""
    path = folder / "providers" / "sever" / "policy.toml"
    path.write_text(path.read_text("utf-8").replace("[[route]]", f"{NODE}[[route]]", 1), "utf-8")
    after = json.loads(typist.types("route", "try", "1", "--json").output)
    assert (after["to"], after["went_to"]) == ("group:noc", before["went_to"])
    assert "1 would go elsewhere today." in typist.types("route", "try", "--last", "5").output
    assert f"it went to {before['went_to']}" in typist.types("route", "try", "1").output
