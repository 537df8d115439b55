"""What proofs leave behind: an address that holds a contract, and a link that nobody can use again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete

from desk.model.acts import RuleAct
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from intake.identity.proof.proof_tables import account_bindings, proof_link_uses

ABOUT_ME = ("/me", "/forget", "/forget yes")
"""What is said to see what the chat is bound to, and to untie it."""


@dataclass(frozen=True, slots=True)
class BindAccount(RuleAct):
    """The sender's chat holds this contract from now on: it was proved by ``how``, "phone", "link" or "code"."""

    provider: str
    contract: str
    how: str


@dataclass(frozen=True, slots=True)
class UnbindAccounts(RuleAct):
    """The sender's chat holds no contract any more."""


@dataclass(frozen=True, slots=True)
class UseLink(RuleAct):
    """The link of this hash is used; of two who open it at once one only can write that."""

    provider: str
    token_hash: str


_UNBIND = delete(account_bindings).where(
    account_bindings.c.channel == bindparam("of_channel"), account_bindings.c.value == bindparam("of_value")
)


def write_binding(act: BindAccount, round_: Round, rows: WriteBuffer) -> None:
    """Binds the chat."""
    sender = round_.inbound.sender
    rows.replace(
        account_bindings,
        provider=act.provider,
        channel=sender.channel,
        value=sender.value[:320],
        contract=act.contract,
        how=act.how,
        since=round_.now,
    )


def write_unbinding(act: UnbindAccounts, round_: Round, rows: WriteBuffer) -> None:
    """Unties the chat from every contract."""
    sender = round_.inbound.sender
    rows.run(_UNBIND, of_channel=sender.channel, of_value=sender.value[:320])


def write_link_use(act: UseLink, round_: Round, rows: WriteBuffer) -> None:
    """Uses the link up."""
    sender = round_.inbound.sender
    rows.insert(
        proof_link_uses,
        provider=act.provider,
        token_hash=act.token_hash,
        channel=sender.channel,
        value=sender.value[:320],
        used_at=round_.now,
    )
