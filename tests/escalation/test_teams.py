"""Teams as routing targets, and what the agents' card says of promised times."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk.model.case import Case
from desk.model.provider_files import InvalidProvider, Provider, load
from escalation.cards import case_card

TEAMS = '[[team]]\nid = "noc"\nkind = "group"\n'
AT = datetime(2026, 11, 21, 12, 40, tzinfo=UTC)


def provider(folder: Path, to: str, teams: str = TEAMS) -> Provider:
    (folder / "policy.toml").write_text(f'[[route]]\nwhen = "True"\nto = "{to}"\n')
    (folder / "teams.toml").write_text(teams)
    return load(folder)


def test_a_routing_target_says_what_kind_of_team_it_is(tmp_path: Path) -> None:
    assert provider(tmp_path, "group:noc").routes[0].to == "group:noc"
    with pytest.raises(InvalidProvider, match=r'"queue:noc" names nobody in teams\.toml: there is group:noc'):
        provider(tmp_path, "queue:noc")


def test_a_team_is_a_queue_or_a_group(tmp_path: Path) -> None:
    with pytest.raises(InvalidProvider, match='noc kind must be "queue" or "group", not \'crowd\''):
        provider(tmp_path, "group:noc", TEAMS.replace("group", "crowd"))


@pytest.mark.parametrize(("version", "told"), [(1, ""), (3, "3")])
def test_the_card_tells_how_often_a_time_was_promised(version: int, told: str) -> None:
    case = Case(state="inProgress", owner="", queue="group:noc", articles=[], present=[], absent=[])
    case.change({"contract": "", "zone_sure": 0.0, "eta": AT, "eta_version": version, "updated_at": AT})
    case.change(dict.fromkeys(("subject", "description", "occurred", "place", "circumstances", "fault_zone"), ""))
    assert case_card(case, Provider("sever", {})).names["times"] == told
