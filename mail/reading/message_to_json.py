"""A message as one JSON object, the same whether it came by IMAP or is a file.

It runs in the killable child process, like everything that reads untrusted bytes; so the file is opened there too, and
only the finished line goes back to the parent.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from desk.error_reasons import describe_file_error
from desk.model.messages import SenderAssurance
from mail.mime.addresses import Mailbox
from mail.reading import message
from mail.reading.message import MailboxReadingOptions, MailMessage

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Bytes of a file that are looked at: more than any mail server takes."""


@dataclass(frozen=True, slots=True)
class UnopenableFile:
    """A file that could not be opened, and why."""

    file: str
    why: str


def convert_file(path: str, reading: MailboxReadingOptions) -> str | UnopenableFile:
    """The message in a file as one line of JSON."""
    try:
        raw = read_file(path, MAX_FILE_BYTES + 1)
    except OSError as error:
        return UnopenableFile(path, describe_file_error(error))
    mail = message.read_message(raw[:MAX_FILE_BYTES], reading)
    if not raw:
        mail = replace(mail, problems=("empty file",))
    if len(raw) > MAX_FILE_BYTES:
        mail = replace(mail, problems=(*mail.problems, "file cut"))
    return to_json_line(path, mail, reading)


def convert_file_degraded(path: str, reading: MailboxReadingOptions, why: str) -> str | UnopenableFile:
    """The same by the least that can be told, for a message that killed its reader."""
    try:
        raw = read_file(path, message.DEGRADED_BYTES)
    except OSError as error:
        return UnopenableFile(path, describe_file_error(error))
    return to_json_line(path, message.read_degraded(raw, reading, why), reading)


def describe_unreadable(path: str, reading: MailboxReadingOptions, why: str) -> str:
    """What is left to say of a message that even the simplest reading could not survive."""
    return to_json_line(path, MailMessage(sender=Mailbox("", ""), problems=(why,)), reading)


def read_file(path: str, limit: int) -> bytes:
    """The first bytes of a file. Raises OSError, also for a folder, a pipe or a device, which could block for ever."""
    status = Path(path).stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError("not a file")
    with Path(path).open("rb") as file:
        return file.read(min(status.st_size, limit))


def to_json_line(path: str, mail: MailMessage, reading: MailboxReadingOptions) -> str:
    """The JSON object of a message, on one line."""
    return json.dumps(
        {"file": os.fsencode(path).decode("utf-8", "replace"), **to_dict(mail, reading)}, ensure_ascii=False
    )


def to_dict(mail: MailMessage, reading: MailboxReadingOptions) -> dict[str, object]:
    """Every field a program may want to know; instants in ISO 8601, sizes in bytes.

    ``from`` is an address; where the sender gave none that could be used, what stands there instead. ``automatic`` is
    whether a machine wrote the letter by itself, ``unanswered`` why no automatic answer goes to it, "" where one may.
    """
    return {
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": mail.references,
        "subject": mail.subject,
        "from": mail.sender.address or mail.sender.name,
        "from_name": mail.sender.name,
        "sent_on_by": mail.sent_on_by,
        "to": mail.to,
        "date": mail.date.isoformat() if mail.date else None,
        "text": mail.text,
        "text_and_signature": mail.text_and_signature,
        "quoted": mail.quoted,
        "html_text": mail.html_text,
        "body": mail.full_text,
        "attachments": [{"name": one.name, "type": one.media_type, "size": one.size} for one in mail.attachments],
        "language": mail.language,
        "automatic": mail.report_class not in ("none", "list") or mail.automatic not in ("", "list", "nobody"),
        "unanswered": mail.automatic,
        "report_class": mail.report_class,
        "bounced": [
            {"address": one.address, "status": one.status, "action": one.action} for one in mail.failed_recipients
        ],
        "authenticated": mail.proof == SenderAssurance.SURE if reading.authserv_id else None,
        "problems": mail.problems,
    }
