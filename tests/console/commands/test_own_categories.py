"""A provider's own categories and zones: dialogs, articles and routes name them, and the card tells their titles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import templates
from desk.language.templates import Templates
from desk.model.case import Case
from desk.model.provider_files import InvalidProvider, load
from escalation.cards import case_card
from tests.console.conftest import Typist

OWN = """
[[category]]
id = "tv"
title = { ru = "Телевидение", en = "Television" }

[[zone]]
id = "tv_box"
title = { ru = "приставка", en = "the TV box" }

[[route]]
when = "category == 'tv' and fault_zone == 'tv_box'"
to = "queue:field"
"""


def found(typist: Typist) -> list[dict[str, str]]:
    """What `check` complains of at the provider "sever"."""
    result = json.loads(typist.types("check", "--offline", "--json").output)
    return [one for one in result if one["level"] != "ok" and one["where"] != "firstline.toml"]


@pytest.fixture
def with_tv(typist: Typist) -> Typist:
    """A desk whose provider has television: a category, a zone, a dialog, an article and a route of its own."""
    policy = typist.folder / "providers" / "sever" / "policy.toml"
    policy.write_text(policy.read_text("utf-8") + OWN, "utf-8")
    typist.types("new", "dialog", "no_tv", "--provider", "sever")
    typist.types("new", "article", "tv-no-picture", "--provider", "sever")
    own = typist.folder / "providers" / "sever"
    for path in (own / "dialogs" / "no_tv.toml", *(own / "articles" / "tv-no-picture").iterdir()):
        text = path.read_text("utf-8").replace('= "technical" ', '= "tv" ')
        assert '= "tv" ' in text
        path.write_text(text.replace('"isp_service" ', '"tv_box" '), "utf-8")
    return typist


def test_what_the_policy_has_titles_for_may_be_named_everywhere(with_tv: Typist) -> None:
    assert found(with_tv) == []
    asked = ("--set", "dialog=no_tv", "--set", "how_often=always", "--set", "restarted=yes")
    tried = json.loads(with_tv.types("route", "try", "--provider", "sever", *asked, "--json").output)
    assert (tried["values"]["category"], tried["values"]["fault_zone"], tried["to"]) == ("tv", "tv_box", "queue:field")


def test_one_that_nobody_knows_is_told_with_the_one_that_was_meant(with_tv: Typist) -> None:
    path = with_tv.folder / "providers" / "sever" / "dialogs" / "no_tv.toml"
    text = path.read_text("utf-8").replace('"tv_box" ', '"tv_bux" ').replace('= "tv" ', '= "techniccal" ')
    path.write_text(text, "utf-8")
    told = {one["what"]: (one["todo"], one["where"]) for one in found(with_tv) if "none of the desk's" in one["what"]}
    where = "providers/sever/dialogs/no_tv.toml"
    assert told == {
        "no_tv: category 'techniccal' is none of the desk's, and has no title": (
            "write technical instead of techniccal",
            where,
        ),
        "no_tv: zone 'tv_bux' is none of the desk's, and has no title": ("write tv_box instead of tv_bux", where),
    }


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_card_tells_them_by_their_titles(with_tv: Typist, language: str) -> None:
    provider = load(with_tv.folder / "providers" / "sever")
    case = Case(state="inProgress", owner="", queue="queue:field", articles=[], present=[], absent=[])
    case.change({"contract": "", "zone_sure": 0.6, "category": "tv", "fault_zone": "tv_box"})
    case.change(dict.fromkeys(("subject", "description", "occurred", "place", "circumstances"), ""))
    names = {**case_card(case, provider).names, "number": "SN-1", "provider_title": "", "name": "", "buttons": "1"}
    card = Templates(Path(templates.__file__).parent).say("", language, "card", names).plain
    assert "Телевидение" in card, "in the language that the provider's agents speak"
    assert "приставка (60%)" in card


def test_an_id_is_short_and_stands_once(with_tv: Typist) -> None:
    policy = with_tv.folder / "providers" / "sever" / "policy.toml"
    policy.write_text(policy.read_text("utf-8") + '[[zone]]\nid = "tv_box"\n[[category]]\nid = "TV!"\n', "utf-8")
    with pytest.raises(InvalidProvider) as raised:
        load(policy.parent)
    told = [str(one) for one in raised.value.faults]
    assert any("[[zone]] tv_box is there twice" in one for one in told)
    assert any("'TV!' is no id" in one for one in told)
