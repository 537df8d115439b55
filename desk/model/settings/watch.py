"""The section [watch]: where a serving process answers probes and tells its metrics."""

from __future__ import annotations

from dataclasses import dataclass

from desk.language.translatable import sentence
from desk.model.toml_table import TomlTable


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """``listen`` is "host:port" of /livez, /readyz and /metrics; empty, and so by default, for none: a desk opens no
    port that nobody asked for, and several may share a machine."""

    listen: str = ""


def read_watch(section: TomlTable) -> WatchSettings:
    """The section [watch]; what is wrong with it is noted there."""
    settings = WatchSettings(listen=section.text("listen", ""))
    if settings.listen and not is_address(settings.listen):
        what = sentence("listen is {address}: write host:port", address=repr(settings.listen))
        section.report(what, "listen", sentence("write 127.0.0.1:9464, which only this machine reaches"))
    section.report_unknown_keys()
    return settings


def is_address(listen: str) -> bool:
    """Whether it is ``host:port``; an IPv6 host stands in brackets."""
    host, _, port = listen.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    whole = bool(bare) and (":" not in bare or host == f"[{bare}]") and not any(one.isspace() for one in host)
    return whole and port.isascii() and port.isdigit() and 0 < int(port) < 65536
