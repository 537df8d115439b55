"""Every person is played from the first word to the end, and a good first line would sign each line of the card."""

from __future__ import annotations

import pytest

from console.runtime.content_folders import DIALOGS
from intake.engine.dialog_set import DialogSet
from tests.people.personas import PERSONAS
from tests.people.play import play
from tests.people.simulated_desk import SimulatedDesk
from tests.prepared_desks import PreparedDesks, SharedReaders


@pytest.mark.parametrize("channel", ["telegram", "mail"])
async def test_a_good_first_line_would_sign_every_card(
    channel: str, prepared_desks: PreparedDesks, readers: SharedReaders, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Nobody meets silence, nothing told is asked again, and no line of a card was not said."""
    desk = await SimulatedDesk.open(prepared_desks.on_sqlite(tmp_path_factory.mktemp("people") / "desk"), readers)
    dialogs, faults = DialogSet.of([DIALOGS]), []
    try:
        for persona in PERSONAS:
            if channel in persona.channels:
                played = await play(desk, persona, channel, dialogs)
                faults += [f"{persona.id}: {fault}" for fault in played.faults]
    finally:
        await desk.close(readers)
    assert not faults, "\n".join(faults)
