"""The metrics of a serving process and of its desk, as Prometheus reads them.

No label holds what people wrote or who they are: channels and providers are those of the settings (`OTHER` for what is
no longer there), everything else comes from a fixed list. So the number of series is bounded.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from console.runtime.watch.desk_status import OPEN_STATES, DeskStatus, provider_names
from console.runtime.watch.own_process import DECISION_BUCKETS, SEND_RESULTS, OwnProcess
from console.runtime.watch.status_cache import Look
from desk.alarms.alarm_policy import AlarmKind
from desk.model.settings import Settings

OTHER = "other"
"""The label of a channel or provider that the settings do not name any more."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What one answer tells of. ``channels`` are all of the process, those between its parts too; ``configured`` those
    of the settings, with when each was last asked with success, by this process; ``roles`` all there are."""

    own: OwnProcess
    look: Look
    settings: Settings
    channels: Collection[str]
    configured: Mapping[str, datetime | None]
    roles: Collection[str]


def metrics_text(observed: Observed, accept: str = "") -> tuple[bytes, str]:
    """The metrics, and their media type, which ``accept`` (the header of a request) may choose."""
    registry = CollectorRegistry()
    registry.register(_Metrics(observed))
    ProcessCollector(registry=registry)
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


class _Metrics(Collector):
    def __init__(self, observed: Observed) -> None:
        self.observed = observed

    def collect(self) -> Iterator[Metric]:
        """Every metric, in the order of the documentation."""
        yield from self._of_process()
        status = self.observed.look.status
        yield _gauge(
            "database_up", "1 while the database answers; what is told by it is missing else.", status is not None
        )
        yield _gauge("look_seconds", "How long the last look at the database took.", self.observed.look.seconds)
        yield _gauge("disk_free_bytes", "Free bytes in the desk's data folder.", _free_bytes(self.observed.settings))
        if status is not None:
            yield from self._of_queues(status)
            yield from self._of_people(status)
            yield from self._of_channels(status)

    def _of_process(self) -> Iterator[Metric]:
        own, counts = self.observed.own, self.observed.own.counts
        yield _gauge("build_info", "1; the version is its label.", {(_version(),): 1}, "version")
        yield _counter(
            "arrivals", "Messages that this process received and stored.", self._by_channel(counts.stored), "channel"
        )
        yield _counter("decisions", "Arrivals that this process decided.", self._by_channel(counts.decided), "channel")
        yield _decision_seconds(own)
        sent = {(channel, result): 0 for channel in self.observed.configured for result in SEND_RESULTS.values()}
        for (channel, result), number in counts.sent.items():
            key = self._channel(channel), result
            sent[key] = sent.get(key, 0) + number
        help_ = "Departures that this process tried to send, by what became of them; later is tried again."
        yield _counter("departures", help_, sent, "channel", "result")
        stuck = "Loops of this process that have had one thing in hand for two minutes."
        yield _gauge("stuck_loops", stuck, len(own.turns.stuck()))

    def _of_queues(self, status: DeskStatus) -> Iterator[Metric]:
        waits, at = status.waits, status.at
        yield _gauge("inbox_undecided", "Arrivals that are due and not decided.", waits.undecided.number)
        yield _gauge("inbox_oldest_seconds", "Age of the oldest of them.", _age(waits.undecided.since, at))
        unsent, oldest, failing = (dict.fromkeys(self.observed.configured, 0.0) for _ in range(3))
        for one in waits.unsent:
            name = self._channel(one.channel)
            unsent[name] = unsent.get(name, 0) + one.all.number
            oldest[name] = max(oldest.get(name, 0.0), _age(one.all.since, at))
            failing[name] = failing.get(name, 0) + one.failing.number
        yield _gauge("outbox_unsent", "Departures that are not sent.", _keyed(unsent), "channel")
        yield _gauge("outbox_oldest_seconds", "Age of the oldest of them.", _keyed(oldest), "channel")
        refused = "Those of them that were refused before and are five minutes old."
        yield _gauge("outbox_failing", refused, _keyed(failing), "channel")
        yield _gauge("outbox_held", "Departures held since a restore, for a person to decide.", status.held)
        set_aside = "Arrivals that could not be read or decided."
        yield _gauge("quarantine_items", set_aside, self._by_channel(waits.quarantined), "channel")
        gap = "Mails in the ledger that have no outcome after ten minutes."
        yield _gauge("mail_ledger_gap", gap, self._by_channel(status.ledger_gap, everywhere=False), "channel")

    def _of_people(self, status: DeskStatus) -> Iterator[Metric]:
        waits, providers = status.waits, provider_names(self.observed.settings)
        pending = {(name,): waits.pending[name].number if name in waits.pending else 0 for name in providers}
        yield _gauge("pending_mails", "Mails without proof that wait for an agent's word.", pending, "provider")
        ages = {
            (name,): _age(waits.pending[name].since, status.at) if name in waits.pending else 0 for name in providers
        }
        yield _gauge("pending_oldest_seconds", "Age of the oldest of them.", ages, "provider")
        not_taken = {(name,): waits.cases_not_taken.get(name, 0) for name in providers}
        yield _gauge(
            "cases_not_taken", "Cases that nobody takes though the agents were reminded.", not_taken, "provider"
        )
        cases = self.observed.look.cases or {}
        numbers = {(name, state): cases.get((name, state), 0) for name in providers for state in OPEN_STATES}
        yield _gauge("cases", "Open cases, by provider and state.", numbers, "provider", "state")
        kinds = [one.kind for one in status.alarms]
        yield _gauge(
            "alarms", "Alarms that stand, by kind.", {(kind.value,): kinds.count(kind) for kind in AlarmKind}, "kind"
        )

    def _of_channels(self, status: DeskStatus) -> Iterator[Metric]:
        serving = {(role,): sum(role in one.roles for one in status.processes) for role in self.observed.roles}
        yield _gauge("processes", "Processes that serve this desk, by role.", serving, "role")
        up = {(one.channel,): one.listener is not None and not one.trouble for one in status.channels}
        yield _gauge("channel_up", "1 while a process listens at the channel and receives.", up, "channel")
        failing = {(one.channel,): _age(one.failing_since, status.at) for one in status.channels}
        yield _gauge("channel_failing_seconds", "How long nothing has been received there.", failing, "channel")
        asked = {(name,): at.timestamp() for name, at in self.observed.configured.items() if at is not None}
        when = "When this process last asked the channel's server with success."
        yield _gauge("channel_last_success_timestamp_seconds", when, asked, "channel")

    def _channel(self, name: str) -> str:
        return name if name in self.observed.channels else OTHER

    def _by_channel(self, numbers: Mapping[str, int], everywhere: bool = True) -> dict[tuple[str, ...], float]:
        """By label; a configured channel has its 0, so that the first of something is seen to come."""
        found: dict[tuple[str, ...], float] = {(name,): 0 for name in self.observed.configured if everywhere}
        for name, number in numbers.items():
            key = (self._channel(name),)
            found[key] = found.get(key, 0) + number
        return found


Values = Mapping[Any, float]
"""Numbers by the values of their labels, a tuple of texts."""


def _gauge(name: str, help_: str, values: float | Values, *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"firstline_{name}", help_, labels=labels)
    for key, value in (values if isinstance(values, Mapping) else {(): values}).items():
        family.add_metric(key, float(value))
    return family


def _counter(name: str, help_: str, values: Values, *labels: str) -> CounterMetricFamily:
    family = CounterMetricFamily(f"firstline_{name}", help_, labels=labels)
    for key, value in values.items():
        family.add_metric(key, float(value))
    return family


def _decision_seconds(own: OwnProcess) -> HistogramMetricFamily:
    help_ = "Seconds from storing an arrival to its decision; a bot's free text waits 1.3 s for more of it."
    bounds, total, buckets = [*map(str, DECISION_BUCKETS), "+Inf"], 0, []
    for bound, number in zip(bounds, own.counts.decision_buckets, strict=True):
        total += number
        buckets.append((bound, float(total)))
    family = HistogramMetricFamily("firstline_decision_seconds", help_)
    family.add_metric((), buckets, own.counts.decision_seconds)
    return family


def _keyed(values: Mapping[str, float]) -> Values:
    return {(name,): value for name, value in values.items()}


def _age(since: datetime | None, at: datetime) -> float:
    return max((at - since).total_seconds(), 0.0) if since else 0.0


def _free_bytes(settings: Settings) -> int:
    return shutil.disk_usage(settings.data if settings.data.is_dir() else settings.root).free


@cache
def _version() -> str:
    try:
        return metadata.version("firstline")
    except metadata.PackageNotFoundError:
        return "checkout"
