"""The sample providers are whole, and nobody in them is real."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import console
from desk.model import provider_files as providers
from escalation.routing import NOWHERE
from kb.content.article_body import FACT_NAMES

SAMPLE = Path(console.__file__).parent / "sample" / "providers"
COLUMNS = [
    "contract",
    "name",
    "status",
    "service_level",
    "language",
    "phones",
    "emails",
    "logins",
    "serials",
    "address",
    "products",
    "valid_to",
]


def subscribers(provider: str) -> list[dict[str, str]]:
    with (SAMPLE / provider / "entitlements.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(provider: str, name: str) -> dict[str, Any]:
    return tomllib.loads((SAMPLE / provider / name).read_text("utf-8"))


def test_sever_serves_exactly_two_hundred_subscribers_among_them_anna_and_john() -> None:
    rows = {row["contract"]: row for row in subscribers("sever")}
    assert len(rows) == len(subscribers("sever")) == 200
    anna, john = rows["40-1187"], rows["40-2203"]
    assert (anna["name"], anna["status"], anna["language"]) == ("Анна Смирнова", "active", "ru")
    assert (john["name"], john["status"], john["language"]) == ("John Carter", "active", "en")
    assert (anna["emails"], john["emails"]) == ("anna@example.test", "john@example.test")
    assert {row["status"] for row in rows.values()} == {"active", "expired", "blocked"}
    assert sum(row["party"] == "legal_entity" for row in rows.values()) == 2


@pytest.mark.parametrize("provider", ["sever", "volga"])
def test_nobody_in_the_sample_can_be_reached_in_the_real_world(provider: str) -> None:
    for row in subscribers(provider):
        assert list(row)[: len(COLUMNS)] == COLUMNS
        for mail in filter(None, row["emails"].split(";")):
            assert mail.isascii()
            assert re.fullmatch(r".+[@.]example\.(test|org)", mail), mail
        for phone in row["phones"].split(";"):
            assert phone.startswith(("+7 000 55", "+44 7700 900")), phone


@pytest.mark.parametrize("provider", ["sever", "volga"])
def test_no_identifier_names_two_subscribers(provider: str) -> None:
    for column in ("contract", "phones", "emails", "logins", "serials"):
        keys = [key for row in subscribers(provider) for key in row[column].split(";") if key]
        assert len(keys) == len(set(keys)), column


@pytest.mark.parametrize("provider", ["sever", "volga"])
def test_every_contract_has_the_shape_the_policy_promises(provider: str) -> None:
    shape = table(provider, "policy.toml")["provider"]["contract_shape"]
    pattern = "".join({"9": "[0-9]", "A": "[A-Z]"}.get(char, re.escape(char)) for char in shape)
    assert all(re.fullmatch(pattern, row["contract"]) for row in subscribers(provider))


@pytest.mark.parametrize("provider", ["sever", "volga"])
def test_every_route_leads_to_a_team_that_somebody_works_in_and_so_does_having_none(provider: str) -> None:
    policy, teams = table(provider, "policy.toml"), table(provider, "teams.toml")
    known = {f"{team['kind']}:{team['id']}" for team in teams["team"]}
    staffed = {team for agent in teams["agent"] for team in agent["teams"]}
    targets = {NOWHERE, *(route["to"] for route in policy["route"])}
    assert targets <= known
    assert {target.split(":")[1] for target in targets} <= staffed
    assert set(policy["facts"]) == FACT_NAMES - {"provider_title"}, "every fact an article may name has a value"
    assert set(policy["provider"]["title"]) == {"ru", "en"}


def test_the_desk_itself_reads_both_providers() -> None:
    loaded = providers.load_all(SAMPLE)
    assert [loaded[name].title("en") for name in ("sever", "volga")] == ["Sever Net", "Volga Link"]
    assert [agent.id for agent in loaded["sever"].agents] == ["ivanova", "petrov", "sidorova"]
