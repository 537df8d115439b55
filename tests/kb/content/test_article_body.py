"""A provider's facts are filled into an article so that it reads well with all of them, and with none."""

from __future__ import annotations

import pytest

from desk.language.rich_text import TextSpan, parse_markdown
from kb.content.article_body import fact_names_in, fill_facts, split_sections, visible_picture_indexes


def test_facts_fill_the_text_and_never_become_marks() -> None:
    text = parse_markdown(
        fill_facts("Server `{{ smtp }}`\nfrom {{ provider_title }}", {"smtp": "a`b", "provider_title": "**X**"})
    )
    assert text.plain == "Server a`b\nfrom **X**"
    assert text.marks == (TextSpan("code", 7, 10),)


def test_a_line_whose_fact_is_not_given_is_left_out() -> None:
    body = "One.\n\nPOP3: {{ pop3 }}\n\nTwo: {{ imap }}\n\n\n![a](b.png)\n"
    assert fill_facts(body, {"imap": "i.test", "pop3": ""}) == "One.\n\nTwo: i.test"


def test_words_may_stand_where_a_fact_is_not_given() -> None:
    assert fill_facts("Open {{ cabinet or your account }}.", {}) == "Open your account."
    assert fill_facts("Open {{ cabinet or your account }}.", {"cabinet": "my.test"}) == "Open my.test."


BODY = """Look.
1. Router. {{ if pppoe }}
2. Cable.
3. Light: {{ site }}
4. Wait.

# Our addresses {{ if dns1 }}
1. {{ dns1 }}

# Any addresses {{ if not dns1 }}
1. 192.0.2.1
"""


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "Look.\n1. Cable.\n2. Wait.\n\n# Any addresses\n1. 192.0.2.1"),
        ({"pppoe": "False", "dns1": "no"}, "Look.\n1. Cable.\n2. Wait.\n\n# Any addresses\n1. 192.0.2.1"),
        ({"pppoe": "True", "dns1": "d"}, "Look.\n1. Router.\n2. Cable.\n3. Wait.\n\n# Our addresses\n1. d"),
        ({"site": "s"}, "Look.\n1. Cable.\n2. Light: s\n3. Wait.\n\n# Any addresses\n1. 192.0.2.1"),
    ],
)
def test_lines_and_sections_hold_or_go_by_the_facts_and_steps_are_counted_anew(
    facts: dict[str, str], told: str
) -> None:
    assert fill_facts(BODY, facts) == told


def test_two_conditions_on_a_line_must_both_hold() -> None:
    line = "Type the login. {{ if pppoe }} {{ if not dhcp }}"
    assert fill_facts(line, {"pppoe": "yes"}) == "Type the login."
    assert fill_facts(line, {"pppoe": "yes", "dhcp": "yes"}) == ""


def test_braces_that_name_no_fact_stay_as_somebody_wrote_them() -> None:
    body = "Write {{ user }} there.\nOr {{ name or so }}.\nDone {{ if admin }}"
    assert fill_facts(body, {}) == body


def test_of_the_facts_joined_by_or_one_is_enough() -> None:
    line = "Type the login. {{ if pppoe or not dhcp }}"
    assert [fill_facts(line, facts) != "" for facts in ({}, {"dhcp": "yes"}, {"dhcp": "yes", "pppoe": "yes"})] == [
        True,
        False,
        True,
    ]
    assert fact_names_in(line) == ("pppoe", "dhcp")


def test_a_heading_with_nothing_left_under_it_goes_too() -> None:
    assert fill_facts("# Addresses\n{{ dns1 }}\n\n# Then\nWait.\n\n# Phone\n{{ support_phone }}", {}) == "# Then\nWait."


def test_a_picture_stands_and_falls_with_its_line_and_its_section() -> None:
    body = "![a](a.png)\n![b](b.png) {{ if pppoe }}\n# Ours {{ if dns1 }}\n![c](c.png)\n# Then\n![d](d.png)"
    assert visible_picture_indexes(body, {}) == (0, 3)
    assert visible_picture_indexes(body, {"pppoe": "yes", "dns1": "d"}) == (0, 1, 2, 3)
    assert "](" not in fill_facts(body, {"pppoe": "yes", "dns1": "d"})


def test_a_second_list_begins_at_one_again() -> None:
    assert fill_facts("1. a\n2. b\n\nOr so:\n1. c {{ if pppoe }}\n2. d", {}) == "1. a\n2. b\n\nOr so:\n1. d"


def test_ways_of_doing_one_step_share_its_number_until_the_facts_choose() -> None:
    body = "1. Open.\n2. Type it. {{ if pppoe }}\n2. Leave it. {{ if dhcp }}\n3. Save."
    assert fill_facts(body, {"dhcp": "yes"}) == "1. Open.\n2. Leave it.\n3. Save."
    assert fill_facts(body, {"dhcp": "yes", "pppoe": "yes"}) == "1. Open.\n2. Type it.\n3. Leave it.\n4. Save."


def test_the_facts_a_body_speaks_of_are_named_in_their_order() -> None:
    assert fact_names_in("{{ site or there }} {{ if dns1 }}\n{{dns2}} {{ site }}") == ("site", "dns1", "dns2")


def test_a_body_is_cut_at_its_headings_with_steps_and_pictures() -> None:
    first, second = split_sections(
        "1. Look.\n![a lamp](lamp.png)\nMore.\n2. Wait.\n\n# Then\n![a wire](../shared/wire.png)"
    )
    assert (first.heading, first.steps, first.pictures) == ("", ("Look.", "Wait."), (("a lamp", "lamp.png"),))
    assert (second.heading, second.pictures) == ("Then", (("a wire", "../shared/wire.png"),))
