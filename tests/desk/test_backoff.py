"""Retries come later and later, never in step, and trouble is told once."""

from __future__ import annotations

import logging

import pytest

from desk.backoff import Backoff, retry_delay


class Waits(list[float]):
    """The seconds that were waited."""

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture(autouse=True)
def _everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(one.levelname, one.getMessage()) for one in caplog.records]


@pytest.mark.parametrize(("failures", "most"), [(0, 2), (1, 2), (2, 4), (3, 8), (8, 60), (10**6, 60)])
def test_a_delay_doubles_up_to_its_longest_and_has_jitter(failures: int, most: float) -> None:
    delays = [retry_delay(failures, 2.0, 60.0) for _ in range(200)]
    assert all(0.7 * most <= one <= most for one in delays)
    assert len(set(delays)) > 1


async def test_trouble_is_told_once_another_reason_of_it_too_and_its_end(caplog: pytest.LogCaptureFixture) -> None:
    waits = Waits()
    backoff = Backoff("mail:help", first=1.0, longest=8.0, sleep=waits.sleep)
    for why in ("away", "away", "broken", "broken", "broken"):
        await backoff.wait(why)
    backoff.worked()
    backoff.worked()
    assert told(caplog) == [
        ("ERROR", "mail:help: away; trying again"),
        ("INFO", "mail:help: broken"),
        ("WARNING", "mail:help: works again"),
    ]
    assert all(0.7 * most <= wait <= most for wait, most in zip(waits, (1, 2, 4, 8, 8), strict=True))


async def test_a_single_failure_between_successes_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    """Unless it is certain to last, as a refused password is."""
    backoff = Backoff("mail:help", sleep=Waits().sleep)
    for _ in range(3):
        backoff.worked()
        await backoff.wait("the line broke")
    assert [level for level, _ in told(caplog)] == ["INFO"] * 3
    await backoff.wait("the line broke")
    assert told(caplog)[-1][0] == "ERROR"
    backoff.worked()
    await backoff.wait("refused", certain=True)
    assert told(caplog)[-1] == ("ERROR", "mail:help: refused; trying again")


async def test_a_wait_keeps_within_what_is_asked_of_it() -> None:
    waits = Waits()
    backoff = Backoff("bot", first=16.0, longest=30.0, sleep=waits.sleep)
    await backoff.wait("our own database", at_most=4.0)
    await backoff.wait("come in a minute", at_least=60.0)
    assert waits[0] <= 4.0
    assert 60.0 <= waits[1] <= 66.0
