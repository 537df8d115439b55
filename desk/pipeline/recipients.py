"""To whom an act is said: the one place that turns `To` into addresses. Pure."""

from __future__ import annotations

from desk.model.acts import To
from desk.model.case import Case
from desk.model.facts import Ways
from desk.model.messages import Address, Heard, Role


def audience(to: To, case: Case, heard: Heard, ways: Ways, is_new: bool) -> list[Address]:
    """The addresses, none or one. ``is_new`` when the case begins with this message."""
    # Who wrote a letter that an agent vouched for is not thereby one of those the desk speaks to.
    vouched = bool(heard.detail.get("vouched")) and not is_new
    if to is To.SPEAKER and heard.role is Role.SUBSCRIBER and not vouched:
        return [heard.sender]
    if to is To.STAFF or (to is To.SPEAKER and not vouched):
        return [ways.staff] if ways.staff else []
    if to is To.ON_FILE:
        return [ways.on_file] if ways.on_file else []
    reached = ways.other(case) if to is To.OTHER else ways.to(case)
    return [reached] if reached else []
