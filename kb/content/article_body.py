"""An article's body: its parts, and how a provider's facts are put into it. Pure.

A body is Markdown as `desk.language.rich_text.parse_markdown` reads it. What stands above the first heading is for
everybody; each ``# heading`` below it names a condition ("LOS is red", "Windows 11") and begins one more way out, in
the order they are
to be tried; the last heading says what to do when nothing helped (`is_stop_heading`). Steps are numbered lines.

A fact of the provider is written ``{{ dns1 }}``, and a line that names one the provider has not given is left out,
rather than shown with a hole. ``{{ cabinet or your account }}`` has words to say instead. ``{{ if pppoe }}`` or
``{{ if not dns1 }}`` at the end of a line (a picture's too) keeps that line only then, and at the end of a heading
everything under it; ``{{ if pppoe or not dhcp }}`` needs one of them, two conditions at one end need both.
`FACT_NAMES` names them all; a fact that is "no" or "false" counts as not given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from desk.language.rich_text import escape_markdown

FACT_NAMES = frozenset(
    (
        "provider_title",
        "support_phone",
        "support_hours",  # when agents answer, as people read it: "09:00-21:00"
        "site",
        "cabinet",  # the address of the personal account
        "speedtest",  # the address of a page that measures the speed inside the provider's own network
        "dns1",
        "dns2",
        "pppoe",  # "yes" where a router needs a login and a password
        "dhcp",  # "yes" where an address is simply given
        "mac_binding",  # "yes" where a port knows the router by its MAC address
        "ping_host",  # an address of the provider's own that answers a ping
        "smtp",
        "imap",
        "pop3",
        "webmail",
        "abuse_mail",
        "promised_days",  # for how many days a promised payment opens the internet
        "card_minutes",  # within how many minutes a payment by card arrives
        "transfer_days",  # within how many working days a bank transfer arrives
        "plan_next_month",  # "yes" where a new plan starts on the 1st of the next month
        "speed_percent",  # from how many percent of the plan's speed by cable a line is looked into
        "refunds",  # "yes" where money charged by mistake, or left on a closed account, is paid back
        "technician",  # "yes" where a technician comes to the subscriber's home
    )
)
STOP_HEADINGS = {"ru": "Если не помогло", "en": "Still not working?"}
"""The heading of the last part, by language: what to do when nothing helped."""
_OTHER_STOP_HEADINGS = {
    "ru": frozenset({"Если остались вопросы", "Когда остановиться и позвонить нам"}),
    "en": frozenset({"Still have questions?", "When to stop and call us"}),
}
"""Headings that say the same: of articles that mend nothing, and of articles written before."""

_NAME_PATTERN = r"[a-z0-9_]{1,40}"
_FACT_RE = re.compile(r"\{\{ ?(" + _NAME_PATTERN + r")(?: or ([^{}\n]{1,200}?))? ?\}\}")
_CONDITION_RE = re.compile(
    r"\{\{ ?if ((?:not )?" + _NAME_PATTERN + r"(?: or (?:not )?" + _NAME_PATTERN + r"){0,3}) ?\}\}"
)
_STEP_RE = re.compile(r"([0-9]{1,2})\. ")
PICTURE_LINE_RE = re.compile(r"!\[([^\]\n]{0,300})\]\(([^)\n]{1,200})\)")


@dataclass(frozen=True, slots=True)
class BodySection:
    """A section of a body. ``heading`` is "" for what stands above the first one."""

    heading: str
    lines: tuple[str, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """The numbered lines, without their numbers."""
        return tuple(_STEP_RE.sub("", line, count=1) for line in self.lines if _STEP_RE.match(line))

    @property
    def pictures(self) -> tuple[tuple[str, str], ...]:
        """The pictures in their order, each as caption and file."""
        found = (parse_picture_line(line) for line in self.lines)
        return tuple(one for one in found if one)


def parse_picture_line(line: str) -> tuple[str, str] | None:
    """The caption and the file of the picture on this line; None when there is no picture."""
    found = PICTURE_LINE_RE.fullmatch(_without_conditions(line).strip())
    return (found[1], found[2]) if found else None


def split_sections(body: str) -> tuple[BodySection, ...]:
    """The body split at its headings. The first section has none, and is left out when it is empty."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in body.strip("\n").split("\n"):
        if line.startswith("# "):
            found.append((line[2:].strip(), []))
        else:
            found[-1][1].append(line)
    whole = (BodySection(heading, tuple(lines)) for heading, lines in found)
    return tuple(part for part in whole if part.heading or any(line.strip() for line in part.lines))


def resolution_sections(body: str, language: str) -> tuple[BodySection, ...]:
    """The resolutions, in the order they are to be tried: every section but the last, for when nothing helped."""
    return tuple(part for part in split_sections(body) if not is_stop_heading(part.heading, language))


