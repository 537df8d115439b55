"""Whatever a command may meet, as one sentence for a person and an exit code."""

from __future__ import annotations

import sqlite3
from socket import gaierror

from asyncpg.exceptions import PostgresError
from sqlalchemy.exc import SQLAlchemyError

from console.runtime.schema_version import SchemaMismatch
from console.terminal.command_context import NO_DATABASE, WRONG, CommandError
from desk.error_reasons import describe_file_error
from desk.language.templates import InvalidTemplate
from desk.language.translatable import one_below_the_other, said_by, sentence
from desk.model.provider_files import InvalidProvider
from desk.model.settings import InvalidSettings
from intake.engine.dialog_file import InvalidDialog
from intake.identity.index.read_table import InvalidTable
from intake.identity.sources.table_mapping import InvalidMapping
from kb.content.article_files import InvalidArticle

KNOWN_ERRORS = (
    InvalidSettings,
    InvalidProvider,
    InvalidDialog,
    InvalidArticle,
    InvalidMapping,
    InvalidTable,
    InvalidTemplate,
)
"""Their own words already say what is wrong and where."""
DATABASE = (SQLAlchemyError, PostgresError, sqlite3.Error, ConnectionError, TimeoutError, gaierror)
"""A command speaks with nothing else over the network that would raise; asyncpg lets some of its own through."""


def error_of(error: Exception) -> CommandError:
    """The sentence and the code. What nobody foresaw is named, and where to see more of it."""
    if isinstance(error, SchemaMismatch):
        return CommandError(said_by(error), NO_DATABASE)
    if isinstance(error, KNOWN_ERRORS):
        return CommandError(one_below_the_other([one.sentence for one in error.faults]))
    if isinstance(error, DATABASE):
        what = sentence("the database cannot be used: {why}. See 'firstline check'.", why=reason(error))
        return CommandError(what, NO_DATABASE)
    if isinstance(error, OSError):
        return CommandError(
            sentence("{what}: {why}", what=error.filename or type(error).__name__, why=describe_file_error(error))
        )
    what = sentence(
        "{error}. This was not foreseen: --debug shows where it came from.", error=f"{type(error).__name__}: {error}"
    )
    return CommandError(what, WRONG)


def reason(error: BaseException) -> str:
    """The driver's own words, one line, without SQLAlchemy's statement and link."""
    words = str(getattr(error, "orig", None) or error)
    return words.splitlines()[0].removesuffix(".") if words else type(error).__name__
