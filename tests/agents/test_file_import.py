"""What an import of teams.toml takes, keeps and refuses, as a comparison of three sides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desk.agents.import_merge import AgentEntriesCompared, ImportResult, merge, require_consistent
from desk.agents.teams_file_serialization import Entry, Key, as_file, by_key, hash_of, of_agent, of_provider, of_team
from desk.model.provider_files import InvalidProvider, Provider, load
from desk.model.provider_sections.members import Agent, Team

ANNA = Agent("anna", {"ru": "Анна", "en": "Anna"}, 1, "anna@sever.test", ("l1",))
BORIS = Agent("boris", {"ru": "Борис", "en": "Boris"}, 2, "", ())
KEY: Key = ("agent", "anna")
ONE, TWO, THREE = of_agent(ANNA), of_agent(replace(ANNA, role="lead")), of_agent(replace(ANNA, teams=()))


def side(*entries: Entry | None) -> dict[Key, Entry]:
    return by_key(one for one in entries if one is not None)


def merged(file: Entry | None, tables: Entry | None, brought: Entry | None, overwrite: bool = False) -> ImportResult:
    state = AgentEntriesCompared(side(file), side(tables), side(brought))
    return merge({"sever": state}, overwrite)["sever"]


@pytest.mark.parametrize(
    ("file", "tables", "brought", "became"),
    [
        (ONE, None, None, "taken"),
        (TWO, ONE, ONE, "taken"),
        (None, ONE, ONE, "taken"),
        (ONE, TWO, ONE, "kept"),
        (ONE, None, ONE, "kept"),
        (None, ONE, None, "kept"),
        (TWO, TWO, ONE, "same"),
        (ONE, ONE, None, "same"),
        (None, None, ONE, "same"),
        (TWO, THREE, ONE, "conflict"),
        (None, TWO, ONE, "conflict"),
        (TWO, None, ONE, "conflict"),
        (TWO, ONE, None, "conflict"),
    ],
)
def test_the_side_that_changed_is_taken_and_both_sides_are_a_conflict(
    file: Entry | None, tables: Entry | None, brought: Entry | None, became: str
) -> None:
    result = merged(file, tables, brought)
    found = {"taken": KEY in result.taken, "kept": KEY in result.kept, "conflict": KEY in result.conflicts}
    assert [name for name, is_so in found.items() if is_so] == ([became] if became != "same" else [])
    if became == "taken":
        assert result.taken[KEY] == file
    assert merged(file, tables, brought, overwrite=True).stands(side(tables)) == side(file)


def test_a_conflict_shows_the_difference_and_is_not_settled_by_being_seen() -> None:
    result = merged(TWO, THREE, ONE)
    lines = result.conflicts[KEY].difference.splitlines()
    assert {"-teams = []", '+role = "lead"', '+teams = ["l1"]'} <= set(lines)
    assert result.remembered(side(ONE), side(TWO)) == [ONE], "the next import finds the same conflict"
    assert merged(TWO, ONE, ONE).remembered(side(ONE), side(TWO)) == [TWO]


def test_an_identity_moves_within_one_import_but_is_never_two_agents() -> None:
    """From Anna to Boris in one edit of the file; not where the database has given it to somebody else."""
    boris, anna_without = of_agent(replace(BORIS, telegram=1)), of_agent(replace(ANNA, telegram=0))
    state = AgentEntriesCompared(side(anna_without, boris), side(ONE, of_agent(BORIS)), side(ONE, of_agent(BORIS)))
    assert set(merge({"sever": state})["sever"].taken) == {KEY, ("agent", "boris")}
    state = AgentEntriesCompared(side(boris), side(ONE), {})
    result = merge({"sever": state})["sever"]
    assert (result.taken, list(result.conflicts)) == ({}, [("agent", "boris")])


def test_what_is_the_same_everywhere_is_not_changed_at_one_provider_alone() -> None:
    """Volga takes on an agent whom the database calls otherwise than Sever's file does: that is a conflict."""
    renamed = of_agent(replace(ANNA, names={"ru": "Анна Белова", "en": "Anna Belova"}))
    sever = AgentEntriesCompared(side(ONE), side(renamed), side(ONE))
    volga = AgentEntriesCompared(side(ONE), {}, {})
    done = merge({"sever": sever, "volga": volga})
    assert (done["sever"].kept, list(done["volga"].conflicts)) == ([KEY], [KEY])
    agreed = AgentEntriesCompared(side(renamed), {}, {})
    assert set(merge({"sever": sever, "volga": agreed})["volga"].taken) == {KEY}


@pytest.mark.parametrize(
    ("sever", "volga", "said"),
    [
        ((ANNA, ANNA), (), r"sever/teams\.toml: \[\[agent\]\] anna is there twice"),
        (
            (ANNA,),
            (replace(ANNA, telegram=9),),
            r"volga/teams\.toml: \[\[agent\]\] anna is not as in sever/teams\.toml",
        ),
        (
            (ANNA,),
            (replace(BORIS, telegram=1),),
            r"boris has the telegram of anna in sever/teams\.toml: 1 is one person",
        ),
        ((ANNA, replace(BORIS, mail=ANNA.mail)), (), r"boris has the mail of anna in sever/teams\.toml"),
    ],
)
def test_files_that_contradict_each_other_are_refused(
    sever: tuple[Agent, ...], volga: tuple[Agent, ...], said: str
) -> None:
    with pytest.raises(InvalidProvider, match=said):
        require_consistent({"sever": Provider("sever", {}, agents=sever), "volga": Provider("volga", {}, agents=volga)})


def test_files_that_agree_are_not_refused() -> None:
    """One agent for two providers, as a lead at one of them; agents who are known by nothing yet."""
    nobody = [Agent(name, {}, 0, "", ()) for name in ("first", "second")]
    providers = {"sever": Provider("sever", {}, agents=(ANNA, *nobody))}
    require_consistent(providers | {"volga": Provider("volga", {}, agents=(replace(ANNA, role="lead", teams=()),))})


def test_a_written_file_reads_back_as_it_was(tmp_path: Path) -> None:
    """Whatever stands in a name; and the comment at its head stays."""
    odd = replace(BORIS, names={"ru": 'Б "\\\x7f\t[[agent]]\n', "en": "#"}, skills=("gpon", "a=b"), active=False)
    team = Team("l1", "group", {"ru": "Первая", "en": "First"})
    entries = [of_team(team), of_agent(ANNA), of_agent(odd)]
    (tmp_path / "policy.toml").write_text("")
    text = as_file(entries, "# Who works here.\n# Twice.\n\n# not this\n[[team]]\n")
    (tmp_path / "teams.toml").write_text(text, "utf-8")
    assert text.startswith("# Who works here.\n# Twice.\n\n[[team]]\n")
    assert of_provider(load(tmp_path)) == entries
    assert hash_of(entries) != hash_of(entries[:2])
