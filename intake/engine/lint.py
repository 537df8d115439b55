"""Checks a dialog file: each problem is one sentence that names the file and the key.

The tables are checked as TOML gave them, before anything is built from them, so one run tells all problems at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeGuard

from desk.language.conditions import CompiledCondition, InvalidCondition
from desk.language.detect import LANGUAGES
from desk.model.media_types import PICTURES

CONDITION_FACTS = frozenset(
    {"outage_active", "account_blocked", "entitlement", "service_level", "proved", "upset", "language"}
)
"""What a ``when`` may ask about besides earlier answers. The rules give the values they know."""

TEXT_NAMES = frozenset({"service.address", "service.contract", "service.level", "subscriber.name", "provider.name"})
"""What a text may show in braces. The rules give only those that may be disclosed."""

PUBLIC_TEXT_NAMES = frozenset({"provider.name"})
"""Those of `TEXT_NAMES` that disclose nothing about the account."""

QUESTION_TYPES = frozenset(
    {"choice", "multi", "yesno", "text", "number", "datetime", "phone", "location", "photo", "file"},
)
REQUEST_KINDS = frozenset({"command_output", "photo", "speedtest", "log", "access"})
CATEGORIES = frozenset({"technical", "billing", "security", "equipment_setup"})
TICKET_TYPES = frozenset({"incident", "service_request", "change_request", "question", "complaint"})
SEVERITIES = frozenset({"critical", "major", "minor"})
CASE_FIELDS = frozenset({"occurred_at", "place", "circumstances"})
MEANINGS = frozenset(
    {"scope", "since", "address", "site", "lamps", "rebooted", "neighbours", "changed", "amount", "phone", "date"}
)
"""What a question may ask for (``means``): values of these are understood wherever they are said."""
OPERATING_SYSTEMS = frozenset({"windows", "macos", "linux"})
TIME_BUTTONS = frozenset({"now", "today", "today_morning", "yesterday", "days_ago", "week_ago"})
RESERVED_IDS = frozenset({"skip", "unknown_answer", "on_file", "zone", "sure", "severity"}) | CONDITION_FACTS

MAX_QUESTIONS = 30
MAX_OPTIONS = 9  # an option is answered by one digit after its question's number
MAX_TEXT_LENGTH = 1500  # with its options it must fit one message of 4096 characters
MAX_ARTICLE_ID_LENGTH = 63  # the id of an article with its "kb:"
MAX_LABEL_LENGTH = 60  # a button of a phone shows no more

_QUESTION_ID = re.compile(
    r"[a-z][a-z0-9_]{0,19}"
)  # callback data is case:prompt:option in 64 bytes, option ids are the part we choose
_DIALOG_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PLACEHOLDER = re.compile(r"\{([a-z_.]{1,40})\}")

_DIALOG_KEYS = frozenset(
    ["id", "version", "category", "ticket_type", "title", "match", "needs", "max_questions", "email_batch", "language"],
)
_QUESTION_KEYS = frozenset(
    {"id", "type", "text", "text_unproved", "hint", "when", "required", "prefill", "case_field", "image", "selfhelp"}
    | {"constraint", "options", "buttons", "means", "label", "again", "formerly"},
)
_OPTION_KEYS = frozenset({"id", *LANGUAGES, "present", "absent", "also", "goto_zone"})
_REQUEST_KEYS = frozenset(
    ["id", "kind", "text", "label", "hint", "when", "command", "params", "extract", "optional", "image"]
)

Table = Mapping[str, Any]


def find_problems(table: Table, name: str, folder: Path | None = None) -> list[str]:
    """Everything wrong with the table of a dialog file called ``name``; pictures are looked for in ``folder``."""
    linter = _DialogLinter(name, folder)
    linter.check_file(table)
    return linter.problems


class _DialogLinter:
    def __init__(self, name: str, folder: Path | None) -> None:
        self.name = name
        self.folder = folder
        self.problems: list[str] = []
        self.known_names: set[str] = set(CONDITION_FACTS)
        self.zone_ids: set[str] = set()
        self.question_ids: set[str] = set()

    def report(self, where: str, what: str) -> None:
        self.problems.append(f"{self.name}: {where}: {what}")

    def check_file(self, table: Table) -> None:
        self.check_keys(table, frozenset({"schema", "form", "ask", "request", "zone", "outcome"}), "the file")
        if table.get("schema") != 1:
            self.report("schema", "must be 1, the only form of these files there is")
        self.check_dialog(self.table_at(table, "form"))
        questions, requests, zones = (self.tables_at(table, key) for key in ("ask", "request", "zone"))
        if not 1 <= len(questions) <= MAX_QUESTIONS:
            self.report("ask", f"a dialog has 1 to {MAX_QUESTIONS} questions, this one has {len(questions)}")
        self.zone_ids = {str(zone.get("id")) for zone in zones}
        self.question_ids = {str(question.get("id")) for question in questions}
        for question in questions:
            self.check_question(question)
        for request in requests:
            self.check_request(request)
        for zone in zones:
            self.check_zone(zone)
        self.check_last_always_holds([zone.get("when") for zone in zones], "zone", empty_too=False)
        self.check_outcome(self.table_at(table, "outcome"))

    # The parts of the file, in its order.

    def check_dialog(self, dialog: Table) -> None:
        where = "[form]"
        self.check_keys(dialog, _DIALOG_KEYS, where)
        if not _matches(_DIALOG_ID, dialog.get("id")):
            self.report(f"{where} id", "is a short name of a-z, 0-9 and _, such as no_internet")
        self.check_number(dialog, "version", where, 1, 10**6)
        self.check_one_of(dialog, "category", CATEGORIES, where)
        self.check_one_of(dialog, "ticket_type", TICKET_TYPES, where)
        self.check_texts(dialog.get("title"), f"{where} title", MAX_LABEL_LENGTH)
        self.check_strings(dialog, "match", where, needed=True)
        self.check_strings(dialog, "needs", where, allowed=frozenset({"entitlement"}))
        self.check_number(dialog, "max_questions", where, 1, MAX_QUESTIONS, needed=False)
        self.check_number(dialog, "email_batch", where, 1, 9, needed=False)
        if "language" in dialog and set(_only_strings(dialog["language"])) != set(LANGUAGES):
            self.report(f"{where} language", f"must name all languages of the desk: {', '.join(LANGUAGES)}")

    def check_question(self, question: Table) -> None:
        where = self.check_id(question, "[[ask]]")
        self.check_keys(question, _QUESTION_KEYS, where)
        self.check_one_of(question, "type", QUESTION_TYPES, where)
        self.check_condition(question, where, needed=False)
        self.check_question_text(question, where)
        self.check_flag(question, "required", where)
        self.check_optional_one_of(question, "prefill", TEXT_NAMES, where)
        self.check_optional_one_of(question, "case_field", CASE_FIELDS, where)
        self.check_optional_one_of(question, "means", MEANINGS, where)
        if "label" in question:
            self.check_texts(question["label"], f"{where} label", MAX_LABEL_LENGTH)
        if "again" in question:
            self.check_texts(question["again"], f"{where} again", MAX_TEXT_LENGTH)
        self.check_strings(question, "formerly", where)
        self.check_image(question, where)
        self.check_selfhelp(question, where)
        if "prefill" in question and question.get("type") not in ("text", "location"):
            self.report(f"{where} prefill", "belongs to questions of type text or location")
        self.check_options(question, where)
        self.check_buttons(question, where)
        self.check_constraint(question, where)
        self.known_names.add(str(question.get("id")))

    def check_selfhelp(self, question: Table, where: str) -> None:
        if "selfhelp" not in question:
            return
        if question.get("type") != "yesno":
            self.report(
                f"{where} selfhelp", 'belongs to questions of type yesno: the article is shown to who says "no"'
            )
        self.check_article(question["selfhelp"], f"{where} selfhelp")

    def check_question_text(self, question: Table, where: str) -> None:
        self.check_texts(question.get("text"), f"{where} text", MAX_TEXT_LENGTH, TEXT_NAMES)
        if "hint" in question:
            self.check_texts(question["hint"], f"{where} hint", MAX_TEXT_LENGTH)
        texts = question.get("text")
        shown = (
            {placeholder for text in _only_strings(list(texts.values())) for placeholder in _PLACEHOLDER.findall(text)}
            if _is_table(texts)
            else set()
        )
        if "text_unproved" in question:
            self.check_texts(question["text_unproved"], f"{where} text_unproved", MAX_TEXT_LENGTH, PUBLIC_TEXT_NAMES)
        elif shown - PUBLIC_TEXT_NAMES:
            self.report(
                f"{where} text",
                f"shows {{{min(shown - PUBLIC_TEXT_NAMES)}}}: add text_unproved, for who has not proved who they are",
            )

    def check_options(self, question: Table, where: str) -> None:
        options = self.tables_at(question, "options", where)
        if question.get("type") not in ("choice", "multi"):
            if options:
                self.report(f"{where} options", "belong to questions of type choice or multi only")
            return
        if not 2 <= len(options) <= MAX_OPTIONS:
            self.report(f"{where} options", f"there are 2 to {MAX_OPTIONS} of them, not {len(options)}")
        for option in options:
            self.check_option(option, where)
        for key in ("id", *LANGUAGES):
            values = [str(option.get(key)).casefold() for option in options]
            if len(set(values)) < len(values):
                self.report(f"{where} options", f"two of them have the same {key}")

    def check_option(self, option: Table, question: str) -> None:
        where = f"{question} option {option.get('id')!r}"
        self.check_keys(option, _OPTION_KEYS, where)
        if not _matches(_QUESTION_ID, option.get("id")) or option.get("id") in RESERVED_IDS - CONDITION_FACTS:
            self.report(f"{where} id", "is 1 to 20 characters of a-z, 0-9 and _, and none of skip, on_file")
        self.check_texts({key: option[key] for key in LANGUAGES if key in option}, where, MAX_LABEL_LENGTH)
        for key in ("present", "absent"):
            if key in option:
                self.check_texts(option[key], f"{where} {key}", MAX_TEXT_LENGTH)
        self.check_strings(option, "also", where)
        if "goto_zone" in option and option["goto_zone"] not in self.zone_ids:
            self.report(f"{where} goto_zone", f"there is no [[zone]] {option['goto_zone']!r}")

    def check_buttons(self, question: Table, where: str) -> None:
        if "buttons" in question and question.get("type") != "datetime":
            self.report(f"{where} buttons", "belong to questions of type datetime; a choice has options")
        self.check_strings(question, "buttons", where, allowed=TIME_BUTTONS)

    def check_constraint(self, question: Table, where: str) -> None:
        if "constraint" not in question:
            return
        if question.get("type") != "number":
            self.report(f"{where} constraint", "belongs to questions of type number: { min = 0, max = 100 }")
            return
        limits = self.table_at(question, "constraint", where)
        self.check_keys(limits, frozenset({"min", "max"}), f"{where} constraint")
        for key in limits:
            self.check_number(limits, key, f"{where} constraint", -(10**9), 10**9)
        if (
            "min" in limits
            and "max" in limits
            and _is_number(limits["min"])
            and _is_number(limits["max"])
            and limits["min"] > limits["max"]
        ):
            self.report(f"{where} constraint", "min is above max")

    def check_request(self, request: Table) -> None:
        where = self.check_id(request, "[[request]]")
        self.check_keys(request, _REQUEST_KEYS, where)
        self.check_one_of(request, "kind", REQUEST_KINDS, where)
        self.check_condition(request, where, needed=False)
        self.check_texts(request.get("text"), f"{where} text", MAX_TEXT_LENGTH)
        if "label" in request:
            self.check_texts(request["label"], f"{where} label", MAX_LABEL_LENGTH)
        if "hint" in request:
            self.check_texts(request["hint"], f"{where} hint", MAX_TEXT_LENGTH)
        self.check_flag(request, "optional", where)
        self.check_image(request, where)
        self.check_commands(request, where)
        self.check_extract(request, where)
        self.known_names.add(str(request.get("id")))

    def check_commands(self, request: Table, where: str) -> None:
        commands, params = self.table_at(request, "command", where), self.table_at(request, "params", where)
        if request.get("kind") == "command_output" and not commands:
            self.report(f"{where} command", 'is missing: command = { windows = "ipconfig /all" }')
        self.check_keys(commands, OPERATING_SYSTEMS, f"{where} command")
        for system, line in commands.items():
            if not isinstance(line, str) or not 0 < len(line) <= 200 or "\n" in line or "`" in line:
                self.report(f"{where} command {system}", "is one line of at most 200 characters without `")
                continue
            for placeholder in _PLACEHOLDER.findall(line):
                if placeholder not in params:
                    self.report(f"{where} command {system}", f"names {{{placeholder}}}, which params does not give")
        for key, value in params.items():
            if not isinstance(value, str):
                self.report(f"{where} params {key}", 'is a text: "192.168.1.1", or "answer:ID" for an earlier answer')
            elif (
                value.startswith("answer:") and value.removeprefix("answer:") not in self.known_names - CONDITION_FACTS
            ):
                self.report(f"{where} params {key}", f"there is no earlier question {value.removeprefix('answer:')!r}")

    def check_extract(self, request: Table, where: str) -> None:
        for key, pattern in self.table_at(request, "extract", where).items():
            here = f"{where} extract {key}"
            if not _matches(_QUESTION_ID, key) or key in self.known_names | RESERVED_IDS:
                self.report(here, "needs a short name of its own, of a-z, 0-9 and _")
            if not _is_table(pattern):
                self.report(
                    here, 'is no pattern: say which words the number stands at, { before = ["% loss"] } or after'
                )
                continue
            self.check_keys(pattern, frozenset({"before", "after"}), here)
            for side in ("before", "after"):
                self.check_strings(pattern, side, here)
            if not pattern:
                self.report(here, "needs before = [...] or after = [...]: the words the number stands at")
            self.known_names.add(key)

    def check_zone(self, zone: Table) -> None:
        where = f"[[zone]] {zone.get('id')!r}"
        self.check_keys(zone, frozenset({"id", "when", "sure", "still_ask"}), where)
        for name in self.strings_in(zone["still_ask"], f"{where} still_ask") if "still_ask" in zone else ():
            if name not in self.question_ids:
                self.report(f"{where} still_ask", f"there is no [[ask]] {name!r}")
        if not isinstance(zone.get("id"), str) or not 0 < len(str(zone.get("id"))) <= 32:
            self.report(where, "id is a name of at most 32 characters")
        self.check_condition(zone, where, needed=True)
        self.check_number(zone, "sure", where, 0, 1)

    def check_outcome(self, outcome: Table) -> None:
        where = "[outcome]"
        self.check_keys(outcome, frozenset({"severity", "suggest", "route"}), where)
        zones = self.zone_ids or {"unknown"}
        self.known_names |= {"zone", "sure"}
        severity = self.tables_at(outcome, "severity", where)
        for rule in severity:
            self.check_value_rule(rule, f"{where} severity", "set", SEVERITIES)
        self.check_last_always_holds([rule.get("when") for rule in severity], f"{where} severity", empty_too=True)
        self.known_names |= {"severity"}
        routes = self.tables_at(outcome, "route", where)
        for rule in routes:
            self.check_value_rule(rule, f"{where} route", "queue", None)
        for zone in sorted(zones):
            if routes and not any(_always_takes(rule.get("when"), zone) for rule in routes):
                self.report(f"{where} route", f'the zone {zone!r} may find no queue: end with when = "True"')
        for zone, articles in self.table_at(outcome, "suggest", where).items():
            if zone not in zones:
                self.report(f"{where} suggest", f"there is no [[zone]] {zone!r}")
            for article in self.strings_in(articles, f"{where} suggest {zone}"):
                self.check_article(article, f"{where} suggest {zone}")

    def check_value_rule(self, rule: Table, where: str, key: str, allowed: frozenset[str] | None) -> None:
        self.check_keys(rule, frozenset({"when", key}), where)
        self.check_condition(rule, where, needed=True)
        if allowed is not None:
            self.check_one_of(rule, key, allowed, where)
        elif not isinstance(rule.get(key), str) or not rule[key]:
            self.report(f"{where} {key}", "is missing: the name of a queue")

    # What the parts are made of.

    def check_article(self, named: Any, where: str) -> None:
        if not _is_text(named) or not named.startswith("kb:") or not 3 < len(named.strip()) <= MAX_ARTICLE_ID_LENGTH:
            self.report(where, f'{named!r} names no article: write "kb:router-restart"')

    def check_id(self, table: Table, kind: str) -> str:
        name = table.get("id")
        where = f"{kind} {name!r}"
        if not _matches(_QUESTION_ID, name):
            self.report(where, "id is 1 to 20 characters of a-z, 0-9 and _, beginning with a letter")
        elif name in self.known_names | RESERVED_IDS:
            self.report(where, "this id is taken already" if name not in RESERVED_IDS else "this id is reserved")
        return where

    def check_condition(self, table: Table, where: str, needed: bool) -> None:
        source = table.get("when")
        if source is None and not needed:
            return
        if not isinstance(source, str):
            self.report(f"{where} when", "is a condition in quotes")
            return
        try:
            names = CompiledCondition.of(source).names
        except InvalidCondition as error:
            self.report(f"{where} when", str(error))
            return
        for name in sorted(names - self.known_names):
            self.report(f"{where} when", f"{name!r} is no earlier question and nothing the desk knows")

    def check_last_always_holds(self, conditions: list[Any], where: str, empty_too: bool) -> None:
        if conditions and conditions[-1] != "True":
            self.report(where, 'the last one must have when = "True", so that one always holds')
        if not conditions and empty_too:
            self.report(where, 'is missing: at least [{ when = "True", set = "minor" }]')

    def check_texts(self, value: Any, where: str, longest: int, names: frozenset[str] = frozenset()) -> None:
        """Checks a text in every language; only ``names`` may stand in braces."""
        if not _is_table(value):
            self.report(where, f"is missing: one text for each of {', '.join(LANGUAGES)}")
            return
        self.check_keys(value, frozenset(LANGUAGES), where)
        for language in LANGUAGES:
            text = value.get(language)
            if not isinstance(text, str) or not text.strip():
                self.report(f"{where} {language}", "is missing or empty")
            elif len(text) > longest:
                self.report(f"{where} {language}", f"has {len(text)} characters; at most {longest} fit")
            else:
                for placeholder in sorted(set(_PLACEHOLDER.findall(text)) - names):
                    self.report(f"{where} {language}", f"{{{placeholder}}} is nothing the desk may show there")

    def check_keys(self, table: Table, allowed: frozenset[str], where: str) -> None:
        for key in sorted(set(table) - allowed):
            self.report(where, f"the key {key!r} is unknown: remove it or correct it")

    def table_at(self, table: Table, key: str, where: str = "") -> Table:
        value = table.get(key, {})
        if _is_table(value):
            return dict(value)
        self.report(f"{where} {key}".strip(), "must be a table")
        return {}

    def tables_at(self, table: Table, key: str, where: str = "") -> list[Table]:
        value = table.get(key, [])
        if isinstance(value, list) and all(_is_table(one) for one in value):
            return value
        self.report(f"{where} {key}".strip(), "must be a list of tables")
        return []

    def check_one_of(self, table: Table, key: str, allowed: Iterable[str], where: str) -> None:
        if table.get(key) not in set(allowed):
            self.report(f"{where} {key}", f"is one of {', '.join(sorted(allowed))}; not {table.get(key)!r}")

    def check_optional_one_of(self, table: Table, key: str, allowed: frozenset[str], where: str) -> None:
        if key in table:
            self.check_one_of(table, key, allowed, where)

    def check_strings(
        self, table: Table, key: str, where: str, needed: bool = False, allowed: frozenset[str] | None = None
    ) -> None:
        if key not in table and not needed:
            return
        for one in self.strings_in(table.get(key), f"{where} {key}"):
            if allowed is not None and one not in allowed:
                self.report(f"{where} {key}", f"{one!r} is unknown: there are {', '.join(sorted(allowed))}")

    def strings_in(self, value: Any, where: str) -> list[str]:
        strings = _only_strings(value)
        if not strings or len(strings) != len(value) or not all(one.strip() for one in strings):
            self.report(where, "is a list of texts, none of them empty")
        return strings

    def check_number(self, table: Table, key: str, where: str, low: float, high: float, needed: bool = True) -> None:
        if key not in table and not needed:
            return
        value = table.get(key)
        if not _is_number(value) or not low <= value <= high:
            self.report(f"{where} {key}", f"is a number from {low} to {high}, not {value!r}")

    def check_flag(self, table: Table, key: str, where: str) -> None:
        if not isinstance(table.get(key, True), bool):
            self.report(f"{where} {key}", "is true or false, without quotes")

    def check_image(self, table: Table, where: str) -> None:
        image = table.get("image")
        if image is None:
            return
        if not isinstance(image, str) or "/" in image or "\\" in image or image.startswith("."):
            self.report(f"{where} image", "is the name of a picture beside the dialog's file, without a path")
        elif Path(image).suffix not in PICTURES:
            self.report(f"{where} image", f"is a picture that ends with {' or '.join(sorted(PICTURES))}")
        elif self.folder is not None and not (self.folder / image).is_file():
            self.report(f"{where} image", f"there is no {image} beside the dialog's file")


def _is_table(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value.isprintable()


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _only_strings(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _always_takes(condition: Any, zone: str) -> bool:
    """Whether a rule takes this zone whatever else is true."""
    try:
        return isinstance(condition, str) and CompiledCondition.of(condition).test({"zone": zone}) is True
    except InvalidCondition:
        return False
