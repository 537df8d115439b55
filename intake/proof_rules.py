"""Proofs in a chat: a link that was opened, the share-phone button, what a chat is bound to. Rules, pure."""

from __future__ import annotations

from desk.language.rich_text import literal
from desk.model.acts import (
    Decision,
    Expect,
    Facts,
    Ignore,
    RuleAct,
    SayTemplate,
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.dialog_state import IDENTIFIER, PROBLEM
from desk.model.events import Inbound, OpenedChat, Said
from desk.model.shared_facts import Identification
from intake.contract_number_rules import SHARE_CONTACT, account_acts, is_standing_untold, phone_button
from intake.identity.proof.one_time_links import is_token
from intake.identity.proof.proof_acts import UnbindAccounts, UseLink


def may_prove_by_link(case: Case, inbound: Inbound[OpenedChat], facts: Facts) -> bool:
    """Whether a chat was opened by something that looks like one of our links."""
    return is_token(inbound.event.payload)


def prove_by_link(case: Case, inbound: Inbound[OpenedChat], facts: Facts) -> Decision | None:
    """A good link binds the chat to its contract, once. One that is over is no proof, and that is said."""
    identified = facts.get(Identification)
    if identified is None or identified.how != "link" or identified.account is None:
        return decide(SayTemplate("link_over"), done=False)
    account = identified.account
    acts: list[RuleAct] = [*account_acts(case, identified, facts), UseLink(account.provider, identified.link)]
    proved = SayTemplate("link_proved", {"contract": literal(account.contract)})
    if case.registered:
        return decide(*acts, proved, done=False)
    if case.expecting.owner == IDENTIFIER:
        acts += [Expect(), SetDialogState({"tries": 0})]
    if is_standing_untold(case, identified, facts):
        return decide(*acts, proved, done=False)
    if case.description:
        return decide(*acts, proved, done=case.expecting.owner not in ("", IDENTIFIER))
    return decide(*acts, Expect(PROBLEM), proved, SayTemplate("what_happened_again"))


def answer_about_me(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """/me shows what the chat is bound to, /forget unties it, with a question before."""
    word = inbound.text.strip().lower()
    if word not in ("/me", "/forget", "/forget yes"):
        return None
    identified = facts.get(Identification) or Identification()
    contracts = ", ".join(identified.bound)
    if word == "/me":
        offered = SHARE_CONTACT if not contracts and phone_button(facts) else ()
        return decide(SayTemplate("me", {"bound": contracts}, buttons=offered), Ignore(IgnoredCode.STATUS))
    if not contracts:
        return decide(SayTemplate("me", {"bound": ""}), Ignore(IgnoredCode.STATUS))
    if word == "/forget":
        return decide(SayTemplate("forget_ask", {"bound": contracts}), Ignore(IgnoredCode.STATUS))
    return decide(UnbindAccounts(), SetFields({"proved": False}), SayTemplate("forgotten"))
