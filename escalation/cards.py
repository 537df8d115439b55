"""The agents' card of a case: one message, brought up to date in place."""

from __future__ import annotations

from collections.abc import Callable

from desk.language.rich_text import literal
from desk.language.time_labels import time_labels
from desk.model.acts import Button, Buttons, SayTemplate
from desk.model.case import Case
from desk.model.provider_files import Provider
from desk.model.states import CaseState

_TAKE: Buttons = ((Button("take", "button_take"),),)
_WORK: Buttons = (
    (Button("eta:60", "button_eta_1h"), Button("eta:240", "button_eta_4h"), Button("eta:1440", "button_eta_1d")),
    (Button("resolve", "button_resolve"),),
)


def case_card(case: Case, provider: Provider, title: Callable[[str], str] = str) -> SayTemplate:
    """Everything an agent needs at a glance: what, since when, where, what does and does not happen, the zone.

    ``title`` tells how an article is called.
    """
    owner = provider.agent(case.owner)
    eta = time_labels(case.eta, case.updated_at, provider.timezone) if case.eta else {}
    names = {
        "state": case.state,
        "reopened": "1" if case.reason == "reopened" else "",
        "taken": "1" if case.owner else "",
        "owner": (owner.names.get(provider.language) or owner.id) if owner else case.owner,
        "queue": provider.team_title(case.queue, provider.language),
        "contract": literal(case.contract),
        "standing": case.entitlement,
        "proved": "1" if case.proved else "",
        "upset": "1" if case.upset else "",
        "channel_kind": case.channel_kind,
        "language": case.language,
        "subject": literal(case.subject),
        "description": literal(_short(case.description, 700)),
        "occurred": literal(_known(case.occurred)),
        "place": literal(_known(case.place)),
        "circumstances": literal(_short(_known(case.circumstances), 300)),
        "present": [_short(one, 160) for one in case.present[:12]],
        "absent": [_short(one, 160) for one in case.absent[:12]],
        "zone": _known(case.fault_zone),
        "sure": f"{case.zone_sure:.0%}",
        "severity": case.severity,
        "articles": "; ".join(map(title, case.articles)),
        "news": str(case.unread) if case.unread else "",
        "times": str(case.eta_version) if case.eta_version > 1 else "",
        "eta": f"{eta['date']} {eta['time']}" if eta else "",
    }
    return SayTemplate("card", names, buttons=_buttons(case))


def _buttons(case: Case) -> Buttons:
    if not case.open or case.state == CaseState.RESOLVED:
        return ()
    return _WORK if case.owner else _TAKE


def _known(text: str) -> str:
    """What nobody could tell is stored as "unknown" (B9), and not worth a line of the card."""
    return "" if text == "unknown" else text


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
