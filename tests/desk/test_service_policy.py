"""Service levels as an operator writes them: read, and every slip named at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from desk.language.operator_file_faults import FileFaults
from desk.model.provider_files import InvalidProvider
from desk.model.service_levels.clocks import ClockKind
from desk.model.service_levels.policy import Effect, ServicePolicy
from desk.model.service_levels.policy_file import read_service_policy
from desk.model.toml_table import TomlTable, read_toml


def read(folder: Path, text: str) -> tuple[ServicePolicy, list[str]]:
    """The policy of a file, and what is wrong with it."""
    (folder / "policy.toml").write_text(text, "utf-8")
    values, source = read_toml(folder / "policy.toml", "policy.toml", InvalidProvider)
    faults = FileFaults("policy.toml", source)
    policy = read_service_policy(TomlTable(values, faults), folder, ZoneInfo("Europe/Moscow"))
    return policy, [str(one) for one in faults.found]


def test_a_policy_says_what_is_promised(tmp_path: Path) -> None:
    """By severity, by ticket type, with exceptions and steps."""
    policy, faults = read(
        tmp_path,
        """
[[sla]]
id = "gold"
applies_to = ["incident", "question"]
first_response = "30m"
resolution = { critical = "3h", minor = "next_release" }
[[sla_exception]]
when = "responsibility == 'customer'"
effect = "pause:resolution,first_response"
[[sla_exception]]
when = "reason == 'third_party'"
effect = "none"
valid_to = 2027-12-31
[[escalation]]
at = 0.5
do = ["level:+1", "notify:lead"]
[releases]
dates = [2027-03-01]
""",
    )
    assert faults == []
    (gold,) = policy.levels
    critical = gold.target(ClockKind.RESOLUTION, "critical")
    assert critical is not None
    assert critical.amount == timedelta(hours=3)
    assert gold.target(ClockKind.RESOLUTION, "major") is None
    assert gold.target(ClockKind.RESOLUTION, "") == gold.target(ClockKind.RESOLUTION, "minor")
    assert policy.level_for("question", {"service_level": "gold"}) is gold
    assert policy.level_for("", {"service_level": "silver"}) is None
    assert policy.level_for("change_request", {"service_level": "gold"}) is None
    assert [one.effect for one in policy.exceptions] == [Effect.PAUSE, Effect.RUN]
    assert policy.exceptions[0].clocks == (ClockKind.RESOLUTION, ClockKind.FIRST_RESPONSE)
    assert policy.steps[0].actions == (("level", "+1"), ("notify", "lead"))


def test_every_slip_of_a_policy_is_named(tmp_path: Path) -> None:
    """Each in a sentence, with its line."""
    _, faults = read(
        tmp_path,
        """
[[sla]]
id = "gold"
applies_to = ["incidents"]
when = "a ="
calendar = "office.toml"
resolution = { urgent = "3h" }
first_response = "soon"
respons = "1h"
[[sla_exception]]
when = "True"
effect = "stop:resolution"
valid_to = "soon"
[[escalation]]
at = 75
do = ["page:lead", "level:L9"]
[severity]
critical = { loss_min = 20 }
[releases]
dates = ["soon"]
""",
    )
    told = "\n".join(faults)
    for word in ("incidents", "office.toml", "urgent", "'soon' is no target", "respons", "stop:resolution"):
        assert word in told, word
    for word in ("'soon' is no date", "share of the clock", "page:lead", "level:L9", "loss_min is a share"):
        assert word in told, word
    assert len(faults) == 13
    assert all("line" in one for one in faults)
