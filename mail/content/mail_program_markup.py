"""Markup that mail programs put around quotes and signatures: classes, identifiers and styles, named by program."""

from __future__ import annotations

from enum import Enum


class LineMark(Enum):
    """What HTML says of one line of its text."""

    NONE = ""
    QUOTE = "quote"
    """It belongs to an older message."""
    HISTORY = "history"
    """From here on everything is older."""
    SIGNATURE = "signature"


class ElementMeaning(Enum):
    """What an element means for the lines inside it, and below it."""

    NONE = ""
    BLOCKQUOTE = "cited"
    """They are quoted, as by ``blockquote``."""
    QUOTE = "old"
    """They belong to an older message."""
    QUOTE_OPENING = "opening"
    """They do, until a ``blockquote`` inside has ended: Gmail puts answers below that."""
    HISTORY = "history"
    """They do, and so does everything below."""
    SIGNATURE = "signed"


HISTORY_NAMES = (
    "divrplyfwdmsg",  # Outlook on the web
    "appendonsend",  # Outlook on the web, above its rule
    "stopspelling",  # Hotmail
    "zwchr",  # Zimbra
    "outlookmessageheader",  # Outlook Express
    "ms-outlook-mobile-reference-message",
    "mail-editor-reference-message-container",
    "reply_divider",
)
QUOTE_NAMES = (
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
SIGNATURE_NAMES = (
    "signature",  # nearly all
    "zm-_id_-sgn",  # Zoho
    "bloop_sign",  # Airmail
)
QUOTE_DIV_NAMES = frozenset({"quote", "messagereplysection"})
"""Of GMX and Web.de, and of Spark."""
OPENING_NAME = "gmail_quote"
BORDERLESS_STYLES = ("border:none", "border:0", "border-left:none", "border-left:0", "border-width:0")
# Outlook's rule above the head of the older message, and Windows Mail's.
RULE_STYLES = (("border:none", "border-top:solid#e1e1e1"), ("border:none", "border-top:solid#b5c4df"))
WINDOWS_MAIL_RULE_STYLE = ("border-top-color:rgb(229,229,229)", "border-top-width:1px", "border-top-style:solid")


def find_element_meaning(name: str, content: str) -> ElementMeaning:
    """What an element says, by its name and the text of its tag."""
    if name != "blockquote" and "=" not in content:
        return ElementMeaning.NONE
    said = content.lower()
    named = " ".join(find_attribute(said, one) for one in ("class", "id", "name", "data-smartmail"))
    style = "".join(find_attribute(said, "style").split())
    if name == "blockquote":
        indented = any(border in style for border in BORDERLESS_STYLES) and "quote" not in named and "cite" not in said
        return ElementMeaning.NONE if indented else ElementMeaning.BLOCKQUOTE
    told = ElementMeaning.NONE
    if any(one in named for one in SIGNATURE_NAMES) or "data-signature-widget" in said:
        told = ElementMeaning.SIGNATURE
    elif any(one in named for one in HISTORY_NAMES) or _is_rule_style(style):
        told = ElementMeaning.HISTORY
    elif any(one in named for one in QUOTE_NAMES) or (
        name == "div" and find_attribute(said, "name") in QUOTE_DIV_NAMES
    ):
        told = ElementMeaning.QUOTE
    elif OPENING_NAME in named and name == "div":
        told = ElementMeaning.QUOTE_OPENING
    return told


def _is_rule_style(style: str) -> bool:
    if "border-top" not in style:
        return False
    return any(all(piece in style for piece in rule) for rule in (*RULE_STYLES, WINDOWS_MAIL_RULE_STYLE))


def has_no_margin(name: str, content: str) -> bool:
    """Whether a paragraph has no space around it: Word makes one of each line."""
    if name != "p" or "=" not in content:
        return False
    said = content.lower()
    return "mso" in find_attribute(said, "class") or "margin:0" in "".join(find_attribute(said, "style").split())


def find_attribute(content: str, name: str) -> str:
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
