"""Proofs in a chat: a link that was opened, the share-phone button, what a chat is bound to. Rules, pure."""

from __future__ import annotations

from typing import Any

from desk.language.rich_text import literal
from desk.model.acts import (
    Addressee,
    Decision,
    Expect,
    Facts,
    Ignore,
    RuleAct,
    SayTemplate,
    SetDialogState,
    SetFields,
    UpdateCard,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import Case
from desk.model.core_facts import CaseContacts
from desk.model.dialog_state import IDENTIFIER, PROBLEM
from desk.model.events import Inbound, OpenedChat, Said
from desk.model.shared_facts import Identification
from intake.contract_number_rules import SHARE_CONTACT, account_acts, is_standing_untold, phone_button
from intake.identity.proof.codes import MOST_ATTEMPTS, CodeState, SendCode, TryCode
from intake.identity.proof.one_time_links import is_token
from intake.identity.proof.proof_acts import ABOUT_ME, UnbindAccounts, UseLink
from intake.open_question_again import open_again


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
    if word == "/phone" and phone_button(facts):
        return decide(SayTemplate("share_phone", buttons=SHARE_CONTACT), Ignore(IgnoredCode.STATUS))
    if word not in ABOUT_ME:
        return None
    identified = facts.get(Identification) or Identification()
    contracts = ", ".join(identified.bound)
    names = {"bound": contracts, "phone": "1" if phone_button(facts) else ""}
    if word == "/me" or not contracts:
        return decide(SayTemplate("me", names), Ignore(IgnoredCode.STATUS))
    if word == "/forget":
        return decide(SayTemplate("forget_ask", {"bound": contracts}), Ignore(IgnoredCode.STATUS))
    return decide(UnbindAccounts(), SetFields({"proved": False}), SayTemplate("forgotten"))


def send_code(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """/code sends a code to the address on file of the contract that was named. The same is said where there is none,
    or where no more may be sent."""
    state = facts.get(CodeState)
    if state is None or inbound.text.strip().lower() != "/code":
        return None
    if not case.names_account:
        return decide(SayTemplate("code_needs_contract"), Ignore(IgnoredCode.STATUS))
    identified, contact = facts.get(Identification), facts.get(CaseContacts)
    account = identified.account if identified else None
    reaches = bool(state.code and account and contact and contact.on_file)
    contract = account.contract if account and reaches else ""
    counted = SendCode(state.number, state.code if reaches else "", contract)
    letter = (SayTemplate("code_letter", {"code": state.code}, Addressee.ON_FILE),) if reaches else ()
    return decide(counted, *letter, SayTemplate("code_sent"), words_used=True)


def own_phone_later(case: Case, inbound: Inbound[Said], facts: Facts) -> bool:
    """Whether somebody shares their own phone once the case has its number."""
    return case.registered and inbound.event.phone_is_own


def take_own_phone_later(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """It is kept to call at; the account of the case that has it is proved by it, and the chat bound."""
    identified = facts.get(Identification)
    account = identified.account if identified and identified.how == "phone" else None
    if identified is None or account is None or case.contract not in ("", account.contract):
        return None
    acts: list[RuleAct] = [SetFields({"callback_phone": inbound.event.phone[:40]})]
    acts += account_acts(case, identified, facts)
    return decide(*acts, SetFields({"proved": True}), SayTemplate("phone_known"), UpdateCard(), words_used=True)


def gives_code(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether a message is an attempt at a code that was sent."""
    state = facts.get(CodeState)
    return state is not None and bool(state.open_number)


def take_code(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """The right code binds the chat; the question that was open stays open."""
    state, identified = facts.need(CodeState), facts.get(Identification)
    tried = TryCode(state.open_number, state.attempt, state.is_right)
    if not state.is_right or identified is None or identified.how != "code":
        left = "" if state.attempt >= MOST_ATTEMPTS else "1"
        return decide(tried, SayTemplate("code_wrong", {"left": left}), words_used=True)
    acts: list[RuleAct] = [tried, *account_acts(case, identified, facts), SayTemplate("code_right")]
    if case.registered:
        return decide(*acts, SetFields({"proved": True}), UpdateCard(), words_used=True)
    if is_standing_untold(case, identified, facts):
        return decide(*acts, done=False, words_used=True)
    return decide(*open_again(case, facts, *acts), words_used=True)
