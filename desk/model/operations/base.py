"""What every operation of an agent is, and what says when it is allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from desk.model.arrival_outcomes import OperationRefusalCode
from desk.model.states import FINAL, CaseState

if TYPE_CHECKING:
    from desk.model.case import Case


@dataclass(frozen=True, slots=True)
class AgentOperation:
    """Anything an agent may order. ``name`` is how it is stored in messages and in the audit."""

    name: ClassVar[str] = ""


Check = Callable[["Case", AgentOperation], OperationRefusalCode | None]


@dataclass(frozen=True, slots=True)
class OperationConditions:
    """When one operation is allowed.

    ``refused_in`` maps the states in which it is refused to the reason. ``check`` looks at the order itself. Every
    operation is audited. Any agent of the case's provider may order each of them.
    """

    refused_in: Mapping[CaseState, OperationRefusalCode] = field(default_factory=dict)
    check: Check | None = None


def in_final(code: OperationRefusalCode) -> dict[CaseState, OperationRefusalCode]:
    """The same reason for every state in which a case is over."""
    return dict.fromkeys(FINAL, code)
