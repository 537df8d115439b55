"""The log: one line each on stderr, and no secret in any of them.

A bot's token stands in every address Telegram is called by, a quoted password in what aioimaplib writes at debug level.
So whatever is logged, by us or by a library, passes a filter that strikes secrets out of message and exception.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import TextIO
from urllib.parse import quote

from sqlalchemy.engine import make_url

from console.runtime.channel_kinds import MIN_SECRET_LENGTH, channel_secrets
from desk.language.unsafe_characters import safe_for_terminal
from desk.model.settings import Settings
from desk.pipeline.reply_tokens import ReplyTokens

MAX_LINE = 2000
REDACTED = "[secret]"
LIBRARY_LEVELS = {
    "sqlalchemy": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "alembic": logging.WARNING,
}
"""Libraries whose debug lines carry every statement, with the rows of subscribers in it."""


def secrets_of(settings: Settings) -> list[str]:
    """Every secret of the desk: keys, tokens, passwords, and what is derived from them."""
    found = [settings.secret.reveal(), settings.former_secret.reveal(), os.environ.get("PGPASSWORD", "")]
    found.append(str(make_url(settings.database).password or ""))
    reply_tokens = ReplyTokens(settings.secret, settings.former_secret) if settings.secret else None
    return [one for one in (*found, *channel_secrets(settings, reply_tokens)) if one]


class SecretRedactor:
    """Strikes secrets out of text, in every spelling they are known to be written in."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings = {
            spelling for secret in secrets if len(secret) >= MIN_SECRET_LENGTH for spelling in _spellings(secret)
        }
        # The longest first, so that no rest of a longer secret stays when a shorter one is a part of it.
        self._spellings = sorted(spellings, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for spelling in self._spellings:
            if spelling in text:
                text = text.replace(spelling, REDACTED)
        return text


def _spellings(secret: str) -> Iterator[str]:
    # IMAP quotes a password with backslashes, and aioimaplib shows the line as Python shows bytes: both at once.
    for written in (secret, secret.replace("\\", "\\\\").replace('"', '\\"')):
        yield written
        yield repr(written)[1:-1]
        yield repr(written.encode())[2:-1]
        yield json.dumps(written)[1:-1]
        yield quote(written)
        yield quote(written, safe="")
        yield b64encode(written.encode()).decode()


class RedactingFilter(logging.Filter):
    """Stands on the root logger's handlers, since a logger's own filters do not see what its children log."""

    def __init__(self, redact: SecretRedactor) -> None:
        super().__init__()
        self._redact = redact

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass, without its secrets."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = f"{record.msg} {record.args!r}"
        record.msg, record.args = self._redact(text), ()
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = self._redact("".join(traceback.format_exception(record.exc_info[1])).rstrip())
            record.summary = self._redact(exception_summary(record.exc_info[1]))
            record.exc_info = None
        if record.stack_info:
            record.stack_info = self._redact(record.stack_info)
        return True


def exception_summary(error: BaseException) -> str:
    """An exception in one line: what it is, its first line, and the last steps that led there."""
    text = (str(error).splitlines() or [""])[0][:500]
    steps = traceback.extract_tb(error.__traceback__)[-4:]
    path = " > ".join(f"{'/'.join(step.filename.rsplit('/', 2)[-2:])}:{step.lineno}" for step in steps)
    return f"{type(error).__name__}: {text}" + (f" [{path}]" if path else "")


class OneLineFormatter(logging.Formatter):
    """``2026-11-21T18:04:05Z WARNING bots.poll: what happened: ValueError: why [bots/poll.py:12 > ...]``.

    With ``with_traceback`` the traceback follows, as it is.
    """

    def __init__(self, with_traceback: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime
        self._with_traceback = with_traceback

    def format(self, record: logging.LogRecord) -> str:
        """One line of at most `MAX_LINE` characters; line breaks of others' words are shown as " / "."""
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        line = " / ".join(one for one in self.formatMessage(record).splitlines() if one.strip())
        if self._with_traceback:
            return safe_for_terminal("\n".join(one for one in (line, record.exc_text, record.stack_info) if one))
        summary = getattr(record, "summary", "")
        line = safe_for_terminal(f"{line}: {summary}" if summary else line)
        return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…"


def configure(redact: SecretRedactor, debug: bool = False, stream: TextIO | None = None) -> None:
    """Sends the log of everything to stderr, redacted, instead of wherever it went before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(RedactingFilter(redact))
    handler.setFormatter(OneLineFormatter(debug))
    root = logging.getLogger()
    for previous in list(root.handlers):
        root.removeHandler(previous)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    for name, level in LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
