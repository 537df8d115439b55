"""What is no consent to closing a case, though it begins with a yes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from console.runtime.rule_order import RULEBOOK
from desk.model.acts import ChangeState, Facts, Rule
from desk.model.agent_operations import Reply
from desk.model.case import Case
from desk.model.core_facts import CaseContacts, CaseMatch, Now
from desk.model.dialog_state import CONSENT, SELF_HELP, Expecting
from desk.model.events import Event, Inbound, OperationOrdered, Pressed, Said
from desk.model.messages import Address
from desk.model.provider_files import Provider
from escalation.consent_rules import take_consent
from kb.self_help_rules import self_help_outcome

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ANNA = Address("telegram", "telegram:main", "5001")


POST = Address("mail", "mail:main", "anna@example.test")


def waiting(rule: Rule) -> Case:
    """A case of Anna's that waits for her word, which this rule hears first."""
    case = Case(provider="sever", id=1, person_id=1, articles=["los-red"], channel=POST.channel, address=POST.value)
    if rule is take_consent:
        case.state, case.registered_at, owner = "resolved", NOW, CONSENT
    else:
        case.state, case.reason, owner = "acknowledged", "intake", SELF_HELP
    case.dialog_state.change({"expecting": Expecting(owner)})
    return case


def closes(inbound: Inbound[Event], rule: Rule = take_consent) -> bool:
    """Whether this closes such a case; a rule that the rulebook does not ask about it closes nothing."""
    case = waiting(rule)
    facts = Facts([Now(NOW), CaseContacts(ANNA, None, None), Provider("sever", {"ru": "Север"}), CaseMatch("only")])
    if rule not in list(RULEBOOK.asked(case, inbound, facts)):
        return False
    decision = rule(case, inbound, facts)
    return any(isinstance(act, ChangeState) and act.state == "closed" for act in (decision.acts if decision else ()))


def of_anna(event: Event) -> Inbound[Event]:
    """She does this in her chat."""
    return Inbound(ANNA.channel, ANNA, NOW, event)


def test_a_yes_closes() -> None:
    assert closes(of_anna(Said("да, всё работает")))
    assert closes(of_anna(Pressed(1, 1, "consent_yes")))


@pytest.mark.parametrize(
    "event",
    [
        Said("да, роутер перезагружала", edited=True),
        OperationOrdered(Reply("да, всё работает")),
        Pressed(1, 1, "resolve"),
        Said("да, но снова пропадает"),
    ],
)
def test_neither_an_old_message_mended_nor_another_ones_word_does(event: Event) -> None:
    """An edit answers what was asked when the message was written, and not what was asked since."""
    assert not closes(of_anna(event))


@pytest.mark.parametrize("rule", [take_consent, self_help_outcome])
def test_a_letter_that_an_agent_let_in_agrees_only_for_whom_it_is_from(rule: Rule) -> None:
    """To vouch for a stranger's letter gives the stranger no rights; the person's own letter may lack its token."""
    stranger = Address("mail", POST.channel, "evil@evil.test")
    said = Said("да, всё заработало")
    assert closes(Inbound(POST.channel, POST, NOW, said, accepted_by="ivanova"), rule)
    assert not closes(Inbound(POST.channel, stranger, NOW, said, accepted_by="ivanova"), rule)
