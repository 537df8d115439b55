"""The section [alarms]: where an operator reads what waits unseen or is in trouble."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk.language.translatable import sentence, write_instead
from desk.model.toml_table import TomlTable


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """``chat`` is the id of a Telegram chat or group, 0 for none, reached by ``bot``; ``mail`` are addresses, reached
    from ``mailbox``. An empty ``bot`` or ``mailbox`` is the first of the desk."""

    chat: int = 0
    bot: str = ""
    mail: tuple[str, ...] = ()
    mailbox: str = ""


def read_alarms(section: TomlTable, bots: Sequence[str], mailboxes: Sequence[str]) -> AlarmSettings:
    """The section [alarms]; what is wrong with it is noted there. The names are those of the desk's channels."""
    settings = AlarmSettings(
        chat=section.number("chat", 0),
        bot=section.text("bot", ""),
        mail=section.texts("mail"),
        mailbox=section.text("mailbox", ""),
    )
    _check_name(section, "bot", "[[telegram]]", settings.bot, bots)
    _check_name(section, "mailbox", "[[mailbox]]", settings.mailbox, mailboxes)
    if settings.chat and not bots:
        section.report(sentence("a chat is named for alarms, and there is no bot to write to it"), "chat")
    if settings.mail and not mailboxes:
        section.report(sentence("a mail address is named for alarms, and there is no mailbox to write from"), "mail")
    for address in settings.mail:
        if "@" not in address.strip("@") or any(one.isspace() for one in address):
            section.report(sentence("{address} is no mail address", address=repr(address)), "mail")
    section.report_unknown_keys()
    return settings


def _check_name(section: TomlTable, key: str, kind: str, name: str, known: Sequence[str]) -> None:
    if name and name not in known:
        what = sentence("there is no {kind} {name}", kind=kind, name=repr(name))
        section.report(what, key, write_instead(name, known))
