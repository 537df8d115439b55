"""``python -m tests.people [ID ...] [--channel mail]``: plays people and prints what was said and what is wrong."""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
from pathlib import Path
from statistics import median

from console.runtime.content_folders import DIALOGS
from intake.engine.dialog_set import DialogSet
from tests.people.personas import PERSONAS
from tests.people.play import Played, play
from tests.people.simulated_desk import SimulatedDesk
from tests.prepared_desks import DeskFiles, PreparedDesks, SharedReaders


async def _played(files: DeskFiles, chosen: list[str], channels: list[str]) -> list[Played]:
    readers, found = SharedReaders(), []
    desk = await SimulatedDesk.open(files, readers)
    dialogs = DialogSet.of([DIALOGS])
    try:
        for persona in PERSONAS:
            for channel in persona.channels:
                if channel in channels and (not chosen or persona.id in chosen):
                    found.append(await play(desk, persona, channel, dialogs))
    finally:
        await desk.close(readers)
        await readers.close()
    return found


def main() -> None:
    """Prints each talk and the faults, and how many are well."""
    parser = argparse.ArgumentParser(prog="python -m tests.people", description=__doc__)
    parser.add_argument("ids", nargs="*")
    parser.add_argument("--channel", nargs="+", default=["telegram", "mail"])
    parser.add_argument("--brief", action="store_true", help="only what is wrong")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        files = PreparedDesks(root / "desk").on_sqlite(root / "one")
        found = asyncio.run(_played(files, chosen.ids, chosen.channel))
    for one in found:
        if not chosen.brief:
            print(one, end="\n\n")
        elif one.faults:
            print(f"{one.persona.id} ({one.channel}): {'; '.join(one.faults)}")
    well = sum(not one.faults for one in found)
    asked = [len(one.asked) for one in found if one.asked]
    print(f"{well} of {len(found)} well; questions a talk: median {median(asked) if asked else 0}")


if __name__ == "__main__":
    main()
