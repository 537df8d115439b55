"""A key that only looks like one on file is asked about, and never taken. Rules, pure."""

from __future__ import annotations

from collections.abc import Sequence

from desk.language.rich_text import literal
from desk.model.acts import Decision, Expect, Facts, RuleAct, SayTemplate, SetDialogState, SetFields, decide
from desk.model.case import Case
from desk.model.dialog_state import IDENTIFIER, MEANT
from desk.model.events import Inbound, Pressed, Said
from desk.model.shared_facts import Identification, MeantKey
from intake.engine.dialog_context import is_letter_channel
from intake.engine.paused_questions import interpose, taken_up
from intake.engine.rules.message_answers import agreed, heard
from intake.identity.meant_keys import buttons_for, remembered
from intake.open_question_again import NO_CONTRACT, put_again

Answer = Inbound[Said] | Inbound[Pressed]


def ask_which_meant(case: Case, identified: Identification, facts: Facts, acts: Sequence[RuleAct]) -> Decision:
    """Asks "did you mean М14350?"; by mail beside everything else, to be answered by the number itself."""
    meant = identified.meant
    names = {"meant": literal(meant[0].value) if len(meant) == 1 else "", "keys": [one.value for one in meant]}
    if is_letter_channel(facts):
        return decide(*acts, SayTemplate("meant_by_mail", names), done=False)
    kept = SetFields({"keys": remembered(case, meant)})
    asked = SayTemplate("meant_ask", names, buttons=buttons_for(meant))
    if not identified.contract and not identified.key:  # all of them are the person's own: nothing was typed
        numbers = ", ".join(one.value for one in meant)
        asked = SayTemplate("which_contract", {"numbers": literal(numbers)}, buttons=buttons_for(meant))
    return interpose(case, MEANT, *acts, kept, asked)


def go_on_with_meant(case: Case, facts: Facts, chosen: MeantKey, acts: Sequence[RuleAct]) -> Decision:
    """The key that was chosen is theirs; what waited behind the question is open again."""
    keys = [one for one in case.keys or () if "meant" not in one]
    if chosen.kind != "contract":
        keys.append({"kind": chosen.kind, "value": chosen.value})
    owner, question, *_ = case.dialog_state.paused or ["", ""]
    done = [*acts, SetFields({"keys": keys})]
    if owner in ("", IDENTIFIER):
        closed = (Expect(), SetDialogState({"paused": [], "tries": 0}))
        return decide(*done, *closed, done=False, words_used=True)
    return decide(*taken_up(case), *(put_again(case, facts, owner, question, done) or done), words_used=True)


def take_meant(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """None of the numbers is meant: it is asked for once more. What else is said is heard as an answer."""
    owner = (case.dialog_state.paused or [""])[0]
    none_of_them = SetFields({"keys": [one for one in case.keys or () if "meant" not in one]})
    denied = inbound.option == "meant_none" or agreed(heard(case, inbound, facts)) is False
    if not denied:
        return decide(*taken_up(case), none_of_them, done=False)
    again = SayTemplate("meant_none", buttons=NO_CONTRACT)
    if owner in ("", IDENTIFIER):
        state = SetDialogState({"paused": [], "tries": 1})
        return decide(none_of_them, state, Expect(IDENTIFIER), again, words_used=True)
    return decide(none_of_them, *taken_up(case), SayTemplate("meant_none"), words_used=True)
