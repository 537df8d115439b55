"""The first words of a matter: greeting and calming, whose it is, what it is about. Rules, pure.

They are asked in the order of the rulebook while intake lasts. Words that none of them uses are kept with the case by
`desk.pipeline.decide`.
"""

from __future__ import annotations

from desk.language.detect import language_of
from desk.language.intents import has_substance, is_only_thanks, is_upset, says_no_number, wants_human
from desk.language.time_labels import time_labels
from desk.model.acts import (
    Button,
    Buttons,
    ChangeState,
    Decision,
    Expect,
    Facts,
    Ignore,
    PopupNotice,
    RuleAct,
    SayTemplate,
    SetCaseAccount,
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.arrival_outcomes import IgnoredCode
from desk.model.case import ENOUGH, Case, append_words
from desk.model.core_facts import CaseMatch, DuplicateOf, Now
from desk.model.dialog_state import CATEGORY, IDENTIFIER, PROBLEM
from desk.model.events import DeliveryFailed, Event, Inbound, NotForDesk, Opened, Pressed, Said, TimerFired
from desk.model.messages import FRONT
from desk.model.provider_files import Provider
from desk.model.shared_facts import IdentityClaim, SendAllowances
from desk.model.states import CaseState
from intake.engine.completion import completed
from intake.engine.dialog_context import collected_so_far, is_letter_channel
from intake.engine.model import Dialog, DialogSet

Words = Inbound[Said]
Answer = Inbound[Said] | Inbound[Pressed]
Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[Opened]

NOTHING_SAID = "—"
"""The description of a case that began with a photo and no words."""
_NO_CONTRACT: Buttons = ((Button("no_contract", "button_no_contract"), Button("operator", "button_operator")),)


def ignore_duplicate(case: Case, inbound: Words | Inbound[DeliveryFailed], facts: Facts) -> Decision | None:
    """The same mail by another way (two aliases, a folder made anew) is one mail."""
    return decide(Ignore(IgnoredCode.DUPLICATE)) if facts.get(DuplicateOf) else None


def refuse_stale_button(case: Case, inbound: Inbound[Pressed], facts: Facts) -> Decision | None:
    """A button of an earlier prompt says so and changes nothing."""
    current = facts.need(CaseMatch).how == "button" and inbound.event.prompt == case.dialog_state.prompt
    return None if current and case.open else decide(PopupNotice("stale_button"), Ignore(IgnoredCode.STALE_BUTTON))


def stale_button_without_case(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """A button of somebody else's case, or of one that is gone, says so and changes nothing."""
    if not isinstance(inbound.event, Pressed):
        return None
    return decide(PopupNotice("stale_button"), Ignore(IgnoredCode.STALE_BUTTON))


def not_for_desk(case: Case, inbound: Inbound[NotForDesk], facts: Facts) -> Decision | None:
    """Service messages mean nothing to a case."""
    return decide(Ignore(IgnoredCode.NOT_FOR_DESK))


def not_for_desk_without_case(inbound: Inbound[Event], facts: Facts) -> Decision | None:
    """Service messages and agents' talk mean nothing to the desk."""
    return decide(Ignore(IgnoredCode.NOT_FOR_DESK)) if isinstance(inbound.event, NotForDesk) else None


def ignore_empty(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """A message without words and files means nothing."""
    return None if inbound.text.strip() or inbound.files else decide(Ignore(IgnoredCode.EMPTY))


def close_abandoned(case: Case, inbound: Inbound[TimerFired], facts: Facts) -> Decision | None:
    """A dialog that nobody went on with is over, without a word; whoever writes again begins anew."""
    still = facts.need(Now).at - case.updated_at >= facts.need(Provider).limits.silent_after
    if case.registered or not case.open or not still:
        return decide(Ignore(IgnoredCode.TIMER_OBSOLETE))
    return decide(ChangeState(CaseState.CANCELLED, "silent"), Expect())


def answer_command(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """/help and /status answer, and change nothing; a case is neither opened nor moved on by them."""
    word = inbound.text.strip().lower()
    if word not in ("/help", "/status") or _silenced(inbound, facts):
        return None
    if word == "/help":
        return decide(SayTemplate("help"), Ignore(IgnoredCode.HELP))
    if not case.registered:
        untold = facts.need(CaseMatch).how == "new" or case.expecting.owner == PROBLEM
        return decide(SayTemplate("status_none" if untold else "status_intake"), Ignore(IgnoredCode.STATUS))
    names = {"state": case.state, "taken": "1" if case.owner else "", "eta": "1" if case.eta else ""}
    if case.eta is not None:
        names |= time_labels(case.eta, facts.need(Now).at, facts.need(Provider).timezone)
    return decide(SayTemplate("status", names), Ignore(IgnoredCode.STATUS))


def remember_channel(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Answers go to the channel last written from."""
    if inbound.accepted_by:
        return None
    changes: dict[str, object] = {}
    if (case.channel, case.address) != (inbound.channel, inbound.sender.value):
        changes = {
            "channel": inbound.channel,
            "channel_kind": inbound.sender.channel_kind,
            "address": inbound.sender.value,
        }
    if isinstance(inbound.event, Said) and inbound.event.references and inbound.message:
        known = [*case.thread, *inbound.event.references, inbound.message]
        changes["thread"] = list(dict.fromkeys(known))[-12:]
    return decide(SetFields(changes), done=False) if changes else None


def keep_edit(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """An edited message is no new answer: its words are kept beside the answers, for the agent to read."""
    if not inbound.event.edited:
        return None
    if facts.need(CaseMatch).how == "new":
        return decide(Ignore(IgnoredCode.OLD_EDIT))
    return decide(SetFields({"description": append_words(case.description, inbound.text)}), words_used=True)


def answer_thanks(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """A word of thanks after a case is closed opens no new one."""
    if facts.need(CaseMatch).how != "new" or inbound.files or not is_only_thanks(inbound.text):
        return None
    return decide(SayTemplate("you_are_welcome"), Ignore(IgnoredCode.THANKS))


def welcome(case: Case, inbound: Inbound[Opened], facts: Facts) -> Decision | None:
    """Who opens the chat is asked what happened, unless that is known already."""
    if inbound.event.returned:
        # Telegram tells that the bot was unblocked; the person's own /start follows.
        return decide(Ignore(IgnoredCode.RETURNED))
    if case.description:
        return None
    return decide(Expect(PROBLEM), SayTemplate("welcome"))


def note_anger(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """An angry person's case says so, and they are spoken to accordingly."""
    if case.upset or not is_upset(inbound.text):
        return None
    return decide(SetFields({"upset": True}), done=False)


def greet(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """The first words of a case: the desk greets, and calms who is upset."""
    if facts.need(CaseMatch).how != "new":
        return None
    return decide(SayTemplate("greeting_upset" if case.upset else "greeting"), done=False)


def describe_problem(case: Case, inbound: Words, facts: Facts) -> Decision | None:
    """The first words about the trouble become the description of the case: never a greeting, a number, or thanks."""
    if case.description:
        return None
    identified = facts.get(IdentityClaim)
    number = identified.contract if identified else ""
    if not has_substance(inbound.text, number) and not inbound.files:
        return None
    # The language of the words themselves; until now it was the one their program is set to.
    changes = {
        "description": inbound.text[:ENOUGH] or NOTHING_SAID,
        "language": language_of(inbound.text) or case.language,
    }
    open_question = [Expect()] if case.expecting.owner == PROBLEM else []
    return decide(SetFields(changes), *open_question, done=False, words_used=True)


def recognise_account(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Notes whose case it is. The same is said of a number that exists and of one that does not (G8)."""
    identified = facts.get(IdentityClaim) or IdentityClaim()
    acts = _known(case, identified, facts)
    asked = case.expecting.owner == IDENTIFIER
    if identified.contract and (not case.contract or asked):
        acts.append(SayTemplate("contract_noted", {"contract": identified.contract}))
    if asked and (identified.contract or identified.account):
        acts += [Expect(), SetDialogState({"tries": 0})]
    return decide(*acts, done=False) if acts else None


def _known(case: Case, identified: IdentityClaim, facts: Facts) -> list[RuleAct]:
    account = identified.account
    if account is None:
        typed = identified.contract if identified.contract and not case.contract else ""
        return [SetFields({"contract": typed})] if typed else []
    status = account.standing(facts.need(Now).at.astimezone(facts.need(Provider).timezone).date())
    acts: list[RuleAct] = []
    if case.contract != account.contract or case.provider != account.provider:
        acts.append(SetCaseAccount(account.provider, account.contract))
    if case.entitlement != status or case.proved != identified.proved:
        acts.append(SetFields({"entitlement": status.value, "proved": identified.proved}))
    return acts


def bring_human(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """ "Operator" works anywhere: the case is registered with what is known so far, and a human takes over."""
    word = inbound.text.strip().lower()
    if inbound.option != "operator" and word != "/operator" and not wants_human(inbound.text):
        return None
    return decide(
        SetFields(collected_so_far(case, facts)), Expect(), SayTemplate("operator_coming"), *completed(case), done=False
    )


def nobody_to_answer(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Who cannot be answered automatically now is not asked what they would never read: a person takes over."""
    if inbound.accepted_by or not _silenced(inbound, facts):
        return None
    return decide(SetFields(collected_so_far(case, facts)), Expect(), *completed(case), done=False)


def _silenced(inbound: Spoken, facts: Facts) -> bool:
    allowances = facts.get(SendAllowances)
    allowance = allowances.of.get(inbound.sender) if allowances else None
    return allowance is not None and allowance.refused is not None


def ask_problem(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Before anything else the desk must know what happened: a greeting or a number alone tells nothing of it."""
    if case.description or case.expecting:
        return decide(SayTemplate("what_happened"), words_used=True) if case.expecting.owner == PROBLEM else None
    return decide(Expect(PROBLEM), SayTemplate("what_happened"), words_used=True)


def ask_identifier(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Asks for the contract number once, where nothing tells it; by mail only beside everything else."""
    if case.contract or case.expecting or case.articles or case.dialog or not _needs_account(case, facts):
        return None
    if is_letter_channel(facts):
        return decide(SayTemplate("contract_by_mail"), done=False)
    if case.dialog_state.tries:
        return None
    return decide(Expect(IDENTIFIER), SayTemplate("ask_contract", buttons=_NO_CONTRACT))


def _needs_account(case: Case, facts: Facts) -> bool:
    """Whether the dialog one's words lead to needs to know whose case it is. A front desk always asks: whose else?"""
    dialogs = facts.get(DialogSet)
    dialog = dialogs.match(case.description) if dialogs else None
    return dialog is None or "entitlement" in dialog.needs or facts.need(Provider).name == FRONT


def take_identifier(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """No number came: a slip is asked about once; whoever has none at hand is helped all the same, unverified."""
    if case.contract and isinstance(inbound.event, Said) and not has_substance(inbound.text, case.contract):
        return decide(Expect(), done=False)
    none_known = says_no_number(inbound.text) and not inbound.files
    if not (inbound.option or none_known) and case.dialog_state.tries == 0:
        slip = len(inbound.text) < 40 and any(map(str.isdigit, inbound.text))
        if slip or not (inbound.files or has_substance(inbound.text)):
            again = SayTemplate("ask_contract_again" if slip else "ask_contract", buttons=_NO_CONTRACT)
            return decide(SetDialogState({"tries": 1}), again, words_used=True)
    without = (Expect(), SetDialogState({"tries": 1}), SayTemplate("unverified_ok"))
    return decide(*without, done=False, words_used=none_known)


def choose_dialog(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Which dialog: by its phrases, else by asking; by mail, where asking costs a day, an agent reads it."""
    dialogs = facts.get(DialogSet)
    if case.dialog or case.expecting or dialogs is None:
        return None
    if dialog := dialogs.match(case.description):
        return _begin(dialog)
    if is_letter_channel(facts) or not dialogs.in_use:
        return decide(*completed(case), done=False)
    menu = _menu(list(dialogs.in_use.values()), case.language)
    return decide(Expect(CATEGORY), SayTemplate("what_about", buttons=menu))


def take_category(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """The dialog that was chosen, by its button or in words; without one an agent reads it."""
    dialogs = facts.get(DialogSet)
    dialog = None
    if dialogs is not None:
        chosen = dialogs.get(inbound.option.removeprefix("about_")) if inbound.option.startswith("about_") else None
        dialog = chosen or dialogs.match(case.description) or dialogs.match(inbound.text)
    if dialog is not None:
        return _begin(dialog)
    # The case gets its number in this very round; what was said of the matter still belongs into its description.
    told = has_substance(inbound.text, case.contract) and not says_no_number(inbound.text)
    kept = [SetFields({"description": append_words(case.description, inbound.text)})] if told else []
    return decide(*kept, Expect(), *completed(case), done=False)


def _begin(dialog: Dialog) -> Decision:
    return decide(SetFields({"dialog": dialog.id, "category": dialog.category}), Expect(), done=False)


def _menu(dialogs: list[Dialog], language: str) -> Buttons:
    rows = tuple((Button(f"about_{one.id}", label=one.title[language]),) for one in dialogs[:8])
    return (*rows, (Button("about_other", "button_other"), Button("operator", "button_operator")))


def hand_to_agent(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """What no rule expected goes to a human."""
    return decide(Expect(), *completed(case), done=False)
