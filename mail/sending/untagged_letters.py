"""Letters without a tag in their addresses, for providers that lose mail to ``local+tag@domain``. Pure.

The token stands in the Message-ID as always, and at the end of the subject for the programs that drop the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from mail.automatic.classify import find_token
from mail.mime.reference_mark import reference_mark
from mail.sending.compose import MAX_SUBJECT_LENGTH, UNSUBSCRIBE
from mail.sending.reply_links import reply_head


def without_tag(body: Mapping[str, Any], address: str) -> dict[str, Any]:
    """The body of a call with nothing but the mailbox's own ``address`` in it, and its token behind the subject."""
    token = find_token(str(body["message_id"]), address.rpartition("@")[2])
    if token in ("", "0"):
        return {**body, "reply_to": ""}
    mark = reference_mark(token)
    subject = str(body["subject"])[: MAX_SUBJECT_LENGTH - len(mark) - 1].rstrip()
    decline = f"{address}?subject={quote(f'{UNSUBSCRIBE} {mark}')}"
    tagged = reply_head(str(body["reply_to"]), str(body["subject"]))
    html = str(body["html"]).replace(tagged, reply_head(address, str(body["subject"]), mark))
    return {**body, "reply_to": "", "subject": f"{subject} {mark}".lstrip(), "decline": decline, "html": html}
