"""What the matter is about: what happened, which dialog takes it, and when a person does at once. Rules, pure."""

from __future__ import annotations

from typing import Any

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
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.case import Case, append_words
from desk.model.dialog_state import CATEGORY, PROBLEM
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.model.messages import kind_seen
from desk.model.shared_facts import ArticleSuggestions, Identification
from desk.model.unrepeated_acknowledgement import acknowledge
from desk.understanding.phone_numbers import spaced_phone
from desk.understanding.reading.observations import Act
from desk.understanding.substance import has_substance, is_bare_heading, is_knock, is_only_thanks
from desk.understanding.working_but_for import works_but_for_other_service
from intake.command_rules import silenced
from intake.engine.completion import completed, is_complete
from intake.engine.dialog_context import is_letter_channel
from intake.engine.dialog_set import DialogSet
from intake.engine.model import Dialog, Question
from intake.engine.rules import message_answers
from intake.engine.rules.known_so_far import collected_so_far
from intake.engine.rules.message_answers import heard
from intake.first_words_rules import NOTHING_SAID

Answer = Inbound[Said] | Inbound[Pressed]
Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]

ENOUGH_ANGER = 2
"""Angry messages after which nobody is asked anything any more."""


def bring_human(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """A person takes over with what is known so far: asked for anywhere and by whatever words, in danger, and for whom
    the desk made angry twice."""
    said, found = _why_a_human(case, inbound, facts), heard(case, inbound, facts)
    if not said:
        return None
    urgent = [SetFields({"severity": "critical"})] if said == "emergency" else []
    names: Names = {}
    if said == "callback_coming":
        phone = found.key("phone")
        names = {"phone": literal(spaced_phone(phone.value)) if phone else ""}
        urgent = [SetFields({"preferred_way": "phone", "callback_phone": phone.value if phone else ""})]
    elif said == "emergency":
        names = {"known": "1" if case.names_account else ""}
    known = collected_so_far(case, inbound, facts)
    left = message_answers.words_left(found, case)
    if left and case.description and inbound.text not in case.description:
        known["description"] = append_words(case.description, inbound.text)
    return decide(SetFields(known), *urgent, Expect(), SayTemplate(said, names), *completed(case), done=False)


def _why_a_human(case: Case, inbound: Answer, facts: Facts) -> str:
    """The sentence by which a person is called; "" where none is."""
    found = heard(case, inbound, facts)
    if is_knock(inbound.text) and not case.description and not case.dialog_state.tries:
        return ""  # "hello?? anyone there" begins a talk: it is answered before a person is called
    if found.says(Act.EMERGENCY):
        return "emergency"
    if found.says(Act.CALLBACK):
        return "callback_coming"
    asked = inbound.option == "operator" or inbound.text.strip().lower() == "/operator"
    if asked or found.says(Act.HUMAN):
        return "operator_coming"
    return "angry_human" if case.dialog_state.angry >= ENOUGH_ANGER and found.says(Act.ANGRY) else ""


def nobody_to_answer(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Who cannot be answered automatically now is not asked what they would never read: a person takes over."""
    if inbound.accepted_by or not silenced(inbound, facts):
        return None
    return decide(SetFields(collected_so_far(case, inbound, facts)), Expect(), *completed(case), done=False)


def ask_problem(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Before anything else the desk must know what happened: a greeting or a number alone tells nothing of it."""
    open_owner = case.expecting.owner
    told = case.description not in ("", NOTHING_SAID)
    if told or (open_owner and open_owner != PROBLEM):
        return None
    return _ask_what_happened(case, inbound, facts)


def _ask_what_happened(case: Case, inbound: Spoken, facts: Facts) -> Decision:
    """Who says nothing of it three times is given to a person."""
    open_owner = case.expecting.owner
    identified, found = facts.get(Identification), heard(case, inbound, facts)
    tries = case.dialog_state.tries if open_owner == PROBLEM else 0
    if tries and is_only_thanks(inbound.text):
        return decide(*acknowledge(case, "you_are_welcome"), words_used=True)
    if tries and found.says(Act.ANGRY) and case.dialog_state.angry == 1:
        return decide(words_used=True)  # `intake.first_words_rules.note_anger` says that we are sorry
    if identified and (identified.contract or identified.key) and tries:
        return decide(SayTemplate("what_happened_again"), words_used=True)  # a number is a step on
    if tries > 1:
        return decide(Expect(), SayTemplate("better_a_person"), *completed(case), done=False)
    bare_sign = not inbound.files and not any(map(str.isalnum, inbound.text))
    greeted = (found.says(Act.GREETING) or bare_sign or is_knock(inbound.text)) and not case.upset
    asked = "what_happened_again" if tries else "hello_what_happened" if greeted else "what_happened"
    lead: list[RuleAct] = acknowledge(case, "bot_honest") if found.says(Act.BOT_QUESTION) else []
    if inbound.files:
        lead.append(SayTemplate("seen", {"kind": kind_seen(inbound.files)}))
    return decide(Expect(PROBLEM), SetDialogState({"tries": tries + 1}), *lead, SayTemplate(asked), words_used=True)


def may_begin_own_dialog(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the provider has dialogs of its own, and nothing of this matter has been offered or asked yet."""
    dialogs = facts.get(DialogSet)
    begun = is_complete(case) or case.dialog or case.expecting or case.articles
    return case.open and not begun and dialogs is not None and dialogs.has_own


def begin_own_dialog(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """A dialog of the provider's own whose phrase is said word for word begins, before any article of another one."""
    dialogs, suggestions = facts.need(DialogSet), facts.get(ArticleSuggestions)
    dialog = dialogs.match_own(case.description) or dialogs.match_own(inbound.text)
    best = suggestions.best[0] if suggestions and suggestions.best else None
    if dialog is None or (best is not None and best.dialog == dialog.id):
        return None
    return _begin(dialog)


def may_turn_to_kindred_dialog(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether an article has led to a dialog of which nothing was asked yet."""
    return case.open and not is_complete(case) and bool(case.dialog) and not case.dialog_state.put


def turn_to_kindred_dialog(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """ "It's back, but slow": before any question is put, the dialog of the same kind that the words are about takes
    the place of the one that an article led to."""
    dialogs = facts.get(DialogSet)
    if dialogs is None:
        return None
    said, begun = dialogs.match(inbound.text), dialogs.get(case.dialog)
    if said is None or begun is None or said.id == begun.id or dialogs.is_another_matter(said, begun):
        return None
    told = {name: one for name, one in case.answers.items() if _asks_alike(said.question(name), begun.question(name))}
    return decide(SetFields({"dialog": said.id, "category": said.category, "answers": told}), done=False)


def _asks_alike(one: Question | None, other: Question | None) -> bool:
    """Whether two dialogs ask for the same, so that an answer to one is an answer to the other."""
    return (
        one is not None and other is not None and bool(one.means) and (one.means, one.type) == (other.means, other.type)
    )


def is_of_other_service(case: Case, inbound: Inbound[Any], facts: Facts) -> bool:
    """Whether the internet that a case is about works, and television or the telephone does not."""
    asked = case.open and not is_complete(case) and case.dialog and case.description
    return bool(asked) and works_but_for_other_service(inbound.text)


def hand_over_other_service(case: Case, inbound: Inbound[Said], facts: Facts) -> Decision | None:
    """ "Всё работает, кроме тв": nothing more is asked of the internet, and a person takes the rest."""
    described = append_words(case.description, inbound.text)
    changes = SetFields({"dialog": "", "category": "", "description": described})
    return decide(changes, Expect(), SayTemplate("no_article"), *completed(case), done=False, words_used=True)


def choose_dialog(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """Which dialog: by its phrases, else by asking; by mail, where asking costs a day, an agent reads it.

    What neither a dialog nor an article is about goes to a person at once, and that is said.
    """
    dialogs = facts.get(DialogSet)
    if case.dialog or case.expecting or dialogs is None:
        return None
    # For who paid and has no internet the payment is looked for first. What was said just now is kept with the
    # description only after the rules.
    paid = dialogs.of_money_matter(case.description, "payment")
    if dialog := paid or dialogs.match(case.description) or dialogs.match(inbound.text):
        return _begin(dialog)
    suggestions = facts.get(ArticleSuggestions)
    if suggestions is not None and suggestions.topic:
        return decide(SayTemplate("no_article"), *completed(case), done=False)
    if is_letter_channel(facts) or not dialogs.in_use:
        return decide(*_asked_beside_files(inbound), *completed(case), done=False)
    if case.articles:  # its topic is known by now: a menu of others would be no help
        return decide(SayTemplate("no_article"), *completed(case), done=False)
    menu = _menu(list(dialogs.in_use.values()), case.language)
    return decide(Expect(CATEGORY), SayTemplate("what_about", buttons=menu))


def _asked_beside_files(inbound: Spoken) -> list[RuleAct]:
    """What is said of a letter that holds nothing but a photo: it was seen, and what is it about?"""
    if not inbound.files or not is_bare_heading(inbound.text):
        return []
    return [SayTemplate("seen", {"kind": kind_seen(inbound.files)}), SayTemplate("what_happened_by_mail")]


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
    kept: list[RuleAct] = [SetFields({"description": append_words(case.description, inbound.text)})] if told else []
    if inbound.option == "about_other":
        kept.append(SayTemplate("tell_more"))
    return decide(*kept, Expect(), *completed(case), done=False)


def _begin(dialog: Dialog) -> Decision:
    return decide(SetFields({"dialog": dialog.id, "category": dialog.category}), Expect(), done=False)


def _menu(dialogs: list[Dialog], language: str) -> Buttons:
    rows = tuple((Button(f"about_{one.id}", label=one.title[language]),) for one in dialogs[:8])
    return (*rows, (Button("about_other", "button_other"), Button("operator", "button_operator")))


def hand_to_agent(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """What no rule expected goes to a human."""
    return decide(Expect(), *completed(case), done=False)
