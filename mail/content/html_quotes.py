"""What the markup of a letter says beside its words: which elements quote an older letter, and which sign this one.

The classes, identifiers and styles that mail programs put there, each named by the program it is from.
"""

from __future__ import annotations

from enum import Enum


class LineMark(Enum):
    """What HTML says of one line of its text."""

    NONE = ""
    QUOTE = "quote"
    """It belongs to an older letter."""
    HISTORY = "history"
    """From here on everything is older."""
    SIGNATURE = "signature"


class ElementMeaning(Enum):
    """What an element means for the lines inside it, and below it."""

    NONE = ""
    CITED = "cited"
    """They are quoted, as by ``blockquote``."""
    OLD = "old"
    """They belong to an older letter."""
    OPENING = "opening"
    """They do, until a ``blockquote`` inside has ended: Gmail puts answers below that."""
    HISTORY = "history"
    """They do, and so does everything below."""
    SIGNED = "signed"


HISTORY = (
    "divrplyfwdmsg",  # Outlook on the web
    "appendonsend",  # Outlook on the web, above its rule
    "stopspelling",  # Hotmail
    "zwchr",  # Zimbra
    "outlookmessageheader",  # Outlook Express
    "ms-outlook-mobile-reference-message",
    "mail-editor-reference-message-container",
    "reply_divider",
)
OLD = (
    "yahoo_quoted",
    "yahooquoted",
    "moz-cite-prefix",  # Thunderbird
    "gmail_attr",
    "gmail_quote_attribution",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",  # Zoho
    "olk_src_body_section",  # Outlook for Mac
    "front-blockquote",
    "mail-quote-collapse",  # Mail.ru
    "ntes-mailmaster-quote",  # NetEase
    "edo-message-quote",
    "hs_reply",  # Help Scout
    "quoted-text-container",
    "skiff-mail-quote",
)
SIGNED = (
    "signature",  # nearly all
    "zm-_id_-sgn",  # Zoho
    "bloop_sign",  # Airmail
)
OLD_NAMES = frozenset({"quote", "messagereplysection"})
"""Of GMX and Web.de, and of Spark."""
OPENING = "gmail_quote"
NO_BORDER = ("border:none", "border:0", "border-left:none", "border-left:0", "border-width:0")
# Outlook's rule above the head of the older letter, and Windows Mail's.
RULES = (("border:none", "border-top:solid#e1e1e1"), ("border:none", "border-top:solid#b5c4df"))
RULE_OF_WINDOWS = ("border-top-color:rgb(229,229,229)", "border-top-width:1px", "border-top-style:solid")


def meaning(name: str, content: str) -> ElementMeaning:
    """What an element says, by its name and the text of its tag."""
    if name != "blockquote" and "=" not in content:
        return ElementMeaning.NONE
    said = content.lower()
    named = " ".join(attribute(said, one) for one in ("class", "id", "name", "data-smartmail"))
    style = "".join(attribute(said, "style").split())
    if name == "blockquote":
        indented = any(border in style for border in NO_BORDER) and "quote" not in named and "cite" not in said
        return ElementMeaning.NONE if indented else ElementMeaning.CITED
    told = ElementMeaning.NONE
    if any(one in named for one in SIGNED) or "data-signature-widget" in said:
        told = ElementMeaning.SIGNED
    elif any(one in named for one in HISTORY) or _rule(style):
        told = ElementMeaning.HISTORY
    elif any(one in named for one in OLD) or (name == "div" and attribute(said, "name") in OLD_NAMES):
        told = ElementMeaning.OLD
    elif OPENING in named and name == "div":
        told = ElementMeaning.OPENING
    return told


def _rule(style: str) -> bool:
    if "border-top" not in style:
        return False
    return any(all(piece in style for piece in rule) for rule in (*RULES, RULE_OF_WINDOWS))


def tight(name: str, content: str) -> bool:
    """Whether a paragraph has no space around it: Word makes one of each line."""
    if name != "p" or "=" not in content:
        return False
    said = content.lower()
    return "mso" in attribute(said, "class") or "margin:0" in "".join(attribute(said, "style").split())


def attribute(content: str, name: str) -> str:
    """The value of an attribute as it is written in a tag, "" for none."""
    lower = content.lower()
    at = max(lower.find(f"{blank}{name}=") for blank in " \n\t")
    if at < 0:
        return ""
    value = content[at + len(name) + 2 :]
    if value[:1] in ("'", '"'):
        return value[1:].partition(value[0])[0]
    pieces = value.split(None, 1)
    return pieces[0].rstrip("/") if pieces else ""
