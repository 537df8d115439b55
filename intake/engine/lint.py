"""Checks a dialog file: each problem is one sentence that names the file and the key.

The tables are checked as TOML gave them, before anything is built from them, so one run tells all problems at once.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from desk.language.condition_checks import NameDomain
from desk.language.conditions import CompiledCondition, InvalidCondition, is_number
from desk.language.detect import LANGUAGES
from desk.language.operator_file_faults import Fault, FileFaults
from desk.language.translatable import sentence, write_instead
from intake.engine.lint_parts import (
    CONDITION_FACTS,
    FILE,
    PLACEHOLDER,
    QUESTION_ID,
    RESERVED_IDS,
    TOP,
    PartsLinter,
    Place,
    Table,
    is_table,
    matches,
    only_strings,
)

TEXT_NAMES = frozenset({"service.address", "service.contract", "service.level", "subscriber.name", "provider.name"})
"""What a text may show in braces. The rules give only those that may be disclosed."""

PUBLIC_TEXT_NAMES = frozenset({"provider.name"})
"""Those of `TEXT_NAMES` that disclose nothing about the account."""

QUESTION_TYPES = frozenset(
    {"choice", "multi", "yesno", "text", "number", "datetime", "phone", "location", "photo", "file"},
)
REQUEST_KINDS = frozenset({"command_output", "photo", "speedtest", "log", "access"})
CATEGORIES = frozenset({"technical", "billing", "security", "equipment_setup"})
"""Those of the desk; a provider may add its own ([[category]] of policy.toml)."""
ZONES = frozenset(
    {"subscriber_device", "home_network", "access_line", "isp_aggregation", "isp_core", "isp_service", "remote_site"}
    | {"mail_account", "payment_path", "plan", "charge", "billing", "unknown"}
)
"""The zones that the agents' card has words for; a provider may add its own ([[zone]] of policy.toml)."""
TICKET_TYPES = frozenset({"incident", "service_request", "change_request", "question", "complaint"})
SEVERITIES = frozenset({"critical", "major", "minor"})
CASE_FIELDS = frozenset({"occurred_at", "place", "circumstances"})
MEANINGS = frozenset(
    {"scope", "since", "address", "site", "lamps", "rebooted", "neighbours", "changed", "amount", "phone", "date"}
    | {"money_matter", "paid_by"}
)
"""What a question may ask for (``means``): values of these are understood wherever they are said."""
OPERATING_SYSTEMS = frozenset({"windows", "macos", "linux"})
TIME_BUTTONS = frozenset({"now", "today", "today_morning", "yesterday", "days_ago", "week_ago"})

MAX_QUESTIONS = 30
MAX_OPTIONS = 9  # an option is answered by one digit after its question's number
MAX_TEXT_LENGTH = 1500  # with its options it must fit one message of 4096 characters
MAX_LABEL_LENGTH = 60  # a button of a phone shows no more

_CATEGORY_ID = re.compile(r"[a-z][a-z0-9_]{0,23}")
"""Any category can be read: whether a provider has one of its own, its policy tells (`firstline check`)."""
_DIALOG_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")

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


def find_faults(table: Table, name: str, folder: Path | None = None, source: str = "") -> list[Fault]:
    """Everything wrong with the table of a dialog file called ``name``, whose text is ``source``; pictures are looked
    for in ``folder``."""
    linter = _DialogLinter(FileFaults(name, source), folder)
    linter.check_file(table)
    return sorted(linter.faults.found, key=lambda one: one.line)


