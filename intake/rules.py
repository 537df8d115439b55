"""The first words of a matter: greeting and calming, whose it is, what it is about. Rules, pure."""

from __future__ import annotations

from desk.language.detect import language_of
from desk.language.intents import only_thanks, upset, wants_human
from desk.language.time_labels import moment_names
from desk.model.acts import Act, Alert, Become, Button, Buttons, Decision, Drop, Facts, Identify, Say, Set, decide
from desk.model.case import Case, State
from desk.model.facts import Now, Picked, Repeat
from desk.model.messages import FRONT, Heard, Role, Verb
from desk.model.policy import Provider
from desk.model.shared_facts import Allowances, Identified
from intake.engine.case_data import found_so_far
from intake.engine.completion import ENOUGH, is_ready, more, ready
from intake.engine.model import Form, Forms
from intake.engine.rules import is_batch

IDENTIFIER, CATEGORY, PROBLEM = "identifier", "category", "problem"
_NO_CONTRACT: Buttons = ((Button("no_contract", "button_no_contract"), Button("operator", "button_operator")),)


def repeated(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """The same letter by another way (two aliases, a folder made anew) is one letter."""
    return decide(Drop("repeat")) if facts.get(Repeat) else None


def stale_button(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """A button of an earlier prompt, or of somebody else's case, says so and changes nothing."""
    if heard.verb is not Verb.PRESS or heard.role is not Role.SUBSCRIBER:
        return None
    picked = facts.need(Picked)
    current = heard.press is not None and picked.how == "button" and heard.press.prompt == case.prompt
    if current and case.open:
        return None
    return decide(Alert("stale_button"), Drop("stale button"))


def nothing(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Service messages, and empty ones, mean nothing to a case."""
    if heard.verb is Verb.NOTHING:
        return decide(Drop("nothing"))
    empty = heard.verb is Verb.SAY and not heard.text.strip() and not heard.files
    return decide(Drop("empty")) if empty and heard.role is Role.SUBSCRIBER else None


def silent(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """A dialog that nobody went on with is over, without a word; whoever writes again begins anew."""
    if heard.verb is not Verb.ALARM or heard.detail.get("kind") != "silent":
        return None
    still = facts.need(Now).at - case.updated_at >= facts.need(Provider).limits.silent_after
    if case.registered or not case.open or not still:
        return decide(Drop("alarm without a reason"))
    return decide(Become(State.CANCELLED, "silent"), Set({"awaiting": ""}))


def asks_help(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """/help and /status answer, and change nothing; a case is neither opened nor moved on by them."""
    if heard.role is not Role.SUBSCRIBER or heard.verb is not Verb.SAY or _silenced(heard, facts):
        return None
    word = heard.text.strip().lower()
    if word == "/help":
        return decide(Say("help"), Drop("help"))
    if word != "/status":
        return None
    if not case.registered:
        untold = facts.need(Picked).how == "new" or case.awaiting == PROBLEM
        return decide(Say("status_none" if untold else "status_intake"), Drop("status"))
    names = {"state": case.state, "taken": "1" if case.owner else "", "eta": "1" if case.eta else ""}
    if case.eta is not None:
        names |= moment_names(case.eta, facts.need(Now).at, facts.need(Provider).timezone)
    return decide(Say("status", names), Drop("status"))


def edited(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """An edited message is no new answer: while questions are asked it is kept beside them, for the agent to read."""
    if is_ready(case) or heard.role is not Role.SUBSCRIBER or not heard.detail.get("edited"):
        return None
    if facts.need(Picked).how == "new":
        return decide(Drop("edit of an old message"))
    return decide(Set({"description": more(case.description, heard.text)}))


def thanks(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """A word of thanks after a case is closed opens no new one."""
    if heard.role is not Role.SUBSCRIBER or facts.need(Picked).how != "new" or heard.files:
        return None
    return decide(Say("you_are_welcome"), Drop("thanks")) if only_thanks(heard.text) else None


def greet(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """The first words: the desk greets, calms, and keeps what was said as the description of the matter."""
    if case.description or case.registered or heard.role is not Role.SUBSCRIBER:
        return None
    if heard.verb is Verb.START and heard.detail.get("returned"):
        # Telegram tells that the bot was unblocked; the person's own /start follows.
        return decide(Drop("back"))
    if heard.verb is Verb.START and not heard.text:
        return decide(Set({"awaiting": PROBLEM}), Say("welcome"))
    if heard.verb not in (Verb.SAY, Verb.START):
        return None
    changes = {"description": heard.text[:ENOUGH] or "—", "upset": upset(heard.text), "awaiting": ""}
    # The language of the words themselves; until now it was the one their program is set to.
    changes["language"] = language_of(heard.text) or case.language
    acts: list[Act] = [Set(changes)]
    if not case.awaiting:
        acts.append(Say("greeting_upset" if changes["upset"] else "greeting"))
    return decide(*acts, done=False)


def keep_way(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Answers go to the door last heard."""
    if heard.role is not Role.SUBSCRIBER or heard.detail.get("vouched"):
        return None
    changes: dict[str, object] = {}
    if (case.door, case.address) != (heard.door, heard.sender.value):
        changes = {"door": heard.door, "channel": heard.sender.channel, "address": heard.sender.value}
    if (references := heard.detail.get("references")) and heard.message:
        known = [*case.thread, *references.split(), heard.message]
        changes["thread"] = list(dict.fromkeys(known))[-12:]
    return decide(Set(changes), done=False) if changes else None


def operator(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """ "Operator" works anywhere: the case is registered with what is known so far, and a human takes over."""
    if case.registered or heard.role is not Role.SUBSCRIBER:
        return None
    pressed = heard.press is not None and heard.press.option == "operator"
    asked = heard.verb is Verb.SAY and (heard.text.strip().lower() == "/operator" or wants_human(heard.text))
    if not pressed and not asked:
        return None
    found = {**found_so_far(case, facts), "awaiting": "", "asked": []}
    return decide(Set(found), Say("operator_coming"), *ready(case), done=False)


def unanswerable(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Who cannot be answered automatically now is not asked what they would never read: a person takes over."""
    if is_ready(case) or heard.role is not Role.SUBSCRIBER or heard.detail.get("vouched"):
        return None
    if not _silenced(heard, facts):
        return None
    return decide(Set({**found_so_far(case, facts), "awaiting": "", "asked": []}), *ready(case), done=False)


def _silenced(heard: Heard, facts: Facts) -> bool:
    allowances = facts.get(Allowances)
    allowance = allowances.of.get(heard.sender) if allowances else None
    return allowance is not None and bool(allowance.refused)


def recognise(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Notes whose case it is. The same is said of a number that exists and of one that does not (G8)."""
    if is_ready(case) or heard.role is not Role.SUBSCRIBER:
        return None
    identified = facts.get(Identified) or Identified()
    acts = _known(case, identified, facts)
    if identified.contract and (not case.contract or case.awaiting == IDENTIFIER):
        acts.append(Say("contract_noted", {"contract": identified.contract}))
    if case.awaiting == IDENTIFIER and (identified.contract or identified.account):
        acts.append(Set({"awaiting": "", "tries": 0}))
    return decide(*acts, done=False) if acts else None


def _known(case: Case, identified: Identified, facts: Facts) -> list[Act]:
    account = identified.account
    if account is None:
        typed = identified.contract if identified.contract and not case.contract else ""
        return [Set({"contract": typed})] if typed else []
    standing = account.standing(facts.need(Now).at.astimezone(facts.need(Provider).timezone).date())
    acts: list[Act] = []
    if case.contract != account.contract or case.provider != account.provider:
        acts.append(Identify(account.provider, account.contract))
    if case.entitlement != standing or case.proved != identified.proved:
        acts.append(Set({"entitlement": standing.value, "proved": identified.proved}))
    return acts


def identify(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Asks for the contract number once, where nothing tells it; by mail only beside everything else."""
    if is_ready(case) or case.contract or heard.role is not Role.SUBSCRIBER:
        return None
    if case.awaiting == IDENTIFIER:
        return _without_number(case, heard)
    if case.awaiting or case.articles or case.dialog or not _needs_account(case, facts):
        return None
    if is_batch(facts):
        return decide(Say("contract_by_mail"), done=False)
    return decide(Set({"awaiting": IDENTIFIER}), Say("ask_contract", buttons=_NO_CONTRACT)) if case.tries == 0 else None


def _needs_account(case: Case, facts: Facts) -> bool:
    """Whether the dialog one's words lead to needs to know whose case it is. A front desk always asks: whose else?"""
    forms = facts.get(Forms)
    form = forms.match(case.description) if forms else None
    return form is None or "entitlement" in form.needs or facts.need(Provider).name == FRONT


def _without_number(case: Case, heard: Heard) -> Decision:
    """Whoever has no number at hand is helped all the same; the case stays unverified."""
    if heard.press is None and case.tries == 0 and len(heard.text) < 40 and any(map(str.isdigit, heard.text)):
        return decide(Set({"tries": 1}), Say("ask_contract_again", buttons=_NO_CONTRACT))
    told = more(case.description, heard.text) if heard.text else case.description
    return decide(Set({"awaiting": "", "tries": 1, "description": told}), Say("unverified_ok"), done=False)


def choose(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """Which dialog: by its phrases, else by asking; by mail, where asking costs a day, an agent reads it."""
    if is_ready(case) or case.dialog or heard.role is not Role.SUBSCRIBER or case.awaiting not in ("", CATEGORY):
        return None
    forms = facts.get(Forms)
    if forms is None:
        return None
    option = heard.press.option if heard.press and case.awaiting == CATEGORY else ""
    form = forms.get(option.removeprefix("about_")) if option.startswith("about_") else forms.match(case.description)
    if form is None and case.awaiting == CATEGORY and heard.text:
        form = forms.match(heard.text)
    if form is not None:
        return decide(Set({"dialog": form.id, "category": form.category, "awaiting": ""}), done=False)
    if case.awaiting == CATEGORY or is_batch(facts) or not forms.in_use:
        told = more(case.description, heard.text) if case.awaiting == CATEGORY and heard.text else case.description
        return decide(Set({"awaiting": "", "description": told}), *ready(case), done=False)
    return decide(
        Set({"awaiting": CATEGORY}), Say("what_about", buttons=_menu(list(forms.in_use.values()), case.language))
    )


def _menu(forms: list[Form], language: str) -> Buttons:
    rows = tuple((Button(f"about_{form.id}", label=form.title[language]),) for form in forms[:8])
    return (*rows, (Button("about_other", "button_other"), Button("operator", "button_operator")))


def fallback(case: Case, heard: Heard, facts: Facts) -> Decision | None:
    """What no rule expected is kept and goes to a human: nothing said is ever lost."""
    if is_ready(case) or heard.role is not Role.SUBSCRIBER:
        return None
    told = more(case.description, heard.text) if heard.text != case.description else case.description
    return decide(Set({"description": told, "awaiting": ""}), *ready(case), done=False)
