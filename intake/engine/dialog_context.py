"""What is known while a dialog is walked, and what its answers come to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desk.model.acts import Facts, RuleAct, SetFields
from desk.model.case import ENOUGH, Case, append_words
from desk.model.channel_interface import ChannelCapabilities
from desk.model.core_facts import Now
from desk.model.media_types import PICTURES
from desk.model.messages import File
from desk.model.provider_files import Provider
from desk.model.shared_facts import Account, EntitlementStatus, Identification, Outage
from intake.engine import engine
from intake.engine.builtin_labels import SKIPPED, UNKNOWN
from intake.engine.dialog_set import DialogSet
from intake.engine.findings import case_findings
from intake.engine.model import Dialog, Question


def dialog_of(case: Case, facts: Facts) -> Dialog | None:
    """The dialog of the case, in the version it began with; where that cannot be had, in the one in use."""
    dialogs = facts.get(DialogSet)
    return dialogs.get(case.dialog, case.dialog_state.dialog_hash) if dialogs and case.dialog else None


def values_of(case: Case, facts: Facts) -> dict[str, object]:
    """What conditions of a dialog may ask besides earlier answers."""
    identified = facts.get(Identification)
    account = identified.account if identified else None
    return {
        "outage_active": facts.get(Outage) is not None,
        "account_blocked": case.entitlement == EntitlementStatus.BLOCKED,
        "entitlement": case.entitlement,
        "service_level": account.service_level if account else "",
        "proved": case.proved,
        "upset": case.upset,
        "language": case.language,
    }


def condition_values(case: Case, facts: Facts) -> dict[str, object]:
    """`values_of` as far as the speaker may learn them: the choice of questions must not tell how an account stands."""
    values = values_of(case, facts)
    if not case.proved:
        values |= {"account_blocked": False, "entitlement": EntitlementStatus.UNVERIFIED.value, "service_level": ""}
    return values


def template_values(case: Case, facts: Facts) -> Mapping[str, str]:
    """What a question may show: of the account only to a person who proved to be its holder."""
    identified, provider = facts.get(Identification), facts.need(Provider)
    names = {"provider.name": provider.title(case.language)}
    account = identified.account if identified else None
    return {**names, **_on_file(account)} if account and case.proved else names


def _on_file(account: Account) -> dict[str, str]:
    return {
        "service.address": account.address,
        "service.contract": account.contract,
        "service.level": account.service_level,
        "subscriber.name": account.name,
    }


def summary_lines(case: Case, dialog: Dialog, facts: Facts, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was asked, with the answers as the person gave them."""
    values, names = condition_values(case, facts), template_values(case, facts)
    zone, now = facts.need(Provider).timezone, facts.need(Now).at
    found = case_findings(dialog, answers, values, case.language, names, zone, plain=True, now=now)
    return [(question, words) for question, words in found.lines if words != SKIPPED]


def circumstances_in(case: Case, acts: Sequence[RuleAct]) -> str:
    """What was said beside the questions, this very message with it."""
    new = [
        str(act.changes["circumstances"])
        for act in acts
        if isinstance(act, SetFields) and "circumstances" in act.changes
    ]
    return new[-1] if new else case.circumstances


def case_data(case: Case, dialog: Dialog, facts: Facts, answers: Mapping[str, Any], said: str) -> dict[str, Any]:
    """The case data that the answers come to (B9), with what was ``said`` beside them."""
    values, provider = values_of(case, facts), facts.need(Provider)
    identified = facts.get(Identification)
    names = _on_file(identified.account) if identified and identified.account else {}
    zone, now = provider.timezone, facts.need(Now).at
    found = case_findings(dialog, answers, values, provider.language, names, zone, case.articles, now=now)
    outcome = engine.dialog_outcome(dialog, answers, values)
    return {
        "present": list(found.present),
        "absent": list(found.absent),
        "occurred": found.occurred,
        "place": found.place,
        "circumstances": _both(said, found.circumstances),
        "fault_zone": outcome.zone,
        "zone_sure": outcome.confidence,
        "severity": outcome.severity,
        "queue": outcome.queue,
    }


def _both(said: str, found: str) -> str:
    """What was said beside the questions, and what was answered to them."""
    lines = (line for one in (found, said) if one != UNKNOWN for line in one.splitlines() if line.strip())
    return "\n".join(dict.fromkeys(lines))[:ENOUGH] or UNKNOWN


def more_words(text: str, added: str) -> str:
    """Words added to those of a field, which may be unknown until now."""
    return append_words(text, added) if text != UNKNOWN else added[:ENOUGH]


def pictures_of(dialog: Dialog, questions: Sequence[Question]) -> tuple[File, ...]:
    """The pictures of these questions, to be sent with them."""
    found = [picture for question in questions if (picture := dialog.picture_of(question))]
    return tuple(File(one.name, "photo", PICTURES[one.suffix], 0, f"content:{one}") for one in found)


def is_letter_channel(facts: Facts) -> bool:
    """Whether the channel takes many questions at once, as mail does."""
    capabilities = facts.get(ChannelCapabilities)
    return capabilities is not None and capabilities.letters
