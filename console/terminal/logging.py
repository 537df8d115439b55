"""The log: one line each on stderr, and no secret in any of them.

A bot's token stands in every address Telegram is called by, a quoted password in what aioimaplib writes at debug level.
So whatever is logged, by us or by a library, is formatted by one formatter that strikes secrets out of all of it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from typing import Any, TextIO
from urllib.parse import quote

from sqlalchemy.engine import make_url

from console.runtime.channel_kinds import MIN_SECRET_LENGTH, channel_secrets
from console.terminal.language import catalog
from desk.language.translatable import translated
from desk.language.unsafe_characters import safe_for_terminal
from desk.model.settings import Settings
from desk.pipeline.reply_tokens import ReplyTokenSigner

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
    found += [str(make_url(settings.database).password or ""), settings.backup_password.reveal()]
    reply_tokens = ReplyTokenSigner(settings.secret, settings.former_secret) if settings.secret else None
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


def exception_summary(error: BaseException) -> str:
    """An exception in one line: what it is, its first line, and the last steps that led there."""
    text = (str(error).splitlines() or [""])[0][:500]
    steps = traceback.extract_tb(error.__traceback__)[-4:]
    path = " > ".join(f"{'/'.join(step.filename.rsplit('/', 2)[-2:])}:{step.lineno}" for step in steps)
    return f"{type(error).__name__}: {text}" + (f" [{path}]" if path else "")


class OneLineFormatter(logging.Formatter):
    """``2026-11-21T18:04:05Z WARNING bots.poll: what happened: ValueError: why [bots/poll.py:12 > ...]``.

    With ``with_traceback`` the traceback and the stack follow, as they are.
    """

    def __init__(self, redact: SecretRedactor, with_traceback: bool, language: str = "en") -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime
        self._redact = redact
        self._with_traceback = with_traceback
        self._messages, self._sentences = catalog(language, "log"), catalog(language)

    def format(self, record: logging.LogRecord) -> str:
        """The record without secrets; unless tracebacks are wanted, one line of at most `MAX_LINE` characters."""
        record = self._translated(record)
        try:
            text = super().format(record)
        except (TypeError, ValueError):
            # The arguments do not fit the message. The handler would print both as they are, with the secrets.
            record.msg, record.args = f"{record.msg} {record.args!r}", ()
            text = super().format(record)
        text = self._redact(text)
        if self._with_traceback:
            return safe_for_terminal(text)
        line = safe_for_terminal(": ".join(text.splitlines()))
        return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…"

    def _translated(self, record: logging.LogRecord) -> logging.LogRecord:
        """The record in the language of the log; levels, names and others' words stay as they are."""
        if not self._messages or not isinstance(record.msg, str):
            return record
        told = copy(record)
        told.msg = self._messages.get(record.msg, record.msg)
        if isinstance(record.args, tuple):
            told.args = tuple(translated(one, self._sentences) if isinstance(one, str) else one for one in record.args)
        return told

    def formatMessage(self, record: logging.LogRecord) -> str:
        """One line; line breaks of others' words are shown as " / "."""
        return " / ".join(one for one in super().formatMessage(record).splitlines() if one.strip())

    def formatException(self, ei: Any) -> str:
        """The traceback, or one line of it."""
        return super().formatException(ei) if self._with_traceback else exception_summary(ei[1])

    def formatStack(self, stack_info: str) -> str:
        """The stack, where tracebacks are wanted."""
        return super().formatStack(stack_info) if self._with_traceback else ""


MakeFormatter = Callable[[SecretRedactor, bool, str], logging.Formatter]
"""Makes a form of the log, of what strikes secrets out, whether tracebacks are wanted, and the language."""


def configure(
    redact: SecretRedactor,
    debug: bool = False,
    stream: TextIO | None = None,
    language: str = "en",
    make: MakeFormatter = OneLineFormatter,
) -> None:
    """Sends the log of everything to stderr, redacted and in this language, instead of wherever it went before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(make(redact, debug, language))
    logging.basicConfig(handlers=[handler], level=logging.DEBUG if debug else logging.INFO, force=True)
    for name, level in LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
