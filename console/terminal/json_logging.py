"""The log for machines: one JSON object a line. What is struck out of the text form is struck out here too."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from console.terminal.logging import MAX_LINE, OneLineFormatter
from desk.language.unsafe_characters import safe_for_terminal


class JsonFormatter(OneLineFormatter):
    """``time`` (UTC, ISO 8601), ``level``, ``logger``, ``message`` in the language of the log, ``pattern`` (the English
    text before it was filled in, to group by), ``pid``; and ``exception`` and ``stack`` where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON, without secrets."""
        message = self._message(self._translated(record))
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._clean(message),
            "pattern": self._clean(str(record.msg)),
            "pid": record.process,
        }
        if record.exc_info and record.exc_info[1] is not None:
            fields["exception"] = self._clean(self.formatException(record.exc_info))
        if record.stack_info and (stack := self.formatStack(record.stack_info)):
            fields["stack"] = self._clean(stack)
        return json.dumps(fields, ensure_ascii=False)

    @staticmethod
    def _message(record: logging.LogRecord) -> str:
        try:
            return record.getMessage()
        except (TypeError, ValueError):
            return f"{record.msg} {record.args!r}"  # the arguments do not fit the message

    def _clean(self, words: str) -> str:
        clean = safe_for_terminal(self._redact(words))
        return clean if self._with_traceback or len(clean) <= MAX_LINE else f"{clean[:MAX_LINE]}…"
