"""Which case a number means, over all providers. Every look names the providers whose rows it may see."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, select
from stdnum import damm

from console.terminal.command_context import NO_SUCH, USAGE, refuse, require_provider
from desk.language.translatable import sentence
from desk.model.case import Case
from desk.model.messages import FRONT
from desk.storage.database import Database


async def find(database: Database, providers: Collection[str], number: str, provider: str = "") -> Case:
    """The one case of that number: whole (SN-2026-000012-3), its count alone (12), or the id of one without a number.

    Ends the command where there is none, or several.
    """
    require_provider(providers, provider)
    whose = (provider,) if provider else tuple({*providers, FRONT})
    normalized = number.strip().lstrip("#№").upper()
    async with database.read(*whose) as session:
        query = select(Case).where(Case.provider.in_(whose), _matches(normalized)).order_by(Case.provider, Case.number)
        cases = list((await session.scalars(query)).all())
    if not cases:
        refuse(
            sentence("there is no case {number}{hint}", number=number, hint=_mistyped_hint(normalized)),
            NO_SUCH,
        )
    if len(cases) > 1:
        names = ", ".join(f"{case.number} of {case.provider}" for case in cases[:5])
        refuse(
            sentence(
                "{number} may be {names}: write the whole number, and --provider if need be", number=number, names=names
            ),
            USAGE,
        )
    return cases[0]


def _matches(normalized: str) -> ColumnElement[bool]:
    if not normalized.isdecimal():
        return Case.number == normalized
    if len(normalized) > 12:
        return Case.id == int(normalized[:18])
    # A count alone: within its number it stands between dashes, and one digit follows.
    return or_(Case.number == normalized, Case.number.like(f"%-{int(normalized):06d}-_"))


def _mistyped_hint(normalized: str) -> str:
    """Says so when the check digit shows a slip of the finger."""
    parts = normalized.split("-")
    digits = "".join(parts[1:])
    if len(parts) == 4 and digits.isascii() and digits.isdecimal() and not damm.is_valid(digits):
        return sentence(": its last digit does not fit the others, so one of them is mistyped")
    return ""
