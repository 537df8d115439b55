"""What is no consent to closing a case, though it begins with a yes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desk.model.acts import ChangeState, Facts, Rule
from desk.model.case import Case
from desk.model.facts import Now
from desk.model.messages import Address, ButtonPress, Inbound, Role, Verb
from escalation.rules import ask_consent
from kb.subscriber_rules import HELPED, self_help_outcome

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ANNA = Address("telegram", "telegram:main", "5001")


POST = Address("mail", "mail:main", "anna@example.test")


def closes(inbound: Inbound, rule: Rule = ask_consent) -> bool:
    """Whether this closes a case of Anna's that waits for her word."""
    case = Case(
        provider="sever", id=1, person_id=1, tries=0, articles=["los-red"], channel=POST.channel, address=POST.value
    )
    case.state, case.awaiting = ("resolved", "consent") if rule is ask_consent else ("acknowledged", HELPED)
    decision = rule(case, inbound, Facts([Now(NOW)]))
    return any(isinstance(act, ChangeState) and act.state == "closed" for act in (decision.acts if decision else ()))


def test_a_yes_closes() -> None:
    assert closes(Inbound(ANNA.channel, ANNA, NOW, text="да, всё работает"))
    assert closes(Inbound(ANNA.channel, ANNA, NOW, verb=Verb.PRESS, press=ButtonPress(1, 1, "consent_yes")))


@pytest.mark.parametrize(
    "inbound",
    [
        Inbound(ANNA.channel, ANNA, NOW, text="да, роутер перезагружала", detail={"edited": "1"}),
        Inbound(ANNA.channel, ANNA, NOW, text="да, всё работает", role=Role.AGENT),
        Inbound(ANNA.channel, ANNA, NOW, verb=Verb.PRESS, press=ButtonPress(1, 1, "resolve")),
        Inbound(ANNA.channel, ANNA, NOW, text="да, но снова пропадает"),
    ],
)
def test_neither_an_old_message_mended_nor_another_ones_word_does(inbound: Inbound) -> None:
    """An edit answers what was asked when the message was written, and not what was asked since."""
    assert not closes(inbound)


@pytest.mark.parametrize("rule", [ask_consent, self_help_outcome])
def test_a_letter_that_an_agent_let_in_agrees_only_for_whom_it_is_from(rule: Rule) -> None:
    """To vouch for a stranger's letter gives the stranger no rights; the person's own letter may lack its token."""
    stranger = Address("mail", POST.channel, "evil@evil.test")
    vouched = {"vouched": "ivanova"}
    assert closes(Inbound(POST.channel, POST, NOW, text="да, всё заработало", detail=vouched), rule)
    assert not closes(Inbound(POST.channel, stranger, NOW, text="да, всё заработало", detail=vouched), rule)
