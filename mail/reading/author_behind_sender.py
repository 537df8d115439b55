"""Whose letter it is, where From names only what sent it on: a web form, or a group that rewrites From. Pure.

A form of a web site writes as noreply@ and names its visitor in Reply-To; a Google group or a Mailman list puts its own
address into From where the author's domain forbids to send in its name. Such a letter is its author's and is answered
there; but nobody vouches for an author who is only named.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mail.automatic.classify import LIST_HEADERS
from mail.mime.addresses import Mailbox, fold_address, parse_mailboxes
from mail.mime.headers import Headers

NOREPLY_STEMS = (
    "noreply", "no-reply", "no_reply", "no.reply", "donotreply", "do-not-reply", "wordpress", "webform",
    "web-form", "webmaster", "www-data", "website", "apache", "form", "forms", "feedback-form", "site",
)  # fmt: skip
"""Local parts from which the forms of web sites write."""
ORIGINAL_AUTHOR_HEADERS = ("x-original-from", "x-original-sender")
"""Where a group keeps the From that it has replaced."""


@dataclass(frozen=True, slots=True)
class LetterAuthor:
    """Who wrote a letter. ``sent_on_by`` is the address in From where that is another's, else "".

    ``is_trusted`` when the settings name that address as a form or a group, or it is the mailbox's own; ``is_form``
    when it is a form whose marks of an automatic letter are the form's and not the author's, ``is_group`` when it is a
    group, whose marks of a list say nothing either.
    """

    mailbox: Mailbox
    sent_on_by: str = ""
    is_trusted: bool = False
    is_form: bool = False
    is_group: bool = False


def find_author(
    headers: Headers, sender: Mailbox, address: str, forms: Collection[str] = (), groups: Collection[str] = ()
) -> LetterAuthor:
    """The author of a letter whose From is ``sender``; ``address``, ``forms`` and ``groups`` are the mailbox's own."""
    who = fold_address(sender.address)
    own = {fold_address(one) for one in (address, *groups) if one}
    if group := _find_in_group(headers, sender, own, address):
        return LetterAuthor(group, who, is_trusted=who in own, is_group=True)
    person = _one_reply_to(headers, address, who)
    listed = who in {fold_address(one) for one in forms}
    at_home = bool(address) and _domain(who) == _domain(fold_address(address))
    foreign = person is not None and _domain(fold_address(person.address)) != _domain(who)
    if person and (listed or (foreign and _writes_for_nobody(who))):
        return LetterAuthor(person, who, is_trusted=listed, is_form=listed or at_home)
    return LetterAuthor(sender, is_group=is_own_list(headers, own))


def is_own_list(headers: Headers, own: Collection[str]) -> bool:
    """Whether the list that brought a letter is one of these addresses: it is how people write to the desk."""
    if not own or not headers.has_any(LIST_HEADERS):
        return False
    named = headers.get_text("list-id").rpartition("<")[2].strip("<> ").lower()
    posts = headers.get_text("list-post").lower()
    return any(named == one.replace("@", ".") or f"mailto:{one}" in posts for one in own)


def _find_in_group(headers: Headers, sender: Mailbox, own: Collection[str], address: str) -> Mailbox | None:
    """The author whom a group has taken out of From."""
    who = fold_address(sender.address)
    listed = headers.has_any(LIST_HEADERS) and (who in own or " via " in f" {sender.name} ".lower())
    kept = [one for name in ORIGINAL_AUTHOR_HEADERS for one in _mailboxes(headers, name)]
    if not listed and not (kept and who in own):
        return None
    if len(kept) > 0 and _is_person(kept[0], who, address):
        return Mailbox(kept[0].name or _name_before_via(sender.name), kept[0].address)
    found = _one_reply_to(headers, address, who)
    return Mailbox(found.name or _name_before_via(sender.name), found.address) if found else None


def _one_reply_to(headers: Headers, address: str, who: str) -> Mailbox | None:
    """The one person whom Reply-To names; None where it names nobody else, or several."""
    found = {fold_address(one.address): one for one in _mailboxes(headers, "reply-to")}
    people = [one for one in found.values() if _is_person(one, who, address)]
    return people[0] if len(people) == 1 else None


def _mailboxes(headers: Headers, name: str) -> list[Mailbox]:
    return parse_mailboxes(headers.get_first(name).decode("utf-8", "replace"))


def _is_person(one: Mailbox, who: str, address: str) -> bool:
    """Whether an address is neither what sent the letter on nor the mailbox itself under a tag."""
    local, _, domain = fold_address(one.address).rpartition("@")
    stem, _, home = fold_address(address).rpartition("@")
    is_own = domain == home and local.partition("+")[0] == stem
    return bool(one.address) and f"{local}@{domain}" != who and not is_own and not _writes_for_nobody(f"{local}@")


def _name_before_via(name: str) -> str:
    """'Anna via Support': the name before the group's."""
    at = name.lower().rfind(" via ")
    return name[:at].strip(" '\"") if at > 0 else name


def _writes_for_nobody(address: str) -> bool:
    local = address.partition("@")[0].partition("+")[0]
    return local in NOREPLY_STEMS or local.startswith(NOREPLY_STEMS[:6])


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
