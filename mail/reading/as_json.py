"""A letter told to a machine: one JSON object, the same whether the letter came by IMAP or lies in a file.

Run in a child that can be killed, like everything that looks at a stranger's bytes; so the file is opened there too,
and only the finished line goes back to the parent.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from desk.model.messages import Proof
from mail.mime.addresses import Mailbox
from mail.reading import message
from mail.reading.message import MailMessage, ReaderOptions

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Bytes of a file that are looked at: more than any mail server takes."""


@dataclass(frozen=True, slots=True)
class UnopenedFile:
    """A file that could not be opened, and why."""

    file: str
    why: str


def convert_file(path: str, reading: ReaderOptions) -> str | UnopenedFile:
    """The letter in a file as one line of JSON."""
    try:
        raw = read_file(path, MAX_FILE_BYTES + 1)
    except OSError as error:
        return UnopenedFile(path, error.strerror or str(error))
    letter = message.read_message(raw[:MAX_FILE_BYTES], reading)
    if len(raw) > MAX_FILE_BYTES:
        letter = replace(letter, problems=(*letter.problems, "file cut"))
    return to_json_line(path, letter, reading)


def convert_file_degraded(path: str, reading: ReaderOptions, why: str) -> str | UnopenedFile:
    """The same by the least that can be told, for a letter that killed its reader."""
    try:
        raw = read_file(path, message.DEGRADED_BYTES)
    except OSError as error:
        return UnopenedFile(path, error.strerror or str(error))
    return to_json_line(path, message.read_degraded(raw, reading, why), reading)


def describe_unreadable(path: str, reading: ReaderOptions, why: str) -> str:
    """What is left to say of a letter that even the simplest reading could not survive."""
    return to_json_line(path, MailMessage(sender=Mailbox("", ""), problems=(why,)), reading)


def read_file(path: str, limit: int) -> bytes:
    """The first bytes of a file. Raises OSError, also for a folder, a pipe or a device, which could block for ever."""
    status = Path(path).stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError("not a file")
    with Path(path).open("rb") as file:
        return file.read(min(status.st_size, limit))


def to_json_line(path: str, letter: MailMessage, reading: ReaderOptions) -> str:
    """The JSON object of a letter, on one line."""
    return json.dumps(
        {"file": os.fsencode(path).decode("utf-8", "replace"), **to_dict(letter, reading)}, ensure_ascii=False
    )


def to_dict(letter: MailMessage, reading: ReaderOptions) -> dict[str, object]:
    """Every field a program may want to know; instants in ISO 8601, sizes in bytes.

    ``from`` is an address; where the sender gave none that could be used, what stands there instead. ``automatic`` is
    whether a machine wrote the letter by itself, ``unanswered`` why no automatic answer goes to it, "" where one may.
    """
    return {
        "message_id": letter.message_id,
        "in_reply_to": letter.in_reply_to,
        "references": letter.references,
        "subject": letter.subject,
        "from": letter.sender.address or letter.sender.name,
        "from_name": letter.sender.name,
        "to": letter.to,
        "date": letter.date.isoformat() if letter.date else None,
        "text": letter.text,
        "text_and_signature": letter.text_and_signature,
        "quoted": letter.quoted,
        "html_text": letter.html_text,
        "body": letter.full_text,
        "attachments": [{"name": one.name, "type": one.media_type, "size": one.size} for one in letter.attachments],
        "language": letter.language,
        "automatic": letter.report_class not in ("none", "list"),
        "unanswered": letter.automatic,
        "report_class": letter.report_class,
        "bounced": [
            {"address": one.address, "status": one.status, "action": one.action} for one in letter.failed_recipients
        ],
        "authenticated": letter.proof == Proof.SURE if reading.authserv_id else None,
        "problems": letter.problems,
    }
