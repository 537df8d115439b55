"""Which case a number means, over all providers. Every look names the providers whose rows it may see."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, select
from stdnum import damm

from console.terminal.context import NO_SUCH, USAGE, refuse, require_provider
from desk.model.case import Case
from desk.model.messages import FRONT
from desk.storage.database import Database


async def find(database: Database, providers: Collection[str], number: str, provider: str = "") -> Case:
    """The one case of that number: whole (SN-2026-000012-3), its count alone (12), or the id of one without a number.

    Ends the command where there is none, or several.
    """
    require_provider(providers, provider)
    whose = (provider,) if provider else (*providers, FRONT)
    wanted = number.strip().lstrip("#№").upper()
    async with database.read(*whose) as session:
        query = select(Case).where(Case.provider.in_(whose), _means(wanted)).order_by(Case.provider, Case.number)
        cases = list((await session.scalars(query)).all())
    if not cases:
        refuse(f"there is no case {number}{_slip(wanted)}", NO_SUCH)
    if len(cases) > 1:
        names = ", ".join(f"{case.number} of {case.provider}" for case in cases[:5])
        refuse(f"{number} may be {names}: write the whole number, and --provider if need be", USAGE)
    return cases[0]


def _means(wanted: str) -> ColumnElement[bool]:
    if not wanted.isdecimal():
        return Case.number == wanted
    if len(wanted) > 12:
        return Case.id == int(wanted[:18])
    # A count alone: within its number it stands between dashes, and one digit follows.
    return or_(Case.number == wanted, Case.number.like(f"%-{int(wanted):06d}-_"))


def _slip(wanted: str) -> str:
    """Says so when the check digit shows a slip of the finger."""
    parts = wanted.split("-")
    digits = "".join(parts[1:])
    if len(parts) == 4 and digits.isascii() and digits.isdecimal() and not damm.is_valid(digits):
        return ": its last digit does not fit the others, so one of them is mistyped"
    return ""
