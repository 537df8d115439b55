"""A table that nobody here numbered, and subscribers who type its ids from paper."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.botapi import BotApi
from tests.prepared_desks import DeskFiles
from tests.stories.conftest import Newcomer
from tests.stories.desk import Desk, new_desk

PROBLEM = "второй день нет интернета"
IDS = ("7590-VHVEG", "5575-GNVDE", "3668-QPYBK", "7795-CFOCW", "9237-HQITU", "1452-KIOVK", "6713-OKOMC", "7795-CF0CW")
HEADER = "customerID,gender,Contract,phone,status,valid_to,TotalCharges"


def foreign(root: Path, shape: str) -> None:
    """The table of the provider sever, and the shape of its contracts, are another one's."""
    folder = root / "providers" / "sever"
    policy = folder / "policy.toml"
    text = policy.read_text("utf-8").replace('"99-9999"', f'"{shape}"')
    policy.write_text(text.replace("shrink_at_most = 20 ", "shrink_at_most = 100 "), "utf-8")
    terms = ("Month-to-month", "One year", "")
    rows = [f"{one},Female,{terms[at % 3]},,,, " for at, one in enumerate(IDS)]
    rows += [f"{at:04d}-ZZZZZ,0,{terms[at % 3]},,,,n/a" for at in range(20)]
    (folder / "entitlements.csv").write_text("\n".join((HEADER, *rows, "")), "utf-8")


@pytest.fixture(params=["9999-AAAAA", ""], ids=["with a shape", "without"])
async def foreign_desk(request: pytest.FixtureRequest, desk_files: DeskFiles, api: BotApi) -> AsyncIterator[Desk]:
    """A desk with that table."""
    made = new_desk(desk_files, api)
    foreign(made.settings.root, request.param)
    await made.opens()
    yield made
    await made.closes()


@pytest.mark.channels("telegram", because="the terminal is asked alike, and by mail nothing is asked alone")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [("7590 – vhveg", ""), ("759O-VНVЕG", "7590-VHVEG"), ("67lЗ-okomc", "6713-OKOMC"), ("67130K0MC", "6713-OKOMC")],
)
async def test_an_id_is_taken_or_asked_about(foreign_desk: Desk, newcomer: Newcomer, typed: str, meant: str) -> None:
    """Another dash or case is taken, a letter for a digit is asked about."""
    boris = newcomer("Борис")
    await boris.says(PROBLEM)
    await boris.hears("ask_contract")
    await boris.says(typed)
    if meant:
        await boris.hears("meant_ask", meant=meant)
        await boris.says("да")
    await boris.hears("did_it_help")
    await foreign_desk.settled()
    (case,) = await foreign_desk.cases()
    assert (case.contract, case.entitlement, case.proved) == (meant or "7590-VHVEG", "ok", False)


@pytest.mark.channels("telegram", because="the terminal is asked alike, and by mail nothing is asked alone")
async def test_of_two_that_look_alike_one_is_chosen(foreign_desk: Desk, newcomer: Newcomer) -> None:
    """The letter O or the digit 0 in one place: both are asked about, and neither is taken."""
    boris = newcomer("Борис")
    await boris.says(PROBLEM)
    await boris.hears("ask_contract")
    await boris.says("7795-CFОCW")
    asked = await boris.hears("meant_ask")
    assert {"7795-CFOCW", "7795-CF0CW"} <= set(asked.options.values())
    await boris.says("7795-CF0CW")
    await boris.hears("did_it_help")
    await foreign_desk.settled()
    (case,) = await foreign_desk.cases()
    assert case.contract == "7795-CF0CW"
