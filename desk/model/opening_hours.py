"""What is answered to who asks when the desk works. Pure."""

from __future__ import annotations

from desk.language.rich_text import literal
from desk.model.acts import Facts, RuleAct
from desk.model.case import Case
from desk.model.provider_files import Provider
from desk.model.unrepeated_acknowledgement import acknowledge

HOURS, PHONE = "support_hours", "support_phone"
"""Facts of a provider, in policy.toml."""


def opening_hours(case: Case, facts: Facts) -> list[RuleAct]:
    """The provider's hours and phone, as far as it tells them."""
    told = facts.need(Provider).facts
    names = {"hours": literal(told.get(HOURS, "")), "phone": literal(told.get(PHONE, ""))}
    return acknowledge(case, "opening_hours", names)
