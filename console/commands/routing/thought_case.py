"""A case that is only thought of: what it would be routed by, with a contract of the table and values as one likes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from console.commands.routing.routing_questions import ProviderContent, RoutingQuestion, dialog_values
from console.terminal.command_context import USAGE, refuse
from desk.language.condition_checks import NameDomain
from desk.language.translatable import meant, sentence
from desk.model.case import Case
from desk.model.shared_facts import Account, EntitlementStatus
from escalation.routing import routing_values
from intake.engine import engine
from intake.engine.model import Dialog, Question

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def thought_case(content: ProviderContent, contract: str, settings: Sequence[str], at: datetime) -> RoutingQuestion:
    """A case at the instant ``at`` with what ``settings`` say ("name=value"): a name of routing conditions, or the id
    of a question of the dialog that they set, whose answer it is.

    What is not set is what the contract and the dialog make of it. Ends the command where a name or value cannot be.
    """
    given = _split(settings)
    account = _account(content, contract)
    values = _blank(content, account, at)
    dialog = content.dialogs.in_use.get(given.get("dialog", ""))
    routing, questions = content.domains, _question_domains(dialog)
    typed = {name: _typed(name, words, {**questions, **routing}) for name, words in given.items()}
    values |= {name: one for name, one in typed.items() if name in routing}
    if dialog:
        answers = {name: {"value": one} for name, one in typed.items() if name in questions}
        values = {**values, **_made_by_dialog(dialog, answers, values), **{n: typed[n] for n in typed if n in routing}}
    return RoutingQuestion(content.provider, values)


def _blank(content: ProviderContent, account: Account | None, at: datetime) -> dict[str, object]:
    """The values of a case of which nothing is known but its contract."""
    provider = content.provider
    today = at.astimezone(provider.timezone).date()
    status = account.standing(today) if account else EntitlementStatus.UNVERIFIED
    texts = dict.fromkeys(("category", "dialog", "queue", "fault_zone", "severity", "channel_kind"), "")
    case = Case(**texts, zone_sure=0.0, upset=False, language=provider.language, entitlement=status.value)
    return routing_values(case, account)


def _split(settings: Sequence[str]) -> dict[str, str]:
    given = {}
    for one in settings:
        name, equals, words = one.partition("=")
        if not (name.strip() and equals):
            refuse(sentence("--set {typed}: write name=value", typed=repr(one)), USAGE)
        given[name.strip()] = words.strip()
    return given


def _account(content: ProviderContent, contract: str) -> Account | None:
    account = content.account(contract)
    if contract and account is None:
        what = "the table of {provider} has no contract {contract}"
        refuse(sentence(what, provider=content.provider.name, contract=repr(contract)), USAGE)
    return account


def _question_domains(dialog: Dialog | None) -> dict[str, NameDomain]:
    return {one.id: _answers_of(one) for one in dialog.questions} if dialog else {}


def _answers_of(question: Question) -> NameDomain:
    if question.type == "yesno":
        return NameDomain("flag")
    if question.type == "number":
        return NameDomain("number")
    return NameDomain(known=frozenset(one.id for one in question.options) or None)


def _typed(name: str, words: str, domains: Mapping[str, NameDomain]) -> object:
    """A value as conditions compare it."""
    domain = domains.get(name)
    if domain is None:
        near, known = meant(name, domains), ", ".join(sorted(domains))
        what = "{name} is nothing that a condition can name: there is {known}"
        refuse(sentence(what, name=repr(name), known=repr(near) if near else known), USAGE)
    if domain.kind == "flag":
        if words.lower() not in _TRUTH:
            refuse(sentence("{name} is true or false, never {value}", name=name, value=repr(words)), USAGE)
        return _TRUTH[words.lower()]
    if domain.kind == "number":
        try:
            return float(words)
        except ValueError:
            refuse(sentence("{name} is a number, never {value}", name=name, value=repr(words)), USAGE)
    if domain.known is not None and words not in domain.known | {""}:
        known = ", ".join(sorted(domain.known))
        what = "{name} is never {value}: there is {known}"
        refuse(sentence(what, name=name, value=repr(words), known=known), USAGE)
    return words


def _made_by_dialog(
    dialog: Dialog, answers: Mapping[str, Mapping[str, object]], values: Mapping[str, object]
) -> dict[str, object]:
    """What the dialog concludes from the answers."""
    entitlement, level, language = (str(values[name]) for name in ("entitlement", "service_level", "language"))
    asked = dialog_values(entitlement, level, language, upset=values["upset"] is True)
    found = engine.dialog_outcome(dialog, answers, asked)
    return {
        "category": dialog.category,
        "fault_zone": found.zone,
        "confidence": found.confidence,
        "severity": found.severity,
        "dialog_queue": found.queue,
    }
