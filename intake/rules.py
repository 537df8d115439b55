"""The first words of a matter: greeting and calming, whose it is, what it is about. Rules, pure."""

from __future__ import annotations

from desk.language.detect import language_of
from desk.language.intents import is_only_thanks, is_upset, wants_human
from desk.language.time_labels import time_labels
from desk.model.acts import (
    Act,
    AssignAccount,
    Button,
    Buttons,
    ChangeState,
    Decision,
    Facts,
    Ignore,
    PopupNotice,
    SayTemplate,
    SetFields,
    decide,
)
from desk.model.case import Case, CaseState
from desk.model.facts import CaseMatch, DuplicateOf, Now
from desk.model.messages import FRONT, Inbound, Role, Verb
from desk.model.policy import Provider
from desk.model.shared_facts import Identification, SendAllowances
from intake.engine.case_data import collected_so_far
from intake.engine.completion import ENOUGH, append_words, completed, is_complete
from intake.engine.model import Dialog, DialogSet
from intake.engine.rules import is_letter_channel

IDENTIFIER, CATEGORY, PROBLEM = "identifier", "category", "problem"
_NO_CONTRACT: Buttons = ((Button("no_contract", "button_no_contract"), Button("operator", "button_operator")),)


def ignore_duplicate(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """The same letter by another way (two aliases, a folder made anew) is one letter."""
    return decide(Ignore("repeat")) if facts.get(DuplicateOf) else None


def refuse_stale_button(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """A button of an earlier prompt, or of somebody else's case, says so and changes nothing."""
    if inbound.verb is not Verb.PRESS or inbound.role is not Role.SUBSCRIBER:
        return None
    case_match = facts.need(CaseMatch)
    current = inbound.press is not None and case_match.how == "button" and inbound.press.prompt == case.prompt
    if current and case.open:
        return None
    return decide(PopupNotice("stale_button"), Ignore("stale button"))


def ignore_empty(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Service messages, and empty ones, mean nothing to a case."""
    if inbound.verb is Verb.NOTHING:
        return decide(Ignore("nothing"))
    empty = inbound.verb is Verb.SAY and not inbound.text.strip() and not inbound.files
    return decide(Ignore("empty")) if empty and inbound.role is Role.SUBSCRIBER else None


def close_abandoned(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """A dialog that nobody went on with is over, without a word; whoever writes again begins anew."""
    if inbound.verb is not Verb.TIMER or inbound.detail.get("kind") != "silent":
        return None
    still = facts.need(Now).at - case.updated_at >= facts.need(Provider).limits.silent_after
    if case.registered or not case.open or not still:
        return decide(Ignore("timer without a reason"))
    return decide(ChangeState(CaseState.CANCELLED, "silent"), SetFields({"awaiting": ""}))


def answer_help(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """/help and /status answer, and change nothing; a case is neither opened nor moved on by them."""
    if inbound.role is not Role.SUBSCRIBER or inbound.verb is not Verb.SAY or _silenced(inbound, facts):
        return None
    word = inbound.text.strip().lower()
    if word == "/help":
        return decide(SayTemplate("help"), Ignore("help"))
    if word != "/status":
        return None
    if not case.registered:
        untold = facts.need(CaseMatch).how == "new" or case.awaiting == PROBLEM
        return decide(SayTemplate("status_none" if untold else "status_intake"), Ignore("status"))
    names = {"state": case.state, "taken": "1" if case.owner else "", "eta": "1" if case.eta else ""}
    if case.eta is not None:
        names |= time_labels(case.eta, facts.need(Now).at, facts.need(Provider).timezone)
    return decide(SayTemplate("status", names), Ignore("status"))


def keep_edit(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """An edited message is no new answer: while questions are asked it is kept beside them, for the agent to read."""
    if is_complete(case) or inbound.role is not Role.SUBSCRIBER or not inbound.detail.get("edited"):
        return None
    if facts.need(CaseMatch).how == "new":
        return decide(Ignore("edit of an old message"))
    return decide(SetFields({"description": append_words(case.description, inbound.text)}))


def answer_thanks(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """A word of thanks after a case is closed opens no new one."""
    if inbound.role is not Role.SUBSCRIBER or facts.need(CaseMatch).how != "new" or inbound.files:
        return None
    return decide(SayTemplate("you_are_welcome"), Ignore("thanks")) if is_only_thanks(inbound.text) else None


def greet(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """The first words: the desk greets, calms, and keeps what was said as the description of the matter."""
    if case.description or case.registered or inbound.role is not Role.SUBSCRIBER:
        return None
    if inbound.verb is Verb.START and inbound.detail.get("returned"):
        # Telegram tells that the bot was unblocked; the person's own /start follows.
        return decide(Ignore("back"))
    if inbound.verb is Verb.START and not inbound.text:
        return decide(SetFields({"awaiting": PROBLEM}), SayTemplate("welcome"))
    if inbound.verb not in (Verb.SAY, Verb.START):
        return None
    changes = {"description": inbound.text[:ENOUGH] or "—", "upset": is_upset(inbound.text), "awaiting": ""}
    # The language of the words themselves; until now it was the one their program is set to.
    changes["language"] = language_of(inbound.text) or case.language
    acts: list[Act] = [SetFields(changes)]
    if not case.awaiting:
        acts.append(SayTemplate("greeting_upset" if changes["upset"] else "greeting"))
    return decide(*acts, done=False)


def remember_channel(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Answers go to the channel last heard."""
    if inbound.role is not Role.SUBSCRIBER or inbound.detail.get("vouched"):
        return None
    changes: dict[str, object] = {}
    if (case.channel, case.address) != (inbound.channel, inbound.sender.value):
        changes = {
            "channel": inbound.channel,
            "channel_kind": inbound.sender.channel_kind,
            "address": inbound.sender.value,
        }
    if (references := inbound.detail.get("references")) and inbound.message:
        known = [*case.thread, *references.split(), inbound.message]
        changes["thread"] = list(dict.fromkeys(known))[-12:]
    return decide(SetFields(changes), done=False) if changes else None


def human_wanted(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """ "Operator" works anywhere: the case is registered with what is known so far, and a human takes over."""
    if case.registered or inbound.role is not Role.SUBSCRIBER:
        return None
    pressed = inbound.press is not None and inbound.press.option == "operator"
    asked = inbound.verb is Verb.SAY and (inbound.text.strip().lower() == "/operator" or wants_human(inbound.text))
    if not pressed and not asked:
        return None
    found = {**collected_so_far(case, facts), "awaiting": "", "asked": []}
    return decide(SetFields(found), SayTemplate("operator_coming"), *completed(case), done=False)


def nobody_to_answer(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Who cannot be answered automatically now is not asked what they would never read: a person takes over."""
    if is_complete(case) or inbound.role is not Role.SUBSCRIBER or inbound.detail.get("vouched"):
        return None
    if not _silenced(inbound, facts):
        return None
    return decide(
        SetFields({**collected_so_far(case, facts), "awaiting": "", "asked": []}), *completed(case), done=False
    )


def _silenced(inbound: Inbound, facts: Facts) -> bool:
    allowances = facts.get(SendAllowances)
    allowance = allowances.of.get(inbound.sender) if allowances else None
    return allowance is not None and bool(allowance.refused)


def recognise_account(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Notes whose case it is. The same is said of a number that exists and of one that does not (G8)."""
    if is_complete(case) or inbound.role is not Role.SUBSCRIBER:
        return None
    identified = facts.get(Identification) or Identification()
    acts = _known(case, identified, facts)
    if identified.contract and (not case.contract or case.awaiting == IDENTIFIER):
        acts.append(SayTemplate("contract_noted", {"contract": identified.contract}))
    if case.awaiting == IDENTIFIER and (identified.contract or identified.account):
        acts.append(SetFields({"awaiting": "", "tries": 0}))
    return decide(*acts, done=False) if acts else None


def _known(case: Case, identified: Identification, facts: Facts) -> list[Act]:
    account = identified.account
    if account is None:
        typed = identified.contract if identified.contract and not case.contract else ""
        return [SetFields({"contract": typed})] if typed else []
    standing = account.standing(facts.need(Now).at.astimezone(facts.need(Provider).timezone).date())
    acts: list[Act] = []
    if case.contract != account.contract or case.provider != account.provider:
        acts.append(AssignAccount(account.provider, account.contract))
    if case.entitlement != standing or case.proved != identified.proved:
        acts.append(SetFields({"entitlement": standing.value, "proved": identified.proved}))
    return acts


def ask_identifier(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Asks for the contract number once, where nothing tells it; by mail only beside everything else."""
    if is_complete(case) or case.contract or inbound.role is not Role.SUBSCRIBER:
        return None
    if case.awaiting == IDENTIFIER:
        return _without_number(case, inbound)
    if case.awaiting or case.articles or case.dialog or not _needs_account(case, facts):
        return None
    if is_letter_channel(facts):
        return decide(SayTemplate("contract_by_mail"), done=False)
    return (
        decide(SetFields({"awaiting": IDENTIFIER}), SayTemplate("ask_contract", buttons=_NO_CONTRACT))
        if case.tries == 0
        else None
    )


def _needs_account(case: Case, facts: Facts) -> bool:
    """Whether the dialog one's words lead to needs to know whose case it is. A front desk always asks: whose else?"""
    forms = facts.get(DialogSet)
    form = forms.match(case.description) if forms else None
    return form is None or "entitlement" in form.needs or facts.need(Provider).name == FRONT


def _without_number(case: Case, inbound: Inbound) -> Decision:
    """Whoever has no number at hand is helped all the same; the case stays unverified."""
    if inbound.press is None and case.tries == 0 and len(inbound.text) < 40 and any(map(str.isdigit, inbound.text)):
        return decide(SetFields({"tries": 1}), SayTemplate("ask_contract_again", buttons=_NO_CONTRACT))
    told = append_words(case.description, inbound.text) if inbound.text else case.description
    return decide(
        SetFields({"awaiting": "", "tries": 1, "description": told}), SayTemplate("unverified_ok"), done=False
    )


def choose_dialog(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """Which dialog: by its phrases, else by asking; by mail, where asking costs a day, an agent reads it."""
    if is_complete(case) or case.dialog or inbound.role is not Role.SUBSCRIBER or case.awaiting not in ("", CATEGORY):
        return None
    forms = facts.get(DialogSet)
    if forms is None:
        return None
    option = inbound.press.option if inbound.press and case.awaiting == CATEGORY else ""
    form = forms.get(option.removeprefix("about_")) if option.startswith("about_") else forms.match(case.description)
    if form is None and case.awaiting == CATEGORY and inbound.text:
        form = forms.match(inbound.text)
    if form is not None:
        return decide(SetFields({"dialog": form.id, "category": form.category, "awaiting": ""}), done=False)
    if case.awaiting == CATEGORY or is_letter_channel(facts) or not forms.in_use:
        told = (
            append_words(case.description, inbound.text)
            if case.awaiting == CATEGORY and inbound.text
            else case.description
        )
        return decide(SetFields({"awaiting": "", "description": told}), *completed(case), done=False)
    return decide(
        SetFields({"awaiting": CATEGORY}),
        SayTemplate("what_about", buttons=_menu(list(forms.in_use.values()), case.language)),
    )


def _menu(forms: list[Dialog], language: str) -> Buttons:
    rows = tuple((Button(f"about_{form.id}", label=form.title[language]),) for form in forms[:8])
    return (*rows, (Button("about_other", "button_other"), Button("operator", "button_operator")))


def hand_to_agent(case: Case, inbound: Inbound, facts: Facts) -> Decision | None:
    """What no rule expected is kept and goes to a human: nothing said is ever lost."""
    if is_complete(case) or inbound.role is not Role.SUBSCRIBER:
        return None
    told = append_words(case.description, inbound.text) if inbound.text != case.description else case.description
    return decide(SetFields({"description": told, "awaiting": ""}), *completed(case), done=False)
