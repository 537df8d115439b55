"""The sections [[sql_source]] and [[http_source]] of firstline.toml: a client's own system, and how it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from desk.language.translatable import sentence
from desk.model.settings import DeskSettingsReader, Secret, provider_of
from desk.model.toml_table import TomlTable
from intake.identity.asking.allowed_addresses import Network, networks
from intake.identity.key_folding import KINDS
from intake.identity.sources.account_columns import COLUMNS
from intake.identity.sources.table_mapping import NO_MAPPING, STATUSES, TableMapping, plain_heading

DRIVERS: Mapping[str, str] = {
    "postgresql": "asyncpg",
    "sqlite": "aiosqlite",
    "mysql": "asyncmy",
    "mariadb": "asyncmy",
}
"""The databases that can be asked, with the driver of each; whoever has MySQL or MariaDB installs that one."""


@dataclass(frozen=True, slots=True)
class SqlSourceSettings:
    """One [[sql_source]]. ``queries`` have a statement for each kind of key, with :value for the key."""

    name: str
    provider: str
    url: str
    password: Secret
    queries: Mapping[str, str]
    mapping: TableMapping = NO_MAPPING

    @property
    def channel(self) -> str:
        """The name of the channel by which it is asked."""
        return f"sql_source:{self.name}"


@dataclass(frozen=True, slots=True)
class HttpSourceSettings:
    """One [[http_source]]. ``url`` has {kind} and {value} where the key belongs; ``private`` are networks that may be
    connected to although they are not public."""

    name: str
    provider: str
    url: str
    token: Secret
    kinds: tuple[str, ...] = KINDS
    private: tuple[Network, ...] = ()
    ca_file: str = ""
    mapping: TableMapping = NO_MAPPING

    @property
    def channel(self) -> str:
        """The name of the channel by which it is asked."""
        return f"http_source:{self.name}"


def read_sql_source(section: TomlTable, reader: DeskSettingsReader) -> SqlSourceSettings:
    """The section as firstline.toml has it; what is wrong goes to the faults of the file."""
    section.set_name(name := section.text("name"))
    provider, url = provider_of(section), section.text("url")
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in DRIVERS:
            section.report(sentence("url must begin with one of {known}", known=", ".join(DRIVERS)), "url")
        if parsed.password:
            what = sentence("url holds a password: name it in password, as env:NAME, file:PATH or credential:NAME")
            section.report(what, "url")
    except ArgumentError:
        section.report(sentence("url is no address of a database"), "url")
    queries = section.section("query")
    statements = {kind: queries.text(kind) for kind in KINDS if queries.has(kind)}
    for kind, statement in statements.items():
        if (
            ":value" not in statement
            or ";" in statement
            or not statement.lstrip().lower().startswith(("select", "with"))
        ):
            queries.report(sentence("{kind} must be one SELECT with :value in it", kind=kind), kind)
    if not statements:
        queries.report(sentence("needs a statement for at least one kind of key, such as contract"))
    settings = SqlSourceSettings(
        name, provider, url, reader.secret(section, "password", ""), statements, _mapping(section)
    )
    for one in (queries, section):
        one.report_unknown_keys()
    return settings


def read_http_source(section: TomlTable, reader: DeskSettingsReader) -> HttpSourceSettings:
    """The section as firstline.toml has it; what is wrong goes to the faults of the file."""
    section.set_name(name := section.text("name"))
    provider, url = provider_of(section), section.text("url")
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        section.report(
            sentence("url must be an address such as https://crm.example/accounts?{{kind}}={{value}}"), "url"
        )
    if "{value}" not in url or any(mark in parts.netloc for mark in ("{kind}", "{value}")):
        section.report(sentence("url must have {{value}} in its path or query"), "url")
    try:
        private = networks(section.texts("private"))
    except ValueError as error:
        section.report(sentence("private: {why}", why=error), "private")
        private = ()
    kinds = tuple(one for one in section.texts("kinds", KINDS) if one in KINDS)
    token, ca_file = reader.secret(section, "token", ""), section.text("ca_file", "")
    settings = HttpSourceSettings(name, provider, url, token, kinds, private, ca_file, _mapping(section))
    section.report_unknown_keys()
    return settings


def _mapping(section: TomlTable) -> TableMapping:
    """What the client's fields mean, where their names do not say it."""
    columns, statuses = section.section("columns"), section.section("statuses")
    meaning = {plain_heading(columns.text(one)): one for one in COLUMNS if columns.has(one)}
    states = {said.casefold(): str(meant) for said, meant in statuses.take_rest().items()}
    for said, meant in states.items():
        if meant not in STATUSES:
            statuses.report(sentence("{key} must be one of {known}", key=repr(said), known=", ".join(STATUSES)), said)
    columns.report_unknown_keys()
    return TableMapping(meaning, states) if meaning or states else NO_MAPPING
