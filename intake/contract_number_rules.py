"""Whose matter it is: the contract number is noted, corrected, and asked for where nothing tells it. Rules, pure."""

from __future__ import annotations

import re

from desk.language.plain_answers import says_no_number
from desk.language.rich_text import literal
from desk.model.acts import (
    Button,
    Buttons,
    Decision,
    Expect,
    Facts,
    Names,
    RuleAct,
    SayTemplate,
    SetCaseAccount,
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.case import Case, append_words
from desk.model.channel_interface import ChannelCapabilities
from desk.model.core_facts import CaseMatch, Now
from desk.model.dialog_state import IDENTIFIER, PROBLEM, SELF_HELP
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.model.messages import FRONT, kind_seen
from desk.model.provider_files import Provider
from desk.model.shared_facts import ArticleSuggestions, EntitlementStatus, Identification, TypedKey
from desk.model.unrepeated_acknowledgement import acknowledge
from desk.understanding.contract_numbers import adds_contract, contracts_named
from desk.understanding.reading.normalized_message import read
from desk.understanding.reading.observations import Act
from desk.understanding.substance import has_substance
from intake.engine.dialog_context import is_letter_channel
from intake.engine.dialog_set import DialogSet
from intake.engine.rules.message_answers import heard
from intake.identity.meant_keys import chosen_key
from intake.identity.proof.proof_acts import BindAccount
from intake.meant_key_rules import ask_which_meant, go_on_with_meant
from intake.open_question_again import NO_CONTRACT, open_again
from intake.standing_rules import LANES, told_mark

Answer = Inbound[Said] | Inbound[Pressed]
Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]

_BESIDE_A_NUMBER = frozenset({Act.CORRECTION, Act.AGREE, Act.DENY, Act.GREETING, Act.THANKS, Act.ANSWER})
"""Acts that say nothing of their own in a message with another number: "нет, 40-1187, спасибо"."""
SHARE_CONTACT: Buttons = ((Button("share_contact", "button_share_contact"),),)
"""The button by which a channel sends the sender's own contact (`ChannelCapabilities.contacts`)."""
_LOOKS_FOR_IT = re.compile(
    r"\W*(?:(?:ща|щас|сейчас|счас|минутку|погодите|ok|okay|hold on|one sec|just a sec|ой|ок|хорошо)\W+)*"
    r"(?:пойду |попробую )?(?:най(?:ду|ти)|по?ищу|поискать|гляну|посмотрю|достану|принесу|возьму|"
    r"let me (?:find|look|check|get)|i'?ll (?:find|look|check|get)|looking)\b[^\d?]{0,40}"
)
"""Who goes to look for the number: "щас найду бумагу"."""
MOST_NAMED = 4
"""Numbers of which one is asked for, where a message names several."""
WITHOUT_CONTRACT = ("joining",)
"""Topics of people who have no contract yet (`kb.search.topics_beyond_articles`)."""
_ABOUT_NUMBER = ("номер", "договор", "назвать", "называть", "number", "contract")


