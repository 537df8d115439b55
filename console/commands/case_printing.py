"""How ``cases`` and ``case`` look in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.styled import Styled
from rich.table import Table
from rich.text import Text

from console.commands.agent_name_and_time_zone import Providers, agent_name, zone_of
from console.commands.case_field_origins import origin_lines
from console.terminal.rich_output import READABLE, Output, indented, labelled, message, one_line, text
from console.terminal.times import full_time, short_time
from desk.api.case_queries import CaseView, RoundView
from desk.api.journal_text import JournalText
from desk.language.rich_text import RichText
from desk.model.case import Case
from desk.model.journal import KINDS, JournalEntry
from desk.model.journal_data import Category
from desk.model.states import CaseState
from desk.model.subscribers import Person

Labels = Mapping[str, str]

LIST_COLUMNS = {"number": 16, "state": 11, "queue": 10, "owner": 10, "opened": 11, "eta": 11}
LEFT_OUT = ("opened", "queue")
"""Columns of the list for which a narrow terminal has no space."""
NARROW, WIDE = 80, 112
STATE_STYLES: Mapping[str, str] = {
    CaseState.ACKNOWLEDGED: "yellow",
    CaseState.IN_PROGRESS: "green",
    CaseState.RESOLVED: "cyan",
    CaseState.CLOSED: "dim",
    CaseState.REJECTED: "dim",
    CaseState.CANCELLED: "dim",
}
ACTOR_STYLES: Mapping[str, str] = {"subscriber": "bold", "desk": "bold blue"}
NOTE_STYLE = "yellow"
SEVERITY_STYLES: Mapping[str, str] = {"critical": "red", "major": "yellow"}


def print_cases(cases: Sequence[Case], providers: Providers, say: Labels) -> None:
    """One line for each case; below it, or in a wide terminal beside it, what it is about."""
    output = Output()
    wide = output.width >= WIDE
    names = [name for name in LIST_COLUMNS if output.width >= NARROW or name not in LEFT_OUT]
    heads = [Text(say[name], "bold") for name in names]
    output.print(_list_line(names, [*heads, Text(say["subject"], "bold")] if wide else heads))
    for case in cases:
        cells, subject = _list_cells(case, providers, say), one_line(case.description or case.subject, "dim")
        row = [cells[name] for name in names]
        output.print(_list_line(names, [*row, subject] if wide else row))
        if not wide:
            output.print(indented(subject))


def _list_cells(case: Case, providers: Providers, say: Labels) -> dict[str, Text]:
    zone = zone_of(case, providers)
    return {
        "number": one_line(case.number or say["no_number"], "bold"),
        "state": one_line(say[case.state], STATE_STYLES.get(case.state, "")),
        "queue": one_line(case.queue.partition(":")[2] or "-"),
        "owner": one_line(case.owner or "-"),
        "opened": Text(short_time(case.opened_at, zone)),
        "eta": Text(short_time(case.eta, zone) or "-"),
    }


def _list_line(names: Sequence[str], cells: Sequence[Text]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for name in names:
        grid.add_column(width=LIST_COLUMNS[name], no_wrap=True)
    grid.add_row(*cells)
    return grid


def print_case(
    view: CaseView,
    words: JournalText,
    providers: Providers,
    say: Labels,
    why: bool,
    origins: bool = False,
    unfold: bool = False,
) -> None:
    """The case with its whole journal; with ``why`` also the rules that decided, round by round, with ``origins`` the
    words that each answer comes from, and with ``unfold`` what is folded of letters."""
    output, case = Output(widest=READABLE), view.case
    output.print(_title(case, providers, say), "", _details(case, view.person, providers, say), "")
    if origins:
        of_provider = providers.get(case.provider)
        shapes = (of_provider.contract_shape,) if of_provider and of_provider.contract_shape else ()
        output.print(Text(say["origins"], "bold"), labelled(origin_lines(case, view.journal, say, shapes)), "")
    output.print(Text(say["journal"], "bold"))
    zone = zone_of(case, providers)
    for day, entries in groupby(view.journal, key=lambda entry: f"{entry.at.astimezone(zone):%d.%m.%Y}"):
        output.print("", Text(day, "dim"))
        output.print(*(_journal_line(entry, words, providers, zone, say, unfold) for entry in entries))
    if why:
        output.print("", Text(say["rounds"], "bold"))
        provider = providers.get(case.provider)
        first = {one.arrival_id: one for one in reversed(view.journal) if one.actor != "desk"}
        heard = {arrival: words.of(entry, provider) for arrival, entry in first.items()}
        output.print(*(_round(one, heard.get(one.arrival_id, ""), zone, say) for one in view.rounds))


def _round(one: RoundView, heard: str, zone: ZoneInfo, say: Labels) -> Table:
    """When, through which channel, what became of it, and below that the first line of what was heard, if anything,
    and the rules that decided, in their order."""
    rules = text(", ".join(one.decided_by) or say["no_rule"], "dim")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column()
    said = [one_line(heard)] if heard else []
    grid.add_row(short_time(one.at, zone), Group(text(f"{one.channel}, {one.outcome}"), *said, rules))
    return grid


def _title(case: Case, providers: Providers, say: Labels) -> Text:
    owner = agent_name(case.owner, case.provider, providers, say) if case.owner else say["nobody"]
    state = f"{say[case.state]} ({say.get(case.reason, case.reason)})"
    number = text(case.number or say["no_number"], "bold")
    mark = [text(say["erased" if case.erased else "purged"], "dim")] if case.purged_at else []
    return Text("  ·  ").join([number, text(state, STATE_STYLES.get(case.state, "")), text(owner), *mark])


def _details(case: Case, person: Person | None, providers: Providers, say: Labels) -> Table:
    provider, zone = providers.get(case.provider), zone_of(case, providers)
    proof = say["proved" if case.proved else "not_proved"]
    contract = f"{case.contract} ({say.get(case.entitlement, case.entitlement)}, {proof})" if case.contract else ""
    who = [person.name if person else "", f"{case.channel_kind} {case.address}", case.language]
    team = provider.team_title(case.queue, say["language"]) if provider and case.queue else case.queue
    severity = text(say.get(case.severity, case.severity), SEVERITY_STYLES.get(case.severity, ""))
    return labelled(
        [
            (say["provider"], f"{provider.title(say['language'])} ({case.provider})" if provider else case.provider),
            (say["contract"], contract or say["no_contract"]),
            (say["account_source"], account_source(case, zone, say)),
            (say["person"], ", ".join(one for one in (*who, say["upset"] if case.upset else "") if one)),
            (say["queue_long"], team),
            (say["severity"], severity),
            (say["dates"], full_time(case.opened_at, zone)),
            (say["eta_long"], full_time(case.eta, zone)),
            (say["resolved_at"], full_time(case.resolved_at, zone)),
            (say["closed_at"], full_time(case.closed_at, zone)),
            (say["what"], case.description or case.subject),
            (say["occurred"], _if_known(case.occurred)),
            (say["place"], _if_known(case.place)),
            (say["circumstances"], _if_known(case.circumstances)),
            (say["present"], "\n".join(f"+ {one}" for one in case.present)),
            (say["absent"], "\n".join(f"− {one}" for one in case.absent)),
            (say["zone"], _zone(case, providers, say)),
            (say["articles"], ", ".join(case.articles)),
        ]
    )


def account_source(case: Case, zone: ZoneInfo, say: Labels) -> str:
    """Where what is on file came from, when that was true, and whether it is a last good answer."""
    known_at = full_time(case.account_known_at, zone) if case.account_source else ""
    late = say["last_good"] if case.account_last_good else ""
    return ", ".join(one for one in (case.account_source, known_at, late) if one)


def _if_known(told: str) -> str:
    """What nobody could tell is stored as "unknown" (B9), and not worth a line."""
    return "" if told == "unknown" else told


def _zone(case: Case, providers: Providers, say: Labels) -> str:
    provider = providers.get(case.provider)
    own = provider.zone_title(case.fault_zone, say["language"]) if provider else ""
    return f"{own or say.get(case.fault_zone, case.fault_zone)} ({case.zone_sure:.0%})" if case.fault_zone else ""


def _journal_line(
    entry: JournalEntry, words: JournalText, providers: Providers, zone: ZoneInfo, say: Labels, unfold: bool
) -> Table:
    """When, who (and what kind of entry, if it is no talk), and below that what was said."""
    category = KINDS[entry.kind].category
    by_desk = category not in (Category.DIALOGUE, Category.NOTE) and entry.actor == "subscriber"
    actor = "desk" if by_desk else entry.actor  # it followed from the subscriber's message, but the desk did it
    kind = "" if category is Category.DIALOGUE else say.get(category, category)
    channel = entry.channel_kind if entry.channel_kind != "desk" else ""
    head = text(agent_name(actor, entry.provider, providers, say), ACTOR_STYLES.get(actor, "bold green"))
    head.append("".join(f", {one}" for one in (kind, channel) if one), "dim")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column()
    said = _said(entry, words.of(entry, providers.get(entry.provider)), category, say)
    grid.add_row(f"{entry.at.astimezone(zone):%H:%M}", Group(head, *said, *folded_lines(entry, say, unfold)))
    return grid


def folded_lines(entry: JournalEntry, say: Labels, unfold: bool) -> Iterator[RenderableType]:
    """What is folded of a letter, marked as such; else how much of it there is."""
    lines = [line for line in str(entry.data.get("folded") or "").splitlines() if line.strip()]
    if lines and not unfold:
        yield text(f"[{say['folded_lines'].format(count=len(lines))}]", "dim")
    elif lines:
        yield text(f"[{say['folded']}]", "dim")
        yield from (text(f"┊ {line}", "dim") for line in lines)


def _said(entry: JournalEntry, words: str, category: Category, say: Labels) -> Iterator[RenderableType]:
    if words:
        yield Styled(message(RichText(words)), NOTE_STYLE if category is Category.NOTE else "")
    if names := ", ".join(str(one.get("name") or one.get("kind")) for one in entry.files):
        yield text(f"[{say['files']}: {names}]", "dim")
