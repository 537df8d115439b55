"""The systemd unit: what it may do is little, what it names is there, and what it promises is kept."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from console.runtime.lifecycle import STOP_TIMEOUT
from tests.conftest import skip_or_fail

UNIT = Path(__file__).resolve().parents[2] / "deploy" / "firstline.service"
MOST_EXPOSED = 3.0


@pytest.fixture(scope="module")
def service() -> dict[str, list[str]]:
    """The section [Service], every value of each key."""
    found: dict[str, list[str]] = {}
    text = UNIT.read_text("utf-8").partition("[Service]\n")[2].partition("\n[")[0]
    for line in text.splitlines():
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    """`systemd-analyze`, which needs no running systemd for this."""
    skip_or_fail("systemd-analyze", None if shutil.which("systemd-analyze") else "systemd")
    return subprocess.run(["systemd-analyze", *words, str(UNIT)], capture_output=True, text=True, check=False)


def test_systemd_finds_nothing_wrong_with_it() -> None:
    ran = analyze("verify")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_it_is_exposed_to_little() -> None:
    ran = analyze("security", "--offline=true", "--no-pager")
    told = re.search(r"Overall exposure level for firstline.service: ([\d.]+)", ran.stdout)
    assert told, ran.stderr
    assert float(told[1]) <= MOST_EXPOSED


def test_it_is_started_again_whatever_ended_it(service: dict[str, list[str]]) -> None:
    assert service["Restart"] == ["always"]
    assert "StartLimitIntervalSec=0" in UNIT.read_text("utf-8"), "systemd gives nothing up"


def test_the_desk_has_the_time_it_needs_to_stop(service: dict[str, list[str]]) -> None:
    assert int(service["TimeoutStopSec"][0]) > STOP_TIMEOUT + 2


def test_a_reload_is_never_the_end_of_it(service: dict[str, list[str]]) -> None:
    """From the very first moment: SIGHUP is held back before Python has begun (see test_first_moment)."""
    assert service["ExecStart"][0].startswith("/usr/bin/env --block-signal=HUP /opt/firstline/bin/firstline ")
    assert service["ExecReload"] == ["/bin/kill -HUP $MAINPID"]


def test_secrets_are_credentials(service: dict[str, list[str]]) -> None:
    assert [one.partition(":")[0] for one in service["LoadCredential"]] == ["telegram-token", "mail-password"]


def test_the_desk_may_limit_the_memory_of_its_children(service: dict[str, list[str]]) -> None:
    """`mail.reading.sandbox` calls setrlimit, which is one of @resources."""
    assert "@system-service" in service["SystemCallFilter"]
    assert not any("@resources" in one for one in service["SystemCallFilter"])


def test_the_container_of_the_desk_is_healthy_while_its_loops_go_on() -> None:
    """What compose.yaml asks is what `firstline serve` answers at the address that it is given there."""
    text = (UNIT.parent / "compose.yaml").read_text("utf-8")
    (port,) = re.findall(r'command: \["serve", "--watch", "0\.0\.0\.0:(\d+)"\]', text)
    assert f"http://127.0.0.1:{port}/livez" in text
    assert "ports:" not in text, "nothing of it is reached from outside"