def recognise_account(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Notes whose case it is. The same is said of a number that exists and of one that does not (G8).

    Another number than the one noted before corrects it, and is said to. A message that says nothing else, or only
    once more what the matter is, leaves the open question open, and it is put below in short.
    """
    identified = facts.get(Identification) or Identification()
    if _is_one_more(case, inbound, identified.contract):
        words = SetFields({"description": append_words(case.description, inbound.text)})
        return decide(words, SayTemplate("also_contract", {"contract": identified.contract}), words_used=True)
    acts = account_acts(case, identified, facts)
    if identified.meant:
        phone = isinstance(inbound.event, Said) and inbound.event.phone_is_own
        acts += [BindAccount(one.provider, one.value, "phone") for one in identified.meant if phone]
        return ask_which_meant(case, identified, facts, acts)
    asked = case.expecting.owner == IDENTIFIER
    typed, key = identified.contract, identified.key
    if key and (asked or not _isaccount_acts(case, key)):
        acts.append(SayTemplate("key_noted", {"kind": key.kind, "key": literal(key.value)}))
    other = bool(typed and _contract_said(case) and case.contract != typed)
    mended = other and facts.need(CaseMatch).how != "new"
    if mended:
        acts.append(SayTemplate("contract_corrected", {"contract": typed}))
    elif typed and (not _contract_said(case) or asked or other):
        acts.append(SayTemplate("contract_noted", {"contract": typed}))
    if chosen := chosen_key(case, inbound):
        return go_on_with_meant(case, facts, chosen, acts)
    if asked and (typed or key or identified.account):
        acts += [Expect(), SetDialogState({"tries": 0})]
    new = typed != case.contract and isinstance(inbound.event, Said)
    if typed and new and case.expecting and not asked and not _says_more(case, inbound, facts, typed):
        return decide(*open_again(case, facts, *acts), words_used=True)
    return decide(*acts, done=False) if acts else None


def _contract_said(case: Case) -> str:
    """The contract as far as its person knows it: one that a serial or login led to is not told (G8)."""
    return "" if not case.proved and any("value" in one for one in case.keys or ()) else case.contract


def _isaccount_acts(case: Case, key: TypedKey) -> bool:
    return any((one.get("kind"), one.get("value")) == (key.kind, key.value) for one in case.keys or ())


def note_own_phone(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """The sender's own number, shared as a contact, is kept to call at. The account that has it is theirs; where none
    has, that is said, and an open question stays open."""
    identified = facts.get(Identification) or Identification()
    kept = SetFields({"callback_phone": inbound.event.phone[:40]})
    if identified.meant:
        return decide(kept, done=False, words_used=True)  # it stands on several contracts: `recognise_account` asks
    asked = case.expecting.owner
    if identified.proved and asked in ("", IDENTIFIER, PROBLEM):
        return decide(kept, done=False, words_used=True)  # `recognise_account` says whose it is
    if identified.proved and is_standing_untold(case, identified, facts):
        return decide(
            kept, *account_acts(case, identified, facts), SayTemplate("phone_known"), done=False, words_used=True
        )
    known: Names = {"contract": "1" if case.names_account else ""}
    said = SayTemplate("phone_known" if identified.proved else "phone_noted", known)
    acts = [kept, *account_acts(case, identified, facts), said]
    return decide(*acts, done=asked not in ("", PROBLEM), words_used=True)


def is_standing_untold(case: Case, identified: Identification, facts: Facts) -> bool:
    """Whether the holder is to hear next how the account stands (`intake.standing_rules`)."""
    today = facts.need(Now).at.astimezone(facts.need(Provider).timezone).date()
    status = identified.account.standing(today) if identified.account else EntitlementStatus.UNVERIFIED
    return status in LANES and told_mark(status) not in case.dialog_state.put


def _is_one_more(case: Case, inbound: Spoken, number: str) -> bool:
    """Whether a number is named beside the one of the case, which stays."""
    return bool(number and case.contract and number != case.contract) and adds_contract(inbound.text)


def _says_more(case: Case, inbound: Spoken, facts: Facts, number: str) -> bool:
    """Whether a message says anything beside another number: an answer, a wish, words of the matter. "Ой, ошибся" does
    not."""
    found = heard(case, inbound, facts)
    if found.values or any(one.act not in _BESIDE_A_NUMBER for one in found.acts):
        return True
    if case.expecting.owner == SELF_HELP and any(
        one.act is Act.DENY and " " in found.text[one.start : one.end].strip() for one in found.acts
    ):
        return True  # "no" may take the number back, "it didn't help" speaks of the article
    if found.says(Act.CORRECTION) or not has_substance(found.leftover, number):
        return False
    dialogs = facts.get(DialogSet)
    return not (dialogs and dialogs.says_only(found.leftover, case.dialog))


def account_acts(case: Case, identified: Identification, facts: Facts) -> list[RuleAct]:
    """Notes whose account it is, how it stands, and that its holder proved it; binds the chat that did."""
    account, key = identified.account, identified.key
    acts: list[RuleAct] = []
    if account is not None and identified.how in ("phone", "link", "code"):
        acts.append(BindAccount(account.provider, account.contract, identified.how))
    if key is not None and not identified.meant and not _isaccount_acts(case, key):
        said = [one for one in case.keys or () if "value" in one]
        acts.append(SetFields({"keys": [*said, {"kind": key.kind, "value": key.value[:80]}]}))
    if account is None:
        other = identified.contract if identified.contract != case.contract else ""
        unverified = SetFields({"contract": other, "entitlement": "unverified", "proved": False})
        return [*acts, unverified] if other and not identified.meant else acts
    status = account.standing(facts.need(Now).at.astimezone(facts.need(Provider).timezone).date())
    if case.contract != account.contract or case.provider != account.provider:
        acts.append(SetCaseAccount(account.provider, account.contract))
    if case.entitlement != status or case.proved != identified.proved:
        acts.append(SetFields({"entitlement": status.value, "proved": identified.proved}))
    return acts


def ask_identifier(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Asks for the contract number once, where nothing tells it; by mail only beside everything else."""
    if case.names_account or case.expecting or case.articles or case.dialog or not _needs_account(case, facts):
        return None
    suggestions = facts.get(ArticleSuggestions)
    if suggestions is not None and suggestions.topic in WITHOUT_CONTRACT:
        return None
    if is_letter_channel(facts):
        return decide(SayTemplate("contract_by_mail"), done=False)
    if case.dialog_state.tries:
        return None
    shape = facts.need(Provider).contract_shape
    several = contracts_named(inbound.text, shape) if shape else ()
    if len(several) > 1:
        asked = SayTemplate("which_contract", {"numbers": ", ".join(several[:MOST_NAMED])}, buttons=NO_CONTRACT)
        return decide(Expect(IDENTIFIER), asked)
    buttons = (*NO_CONTRACT, *phone_button(facts))
    return decide(Expect(IDENTIFIER), SayTemplate("ask_contract", buttons=buttons))


def phone_button(facts: Facts) -> Buttons:
    """The button that leads to `SHARE_CONTACT`, where the channel can vouch for a phone."""
    capabilities = facts.get(ChannelCapabilities)
    return ((Button("prove_phone", "button_prove_phone"),),) if capabilities and capabilities.contacts else ()


def _needs_account(case: Case, facts: Facts) -> bool:
    """Whether the dialog one's words lead to needs to know whose case it is. A front desk always asks: whose else?"""
    dialogs = facts.get(DialogSet)
    dialog = dialogs.match(case.description) if dialogs else None
    return dialog is None or "entitlement" in dialog.needs or facts.need(Provider).name == FRONT


def asks_about_number(text: str) -> bool:
    """Whether somebody asks what the number is for, where it stands, or which one is meant."""
    reading = read(text)
    return any(one.asks for one in reading.clauses) and any(word in reading.text for word in _ABOUT_NUMBER)


def take_identifier(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """No number came: a slip is asked about once; whoever has none at hand is helped all the same, unverified.

    Words about the matter are no answer to this question; they are noted, and the number is asked for once more.
    """
    if inbound.option == "prove_phone":
        return decide(SayTemplate("share_phone", buttons=SHARE_CONTACT))
    found = heard(case, inbound, facts)
    asks = asks_about_number(inbound.text) or found.says(Act.CONFUSED)
    if asks and not inbound.files and case.dialog_state.tries == 0:
        about = SayTemplate("about_contract", buttons=NO_CONTRACT)
        return decide(SetDialogState({"tries": 1}), about, words_used=True)
    seen = [SayTemplate("seen", {"kind": kind_seen(inbound.files)})] if inbound.files else []
    if case.contract and isinstance(inbound.event, Said) and not has_substance(inbound.text, case.contract):
        return decide(Expect(), done=False)
    looks = bool(_LOOKS_FOR_IT.fullmatch(read(inbound.text).text))
    waits = (looks or found.says(Act.WAIT)) and not found.values and not case.dialog_state.waits
    if waits and not inbound.option and (looks or not has_substance(inbound.text)):
        return decide(SetDialogState({"waits": 1}), *acknowledge(case, "take_your_time"), words_used=True)
    none_known = says_no_number(inbound.text) or found.says(Act.DONT_KNOW, Act.SKIP)
    none_known = none_known and not inbound.files
    if not (inbound.option or none_known) and case.dialog_state.tries == 0:
        slip = len(inbound.text) < 40 and any(map(str.isdigit, inbound.text)) and not found.values
        again = "ask_contract_again" if slip else "ask_contract_short"
        # Words that nobody takes for a number are kept with the case; a slip is no word about the matter.
        return decide(SetDialogState({"tries": 1}), *seen, SayTemplate(again, buttons=NO_CONTRACT), words_used=slip)
    without = (Expect(), SetDialogState({"tries": 1}), *seen, SayTemplate("unverified_ok"))
    return decide(*without, done=False, words_used=none_known)
