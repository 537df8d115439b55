"""Links that open an answer whose words stand in it already: mailto addresses (RFC 6068). Pure.

Such a letter is sent by its person or not at all, and is read like any other: the link itself does nothing.
"""

from __future__ import annotations

from urllib.parse import quote

from desk.language.unsafe_characters import one_line

LONGEST_SUBJECT = 60
"""Characters of the subject that go into a link: some programs take 2,000 characters of an address, and a Russian one
is six as long once it is encoded."""


def reply_head(address: str, subject: str, mark: str = "") -> str:
    """What all answers to a letter begin with: where to, and the subject, with the ``mark`` behind it that a letter
    without a tag needs."""
    shown = one_line(subject)
    shown = shown if shown.lower().startswith("re:") else f"Re: {shown}"
    shown = shown if len(shown) <= LONGEST_SUBJECT else f"{shown[:LONGEST_SUBJECT].rstrip()}…"
    return f"mailto:{_encoded(address, '@')}?subject={_encoded(f'{shown} {mark}'.strip())}"


def reply_link(head: str, message_id: str, words: str) -> str:
    """The address of an answer to the letter ``message_id`` that says ``words``."""
    return f"{head}&In-Reply-To={_encoded(message_id)}&body={_encoded(one_line(words))}"


def _encoded(text: str, safe: str = "") -> str:
    # A "+" stays one only where it is encoded too: some programs read it as a blank.
    return quote(text.encode("utf-8", "replace"), safe=safe)
