"""The agents' card of a case: one message, brought up to date in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from desk.language.rich_text import literal
from desk.language.time_labels import time_labels
from desk.model.acts import Button, Buttons, SayTemplate
from desk.model.case import BESIDE, Case, number_beside
from desk.model.operations.classes import priority_of
from desk.model.provider_files import Provider
from desk.model.states import CaseState
from desk.understanding.phone_numbers import spaced_phone
from desk.understanding.reading.normalized_message import as_meant
from escalation.changes.planned_change import card_labels
from escalation.earlier_cases import INTERMITTENT, LATELY, LONG, same_within
from escalation.said_while_untaken import RELAYED

_TAKE: Buttons = ((Button("take", "button_take"),),)
_WORK: Buttons = (
    (Button("eta:60", "button_eta_1h"), Button("eta:240", "button_eta_4h"), Button("eta:1440", "button_eta_1d")),
    (Button("resolve", "button_resolve"), Button("more", "button_more")),
)
_GO_ON: Buttons = ((Button("resume", "button_resume"),),)

_FOLDED: Buttons = ((Button("folded", "button_folded"),),)

_REBOOT = ("reboot", "rebooted")
"""The ids of questions about a restart."""
_SHOWN = 5
"""Earlier cases that a card names."""


def case_card(case: Case, provider: Provider, title: Callable[[str], str] = str) -> SayTemplate:
    """Everything an agent needs at a glance: what, since when, where, what does and does not happen, the zone.

    ``title`` tells how an article is called.
    """
    owner = provider.agent(case.owner)
    eta = time_labels(case.eta, case.updated_at, provider.timezone) if case.eta else {}
    due = time_labels(case.due_at, case.updated_at, provider.timezone) if case.due_at else {}
    known = time_labels(case.account_known_at, case.updated_at, provider.timezone) if case.account_known_at else {}
    described = as_meant(case.description)
    names = {
        "state": case.state,
        "reopened": "1" if case.reason == "reopened" else "",
        "taken": "1" if case.owner else "",
        "owner": (owner.names.get(provider.language) or owner.id) if owner else case.owner,
        "queue": provider.team_title(case.queue, provider.language),
        "contract": literal(case.contract),
        "standing": case.entitlement,
        "keys": [str(one["value"]) for one in case.keys or () if "value" in one][:3],
        "holder": literal(case.holder),
        "plan": literal(case.plan),
        "service_level": literal(case.service_level),
        "phone": literal(spaced_phone(case.phone)),
        "callback": literal(spaced_phone(case.callback_phone)),
        "call": "1" if case.preferred_way == "phone" else "",
        "proved": "1" if case.proved else "",
        "upset": "1" if case.upset else "",
        "channel_kind": case.channel_kind,
        "language": case.language,
        "subject": literal(case.subject),
        "description": literal(_short(described, 700)),
        "typed": literal(_short(case.description, 300)) if described != case.description else "",
        "category": case.category,
        "occurred": literal(_known(case.occurred)),
        "place": literal(_known(case.place)),
        "circumstances": literal(_short(_known(case.circumstances), 300)),
        "present": [_short(one, 160) for one in case.present[:12]],
        "absent": [_short(one, 160) for one in case.absent[:12]],
        "known": "1" if _is_known(case) else "",
        "zone": _known(case.fault_zone),
        "own_zone": provider.zone_title(case.fault_zone, provider.language),
        "own_category": provider.category_title(case.category, provider.language),
        "sure": f"{case.zone_sure:.0%}",
        "severity": case.severity,
        "articles": "; ".join(map(title, case.articles)),
        "rebooted": _rebooted(case),
        **_history(case, provider),
        **card_labels(case, provider),
        "beside": number_beside(case),
        "news": str(case.unread) if case.unread else "",
        "times": str(case.eta_version) if case.eta_version > 1 else "",
        "level": case.level if case.level != "L1" else "",
        "priority": priority_of(case),
        "reason": case.reason,
        "type": case.ticket_type if case.ticket_type not in ("", "incident") else "",
        "customers": "1" if case.responsibility == "customer" else "",
        "related": "; ".join(f"{one['number']} ({one['kind']})" for one in case.related if one["kind"] != BESIDE),
        "due": f"{due['date']} {due['time']}" if due else "",
        "late": "1" if case.due_at and case.due_at <= case.updated_at else "",
        "eta": f"{eta['date']} {eta['time']}" if eta else "",
        "source": literal(case.account_source),
        "known_at": f"{known['date']} {known['time']}" if known else "",
        "last_good": "1" if case.account_last_good else "",
    }
    return SayTemplate("card", names, buttons=_buttons(case))


def _is_known(case: Case) -> bool:
    """Whether anything is known beside the person's own words."""
    told = (case.occurred, case.place, case.circumstances, case.fault_zone)
    return any(map(_known, told)) or bool(case.present or case.absent)


def _rebooted(case: Case) -> str:
    """ "yes" or "no" where the person said whether the device was restarted; else ""."""
    told = next((case.answers[one].get("value") for one in _REBOOT if one in case.answers), None)
    return {True: "yes", False: "no"}.get(told, "") if isinstance(told, bool) else ""


def _history(case: Case, provider: Provider) -> dict[str, str]:
    """The earlier cases of the person, how many were of the same kind, and whether the trouble comes and goes."""
    since = case.registered_at or case.opened_at
    lately, long = (same_within(case.history, span, since) for span in (LATELY, LONG))
    # The one that is still open has a line of its own.
    shown = [one for one in case.history if one["number"] != number_beside(case)][:_SHOWN]
    lines = [_earlier(one, provider) for one in shown]
    return {
        "again": "1" if case.recurrences or lately else "",
        "recurrences": str(case.recurrences) if case.recurrences else "",
        "earlier": "; ".join(lines),
        "lately": str(lately) if lately else "",
        "long": str(long) if long else "",
        "intermittent": "1" if lately + case.recurrences + 1 >= INTERMITTENT else "",
    }


def _earlier(one: Mapping[str, Any], provider: Provider) -> str:
    at = datetime.fromisoformat(one["at"]).astimezone(provider.timezone)
    return f"{one['number']}, {at:%d.%m}"


def _buttons(case: Case) -> Buttons:
    if not case.open or case.state == CaseState.RESOLVED:
        return ()
    letters = _FOLDED if case.channel_kind == "mail" else ()
    waits: Buttons = _GO_ON if case.state in (CaseState.PENDING, CaseState.HELD) else ()
    if not case.owner:
        return (*_TAKE, *waits, *letters)
    unread: Buttons = ((Button("read", "button_read"),),) if case.unread > RELAYED else ()
    return (*waits, *_WORK, *unread, *letters)


def _known(text: str) -> str:
    """What nobody could tell is stored as "unknown" (B9), and not worth a line of the card."""
    return "" if text == "unknown" else text


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
