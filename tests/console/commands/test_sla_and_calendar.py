"""``sla`` and ``calendar`` in a terminal: a calendar is made, shown, and counted in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.console.command_line import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """One in an empty folder: no desk is needed."""
    return Terminal(tmp_path, {"LANG": "en_US.UTF-8"})


async def test_a_calendar_is_made_reviewed_and_counted_in(terminal: Terminal) -> None:
    """The working Saturday of 2025 fills ten hours; an old file is never written over."""
    office = str(terminal.root / "office.toml")
    make = ("calendar", "make", "--country", "RU", "--zone", "Europe/Moscow", "--hours", "Mon-Fri 09:00-18:00")
    made = await terminal.types(*make, "--years", "2025-2027", "--output", office)
    assert made.code == 0, made.err
    assert (await terminal.types(*make, "--years", "2025-2027", "--output", office)).code == 2
    shown = await terminal.types("calendar", "show", office, "--from", "2025-10-31", "--days", "5")
    assert [line.split()[:3] for line in shown.out.splitlines()[1:6]] == [
        ["2025-10-31", "fri", "09:00-18:00"],
        ["2025-11-01", "sat", "09:00-18:00"],
        ["2025-11-02", "sun", "-"],
        ["2025-11-03", "mon", "-"],
        ["2025-11-04", "tue", "-"],
    ]
    due = ("sla", "due", "--calendar", office, "--start", "2025-10-31T17:00", "--in", "10h")
    assert (await terminal.types(*due)).out.strip() == "2025-11-01T18:00:00+03:00"
    pause = "2025-10-31T17:30+03:00/2025-11-01T10:00+03:00"
    paused = (await terminal.types(*due, "--pause", pause, "--json")).json()
    assert paused == {"due": "2025-11-05T10:30:00+03:00", "stopped": False}
    stopped = (await terminal.types(*due, "--pause", "2025-10-31T17:30/", "--json")).json()
    assert stopped == {"due": None, "stopped": True}
    span = ("--from", "2025-10-31T17:00", "--to", "2025-11-05T10:00")
    assert (await terminal.types("sla", "elapsed", "--calendar", office, *span, "--json")).json() == {
        "elapsed_s": 39600
    }


async def test_many_cases_are_counted_from_a_file(terminal: Terminal) -> None:
    """A line in, a line out; one that cannot be counted says why, and the others are counted."""
    office = {"zone": "Europe/Berlin", "weekly": {"0": [[540, 1020]]}, "closed": ["2026-06-08"]}
    start, end = "2026-06-01T16:00:00+02:00", "2026-06-16T00:00:00+02:00"
    lines = [
        {**office, "start": start, "end": end, "add_s": 7200},
        {**office, "start": start, "end": end},
        {**office, "start": "soon", "add_s": 60},
        {"start": start, "add_s": 60},
        {**office, "weekly": {}, "start": start, "add_s": 60},
    ]
    cases = terminal.root / "cases.jsonl"
    cases.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    ran = await terminal.types("sla", "due", "--file", str(cases), "--json")
    counted, only_elapsed, *wrong = map(json.loads, ran.out.splitlines())
    assert counted == {"elapsed_s": 32400, "due": "2026-06-15T10:00:00+02:00"}
    assert only_elapsed == {"elapsed_s": 32400}
    assert [list(one) for one in wrong] == [["error"]] * 3
    assert (await terminal.types("sla", "elapsed", "--file", str(cases), "--json")).out == ran.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sla", "due", "--start", "2026-01-01T00:00Z", "--in", "3h"), "--calendar"),
        (("sla", "due", "--calendar", "none.toml", "--start", "2026-01-01T00:00Z", "--in", "3h"), "none.toml"),
        (("calendar", "make", "--zone", "Moon/Base", "--hours", "24x7"), "Moon/Base"),
        (("calendar", "make", "--zone", "UTC", "--hours", "sometimes"), "sometimes"),
        (("calendar", "make", "--zone", "UTC", "--hours", "24xBD", "--country", "QQ"), "QQ"),
        (("calendar", "make", "--zone", "UTC", "--hours", "24xBD", "--country", "RU", "--years", "soon"), "soon"),
    ],
)
async def test_what_cannot_be_counted_is_told_in_a_sentence(
    terminal: Terminal, words: tuple[str, ...], told: str
) -> None:
    """No traceback, exit code 2, and what to write."""
    ran = await terminal.types(*words)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert "Traceback" not in ran.err


async def test_the_page_of_a_contract_is_written(tmp_path: Path) -> None:
    """In both languages; a desk without cases has nothing to count, and says so."""
    terminal = Terminal(tmp_path / "desk", {"LANG": "en_US.UTF-8"})
    assert (await terminal.types("init", str(terminal.root))).code == 0
    page = tmp_path / "sla.html"
    written = await terminal.types("sla", "sheet", "--provider", "sever", "--language", "en", "--output", str(page))
    assert written.code == 0, written.err
    text = page.read_text("utf-8")
    assert "Service level agreement" in text
    assert "Mon–Fri 00:00–24:00" in text
    assert "30 min" in text
    assert (await terminal.types("sla", "sheet", "--provider", "sever", "--output", str(page))).code == 2
    assert (await terminal.types("sla", "sheet", "--provider", "volga", "--output", str(tmp_path / "v.html"))).code == 2
    counted = (await terminal.types("sla", "backtest", "--provider", "sever", "--json")).json()
    assert (counted["cases"], counted["today"], counted["policy"]) == (0, {}, None)
    other = tmp_path / "policy.toml"
    other.write_text('[[sla]]\nid = "x"\nwhen = "owner ="\nresolution = "soon"\ncalendar = "none.toml"\n', "utf-8")
    refused = await terminal.types("sla", "backtest", "--provider", "sever", "--policy", str(other))
    assert refused.code == 2
    for word in ("when", "soon", "none.toml"):
        assert word in refused.err
    assert "0 differ" in (await terminal.types("sla", "rebuild", "--dry-run")).out


async def test_check_names_conditions_that_cannot_hold_and_holidays_that_end(tmp_path: Path) -> None:
    """An unknown name, a severity that is none, and a calendar of the year before last."""
    terminal = Terminal(tmp_path / "desk", {"LANG": "en_US.UTF-8"})
    assert (await terminal.types("init", str(terminal.root))).code == 0
    folder = terminal.root / "providers" / "sever"
    (folder / "calendars" / "old.toml").write_text(
        'zone = "UTC"\nhours_of_week = "24xBD"\nknown_until = 2025\n', "utf-8"
    )
    policy = folder / "policy.toml"
    more = '\n[[sla]]\nid = "x"\nwhen = "sevrity == \'critical\'"\ncalendar = "old.toml"\nresolution = "3h"\n'
    more += '\n[[escalation]]\nwhen = "severity == \'urgent\'"\ndo = ["notify:lead"]\n'
    policy.write_text(policy.read_text("utf-8") + more, "utf-8")
    found = (await terminal.types("check")).out
    for word in ("'sevrity'", "urgent", "old.toml knows holidays until 2025 only"):
        assert word in found, word