class _DialogLinter(PartsLinter):
    def __init__(self, faults: FileFaults, folder: Path | None) -> None:
        super().__init__(faults, folder)
        self.zone_ids: set[str] = set()
        self.question_ids: set[str] = set()

    def check_file(self, table: Table) -> None:
        self.check_keys(table, frozenset({"schema", "form", "ask", "request", "zone", "outcome"}), FILE)
        if table.get("schema") != 1:
            self.report(
                TOP / "schema",
                sentence("must be 1, the only form of these files there is"),
                sentence("write schema = 1"),
            )
        self.check_dialog(self.table_at(table, "form"))
        questions, requests, zones = (self.tables_at(table, key) for key in ("ask", "request", "zone"))
        if not 1 <= len(questions) <= MAX_QUESTIONS:
            what = "a dialog has 1 to {most} questions, this one has {number}"
            self.report(TOP / "ask", sentence(what, most=MAX_QUESTIONS, number=len(questions)))
        self.zone_ids = {str(zone.get("id")) for zone in zones}
        self.question_ids = {str(question.get("id")) for question in questions}
        for number, question in enumerate(questions):
            self.check_question(question, number)
        for number, request in enumerate(requests):
            self.check_request(request, number)
        for number, zone in enumerate(zones):
            self.check_zone(zone, number)
        last = Place("zone", ("zone", len(zones) - 1)) if zones else Place("zone")
        self.check_last_always_holds([zone.get("when") for zone in zones], last, empty_too=False)
        self.check_outcome(self.table_at(table, "outcome"))

    # The parts of the file, in its order.

    def check_dialog(self, dialog: Table) -> None:
        where = Place("[form]", ("form",))
        self.check_keys(dialog, _DIALOG_KEYS, where)
        if not matches(_DIALOG_ID, dialog.get("id")):
            self.report(where / "id", sentence("is a short name of a-z, 0-9 and _, such as no_internet"))
        self.check_number(dialog, "version", where, 1, 10**6)
        if not matches(_CATEGORY_ID, dialog.get("category")):
            self.check_one_of(dialog, "category", CATEGORIES, where)
        self.check_one_of(dialog, "ticket_type", TICKET_TYPES, where)
        self.check_texts(dialog.get("title"), where / "title", MAX_LABEL_LENGTH)
        self.check_strings(dialog, "match", where, needed=True)
        self.check_strings(dialog, "needs", where, allowed=frozenset({"entitlement"}))
        self.check_number(dialog, "max_questions", where, 1, MAX_QUESTIONS, needed=False)
        self.check_number(dialog, "email_batch", where, 1, 9, needed=False)
        if "language" in dialog and set(only_strings(dialog["language"])) != set(LANGUAGES):
            what = sentence("must name all languages of the desk: {languages}", languages=", ".join(LANGUAGES))
            self.report(where / "language", what)

    def check_question(self, question: Table, number: int) -> None:
        where = self.check_id(question, "ask", number)
        self.check_keys(question, _QUESTION_KEYS, where)
        self.check_one_of(question, "type", QUESTION_TYPES, where)
        self.check_condition(question, where, needed=False)
        self.check_question_text(question, where)
        self.check_flag(question, "required", where)
        self.check_optional_one_of(question, "prefill", TEXT_NAMES, where)
        self.check_optional_one_of(question, "case_field", CASE_FIELDS, where)
        self.check_optional_one_of(question, "means", MEANINGS, where)
        if "label" in question:
            self.check_texts(question["label"], where / "label", MAX_LABEL_LENGTH)
        if "again" in question:
            self.check_texts(question["again"], where / "again", MAX_TEXT_LENGTH)
        self.check_strings(question, "formerly", where)
        self.check_image(question, where)
        self.check_selfhelp(question, where)
        if "prefill" in question and question.get("type") not in ("text", "location"):
            self.report(where / "prefill", sentence("belongs to questions of type text or location"))
        self.check_options(question, where)
        self.check_buttons(question, where)
        self.check_constraint(question, where)
        self.domains[str(question.get("id"))] = _domain_of(question)

    def check_selfhelp(self, question: Table, where: Place) -> None:
        if "selfhelp" not in question:
            return
        if question.get("type") != "yesno":
            what = sentence('belongs to questions of type yesno: the article is shown to who says "no"')
            self.report(where / "selfhelp", what)
        self.check_article(question["selfhelp"], where / "selfhelp")

    def check_question_text(self, question: Table, where: Place) -> None:
        self.check_texts(question.get("text"), where / "text", MAX_TEXT_LENGTH, TEXT_NAMES)
        if "hint" in question:
            self.check_texts(question["hint"], where / "hint", MAX_TEXT_LENGTH)
        texts = question.get("text")
        shown = (
            {placeholder for text in only_strings(list(texts.values())) for placeholder in PLACEHOLDER.findall(text)}
            if is_table(texts)
            else set()
        )
        if "text_unproved" in question:
            self.check_texts(question["text_unproved"], where / "text_unproved", MAX_TEXT_LENGTH, PUBLIC_TEXT_NAMES)
        elif shown - PUBLIC_TEXT_NAMES:
            what = "shows {name}: add text_unproved, for who has not proved who they are"
            self.report(where / "text", sentence(what, name=f"{{{min(shown - PUBLIC_TEXT_NAMES)}}}"))

    def check_options(self, question: Table, where: Place) -> None:
        options = self.tables_at(question, "options", where)
        if question.get("type") not in ("choice", "multi"):
            if options:
                self.report(where / "options", sentence("belong to questions of type choice or multi only"))
            return
        if not 2 <= len(options) <= MAX_OPTIONS:
            what = sentence("there are 2 to {most} of them, not {number}", most=MAX_OPTIONS, number=len(options))
            self.report(where / "options", what)
        for number, option in enumerate(options):
            self.check_option(option, (where / "options").at(number, f"{where} option {option.get('id')!r}"))
        for key in ("id", *LANGUAGES):
            values = [str(option.get(key)).casefold() for option in options]
            if twice := next((at for at, value in enumerate(values) if value in values[:at]), 0):
                place = Place(f"{where} options", (*where.path, "options", twice, key))
                self.report(place, sentence("two of them have the same {key}", key=key), sentence("change one of them"))

    def check_option(self, option: Table, where: Place) -> None:
        self.check_keys(option, _OPTION_KEYS, where)
        if not matches(QUESTION_ID, option.get("id")) or option.get("id") in RESERVED_IDS - CONDITION_FACTS:
            self.report(where / "id", sentence("is 1 to 20 characters of a-z, 0-9 and _, and none of skip, on_file"))
        self.check_texts({key: option[key] for key in LANGUAGES if key in option}, where, MAX_LABEL_LENGTH)
        for key in ("present", "absent"):
            if key in option:
                self.check_texts(option[key], where / key, MAX_TEXT_LENGTH)
        self.check_strings(option, "also", where)
        if "goto_zone" in option and option["goto_zone"] not in self.zone_ids:
            self.report_unknown(
                where / "goto_zone", "there is no [[zone]] {name}", str(option["goto_zone"]), self.zone_ids
            )

    def check_buttons(self, question: Table, where: Place) -> None:
        if "buttons" in question and question.get("type") != "datetime":
            self.report(where / "buttons", sentence("belong to questions of type datetime; a choice has options"))
        self.check_strings(question, "buttons", where, allowed=TIME_BUTTONS)

    def check_constraint(self, question: Table, where: Place) -> None:
        if "constraint" not in question:
            return
        if question.get("type") != "number":
            what = "belongs to questions of type number: {example}"
            self.report(where / "constraint", sentence(what, example="{ min = 0, max = 100 }"))
            return
        limits = self.table_at(question, "constraint", where)
        self.check_keys(limits, frozenset({"min", "max"}), where / "constraint")
        for key in limits:
            self.check_number(limits, key, where / "constraint", -(10**9), 10**9)
        if (
            "min" in limits
            and "max" in limits
            and is_number(limits["min"])
            and is_number(limits["max"])
            and limits["min"] > limits["max"]
        ):
            self.report(where / "constraint", sentence("min is above max"))

    def check_request(self, request: Table, number: int) -> None:
        where = self.check_id(request, "request", number)
        self.check_keys(request, _REQUEST_KEYS, where)
        self.check_one_of(request, "kind", REQUEST_KINDS, where)
        self.check_condition(request, where, needed=False)
        self.check_texts(request.get("text"), where / "text", MAX_TEXT_LENGTH)
        if "label" in request:
            self.check_texts(request["label"], where / "label", MAX_LABEL_LENGTH)
        if "hint" in request:
            self.check_texts(request["hint"], where / "hint", MAX_TEXT_LENGTH)
        self.check_flag(request, "optional", where)
        self.check_image(request, where)
        self.check_commands(request, where)
        self.check_extract(request, where)
        self.domains[str(request.get("id"))] = NameDomain()

    def check_commands(self, request: Table, where: Place) -> None:
        commands, params = self.table_at(request, "command", where), self.table_at(request, "params", where)
        if request.get("kind") == "command_output" and not commands:
            example = '{ windows = "ipconfig /all" }'
            self.report(where / "command", sentence("is missing: command = {example}", example=example))
        self.check_keys(commands, OPERATING_SYSTEMS, where / "command")
        for system, line in commands.items():
            if not isinstance(line, str) or not 0 < len(line) <= 200 or "\n" in line or "`" in line:
                self.report(where / "command" / system, sentence("is one line of at most 200 characters without `"))
                continue
            for placeholder in PLACEHOLDER.findall(line):
                if placeholder not in params:
                    what = sentence("names {name}, which params does not give", name=f"{{{placeholder}}}")
                    self.report(where / "command" / system, what, write_instead(placeholder, params))
        for key, value in params.items():
            if not isinstance(value, str):
                what = sentence('is a text: "192.168.1.1", or "answer:ID" for an earlier answer')
                self.report(where / "params" / key, what)
            elif (
                value.startswith("answer:")
                and value.removeprefix("answer:") not in self.domains.keys() - CONDITION_FACTS
            ):
                name = value.removeprefix("answer:")
                known = self.domains.keys() - CONDITION_FACTS
                self.report_unknown(where / "params" / key, "there is no earlier question {name}", name, known)

    def check_extract(self, request: Table, where: Place) -> None:
        for key, pattern in self.table_at(request, "extract", where).items():
            here = where / "extract" / key
            if not matches(QUESTION_ID, key) or key in self.domains.keys() | RESERVED_IDS:
                self.report(here, sentence("needs a short name of its own, of a-z, 0-9 and _"))
            if not is_table(pattern):
                what = "is no pattern: say which words the number stands at, {example} or after"
                self.report(here, sentence(what, example='{ before = ["% loss"] }'))
                continue
            self.check_keys(pattern, frozenset({"before", "after"}), here)
            for side in ("before", "after"):
                self.check_strings(pattern, side, here)
            if not pattern:
                self.report(here, sentence("needs before = [...] or after = [...]: the words the number stands at"))
            self.domains[key] = NameDomain()

    def check_zone(self, zone: Table, number: int) -> None:
        where = Place(f"[[zone]] {zone.get('id')!r}", ("zone", number))
        self.check_keys(zone, frozenset({"id", "when", "sure", "still_ask"}), where)
        for name in self.strings_in(zone["still_ask"], where / "still_ask") if "still_ask" in zone else ():
            if name not in self.question_ids:
                self.report_unknown(where / "still_ask", "there is no [[ask]] {name}", name, self.question_ids)
        if not isinstance(zone.get("id"), str) or not 0 < len(str(zone.get("id"))) <= 32:
            self.report(where, sentence("id is a name of at most 32 characters"))
        self.check_condition(zone, where, needed=True)
        self.check_number(zone, "sure", where, 0, 1)

    def check_outcome(self, outcome: Table) -> None:
        where = Place("[outcome]", ("outcome",))
        self.check_keys(outcome, frozenset({"severity", "suggest", "route"}), where)
        zones = self.zone_ids or {"unknown"}
        self.domains |= {
            "zone": NameDomain(known=frozenset(zones | {"unknown"})),
            "sure": NameDomain("number", None, 0, 1),
        }
        severity = self.tables_at(outcome, "severity", where)
        for number, rule in enumerate(severity):
            self.check_value_rule(rule, (where / "severity").at(number), "set", SEVERITIES)
        self.check_last_always_holds([rule.get("when") for rule in severity], where / "severity", empty_too=True)
        self.domains["severity"] = NameDomain(known=SEVERITIES)
        routes = self.tables_at(outcome, "route", where)
        for number, rule in enumerate(routes):
            self.check_value_rule(rule, (where / "route").at(number), "queue", None)
        for zone in sorted(zones):
            if routes and not any(_always_takes(rule.get("when"), zone) for rule in routes):
                what = sentence('the zone {zone} may find no queue: end with when = "True"', zone=repr(zone))
                self.report(where / "route", what)
        for zone, articles in self.table_at(outcome, "suggest", where).items():
            if zone not in zones:
                place = Place(f"{where} suggest", (*where.path, "suggest", zone))
                self.report_unknown(place, "there is no [[zone]] {name}", zone, zones)
            self.check_suggestions(articles, where / "suggest" / zone)

    def check_suggestions(self, articles: Any, where: Place) -> None:
        """Articles, each by itself or as ``{ when, article }``."""
        conditional = [one for one in articles if isinstance(one, dict)] if isinstance(articles, list) else []
        for number, rule in enumerate(conditional):
            self.check_keys(rule, frozenset({"when", "article"}), where.at(number))
            self.check_condition(rule, where.at(number), needed=True)
            self.check_article(rule.get("article"), where.at(number))
        plain = [one for one in articles if not isinstance(one, dict)] if conditional else articles
        for article in self.strings_in(plain, where) if plain or not conditional else ():
            self.check_article(article, where)

    def check_value_rule(self, rule: Table, where: Place, key: str, allowed: frozenset[str] | None) -> None:
        self.check_keys(rule, frozenset({"when", key}), where)
        self.check_condition(rule, where, needed=True)
        if allowed is not None:
            self.check_one_of(rule, key, allowed, where)
        elif not isinstance(rule.get(key), str) or not rule[key]:
            self.report(where / key, sentence("is missing: the name of a queue"))


def _domain_of(question: Table) -> NameDomain:
    """What the answer to a question may be."""
    kind, options = question.get("type"), question.get("options")
    ids = (
        frozenset(str(one.get("id")) for one in options if is_table(one)) if isinstance(options, list) else frozenset()
    )
    if kind == "choice":
        return NameDomain(known=ids)
    if kind == "multi":
        return NameDomain("list", ids)
    if kind == "yesno":
        return NameDomain(known=frozenset({"yes", "no", "unknown"}))
    return NameDomain()


def _always_takes(condition: Any, zone: str) -> bool:
    """Whether a rule takes this zone whatever else is true."""
    try:
        return isinstance(condition, str) and CompiledCondition.of(condition).test({"zone": zone}) is True
    except InvalidCondition:
        return False