def is_stop_heading(heading: str, language: str) -> bool:
    """Whether a heading begins the last part of an article, which says what to do when nothing helped."""
    return heading == STOP_HEADINGS.get(language) or heading in _OTHER_STOP_HEADINGS.get(language, ())


def fact_names_in(body: str) -> tuple[str, ...]:
    """The names of the facts in a body, each once, in their order."""
    names = [(found.start(), found[1]) for found in _FACT_RE.finditer(body)]
    names += [(found.start(), name) for found in _CONDITION_RE.finditer(body) for name, _ in _alternatives(found)]
    return tuple(dict.fromkeys(name for _, name in sorted(names, key=lambda one: one[0])))


def first_invalid_braces(body: str) -> str:
    """The first line with double braces that are neither a fact nor a condition at a line's end; "" if none."""
    for line in body.split("\n"):
        bare = _without_conditions(_FACT_RE.sub("", line))
        if "{{" in bare or "}}" in bare:
            return line.strip()
    return ""


def fill_facts(body: str, facts: Mapping[str, str], pictures: bool = False) -> str:
    """The body's Markdown with the facts filled in, without picture lines, the steps numbered without a gap.

    A heading under which nothing is left is dropped too. A fact's value is escaped, so that no character of it becomes
    a mark. With ``pictures`` their lines stay where they are.
    """
    lines: list[str] = []
    for line in _renumber_steps(
        line for line in _lines_with_facts(body, _given_facts(facts)) if pictures or not parse_picture_line(line)
    ):
        _drop_empty_heading(lines, line)
        if line or (lines and lines[-1]):
            lines.append(line)
    _drop_empty_heading(lines, "# ")
    return "\n".join(lines).strip("\n")


def visible_picture_indexes(body: str, facts: Mapping[str, str]) -> tuple[int, ...]:
    """Which of the body's pictures, counted from 0, remain with these facts."""
    every = [parse_picture_line(line) for line in body.split("\n")]
    places = [place for _, place in filter(None, every)]
    left = [place for _, place in filter(None, map(parse_picture_line, _lines_with_facts(body, _given_facts(facts))))]
    return tuple(at for at, place in enumerate(places) if place in left)


def _given_facts(facts: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in facts.items() if value.strip().casefold() not in ("", "no", "false")}


def _drop_empty_heading(lines: list[str], follows: str) -> None:
    """Drops the last heading when another one follows, or the end, and nothing stands between."""
    if follows.startswith("# "):
        while lines and not lines[-1]:
            lines.pop()
        if lines and lines[-1].startswith("# "):
            lines.pop()
        elif lines and follows != "# ":
            lines.append("")


def _lines_with_facts(body: str, given: Mapping[str, str]) -> Iterator[str]:
    """The lines whose conditions hold for these facts, with the facts filled in."""
    section = True
    for source in body.strip("\n").split("\n"):
        line, holds = source.rstrip(), True
        while (found := _last_condition(line)) and all(name in FACT_NAMES for name, _ in _alternatives(found)):
            holds = holds and any((name in given) is wanted for name, wanted in _alternatives(found))
            line = line[: found.start()].rstrip()
        if line.startswith("# "):
            section = holds
        named = [(name, instead) for name, instead in _FACT_RE.findall(line) if name in FACT_NAMES]
        if section and holds and all(name in given or instead for name, instead in named):
            yield _FACT_RE.sub(lambda found: _fact_value(found, given), line)


def _fact_value(found: re.Match[str], given: Mapping[str, str]) -> str:
    """The text in place of a fact. Braces that name no fact stay: an imported text may hold anything."""
    if found[1] in given:
        return escape_markdown(given[found[1]])
    return (found[2] or "") if found[1] in FACT_NAMES else found[0]


def _renumber_steps(lines: Iterator[str]) -> Iterator[str]:
    """Numbers the steps of each list from one. Some may have been left out, and some of one number may stand together.

    A list goes on over empty and indented lines, and over pictures.
    """
    counted, last = 0, 0
    for line in lines:
        found = _STEP_RE.match(line)
        if found:
            written = int(found[1])
            counted = 1 if written == 1 or written < last else counted + 1
            last = written
            yield f"{counted}. {line[found.end() :]}"
        else:
            if line and not line.startswith(" ") and not parse_picture_line(line):
                counted, last = 0, 0
            yield line


def _alternatives(condition: re.Match[str]) -> list[tuple[str, bool]]:
    """The facts of a condition of which one is enough, each with whether it is to be given."""
    return [(one.removeprefix("not "), not one.startswith("not ")) for one in condition[1].split(" or ")]


def _without_conditions(line: str) -> str:
    """The line without the conditions at its end."""
    bare = line.rstrip()
    while found := _last_condition(bare):
        bare = bare[: found.start()].rstrip()
    return bare


def _last_condition(line: str) -> re.Match[str] | None:
    """The condition at the end of a line."""
    at = line.rfind("{{")
    return _CONDITION_RE.fullmatch(line, at) if at >= 0 else None
