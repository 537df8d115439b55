"""Routing as a pure function of values: which rules are asked, and why they did not take the case."""

from __future__ import annotations

from desk.language.conditions import CompiledCondition
from desk.model.provider_files import Provider, RoutingRule
from desk.model.provider_sections.members import Team
from escalation.routing import NOWHERE, route_by, rules_tried

FIELD = Team("field", "queue", {"ru": "Мастера", "en": "Field"})


def provider(*rules: tuple[str, str]) -> Provider:
    made = (RoutingRule(CompiledCondition.of(when), to, place) for place, (when, to) in enumerate(rules))
    return Provider("sever", {}, routes=tuple(made), teams=(FIELD,), policy_version="7")


def test_rules_are_asked_in_their_order_up_to_the_one_that_takes_the_case() -> None:
    asked = provider(("node == 'TB-02'", "group:noc"), ("category == 'billing'", "queue:billing"), ("True", "queue:l1"))
    tried = [*rules_tried(asked, {"category": "billing"})]
    assert [one.held for one in tried] == [None, True]
    assert [one.unknown for one in tried] == [("node",), ()]
    assert tried[1].values == {"category": "billing"}
    assert route_by(asked, {"category": "billing"}).to == "queue:billing"


def test_a_value_that_is_none_is_unknown() -> None:
    (tried,) = rules_tried(provider(("node == 'TB-02'", "group:noc")), {"node": None})
    assert (tried.held, tried.values, tried.unknown) == (None, {}, ("node",))


def test_where_no_rule_takes_a_case_the_dialog_proposes_and_else_the_first_line_has_it() -> None:
    nobody = provider(("False", "queue:l1"))
    proposed = route_by(nobody, {"dialog_queue": "field", "dialog": "no_internet"})
    assert (proposed.to, proposed.decided_by, proposed.source) == ("queue:field", "dialog", "no_internet")
    assert (route_by(nobody, {"dialog_queue": "gone"}).to, route_by(nobody, {}).decided_by) == (NOWHERE, "default")
