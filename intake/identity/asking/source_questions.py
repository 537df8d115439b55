"""Which client's systems can be asked, and how a question to one leaves."""

from __future__ import annotations

from collections.abc import Mapping

from desk.model.messages import SendPriority
from desk.pipeline.arrival_round import Round
from desk.pipeline.write_buffer import WriteBuffer
from desk.storage.queue_and_lease_tables import departures
from intake.identity.asking.source_rules import AskSource, SlowSources


def write_question(act: AskSource, round_: Round, rows: WriteBuffer) -> None:
    """The question as a departure; it is known by the arrival it comes from, so that nothing repeats it."""
    rows.insert(
        departures,
        key=f"{round_.arrival.id}.{act.channel}"[:64],
        provider=round_.case.provider,
        channel=act.channel,
        lane=f"{act.channel}:{round_.case.id}",
        kind="ask",
        policy="retry",
        body={"kind": act.kind, "value": act.value},
        case_id=round_.case.id,
        state="pending",
        due_at=round_.now,
        remote="",
        supersedes="",
        asks=None,
        created_at=round_.now,
        priority=int(SendPriority.DIALOG),
    )


class SlowSourcesLookup:
    """Which systems of the provider can be asked. ``channels`` are their names, by provider."""

    def __init__(self, channels: Mapping[str, tuple[str, ...]]) -> None:
        self._channels = channels

    async def __call__(self, round_: Round) -> object | None:
        """A `SlowSources`; None where there are none."""
        names = self._channels.get(round_.provider.name, ())
        return SlowSources(names) if names else None
