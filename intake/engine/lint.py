"""What is wrong with a dialog file: every fault as one sentence that names the file and the key.

The tables are checked as TOML gave them, before anything is built from them, so one run tells all faults at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeGuard

from desk.language.conditions import BadCondition, Condition
from desk.language.detect import LANGUAGES
from desk.model.media_types import PICTURES

FACTS = frozenset({"outage_active", "account_blocked", "entitlement", "service_level", "proved", "upset", "language"})
"""What a ``when`` may ask about besides earlier answers. The rules give the values they know."""

NAMES = frozenset({"service.address", "service.contract", "service.level", "subscriber.name", "provider.name"})
"""What a text may show in braces. The rules give only those that may be disclosed."""

OPEN_NAMES = frozenset({"provider.name"})
"""Those of `NAMES` that disclose nothing about the account."""

TYPES = frozenset(
    {"choice", "multi", "yesno", "text", "number", "datetime", "phone", "location", "photo", "file"},
)
KINDS = frozenset({"command_output", "photo", "speedtest", "log", "access"})
CATEGORIES = frozenset({"technical", "billing", "security", "equipment_setup"})
TICKET_TYPES = frozenset({"incident", "service_request", "change_request", "question", "complaint"})
SEVERITIES = frozenset({"critical", "major", "minor"})
CASE_FIELDS = frozenset({"occurred_at", "place", "circumstances"})
SYSTEMS = frozenset({"windows", "macos", "linux"})
MOMENTS = frozenset({"now", "today_morning", "yesterday", "days_ago", "week_ago"})
RESERVED = frozenset({"skip", "unknown_answer", "on_file", "zone", "sure", "severity"}) | FACTS

MOST_ASKS = 30
MOST_OPTIONS = 9  # an option is answered by one digit after its question's number
LONGEST_TEXT = 1500  # with its options it must fit one message of 4096 characters
LONGEST_ARTICLE = 63  # the id of an article with its "kb:"
LONGEST_LABEL = 60  # a button of a phone shows no more

_ID = re.compile(
    r"[a-z][a-z0-9_]{0,19}"
)  # callback data is case:prompt:option in 64 bytes, option ids are the part we choose
_FORM_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_HOLE = re.compile(r"\{([a-z_.]{1,40})\}")

_FORM_KEYS = frozenset(
    ["id", "version", "category", "ticket_type", "title", "match", "needs", "max_questions", "email_batch", "language"],
)
_ASK_KEYS = frozenset(
    {"id", "type", "text", "text_unproved", "hint", "when", "required", "prefill", "case_field", "image", "selfhelp"}
    | {"constraint", "options", "buttons"},
)
_OPTION_KEYS = frozenset({"id", *LANGUAGES, "present", "absent", "also", "goto_zone"})
_REQUEST_KEYS = frozenset(["id", "kind", "text", "hint", "when", "command", "params", "extract", "optional", "image"])

Table = Mapping[str, Any]


def find_faults(table: Table, name: str, folder: Path | None = None) -> list[str]:
    """Everything wrong with the table of a dialog file called ``name``; pictures are looked for in ``folder``."""
    lint = _DialogLinter(name, folder)
    lint.whole(table)
    return lint.found


class _DialogLinter:
    def __init__(self, name: str, folder: Path | None) -> None:
        self.name = name
        self.folder = folder
        self.found: list[str] = []
        self.known: set[str] = set(FACTS)
        self.zones: set[str] = set()

    def fault(self, where: str, what: str) -> None:
        self.found.append(f"{self.name}: {where}: {what}")

    def whole(self, table: Table) -> None:
        self.only(table, frozenset({"schema", "form", "ask", "request", "zone", "outcome"}), "the file")
        if table.get("schema") != 1:
            self.fault("schema", "must be 1, the only form of these files there is")
        self.form(self.part(table, "form"))
        asks, requests, zones = (self.list_of(table, key) for key in ("ask", "request", "zone"))
        if not 1 <= len(asks) <= MOST_ASKS:
            self.fault("ask", f"a dialog has 1 to {MOST_ASKS} questions, this one has {len(asks)}")
        self.zones = {str(zone.get("id")) for zone in zones}
        for ask in asks:
            self.ask(ask)
        for request in requests:
            self.request(request)
        for zone in zones:
            self.zone(zone)
        self.last_holds([zone.get("when") for zone in zones], "zone", empty_too=False)
        self.outcome(self.part(table, "outcome"))

    # The parts of the file, in its order.

    def form(self, form: Table) -> None:
        where = "[form]"
        self.only(form, _FORM_KEYS, where)
        if not _fits(_FORM_ID, form.get("id")):
            self.fault(f"{where} id", "is a short name of a-z, 0-9 and _, such as no_internet")
        self.number(form, "version", where, 1, 10**6)
        self.one_of(form, "category", CATEGORIES, where)
        self.one_of(form, "ticket_type", TICKET_TYPES, where)
        self.words(form.get("title"), f"{where} title", LONGEST_LABEL)
        self.strings(form, "match", where, needed=True)
        self.strings(form, "needs", where, allowed=frozenset({"entitlement"}))
        self.number(form, "max_questions", where, 1, MOST_ASKS, needed=False)
        self.number(form, "email_batch", where, 1, 9, needed=False)
        if "language" in form and set(_strings(form["language"])) != set(LANGUAGES):
            self.fault(f"{where} language", f"must name all languages of the desk: {', '.join(LANGUAGES)}")

    def ask(self, ask: Table) -> None:
        where = self.identity(ask, "[[ask]]")
        self.only(ask, _ASK_KEYS, where)
        self.one_of(ask, "type", TYPES, where)
        self.condition(ask, where, needed=False)
        self.asked_text(ask, where)
        self.flag(ask, "required", where)
        self.optional_one_of(ask, "prefill", NAMES, where)
        self.optional_one_of(ask, "case_field", CASE_FIELDS, where)
        self.image(ask, where)
        self.selfhelp(ask, where)
        if "prefill" in ask and ask.get("type") not in ("text", "location"):
            self.fault(f"{where} prefill", "belongs to questions of type text or location")
        self.options(ask, where)
        self.buttons(ask, where)
        self.constraint(ask, where)
        self.known.add(str(ask.get("id")))

    def selfhelp(self, ask: Table, where: str) -> None:
        if "selfhelp" not in ask:
            return
        if ask.get("type") != "yesno":
            self.fault(f"{where} selfhelp", 'belongs to questions of type yesno: the article is shown to who says "no"')
        self.article(ask["selfhelp"], f"{where} selfhelp")

    def asked_text(self, ask: Table, where: str) -> None:
        self.words(ask.get("text"), f"{where} text", LONGEST_TEXT, NAMES)
        if "hint" in ask:
            self.words(ask["hint"], f"{where} hint", LONGEST_TEXT)
        texts = ask.get("text")
        shown = (
            {hole for text in _strings(list(texts.values())) for hole in _HOLE.findall(text)}
            if _is_table(texts)
            else set()
        )
        if "text_unproved" in ask:
            self.words(ask["text_unproved"], f"{where} text_unproved", LONGEST_TEXT, OPEN_NAMES)
        elif shown - OPEN_NAMES:
            self.fault(
                f"{where} text",
                f"shows {{{min(shown - OPEN_NAMES)}}}: add text_unproved, for people who have not proved who they are",
            )

    def options(self, ask: Table, where: str) -> None:
        options = self.list_of(ask, "options", where)
        if ask.get("type") not in ("choice", "multi"):
            if options:
                self.fault(f"{where} options", "belong to questions of type choice or multi only")
            return
        if not 2 <= len(options) <= MOST_OPTIONS:
            self.fault(f"{where} options", f"there are 2 to {MOST_OPTIONS} of them, not {len(options)}")
        for option in options:
            self.option(option, where)
        for key in ("id", *LANGUAGES):
            values = [str(option.get(key)).casefold() for option in options]
            if len(set(values)) < len(values):
                self.fault(f"{where} options", f"two of them have the same {key}")

    def option(self, option: Table, ask: str) -> None:
        where = f"{ask} option {option.get('id')!r}"
        self.only(option, _OPTION_KEYS, where)
        if not _fits(_ID, option.get("id")) or option.get("id") in RESERVED - FACTS:
            self.fault(f"{where} id", "is 1 to 20 characters of a-z, 0-9 and _, and none of skip, on_file")
        self.words({key: option[key] for key in LANGUAGES if key in option}, where, LONGEST_LABEL)
        for key in ("present", "absent"):
            if key in option:
                self.words(option[key], f"{where} {key}", LONGEST_TEXT)
        self.strings(option, "also", where)
        if "goto_zone" in option and option["goto_zone"] not in self.zones:
            self.fault(f"{where} goto_zone", f"there is no [[zone]] {option['goto_zone']!r}")

    def buttons(self, ask: Table, where: str) -> None:
        if "buttons" in ask and ask.get("type") != "datetime":
            self.fault(f"{where} buttons", "belong to questions of type datetime; a choice has options")
        self.strings(ask, "buttons", where, allowed=MOMENTS)

    def constraint(self, ask: Table, where: str) -> None:
        if "constraint" not in ask:
            return
        if ask.get("type") != "number":
            self.fault(f"{where} constraint", "belongs to questions of type number: { min = 0, max = 100 }")
            return
        limits = self.part(ask, "constraint", where)
        self.only(limits, frozenset({"min", "max"}), f"{where} constraint")
        for key in limits:
            self.number(limits, key, f"{where} constraint", -(10**9), 10**9)
        if (
            "min" in limits
            and "max" in limits
            and _is_number(limits["min"])
            and _is_number(limits["max"])
            and limits["min"] > limits["max"]
        ):
            self.fault(f"{where} constraint", "min is above max")

    def request(self, request: Table) -> None:
        where = self.identity(request, "[[request]]")
        self.only(request, _REQUEST_KEYS, where)
        self.one_of(request, "kind", KINDS, where)
        self.condition(request, where, needed=False)
        self.words(request.get("text"), f"{where} text", LONGEST_TEXT)
        if "hint" in request:
            self.words(request["hint"], f"{where} hint", LONGEST_TEXT)
        self.flag(request, "optional", where)
        self.image(request, where)
        self.commands(request, where)
        self.extract(request, where)
        self.known.add(str(request.get("id")))

    def commands(self, request: Table, where: str) -> None:
        commands, params = self.part(request, "command", where), self.part(request, "params", where)
        if request.get("kind") == "command_output" and not commands:
            self.fault(f"{where} command", 'is missing: command = { windows = "ipconfig /all" }')
        self.only(commands, SYSTEMS, f"{where} command")
        for system, line in commands.items():
            if not isinstance(line, str) or not 0 < len(line) <= 200 or "\n" in line or "`" in line:
                self.fault(f"{where} command {system}", "is one line of at most 200 characters without `")
                continue
            for hole in _HOLE.findall(line):
                if hole not in params:
                    self.fault(f"{where} command {system}", f"names {{{hole}}}, which params does not give")
        for key, value in params.items():
            if not isinstance(value, str):
                self.fault(f"{where} params {key}", 'is a text: "192.168.1.1", or "answer:ID" for an earlier answer')
            elif value.startswith("answer:") and value.removeprefix("answer:") not in self.known - FACTS:
                self.fault(f"{where} params {key}", f"there is no earlier question {value.removeprefix('answer:')!r}")

    def extract(self, request: Table, where: str) -> None:
        for key, reading in self.part(request, "extract", where).items():
            here = f"{where} extract {key}"
            if not _fits(_ID, key) or key in self.known | RESERVED:
                self.fault(here, "needs a short name of its own, of a-z, 0-9 and _")
            if not _is_table(reading):
                self.fault(
                    here, 'is no pattern: say which words the number stands at, { before = ["% loss"] } or after'
                )
                continue
            self.only(reading, frozenset({"before", "after"}), here)
            for side in ("before", "after"):
                self.strings(reading, side, here)
            if not reading:
                self.fault(here, "needs before = [...] or after = [...]: the words the number stands at")
            self.known.add(key)

    def zone(self, zone: Table) -> None:
        where = f"[[zone]] {zone.get('id')!r}"
        self.only(zone, frozenset({"id", "when", "sure"}), where)
        if not isinstance(zone.get("id"), str) or not 0 < len(str(zone.get("id"))) <= 32:
            self.fault(where, "id is a name of at most 32 characters")
        self.condition(zone, where, needed=True)
        self.number(zone, "sure", where, 0, 1)

    def outcome(self, outcome: Table) -> None:
        where = "[outcome]"
        self.only(outcome, frozenset({"severity", "suggest", "route"}), where)
        zones = self.zones or {"unknown"}
        self.known |= {"zone", "sure"}
        severity = self.list_of(outcome, "severity", where)
        for rule in severity:
            self.rule(rule, f"{where} severity", "set", SEVERITIES)
        self.last_holds([rule.get("when") for rule in severity], f"{where} severity", empty_too=True)
        self.known |= {"severity"}
        routes = self.list_of(outcome, "route", where)
        for rule in routes:
            self.rule(rule, f"{where} route", "queue", None)
        for zone in sorted(zones):
            if routes and not any(_surely(rule.get("when"), zone) for rule in routes):
                self.fault(f"{where} route", f'the zone {zone!r} may find no queue: end with when = "True"')
        for zone, articles in self.part(outcome, "suggest", where).items():
            if zone not in zones:
                self.fault(f"{where} suggest", f"there is no [[zone]] {zone!r}")
            for article in self.checked_strings(articles, f"{where} suggest {zone}"):
                self.article(article, f"{where} suggest {zone}")

    def rule(self, rule: Table, where: str, key: str, allowed: frozenset[str] | None) -> None:
        self.only(rule, frozenset({"when", key}), where)
        self.condition(rule, where, needed=True)
        if allowed is not None:
            self.one_of(rule, key, allowed, where)
        elif not isinstance(rule.get(key), str) or not rule[key]:
            self.fault(f"{where} {key}", "is missing: the name of a queue")

    # What the parts are made of.

    def article(self, named: Any, where: str) -> None:
        if not _is_text(named) or not named.startswith("kb:") or not 3 < len(named.strip()) <= LONGEST_ARTICLE:
            self.fault(where, f'{named!r} names no article: write "kb:router-restart"')

    def identity(self, table: Table, kind: str) -> str:
        name = table.get("id")
        where = f"{kind} {name!r}"
        if not _fits(_ID, name):
            self.fault(where, "id is 1 to 20 characters of a-z, 0-9 and _, beginning with a letter")
        elif name in self.known | RESERVED:
            self.fault(where, "this id is taken already" if name not in RESERVED else "this id is reserved")
        return where

    def condition(self, table: Table, where: str, needed: bool) -> None:
        source = table.get("when")
        if source is None and not needed:
            return
        if not isinstance(source, str):
            self.fault(f"{where} when", "is a condition in quotes")
            return
        try:
            names = Condition.of(source).names
        except BadCondition as error:
            self.fault(f"{where} when", str(error))
            return
        for name in sorted(names - self.known):
            self.fault(f"{where} when", f"{name!r} is no earlier question and nothing the desk knows")

    def last_holds(self, conditions: list[Any], where: str, empty_too: bool) -> None:
        if conditions and conditions[-1] != "True":
            self.fault(where, 'the last one must have when = "True", so that one always holds')
        if not conditions and empty_too:
            self.fault(where, 'is missing: at least [{ when = "True", set = "minor" }]')

    def words(self, value: Any, where: str, longest: int, names: frozenset[str] = frozenset()) -> None:
        """Checks a text in every language; only ``names`` may stand in braces."""
        if not _is_table(value):
            self.fault(where, f"is missing: one text for each of {', '.join(LANGUAGES)}")
            return
        self.only(value, frozenset(LANGUAGES), where)
        for language in LANGUAGES:
            text = value.get(language)
            if not isinstance(text, str) or not text.strip():
                self.fault(f"{where} {language}", "is missing or empty")
            elif len(text) > longest:
                self.fault(f"{where} {language}", f"has {len(text)} characters; at most {longest} fit")
            else:
                for hole in sorted(set(_HOLE.findall(text)) - names):
                    self.fault(f"{where} {language}", f"{{{hole}}} is nothing the desk may show there")

    def only(self, table: Table, allowed: frozenset[str], where: str) -> None:
        for key in sorted(set(table) - allowed):
            self.fault(where, f"the key {key!r} is unknown: remove it or correct it")

    def part(self, table: Table, key: str, where: str = "") -> Table:
        value = table.get(key, {})
        if _is_table(value):
            return dict(value)
        self.fault(f"{where} {key}".strip(), "must be a table")
        return {}

    def list_of(self, table: Table, key: str, where: str = "") -> list[Table]:
        value = table.get(key, [])
        if isinstance(value, list) and all(_is_table(one) for one in value):
            return value
        self.fault(f"{where} {key}".strip(), "must be a list of tables")
        return []

    def one_of(self, table: Table, key: str, allowed: Iterable[str], where: str) -> None:
        if table.get(key) not in set(allowed):
            self.fault(f"{where} {key}", f"is one of {', '.join(sorted(allowed))}; not {table.get(key)!r}")

    def optional_one_of(self, table: Table, key: str, allowed: frozenset[str], where: str) -> None:
        if key in table:
            self.one_of(table, key, allowed, where)

    def strings(
        self, table: Table, key: str, where: str, needed: bool = False, allowed: frozenset[str] | None = None
    ) -> None:
        if key not in table and not needed:
            return
        for one in self.checked_strings(table.get(key), f"{where} {key}"):
            if allowed is not None and one not in allowed:
                self.fault(f"{where} {key}", f"{one!r} is unknown: there are {', '.join(sorted(allowed))}")

    def checked_strings(self, value: Any, where: str) -> list[str]:
        strings = _strings(value)
        if not strings or len(strings) != len(value) or not all(one.strip() for one in strings):
            self.fault(where, "is a list of texts, none of them empty")
        return strings

    def number(self, table: Table, key: str, where: str, low: float, high: float, needed: bool = True) -> None:
        if key not in table and not needed:
            return
        value = table.get(key)
        if not _is_number(value) or not low <= value <= high:
            self.fault(f"{where} {key}", f"is a number from {low} to {high}, not {value!r}")

    def flag(self, table: Table, key: str, where: str) -> None:
        if not isinstance(table.get(key, True), bool):
            self.fault(f"{where} {key}", "is true or false, without quotes")

    def image(self, table: Table, where: str) -> None:
        image = table.get("image")
        if image is None:
            return
        if not isinstance(image, str) or "/" in image or "\\" in image or image.startswith("."):
            self.fault(f"{where} image", "is the name of a picture beside the dialog's file, without a path")
        elif Path(image).suffix not in PICTURES:
            self.fault(f"{where} image", f"is a picture that ends with {' or '.join(sorted(PICTURES))}")
        elif self.folder is not None and not (self.folder / image).is_file():
            self.fault(f"{where} image", f"there is no {image} beside the dialog's file")


def _is_table(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_text(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and value.isprintable()


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fits(shape: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and shape.fullmatch(value) is not None


def _strings(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _surely(condition: Any, zone: str) -> bool:
    """Whether a rule takes this zone whatever else is true."""
    try:
        return isinstance(condition, str) and Condition.of(condition).test({"zone": zone}) is True
    except BadCondition:
        return False
