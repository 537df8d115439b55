"""How the account stands is told to its proved holder, before anything technical is asked. Rules, pure.

To anybody else nothing of it is told: they are asked about their matter like everybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from desk.language.rich_text import literal
from desk.model.acts import (
    Button,
    Buttons,
    Decision,
    Expect,
    Facts,
    Names,
    SayTemplate,
    SetDialogState,
    SetFields,
    decide,
)
from desk.model.case import Case, append_words
from desk.model.core_facts import Now
from desk.model.coverage import not_covered
from desk.model.dialog_state import BALANCE, IDENTIFIER, PROBLEM
from desk.model.events import Inbound, OpenedChat, Pressed, Said
from desk.model.provider_files import Provider
from desk.model.shared_facts import EntitlementStatus, Identification
from desk.model.unrepeated_acknowledgement import acknowledge
from desk.understanding.closing_by_consent import may_consent, settling_acts
from desk.understanding.reading.observations import Act
from intake.engine.completion import completed
from intake.engine.dialog_set import DialogSet
from intake.engine.paused_questions import interpose, taken_up
from intake.engine.rules import message_answers
from intake.engine.rules.message_answers import heard
from intake.open_question_again import put_again

Spoken = Inbound[Said] | Inbound[Pressed] | Inbound[OpenedChat]
Answer = Inbound[Said] | Inbound[Pressed]

_BLOCKED: Buttons = (
    (Button("balance_helped", "button_balance_helped"), Button("balance_paid", "button_balance_paid")),
    (Button("balance_not", "button_balance_not"), Button("operator", "button_operator")),
)
_EXPIRED: Buttons = (
    (Button("renew", "button_renew"), Button("balance_not", "button_not_renewal")),
    (Button("operator", "button_operator"),),
)
LANES: Mapping[str, tuple[str, Buttons]] = {
    EntitlementStatus.BLOCKED.value: ("lane_blocked", _BLOCKED),
    EntitlementStatus.EXPIRED.value: ("lane_expired", _EXPIRED),
}
"""What is said of a standing, with its buttons."""
_PAID = re.compile(
    r"(?<!не )\b(?:оплатил|заплатил|оплачен|внесла? |перев[её]л|пополнил)|"
    r"\b(?:i(?:'ve| have)? (?:already )?paid|already paid|paid (?:it|yesterday|today))",
    re.IGNORECASE,
)


def told_mark(status: str) -> str:
    """What `DialogState.put` holds once a standing was told."""
    return f"standing_{status}"


def is_to_be_told(case: Case) -> bool:
    """Whether a proved holder has not heard yet how the account stands."""
    return case.proved and case.entitlement in LANES and told_mark(case.entitlement) not in case.dialog_state.put


def tell_standing(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """A blocked holder hears about the balance first, one whose contract is over about that. The questions of a dialog
    follow only if that is not it."""
    if not is_to_be_told(case):
        return None
    template, buttons = LANES[case.entitlement]
    identified = facts.get(Identification)
    account = identified.account if identified else None
    until = account.valid_to.strftime("%d.%m.%Y") if account and account.valid_to else ""
    names: Names = {"contract": literal(case.contract), "until": until}
    decision = interpose(case, BALANCE, SayTemplate(template, names, buttons=buttons))
    told = SetDialogState({"put": [*case.dialog_state.put, told_mark(case.entitlement)]})
    return decide(*decision.acts, told, words_used=decision.words_used)


def take_standing(case: Case, inbound: Answer, facts: Facts) -> Decision | None:
    """What is said of it: it helped, it is paid already, it is to be renewed, or it is something else."""
    found, option = heard(case, inbound, facts), inbound.option
    text = "" if option else inbound.text
    closes = not option and found.closes and may_consent(case, inbound)
    if option == "balance_helped" or closes:
        return decide(*settling_acts(inbound, facts.need(Now).at, "balance"), done=False, words_used=True)
    expired = case.entitlement == EntitlementStatus.EXPIRED
    if option == "renew" or (expired and message_answers.agreed(found) is True):
        changes = SetFields({"category": "billing", "ticket_type": "service_request"})
        return decide(changes, Expect(), SayTemplate("renewal_passed_on"), *completed(case), done=False)
    if option == "balance_paid" or _PAID.search(text):
        return _paid(case, inbound, facts)
    if option == "balance_not" or message_answers.agreed(found) is False:
        return _something_else(case, facts)
    if found.says(Act.WAIT) and not found.values:
        return decide(*acknowledge(case, "take_your_time"), words_used=True)
    return decide(*taken_up(case), done=False)


def _paid(case: Case, inbound: Answer, facts: Facts) -> Decision:
    """The payment is looked for: by the questions of the dialog about money, or else by an agent."""
    dialogs = facts.get(DialogSet)
    billing = next((one for one in dialogs.in_use.values() if one.category == "billing"), None) if dialogs else None
    said = inbound.text if not inbound.option else ""
    words = SetFields({"description": append_words(case.description, said)}) if said else SetFields({})
    behind = (words, Expect(), SetDialogState({"paused": []}), SayTemplate("payment_looked_for"))
    if billing is None:
        return decide(SetFields({"category": "billing"}), *behind, *completed(case), done=False, words_used=True)
    begun = SetFields({"dialog": billing.id, "category": billing.category, "answers": {}})
    return decide(begun, *behind, done=False, words_used=True)


def _something_else(case: Case, facts: Facts) -> Decision:
    """It is not that: what waited is asked again, or the next step is found."""
    owner, question, *_ = case.dialog_state.paused or ["", ""]
    if owner in ("", IDENTIFIER, PROBLEM):
        return decide(Expect(), SetDialogState({"paused": [], "tries": 0}), done=False, words_used=True)
    again = put_again(case, facts, owner, question, ())
    return decide(*taken_up(case), *(again or (SayTemplate("where_we_were"),)), words_used=True)


def tell_not_covered(case: Case, inbound: Spoken, facts: Facts) -> Decision | None:
    """What the holder's level of service does not cover is said, with what it does; an agent answers all the same."""
    identified, provider = facts.get(Identification), facts.need(Provider)
    account = identified.account if identified else None
    if not case.proved or account is None or not provider.coverage or case.entitlement != EntitlementStatus.OK:
        return None
    rule = not_covered(provider.coverage, account.service_level, case.description, inbound.text)
    if rule is None:
        return None
    changes = SetFields({"entitlement": EntitlementStatus.NOT_COVERED.value, "ticket_type": "service_request"})
    covered = rule.covered.get(case.language) or rule.covered.get(provider.language, "")
    said = SayTemplate("lane_not_covered", {"covered": covered})
    return decide(changes, Expect(), said, *completed(case), done=False)
