"""How a subscriber's words reach the agents, and what the journal says where nothing is answered. Pure."""

from __future__ import annotations

from typing import Any

from desk.language.rich_text import literal
from desk.model.acts import AddJournalEntry, Addressee, Facts, Names, RuleAct, SayTemplate, SetFields, UpdateCard
from desk.model.case import Case
from desk.model.core_facts import WORDS, ThisArrival
from desk.model.events import Inbound, Said
from desk.model.journal import KeptSilent
from desk.model.messages import RedeliveryPolicy
from escalation.folded_text import folded_button
from escalation.said_while_untaken import RELAYED


def silence(reason: str) -> RuleAct:
    """Nothing is answered, and the journal says why."""
    return AddJournalEntry(KeptSilent(reason))


def relay(case: Case, inbound: Inbound[Any], facts: Facts) -> list[RuleAct]:
    """What was said reaches the agents: word by word whoever has the case, else as a number on the card.

    The group takes 20 messages a minute for all cases, so one person's flood is counted on the card, and read later.
    """
    if not (inbound.text or inbound.files):
        return []
    counted: list[RuleAct] = [SetFields({"unread": case.unread + 1})]
    return [*counted, in_full(inbound, facts) if case.owner and case.unread < RELAYED else UpdateCard()]


def in_full(inbound: Inbound[Any], facts: Facts) -> RuleAct:
    """The subscriber's own words and files, for the agents, who can open what is folded of a letter."""
    said = inbound.event if isinstance(inbound.event, Said) else Said()
    names: Names = {
        "text": literal(inbound.text),
        "edited": "1" if said.edited else "",
        "forwarded": "1" if said.forwarded else "",
        "origin": literal(said.origin),
        "quote": tuple(said.quote.splitlines()[:10]),
    }
    return SayTemplate(
        "subscriber_says",
        names,
        Addressee.AGENTS,
        folded_button(facts.need(ThisArrival).id) if said.folded else (),
        inbound.files,
        RedeliveryPolicy.HOLD,
        apart=WORDS,
    )
