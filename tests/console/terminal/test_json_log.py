"""The log as JSON: one object a line, whatever is logged, and no secret in any field."""

from __future__ import annotations

import io
import json
import logging

import pytest

from console.terminal import logging as logs
from console.terminal.json_logging import JsonFormatter
from console.terminal.logging import SecretRedactor
from desk.language.translatable import sentence
from tests.console.command_line import Terminal
from tests.console.terminal.test_logs import CANARY, stream

__all__ = ["stream"]
HOSTILE = "\x1b[2J\x1b]0;title\x07\u202e\u2066\r\x00"


def lines(stream: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("debug", [False, True])
def test_each_line_is_one_object_without_secrets(stream: io.StringIO, debug: bool) -> None:
    logs.configure(SecretRedactor([CANARY]), debug, stream, make=JsonFormatter)
    log = logging.getLogger("a.library")
    log.warning("%s and %r", CANARY, {"password": CANARY})
    log.info("two\nlines, and %s", HOSTILE)
    log.warning("one argument too few: %s %s", CANARY)  # noqa: PLE1206
    try:
        try:
            raise ValueError(f"inner {CANARY}")
        except ValueError as error:
            raise RuntimeError(f"outer {CANARY}\nmore") from error
    except RuntimeError:
        log.exception("it went wrong", stack_info=True)
    written = stream.getvalue()
    assert "canary" not in written
    assert "пароль" not in written
    assert not any(one in written for one in "\x1b\x07\u202e\u2066\x00")
    first, second, third, fourth = lines(stream)
    assert (first["level"], first["logger"], first["pattern"]) == ("WARNING", "a.library", "%s and %r")
    assert second["message"].startswith("two\nlines")
    assert "one argument too few" in third["message"]
    assert fourth["message"] == "it went wrong"
    assert ("Traceback" in fourth["exception"], "stack" in fourth) == (debug, debug)
    assert "RuntimeError: outer" in fourth["exception"]


def test_the_message_speaks_the_language_of_the_log_and_the_pattern_stays(stream: io.StringIO) -> None:
    """So that lines can be grouped in whatever language they are."""
    logs.configure(SecretRedactor(), False, stream, "ru", JsonFormatter)
    logging.getLogger("desk.backoff").warning("%s: works again", sentence("webhooks"))
    assert lines(stream)[0]["pattern"] == "%s: works again"
    assert "снова" in lines(stream)[0]["message"]


async def test_serve_writes_json_when_it_is_asked_to(terminal: Terminal) -> None:
    await terminal.types("migrate")
    async with terminal.serving("--log-format", "json") as service:
        await service.logs(" serves: ")
    told = [json.loads(line) for line in service.log.splitlines()]
    assert {"time", "level", "logger", "message", "pattern", "pid"} <= told[0].keys()
    assert told[0]["pid"] == service.process.pid
