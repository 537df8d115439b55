"""What a server reports of its folder and of the mails in it. Pure."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from mail.transport.imap_fetch_response import FetchLine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_UID = re.compile(rb"UID (\d{1,10})")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,15})")
_INTERNALDATE = re.compile(rb'INTERNALDATE "([^"]{1,40})"')


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """What SELECT tells: the epoch of the UIDs, and the UID the next mail will get (0 when the server keeps silent)."""

    uidvalidity: int
    uidnext: int


@dataclass(frozen=True, slots=True)
class MessageMetadata:
    """What the server says of a mail: ``size`` in bytes, when it got it, and the Date header where that was asked."""

    uid: int
    size: int
    date: str = ""
    header: bytes = b""

    @property
    def internal_date(self) -> datetime:
        """INTERNALDATE; what is not one counts as long ago."""
        with suppress(ValueError):
            return datetime.strptime(self.date.strip(), "%d-%b-%Y %H:%M:%S %z")
        return EPOCH

    def is_older_than(self, moment: datetime) -> bool:
        """Whether it surely came before: by INTERNALDATE, which has whole seconds only, or a day before by its Date.

        A folder that was filled again from a copy may have the day of the copying as INTERNALDATE.
        """
        if self.internal_date + timedelta(seconds=1) <= moment:
            return True
        with suppress(ValueError, TypeError, OverflowError, IndexError, AttributeError):
            written = parsedate_to_datetime(self.header[5:100].decode("ascii", "replace").strip())
            return written.replace(tzinfo=written.tzinfo or UTC) + timedelta(days=1) < moment
        return False


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail as far as it was asked for. ``body`` is None where the server gave none, or it is longer than that."""

    envelope: MessageMetadata
    body: bytes | None


def parse_envelope(item: FetchLine, header: bytes = b"") -> MessageMetadata | None:
    """The envelope in one answer; None where it has none."""
    uid, size, internal = _UID.search(item.text), _SIZE.search(item.text), _INTERNALDATE.search(item.text)
    if uid is None or size is None:
        return None  # flags that somebody else changed
    return MessageMetadata(
        int(uid[1]), int(size[1]), internal[1].decode("ascii", "replace") if internal else "", header
    )
